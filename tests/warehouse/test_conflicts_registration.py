"""Spells from drops, and who is registered at two agencies at once."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest

from tests.bench.conflicts import seconds_for
from tests.warehouse.desk import X, Y, agency, checkin, conflicts, day, decision, desk, drops, engineer, paid, report

DAYS = ("2024-01-10", "2024-02-10", "2024-03-10", "2024-04-10")


def spells(
    personnel: list[dict[str, Any]], as_of_on: str = "2025-01-01", empty: tuple[str, ...] = ()
) -> list[dict[str, Any]]:
    warehouse = desk(as_of_on, {"registry.personnel": personnel}, empty_drops=empty).run("int_person_spells")
    return warehouse.query(
        "select * from intermediate.int_person_spells where person_key <> 'key-nobody' order by person_id, agency_id, from_on"
    )


def test_a_spell_lasts_from_the_first_drop_that_lists_to_the_first_that_does_not() -> None:
    rows = drops({on: [engineer(X, "1")] for on in DAYS[1:3]})
    (spell,) = spells(rows, empty=(DAYS[0], DAYS[3]))
    assert (spell["from_on"], spell["until_on"]) == (day("2024-02-10"), day("2024-04-10"))
    assert (spell["from_evidence"], spell["until_evidence"]) == ("first_drop", "absent_from_drop")


def test_in_the_first_drop_ever_the_labour_contract_says_the_start() -> None:
    (spell,) = spells(drops({on: [engineer(X, "1")] for on in DAYS}))
    assert (spell["from_on"], spell["until_on"]) == (day("2023-06-01"), None)
    assert (spell["from_evidence"], spell["until_evidence"]) == ("contract", "still_listed")


@pytest.mark.parametrize(
    ("ends", "until", "evidence"),
    [
        ({"contract_until_on": day("2024-03-20"), "is_contract_until_open": False}, "2024-03-21", "contract"),
        ({"contract_until_on": day("2024-03-20"), "is_contract_until_open": True}, "2024-04-10", "absent_from_drop"),
        ({"registration_until_on": day("2024-03-15")}, "2024-03-16", "registration"),
        ({"contract_until_on": day("2024-09-01"), "is_contract_until_open": False}, "2024-04-10", "absent_from_drop"),
    ],
)
def test_contract_and_registration_narrow_a_spell_through_their_last_day(
    ends: dict[str, Any], until: str, evidence: str
) -> None:
    (spell,) = spells(drops({on: [engineer(X, "1", **ends)] for on in DAYS[1:3]}), empty=(DAYS[0], DAYS[3]))
    assert (spell["until_on"], spell["until_evidence"]) == (day(until), evidence)


def test_the_latest_row_decides_and_a_renewal_keeps_one_spell() -> None:
    short = {"contract_until_on": day("2024-02-15"), "is_contract_until_open": False}
    (spell,) = spells(
        drops({DAYS[0]: [engineer(X, "1", **short)], DAYS[1]: [engineer(X, "1", **short)], DAYS[2]: [engineer(X, "1")]})
    )
    assert spell["until_on"] is None


@pytest.mark.parametrize("order", [1, -1])
def test_two_certificates_at_one_agency_are_one_spell_of_the_higher_level_to_the_later_end(order: int) -> None:
    lower = {"registration_no": "REG-L", "qualification_no": "QUAL-L", "contract_until_on": day("2024-02-20")}
    listed = [
        engineer(X, "1", level_code="level_1", registration_until_on=day("2024-03-15")),
        engineer(X, "1", registration_until_on=day("2024-03-20"), is_contract_until_open=False, **lower),
    ]
    (spell,) = spells(drops(dict.fromkeys(DAYS, listed[::order])))
    assert (spell["level_code"], spell["registration_no"], spell["listing_count"]) == ("level_1", "REG-1", 4)
    assert (spell["until_on"], spell["until_evidence"]) == (day("2024-03-21"), "registration")
    assert (spell["level_1_from_on"], spell["level_1_until_on"]) == (day("2023-06-01"), day("2024-03-16"))


def certificates(higher: dict[str, Any], lower: dict[str, Any], on: tuple[str, ...] = DAYS) -> list[dict[str, Any]]:
    """Engineer 1 at X with a certificate of level 1 (row 11) and one of level 2 (row 22); an empty cell where not told."""
    empty = {"contract_until_on": None, "is_contract_until_open": False}
    return drops(
        {
            received_on: [
                engineer(X, "1", **empty, row_number=11, row_key="1", level_code="level_1") | higher,
                engineer(X, "1", **empty, row_number=22, row_key="2", registration_no="REG-L") | lower,
            ]
            for received_on in on
        }
    )


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("higher", "lower", "end"),
    [
        (
            {"registration_until_on": day("2024-03-01")},
            {"registration_until_on": day("2026-03-01")},
            ("registration", day("2026-03-02"), 22),
        ),
        (
            {"registration_until_on": day("2026-03-01")},
            {"registration_until_on": day("2024-03-01")},
            ("registration", day("2026-03-02"), 11),
        ),
        ({"contract_until_on": day("2024-09-01")}, {}, ("contract", day("2024-09-02"), 11)),
        ({}, {"contract_until_on": day("2024-09-01")}, ("contract", day("2024-09-02"), 22)),
        (
            {"contract_until_on": day("2024-09-01")},
            {"contract_until_on": day("2024-10-01")},
            ("contract", day("2024-10-02"), 22),
        ),
        (
            {"contract_until_on": day("2024-09-01")},
            {"registration_until_on": day("2024-10-01")},
            ("contract", day("2024-09-02"), 11),
        ),
        ({"is_contract_until_open": True}, {"contract_until_on": day("2024-09-01")}, ("still_listed", None, None)),
        ({}, {}, ("still_listed", None, None)),
    ],
)
def test_the_row_with_the_later_date_sets_the_end_and_an_empty_contract_says_nothing(
    order: int, higher: dict[str, Any], lower: dict[str, Any], end: tuple[str, dt.date | None, int | None]
) -> None:
    (spell,) = spells(certificates(higher, lower)[::order])
    assert (spell["until_evidence"], spell["until_on"]) == end[:2]
    assert spell["until_row_number"] == end[2] or not end[2]


def test_a_person_with_two_certificates_breaks_no_grain() -> None:
    made = desk("2025-01-01", {"registry.personnel": certificates({}, {})}).run()
    assert not made.failing("assert_entities_keep_their_grain")


def headcounts(personnel: list[dict[str, Any]], *listed: str) -> list[tuple[Any, ...]]:
    rows = {"registry.personnel": personnel, "registry.agencies": [agency(X, "2024-01-10")]}
    made = desk("2025-01-01", rows, empty_drops=listed).run("int_engineer_headcounts")
    counted = made.query(
        "select * from intermediate.int_engineer_headcounts where agency_id = ? order by valid_from_on", X
    )
    return [(row["valid_from_on"], row["engineer_count"], row["engineer_level_1_count"]) for row in counted]


def test_level_1_lasts_as_long_as_its_own_certificate() -> None:
    """Beside one of level 2 that runs two years longer: the conditions count it no longer either."""
    until = ({"registration_until_on": day("2024-03-01")}, {"registration_until_on": day("2026-03-01")})
    assert headcounts(certificates(*until)) == [
        (day("2023-06-01"), 1, 1),
        (day("2024-03-02"), 1, 0),
        (day("2026-03-02"), 0, 0),
    ]


def test_level_1_counts_from_the_list_that_shows_it_until_one_that_does_not() -> None:
    both_levels = certificates({}, {})
    january, february, march, april = ([row for row in both_levels if row["received_on"] == day(on)] for on in DAYS)
    rows = [january[1], *february, *march, april[1]]
    assert headcounts(rows) == [
        (day("2023-06-01"), 1, 0),
        (day("2024-02-10"), 1, 1),
        (day("2024-04-10"), 1, 0),
    ]
    upgraded = [january[1], february[0], march[0], april[0]]
    assert headcounts(upgraded) == [(day("2023-06-01"), 1, 0), (day("2024-02-10"), 1, 1)]


def test_a_certificate_of_level_1_that_ended_before_it_was_listed_counts_on_no_day() -> None:
    ended = {"registration_until_on": day("2023-05-31")}
    assert headcounts(certificates(ended, {})) == [(day("2023-06-01"), 1, 0)]


def test_who_leaves_and_returns_has_two_spells() -> None:
    rows = drops({DAYS[0]: [engineer(X, "1")], DAYS[1]: [], DAYS[2]: [engineer(X, "1")]})
    first, second = spells(rows, empty=(DAYS[1],))
    assert (first["until_on"], second["from_on"], second["until_on"]) == (day(DAYS[1]), day(DAYS[2]), None)


def both(first: str, last_exclusive: str, at_y: dict[str, Any] | None = None) -> dict[str, list[dict[str, Any]]]:
    """Engineer 1 is at X throughout; at Y on the monthly drops from `first` up to `last_exclusive`."""
    listed = [f"{year}-{month:02d}-10" for year in (2024, 2025) for month in range(1, 13)]
    return {
        "registry.personnel": drops(
            {
                on: [engineer(X, "1")] + ([engineer(Y, "1", **(at_y or {}))] if first <= on < last_exclusive else [])
                for on in listed
                if on <= last_exclusive
            }
        )
    }


def ending(last_day: dt.date) -> dict[str, Any]:
    return {"contract_until_on": last_day, "is_contract_until_open": False}


@pytest.mark.parametrize(
    ("days", "severity", "status", "explained_by"),
    [
        (1, "low", "explained", "transition"),
        (30, "low", "explained", "transition"),
        (31, "medium", "open", None),
        (90, "medium", "open", None),
        (91, "high", "open", None),
    ],
)
def test_an_ended_overlap_of_up_to_thirty_days_is_a_transition(
    days: int, severity: str, status: str, explained_by: str | None
) -> None:
    """Overlap from 10 February, ended by the contract: conflicts.md, double_registration."""
    last_day = day("2024-02-10") + dt.timedelta(days=days - 1)
    (row,) = conflicts(desk("2025-03-01", both("2024-02-10", "2024-12-10", ending(last_day))), "double_registration")
    assert row["overlap_days"] == days
    assert (row["severity"], row["status"], row["explained_by"]) == (severity, status, explained_by)
    tested = (
        "transition: holds、branch: not asked" if explained_by else "transition: does not hold、branch: does not hold"
    )
    assert row["explanations_tested"] == tested
    assert (row["overlap_from_on"], row["overlap_until_on"]) == (day("2024-02-10"), last_day + dt.timedelta(days=1))


@pytest.mark.parametrize(("age", "severity"), [(1, "low"), (30, "low"), (31, "medium"), (90, "medium"), (91, "high")])
def test_an_open_overlap_is_as_severe_as_it_is_old(age: int, severity: str) -> None:
    as_of_on = day("2024-02-10") + dt.timedelta(days=age)
    (row,) = conflicts(desk(as_of_on.isoformat(), both("2024-02-10", "2024-12-10")), "double_registration")
    assert (row["overlap_days"], row["severity"], row["status"]) == (age, severity, "open")
    assert row["overlap_until_on"] is None


def test_one_drop_with_both_is_a_transition_however_far_apart_the_drops_are() -> None:
    rows = drops(
        {
            "2024-01-10": [engineer(X, "1")],
            "2024-04-10": [engineer(X, "1"), engineer(Y, "1")],
            "2024-07-10": [engineer(Y, "1")],
        }
    )
    (row,) = conflicts(desk("2025-01-01", {"registry.personnel": rows}), "double_registration")
    assert (row["overlap_days"], row["status"], row["explained_by"]) == (91, "explained", "transition")


def test_two_drops_with_both_are_no_transition() -> None:
    rows = drops(
        {
            "2024-01-10": [engineer(X, "1")],
            "2024-04-10": [engineer(X, "1"), engineer(Y, "1")],
            "2024-05-10": [engineer(X, "1"), engineer(Y, "1")],
            "2024-07-10": [engineer(Y, "1")],
        }
    )
    (row,) = conflicts(desk("2025-01-01", {"registry.personnel": rows}), "double_registration")
    assert (row["overlap_days"], row["status"], row["severity"]) == (91, "open", "high")


def test_spells_that_meet_without_a_common_day_are_no_conflict() -> None:
    rows = drops({"2024-01-10": [engineer(X, "1")], "2024-02-10": [engineer(Y, "1")]})
    assert not conflicts(desk("2025-01-01", {"registry.personnel": rows}))


def test_a_row_lets_an_investigator_act() -> None:
    rows = both("2024-02-10", "2024-06-10")
    rows["registry.agencies"] = [agency(X, "2024-01-10"), agency(Y, "2024-01-10")]
    (row,) = conflicts(desk("2025-01-01", rows), "double_registration")
    assert (row["engineer_name"], row["engineer_level"], row["registration_no"]) == ("工程师1", "level_2", "REG-1")
    assert (row["employer_a_id"], row["employer_b_id"]) == (X, Y)
    assert (row["employer_a_name"], row["employer_a_kind"]) == ("机构X01", "agency")
    assert (row["employer_a_from_on"], row["employer_a_until_on"]) == (day("2023-06-01"), None)
    assert (row["employer_b_from_on"], row["employer_b_until_on"]) == (day("2024-02-10"), day("2024-06-10"))
    assert "contract, file " + "f" * 64 in row["employer_a_evidence"]
    assert "until: absent_from_drop, file " + "f" * 64 in row["employer_b_evidence"]
    assert (row["first_seen_on"], row["last_seen_on"]) == (day("2024-02-10"), day("2024-05-10"))
    assert float(row["confidence"]) == pytest.approx(0.95 * 1 * 0.8)
    assert (row["identity_tier"], row["personnel_evidence_count"]) == ("T1", 10)


def test_a_second_dataset_raises_the_confidence() -> None:
    rows = both("2024-02-10", "2024-06-10") | {"registry.social_insurance": [paid("1", X, "2024-03-01")]}
    (row,) = conflicts(desk("2025-01-01", rows), "double_registration")
    assert float(row["confidence"]) == pytest.approx(0.95)
    assert (row["insurance_evidence_count"], row["evidence_dataset_count"]) == (1, 2)


@pytest.mark.parametrize(("colleagues", "found"), [(("2",), True), (("2", "3"), False), ((), False)])
def test_counted_twice_where_an_agency_falls_below_two_engineers_without_the_person(
    colleagues: tuple[str, ...], found: bool
) -> None:
    first_class = {"level_code": "level_1"}
    at_x = [engineer(X, "1"), *(engineer(X, one, **first_class) for one in ("7", "8", "9"))]
    at_y = [engineer(Y, "1"), *(engineer(Y, one, **first_class) for one in colleagues)]
    rows = {
        "registry.personnel": drops({on: at_x + (at_y if on > "2024-01-10" else []) for on in DAYS}),
        "registry.agencies": [agency(X, "2024-01-10"), agency(Y, "2024-01-10")],
    }
    kinds = [row["conflict_kind"] for row in conflicts(desk("2025-01-01", rows))]
    assert kinds == (["counted_twice", "double_registration"] if found else ["double_registration"])


def test_counted_twice_is_cleared_with_its_double_registration() -> None:
    at_x = [engineer(X, who, level_code="level_1") for who in ("1", "7", "8", "9")]
    at_y = [engineer(Y, who, level_code="level_1") for who in ("1", "2")]
    rows = {
        "registry.personnel": drops({on: at_x + (at_y if on > "2024-01-10" else []) for on in DAYS}),
        "registry.agencies": [agency(X, "2024-01-10"), agency(Y, "2024-01-10")],
    }
    twice, double = conflicts(desk("2025-01-01", rows))
    assert (twice["conflict_kind"], double["conflict_kind"]) == ("counted_twice", "double_registration")

    def statuses(*decisions: dict[str, Any]) -> list[str]:
        decided = rows | {"credit_desk.decisions": list(decisions)}
        return [row["status"] for row in conflicts(desk("2025-01-01", decided))]

    cleared = decision("D1", double["conflict_id"], "cleared", "2024-07-01")
    assert statuses(cleared) == ["cleared", "cleared"]
    assert statuses(cleared, decision("D2", twice["conflict_id"], "confirmed", "2024-06-01")) == [
        "confirmed",
        "cleared",
    ]
    assert statuses(decision("D1", double["conflict_id"], "confirmed", "2024-07-01")) == ["open", "confirmed"]


def test_the_only_level_1_engineer_counts_twice_too() -> None:
    """Two engineers are enough only with one of level 1 among them (credit.md, section 3)."""
    at_x = [engineer(X, "1", level_code="level_1"), *(engineer(X, one) for one in ("7", "8", "9"))]
    at_y = [engineer(Y, "1", level_code="level_1"), *(engineer(Y, one, level_code="level_1") for one in ("4", "5"))]
    rows = {
        "registry.personnel": drops({on: at_x + (at_y if on > "2024-01-10" else []) for on in DAYS}),
        "registry.agencies": [agency(X, "2024-01-10"), agency(Y, "2024-01-10")],
    }
    (row,) = conflicts(desk("2025-01-01", rows), "counted_twice")
    assert (row["is_employer_a_below_without"], row["is_employer_b_below_without"]) == (True, False)
    assert (row["employer_a_engineer_count"], row["employer_a_engineers_required"]) == (4, 2)


@pytest.mark.parametrize(("level_1_until", "is_short"), [("2024-02-09", False), ("2024-02-10", True), (None, True)])
def test_without_level_1_on_the_days_of_the_overlap_nobody_is_the_only_one(
    level_1_until: str | None, is_short: bool
) -> None:
    """At X the person's level 1 ends; the overlap begins on 10 February. X has engineers of level 2 enough."""
    ends = {"registration_until_on": level_1_until and day(level_1_until)}
    at_x = [*certificates(ends, {}, on=DAYS), *drops({on: [engineer(X, one) for one in "789"] for on in DAYS})]
    at_y = drops({on: [engineer(Y, one, level_code="level_1") for one in "145"] for on in DAYS[1:]})
    rows = {
        "registry.personnel": at_x + at_y,
        "registry.agencies": [agency(X, "2024-01-10"), agency(Y, "2024-01-10")],
    }
    hits = conflicts(desk("2025-01-01", rows))
    kinds = [row["conflict_kind"] for row in hits]
    assert kinds == (["counted_twice", "double_registration"] if is_short else ["double_registration"])
    assert hits[-1]["is_employer_a_below_without"] == is_short


