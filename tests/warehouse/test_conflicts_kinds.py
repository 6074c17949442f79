"""Every other kind of conflict: what counts, what only looks like one, and the boundary between (conflicts.md)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ingestion import parsing
from tests.warehouse.desk import (
    X,
    Y,
    Z,
    agency,
    checkin,
    conflicts,
    day,
    decision,
    desk,
    drops,
    engineer,
    mask,
    months,
    paid,
    report,
)

AS_OF = "2025-06-30"
FIRM, SCHOOL = "914100000000000F01", "124100000000000S01"
BRANCH = "924108000000000B07"
MONTHLY = [f"2024-{month:02d}-10" for month in range(1, 13)]

Rows = dict[str, list[dict[str, Any]]]


def at(agency_id: str, who: str = "1", on: list[str] | None = None, **changes: Any) -> list[dict[str, Any]]:
    return drops({received_on: [engineer(agency_id, who, **changes)] for received_on in on or MONTHLY})


def found(rows: Rows, kind: str, as_of_on: str = AS_OF, empty: tuple[str, ...] = ()) -> list[tuple[Any, ...]]:
    return [
        (row["overlap_from_on"], row["overlap_until_on"], row["status"], row["explained_by"])
        for row in conflicts(desk(as_of_on, rows, empty_drops=empty), kind)
    ]


# -- paid by another enterprise ---------------------------------------------------------------------------------------
def pension(payer: str, first: str, count: int, **changes: Any) -> list[dict[str, Any]]:
    return [paid("1", payer, month, **changes) for month in months(first, count)]


@pytest.mark.parametrize(
    ("payments", "expected"),
    [
        (pension(FIRM, "2024-03", 2), [(day("2024-03-01"), day("2024-05-01"), "open", None)]),
        (pension(FIRM, "2024-03", 1), []),
        (pension(FIRM, "2024-03", 1) + pension(FIRM, "2024-05", 1), []),
        (pension(FIRM, "2024-03", 2, payment_status="interrupted"), []),
        (pension(FIRM, "2024-03", 2, insurance_code="work_injury"), []),
        (
            pension(FIRM, "2024-03", 2, payment_status="back_paid"),
            [(day("2024-03-01"), day("2024-05-01"), "open", None)],
        ),
        (pension(FIRM, "2024-03", 2) + pension(X, "2024-04", 1), []),
        (
            pension(FIRM, "2024-03", 2) + pension(X, "2024-04", 1, payment_status="back_paid"),
            [(day("2024-03-01"), day("2024-05-01"), "explained", "back_payment")],
        ),
        (
            pension(FIRM, "2024-03", 4) + pension(X, "2024-03", 1, payment_status="back_paid"),
            [(day("2024-04-01"), day("2024-07-01"), "open", None)],
        ),
        (
            pension(FIRM, "2024-03", 2, payer_name="众合人力资源有限公司"),
            [(day("2024-03-01"), day("2024-05-01"), "explained", "labour_broker")],
        ),
        (
            pension(FIRM, "2024-03", 2, payer_name="机构X01武陟分公司"),
            [(day("2024-03-01"), day("2024-05-01"), "explained", "branch")],
        ),
        (
            pension(FIRM, "2024-03", 2, payer_name="机构Y02武陟分公司"),
            [(day("2024-03-01"), day("2024-05-01"), "open", None)],
        ),
    ],
)
def test_paid_by_other_firm(payments: list[dict[str, Any]], expected: list[tuple[Any, ...]]) -> None:
    rows = {
        "registry.personnel": at(X),
        "registry.social_insurance": payments,
        "registry.agencies": [agency(X, "2024-01-10")],
    }
    assert found(rows, "paid_by_other_firm") == expected


def test_a_payer_that_a_decision_calls_the_same_is_a_branch() -> None:
    rows = {
        "registry.personnel": at(X),
        "registry.social_insurance": pension(FIRM, "2024-03", 3),
        "credit_desk.decisions": [decision("D1", f"{FIRM}={X}", "same_person", "2024-08-01", object_type="identity")],
    }
    assert [row[2:] for row in found(rows, "paid_by_other_firm")] == [("explained", "branch")]


def test_the_month_of_a_change_is_no_second_month() -> None:
    """Registered until 10 September; the next employer pays from August: conflicts.md, month_of_change."""
    rows = {
        "registry.personnel": at(X, on=MONTHLY[:8]),
        "registry.social_insurance": pension(X, "2024-01", 7) + pension(FIRM, "2024-08", 4),
    }
    assert [row[2:] for row in found(rows, "paid_by_other_firm", empty=("2024-09-10",))] == [
        ("explained", "month_of_change")
    ]


def test_a_month_counts_when_its_first_day_lies_in_the_spell() -> None:
    rows = {
        "registry.personnel": at(X, on=["2024-03-01", "2024-04-01"]),
        "registry.social_insurance": pension(FIRM, "2024-02", 4),
    }
    assert found(rows, "paid_by_other_firm", empty=("2024-01-10", "2024-05-01"))[0][:2] == (
        day("2024-03-01"),
        day("2024-05-01"),
    )


def test_the_second_month_completes_the_evidence() -> None:
    payments = pension(FIRM, "2024-03", 3)
    rows = {"registry.personnel": at(X), "registry.social_insurance": payments}
    (row,) = conflicts(desk(AS_OF, rows), "paid_by_other_firm")
    assert row["first_seen_on"] == payments[1]["received_on"]
    assert row["last_seen_on"] == payments[2]["received_on"]
    assert float(row["confidence"]) == pytest.approx(0.85)
    assert (row["severity"], row["employer_b_kind"], row["insurance_evidence_count"]) == ("high", "enterprise", 3)


# -- public bodies ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("payments", "count"),
    [
        (pension(SCHOOL, "2024-03", 1, insurance_code="pension_public"), 1),
        (pension(SCHOOL, "2024-03", 1), 1),
        (pension("514100000000000A01", "2024-03", 1), 1),
        (pension("544100000000000A01", "2024-03", 1), 0),
        (pension(FIRM, "2024-03", 1, insurance_code="pension_public"), 1),
        (pension(SCHOOL, "2024-03", 1, payment_status="interrupted"), 0),
        (pension(SCHOOL, "2023-03", 3), 0),
    ],
)
def test_employed_by_public_body(payments: list[dict[str, Any]], count: int) -> None:
    rows = {"registry.personnel": at(X), "registry.social_insurance": payments}
    hits = conflicts(desk(AS_OF, rows))
    assert [row["conflict_kind"] for row in hits] == ["employed_by_public_body"] * count
    assert all(row["severity"] == "very_high" for row in hits)


@pytest.mark.parametrize("payer", ["114100000000000B01", SCHOOL])
def test_a_public_body_is_no_labour_broker_by_its_name(payer: str) -> None:
    payments = pension(payer, "2024-03", 2, payer_name="焦作市人力资源和社会保障局", insurance_code="pension_public")
    rows = {"registry.personnel": at(X), "registry.social_insurance": payments}
    assert [row[2:] for row in found(rows, "employed_by_public_body")] == [("open", None)]


def test_a_public_body_is_not_also_another_firm() -> None:
    rows = {"registry.personnel": at(X), "registry.social_insurance": pension(SCHOOL, "2024-03", 5)}
    (row,) = conflicts(desk(AS_OF, rows))
    assert (row["conflict_kind"], row["overlap_days"]) == ("employed_by_public_body", 153)


# -- double insurance -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (pension(FIRM, "2024-03", 2), [(day("2024-03-01"), day("2024-05-01"), "open", None)]),
        (pension(FIRM, "2024-03", 1), []),
        (
            pension(FIRM, "2024-03", 1) + pension(FIRM, "2024-06", 1),
            [(day("2024-03-01"), day("2024-07-01"), "open", None)],
        ),
        (
            pension(FIRM, "2024-03", 2, insurance_code="work_injury"),
            [(day("2024-03-01"), day("2024-05-01"), "explained", "injury_only")],
        ),
    ],
)
def test_double_insurance(other: list[dict[str, Any]], expected: list[tuple[Any, ...]]) -> None:
    rows = {"registry.personnel": at(X), "registry.social_insurance": pension(X, "2024-01", 12) + other}
    assert found(rows, "double_insurance") == expected


@pytest.mark.parametrize(
    ("late", "on_time", "outcome"),
    [(X, FIRM, ("explained", "back_payment")), (FIRM, X, ("open", None))],
)
def test_only_the_registering_agency_s_later_payment_explains(
    late: str, on_time: str, outcome: tuple[str, str | None]
) -> None:
    payments = pension(late, "2024-03", 3, payment_status="back_paid") + pension(on_time, "2024-03", 3)
    rows = {"registry.personnel": at(X), "registry.social_insurance": payments}
    assert [row[2:] for row in found(rows, "double_insurance")] == [outcome]


@pytest.mark.parametrize(
    ("other", "own_status", "outcomes"),
    [
        ("pension_enterprise", "normal", ("does not hold", "does not hold", "does not hold")),
        ("pension_enterprise", "back_paid", ("holds", "not asked", "not asked")),
        ("work_injury", "normal", ("does not hold", "does not hold", "holds")),
        ("work_injury", "back_paid", ("does not hold", "does not hold", "holds")),
    ],
)
def test_double_insurance_reports_no_outcome_for_an_untested_explanation(
    other: str, own_status: str, outcomes: tuple[str, ...]
) -> None:
    payments = pension(X, "2024-03", 3, payment_status=own_status) + pension(FIRM, "2024-03", 3, insurance_code=other)
    rows = {"registry.personnel": at(X), "registry.social_insurance": payments}
    (row,) = conflicts(desk(AS_OF, rows), "double_insurance")
    tested = dict(one.split(": ") for one in row["explanations_tested"].split("、"))
    assert tuple(tested[word] for word in ("back_payment", "settlement_month", "injury_only")) == outcomes


def test_two_agencies_that_both_register_and_pay_are_one_double_insurance() -> None:
    rows = {
        "registry.personnel": at(X) + at(Y),
        "registry.social_insurance": pension(X, "2024-03", 3) + pension(Y, "2024-03", 3),
    }
    (row,) = conflicts(desk(AS_OF, rows), "double_insurance")
    assert {row["employer_a_id"], row["employer_b_id"]} == {X, Y}


def test_the_month_that_settles_a_change_is_no_second_month() -> None:
    rows = {
        "registry.personnel": at(X, on=MONTHLY[:8]),
        "registry.social_insurance": pension(X, "2024-01", 9) + pension(FIRM, "2024-08", 4),
    }
    assert [row[2:] for row in found(rows, "double_insurance", empty=("2024-09-10",))] == [
        ("explained", "settlement_month")
    ]


# -- signing for others -----------------------------------------------------------------------------------------------
def signing(on: str, at_z: list[dict[str, Any]] | None = None, **changes: Any) -> Rows:
    return {
        "registry.personnel": at(X) + (at_z or []),
        "registry.agencies": [agency(X, "2024-01-10"), agency(Z, "2024-01-10")],
        "platform.reports": [report("R1", Z, on, "1", **changes)],
    }


def test_signed_for_other_agency() -> None:
    rows = signing("2024-05-20")
    rows["platform.reports"].append(report("R2", Z, "2024-06-03", "1"))
    (row,) = conflicts(desk(AS_OF, rows), "signed_for_other_agency")
    assert (row["employer_a_id"], row["employer_b_id"], row["severity"]) == (X, Z, "very_high")
    assert (row["overlap_from_on"], row["overlap_until_on"]) == (day("2024-05-20"), day("2024-06-04"))
    assert (row["status"], row["report_evidence_count"], float(row["confidence"])) == ("open", 2, 0.9)


def test_the_technical_lead_signs_too() -> None:
    row = report("R1", Z, "2024-05-20")
    row |= {"technical_lead_name": "工程师1", "technical_lead_key": "key-1", "technical_lead_id_status": "full"}
    assert len(found({"registry.personnel": at(X), "platform.reports": [row]}, "signed_for_other_agency")) == 1


def test_a_report_of_ones_own_agency_under_an_old_name_is_no_conflict() -> None:
    rows = signing("2024-05-20")
    rows["platform.reports"] = [report("R1", X, "2024-05-20", "1", agency_name="旧名")]
    assert not found(rows, "signed_for_other_agency")


def test_a_report_on_which_the_agency_s_own_name_stands_is_renamed() -> None:
    rows = signing("2024-05-20", agency_name="机构X01")
    assert [row[3] for row in found(rows, "signed_for_other_agency")] == ["renamed"]


ENDED = {"contract_until_on": day("2024-05-10"), "is_contract_until_open": False}


@pytest.mark.parametrize(
    ("on", "explained_by"), [("2024-05-10", []), ("2024-05-17", ["within_7_days"]), ("2024-07-20", [None])]
)
def test_seven_days_around_a_spell_are_still_its_own(on: str, explained_by: list[str | None]) -> None:
    """At Z until 10 May, on its lists until 10 June."""
    rows = signing(on, at(Z, on=MONTHLY[:5], **ENDED))
    assert [row[3] for row in found(rows, "signed_for_other_agency")] == explained_by


def test_a_person_listed_before_or_after_belongs_to_the_agency() -> None:
    assert not found(signing("2024-05-28", at(Z, on=MONTHLY[:5], **ENDED)), "signed_for_other_agency")
    later = at(Z, on=MONTHLY[5:], contract_from_on=None)
    assert not found(signing("2024-05-11", later), "signed_for_other_agency")
    assert [row[3] for row in found(signing("2024-05-09", later), "signed_for_other_agency")] == [None]


def test_a_labour_contract_shown_later_counts_from_its_own_day() -> None:
    later = at(Z, on=MONTHLY[8:], contract_from_on=day("2024-05-01"))
    assert not found(signing("2024-05-01", later), "signed_for_other_agency")
    assert len(found(signing("2024-04-30", later), "signed_for_other_agency")) == 1


# -- shared certificates ----------------------------------------------------------------------------------------------
def test_one_registration_number_with_two_people() -> None:
    rows = {"registry.personnel": at(X) + at(Y, "2", registration_no="REG-1", person_name="欧阳明")}
    (row,) = conflicts(desk(AS_OF, rows), "certificate_shared")
    assert (row["employer_a_id"], row["employer_b_id"], row["status"]) == (X, Y, "open")


def test_two_people_of_one_name_with_one_number_share_it_too() -> None:
    rows = {"registry.personnel": at(X) + at(Y, "2", registration_no="REG-1", person_name="工程师1")}
    assert [row[2] for row in found(rows, "certificate_shared")] == ["open"]


def test_a_name_that_differs_in_one_character_is_a_typo() -> None:
    rows = {"registry.personnel": at(X, on=MONTHLY[:3]) + at(X, on=MONTHLY[3:], person_name="工程林1")}
    assert [row[2:] for row in found(rows, "certificate_shared")] == [("explained", "typo")]


def test_two_people_are_one_row_however_one_of_them_is_spelt_once() -> None:
    rows = {
        "registry.personnel": at(X, on=MONTHLY[:3])
        + at(X, on=MONTHLY[3:4], person_name="工程林1")
        + at(X, on=MONTHLY[4:])
        + at(Y, "2", registration_no="REG-1", person_name="欧阳明")
    }
    hits = conflicts(desk(AS_OF, rows), "certificate_shared")
    assert sorted((row["employer_b_id"], row["status"]) for row in hits) == [(X, "explained"), (Y, "open")]


def test_a_confirmed_shared_certificate_takes_both_holders_from_the_count() -> None:
    rows = {
        "registry.personnel": at(X)
        + at(X, "7")
        + at(Y, "2", registration_no="REG-1", person_name="欧阳明")
        + at(Y, "8"),
        "registry.agencies": [agency(X, "2024-01-10"), agency(Y, "2024-01-10")],
    }
    (row,) = conflicts(desk(AS_OF, rows), "certificate_shared")
    assert (row["person_key"], row["other_person_key"]) == ("key-1", "key-2")
    rows["credit_desk.decisions"] = [decision("D1", row["conflict_id"], "confirmed", "2025-01-15")]
    measures = desk(AS_OF, rows).run("int_agency_measures_changed")
    engineers = measures.query(
        "select agency_id, cast(sum(amount) as integer) as amount from intermediate.int_agency_measures_changed "
        "where measure_code = 'engineers_valid' and change_on <= date '2024-06-01' group by 1 order by 1"
    )
    assert [tuple(row.values()) for row in engineers] == [(X, 1), (Y, 1)]


def test_rows_that_differ_only_in_their_sheet_give_one_result_in_any_order() -> None:
    same = {"row_number": 7, "file_hash": "a" * 64}
    mine = [row | same | {"sheet": sheet, "row_key": sheet} for sheet in ("b", "a") for row in at(X, on=["2024-01-10"])]
    other = at(Y, "2", on=["2024-01-10"], registration_no="REG-1", person_name="欧阳明")
    for order in (mine, mine[::-1]):
        (row,) = conflicts(desk(AS_OF, {"registry.personnel": order + other}), "certificate_shared")
        assert "sheet a, row 7" in row["employer_a_evidence"]


def test_the_middle_dot_makes_no_other_name() -> None:
    rows = {
        "registry.personnel": at(X, on=MONTHLY[:3], person_name="阿不都·热合曼")
        + at(X, on=MONTHLY[3:], person_name="阿不都热合曼")
    }
    assert not conflicts(desk(AS_OF, rows))


# -- impossible presence ----------------------------------------------------------------------------------------------
def visits(*stays: tuple[str, str, float, int], **second: Any) -> Rows:
    """Stays as (agency, start, hours, cell_x); the reports of one agency are one."""
    rows: Rows = {
        "platform.reports": [report("RX", X, "2024-05-30"), report("RY", Y, "2024-05-30")],
        "platform.checkins": [],
    }
    for index, (agency_id, start, hours, cell_x) in enumerate(stays):
        number = "RX" if agency_id == X else "RY"
        extra = second if index % 2 else {}
        rows["platform.checkins"].append(checkin(f"Q{index}", number, "1", start, hours, cell_x=cell_x, **extra))
    return rows


FAR = 11324 + 4  # three whole cells between: at least 2.7 km
NEAR = 11324 + 2  # one whole cell between: 0.9 km


def twice(hour_x: str, hours_x: float, hour_y: str, hours_y: float, cell: int, *, days: int = 2) -> Rows:
    stays = []
    for number in range(days):
        date = f"2024-05-{20 + number}"
        stays += [(X, f"{date} {hour_x}", hours_x, 11324), (Y, f"{date} {hour_y}", hours_y, cell)]
    return visits(*stays)


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        (twice("09:00:00", 2, "10:00:00", 2, FAR), 1),
        (twice("09:00:00", 2, "10:00:00", 2, FAR, days=1), 0),
        (twice("09:00:00", 2, "10:00:00", 2, NEAR), 0),
        (twice("09:00:00", 2, "11:00:00", 1, 11324 + 31), 1),  # 27 km in no time
        (twice("09:00:00", 2, "11:13:00", 1, 11324 + 31), 1),  # 27.2 km in 13 minutes: 125 km/h
        (twice("09:00:00", 2, "11:14:00", 1, 11324 + 31), 0),  # in 14 minutes: 117 km/h
    ],
)
def test_impossible_presence(rows: Rows, count: int) -> None:
    hits = conflicts(desk(AS_OF, rows), "impossible_presence")
    assert len(hits) == count
    assert all((row["employer_a_id"], row["employer_b_id"], row["status"]) == (X, Y, "open") for row in hits)


def test_a_long_stay_is_compared_with_every_stay_inside_it() -> None:
    rows = visits(
        *(
            stay
            for date in ("2024-05-20", "2024-05-21")
            for stay in (
                (X, f"{date} 08:00:00", 10, 11324),
                (X, f"{date} 09:00:00", 1, 11324),
                (Y, f"{date} 12:00:00", 1, FAR),
            )
        )
    )
    assert len(conflicts(desk(AS_OF, rows), "impossible_presence")) == 1


@pytest.mark.parametrize("between", [0, 1, 2])
def test_an_impossible_journey_is_found_across_a_stay_in_between(between: int) -> None:
    """2.7 km in a minute: neither leg by way of a cell two away needs any distance at all."""
    rows = visits(
        *(
            stay
            for date in ("2024-05-20", "2024-05-21")
            for stay in (
                (X, f"{date} 09:00:00", 0.5, 11324),
                *((X, f"{date} 09:30:{10 + place}", 0, NEAR) for place in range(between)),
                (Y, f"{date} 09:31:00", 1, FAR),
            )
        )
    )
    assert [row[2] for row in found(rows, "impossible_presence")] == ["open"]


def test_mixed_coordinate_systems_are_given_their_tolerance() -> None:
    rows = twice("09:00:00", 2, "10:00:00", 2, FAR)
    for row in rows["platform.checkins"][1::2]:
        row["coordinate_system"] = "GCJ02"
    assert [row[2:] for row in found(rows, "impossible_presence")] == [("explained", "coordinates")]
    for row in rows["platform.checkins"][1::2]:
        row["cell_x"] += 3
    assert [row[2:] for row in found(rows, "impossible_presence")] == [("open", None)]


def test_check_ins_of_one_upload_prove_no_time() -> None:
    rows = twice("21:00:00", 0, "21:00:00", 0, FAR)
    for row in rows["platform.checkins"]:
        row["updated_ms"] = int((row["checked_in_at"] - dt.datetime(1970, 1, 1)).total_seconds() * 1000) + 20_000
    assert [row[2:] for row in found(rows, "impossible_presence")] == [("explained", "batch_upload")]


# -- absent holders ---------------------------------------------------------------------------------------------------
def absent(insured: int, reported: int, first: str = "2024-02", **more: list[dict[str, Any]]) -> Rows:
    """X pays `insured` months and signs a report in each of `reported` months, from `first`; led by somebody else."""
    reports = [report(f"R{index}", X, month[:8] + "15", "9") for index, month in enumerate(months(first, reported))]
    return {
        "registry.personnel": at(X),
        "registry.social_insurance": pension(X, first, insured),
        "platform.reports": reports,
    } | more


@pytest.mark.parametrize(("insured", "reported", "count"), [(6, 6, 1), (5, 6, 0), (6, 5, 0), (9, 9, 1)])
def test_absent_holder(insured: int, reported: int, count: int) -> None:
    hits = [row for row in found(absent(insured, reported), "absent_holder") if row[2] == "open"]
    assert len(hits) == count
    assert all(row[:2] == (day("2024-02-01"), day(months("2024-02", insured + 1)[-1])) for row in hits)


def test_work_restarts_the_six_months() -> None:
    rows = absent(9, 9)
    rows["platform.checkins"] = [checkin("Q1", "R4", "1", "2024-06-15 09:00:00")]
    assert not found(rows, "absent_holder")


def test_a_month_that_has_not_ended_does_not_count() -> None:
    assert not found(absent(6, 6), "absent_holder", as_of_on="2024-07-31")
    assert len(found(absent(6, 6), "absent_holder", as_of_on="2024-08-01")) == 1


def test_a_new_hire_is_no_absent_holder() -> None:
    rows = absent(8, 8)
    rows["registry.personnel"] = at(X, on=MONTHLY[4:])
    assert [row[3] for row in found(rows, "absent_holder", empty=("2024-01-10",))] == ["new_hire"]


@pytest.mark.parametrize("missed", [(), (8,), (7, 8)])
def test_drops_that_miss_the_absent_holder_make_no_second_row(missed: tuple[int, ...]) -> None:
    """The person is off the list of September, or of August and September, and back in the next."""
    rows = absent(12, 12, "2024-01")
    rows["registry.personnel"] = at(X, on=[on for place, on in enumerate(MONTHLY) if place not in missed])
    hits = found(rows, "absent_holder", empty=MONTHLY, as_of_on="2025-01-05")
    assert hits == [(day("2024-01-01"), day("2025-01-01"), "open", None)]


def test_a_stay_away_and_back_does_not_make_a_new_hire() -> None:
    """Four months registered, six away, two registered again: neither six registered months nor a first registration."""
    rows = absent(12, 12, "2024-01")
    rows["registry.personnel"] = at(X, on=MONTHLY[:4] + MONTHLY[10:])
    assert not found(rows, "absent_holder", empty=MONTHLY, as_of_on="2025-01-05")


# -- expired registrations --------------------------------------------------------------------------------------------
UNTIL = {"registration_until_on": day("2024-05-20")}


@pytest.mark.parametrize(("on", "count"), [("2024-05-20", 0), ("2024-05-21", 1)])
def test_the_last_day_of_a_registration_is_valid(on: str, count: int) -> None:
    rows = {"registry.personnel": at(X, **UNTIL), "platform.reports": [report("R1", X, on, "1")]}
    hits = conflicts(desk(AS_OF, rows), "expired_registration")
    assert [(row["employer_a_id"], row["employer_b_id"], row["status"]) for row in hits] == [(X, None, "open")] * count


def test_a_list_later_than_the_work_that_it_shows_to_be_late_is_the_last_to_show_it() -> None:
    rows = {
        "registry.personnel": at(X, on=["2024-09-10"], **UNTIL),
        "platform.reports": [report("R1", X, "2024-06-01", "1")],
    }
    (row,) = conflicts(desk(AS_OF, rows), "expired_registration")
    assert (row["first_seen_on"], row["last_seen_on"]) == (day("2024-09-10"), day("2024-09-10"))


def test_a_check_in_is_work_too() -> None:
    rows = {
        "registry.personnel": at(X, **UNTIL),
        "platform.reports": [report("R1", X, "2024-06-30")],
        "platform.checkins": [checkin("Q1", "R1", "1", "2024-06-15 09:00:00")],
    }
    assert len(found(rows, "expired_registration")) == 1


def test_a_renewal_that_a_later_list_shows_is_a_lag() -> None:
    rows = {
        "registry.personnel": at(X, on=MONTHLY[:6], **UNTIL)
        + at(X, on=MONTHLY[6:], registration_until_on=day("2027-05-20")),
        "platform.reports": [report("R1", X, "2024-06-01", "1")],
    }
    assert [row[2:] for row in found(rows, "expired_registration")] == [("explained", "renewal_lag")]


# -- merits -----------------------------------------------------------------------------------------------------------
def claim(number: str, agency_id: str, document: str | None, clause: str = "3", **changes: Any) -> dict[str, Any]:
    return {
        "claim_id": number,
        "agency_id": agency_id,
        "clause": clause,
        "document_no": document,
        "occurred_on": day("2024-05-01"),
        "status_code": "approved",
        "determined_on": day("2024-05-20"),
        "received_on": day("2024-06-01"),
    } | changes


@pytest.mark.parametrize(
    ("second", "count"),
    [
        (claim("M2", Y, "焦建〔2024〕1号"), 1),
        (claim("M2", Y, "焦建〔2024〕1号", status_code="pending"), 1),
        (claim("M2", Y, "焦建〔2024〕1号", status_code="rejected"), 0),
        (claim("M2", X, "焦建〔2024〕1号"), 0),
        (claim("M2", Y, "焦建〔2024〕2号"), 0),
    ],
)
def test_one_honour_claimed_by_two_agencies(second: dict[str, Any], count: int) -> None:
    rows = {"credit_desk.merit_claims": [claim("M1", X, "焦建〔2024〕1号"), second]}
    hits = conflicts(desk(AS_OF, rows), "merit_claimed_twice")
    assert [(row["status"], row["severity"]) for row in hits] == [("open", "medium")] * count


@pytest.mark.parametrize("written", ["焦建〔2024〕a1号", "焦建[2024]A1号", "焦建【2024】a1号"])
def test_a_document_number_is_compared_in_its_one_form(written: str) -> None:
    rows = {"credit_desk.merit_claims": [claim("M1", X, "焦建〔2024〕A1号"), claim("M2", Y, parsing.code(written))]}
    (row,) = conflicts(desk(AS_OF, rows), "merit_claimed_twice")
    (same,) = conflicts(desk(AS_OF, {"credit_desk.merit_claims": rows["credit_desk.merit_claims"][::-1]}))
    assert same["conflict_id"] == row["conflict_id"]


@pytest.mark.parametrize("document", ["", None])
def test_two_claims_without_a_document_share_none(document: str | None) -> None:
    assert not found(
        {"credit_desk.merit_claims": [claim("M1", X, document), claim("M2", Y, document)]}, "merit_claimed_twice"
    )


def branch_of(parent: str) -> list[dict[str, Any]]:
    return [decision("D1", f"{BRANCH}={parent}", "same_person", "2024-06-01", object_type="identity")]


@pytest.mark.parametrize(("parent", "expected"), [(X, []), (Y, [(X, Y)])])
def test_q28_an_agency_and_its_branch_are_one_claimant(parent: str, expected: list[tuple[str, str]]) -> None:
    rows = {
        "credit_desk.merit_claims": [claim("M1", X, "焦建〔2024〕1号"), claim("M2", BRANCH, "焦建〔2024〕1号")],
        "credit_desk.decisions": branch_of(parent),
    }
    hits = conflicts(desk(AS_OF, rows), "merit_claimed_twice")
    assert [(row["employer_a_id"], row["employer_b_id"]) for row in hits] == expected


@pytest.mark.parametrize(("on", "expected"), [(MONTHLY[6:], "open"), (["2025-01-10"], "explained")])
def test_q28_who_is_listed_at_a_branch_is_at_its_agency(on: list[str], expected: str) -> None:
    expert = {"person_key": "key-1", "person_id_status": "full"}
    rows = {
        "registry.personnel": at(X) + at(BRANCH, on=on),
        "credit_desk.merit_claims": [claim("M1", X, None, "4", **expert), claim("M2", BRANCH, None, "4", **expert)],
        "credit_desk.decisions": branch_of(Y),
    }
    assert [row[2] for row in found(rows, "merit_claimed_twice")] == [expected]


@pytest.mark.parametrize(("at_y", "expected"), [(MONTHLY[6:], "open"), (["2025-01-10"], "explained"), ([], None)])
def test_one_expert_claimed_by_two_agencies(at_y: list[str], expected: str | None) -> None:
    expert = {"person_key": "key-1", "person_id_status": "full"}
    rows = {
        "registry.personnel": at(X) + (at(Y, on=at_y) if at_y else []),
        "credit_desk.merit_claims": [claim("M1", X, None, "4", **expert), claim("M2", Y, None, "4", **expert)],
    }
    assert [row[2] for row in found(rows, "merit_claimed_twice")] == ([expected] if expected else [])


# -- identities -------------------------------------------------------------------------------------------------------
MASKED = {"person_key": None, "person_id_status": "masked"}


def test_registration_number_and_name_make_one_person_of_a_bad_id() -> None:
    wrong = {"person_key": None, "person_id_status": "invalid", "person_mask": "4108**********0000"}
    rows = {"registry.personnel": at(X) + at(Y, "1", **wrong)}
    (row,) = conflicts(desk(AS_OF, rows), "double_registration")
    assert (row["identity_tier"], row["person_key"]) == ("T2", "key-1")
    assert float(row["confidence"]) == pytest.approx(0.95 * 0.95 * 0.8)


def test_a_mask_with_name_and_certificate_is_probably_the_person() -> None:
    rows = {"registry.personnel": at(X) + at(Y, "1", **MASKED, registration_no=None)}
    (row,) = conflicts(desk(AS_OF, rows), "double_registration")
    assert (row["identity_tier"], row["person_key"]) == ("T3", "key-1")
    assert float(row["confidence"]) == pytest.approx(0.95 * 0.7 * 0.8)


@pytest.mark.parametrize(
    "changes",
    [
        {"person_mask": mask("1"), "qualification_no": "QUAL-9"},  # mask and name only
        {"person_mask": "4108**********9999"},  # a visible digit differs
        {"person_mask": mask("1"), "person_name": "欧阳明"},  # mask and certificate, another name
    ],
)
def test_nothing_merges_on_a_name_or_a_mask_alone(changes: dict[str, Any]) -> None:
    rows = {"registry.personnel": at(X) + at(Y, "1", **(MASKED | {"registration_no": None} | changes))}
    assert not conflicts(desk(AS_OF, rows), "double_registration")


@pytest.mark.parametrize(
    ("at_x", "at_y", "is_one"),
    [
        ({"person_mask": "4108**********1234"}, {"person_mask": "410802********1234"}, True),
        ({"person_mask": "4108**********1234"}, {"person_mask": "4108**************"}, True),
        ({"person_mask": "4108**********1234"}, {"person_mask": "4108**********1235"}, False),
        ({"registration_no": "REG-1"}, {}, True),  # only one of the two rows gives the registration number
    ],
)
def test_masks_of_any_cut_are_one_person_with_name_and_certificate(
    at_x: dict[str, Any], at_y: dict[str, Any], is_one: bool
) -> None:
    masked = MASKED | {"registration_no": None}
    rows = {"registry.personnel": at(X, **(masked | at_x)) + at(Y, "1", **(masked | at_y))}
    hits = conflicts(desk(AS_OF, rows), "double_registration")
    assert [row["identity_tier"] for row in hits] == ["T3"] * is_one


@pytest.mark.parametrize(
    ("at_x", "at_z", "person", "tier"),
    [
        ({}, {}, "key-1", "T3"),  # the number that Y gives is that of X's engineer
        ({"person_name": "欧阳明"}, {}, None, "T3"),  # the number's holder has another name: Y's person, not X's
        ({}, {"qualification_no": "QUAL-9"}, None, "T3"),  # another certificate is lent no number
        ({}, {"person_mask": "4108**********9999"}, None, "T3"),  # nor is a mask that differs
        ({}, {"registration_no": "REG-1"}, "key-1", "T2"),
    ],
)
def test_a_number_taken_from_rows_of_one_certificate_leads_to_its_known_holder(
    at_x: dict[str, Any], at_z: dict[str, Any], person: str | None, tier: str
) -> None:
    """X: full ID and number, no certificate. Y: mask, number and certificate. Z: mask and certificate alone."""
    masked = MASKED | {"person_mask": mask("1")}
    rows = {
        "registry.personnel": at(X, qualification_no=None, **at_x)
        + at(Y, "1", **masked)
        + at(Z, "1", **(masked | {"registration_no": None} | at_z))
    }
    made = desk(AS_OF, rows).run("int_person_spells")
    spells = made.query("select agency_id, person_id, identity_tier from intermediate.int_person_spells")
    at_each = {row["agency_id"]: (row["person_id"], row["identity_tier"]) for row in spells}
    assert at_each[Z][1] == tier
    assert (at_each[Z][0] == "key-1") == (person == "key-1")
    if not at_z:
        assert at_each[Y][0] == at_each[Z][0]


def test_the_certificates_own_holder_comes_before_the_holder_of_a_taken_number() -> None:
    """The certificate is key-9's; the number that another row of it gives is key-1's under the same name."""
    masked = MASKED | {"person_mask": mask("1"), "qualification_no": "QUAL-7"}
    rows = {
        "registry.personnel": at(X, qualification_no=None)
        + at("914108000000000W04", "1", person_key="key-9", registration_no="REG-9", qualification_no="QUAL-7")
        + at(Y, "1", **masked)
        + at(Z, "1", **(masked | {"registration_no": None}))
    }
    made = desk(AS_OF, rows).run("int_person_spells")
    spells = made.query("select agency_id, person_id, identity_tier from intermediate.int_person_spells")
    at_each = {row["agency_id"]: (row["person_id"], row["identity_tier"]) for row in spells}
    assert (at_each[Y], at_each[Z]) == (("key-1", "T2"), ("key-9", "T3"))


@pytest.mark.parametrize("certificates", [{"qualification_no": "QUAL-1"}, {"qualification_no": None}])
def test_one_certificate_or_none_is_not_two_different_certificates(certificates: dict[str, Any]) -> None:
    """The number has two holders already, so the masked row is neither's."""
    masked = MASKED | {"registration_no": None} | certificates
    rows = {"registry.personnel": at(X) + at(Z, "1", person_key="key-9") + at(Y, "1", **masked)}
    assert not conflicts(desk(AS_OF, rows), "identity_unresolved")


