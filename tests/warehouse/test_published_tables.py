"""Two published points tables, typed in as printed, score hand-made cases: the laboratories on building sites and the
bodies that assess environmental impact (tests/rulebook/regimes says where each comes from). Every figure is calculated
by hand from the table.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from rulebook.lint import lint
from tests.rulebook.support import FOREIGN, folder_of
from tests.warehouse.engine_city import Engine, listed
from tests.warehouse.evidence import Row, check, finding
from tests.warehouse.points_tables import capped, published, scored

LABORATORIES, ASSESSORS = "site-laboratories-2018", "impact-assessors-2019"


@pytest.mark.parametrize("stem", [LABORATORIES, ASSESSORS])
def test_the_table_passes_the_lint(stem: str) -> None:
    (path,) = (path for path in FOREIGN if path.stem == stem)
    assert lint(folder_of(path)) == []


# --- laboratories on building sites -------------------------------------------------------------------------------


def found(task_id: str, agency_id: str, determined_on: str, *rows: tuple[str, int | None]) -> list[Row]:
    """What one check of a laboratory found: a code of the table and 数量 for each row."""
    return [
        check(
            task_id,
            str(number),
            agency_id=agency_id,
            clause=code,
            quantity=quantity,
            checked_on=determined_on,
            determined_on=determined_on,
        )
        for number, (code, quantity) in enumerate(rows, start=1)
    ]


CHECKS = [
    # 3 instruments at 2, 2 places at 2: 10; then 1 report at 2
    *found("T1", "lab-1", "2025-03-10", ("JJC202008", 3), ("JJC202009", 2)),
    *found("T2", "lab-1", "2025-08-20", ("JJC202010", 1)),
    # 5 reports at 10, at most 30 a check; then 1 more in another check
    *found("T3", "lab-2", "2025-03-10", ("JJC202002", 5)),
    *found("T4", "lab-2", "2025-06-10", ("JJC202002", 1)),
    # an accident
    *found("T5", "lab-3", "2025-03-10", ("JJC202001", None)),
    # no mandate 20, no head 10
    *found("T6", "lab-4", "2025-03-10", ("JJC202004", None), ("JJC202005", None)),
    # 2 people at 10; 3 parameters at 5; 1 person at 5
    *found("T7", "lab-5", "2025-03-10", ("JJC202003", 2)),
    *found("T8", "lab-5", "2025-04-10", ("JJC202006", 3)),
    *found("T9", "lab-5", "2025-05-10", ("JJC202007", 1)),
    # two rows of 6 instruments at 2: 24, at most 20; 6 places at 2: 12, at most 10; 7 reports at 2: 14, at most 10
    *found("T10", "lab-6", "2025-03-10", *[("JJC202008", 6)] * 2, ("JJC202009", 6), ("JJC202010", 7)),
    # the width and the case of a code change nothing, and a code that the table lacks does not score
    *found("T11", "lab-7", "2025-03-10", ("jjc２０２００４", None), ("JJC202099", 4)),
]


@pytest.fixture(scope="module")
def laboratories() -> Engine:
    return scored(published(LABORATORIES), listed("2024-06-01", ["lab-0"]), checks=CHECKS)


@pytest.mark.parametrize(
    ("laboratory", "expected"),
    [
        ("lab-0", {"2025-03-10": (100, "AA")}),
        (
            "lab-1",
            {"2025-03-10": (90, "A"), "2025-08-20": (88, "A"), "2025-12-31": (88, "A"), "2026-01-01": (100, "AA")},
        ),
        ("lab-2", {"2025-03-10": (70, "C"), "2025-06-10": (60, "D"), "2026-01-01": (100, "AA")}),
        ("lab-3", {"2025-03-10": (0, "D"), "2025-12-31": (0, "D"), "2026-01-01": (100, "AA")}),
        ("lab-4", {"2025-03-10": (70, "C")}),
        ("lab-5", {"2025-03-10": (80, "B"), "2025-04-10": (65, "C"), "2025-05-10": (60, "D")}),
        ("lab-6", {"2025-03-10": (60, "D")}),
        ("lab-7", {"2025-03-10": (80, "B")}),
    ],
)
def test_a_laboratory_has_the_score_and_the_grade_of_the_table(
    laboratories: Engine, laboratory: str, expected: Mapping[str, tuple[int, str]]
) -> None:
    assert {on: laboratories.grade(on, laboratory) for on in expected} == expected


def test_each_row_of_the_table_stands_in_the_ledger_with_its_own_points(laboratories: Engine) -> None:
    assert laboratories.spans("misconduct", "lab-2") == [
        ("JJC202002", -50, "2025-03-10", "2026-01-01"),
        ("JJC202002", -10, "2025-06-10", "2026-01-01"),
    ]
    assert laboratories.spans("misconduct", "lab-1") == [
        ("JJC202008", -6, "2025-03-10", "2026-01-01"),
        ("JJC202009", -4, "2025-03-10", "2026-01-01"),
        ("JJC202010", -2, "2025-08-20", "2026-01-01"),
    ]


def test_what_a_check_may_cost_at_most_stands_in_a_line_of_that_check(laboratories: Engine) -> None:
    assert capped(laboratories, "lab-1") == []
    assert capped(laboratories, "lab-2") == [("JJC202002", 20, "2025-03-10", "2026-01-01", "T3")]
    assert capped(laboratories, "lab-6") == [
        ("JJC202008", 4, "2025-03-10", "2026-01-01", "T10"),
        ("JJC202009", 2, "2025-03-10", "2026-01-01", "T10"),
        ("JJC202010", 4, "2025-03-10", "2026-01-01", "T10"),
    ]


def test_a_code_that_the_table_lacks_is_listed(laboratories: Engine) -> None:
    laboratories.built.run("fct_data_issues")
    assert laboratories.built.query(
        "select issue_code, source_key from quality.fct_data_issues where agency_id = 'lab-7'"
    ) == [{"issue_code": "clause_unmapped", "source_key": "T11-2"}]


EDGES: list[tuple[str, int, tuple[int, str]]] = [
    ("JJC202009", 2, (96, "AA")),
    ("JJC202006", 1, (95, "A")),
    ("JJC202007", 2, (90, "A")),
    ("JJC202007", 3, (85, "B")),
    ("JJC202006", 5, (75, "B")),
    ("JJC202006", 6, (70, "C")),
    ("JJC202007", 7, (65, "C")),
    ("JJC202003", 4, (60, "D")),
    ("JJC202006", 10000, (-49900, "D")),
]


def test_each_bound_belongs_to_the_worse_grade() -> None:
    rows = [
        row
        for number, (code, quantity, _) in enumerate(EDGES)
        for row in found(f"E{number}", f"edge-{number}", "2025-03-10", (code, quantity))
    ]
    made = scored(published(LABORATORIES), checks=rows)
    assert [made.grade("2025-03-10", f"edge-{number}") for number in range(len(EDGES))] == [
        expected for *_, expected in EDGES
    ]


# --- bodies that assess environmental impact ----------------------------------------------------------------------


def fault(finding_id: str, agency_id: str, determined_on: str, clause: str) -> Row:
    """A fault of a body, under an article of the rules as an export writes it."""
    return finding(finding_id, agency_id=agency_id, determined_on=determined_on, clause=clause)


BODIES = [f"body-{number}" for number in range(5)]
FAULTS = [
    fault("K1", "body-1", "2025-01-10", "第五条第（一）项"),
    fault("K2", "body-2", "2025-03-01", "第五条第一项"),
    fault("K3", "body-2", "2025-04-01", "第五条"),
    fault("K4", "body-3", "2025-03-01", "第三条"),
    fault("K5", "body-4", "2025-05-19", "第五条"),
    fault("K6", "body-4", "2025-05-20", "第五条"),
]


@pytest.fixture(scope="module")
def assessors() -> Engine:
    """Every body's file was opened on 20 May 2024: its year ends on 20 May."""
    return scored(published(ASSESSORS), listed("2024-05-20", BODIES), findings=FAULTS)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("body-0", {"2024-05-20": (0, "正常"), "2026-06-30": (0, "正常")}),
        ("body-1", {"2025-01-10": (10, "警示"), "2025-05-19": (10, "警示"), "2025-05-20": (0, "正常")}),
        ("body-2", {"2025-03-01": (10, "警示"), "2025-04-01": (20, "限制"), "2025-05-20": (0, "正常")}),
        ("body-3", {"2025-03-01": (20, "限制"), "2025-05-19": (20, "限制"), "2025-05-20": (0, "正常")}),
        # a point on the last day of a year and one on the first day of the next never add up
        (
            "body-4",
            {
                "2025-05-18": (0, "正常"),
                "2025-05-19": (10, "警示"),
                "2025-05-20": (10, "警示"),
                "2026-05-19": (10, "警示"),
                "2026-05-20": (0, "正常"),
            },
        ),
    ],
)
def test_a_body_has_the_points_of_its_own_year(
    assessors: Engine, body: str, expected: Mapping[str, tuple[int, str]]
) -> None:
    assert {on: assessors.grade(on, body) for on in expected} == expected


def test_a_body_reaches_the_warning_and_the_limit_and_leaves_both_on_its_anniversary(assessors: Engine) -> None:
    assert assessors.changes("body-2") == [
        ("2025-03-01", "正常", "警示", "determination"),
        ("2025-04-01", "警示", "限制", "determination"),
        ("2025-05-20", "限制", "正常", "expiry"),
    ]
    assert assessors.spans("misconduct", "body-2") == [
        ("A5-1", 10, "2025-03-01", "2025-05-20"),
        ("A5", 10, "2025-04-01", "2025-05-20"),
    ]
