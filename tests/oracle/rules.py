"""Random regimes of two versions, inside the grammar: every window, aggregation, effect, fact and word comes up.

Belongs here: rows of rulebook tables that pass lint. Does not belong here: evidence (`city`), scoring.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from random import Random
from typing import Any

from rulebook.folder import Folder, Row
from rulebook.lint import lint
from rulebook.problems import Place
from rulebook.tables import DEFAULTS, FOLDER_TABLES
from tests.oracle.city import CHANNELS, CHECK_TYPES, CLAUSES, STATUSES

SPLITS = (dt.date(2025, 1, 1), dt.date(2025, 3, 1), dt.date(2025, 7, 1), dt.date(2024, 8, 15))
GRADES = ("甲", "乙", "丙", "丁")
EVENTS = ("checks", "projects", "reports")
WITH_POINTS = ("findings", "checks", "penalties")
HEADS = ("engineers", "engineers_level_1", "operators", "operators_intermediate", "floor_area")


class _Regime:
    """Draws a regime; what both versions share (codes, divisors) is drawn once."""

    def __init__(self, random: Random, words: Random, has_words: bool) -> None:
        self.random = random
        # words of published points tables use another generator, so that a regime without them does not change
        self.words = words
        self.has_words = has_words
        self.tables: dict[str, list[dict[str, Any]]] = {name: [] for name in FOLDER_TABLES}
        self.unit = random.choice(("1", "1", "0.5", "0.05", "0.01"))
        self.is_divided = random.random() < 0.4
        self.divisor = random.choice(EVENTS)
        self.divided_window = {"window_code": random.choice(("rolling_year", "calendar_year", "quarter", "lifetime"))}
        self.divided_window = self.worded_window() or self.divided_window
        self.has_bands = random.random() < 0.9
        self.signs = {code: random.choice((1, -1)) for code in ("DONE", "HELD")}
        self.window_last_day = random.choice(("inclusive", "inclusive", "exclusive"))
        self.clock_start = random.choice(("determined_on", "determined_on", "act_on"))

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def worded(self, share: float) -> bool:
        return self.has_words and self.words.random() < share

    def types(self) -> str | None:
        """Some types of check, or all."""
        drawn = self.words.sample(CHECK_TYPES, self.words.randint(1, 4))
        return "、".join(drawn) if self.words.random() < 0.6 else None

    def worded_window(self) -> dict[str, Any] | None:
        """A window that only the agency's own days say, now and then."""
        if not self.worded(0.45):
            return None
        if self.words.random() < 0.4:
            return {"window_code": "own_year"}
        fact = self.words.choice(EVENTS)
        return {
            "window_code": "until_next",
            "next_fact": fact,
            "next_types": self.types() if fact == "checks" else None,
        }

    def worded_rating(self) -> dict[str, Any]:
        """From when, and in which states, the agencies of a version have a grade."""
        rated_from = self.words.choice(("start", "checks", "reports", "determination")) if self.worded(0.7) else "start"
        statuses = self.words.sample(STATUSES, self.words.randint(1, 3)) if self.worded(0.6) else []
        return {
            "rated_from": rated_from,
            "rated_types": self.types() if rated_from == "checks" else None,
            "unrated_status": "、".join(statuses) or None,
        }

    def worded_item(self, points: Decimal, is_evidence: bool, may_be_of_row: bool) -> dict[str, Any]:
        """What an item says beyond its points."""
        said: dict[str, Any] = {}
        if is_evidence and self.worded(0.25):
            said["quantity_from"] = "row"
        if may_be_of_row and self.worded(0.25):
            said |= {"points_from": "row", "points": None}
        if self.worded(0.3):
            factor = Decimal(self.words.choice(("2", "2", "3", "1.5", "0.5")))
            is_off_step = factor % 1 if "points_from" in said else points * factor % Decimal(self.unit)
            said["repeat_factor"] = Decimal(2) if is_off_step else factor
        if self.worded(0.35):
            least = Decimal(0) if "points_from" in said else points
            said["cap_per_check_points"] = least + self.steps(12)
        return said

    def steps(self, most: int) -> Decimal:
        """A number of points on the unit, of the other words."""
        return Decimal(self.words.randint(1, int(most / Decimal(self.unit)))) * Decimal(self.unit)

    def points(self, most: int = 40) -> Decimal:
        return Decimal(self.random.randint(0, int(most / Decimal(self.unit)))) * Decimal(self.unit)

    def cap(self, least: Decimal, share: float) -> Decimal | None:
        return least + self.points(30) if self.chance(share) else None

    def add(self, table: str, **values: Any) -> None:
        self.tables[table].append(
            {
                name: DEFAULTS.get((table, name)) if values.get(name) is None else values[name]
                for name in FOLDER_TABLES[table].names
            }
        )

    def version(self, rulebook_id: str, starts_on: dt.date, ends_on: dt.date | None) -> None:
        steps = self.random.choice((None, Decimal(self.unit)))
        self.add(
            "rulebooks",
            rulebook_id=rulebook_id,
            regime_code="random",
            document="drawn",
            status="in_force",
            effective_from_on=starts_on,
            effective_until_on=ends_on,
            base_points=Decimal(self.random.choice((0, 50, 100))),
            score_step=steps,
            rounding=self.random.choice(("none", "half_up")) if steps is not None else "none",
            clock_start=self.clock_start if self.chance(0.8) else "determined_on",
            window_last_day=self.window_last_day,
            same_act=self.random.choice(("max", "max", "sum")),
            is_provisional=False,
            **self.worded_rating(),
        )
        self.bands(rulebook_id)
        self.components(rulebook_id)
        self.policy(rulebook_id)

    def bands(self, rulebook_id: str) -> None:
        if not self.has_bands:
            return
        bounds = sorted({Decimal(self.random.choice((20, 40, 59, 60, 80, 95, 100, 105))) for _ in range(4)})[-3:]
        belongs_up = [self.chance(0.5) for _ in bounds]
        grades = GRADES[: len(bounds) + 1]
        for rank, grade in enumerate(grades, start=1):
            low, high = len(bounds) - rank, len(bounds) - rank + 1
            self.add(
                "bands",
                rulebook_id=rulebook_id,
                grade=grade,
                grade_rank=rank,
                lo=bounds[low] if low >= 0 else None,
                is_lo_inclusive=belongs_up[low] if low >= 0 else False,
                hi=bounds[high] if high < len(bounds) else None,
                is_hi_inclusive=not belongs_up[high] if high < len(bounds) else False,
            )

    def grades(self, rulebook_id: str) -> list[str]:
        return [row["grade"] for row in self.tables["bands"] if row["rulebook_id"] == rulebook_id]

    def components(self, rulebook_id: str) -> None:
        windows = ("rolling_year", "rolling_year", "rolling_year", "calendar_year", "quarter", "lifetime")
        for code, sign in (("BAD", -1), ("WORSE", -1), ("GOOD", 1), ("DONE", self.signs["DONE"])):
            aggregation = self.random.choice(("sum", "sum", "sum", "latest", "max"))
            window = {"window_code": self.random.choice(windows)}
            window = self.worded_window() or window
            if code == "WORSE" and self.is_divided:
                aggregation, window = "sum_over_count", self.divided_window
            items = self.items(rulebook_id, code, aggregation)
            self.add(
                "components",
                rulebook_id=rulebook_id,
                component_code=code,
                sign=sign,
                aggregation=aggregation,
                divisor_fact=self.divisor if aggregation == "sum_over_count" else None,
                cap_points=self.cap(max(items, default=Decimal(0)), 0.3),
                cap_per_check_points=self.steps(40) if self.worded(0.35) else None,
                is_cap_provisional=False,
                **window,
            )
        if self.chance(0.6):
            self.add(
                "components",
                rulebook_id=rulebook_id,
                component_code="HELD",
                sign=self.signs["HELD"],
                window_code="state",
                aggregation="sum",
                cap_points=Decimal(25) if self.chance(0.5) else None,
                cap_per_check_points=self.steps(8) if self.worded(0.3) else None,
                is_cap_provisional=False,
            )
            for number, fact in enumerate(self.random.sample(HEADS, 3)):
                threshold = self.random.choice((0, 1, 2, 4)) if fact != "floor_area" else self.random.choice((90, 200))
                is_above = self.chance(0.6) or threshold == 0
                self.item(
                    rulebook_id,
                    f"HELD{number}",
                    "HELD",
                    points=self.points(3) if fact != "floor_area" or not is_above else Decimal("0.05"),
                    fact=fact,
                    above=threshold if is_above else None,
                    below=None if is_above else threshold,
                    cap_points=Decimal(8) if self.chance(0.3) else None,
                    off_step=True,
                    said={"cap_per_check_points": 3 + self.steps(3)} if self.worded(0.3) else {},
                )

    def items(self, rulebook_id: str, code: str, aggregation: str) -> list[Decimal]:
        """Items of a component; evidence items take clauses. Returns their points."""
        drawn: list[Decimal] = []
        if code == "DONE":
            for fact in self.random.sample(EVENTS, 2):
                points = self.points(6)
                said = self.worded_item(points, is_evidence=False, may_be_of_row=False)
                drawn.append(self.item(rulebook_id, f"DONE-{fact}", code, points=points, fact=fact, said=said))
            return drawn
        dataset = "merit_claims" if code == "GOOD" else "*"
        clauses = {"BAD": CLAUSES[:7], "WORSE": CLAUSES[7:], "GOOD": ("1", "2", "3", "4", "5")}[code]
        for clause in clauses:
            if self.chance(0.15):
                continue
            item_code = f"{code}-{clause}"
            effect, grade = "points", None
            grades = self.grades(rulebook_id)
            if self.chance(0.12):
                effect = self.random.choice(("zero_component", "veto", "ceiling")) if grades else "zero_component"
                grade = self.random.choice(grades) if effect != "zero_component" else None
            others = [f"{code}-{other}" for other in clauses if other != clause]
            points = self.points() if effect == "points" else Decimal(0)
            said = self.worded_item(
                points, is_evidence=True, may_be_of_row=code != "GOOD" and effect != "zero_component"
            )
            datasets = (dataset,) if "points_from" not in said else WITH_POINTS
            drawn.append(
                self.item(
                    rulebook_id,
                    item_code,
                    code,
                    said=said,
                    points=points,
                    effect=effect,
                    effect_grade=grade,
                    is_repairable=self.chance(0.9),
                    channels="、".join(self.random.sample(CHANNELS, 3)) if self.chance(0.2) else None,
                    wanted_subsumes=self.random.choice(others) if self.chance(0.15) else None,
                    cap_share=0.35 if aggregation in ("sum", "sum_over_count") else 0,
                )
            )
            for name in datasets:
                self.add("clause_items", rulebook_id=rulebook_id, dataset=name, clause=clause, item_code=item_code)
            if code != "GOOD" and self.chance(0.15):
                special = self.random.choice(("findings", "hotline", "penalties"))
                if datasets == WITH_POINTS and special == "hotline":
                    special = "checks"
                self.add("clause_items", rulebook_id=rulebook_id, dataset=special, clause="*", item_code=item_code)
        return drawn

    def item(self, rulebook_id: str, item_code: str, component: str, **values: Any) -> Decimal:
        points = values["points"]
        if values.pop("off_step", False):
            points = Decimal(int(points)) if self.unit == "1" else points
            values["points"] = points
        cap = self.cap(points, values.pop("cap_share", 0))
        said = values.pop("said", {})
        self.add(
            "items",
            **{
                "rulebook_id": rulebook_id,
                "item_code": item_code,
                "component_code": component,
                "title_zh": item_code,
                "title_en": item_code,
                "per": "occurrence",
                "effect": "points",
                "fact": "evidence",
                "is_repairable": True,
                "is_provisional": False,
                "cap_points": cap,
                "subsumes": values.pop("wanted_subsumes", None),
            }
            | values
            | said,
        )
        return points

    def policy(self, rulebook_id: str) -> None:
        grades = self.grades(rulebook_id)
        self.add(
            "repair_policy",
            rulebook_id=rulebook_id,
            natural="none" if self.chance(0.1) and not self.is_divided else "expiry",
            is_on_application=self.chance(0.9),
            effective_on="approved_on",
            reply_working_days=5,
            max_attempts=self.random.choice((None, None, 1, 2)),
            blocked_grades="、".join(sorted(self.random.sample(grades, self.random.randint(0, 2)))) or None
            if grades
            else None,
            add_back="full_item",
        )

    def lists(self) -> None:
        """Gives some entries further items, and some none."""
        for entry in self.tables["clause_items"]:
            if not self.worded(0.3):
                continue
            is_merit = entry["dataset"] == "merit_claims"
            others = [
                row["item_code"]
                for row in self.tables["items"]
                if row["rulebook_id"] == entry["rulebook_id"]
                and row["fact"] == "evidence"
                and row["item_code"] != entry["item_code"]
                and (row["component_code"] == "GOOD") == is_merit
                and (row["points_from"] != "row" or entry["dataset"] in WITH_POINTS)
            ]
            further = self.words.sample(others, min(len(others), self.words.choice((1, 1, 2))))
            entry["item_code"] = "、".join((entry["item_code"], *further))
        for version in self.tables["rulebooks"]:
            if self.worded(0.2):
                clause = self.words.choice(CLAUSES)
                self.add("clause_items", rulebook_id=version["rulebook_id"], dataset="media", clause=clause)

    def tidied(self) -> None:
        """Takes back what two independent draws can get wrong together: equal entries, subsumes of nothing."""
        seen = set()
        entries = []
        for row in self.tables["clause_items"]:
            key = (row["rulebook_id"], row["dataset"], row["clause"])
            if key not in seen:
                entries.append(row)
            seen.add(key)
        self.tables["clause_items"] = entries
        for version in self.tables["rulebooks"]:
            rows = [row for row in self.tables["items"] if row["rulebook_id"] == version["rulebook_id"]]
            of_points = {row["item_code"] for row in rows if row["effect"] == "points"}
            subsumed_by: dict[str, str] = {}
            for row in rows:
                target = row["subsumes"]
                # one step only: a subsumed item subsumes no other
                if (
                    target not in of_points
                    or row["item_code"] not in of_points
                    or row["item_code"] in subsumed_by
                    or target in {other["item_code"] for other in rows if other["subsumes"] and other is not row}
                ):
                    row["subsumes"] = None
                else:
                    subsumed_by[target] = row["item_code"]


def make_rules(seed: int) -> Folder:
    """A folder with one regime `random` of two versions; drawn again until it passes the lint."""
    random, words = Random(seed), Random(f"words {seed}")
    has_words = words.random() < 0.75
    for _ in range(200):
        regime = _Regime(random, words, has_words)
        split = random.choice(SPLITS)
        regime.version("v1", dt.date(2024, 3, 21) if random.random() < 0.5 else dt.date(2024, 1, 1), split)
        regime.version("v2", split, None)
        regime.lists()
        regime.tidied()
        folder = Folder(
            {
                name: tuple(
                    Row(values, Place(name, number, is_csv=True)) for number, values in enumerate(rows, start=2)
                )
                for name, rows in regime.tables.items()
            }
        )
        if not lint(folder):
            return folder
    raise AssertionError(f"no sound regime within 200 draws of seed {seed}")