def unresolved() -> Rows:
    other = {"registration_no": "REG-2", "qualification_no": "QUAL-2"}
    return {"registry.personnel": at(X) + at(Y, "1", **MASKED, **other)}


def test_a_name_and_masks_that_agree_are_for_people_to_judge() -> None:
    (row,) = conflicts(desk(AS_OF, unresolved()))
    assert (row["conflict_kind"], row["severity"], row["status"]) == ("identity_unresolved", "review", "open")
    assert row["confidence"] is None


def test_different_registration_numbers_suffice_where_a_certificate_is_not_given() -> None:
    rows = {"registry.personnel": at(X) + at(Y, "1", **MASKED, registration_no="REG-2", qualification_no=None)}
    assert [row["conflict_kind"] for row in conflicts(desk(AS_OF, rows))] == ["identity_unresolved"]


def test_two_who_were_never_listed_together_are_not_still_open() -> None:
    other = {"registration_no": "REG-2", "qualification_no": "QUAL-2"}
    rows = {"registry.personnel": at(X, on=MONTHLY[:3]) + at(Y, "1", on=MONTHLY[6:], **MASKED, **other)}
    (row,) = conflicts(desk(AS_OF, rows, empty_drops=MONTHLY[3:6]))
    assert (row["conflict_kind"], row["overlap_from_on"]) == ("identity_unresolved", day("2024-07-10"))
    assert (row["overlap_until_on"], row["overlap_days"]) == (day("2024-07-11"), 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"person_key": "key-2", "person_id_status": "full"},  # homonyms with IDs
        {"person_mask": "4108**********9999"},
        {"person_id_status": "invalid"},
        {"person_name": "欧阳明"},
    ],
)
def test_no_other_pair_is_shown_as_unresolved(changes: dict[str, Any]) -> None:
    other = MASKED | {"registration_no": "REG-2", "qualification_no": "QUAL-2"} | changes
    assert not conflicts(desk(AS_OF, {"registry.personnel": at(X) + at(Y, "1", **other)}))


