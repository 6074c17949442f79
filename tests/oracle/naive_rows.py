"""The naive scorer's rows: which are current, their agencies, the items they score as, and their cases.

Belongs here: what is known of a row before it has a line. Does not belong here: the words of a version by themselves
(`naive_rules`), lines and facts (`naive_lines`), days (`naive`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.oracle.naive_rules import Row, Rows, Rules, listed

# What each dataset's own word for its state means: credit.md 6.1.
STATES = {
    "findings": {"effective": "scores", "objection": "disputed", "revoked": "void"},
    "checks": {"determined": "scores", "objection": "disputed", "revoked": "void"},
    "penalties": {"effective": "scores", "revoked": "void"},
    "hotline": {"substantiated": "scores", "partly_substantiated": "scores"},
    "media": {"substantiated": "scores", "partly_substantiated": "scores"},
    "merit_claims": {"approved": "scores"},
}
CHECK_CHANNELS = {
    "double_random": "supervision_check",
    "special": "supervision_check",
    "complaint_verification": "verified_complaint",
    "acceptance": "acceptance",
    "document_review": "document_review",
}


@dataclass(eq=False)
class Evidence:
    """One current row of evidence, in the words common to all six datasets."""

    dataset: str
    key: str
    agency_id: str | None
    clause: str
    level: str | None
    channel: str | None
    occurred_on: dt.date | None
    determined_on: dt.date | None
    project_no: str | None
    report_no: str | None
    state: str
    origin: str | None = None
    raised_on: dt.date | None = None
    checked_on: dt.date | None = None
    check_type: str | None = None
    task_id: str | None = None
    document_no: str | None = None
    person: str | None = None
    quantity: int | None = None
    row_points: Decimal | None = None
    # of rows that begin something on one day, the first by this
    rank: tuple[Any, ...] = ()
    case: Any = None
    # the row that a followed link leads to, and the one to which all of them lead
    linked: Evidence | None = None
    root: Evidence | None = None
    rulebook_id: str | None = None
    # item -> why the row does not score as this one; null = it does
    items: dict[str, str | None] = field(default_factory=dict)

    @property
    def acted_on(self) -> dt.date | None:
        """The day of the act; an empty one counts as the determination."""
        return self.occurred_on or self.determined_on

    @property
    def found_on(self) -> dt.date | None:
        """The day after which the next event is looked for: of a check its own day, else the day of the act."""
        return self.checked_on or self.acted_on

    @property
    def scoring(self) -> list[str]:
        """The items as which the row scores."""
        if self.state not in ("scores", "disputed"):
            return []
        return [item for item, reason in self.items.items() if reason is None]

    def case_of(self, item: str) -> Any:
        """The case of the row's line of an item: that of a merit with a document depends on its item (6.3)."""
        if self.dataset != "merit_claims":
            return self.case
        if self.document_no:
            return ("merit", self.agency_id, item, number_of(self.document_no), self.person)
        return ("merit row", self.key)


def current(rows: Iterable[Row]) -> list[Row]:
    """Of the rows with one key, the one received last (the platform: changed last)."""
    last: dict[str, Row] = {}
    for row in rows:
        rank = (row["received_on"], row.get("updated_ms") or 0, row["file_name"], row["file_position"])
        other = last.get(row["row_key"])
        if other is None or rank >= (
            other["received_on"],
            other.get("updated_ms") or 0,
            other["file_name"],
            other["file_position"],
        ):
            last[row["row_key"]] = row
    return [row for row in last.values() if not row.get("is_deleted")]


def number_of(number: str | None) -> str | None:
    """A number that ledgers share, in its one form; empty = none."""
    return number or None


def _rank(dataset: str, row: Row) -> tuple[Any, ...]:
    return (row["received_on"], dataset, row["source_key"], row["row_key"])


def _said(dataset: str, row: Row) -> dict[str, Any]:
    """The columns that only the three datasets of findings have."""
    return {"quantity": row.get("quantity"), "row_points": row.get("row_points"), "rank": _rank(dataset, row)}