def status_after(*decisions: dict[str, Any], as_of_on: str = "2025-01-01", **more: Any) -> tuple[str, bool]:
    rows = both("2024-02-10", "2024-06-10") | {"credit_desk.decisions": list(decisions)} | more
    (row,) = conflicts(desk(as_of_on, rows), "double_registration")
    return row["status"], row["is_reopened"]


@pytest.fixture(scope="module")
def conflict_id() -> str:
    (row,) = conflicts(desk("2025-01-01", both("2024-02-10", "2024-06-10")), "double_registration")
    return str(row["conflict_id"])


def test_a_decision_closes_the_loop(conflict_id: str) -> None:
    assert status_after() == ("open", False)
    assert status_after(decision("D1", conflict_id, "confirmed", "2024-07-01")) == ("confirmed", False)
    assert status_after(decision("D1", conflict_id, "cleared", "2024-07-01")) == ("cleared", False)


def test_the_latest_decision_applies_and_one_person_alone_decides_nothing(conflict_id: str) -> None:
    cleared = decision("D1", conflict_id, "cleared", "2024-07-01")
    assert status_after(cleared, decision("D2", conflict_id, "confirmed", "2024-07-02"))[0] == "confirmed"
    assert status_after(decision("D1", conflict_id, "cleared", "2024-07-01", reviewed_by="甲"))[0] == "open"


