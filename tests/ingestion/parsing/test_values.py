"""Amounts, whole numbers, choices and clauses; and what every parser does alike."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion import parsing
from ingestion.parsing import Fault, Refused
from tests.ingestion.parsing.support import reason


@pytest.mark.parametrize(
    "parse", [parsing.date, parsing.month, parsing.integer, parsing.amount, parsing.coordinate, parsing.epoch_ms]
)
@pytest.mark.parametrize("written", ["٢٠٢٤-٠٣-٢١", "٢٠٢٤٠٣", "٢", "१७११००००००००"])
def test_digits_of_another_script_are_no_digits(parse: Any, written: str) -> None:
    assert reason(parse, written)


@pytest.mark.parametrize(
    ("written", "value", "is_approximate"),
    [
        ("200", "200", False),
        ("２００㎡", "200", False),
        ("约210", "210", True),
        (" 约 210.5 平方米", "210.5", True),
        ("1,234.5", "1234.5", False),
        (0.1 + 0.2, "0.3", False),
        (200, "200", False),
    ],
)
def test_amounts(written: Any, value: str, is_approximate: bool) -> None:
    assert parsing.amount(written, ("㎡", "平方米")) == (Decimal(value), is_approximate)


@pytest.mark.parametrize("written", ["-5", "约", "二百", "200亩", "1,23", "200-300", True, "㎡"])
def test_what_is_no_amount_is_refused(written: Any) -> None:
    assert reason(parsing.amount, written, ("㎡",)) == parsing.NOT_A_NUMBER


@pytest.mark.parametrize("written", ["12", "１２", 12, 12.0, "12.0"])
def test_whole_numbers(written: Any) -> None:
    assert parsing.integer(written) == 12


@pytest.mark.parametrize("written", ["12.5", 12.5, "-1", "十二", True])
def test_what_is_no_whole_number_is_refused(written: Any) -> None:
    assert reason(parsing.integer, written) == parsing.NOT_A_NUMBER


def test_a_choice_ignores_width_and_space_and_nothing_else() -> None:
    choices = parsing.normal_choices({"既有28家": "grandfathered", "WGS84": "wgs"})
    assert parsing.choice(" 既有２８家", choices) == "grandfathered"
    assert parsing.choice("wgs84", choices) == "wgs"
    assert parsing.choice("", choices) is None
    for other in ("既有", "28家", "无", "null", 0):
        assert reason(parsing.choice, other, choices) == parsing.UNKNOWN_VALUE


@pytest.mark.parametrize(
    ("written", "clause"),
    [(str(n), str(n)) for n in (1, 3, 5, 6, 7, 8, 9, 10, 11)]
    + [("2a", "2a"), ("2B", "2b"), ("４Ａ", "4a"), (" 4 b ", "4b"), (11.0, "11"), (5, "5")],
)
def test_clauses(written: Any, clause: str) -> None:
    assert parsing.clause(written) == (clause, False)


@pytest.mark.parametrize(("written", "clause"), [("2", "2b"), (4.0, "4b"), ("４", "4b")])
def test_a_bare_2_or_4_is_flagged(written: Any, clause: str) -> None:
    assert parsing.clause(written) == (clause, True)


@pytest.mark.parametrize("written", ["0", "12", "2c", "1a", "第5条", "F05", "5.5", 2.5, "05"])
def test_any_other_clause_is_refused(written: Any) -> None:
    assert reason(parsing.clause, written) == parsing.UNKNOWN_VALUE


def test_levels_are_read_in_three_ways() -> None:
    levels = parsing.normal_choices({"一级": "level_1", "二级": "level_2", "高级": "advanced"})
    assert {parsing.choice(written, levels) for written in ("一级", "1级", "１级", "壹级", " 一 级")} == {"level_1"}
    assert {parsing.choice(written, levels) for written in ("二级", "2级", "贰级")} == {"level_2"}
    assert reason(parsing.choice, "3级", levels) == parsing.UNKNOWN_VALUE


@pytest.mark.parametrize(
    "parse",
    [
        parsing.free_text,
        parsing.code,
        parsing.date,
        parsing.uscc,
        parsing.person_number,
        parsing.integer,
        parsing.amount,
    ],
)
def test_faults_and_damaged_text_are_refused_everywhere(parse: Any) -> None:
    assert reason(parse, Fault.ERROR_VALUE) == "error_value"
    assert reason(parse, Fault.FORMULA_WITHOUT_CACHE) == "formula_without_cache"
    assert reason(parse, "王\ufffd强") == parsing.DAMAGED_TEXT
    assert reason(parse, "王\ud800强") == parsing.DAMAGED_TEXT  # half a character: no text can hold it


def test_epochs_and_degrees() -> None:
    assert parsing.epoch_ms("1711000000000") == parsing.epoch_ms(1711000000000.0) == 1711000000000
    assert reason(parsing.epoch_ms, 1711000000) == parsing.IMPOSSIBLE_DATE
    assert parsing.coordinate(" 113.24 ") == parsing.coordinate(113.24) == 113.24
    assert parsing.coordinate(None) is None
    for wrong in ("113°14′", "181", "abc", True):
        assert reason(parsing.coordinate, wrong) == parsing.IMPOSSIBLE_COORDINATE


@given(
    st.one_of(
        st.text(st.characters(), max_size=24),
        st.integers(),
        st.floats(),
        st.booleans(),
        st.none(),
        st.dates(),
        st.datetimes(),
        st.times(),
    )
)
def test_every_parser_gives_a_value_or_a_reason(cell: Any) -> None:
    """Nothing that stands in a cell makes a parser fail in another way."""
    for parse in (
        *(
            parsing.free_text,
            parsing.code,
            parsing.document_no,
            parsing.id_list,
            parsing.person_name,
            parsing.agency_name,
        ),
        *(
            parsing.uscc,
            parsing.uscc_pair,
            parsing.last_day,
            parsing.person_number,
            parsing.date,
            parsing.moment,
            parsing.month,
            parsing.date_or_open,
        ),
        *(parsing.integer, parsing.amount, parsing.clause, parsing.epoch_ms, parsing.coordinate),
    ):
        try:
            parse(cell)
        except Refused as refused:
            assert refused.reason
