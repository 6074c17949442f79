"""A naive scorer: every agency, every day, one after the other, with exact fractions.

Belongs here: what the lines of credit.md section 6 come to on a day, and what repairs end, as loops over days. Does not
belong here: the words of a version (`naive_rules`), rows (`naive_rows`), lines by themselves (`naive_lines`); anything of
the warehouse: no SQL, no change points, no running sums.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.oracle.naive_lines import CityLines, Line
from tests.oracle.naive_rules import LAST_PHASE, NEVER, ONE_DAY, PHASES, Row, Rows, Rules, has_happened, listed


@dataclass(frozen=True)
class Day:
    """The state of one agency on one day."""

    # null = not rated yet
    score: Decimal | None
    grade: str | None
    reason: str | None
    has_active_misconduct: bool
    rulebook_id: str
    # what moved the score or the grade first on this day; null = neither differs from the day before
    cause: str | None = None
    # lines in force that another line of their case supersedes: item and day of determination
    superseded: tuple[tuple[str, dt.date], ...] = ()


@dataclass(frozen=True)
class Repair:
    """The outcome of one application."""

    is_applied: bool
    refusal_reason: str | None
    gate_grade: str | None


@dataclass
class Outcome:
    """All days of all agencies, and the outcome of every application."""

    days: dict[str, dict[dt.date, Day]]
    repairs: dict[str, Repair]
    lines: list[Line]
    # rows that do not score as one item of their clause: dataset, key, item, reason
    not_scored: list[tuple[str, str, str, str]]


def score(rows: Rows, rulebook: Rows, last_day: dt.date) -> Outcome:
    """Scores every agency of a city on every day up to `last_day`.

    `rows`: source rows by `schema.table`, columns as in the lake. `rulebook`: rows of the folder tables, lists
    joined by `、`.
    """
    return _Days(rows, Rules(rulebook)).score(last_day)


class _Days(CityLines):
    def day(self, agency_id: str, lines: Sequence[Line], day: dt.date, phase: int = LAST_PHASE) -> Day:
        """The state of an agency on a day: its score and grade, if it is rated."""
        found = self._as_if_rated(agency_id, lines, day, phase)
        version = self.rules.version[found.rulebook_id]
        if not self._is_rated(version, agency_id, lines, day, phase):
            return replace(found, score=None, grade=None, reason="unrated")
        if self._status(agency_id, day, phase) in listed(version["unrated_status"]):
            return replace(found, grade=None, reason="unrated")
        return found

    def _is_rated(self, version: Row, agency_id: str, lines: Sequence[Line], day: dt.date, phase: int) -> bool:
        """Whether the first event has happened from which the version of the day rates an agency."""
        fact = version["rated_from"]
        if fact == "start":
            return True
        if fact == "determination":
            days = [line.determined_on for line in lines if line.rows]
            return any(has_happened(determined_on, day, phase, "determination") for determined_on in days)
        events = self.event_days(agency_id, fact, version["rated_types"])
        return any(has_happened(event_day, day, phase, "fact") for event_day in events)

    def _status(self, agency_id: str, day: dt.date, phase: int) -> str | None:
        """The last status that the directory showed; a drop without one changes nothing."""
        shown = [
            status
            for received_on, status in self.statuses.get(agency_id, [])
            if status and has_happened(received_on, day, phase, "fact")
        ]
        return shown[-1] if shown else None

    def _as_if_rated(self, agency_id: str, lines: Sequence[Line], day: dt.date, phase: int = LAST_PHASE) -> Day:
        """Score and grade of an agency on a day: the order of operations of the grammar, step by step."""
        rules = self.rules
        version = rules.on(day if phase >= PHASES.index("rulebook") else day - ONE_DAY)
        rulebook_id = version["rulebook_id"]
        held = [line for line in lines if line.holds_on(day, phase)]
        has_active_misconduct = any(line.kind == "misconduct" for line in held)
        # the counts of a version's first day are counted by that version for the first time: they begin with it
        is_new = version["effective_from_on"] == day
        counted_on = day if is_new or phase >= PHASES.index("fact") else day - ONE_DAY
        held += self.count_lines(agency_id, counted_on, rulebook_id)

        # 1. same_act and subsumes: inside one case, among items of effect `points`
        counting = [line for line in held if line.effect != "points" or self._counts(line, held, version)]
        superseded = tuple(sorted((line.item, line.determined_on) for line in held if line not in counting))

        # 2. zero_component
        zeroed = {line.component for line in held if line.effect == "zero_component"}

        total = Fraction(version["base_points"])
        for code in sorted({line.component for line in counting} - zeroed):
            own = [line for line in counting if line.component == code]
            component = rules.components[rulebook_id].get(code) or rules.components[own[0].rulebook_id][code]
            caps = {
                line.item: rules.items[rulebook_id].get(line.item) or rules.items[line.rulebook_id][line.item]
                for line in own
            }
            # 3. item caps per check, 4. item caps, 5. component cap per check, around what the aggregation takes
            if component["aggregation"] in ("latest", "max"):
                amount = self._one(own, component, caps)
            else:
                amount = self._all(own, component, caps)
            if component["aggregation"] == "sum_over_count":
                amount /= max(1, self._divisor(component, agency_id, day, phase))
            total += component["sign"] * _at_most(amount, component["cap_points"])

        # 6. rounding
        step = Fraction(1, 100)
        if version["rounding"] == "half_up" and version["score_step"] is not None:
            step = Fraction(version["score_step"])
        rounded = (total / step + Fraction(1, 2)).__floor__() * step
        points = Decimal(rounded.numerator) / Decimal(rounded.denominator)

        # 7. bands, ceiling, veto
        grade, reason = None, None
        bands = rules.bands[rulebook_id]
        if bands:
            ranks = {band["grade"]: band["grade_rank"] for band in bands}
            inside = [band["grade"] for band in bands if _contains(band, points)]
            assert len(inside) == 1, (points, inside)
            grade, reason = inside[0], "band"
            # a grade that this version does not have has no effect under it
            held = [line for line in held if line.effect_grade in ranks]
            ceilings = [line.effect_grade for line in held if line.effect == "ceiling"]
            for ceiling in ceilings:
                if ranks[ceiling] > ranks[grade]:
                    grade, reason = ceiling, "ceiling"
            vetoes = [line.effect_grade for line in held if line.effect == "veto"]
            if vetoes:
                grade, reason = max(vetoes, key=lambda veto: ranks[veto]), "veto"
        return Day(points, grade, reason, has_active_misconduct, rulebook_id, superseded=superseded)

    def _counts(self, line: Line, held: Sequence[Line], version: Row) -> bool:
        """Whether a line of effect `points` counts beside the others of its case."""
        rivals = [other for other in held if other.case == line.case and other.effect == "points"]
        if version["same_act"] == "sum":
            return not any(
                line.item in listed(self.rules.items[other.rulebook_id][other.item]["subsumes"])
                for other in rivals
                if other is not line
            )
        # the case costs the act whose lines in force cost most together, whatever subsumes what
        acts = [[other for other in rivals if other.act == act] for act in {other.act for other in rivals}]
        costliest = min(
            acts,
            key=lambda act: (
                -abs(sum(other.points for other in act)),
                min(other.determined_on for other in act),
                min(other.item for other in act),
            ),
        )
        return line in costliest

    @staticmethod
    def _one(own: Sequence[Line], component: Row, caps: Mapping[str, Row]) -> Fraction:
        """What the line chosen by `latest` or `max` gives; all caps apply to each line first."""
        # a line that only has another effect gives no points to choose from
        own = [line for line in own if line.effect == "points" or line.points] or own

        def given(line: Line) -> Fraction:
            amount = _at_most(abs(line.points), caps[line.item]["cap_per_check_points"])
            amount = _at_most(amount, caps[line.item]["cap_points"])
            return _at_most(amount, component["cap_per_check_points"])

        if component["aggregation"] == "latest":
            return given(max(own, key=lambda line: (line.starts_on, abs(line.points), _reversed(line.item))))
        return max(given(line) for line in own)

    @staticmethod
    def _all(own: Sequence[Line], component: Row, caps: Mapping[str, Row]) -> Fraction:
        """What all lines give together, with the caps of items and occasions applied."""
        of_occasion: dict[tuple[Any, ...], Fraction] = {}
        for item_code in sorted({line.item for line in own}):
            of_item = [line for line in own if line.item == item_code]
            left = caps[item_code]["cap_points"]
            # the item's occasions fill its cap in the order in which they began
            begun: dict[tuple[Any, ...], tuple[Any, ...]] = {}
            for line in of_item:
                order = (line.starts_on, *line.first_row)
                begun[line.occasion] = min(begun.get(line.occasion, order), order)
            for occasion in sorted(begun, key=lambda key: begun[key]):
                amount = sum((abs(line.points) for line in of_item if line.occasion == occasion), Fraction(0))
                amount = _at_most(_at_most(amount, caps[item_code]["cap_per_check_points"]), left)
                left = None if left is None else Fraction(left) - amount
                of_occasion[occasion] = of_occasion.get(occasion, Fraction(0)) + amount
        return sum(
            (_at_most(amount, component["cap_per_check_points"]) for amount in of_occasion.values()), Fraction(0)
        )

    def _divisor(self, component: Row, agency_id: str, day: dt.date, phase: int) -> int:
        """The number of events of the divisor in the component's window."""
        count = 0
        for event_day in self.event_days(agency_id, component["divisor_fact"]):
            ends_on, ends_as = self.window(component["rulebook_id"], component, agency_id, event_day, event_day)
            has_begun = has_happened(event_day, day, phase, "fact")
            count += has_begun and not has_happened(ends_on, day, phase, ends_as)
        return count

    # -------------------------------------------------------------------------------------------- repairs

    def _repair(self, lines_of: Mapping[str, Sequence[Line]]) -> dict[str, Repair]:
        """Applies the applications one after the other, by 受理日期 and number."""
        self.repaired: dict[str, Repair] = {}
        self.attempts: dict[int, int] = {}
        applications = sorted(
            self.table("credit_desk.repairs"), key=lambda row: (row.get("accepted_on") or NEVER, row["application_id"])
        )
        for row in applications:
            accepted_on = row.get("accepted_on")
            version = self.rules.on(accepted_on) if accepted_on else None
            policy = self.rules.repair[version["rulebook_id"]] if version else None
            lines = lines_of.get(row["agency_id"], [])
            gate = None
            if version is not None and lines_of.get(row["agency_id"]) is not None:
                gate = self._as_if_rated(row["agency_id"], lines, accepted_on).grade
            reason = self._first_reason(row, policy, lines, gate)
            tried: list[Line] = []
            if reason is None:
                tried = self._targets(row, lines, accepted_on)
            elif reason in ("not_approved", "documents") and accepted_on is not None:
                tried = [line for line in self._named(row, lines) if line.is_repairable]
            for line in tried:
                self.attempts[id(line)] = self.attempts.get(id(line), 0) + 1
                if reason is None:
                    line.repaired_on = min(line.repaired_on, row["replied_on"])
            self.repaired[row["application_id"]] = Repair(reason is None, reason, gate)
        return self.repaired

    def _first_reason(self, row: Row, policy: Row | None, lines: Sequence[Line], gate: str | None) -> str | None:
        """The first condition that fails, in the order of 6.6; null = the application applies."""
        accepted_on = row.get("accepted_on")
        # An application that was never accepted has no version of its own: any that offers repair will do.
        offers = [policy] if accepted_on else list(self.rules.repair.values())
        if not any(offer is not None and offer["is_on_application"] for offer in offers):
            return "not_offered"
        if row.get("review_code") != "approved":
            return "not_approved"
        if not (row.get("has_application_form") and row.get("has_fulfilment_proof") and row.get("has_other_evidence")):
            return "documents"
        if row.get("handled_by") == row.get("reviewed_by"):
            return "maker_is_checker"
        if accepted_on is None or row.get("replied_on") is None or row["replied_on"] < accepted_on:
            return "dates"
        targets = self._targets(row, lines, accepted_on)
        if not targets:
            return "nothing_in_force"
        most = policy["max_attempts"]
        if most is not None and any(self.attempts.get(id(line), 0) + 1 > most for line in targets):
            return "attempts"
        if gate is not None and gate in listed(policy["blocked_grades"]):
            return "gate"
        return None

    @staticmethod
    def _named(row: Row, lines: Sequence[Line]) -> list[Line]:
        """The lines of the rows that an application lists."""
        named = []
        for number in listed(row["target_ids"]):
            for line in lines:
                is_named = any(evidence.key == number and evidence.dataset != "merit_claims" for evidence in line.rows)
                if is_named and line not in named:
                    named.append(line)
        return named

    def _targets(self, row: Row, lines: Sequence[Line], accepted_on: dt.date) -> list[Line]:
        """The lines that the application ends: repairable, and in force when it was accepted."""
        return [line for line in self._named(row, lines) if line.is_repairable and line.holds_on(accepted_on)]

    # ----------------------------------------------------------------------------------------------- score

    def _cause(self, agency_id: str, lines: Sequence[Line], day: dt.date, before: Day, after: Day) -> str | None:
        """The first kind of thing that moved the score or the grade, if the day as a whole moved them."""
        if (before.score, before.grade) == (after.score, after.grade):
            return None
        for phase, kind in enumerate(PHASES):
            now = self.day(agency_id, lines, day, phase)
            if (now.score, now.grade) != (before.score, before.grade):
                return kind
        raise AssertionError("the last phase is the end of the day")

    def score(self, last_day: dt.date) -> Outcome:
        """All agencies, all days."""
        lines_of = {agency: [line for line in self.lines if line.agency_id == agency] for agency in self.starts}
        repairs = self._repair(lines_of)
        days: dict[str, dict[dt.date, Day]] = {}
        for agency_id, at in sorted(self.starts.items()):
            days[agency_id] = {}
            while at <= last_day:
                day = self.day(agency_id, lines_of[agency_id], at)
                before = days[agency_id].get(at - ONE_DAY)
                cause = self._cause(agency_id, lines_of[agency_id], at, before, day) if before else "start"
                days[agency_id][at] = replace(day, cause=cause)
                at += ONE_DAY
        not_scored = [
            (evidence.dataset, evidence.key, item, reason)
            for evidence in self.evidence
            for item, reason in evidence.items.items()
            if reason is not None
        ]
        return Outcome(days, repairs, self.lines, not_scored)


def _at_most(amount: Fraction, cap: Decimal | Fraction | None) -> Fraction:
    return amount if cap is None else min(amount, Fraction(cap))


def _reversed(text: str) -> tuple[int, ...]:
    """A key under which the lowest text is the greatest."""
    return tuple(-ord(letter) for letter in text)


def _contains(band: Row, points: Decimal) -> bool:
    lo, hi = band["lo"], band["hi"]
    over = lo is None or points > lo or (bool(band["is_lo_inclusive"]) and points == lo)
    under = hi is None or points < hi or (bool(band["is_hi_inclusive"]) and points == hi)
    return over and under