def test_a_decision_holds_from_its_own_day(conflict_id: str) -> None:
    late = decision("D1", conflict_id, "confirmed", "2024-07-01")
    assert status_after(late, as_of_on="2024-06-30")[0] == "open"
    assert status_after(late, as_of_on="2024-07-01")[0] == "confirmed"


def test_a_cleared_row_reopens_only_when_a_dataset_that_it_lacked_joins(conflict_id: str) -> None:
    cleared = decision("D1", conflict_id, "cleared", "2024-07-01")
    known = {"registry.social_insurance": [paid("1", Y, "2024-03-01")]}
    assert status_after(cleared, **known) == ("cleared", False)
    more = known | {"platform.reports": [report("R1", Y, "2024-03-05", "1", received_on=day("2024-08-01"))]}
    assert status_after(cleared, **more) == ("open", True)
    again = {
        "registry.social_insurance": [
            *known["registry.social_insurance"],
            paid("1", Y, "2024-05-01", received_on=day("2024-08-01")),
        ]
    }
    assert status_after(cleared, **again) == ("cleared", False)


def test_a_cleared_row_stays_cleared_after_ten_more_drops(conflict_id: str) -> None:
    rows = both("2024-02-10", "2024-06-10")
    later = [f"{2024 + (month - 1) // 12}-{(month - 1) % 12 + 1:02d}-10" for month in range(7, 17)]
    rows["registry.personnel"] += drops({on: [engineer(X, "1")] for on in later})
    rows["credit_desk.decisions"] = [decision("D1", conflict_id, "cleared", "2024-07-01")]
    (row,) = conflicts(desk("2025-05-01", rows), "double_registration")
    assert (row["conflict_id"], row["status"]) == (conflict_id, "cleared")