class CityRows:
    """The rows of a city as evidence with items and cases."""

    def __init__(self, rows: Rows, rules: Rules) -> None:
        self.rules = rules
        self.tables = {name: list(table) for name, table in rows.items()}
        self.current = {
            name: current(table) for name, table in self.tables.items() if not name.startswith(("registry.", "lake."))
        }
        self._hand_branches_over()
        self.evidence = self._evidence()
        self._link()

    def table(self, name: str) -> list[Row]:
        return self.current.get(name, [])

    # -------------------------------------------------------------------------------------------- evidence

    def _evidence(self) -> list[Evidence]:
        found: list[Evidence] = []
        for row in self.table("credit_desk.findings"):
            found.append(
                Evidence(
                    "findings", row["finding_id"], row["agency_id"], row.get("clause") or "", None,
                    row.get("channel_code"), row.get("occurred_on"), row.get("determined_on"),
                    row.get("project_no"), row.get("report_no"),
                    STATES["findings"].get(row["status_code"], "waits"), origin=row.get("origin_id"), **_said("findings", row),
                )
            )  # fmt: skip
        for row in self.table("inspections.checks"):
            found.append(
                Evidence(
                    "checks", f"{row['task_id']}-{row['task_line']}", row["agency_id"], row.get("clause") or "", None,
                    CHECK_CHANNELS[row["check_type"]], row.get("occurred_on"), row.get("determined_on"),
                    row.get("project_no"), row.get("report_no"),
                    STATES["checks"].get(row.get("status_code"), "waits"), checked_on=row.get("checked_on"),
                    check_type=row["check_type"], task_id=row["task_id"], **_said("checks", row),
                )
            )  # fmt: skip
        for row in self.table("inspections.penalties"):
            found.append(
                Evidence(
                    "penalties", row["decision_no"], row["agency_id"], row.get("clause") or "", None,
                    "supervision_check", row.get("occurred_on"), row.get("determined_on"),
                    row.get("project_no"), None, STATES["penalties"].get(row["status_code"], "waits"), **_said("penalties", row),
                )
            )  # fmt: skip
        for row in self.table("complaints.hotline"):
            found.append(
                Evidence(
                    "hotline", row["ticket_id"], self._whom("hotline", row["ticket_id"], row), row.get("clause") or "",
                    None, "verified_complaint", row["accepted_on"], row.get("determined_on"),
                    row.get("project_no"), None, STATES["hotline"].get(row["result_code"], "waits"),
                    origin=row.get("original_ticket_id"), raised_on=row["accepted_on"], rank=_rank("hotline", row),
                )
            )  # fmt: skip
        for row in self.table("complaints.media"):
            found.append(
                Evidence(
                    "media", row["clue_id"], self._whom("media", row["clue_id"], row), row.get("clause") or "",
                    None, "verified_complaint", row["found_on"], row.get("determined_on"),
                    None, None, STATES["media"].get(row.get("result_code"), "waits"), rank=_rank("media", row),
                )
            )  # fmt: skip
        for row in self.table("credit_desk.merit_claims"):
            found.append(
                Evidence(
                    "merit_claims", row["claim_id"], row["agency_id"], row.get("clause") or "", row.get("level_code"),
                    None, row.get("occurred_on"), row.get("determined_on"), None, None,
                    STATES["merit_claims"].get(row.get("status_code"), "waits"),
                    document_no=row.get("document_no"), person=row.get("person_key"), rank=_rank("merit_claims", row),
                )
            )  # fmt: skip
        for evidence in found:
            self._rate(evidence)
        return found

    def _whom(self, dataset: str, key: str, row: Row) -> str | None:
        """The agency by a decision, else by the code in the row, else the only agency with the name."""
        for decision in sorted(self.table("credit_desk.decisions"), key=lambda d: (d["decided_on"], d["decision_id"])):
            said, _, agency_id = decision["object_id"].partition("=")
            if (
                decision["object_type"] == "identity"
                and said == f"{dataset}:{key}"
                and decision["decision_code"] == "same_person"
                and decision["handled_by"] != decision["reviewed_by"]
            ):
                return agency_id
        if row.get("agency_id"):
            return row["agency_id"]
        bearers = {
            shown["agency_id"]
            for shown in self.tables.get("registry.agencies", [])
            if shown["agency_name"] == row.get("respondent_name")
        }
        return bearers.pop() if len(bearers) == 1 else None

    def _hand_branches_over(self) -> None:
        """USCC is the identity, but a branch maps to its parent by data: its acts and applications are the parent's (Q28).
        A code that was in the directory is an agency, not a branch."""
        agencies = {row["agency_id"] for row in self.tables.get("registry.agencies", [])}
        parents: dict[str, tuple[Any, str]] = {}
        for decision in self.table("credit_desk.decisions"):
            left, equals, right = decision["object_id"].partition("=")
            if (
                decision["object_type"] == "identity"
                and equals
                and ":" not in left
                and left != right
                and left not in agencies
                and decision["decision_code"] == "same_person"
                and decision["handled_by"] != decision["reviewed_by"]
            ):
                said = ((decision["decided_on"], decision["decision_id"]), right)
                parents[left] = max(parents.get(left, said), said)
        for name, rows in self.current.items():
            self.current[name] = [
                dict(row) | {"agency_id": parents[row["agency_id"]][1]} if row.get("agency_id") in parents else row
                for row in rows
            ]

    def _rate(self, evidence: Evidence) -> None:
        """Whether the row scores, and as which item: state, determination, first version, clause, channel."""
        if evidence.state not in ("scores", "disputed"):
            return
        if evidence.determined_on is None or evidence.agency_id is None:
            evidence.state = "waits"
            return
        if min(evidence.determined_on, evidence.acted_on) < self.rules.first_day:
            evidence.state = "too_early"
            return
        evidence.rulebook_id = self.rules.on(evidence.determined_on)["rulebook_id"]
        if evidence.clause == "" and evidence.dataset in ("checks", "penalties"):
            evidence.state = "unmapped"
            return
        codes = self.rules.items_of(evidence.rulebook_id, evidence.dataset, evidence.clause, evidence.level)
        if not codes:
            evidence.state = "unmapped"
            return
        evidence.items = {code: self._unscored(evidence, code) for code in codes}

    def _unscored(self, evidence: Evidence, code: str) -> str | None:
        """Why a row does not score as one of its items; its other items may score all the same."""
        version, item = self.rules.version[evidence.rulebook_id], self.rules.items[evidence.rulebook_id][code]
        channels = listed(item["channels"])
        if channels and evidence.dataset != "merit_claims" and evidence.channel not in channels:
            return "channel"
        if item["points_from"] == "row":
            if evidence.row_points is None:
                return "points_missing"
            step = version["score_step"]
            if version["rounding"] == "none" and step is not None and evidence.row_points % step != 0:
                return "points_off_step"
        return None

    # ----------------------------------------------------------------------------------------------- cases

    def _link(self) -> None:
        """Gives every row its case: its own key, unless a link leads to another row's case."""
        by_key: dict[tuple[str, str], Evidence] = {(e.dataset, e.key): e for e in self.evidence}
        tasks: dict[str, list[Evidence]] = {}
        for evidence in self.evidence:
            if evidence.task_id:
                tasks.setdefault(evidence.task_id, []).append(evidence)
        links: dict[int, Evidence] = {}
        for evidence in self.evidence:
            target = None
            if evidence.dataset == "hotline" and evidence.origin:
                target = by_key.get(("hotline", evidence.origin))
            if evidence.dataset == "findings" and evidence.origin:
                for dataset in ("hotline", "media", "checks"):
                    target = target or by_key.get((dataset, evidence.origin))
                if target is None and len(tasks.get(evidence.origin, [])) == 1:
                    target = tasks[evidence.origin][0]
            if target is not None and (target.agency_id is None or target.agency_id != evidence.agency_id):
                target = None
            if target is not None:
                links[id(evidence)] = target
        # A link in a ring is ignored: following it leads back to the row itself.
        in_ring = set()
        for evidence in self.evidence:
            seen, at = set(), evidence
            while id(at) in links and id(at) not in seen:
                seen.add(id(at))
                at = links[id(at)]
            if id(at) in seen and at is evidence:
                in_ring.add(id(evidence))
        for key in in_ring:
            del links[key]
        for evidence in self.evidence:
            if evidence.dataset == "hotline" and id(evidence) not in links and evidence.project_no:
                visits = [
                    other
                    for other in self.evidence
                    if other.check_type == "complaint_verification"
                    and other.agency_id == evidence.agency_id
                    and number_of(other.project_no) == number_of(evidence.project_no)
                    and other.checked_on is not None
                    and evidence.determined_on is not None
                    and evidence.raised_on <= other.checked_on <= evidence.determined_on
                ]
                if visits:
                    links[id(evidence)] = min(visits, key=lambda other: (other.checked_on, other.key))
        for evidence in self.evidence:
            at = evidence
            evidence.linked = links.get(id(evidence))
            while id(at) in links:
                at = links[id(at)]
            evidence.case = self._own_case(at)
            evidence.root = at

    @staticmethod
    def _own_case(evidence: Evidence) -> Any:
        # without a date of the act or a determination, no two rows can be the same act
        if evidence.project_no and evidence.acted_on:
            return ("project", evidence.agency_id, evidence.acted_on, number_of(evidence.project_no))
        if evidence.report_no and evidence.acted_on:
            return ("report", evidence.agency_id, evidence.acted_on, number_of(evidence.report_no))
        return ("row", evidence.dataset, evidence.key)
