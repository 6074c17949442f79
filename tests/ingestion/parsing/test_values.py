"""Amounts, whole numbers, points, choices and clauses; and what every parser does alike."""

from __future__ import annotations

import datetime as dt
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
def test_digits_of_another_script_are_not_digits(parse: Any, written: str) -> None:
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
        ("260平方", "260", False),
        ("260 平方米", "260", False),
        ("'260", "260", False),
        ('="260"', "260", False),
    ],
)
def test_amounts(written: Any, value: str, is_approximate: bool) -> None:
    assert parsing.amount(written, ("㎡", "平方米", "平方")) == (Decimal(value), is_approximate)


@pytest.mark.parametrize("written", ["-5", "约", "二百", "200亩", "1,23", "200-300", True, "㎡", "13800001234"])
def test_what_is_not_an_amount_is_refused(written: Any) -> None:
    assert reason(parsing.amount, written, ("㎡",)) == parsing.NOT_A_NUMBER


@pytest.mark.parametrize(
    "written",
    ["12", "１２", 12, 12.0, "12.0", "12人", "12 名", "十二", "十二人", "一二", "壹拾贰", "'12", '="12"', "⼗⼆"],
)
def test_whole_numbers(written: Any) -> None:
    assert parsing.integer(written) == 12


@pytest.mark.parametrize("written", ["12.5", 12.5, "-1", "十十", "二百万", "人", "12人1", True, "13800001234"])
def test_what_is_not_a_whole_number_is_refused(written: Any) -> None:
    assert reason(parsing.integer, written) == parsing.NOT_A_NUMBER


def test_a_choice_ignores_width_and_space_and_nothing_else() -> None:
    choices = parsing.normal_choices({"既有28家": "grandfathered", "WGS84": "wgs"})
    assert parsing.choice(" 既有２８家", choices) == "grandfathered"
    assert parsing.choice("wgs84", choices) == "wgs"
    assert parsing.choice("", choices) is None
    for other in ("既有", "28家", "无", "null", 0):
        assert reason(parsing.choice, other, choices) == parsing.UNKNOWN_VALUE


@pytest.mark.parametrize(
    ("written", "number"),
    [("零", 0), ("十", 10), ("二十", 20), ("一百零三", 103), ("两千零一十", 2010), ("二〇二四", 2024)],
)
def test_chinese_numerals(written: str, number: int) -> None:
    assert parsing.chinese_number(written) == number


@pytest.mark.parametrize("written", ["", "人", "百百", "一二三四五", "十二三", "百千", "二百三", "一千二"])
def test_what_is_not_a_chinese_numeral(written: str) -> None:
    assert parsing.chinese_number(written) is None


@pytest.mark.parametrize(
    ("written", "clause"),
    [(str(n), str(n)) for n in range(1, 12)]
    + [
        ("2a", "2a"),
        ("2B", "2b"),
        ("４Ａ", "4a"),
        (" 4 b ", "4b"),
        (11.0, "11"),
        (5, "5"),
        ("7.0", "7"),
        ("2.5", "2.5"),
    ]
    + [("第1条第1项", "1-1"), ("一(四)2", "一-四-2"), ("一（四）2", "一-四-2"), ("第十二条第（三）款", "十二-三")]
    + [("JJC202001-003", "jjc202001-003"), ("第5项", "5"), ("1—1", "1-1"), ("①", "1"), ("05", "05"), ("'2a", "2a")]
    + [('="4"', "4"), ("x" * 40, "x" * 40), ("", None), ("（）", None)],
)
def test_a_clause_is_any_text_in_its_normal_form(written: Any, clause: str | None) -> None:
    assert parsing.clause(written) == clause
    assert clause is None or parsing.clause(clause) == clause


def test_what_is_not_a_clause_is_refused() -> None:
    assert reason(parsing.clause, "x" * 41) == parsing.UNKNOWN_VALUE
    assert reason(parsing.clause, "2\x01") == parsing.DAMAGED_TEXT
    assert reason(parsing.clause, dt.date(2024, 2, 1)) == parsing.CODE_BECAME_DATE
    assert reason(parsing.clause, True) == reason(parsing.clause, "#REF!") == parsing.NOT_A_CODE


@pytest.mark.parametrize(("written", "number"), [("1", 1), (10_000, 10_000), ("3项", 3), (None, None)])
def test_quantities(written: Any, number: int | None) -> None:
    assert parsing.quantity(written) == number


@pytest.mark.parametrize("written", ["0", 10_001, "1.5", "-1", True])
def test_what_is_not_a_quantity_is_refused(written: Any) -> None:
    assert reason(parsing.quantity, written) == parsing.NOT_A_NUMBER


@pytest.mark.parametrize(
    ("written", "points"), [("0", "0"), (1000, "1000"), ("2.50", "2.5"), (0.25, "0.25"), ("5分", "5"), ("５", "5")]
)
def test_points(written: Any, points: str) -> None:
    assert parsing.points(written) == Decimal(points)


@pytest.mark.parametrize("written", ["-5", "+5", "1000.01", "0.125", "约5", True, "五"])
def test_what_are_not_points_is_refused(written: Any) -> None:
    assert reason(parsing.points, written) == parsing.NOT_A_NUMBER


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
    assert reason(parse, Fault.ERROR_VALUE) == ("not_a_code" if parse is parsing.code else "error_value")
    assert reason(parse, Fault.FORMULA_WITHOUT_CACHE) == "formula_without_cache"
    assert reason(parse, "王\ufffd强") == parsing.DAMAGED_TEXT
    assert reason(parse, "王\ud800强") == parsing.DAMAGED_TEXT  # half a character: no text can hold it


def test_epochs_and_degrees() -> None:
    assert parsing.epoch_ms("1711000000000") == parsing.epoch_ms(1711000000000.0) == 1711000000000
    assert parsing.epoch_ms(1711000000) == parsing.epoch_ms("1711000000") == 1711000000000  # seconds
    assert reason(parsing.epoch_ms, 171100000) == reason(parsing.epoch_ms, 10**14) == parsing.IMPOSSIBLE_DATE
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
    """No cell makes a parser fail in another way."""
    for parse in (
        *(
            parsing.free_text,
            parsing.code,
            parsing.id_list,
            parsing.person_name,
            parsing.agency_name,
        ),
        *(
            parsing.uscc,
            parsing.uscc_pair,
            parsing.object_id,
            parsing.last_day,
            parsing.person_number,
            parsing.date,
            parsing.moment,
            parsing.month,
            parsing.date_or_open,
        ),
        *(
            parsing.integer,
            parsing.quantity,
            parsing.points,
            parsing.amount,
            parsing.clause,
            parsing.epoch_ms,
            parsing.coordinate,
        ),
    ):
        try:
            parse(cell)
        except Refused as refused:
            assert refused.reason