def test_a_record_sent_again_with_a_changed_cell_reopens_nothing(conflict_id: str) -> None:
    cleared = decision("D1", conflict_id, "cleared", "2024-07-01")
    late = {"received_on": day("2024-10-05"), "updated_ms": 2}
    signed = report("R1", Y, "2024-03-05", "1")
    again = {"platform.reports": [signed, signed | late | {"seal_status": "seal_missing"}]}
    assert status_after(cleared, **again) == ("cleared", False)
    month = paid("1", Y, "2024-03-01")
    renamed = {"registry.social_insurance": [month, month | {"received_on": late["received_on"], "payer_name": "新名"}]}
    assert status_after(cleared, **renamed) == ("cleared", False)
    there = {"platform.checkins": [checkin("Q1", "R1", "1", "2024-03-04 09:00:00")]}
    led_anew = {"platform.reports": [report("R1", Y, "2024-03-05", "9"), report("R1", Y, "2024-03-05", "8") | late]}
    assert status_after(cleared, **there, **led_anew) == ("cleared", False)  # whose report it is has not changed
    other = {"platform.reports": [report("R1", Y, "2024-03-05", "9"), signed | late]}
    assert status_after(cleared, **other) == ("open", True)  # only now does it say who signed


def same(number: str, object_id: str, on: str = "2024-05-01") -> dict[str, Any]:
    return decision(number, object_id, "same_person", on, object_type="identity")