@pytest.mark.parametrize("object_type", ["identity", "conflict"])
def test_a_decision_applies_in_the_next_build(object_type: str) -> None:
    rows = unresolved()
    (row,) = conflicts(desk(AS_OF, rows))
    same = decision("D1", row["conflict_id"], "same_person", "2025-01-15", object_type=object_type)
    after = conflicts(desk(AS_OF, rows | {"credit_desk.decisions": [same]}))
    assert [(one["conflict_kind"], one["status"], one["person_key"]) for one in after] == [
        ("double_registration", "open", "key-1"),
        ("identity_unresolved", "confirmed", row["person_key"]),
    ]
    other = decision("D2", row["conflict_id"], "different_person", "2025-01-16", object_type=object_type)
    after = conflicts(desk(AS_OF, rows | {"credit_desk.decisions": [same, other]}))
    assert [(one["conflict_kind"], one["status"]) for one in after] == [("identity_unresolved", "cleared")]


# -- successors -------------------------------------------------------------------------------------------------------
NEW = "914108000000000N09"


@pytest.mark.parametrize(
    ("moved", "changes", "exit_on", "expected"),
    [
        (2, {}, "2024-03-10", [("open", None)]),
        (1, {}, "2024-03-10", []),
        (0, {"legal_representative": "赵某"}, "2024-03-10", [("open", None)]),
        (0, {"registered_address": "解放路1号"}, "2024-03-10", [("open", None)]),
        (2, {}, "2024-06-10", []),  # listed before the exit
        (2, {}, None, []),
    ],
)
def test_shell_successor(
    moved: int, changes: dict[str, Any], exit_on: str | None, expected: list[tuple[str, str | None]]
) -> None:
    old = {"legal_representative": "赵某", "registered_address": "解放路1号"}
    fresh = {"legal_representative": "钱某", "registered_address": "人民路2号"} | changes
    listed = [f"2024-{month:02d}-10" for month in range(1, 8)]
    rows = {
        "registry.agencies": [
            row
            for on in listed
            for row in [
                agency(X, on, **old, registry_status="exited" if exit_on and on >= exit_on else "normal"),
                *([agency(NEW, on, **fresh)] if on >= "2024-05-10" else []),
            ]
        ],
        "registry.personnel": drops(
            {
                "2024-01-10": [engineer(X, who) for who in ("1", "2", "3")],
                "2024-05-10": [engineer(NEW, who) for who in ("1", "2")[:moved]] + [engineer(Y, "7")],
            }
        ),
    }
    warehouse = desk("2024-07-31", rows).run("fct_engineer_conflicts")
    hits = warehouse.query("select * from conflicts.fct_engineer_conflicts where conflict_kind = 'shell_successor'")
    assert [(row["status"], row["explained_by"]) for row in hits] == expected
    assert all((row["employer_a_id"], row["employer_b_id"]) == (X, NEW) for row in hits)


