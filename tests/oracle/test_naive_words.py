"""The naive scorer's reading of the words of published points tables, each by the figures of the documents or a case
small enough to add up in the head.

Does not belong here: the warehouse (`test_against_oracle`), Jiaozuo's own figures (`test_naive`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rulebook.folder import build_tables
from tests.oracle.naive import Day, Outcome, score
from tests.rulebook.support import folder_of

AGENCY = "91410800MA00000000"
LAST_DAY = dt.date(2026, 6, 1)
REGIME = """\
rulebook: {{id: {id}, regime: words, doc: d, status: in_force, effective_from: {starts}, effective_to: {ends}, base: 100{said}}}
components:
{components}
items:
{items}
clauses:
{clauses}
bands:
  - {{grade: A, lo: 87, lo_inc: true, hi: null}}
  - {{grade: B, lo: 60, lo_inc: true, hi: 87, hi_inc: false}}
  - {{grade: C, lo: null, hi: 60, hi_inc: false}}
repair: {{natural: {natural}, on_application: true, blocked_grades: [C]}}
"""


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


class Version:
    """One version of a regime in a few words: what its component, items and clauses say beyond the least."""

    def __init__(self, component: str = "window: P1Y, agg: sum", said: str = "", natural: str = "expiry") -> None:
        self.components = [f"{{id: SUB, sign: -1, {component}}}"]
        self.items: list[str] = []
        self.clauses: list[str] = []
        self.said, self.natural = said, natural

    def component(self, text: str) -> Version:
        self.components.append(f"{{{text}}}")
        return self

    def item(self, code: str, text: str, clause: str | None = None, comp: str = "SUB") -> Version:
        """An item, and where a clause is given the entries that lead to it from the datasets of findings."""
        self.items.append(f"{{code: {code}, comp: {comp}, title: {code}, {text}}}")
        return self.leads(clause, code) if clause else self

    def leads(self, clause: str, *codes: str, datasets: Iterable[str] = ("findings", "checks", "penalties")) -> Version:
        for dataset in datasets:
            self.clauses.append(f'{{dataset: {dataset}, clause: "{clause}", items: [{", ".join(codes)}]}}')
        return self

    def text(self, code: str, starts: str, ends: str) -> str:
        lists = {
            name: "\n".join(f"  - {entry}" for entry in getattr(self, name)) or "  []"
            for name in ("components", "items", "clauses")
        }
        said = f", {self.said}" if self.said else ""
        return REGIME.format(id=code, starts=starts, ends=ends, said=said, natural=self.natural, **lists)


class City:
    """The rows of one agency, in the directory since April 2024 unless said otherwise."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: dict[str, list[dict[str, Any]]] = {"lake.loads": []}
        self.listed("2024-04-01")

    def add(self, table: str, key: str, received: str = "2025-01-01", **columns: Any) -> City:
        self.rows.setdefault(table, []).append(
            {
                "row_key": key,
                "source_key": key,
                "received_on": day(received),
                "file_name": "f",
                "file_position": len(self.rows.get(table, [])),
                "agency_id": AGENCY,
            }
            | columns
        )
        return self

    def listed(self, received: str, status: str | None = "normal") -> City:
        load = {"source": "registry", "dataset": "agencies", "received_on": day(received), "status": "loaded"}
        self.rows["lake.loads"].append(load)
        return self.add("registry.agencies", AGENCY, received, agency_name="甲机构", registry_status=status)

    def finding(self, key: str, clause: str, determined: str, **columns: Any) -> City:
        said = {"clause": clause, "channel_code": "supervision_check", "status_code": "effective", "occurred_on": None}
        return self.add(
            "credit_desk.findings", key, **({"finding_id": key, "determined_on": day(determined)} | said | columns)
        )

    def check(self, task: str, line: str, checked: str | None, clause: str | None = None, **columns: Any) -> City:
        checked_on = day(checked) if checked else None
        said = {"check_type": "double_random", "clause": clause, "checked_on": checked_on, "occurred_on": None}
        state = {"status_code": "determined", "determined_on": checked_on if clause else None}
        return self.add("inspections.checks", f"{task}-{line}", **({"task_id": task, "task_line": line} | said | state | columns))  # fmt: skip

    def report(self, number: str, reported: str) -> City:
        return self.add("platform.reports", number, report_no=number, reported_on=day(reported), is_deleted=False)

    def merit(self, key: str, clause: str, determined: str, **columns: Any) -> City:
        said = {"clause": clause, "status_code": "approved", "determined_on": day(determined), "occurred_on": None}
        return self.add("credit_desk.merit_claims", key, **({"claim_id": key} | said | columns))

    def repair(self, key: str, targets: str, accepted: str, replied: str) -> City:
        papers = ("has_application_form", "has_fulfilment_proof", "has_other_evidence")
        return self.add(
            "credit_desk.repairs", key, application_id=key, target_ids=targets, accepted_on=day(accepted),
            replied_on=day(replied), review_code="approved", handled_by="甲", reviewed_by="乙",
            **dict.fromkeys(papers, True),
        )  # fmt: skip

    def scored(self, *versions: Version, split: str = "2025-01-01") -> Days:
        """Every day under one version, or under two of which the second begins on `split`."""
        spans = [("2024-01-01", split if len(versions) > 1 else "null"), (split, "null")]
        files = []
        for number, (version, (starts, ends)) in enumerate(zip(versions, spans, strict=False), start=1):
            files.append(self.folder / f"v{number}.yaml")
            files[-1].write_text(version.text(f"v{number}", starts, ends), "utf-8")
        tables = build_tables(folder_of(*files), "words")
        return Days(score(self.rows, {name: table.to_pylist() for name, table in tables.items()}, LAST_DAY))