@pytest.mark.parametrize("objects", [[f"{X}={Y}"], [f"{Y}={X}"], [f"{X}={Y}", f"{Y}={X}"]])
def test_two_agencies_that_decisions_call_the_same_are_one_branch(objects: list[str]) -> None:
    """Whichever way round and however often: one row, counted_twice with it."""
    at_x = [engineer(X, who, level_code="level_1") for who in ("1", "7", "8", "9")]
    at_y = [engineer(Y, who, level_code="level_1") for who in ("1", "2")]
    rows = {
        "registry.personnel": drops({on: at_x + (at_y if on > "2024-01-10" else []) for on in DAYS}),
        "registry.agencies": [agency(X, "2024-01-10"), agency(Y, "2024-01-10")],
        "credit_desk.decisions": [same(f"D{number}", each) for number, each in enumerate(objects)],
    }
    assert [(row["conflict_kind"], row["explained_by"]) for row in conflicts(desk("2025-01-01", rows))] == [
        ("counted_twice", "branch"),
        ("double_registration", "branch"),
    ]
    before = conflicts(desk("2024-04-30", rows))
    assert [row["explained_by"] for row in before] == [None, None]  # a decision holds from its day


def test_decisions_in_both_directions_make_no_second_drop_of_one() -> None:
    rows = {
        "registry.personnel": drops(
            {
                "2024-01-10": [engineer(X, "1")],
                "2024-04-10": [engineer(X, "1"), engineer(Y, "1")],
                "2024-07-10": [engineer(Y, "1")],
            }
        ),
        "credit_desk.decisions": [same("D1", f"{X}={Y}"), same("D2", f"{Y}={X}")],
    }
    assert [row["explained_by"] for row in conflicts(desk("2025-01-01", rows))] == ["transition"]