@pytest.mark.parametrize(
    ("at_new", "representative", "expected"),
    [
        # half of the four in May, a third in October: no dataset joins
        ({"2024-05-10": "12", "2024-06-10": "12", "2024-10-10": "123"}, "钱某", ("2024-05-10", "cleared", False)),
        # one in May, the second in September: only then is the ratio reached
        ({"2024-05-10": "1", "2024-09-10": "12"}, "钱某", ("2024-09-10", "open", True)),
        # cleared on the legal representative; the engineers join in October
        ({"2024-05-10": "", "2024-10-10": "1234"}, "赵某", ("2024-05-10", "open", True)),
        ({"2024-05-10": "", "2024-10-10": "1"}, "赵某", ("2024-05-10", "cleared", False)),
    ],
)
def test_a_cleared_successor_reopens_when_a_dataset_that_it_lacked_joins(
    at_new: dict[str, str], representative: str, expected: tuple[str, str, bool]
) -> None:
    rows = {
        "registry.agencies": [
            row
            for on in MONTHLY[:11]
            for row in [
                agency(
                    X, on, legal_representative="赵某", registry_status="exited" if on >= "2024-03-10" else "normal"
                ),
                *([agency(NEW, on, legal_representative=representative)] if on >= "2024-05-10" else []),
            ]
        ],
        "registry.personnel": drops(
            {
                "2024-01-10": [engineer(X, who) for who in "1234"],
                **{on: [engineer(NEW, who) for who in people] + [engineer(Y, "7")] for on, people in at_new.items()},
            }
        ),
    }

    def successor() -> dict[str, Any]:
        warehouse = desk("2024-12-31", rows).run("int_conflicts__shell_successor")
        (row,) = warehouse.query("select * from intermediate.int_conflicts__shell_successor where employer_a_id = ?", X)
        return row

    rows["credit_desk.decisions"] = [decision("D1", successor()["conflict_id"], "cleared", "2024-07-01")]
    row = successor()
    assert (row["first_seen_on"], row["status"], row["is_reopened"]) == (day(expected[0]), *expected[1:])


