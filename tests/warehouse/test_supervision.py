"""Conditions over time, the monthly batch, tasks, the inspection plan and public lists, on hand-made rows.

Grades stand in for the scoring: a test says on which days an agency has which grade.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from tests.warehouse.harness import Warehouse

Row = dict[str, Any]
Span = tuple[date, date | None, str]

ONE = "91410800MA0000001A"
AS_OF = date(2025, 6, 20)
FIRST = date(2024, 5, 10)

VERSION = {
    "rulebook_id": "v1",
    "regime_code": "jiaozuo",
    "effective_from_on": date(2024, 3, 21),
    "clock_start": "determined_on",
    "window_last_day": "inclusive",
    "is_provisional": True,
}
MEASURES = [
    ("A", "quality_directory", "while", None),
    ("A", "double_random_max", "calendar_year", 1),
    ("A", "priority_service", "while", None),
    ("C", "interview", "on_enter", None),
    ("C", "key_list", "while", None),
    ("C", "inspection_min", "calendar_year", 2),
    ("D", "exit", "on_enter", None),
    ("D", "city_circular", "on_enter", None),
]


def history(*spans: Span) -> str:
    """SQL that stands in for the score history of ONE."""
    rows = []
    since, last_grade = spans[0][0], spans[0][2]
    for start, end, grade in spans:
        since, last_grade = (since if grade == last_grade else start), grade
        until = repr(str(end)) if end else "null"
        changed = repr(str(since)) if since != spans[0][0] else "null"
        days = ", ".join(f"cast({day} as date)" for day in (f"'{start}'", until, f"'{since}'", changed))
        rows.append(f"('{ONE}', '{grade}', {days})")
    return (
        "select agency_id, valid_from_on, valid_until_on, cast(90 as decimal(9,2)) as score, grade, grade_since_on, "
        "'band' as score_grade_reason, false as has_active_misconduct, 'v1' as rulebook_id, true as is_provisional, "
        f"last_changed_on from (values {', '.join(rows)}) as spans "
        "(agency_id, grade, valid_from_on, valid_until_on, grade_since_on, last_changed_on)"
    )


def rulebook(due_working_days: int | None = None) -> dict[str, list[Row]]:
    return {
        "rulebook.rulebooks": [VERSION],
        "rulebook.measures": [
            {
                "rulebook_id": "v1",
                "grade": grade,
                "measure_code": code,
                "trigger_code": trigger,
                "n": n,
                "due_working_days": due_working_days if trigger == "on_enter" else None,
                "is_provisional": False,
            }
            for grade, code, trigger, n in MEASURES
        ],
    }


def warehouse(
    rows: Mapping[str, Sequence[Row]],
    *spans: Span,
    as_of_on: date = AS_OF,
    due_working_days: int | None = None,
) -> Warehouse:
    loads = [
        {
            "source": relation.split(".")[0],
            "dataset": relation.split(".")[1],
            "received_on": day,
            "file_name": "file",
            "file_hash": "f" * 64,
            "status": "loaded",
            **dict.fromkeys(("read_count", "accepted_count", "quarantined_count", "duplicate_count"), 0),
        }
        for relation in rows
        for day in sorted({row["received_on"] for row in rows[relation]})
    ]
    parameters = [{"as_of_on": as_of_on, "known_on": None, "regime_code": "jiaozuo"}]
    return Warehouse(
        {"lake.build_parameters": parameters, "lake.loads": loads, **rulebook(due_working_days), **rows},
        replace={"fct_score_history": history(*spans) if spans else history((FIRST, None, "B"))},
    )


def agency(received_on: date = FIRST, **cells: Any) -> Row:
    """A row of the directory that lacks nothing."""
    return {
        "received_on": received_on,
        "agency_id": ONE,
        "agency_name": "焦作安泰消防技术有限公司",
        "service_type": "both",
        "is_legal_person": True,
        "floor_area_m2": 200,
        "has_quality_system": True,
        "assessment_control": "yes",
        "registry_status": "normal",
        "listing_basis": "applied",
    } | cells


def person(number: int, kind: str, level: str, received_on: date = FIRST, **cells: Any) -> Row:
    return {
        "received_on": received_on,
        "agency_id": ONE,
        "person_name": f"人{number}",
        "person_key": f"key-{number}",
        "person_mask": f"4108**********{number:04}",
        "person_id_status": "full",
        "certificate_kind": kind,
        "level_code": level,
        "qualification_no": f"Q{number}",
        "registration_no": f"R{number}",
        "contract_from_on": date(2024, 1, 1),
        "is_contract_until_open": True,
        "insurance_payer_name": "焦作安泰消防技术有限公司",
    } | cells


def staff(received_on: date = FIRST) -> list[Row]:
    """Exactly the staff that section 3 of credit.md asks of an agency that does both."""
    return [
        person(1, "engineer", "level_1", received_on),
        person(2, "engineer", "level_2", received_on),
        *(person(number, "operator", "intermediate", received_on) for number in (3, 4)),
        *(person(number, "operator", "junior", received_on) for number in (5, 6, 7, 8)),
    ]


def device(received_on: date = FIRST, **cells: Any) -> Row:
    return {
        "received_on": received_on,
        "agency_id": ONE,
        "equipment_name": "秒表",
        "serial_no": "1",
        "valid_until_on": date(2026, 1, 31),
    } | cells


def whole(**cells: Any) -> dict[str, list[Row]]:
    return {
        "registry.agencies": [agency(**cells)],
        "registry.personnel": staff(),
        "registry.equipment": [device()],
    }


def conditions_unmet(rows: Mapping[str, Sequence[Row]], on: date, **options: Any) -> set[str]:
    found = (
        warehouse(rows, **options)
        .run("int_agency_requirements_met")
        .query(
            "select condition_code from intermediate.int_agency_requirements_met where requirement_set = 'conformity' "
            "and not is_met and agency_id = $1 and valid_from_on <= $2 and coalesce(valid_until_on > $2, true)",
            ONE,
            on,
        )
    )
    return {row["condition_code"] for row in found}


def missing(rows: Mapping[str, Sequence[Row]], as_of_on: date = AS_OF) -> list[str]:
    found = (
        warehouse(rows, as_of_on=as_of_on)
        .run("dim_agencies")
        .query("select missing_items, is_complete from credit.dim_agencies where agency_id = ?", ONE)
    )
    assert found[0]["is_complete"] == (found[0]["missing_items"] == "")
    return [item for item in found[0]["missing_items"].split("、") if item]


class TestConformity:
    """credit.md section 3, over distinct people, on any day."""

    def test_exactly_what_is_asked_is_enough(self) -> None:
        assert conditions_unmet(whole(), AS_OF) == set()

    @pytest.mark.parametrize(
        ("cells", "expected"),
        [
            ({"floor_area_m2": 199}, {"floor_area"}),
            ({"is_legal_person": False}, {"legal_person"}),
            ({"is_legal_person": None}, {"legal_person"}),
            ({"has_quality_system": False}, {"quality_system"}),
            ({"assessment_control": "not_applicable"}, {"assessment_control"}),
            ({"service_type": "maintenance_testing", "assessment_control": "no"}, set()),
            ({"service_type": "safety_assessment", "floor_area_m2": 100, "has_quality_system": False}, set()),
            ({"service_type": "safety_assessment", "floor_area_m2": 99}, {"floor_area"}),
        ],
    )
    def test_what_a_service_type_asks(self, cells: Row, expected: set[str]) -> None:
        assert conditions_unmet(whole(**cells), AS_OF) == expected

    @pytest.mark.parametrize(
        ("lost", "expected"),
        [
            (1, {"engineers", "engineers_level_1"}),
            (2, {"engineers"}),
            (3, {"operators", "operators_intermediate"}),
            (8, {"operators"}),
        ],
    )
    def test_one_person_less_is_not_enough(self, lost: int, expected: set[str]) -> None:
        rows = whole() | {"registry.personnel": [row for row in staff() if row["person_key"] != f"key-{lost}"]}
        assert conditions_unmet(rows, AS_OF) == expected

    def test_one_person_listed_twice_counts_once(self) -> None:
        people = [row for row in staff() if row["person_key"] != "key-2"]
        people.append(person(1, "engineer", "level_1", person_name="人一", position_code="technical_lead"))
        assert conditions_unmet(whole() | {"registry.personnel": people}, AS_OF) == {"engineers"}

    def test_a_certificate_counts_through_its_last_day(self) -> None:
        people = [row | {"registration_until_on": AS_OF} if row["person_key"] == "key-2" else row for row in staff()]
        rows = whole() | {"registry.personnel": people}
        assert conditions_unmet(rows, AS_OF) == set()
        assert conditions_unmet(rows, date(2025, 6, 21)) == {"engineers"}

    def test_a_person_who_left_counts_until_the_drop_that_no_longer_shows_them(self) -> None:
        later = date(2024, 7, 10)
        remaining = [row for row in staff(later) if row["person_key"] != "key-2"]
        rows = whole() | {"registry.personnel": staff() + remaining}
        assert conditions_unmet(rows, date(2024, 7, 9)) == set()
        assert conditions_unmet(rows, later) == {"engineers"}

    def test_an_agency_absent_from_the_last_list_keeps_what_it_had(self) -> None:
        other = agency(date(2024, 7, 10), agency_id="91410800MA0000002B")
        rows = whole() | {"registry.agencies": [agency(), other]}
        assert conditions_unmet(rows, AS_OF) == set()

    @pytest.mark.parametrize(
        ("status", "unmet", "without_leads"),
        [("confirmed", {"engineers", "engineers_level_1"}, 1), ("open", set(), 1), ("cleared", set(), 2)],
    )
    def test_only_a_confirmed_conflict_takes_a_person_away(
        self, status: str, unmet: set[str], without_leads: int
    ) -> None:
        conflict = (
            f"select 'key-1' as person_key, null as other_person_key, '{status}' as status, 'double_registration' as conflict_kind, "
            "date '2024-06-01' as overlap_from_on, date '2024-08-01' as overlap_until_on"
        )
        built = warehouse(whole())
        built.replace["int_conflicts_assessed"] = conflict
        built.run("rpt_conformity")
        found = built.query(
            "from supervision.rpt_conformity where valid_from_on <= '2024-07-31' "
            "and (valid_until_on is null or valid_until_on > '2024-07-31')"
        )
        assert {row["condition_code"] for row in found if not row["is_met"]} == unmet
        engineers = next(row for row in found if row["condition_code"] == "engineers")
        assert int(engineers["actual_without_leads"]) == without_leads
        after = built.query("from supervision.rpt_conformity where valid_until_on is null")
        assert all(row["is_met"] and row["actual"] == row["actual_without_leads"] for row in after)


class TestCompleteness:
    """marts.md, "Completeness": every item of the notice, and four of four for each person."""

    def test_a_complete_file_lacks_nothing(self) -> None:
        assert missing(whole()) == []

    @pytest.mark.parametrize(
        ("cells", "expected"),
        [
            ({"person_id_status": "masked", "person_key": None}, ["identity"]),
            ({"qualification_no": None, "registration_no": None}, ["qualification"]),
            ({"registration_until_on": date(2025, 6, 19)}, ["qualification"]),
            ({"is_contract_until_open": False}, ["labour_contract"]),
            ({"is_contract_until_open": False, "contract_until_on": AS_OF}, []),
            ({"is_contract_until_open": False, "contract_until_on": date(2025, 6, 19)}, ["labour_contract"]),
            ({"insurance_payer_name": None}, ["social_insurance"]),
        ],
    )
    def test_four_of_four_for_each_person(self, cells: Row, expected: list[str]) -> None:
        rows = whole() | {"registry.personnel": [*staff()[:-1], staff()[-1] | cells]}
        assert missing(rows) == expected

    def test_a_calibration_counts_through_its_last_day(self) -> None:
        rows = whole() | {"registry.equipment": [device(valid_until_on=AS_OF)]}
        assert missing(rows) == []
        assert missing(rows, as_of_on=date(2025, 6, 21)) == ["equipment"]

    def test_missing_items_are_in_the_notices_order(self) -> None:
        rows = whole(is_legal_person=None, floor_area_m2=None) | {"registry.personnel": staff()[:2]}
        assert missing(rows) == ["legal_person", "floor_area", "operators"]

    def test_an_agency_that_only_evidence_knows_handed_nothing_in(self) -> None:
        penalty = {"received_on": FIRST, "agency_id": ONE, "decision_no": "1", "status_code": "effective"}
        assert missing({"inspections.penalties": [penalty]}) == ["submission"]


def tasks(rows: Mapping[str, Sequence[Row]], code: str, *spans: Span, **options: Any) -> list[tuple[Any, ...]]:
    found = (
        warehouse(rows, *spans, **options)
        .run("rpt_tasks")
        .query(
            "select opened_on, due_on, closed_on, status from supervision.rpt_tasks where task_code = ? "
            "order by opened_on, subject",
            code,
        )
    )
    return [tuple(row.values()) for row in found]


def site_check(checked_on: date, result: str, recheck: str | None = None) -> Row:
    return {
        "received_on": AS_OF,
        "site_check_id": f"S-{checked_on}",
        "agency_id": ONE,
        "checked_on": checked_on,
        "result_code": result,
        "recheck_result_code": recheck,
    }


class TestOnsiteBatch:
    """credit.md Q21: who is complete and conforming on the last day of a month is due by the 10th of the next."""

    def test_q21_the_batch_is_overdue_after_the_tenth(self) -> None:
        due = date(2024, 6, 10)
        assert tasks(whole(), "onsite_check", as_of_on=date(2024, 5, 31)) == []
        assert tasks(whole(), "onsite_check", as_of_on=due) == [(date(2024, 6, 1), due, None, "open")]
        assert tasks(whole(), "onsite_check", as_of_on=date(2024, 6, 11)) == [(date(2024, 6, 1), due, None, "overdue")]

    def test_q21_an_agency_shown_on_the_last_day_of_the_month_is_one_of_the_batch(self) -> None:
        def shown_on(day: date) -> dict[str, list[Row]]:
            return {
                "registry.agencies": [agency(day)],
                "registry.personnel": staff(day),
                "registry.equipment": [device(day)],
            }

        assert tasks(shown_on(date(2024, 5, 31)), "onsite_check")[0][0] == date(2024, 6, 1)
        assert tasks(shown_on(date(2024, 6, 1)), "onsite_check")[0][0] == date(2024, 7, 1)

    @pytest.mark.parametrize(
        ("submitted_on", "first_drop_on", "opened_on"),
        [
            (date(2024, 5, 31), date(2024, 6, 10), date(2024, 6, 1)),
            (date(2024, 5, 31), date(2024, 6, 11), date(2024, 7, 1)),
            (date(2024, 6, 1), date(2024, 6, 5), date(2024, 7, 1)),
        ],
    )
    def test_q21_who_handed_in_before_the_month_is_due_in_it_if_known_by_the_tenth(
        self, submitted_on: date, first_drop_on: date, opened_on: date
    ) -> None:
        rows = {
            "registry.agencies": [agency(first_drop_on, submitted_on=submitted_on)],
            "registry.personnel": staff(date(2024, 6, 3)),
            "registry.equipment": [device(date(2024, 6, 3))],
        }
        assert [row[0] for row in tasks(rows, "onsite_check")] == [opened_on]

    @pytest.mark.parametrize(
        "cells",
        [
            {"listing_basis": "grandfathered_28"},
            {"published_on": date(2024, 5, 31)},
            {"onsite_result": "passed", "onsite_checked_on": date(2024, 5, 20)},
            {"registry_status": "suspended"},
            {"floor_area_m2": 199},
        ],
    )
    def test_q21_who_is_not_waiting_for_a_check(self, cells: Row) -> None:
        assert tasks(whole(**cells), "onsite_check") == []

    def test_q21_a_check_closes_the_task_and_passing_ends_the_waiting(self) -> None:
        rows = whole() | {"registry.site_checks": [site_check(date(2024, 6, 12), "passed")]}
        assert tasks(rows, "onsite_check") == [(date(2024, 6, 1), date(2024, 6, 10), date(2024, 6, 12), "done")]

    def test_q21_a_check_after_as_of_on_has_not_happened(self) -> None:
        rows = whole() | {"registry.site_checks": [site_check(date(2024, 6, 12), "passed")]}
        assert tasks(rows, "onsite_check", as_of_on=date(2024, 6, 11))[0][2:] == (None, "overdue")

    def test_q21_who_failed_is_due_again_in_the_next_batch(self) -> None:
        rows = whole() | {
            "registry.site_checks": [
                site_check(date(2024, 6, 8), "failed"),
                site_check(date(2024, 7, 9), "failed", recheck="passed"),
            ]
        }
        assert tasks(rows, "onsite_check") == [
            (date(2024, 6, 1), date(2024, 6, 10), date(2024, 6, 8), "done"),
            (date(2024, 7, 1), date(2024, 7, 10), date(2024, 7, 9), "done"),
        ]


class TestMeasures:
    """credit.md R20-23: what a grade calls for."""

    A_MONTH = (date(2025, 1, 10), date(2025, 2, 10))

    def test_entering_c_calls_for_an_interview_without_a_deadline(self) -> None:
        spans = ((FIRST, date(2025, 1, 10), "B"), (date(2025, 1, 10), None, "C"))
        assert tasks(whole(), "interview", *spans) == [(date(2025, 1, 10), None, None, "open")]

    def test_a_deadline_counts_working_days_after_the_first(self) -> None:
        spans = ((FIRST, date(2025, 1, 10), "B"), (date(2025, 1, 10), None, "C"))
        found = tasks(whole(), "interview", *spans, due_working_days=5)
        assert found == [(date(2025, 1, 10), date(2025, 1, 17), None, "overdue")]

    def test_from_d_to_c_is_entering_c_too(self) -> None:
        spans = ((FIRST, date(2025, 1, 10), "D"), (date(2025, 1, 10), None, "C"))
        assert [row[0] for row in tasks(whole(), "interview", *spans)] == [date(2025, 1, 10)]
        assert [row[0] for row in tasks(whole(), "exit_proposal", *spans)] == [FIRST]

    def test_a_measure_on_entering_any_grade_is_called_for_by_each(self) -> None:
        spans = ((FIRST, date(2025, 1, 10), "B"), (date(2025, 1, 10), date(2025, 2, 10), "C"))
        more = ((date(2025, 2, 10), date(2025, 3, 10), "C"), (date(2025, 3, 10), None, "B"))
        any_grade = {"rulebook_id": "v1", "grade": "*", "measure_code": "city_circular", "trigger_code": "on_enter"}
        built = warehouse(whole(), *spans, *more)
        built.insert("rulebook.measures", [any_grade | {"is_provisional": False}])
        found = built.run("rpt_tasks").query(
            "select opened_on from supervision.rpt_tasks where task_code = 'city_circular' order by opened_on"
        )
        assert [row["opened_on"] for row in found] == [FIRST, date(2025, 1, 10), date(2025, 3, 10)]

    def test_another_score_within_the_grade_calls_for_nothing_new(self) -> None:
        spans = ((FIRST, date(2025, 1, 10), "C"), (date(2025, 1, 10), date(2025, 3, 1), "C"))
        last = (date(2025, 3, 1), None, "B")
        assert [row[0] for row in tasks(whole(), "interview", *spans, last)] == [FIRST]
        assert tasks(whole(), "key_list", *spans, last) == [(FIRST, None, date(2025, 3, 1), "done")]

    def test_a_future_grade_opens_no_task(self) -> None:
        spans = ((FIRST, date(2025, 6, 21), "B"), (date(2025, 6, 21), None, "C"))
        assert tasks(whole(), "interview", *spans) == []

    def test_a_list_is_left_on_the_day_the_grade_ends(self) -> None:
        spans = ((FIRST, AS_OF, "A"), (AS_OF, None, "B"))
        assert tasks(whole(), "quality_directory", *spans) == [(FIRST, None, AS_OF, "done")]
        assert tasks(whole(), "quality_directory", *spans, as_of_on=date(2025, 6, 19))[0][3] == "open"

    @pytest.mark.parametrize(
        ("decision", "closed"),
        [
            (None, None),
            ({"decision_code": "exit", "decided_on": date(2025, 2, 3)}, date(2025, 2, 3)),
            ({"decision_code": "readmit", "decided_on": date(2025, 2, 4)}, date(2025, 2, 4)),
            ({"decision_code": "exit", "decided_on": date(2024, 6, 1)}, date(2025, 1, 10)),
            ({"decision_code": "readmit", "decided_on": date(2024, 6, 1)}, None),
        ],
    )
    def test_a_decision_closes_the_proposal_of_exit(self, decision: Row | None, closed: date | None) -> None:
        rows = whole()
        if decision:
            rows["credit_desk.decisions"] = [
                {
                    "decision_id": "D-1",
                    "received_on": decision["decided_on"],
                    "object_type": "directory",
                    "object_id": ONE,
                    "handled_by": "赵一",
                    "reviewed_by": "钱二",
                }
                | decision
            ]
        spans = ((FIRST, date(2025, 1, 10), "B"), (date(2025, 1, 10), None, "D"))
        assert tasks(rows, "exit_proposal", *spans) == [
            (date(2025, 1, 10), None, closed, "done" if closed else "open"),
        ]

    def test_more_checks_are_due_by_the_end_of_the_year(self) -> None:
        spans = ((FIRST, date(2024, 11, 1), "B"), (date(2024, 11, 1), None, "C"))
        rows = whole() | {
            "inspections.checks": [
                check("T-1", date(2024, 3, 1), "special"),
                check("T-2", date(2024, 12, 5), "double_random"),
                check("T-3", date(2025, 2, 5), "double_random"),
                check("T-4", date(2025, 2, 6), "complaint_verification"),
            ]
        }
        assert tasks(rows, "extra_inspection", *spans) == [
            (date(2024, 11, 1), date(2024, 12, 31), date(2024, 12, 5), "done"),
            (date(2025, 1, 1), date(2025, 12, 31), None, "open"),
        ]


def check(task_id: str, checked_on: date, check_type: str = "double_random", line: str = "1") -> Row:
    return {
        "received_on": AS_OF,
        "task_id": task_id,
        "task_line": line,
        "agency_id": ONE,
        "check_type": check_type,
        "checked_on": checked_on,
        "status_code": "not_upheld",
    }


class TestInspectionPlan:
    """credit.md Q23: at most one double-random check a calendar year for an agency of grade A."""

    def plan(self, checks: Sequence[Row], *spans: Span) -> dict[int, tuple[Any, ...]]:
        rows = whole() | {"inspections.checks": list(checks)}
        found = warehouse(rows, *spans).run("rpt_inspection_plan").query("from supervision.rpt_inspection_plan")
        return {
            row["calendar_year"]: (
                row["double_random_done"],
                row["double_random_max"],
                row["extra_required"],
                row["excess_flag"],
            )
            for row in found
        }

    ALWAYS_A = ((FIRST, None, "A"),)

    def test_q23_one_check_is_the_maximum(self) -> None:
        checks = [check("T-1", date(2025, 2, 1)), check("T-1", date(2025, 2, 1), line="2")]
        assert self.plan(checks, *self.ALWAYS_A) == {2024: (0, 1, 0, False), 2025: (1, 1, 0, False)}

    def test_q23_the_second_of_a_year_is_too_many(self) -> None:
        checks = [check("T-1", date(2025, 2, 1)), check("T-2", date(2025, 3, 1))]
        assert self.plan(checks, *self.ALWAYS_A)[2025] == (2, 1, 0, True)

    def test_q23_one_in_each_of_two_years_is_not(self) -> None:
        checks = [check("T-1", date(2024, 12, 31)), check("T-2", date(2025, 1, 1))]
        assert self.plan(checks, *self.ALWAYS_A) == {2024: (1, 1, 0, False), 2025: (1, 1, 0, False)}

    def test_q23_a_special_check_is_too_many_and_a_verification_is_none(self) -> None:
        assert self.plan([check("T-1", date(2025, 2, 1), "special")], *self.ALWAYS_A)[2025] == (0, 1, 0, True)
        verification = check("T-1", date(2025, 2, 1), "complaint_verification")
        assert self.plan([verification], *self.ALWAYS_A)[2025] == (0, 1, 0, False)

    def test_q23_the_grade_on_the_day_of_the_second_decides(self) -> None:
        checks = [check("T-1", date(2025, 2, 1)), check("T-2", date(2025, 3, 1))]
        then_a = ((FIRST, date(2025, 2, 15), "B"), (date(2025, 2, 15), None, "A"))
        then_b = ((FIRST, date(2025, 3, 1), "A"), (date(2025, 3, 1), None, "B"))
        assert self.plan(checks, *then_a)[2025] == (2, 1, 0, True)
        assert self.plan(checks, *then_b)[2025] == (2, None, 0, False)

    def test_q23_the_maximum_is_that_of_the_version_of_the_day(self) -> None:
        twice_a_year = [check(f"T-{n}", date(2024 + n // 2, 7 - n, 1 + n)) for n in range(4)]
        spans = history((FIRST, date(2025, 1, 1), "A"), (date(2025, 1, 1), None, "A"))
        version = "case when valid_from_on >= date '2025-01-01' then 'v2' else 'v1' end as rulebook_id"
        built = warehouse(whole() | {"inspections.checks": twice_a_year})
        built.replace["fct_score_history"] = f"select * exclude (rulebook_id), {version} from ({spans})"
        two = {"rulebook_id": "v2", "grade": "A", "measure_code": "double_random_max", "n": 2, "is_provisional": False}
        built.insert("rulebook.measures", [two | {"trigger_code": "calendar_year"}])
        found = built.run("rpt_inspection_plan").query("from supervision.rpt_inspection_plan order by calendar_year")
        assert [(row["double_random_done"], row["double_random_max"], row["excess_flag"]) for row in found] == [
            (2, 1, True),
            (2, 2, False),
        ]

    def test_c_in_any_part_of_the_year_calls_for_more(self) -> None:
        spans = ((FIRST, date(2025, 2, 1), "C"), (date(2025, 2, 1), None, "B"))
        assert self.plan([], *spans) == {2024: (0, None, 2, False), 2025: (0, None, 2, False)}


class TestPublication:
    def test_q25_the_quality_directory_is_as_of_the_last_day_of_a_quarter_that_has_ended(self) -> None:
        spans = ((FIRST, date(2024, 9, 30), "A"), (date(2024, 9, 30), date(2024, 12, 31), "B"))
        last = (date(2024, 12, 31), None, "A")
        found = warehouse(whole(), *spans, last).run("rpt_quality_directory")
        rows = found.query("from publication.rpt_quality_directory order by period")
        assert [row["period"] for row in rows] == ["2024Q2", "2024Q4", "2025Q1"]
        assert all(row["priority_service"] and row["grade"] == "A" for row in rows)

    def test_q25_a_quarter_ends_with_its_last_day(self) -> None:
        def periods(as_of_on: date) -> list[str]:
            found = warehouse(whole(), (FIRST, None, "A"), as_of_on=as_of_on).run("rpt_quality_directory")
            return [row["period"] for row in found.query("from publication.rpt_quality_directory")]

        assert periods(date(2024, 6, 29)) == []
        assert periods(date(2024, 6, 30)) == ["2024Q2"]

    def test_the_roster_shows_since_when_the_grade_holds(self) -> None:
        spans = ((FIRST, date(2025, 1, 1), "C"), (date(2025, 1, 1), date(2025, 5, 1), "B"))
        more = ((date(2025, 5, 1), date(2025, 7, 1), "B"), (date(2025, 7, 1), None, "A"))
        found = warehouse(whole(published_on=FIRST), *spans, *more).run("rpt_public_roster")
        rows = found.query("from publication.rpt_public_roster")
        assert [(row["agency_id"], row["grade"], row["since_on"]) for row in rows] == [(ONE, "B", date(2025, 1, 1))]
        assert [(row["last_changed_on"], row["first_seen_on"]) for row in rows] == [(date(2025, 1, 1), FIRST)]

    def test_the_roster_is_provisional_before_the_first_score_too(self) -> None:
        early = date(2024, 3, 10)
        rows = {"registry.agencies": [agency(early, published_on=early)]}
        found = warehouse(rows, as_of_on=early).run("rpt_public_roster").query("from publication.rpt_public_roster")
        assert [(row["score"], row["is_provisional"]) for row in found] == [(None, True)]

    def test_who_left_is_in_the_exit_notices_and_not_in_the_roster(self) -> None:
        rows = whole(published_on=FIRST, registry_status="exited")
        found = warehouse(rows).run("rpt_public_roster", "rpt_exit_notices")
        assert found.query("from publication.rpt_public_roster") == []
        notices = found.query("select agency_id, exited_on, reason from publication.rpt_exit_notices")
        assert notices == [{"agency_id": ONE, "exited_on": FIRST, "reason": "registry_exit"}]


def line(**cells: Any) -> str:
    """SQL of one row that stands in for the ledger."""
    row = {
        "line_id": "L-1",
        "agency_id": ONE,
        "case_id": "case",
        "line_kind": "misconduct",
        "item_code": "F09",
        "rulebook_id": "v1",
        "valid_from_on": date(2025, 1, 10),
        "valid_until_on": date(2026, 1, 11),
        "repaired_on": None,
        "public_until_on": None,
        "source": "credit_desk",
        "dataset": "findings",
        "source_key": "F-1",
        "determined_on": date(2025, 1, 10),
        "is_disputed": False,
        "disputed_since_on": None,
        "counted_by_line_id": None,
    } | cells
    parts = []
    for name, cell in row.items():
        kind = "date" if name.endswith("_on") else "boolean" if isinstance(cell, bool) else "varchar"
        parts.append(f"cast({'null' if cell is None else repr(str(cell))} as {kind}) as {name}")
    return "select " + ", ".join(parts)


class TestMisconductNotices:
    """credit.md 6.13: public while in force; on penalties alone, no longer than their 公示截止期."""

    def notices(self, *lines: str, as_of_on: date) -> list[tuple[str, date | None]]:
        built = warehouse(whole(), as_of_on=as_of_on)
        built.replace["fct_point_ledger"] = " union all ".join(lines)
        built.run("rpt_misconduct_notices")
        found = built.query("from publication.rpt_misconduct_notices order by line_id")
        return [(row["line_id"], row["public_until_on"]) for row in found]

    def test_6_13_the_last_day_in_force_is_the_last_public_day(self) -> None:
        last = date(2026, 1, 10)
        assert self.notices(line(), as_of_on=last) == [("L-1", last)]
        assert self.notices(line(), as_of_on=date(2026, 1, 11)) == []
        assert self.notices(line(), as_of_on=date(2025, 1, 9)) == []

    def test_6_13_a_penalty_s_term_ends_it_earlier_and_never_later(self) -> None:
        term = date(2025, 6, 30)
        assert self.notices(line(public_until_on=term), as_of_on=term) == [("L-1", term)]
        assert self.notices(line(public_until_on=term), as_of_on=date(2025, 7, 1)) == []
        long_term = line(public_until_on=date(2028, 1, 10))
        assert self.notices(long_term, as_of_on=term) == [("L-1", date(2026, 1, 10))]

    @pytest.mark.parametrize("is_provisional", [True, False])
    def test_6_13_a_notice_says_whether_its_points_are_provisional(self, is_provisional: bool) -> None:
        built = warehouse(whole(), as_of_on=date(2025, 2, 1))
        built.replace["fct_point_ledger"] = line()
        built.replace["dim_rules"] = (
            "select 'v1' as rulebook_id, 'F09' as item_code, '一(四)9' as clause, '未签名' as title_zh,"
            f" {is_provisional} as is_provisional"
        )
        (row,) = built.run("rpt_misconduct_notices").query("from publication.rpt_misconduct_notices")
        assert (row["clause"], row["is_provisional"]) == ("一(四)9", is_provisional)

    def test_6_13_a_repair_ends_it(self) -> None:
        repaired = line(repaired_on=date(2025, 3, 1))
        assert self.notices(repaired, as_of_on=date(2025, 2, 28)) == [("L-1", date(2025, 2, 28))]
        assert self.notices(repaired, as_of_on=date(2025, 3, 1)) == []

    def test_6_13_a_line_in_pieces_is_public_until_the_last_of_them(self) -> None:
        pieces = (
            line(line_id="L-1", line_kind="superseded", counted_by_line_id="L-9", valid_until_on=date(2025, 5, 1)),
            line(line_id="L-2", valid_from_on=date(2025, 5, 1)),
        )
        assert self.notices(*pieces, as_of_on=date(2025, 4, 1)) == [("L-1", date(2026, 1, 10))]
        assert self.notices(*pieces, as_of_on=date(2025, 5, 1)) == [("L-2", date(2026, 1, 10))]

    @pytest.mark.parametrize("kind", ["merit", "repair", "void", "not_scored", "fact", "cap_adjustment"])
    def test_6_13_nothing_else_of_the_ledger_is_a_notice(self, kind: str) -> None:
        assert self.notices(line(line_kind=kind), as_of_on=AS_OF) == []