def test_a_decision_wins_over_an_explanation() -> None:
    rows = both("2024-02-10", "2024-12-10", ending(day("2024-02-20")))
    (row,) = conflicts(desk("2025-01-01", rows), "double_registration")
    assert row["status"] == "explained"
    rows["credit_desk.decisions"] = [decision("D1", row["conflict_id"], "confirmed", "2024-07-01")]
    (row,) = conflicts(desk("2025-01-01", rows), "double_registration")
    assert (row["status"], row["explained_by"]) == ("confirmed", "transition")


def test_a_first_drop_with_both_that_others_follow_is_no_transition() -> None:
    """Both list the person in March; X misses in April and lists again from May, beside Y."""
    listed = [f"2024-{month:02d}-10" for month in range(1, 9)]
    rows = drops(
        {
            on: ([engineer(X, "1")] if on != "2024-04-10" else []) + ([engineer(Y, "1")] if on >= "2024-03-10" else [])
            for on in listed
        }
    )
    first, second = conflicts(desk("2025-01-01", {"registry.personnel": rows}), "double_registration")
    assert (first["overlap_days"], first["status"], first["explained_by"]) == (31, "open", None)
    assert (second["overlap_until_on"], second["status"]) == (None, "open")


@pytest.mark.parametrize(("late", "status"), [("2026-04-10", "open"), ("2026-04-11", "expired")])
def test_what_is_first_seen_more_than_two_years_after_its_end_has_expired(late: str, status: str) -> None:
    """Both contracts ended on 9 April 2024; the row of Y arrives later."""
    until = ending(day("2024-04-09"))
    rows = drops({"2024-01-10": [engineer(X, "1", **until), engineer(Y, "1", **until)]})
    for row in rows:
        row["received_on"] = day(late)
    (row,) = conflicts(desk("2027-01-01", {"registry.personnel": rows}), "double_registration")
    assert (row["overlap_until_on"], row["first_seen_on"], row["status"]) == (day("2024-04-10"), day(late), status)


def test_the_order_of_rows_changes_nothing() -> None:
    rows = both("2024-02-10", "2024-06-10") | {"registry.agencies": [agency(X, "2024-01-10"), agency(Y, "2024-01-10")]}
    expected = conflicts(desk("2025-01-01", rows))
    for seed in range(3):
        shuffled = dict(rows)
        shuffled["registry.personnel"] = random.Random(seed).sample(
            rows["registry.personnel"], len(rows["registry.personnel"])
        )
        for row in shuffled["registry.personnel"]:
            row["row_number"] = 7
        found = conflicts(desk("2025-01-01", shuffled))
        assert [(row["conflict_id"], row["status"]) for row in found] == [
            (row["conflict_id"], row["status"]) for row in expected
        ]


def test_one_person_with_ten_thousand_spells_pairs_neighbours_only() -> None:
    """Times and growth are printed by `python -m tests.bench.conflicts`."""
    _, pairs = seconds_for(1, 10_000)
    assert pairs == 9_999


def test_pairs_grow_with_the_people() -> None:
    assert seconds_for(200, 12)[1] * 10 == seconds_for(2_000, 12)[1] == 2_000 * 11