def bought(*objects: str) -> list[dict[str, Any]]:
    return [
        decision(f"D{number}", each, "same_person", "2024-06-01", object_type="identity")
        for number, each in enumerate(objects)
    ]


@pytest.mark.parametrize("objects", [[f"{X}={NEW}"], [f"{NEW}={X}"], [f"{X}={NEW}", f"{NEW}={X}"]])
def test_an_acquisition_explains_a_successor_once_whichever_way_it_is_put(objects: list[str]) -> None:
    rows = {
        "registry.agencies": [agency(X, "2024-01-10", legal_representative="赵某")]
        + [agency(one, "2024-05-10", legal_representative="赵某") for one in (X, NEW)],
        "registry.personnel": at(X, on=["2024-01-10"]),
        "credit_desk.decisions": bought(*objects),
    }
    made = desk(AS_OF, rows).run("int_conflicts__shell_successor")
    hits = made.query("select status, explained_by from intermediate.int_conflicts__shell_successor")
    assert hits == [{"status": "explained", "explained_by": "acquisition"}]


@pytest.mark.parametrize("objects", [[f"{X}={Z}"], [f"{Z}={X}"], [f"{X}={Z}", f"{Z}={X}"]])
def test_who_signs_for_an_agency_that_a_decision_calls_the_same_is_at_a_branch(objects: list[str]) -> None:
    rows = signing("2024-05-20") | {"credit_desk.decisions": bought(*objects)}
    assert [row[2:] for row in found(rows, "signed_for_other_agency")] == [("explained", "branch")]
