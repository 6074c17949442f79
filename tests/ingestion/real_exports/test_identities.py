"""K4: invalid ID numbers. They are unwrapped like codes; one that is still invalid keeps its row, with the reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ingestion import parsing
from tests.ingestion.parsing.support import reason
from tests.ingestion.real_exports.builder import (
    USCC_A,
    Door,
    Row,
    check,
    checkin,
    csv_text,
    finding,
    grid,
    insured,
    make_id,
    merit,
    person,
    put,
    put_csv,
    report,
)

WRAPS = ("'{}", "’{}", "‘{}", '="{}"', '\'="{}"', " {} ", "\t{}", "{}\n")


@pytest.mark.parametrize("wrap", WRAPS)
def test_a_wrapped_number_is_the_person(wrap: str) -> None:
    number = make_id(7)
    read = parsing.person_number(wrap.format(number))
    assert (read.number, read.status, read.failing) == (number, "full", None)


@pytest.mark.parametrize("wrap", WRAPS)
def test_a_wrapped_credit_code_is_the_agency(wrap: str) -> None:
    assert parsing.uscc(wrap.format(USCC_A))[0] == USCC_A


def test_an_engineer_at_two_agencies_is_one_person_in_every_form(door: Door) -> None:
    """b_wrapped_ids"""
    put(
        door,
        "registry/personnel",
        [person("王强", wrap.format(make_id(1)), 注册证编号=f"Z{n}") for n, wrap in enumerate(WRAPS)],
    )
    text = csv_text(grid("registry/social_insurance", [insured(make_id(1), "202405")]))
    put_csv(door, "registry/social_insurance", text.replace(make_id(1), f'="{make_id(1)}"'))
    put(door, "platform/checkins", [checkin(sfzh=f"'{make_id(1)}")])
    put(door, "platform/reports", [report(jsfzrsfzh=f'="{make_id(1)}"')])
    door.ingest()
    assert door.reasons() == []
    keys = {
        row["person_key"] for place in ("registry/personnel", "registry/social_insurance") for row in door.rows(place)
    }
    keys |= {row["person_key"] for row in door.rows("platform/checkins")}
    keys |= {row["technical_lead_key"] for row in door.rows("platform/reports")}
    assert len(keys) == 1 and None not in keys


@pytest.mark.parametrize(
    ("place", "row", "number", "day"),
    [
        ("credit_desk/findings", finding, "RD-3", ("认定日期", "determined_on")),
        ("inspections/checks", check, "RW-3", ("认定日期", "determined_on")),
        ("platform/reports", report, "BG-3", ("bgrq", "reported_on")),
    ],
)
def test_a_typed_apostrophe_is_not_part_of_a_day_a_credit_code_or_a_number(
    door: Door, place: str, row: Callable[..., Row], number: str, day: tuple[str, str]
) -> None:
    """x_text_dates_quote_prefix, in a workbook, a text and a page."""
    (header, name), code = day, "tyshxydm" if place.startswith("platform/") else "统一社会信用代码"
    put(door, place, [row("N-1", **{header: "'2024-05-21"}), row("N-2", **{code: f"’{USCC_A}"}), row(f"‘{number}")])
    door.ingest()
    assert door.reasons() == []
    first, second, third = door.rows(place)
    assert str(first[name]) == "2024-05-21"
    assert second["agency_id"] == USCC_A
    assert third["row_key"].split("|")[0] == number


@pytest.mark.parametrize(
    ("written", "status", "failing"),
    [
        (make_id(1)[:-1], "invalid", "length"),
        (make_id(1) + "0", "invalid", "length"),
        ("410803199013010012", "invalid", "date"),
        (make_id(1)[:-1] + ("0" if make_id(1)[-1] != "0" else "1"), "invalid", "check_character"),
        ("4108**********1234", "masked", "mask"),
        ("4108XXXXXXXXXX1234", "masked", "mask"),
        ("4108●●●●●●●●●●1234", "masked", "mask"),
        ("P1234567", "invalid", "length"),
    ],
)
def test_what_fails_keeps_its_row_and_says_why(door: Door, written: str, status: str, failing: str) -> None:
    put(door, "registry/personnel", [person("王强", written)])
    put(door, "platform/reports", [report(xmfzrsfzh=written)])
    door.ingest()
    (row,), (signed,) = door.rows("registry/personnel"), door.rows("platform/reports")
    assert (row["person_key"], row["person_id_status"]) == (None, status)
    assert f"person_id_{failing}" in row["flags"].split(",")
    assert f"project_lead_id_{failing}" in signed["flags"].split(",") and "technical_lead_id" not in signed["flags"]
    assert written not in str(row) or failing == "mask"


TWO = (
    f"{make_id(1)}、{make_id(2)}",
    f"{make_id(1)} {make_id(2)}",
    f"{make_id(1)}\n{make_id(2)}",
    f"{make_id(1)}/{make_id(2)}",
    f"{make_id(1)[:6]} {make_id(1)[6:14]} {make_id(1)[14:]}、{make_id(2)[:6]} {make_id(2)[6:14]} {make_id(2)[14:]}",
)


@pytest.mark.parametrize("written", TWO)
def test_two_people_in_one_cell_are_reported(door: Door, written: str) -> None:
    assert reason(parsing.person_number, written) == parsing.SEVERAL_VALUES
    put(door, "registry/personnel", [person("王强", written)])
    put(door, "platform/checkins", [checkin(sfzh=written)])
    door.ingest()
    assert sorted(found[1:] for found in door.reasons()) == [("several_values", "sfzh"), ("several_values", "身份证号")]


@pytest.mark.parametrize("written", TWO)
def test_a_deduction_or_merit_about_two_people_is_not_lost(door: Door, written: str) -> None:
    put(door, "credit_desk/findings", [finding(涉及人员身份证号=written)])
    put(door, "credit_desk/merit_claims", [merit(涉及人员身份证号=written)])
    door.ingest()
    assert door.reasons() == []
    for place in ("credit_desk/findings", "credit_desk/merit_claims"):
        (row,) = door.rows(place)
        assert (row["person_key"], row["person_id_status"], row["flags"]) == (None, "invalid", "person_id_several")