class Days:
    """What became of the one agency."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome

    def on(self, text: str) -> Day:
        return self.outcome.days[AGENCY][day(text)]

    def scores(self, *texts: str) -> list[Decimal | None]:
        return [self.on(text).score for text in texts]

    def occasions(self) -> dict[str, str | None]:
        return {line.item: line.task_id for line in self.outcome.lines}


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path)


ACT = {"occurred_on": day("2024-05-02"), "project_no": "P1"}
OTHER_ACT = {"occurred_on": day("2024-05-02"), "project_no": "P2"}


# --- quantity, points of the row ---


@pytest.mark.parametrize(("cap", "expected"), [("", 70), (", cap_per_check: 20", 80)])
def test_three_reports_at_ten_each(city: City, cap: str, expected: int) -> None:
    version = Version().item("R", f"points: 10, quantity: row{cap}", "1")
    assert city.finding("F", "1", "2024-06-01", quantity=3).scored(version).scores("2024-06-01") == [expected]


def test_the_largest_quantity_of_a_line_counts_from_its_first_day_and_an_empty_one_is_one(city: City) -> None:
    version = Version().item("R", "points: 2, quantity: row", "1").item("S", "points: 7, quantity: row", "2")
    city.finding("F1", "1", "2024-06-01", quantity=2, **ACT).finding("F2", "1", "2024-08-01", quantity=5, **ACT)
    city.finding("F3", "1", "2024-06-01", quantity=9, status_code="revoked", **ACT)
    city.finding("F4", "2", "2024-09-01", quantity=None)
    assert city.scored(version).scores("2024-06-01", "2024-08-01", "2024-09-01") == [90, 90, 83]


def test_a_row_may_give_its_own_points(city: City) -> None:
    found = city.finding("F", "1", "2024-06-01", row_points=Decimal(12)).scored(Version().item("R", "points: row", "1"))
    assert (found.on("2024-06-01").score, found.on("2024-06-01").grade) == (88, "A")


def test_the_largest_quantity_and_the_largest_points_of_rows_are_multiplied(city: City) -> None:
    version = Version().item("R", "points: row, quantity: row", "1")
    city.finding("F1", "1", "2024-06-01", quantity=2, row_points=Decimal("3.5"), **ACT)
    city.finding("F2", "1", "2024-07-01", quantity=4, row_points=Decimal("1"), **ACT)
    assert city.scored(version).scores("2024-06-01") == [86]


@pytest.mark.parametrize(
    ("said", "points", "reason"),
    [
        ("score_step: 1", "2.5", "points_off_step"),
        ("score_step: 1", None, "points_missing"),
        ("score_step: 1, rounding: half_up", "2.5", None),
        ("score_step: null", "2.55", None),
        ("score_step: 0.5", "2.5", None),
    ],
)
def test_a_row_without_points_or_off_the_step_does_not_score_as_that_item_only(
    city: City, said: str, points: str | None, reason: str | None
) -> None:
    version = Version(said=said).item("R", "points: row").item("S", "points: 1").leads("1", "R", "S")
    found = city.finding("F", "1", "2024-06-01", row_points=points and Decimal(points)).scored(version)
    assert found.outcome.not_scored == ([("findings", "F", "R", reason)] if reason else [])
    assert {line.item for line in found.outcome.lines} == ({"S"} if reason else {"R", "S"})


def test_a_wrong_channel_is_reported_before_the_points(city: City) -> None:
    version = Version().item("R", "points: row, channels: [acceptance]", "1")
    found = city.finding("F", "1", "2024-06-01", row_points=None).scored(version)
    assert found.outcome.not_scored == [("findings", "F", "R", "channel")]


# --- several items of one row ---


def _of_one_case(said: str = "") -> Version:
    version = Version(said=said).item("A", "points: 10").item("B", "points: 5").item("C", "points: 12", "3")
    return version.leads("1", "A", "B").leads("2", "B", "C")


def test_the_items_of_a_row_compete_as_one_sum(city: City) -> None:
    found = city.finding("F1", "1", "2024-06-01", **ACT).finding("F2", "3", "2024-06-01", **ACT).scored(_of_one_case())
    assert found.scores("2024-06-01") == [85]
    assert found.on("2024-06-01").superseded == (("C", day("2024-06-01")),)


def test_rows_that_share_an_item_are_one_set_even_through_others(city: City) -> None:
    city.finding("F1", "1", "2024-06-01", **ACT).finding("F2", "2", "2024-06-01", **ACT)
    assert city.scored(_of_one_case()).scores("2024-06-01") == [73]  # A 10, B 5, C 12


def test_a_revoked_row_connects_nothing(city: City) -> None:
    city.finding("F1", "1", "2024-06-01", **ACT).finding("F2", "3", "2024-06-01", **ACT)
    city.finding("F3", "2", "2024-06-01", status_code="revoked", **ACT)
    assert city.scored(_of_one_case()).scores("2024-06-01") == [85]


def test_a_set_competes_by_the_lines_it_has_left(city: City) -> None:
    version = _of_one_case().item("D", "points: 11, repairable: false", "4")
    version.items = [text.replace("points: 5", "points: 5, repairable: false") for text in version.items]
    city.finding("F1", "1", "2024-06-01", **ACT).finding("F2", "4", "2024-06-01", **ACT)
    found = city.repair("Z", "F1", "2024-07-01", "2024-07-04").scored(version)
    assert found.scores("2024-07-03", "2024-07-04") == [85, 89]  # A + B, then D: B alone costs less
    assert found.on("2024-07-04").superseded == (("B", day("2024-06-01")),)


def test_of_equal_sets_the_earlier_counts_then_the_lower_item(city: City) -> None:
    version = Version().item("A", "points: 6").item("B", "points: 4").leads("1", "A", "B").item("C", "points: 10", "3")
    city.finding("F1", "1", "2024-06-02", **ACT).finding("F2", "3", "2024-06-01", **ACT)
    city.finding("F3", "3", "2024-06-03", **OTHER_ACT).finding("F4", "1", "2024-06-03", **OTHER_ACT)
    found = city.scored(version).on("2024-06-03")
    assert found.superseded == (("A", day("2024-06-02")), ("B", day("2024-06-02")), ("C", day("2024-06-03")))


def test_under_sum_every_item_counts_unless_it_is_subsumed(city: City) -> None:
    version = _of_one_case("same_act: sum")
    version.items[0] = version.items[0].replace("points: 10", "points: 10, subsumes: [C]")
    city.finding("F1", "1", "2024-06-01", **ACT).finding("F2", "3", "2024-06-01", **ACT)
    assert city.scored(version).scores("2024-06-01") == [85]


def test_the_items_of_a_merit_with_a_document_are_cases_of_their_own(city: City) -> None:
    version = Version().component("id: ADD, sign: 1, window: P1Y, agg: sum, cap_per_check: 4")
    version.item("M", "points: 3", comp="ADD").item("N", "points: 2", comp="ADD")
    for clause, items in (("1", ("M", "N")), ("2", ("N",)), ("3", ("M",))):
        version.leads(clause, *items, datasets=["merit_claims"])
    paper = {"document_no": "文一", "person_key": None}
    city.merit("S1", "3", "2024-06-01", **paper).merit("S2", "2", "2024-06-02", **paper)
    city.merit("S3", "1", "2024-06-03", **paper).merit("S4", "1", "2024-06-04")
    assert city.scored(version).scores("2024-06-02", "2024-06-03", "2024-06-04") == [105, 105, 109]


def test_a_repair_of_a_row_ends_each_of_its_lines_that_can_be_repaired(city: City) -> None:
    version = Version().item("A", "points: 10").item("B", "points: 5, repairable: false").item("C", "points: 7")
    city.finding("F", "1", "2024-06-01", **ACT).repair("Z", "F", "2024-07-01", "2024-07-04")
    assert city.scored(version.leads("1", "A", "B", "C")).scores("2024-07-03", "2024-07-04") == [78, 95]


def test_an_entry_without_an_item_does_not_score(city: City) -> None:
    version = Version().item("A", "points: 10", "*")
    version.clauses.append('{dataset: findings, clause: "2", item: null}')
    found = city.finding("F1", "1", "2024-06-01").finding("F2", "2", "2024-06-01").scored(version)
    assert found.scores("2024-06-01") == [90]


# --- at most this per check ---


def test_two_rows_of_one_task_take_at_most_the_components_cap(city: City) -> None:
    version = (
        Version("window: P1Y, agg: sum, cap_per_check: 20").item("A", "points: 15", "1").item("B", "points: 10", "2")
    )
    city.check("T", "1", "2024-06-01", "1", **ACT).check("T", "2", "2024-06-01", "2", **OTHER_ACT)
    city.rows["inspections.checks"][1]["determined_on"] = day("2024-06-11")
    found = city.scored(version)
    assert found.scores("2024-06-11", "2025-06-01", "2025-06-02", "2025-06-12") == [80, 80, 90, 100]


def test_an_items_cap_holds_for_each_check_by_itself(city: City) -> None:
    version = Version().item("A", "points: 8, cap_per_check: 10, cap: 15", "1")
    city.check("T", "1", "2024-06-01", "1", **ACT).check("T", "2", "2024-06-01", "1", **OTHER_ACT)
    city.check("U", "1", "2024-07-01", "1", project_no="P3")
    assert city.scored(version).scores("2024-06-01", "2024-07-01") == [90, 85]


def test_the_cap_is_that_of_the_version_of_the_day(city: City) -> None:
    versions = [Version().item("A", f"points: 10, quantity: row, cap_per_check: {cap}", "1") for cap in (25, 12)]
    found = city.finding("F", "1", "2024-06-01", quantity=3).scored(*versions, split="2024-09-01")
    assert found.scores("2024-08-31", "2024-09-01") == [75, 88]
    assert found.on("2024-09-01").cause == "rulebook"


def test_an_items_cap_takes_away_from_its_later_occasions(city: City) -> None:
    version = Version("window: P1Y, agg: sum, cap_per_check: 20")
    version.item("A", "points: 10, cap: 15", "1").item("B", "points: 12", "2")
    # T: A 10 and B 12, at most 20; U: A 5 of 10 and B 12; if U came first it were 17 and 20 all the same,
    # so V shows the order: nothing of A is left for it
    city.check("T", "1", "2024-06-01", "1", project_no="P1").check("T", "2", "2024-06-01", "2", project_no="P2")
    city.check("U", "1", "2024-06-02", "1", project_no="P3").check("U", "2", "2024-06-02", "2", project_no="P4")
    city.check("V", "1", "2024-05-31", "1", project_no="P5")
    # V 10; T: A 5 + B 12; U: B 12
    assert city.scored(version).scores("2024-06-02") == [100 - 10 - 17 - 12]


@pytest.mark.parametrize(
    ("aggregation", "cap", "expected"),
    [("max", 11, 90), ("max", 8, 92), ("latest", 11, 94), ("latest", 5, 95)],
)
def test_under_latest_and_max_all_caps_apply_to_each_line(
    city: City, aggregation: str, cap: int, expected: int
) -> None:
    version = Version(f"window: P1Y, agg: {aggregation}, cap_per_check: {cap}")
    version.item("A", "points: 30, quantity: row, cap_per_check: 9", "1").item("B", "points: 10", "2")
    version.item("C", "points: 6, quantity: row, cap: 6", "3").item("D", "points: 20, cap: 7", "4")
    city.finding("F1", "1", "2024-06-01").finding("F2", "2", "2024-06-01").finding("F4", "4", "2024-06-01")
    assert city.finding("F3", "3", "2024-06-02", quantity=9).scored(version).scores("2024-06-02") == [expected]


def test_the_divisor_applies_after_the_caps(city: City) -> None:
    version = Version("window: P1Y, agg: sum_over_count, divisor: checks, cap_per_check: 12, cap: 5")
    version.item("A", "points: 10", "1")
    city.check("T", "1", "2024-06-01", "1", **ACT).check("T", "2", "2024-06-01", "1", **OTHER_ACT)
    found = city.check("U", "1", "2024-06-03").check("V", "1", "2024-06-04").scored(version)
    assert found.scores("2024-06-01", "2024-06-03", "2024-06-04") == [95, 95, 96]


# --- occasions ---


def _occasions() -> Version:
    version = Version("window: P1Y, agg: sum, cap_per_check: 500")
    for number, code in enumerate("ABC", start=1):
        version.item(code, "points: 1", str(number))
    version.clauses.append('{dataset: hotline, clause: "2", item: B}')
    return version


def test_the_occasion_is_the_task_of_the_row_that_starts_the_clock(city: City) -> None:
    city.check("U", "1", "2024-06-02", "1", **ACT).check("T", "1", "2024-06-01", "1", **ACT)
    city.finding("F", "2", "2024-05-09")
    assert city.scored(_occasions()).occasions() == {"A": "T", "B": None}


def test_of_rows_on_one_day_the_one_received_first_starts_the_clock(city: City) -> None:
    city.check("T", "1", "2024-06-01", "1", **ACT).check("U", "1", "2024-06-01", "1", **ACT)
    city.rows["inspections.checks"][1]["received_on"] = day("2024-06-05")
    assert city.scored(_occasions()).occasions() == {"A": "U"}


def test_the_occasion_is_the_check_from_which_a_finding_comes(city: City) -> None:
    city.check("T", "1", "2024-05-30").check("U", "1", "2024-05-01", **ACT)
    assert city.finding("F", "1", "2024-06-01", origin_id="T-1", **ACT).scored(_occasions()).occasions() == {"A": "T"}


def _ticket(city: City) -> City:
    return city.add(
        "complaints.hotline", "G", ticket_id="G", accepted_on=day("2024-05-01"), determined_on=day("2024-05-20"),
        result_code="substantiated", clause="2", project_no="P9", original_ticket_id=None,
    ).check("T", "1", "2024-05-10", check_type="complaint_verification", project_no="P9")  # fmt: skip


def test_the_occasion_of_a_ticket_is_its_visit_and_that_of_a_finding_from_it_the_root(city: City) -> None:
    _ticket(city).finding("F", "1", "2024-05-21", origin_id="G")
    city.rows["inspections.checks"][0]["occurred_on"] = day("2024-05-10")
    # of the same act, and received with it
    city.check("A", "1", "2024-05-10", occurred_on=day("2024-05-10"), project_no="P9")
    assert city.scored(_occasions()).occasions() == {"A": "T", "B": "T"}


def test_otherwise_any_check_of_the_case_whatever_its_state(city: City) -> None:
    city.finding("F", "1", "2024-06-01", **ACT)
    city.check("U", "1", "2024-06-01", "2", status_code="revoked", **ACT)
    city.check("T", "1", "2024-06-09", "3", status_code="pending", **ACT)
    assert city.scored(_occasions()).occasions() == {"A": "T"}  # received on one day, the lower key


def test_an_events_check_and_a_finding_of_it_are_one_occasion(city: City) -> None:
    version = Version("window: P1Y, agg: sum, cap_per_check: 12").item("A", "points: 10", "1")
    version.item("E", "points: 5, fact: checks").item("R", "points: 5, fact: reports")
    found = city.check("T", "1", "2024-06-01", "1").report("B", "2024-06-01").scored(version)
    assert found.scores("2024-06-01") == [83]  # 12 for T, 5 for the report
    assert found.occasions() == {"A": "T", "E": "T", "R": None}


# --- repeats ---


def _repeating(text: str = "points: 10, repeat_factor: 2") -> Version:
    return Version("window: P1Y, agg: sum").item("A", text, "1")


def test_a_second_line_within_the_first_ones_window_costs_double(city: City) -> None:
    found = city.finding("F1", "1", "2025-03-01").finding("F2", "1", "2025-06-01").scored(_repeating())
    assert found.scores("2025-03-01", "2025-06-01", "2026-03-01", "2026-03-02") == [90, 70, 70, 80]


def test_the_factor_is_applied_once(city: City) -> None:
    for number, determined in enumerate(("2024-06-01", "2024-06-02", "2024-06-03")):
        city.finding(f"F{number}", "1", determined)
    assert city.scored(_repeating()).scores("2024-06-03") == [50]


def test_the_same_day_and_the_day_after_the_window_are_no_repeat(city: City) -> None:
    city.finding("F1", "1", "2024-06-01").finding("F2", "1", "2024-06-01")
    city.finding("F3", "1", "2025-06-02")
    assert city.scored(_repeating()).scores("2024-06-01", "2025-06-02") == [80, 90]


@pytest.mark.parametrize(("status", "expected"), [("effective", 80), ("revoked", 90)])
def test_a_repaired_line_is_repeated_and_a_void_one_is_not(city: City, status: str, expected: int) -> None:
    city.finding("F1", "1", "2024-06-01", status_code=status).finding("F2", "1", "2024-09-01")
    city.repair("Z", "F1", "2024-07-01", "2024-07-04")
    assert city.scored(_repeating()).scores("2024-09-01") == [expected]


def test_a_superseded_line_is_repeated(city: City) -> None:
    version = _repeating().item("B", "points: 15", "2")
    city.finding("F1", "1", "2024-06-01", **ACT).finding("F2", "2", "2024-06-01", **ACT)
    assert city.finding("F3", "1", "2024-07-01").scored(version).scores("2024-07-01") == [65]


def test_the_factor_is_that_of_the_version_on_the_determination(city: City) -> None:
    versions = (_repeating("points: 10"), _repeating("points: 10, repeat_factor: 3"))
    city.finding("F1", "1", "2024-06-01").finding("F2", "1", "2024-07-01").finding("F3", "1", "2024-09-01")
    assert city.scored(*versions, split="2024-08-01").scores("2024-07-01", "2024-09-01") == [80, 50]


def test_events_repeat_too_and_before_the_case_competes(city: City) -> None:
    version = Version().item("R", "points: 1, fact: reports, repeat_factor: 2")
    assert city.report("B1", "2024-06-01").report("B2", "2024-06-02").scored(version).scores("2024-06-02") == [97]
    version = _repeating().item("B", "points: 15", "2")
    city.finding("F1", "1", "2024-06-01")
    city.finding("F2", "1", "2024-07-01", **ACT).finding("F3", "2", "2024-07-01", **ACT)
    found = city.scored(version)
    assert found.scores("2024-07-01") == [70]
    assert found.on("2024-07-01").superseded == (("B", day("2024-07-01")),)


# --- windows that the agency's own days say ---


def _until_next(said: str = "", natural: str = "expiry") -> Version:
    version = Version(f"window: until_next, next: checks{said}, agg: sum", natural=natural)
    return version.item("A", "points: 7", "1").item("B", "points: 2", "2")


def test_findings_of_a_check_count_until_the_next(city: City) -> None:
    city.check("T", "1", "2024-05-01", "1", **ACT).check("T", "2", "2024-05-01", "2", **OTHER_ACT)
    found = city.check("U", "1", "2024-09-09").scored(_until_next())
    assert found.scores("2024-05-01", "2024-09-08", "2024-09-09") == [91, 91, 100]
    assert found.on("2024-09-09").cause == "fact"


def test_a_line_without_a_next_check_continues_also_when_windows_never_end(city: City) -> None:
    assert city.check("T", "1", "2024-05-01", "1").scored(_until_next()).scores("2026-06-01") == [93]
    city.check("U", "1", "2024-09-09")
    assert city.scored(_until_next(natural="none")).scores("2026-06-01") == [93]


def test_a_line_determined_on_or_after_the_next_check_is_never_in_force(city: City) -> None:
    city.check("T", "1", "2024-05-01", "1").check("U", "1", "2024-05-20")
    city.rows["inspections.checks"][0]["determined_on"] = day("2024-05-20")
    found = city.finding("F", "2", "2024-05-02").scored(_until_next())
    line = next(line for line in found.outcome.lines if line.item == "A")
    assert (line.starts_on, line.ends_on, line.points) == (day("2024-05-20"), day("2024-05-20"), -7)
    assert found.scores("2024-05-19", "2024-05-20") == [98, 100]
    assert found.on("2024-05-20").cause == "fact"
    assert not found.on("2024-05-20").has_active_misconduct


def test_the_next_check_must_follow_the_act_not_the_determination(city: City) -> None:
    city.finding("F", "1", "2024-06-01", occurred_on=day("2024-05-01")).check("T", "1", "2024-05-01")
    assert city.scored(_until_next()).scores("2024-06-01") == [93]
    city.check("U", "1", "2024-07-01")
    assert city.scored(_until_next()).scores("2024-06-30", "2024-07-01") == [93, 100]


def test_a_check_without_its_day_uses_the_day_of_the_act(city: City) -> None:
    city.check("T", "1", None, "1", occurred_on=day("2024-05-01"), determined_on=day("2024-05-03"))
    assert city.check("U", "1", "2024-05-04").scored(_until_next()).scores("2024-05-03", "2024-05-04") == [93, 100]


def test_only_checks_of_the_types_named_end_a_line(city: City) -> None:
    version = _until_next(", next_types: [专项, 验收]")
    city.check("T", "1", "2024-05-01", "1").check("U", "1", "2024-06-01")
    # of the task V only its row of the type counts, on its own earliest day
    city.check("V", "1", "2024-06-20").check("V", "2", "2024-07-01", check_type="special")
    assert city.scored(version).scores("2024-06-30", "2024-07-01") == [93, 100]


def test_events_and_divisors_count_until_the_next_event(city: City) -> None:
    version = Version("window: until_next, next: reports, agg: sum").item("R", "points: 3, fact: reports")
    found = city.report("B1", "2024-06-01").report("B2", "2024-06-05").scored(version)
    assert found.scores("2024-06-01", "2024-06-04", "2024-06-05") == [97, 97, 97]
    version = Version("window: until_next, next: checks, agg: sum_over_count, divisor: reports")
    city.report("B3", "2024-06-06").finding("F", "1", "2024-06-06").check("T", "1", "2024-06-08")
    city.finding("G", "1", "2024-06-08").report("B4", "2024-06-09").report("B5", "2024-06-10")
    found = city.scored(version.item("A", "points: 12", "1"))
    assert found.scores("2024-06-06", "2024-06-08", "2024-06-10") == [96, 88, 94]
    assert found.on("2024-06-08").cause == "determination"


def test_own_year_ends_on_the_anniversary_of_the_start(city: City) -> None:
    version = Version("window: own_year, agg: sum").item("A", "points: 7", "1")
    found = city.finding("F1", "1", "2024-06-01").finding("F2", "1", "2025-04-01").scored(version)
    assert found.scores("2024-06-01", "2025-03-31", "2025-04-01", "2026-03-31", "2026-04-01") == [93, 93, 93, 93, 100]
    assert found.on("2026-04-01").cause == "expiry"


def test_an_agency_that_began_on_a_leap_day_has_its_anniversary_on_the_first_of_march(city: City) -> None:
    version = Version("window: own_year, agg: sum").item("A", "points: 7", "1")
    city.rows["registry.agencies"][0]["received_on"] = day("2024-02-29")
    found = city.finding("F", "1", "2024-06-01").scored(version)
    assert found.scores("2025-02-28", "2025-03-01") == [93, 100]


# --- agencies without a grade ---


def test_before_its_first_check_an_agency_has_neither_score_nor_grade(city: City) -> None:
    version = Version(said="rated_from: checks").item("A", "points: 10", "1")
    found = city.finding("F", "1", "2024-05-01").check("T", "1", "2024-06-01").scored(version)
    before, first = found.on("2024-05-31"), found.on("2024-06-01")
    assert (before.score, before.grade, before.reason, before.cause) == (None, None, "unrated", None)
    assert before.has_active_misconduct
    assert (first.score, first.grade, first.reason, first.cause) == (90, "A", "band", "fact")


def test_a_check_without_a_violation_gives_a_hundred(city: City) -> None:
    version = Version(said="rated_from: checks, rated_types: [专项]").item("A", "points: 10", "1")
    city.check("T", "1", "2024-06-01").check("U", "1", "2024-07-01", check_type="special")
    assert city.scored(version).scores("2024-06-30", "2024-07-01") == [None, 100]


def test_a_task_begun_before_the_first_version_rates_no_agency_and_ends_no_line(city: City) -> None:
    version = _until_next()
    version.said = "rated_from: checks"
    city.check("T", "1", "2023-12-20").check("T", "2", "2024-05-20").finding("F", "1", "2024-05-01")
    found = (
        city.check("U", "1", "2024-06-01").check("V", "1", "2024-07-01").finding("G", "1", "2024-06-02").scored(version)
    )
    assert found.scores("2024-05-20", "2024-05-31", "2024-06-01", "2024-06-02") == [None, None, 100, 93]
    (first,) = (line for line in found.outcome.lines if line.starts_on == day("2024-05-01"))
    assert first.ends_on == day("2024-06-01")


def test_rated_from_the_first_determination(city: City) -> None:
    version = Version(said="rated_from: determination").item("A", "points: 10", "1")
    version.item("R", "points: 1, fact: reports")
    found = city.report("B", "2024-05-01").finding("F", "1", "2024-06-01").scored(version)
    assert found.scores("2024-05-31", "2024-06-01", "2025-06-02") == [None, 89, 100]
    assert found.on("2024-06-01").cause == "determination"


def test_the_start_of_rating_is_that_of_the_version_of_the_day(city: City) -> None:
    versions = [
        Version(said=said).item("A", "points: 10", "1") for said in ("rated_from: start", "rated_from: reports")
    ]
    found = city.report("B", "2024-10-01").scored(*versions, split="2024-09-01")
    assert found.scores("2024-08-31", "2024-09-01", "2024-10-01") == [100, None, 100]
    assert (found.on("2024-09-01").cause, found.on("2024-10-01").cause) == ("rulebook", "fact")


def test_a_suspended_agency_keeps_its_score_and_loses_its_grade_until_another_status_is_shown(city: City) -> None:
    version = Version(said="unrated_status: [暂停, 已注销]").item("A", "points: 10", "1")
    city.finding("F", "1", "2024-05-01").listed("2024-06-01", "suspended").listed("2024-07-01", None)
    found = city.listed("2024-08-01", "exited").scored(version)
    assert [found.on(text).grade for text in ("2024-05-31", "2024-06-01", "2024-07-31", "2024-08-01")] == [
        "A", None, None, "A",
    ]  # fmt: skip
    assert found.scores("2024-06-01") == [90]
    assert (found.on("2024-06-01").reason, found.on("2024-06-01").cause) == ("unrated", "fact")


def test_the_gate_uses_the_grade_as_if_rated(city: City) -> None:
    version = Version(said="rated_from: checks, unrated_status: [暂停]").item("A", "points: 50", "1")
    city.finding("F", "1", "2024-05-01").listed("2024-05-02", "suspended")
    found = city.repair("Z", "F", "2024-06-01", "2024-06-04").scored(version)
    assert (found.outcome.repairs["Z"].refusal_reason, found.outcome.repairs["Z"].gate_grade) == ("gate", "C")
