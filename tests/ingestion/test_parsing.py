"""Each parser in number: what sources.md says is read, what is refused and under which reason."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion import parsing
from ingestion.parsing import Fault, Refused
from tests.ingestion.support import USCC_A, make_id, make_uscc

DAY = dt.date(2024, 3, 21)


def reason(parse: Any, *args: Any) -> str:
    with pytest.raises(Refused) as refused:
        parse(*args)
    return refused.value.reason


@pytest.mark.parametrize(
    "written",
    [
        "2024-03-21",
        "2024-3-21",
        "2024/3/21",
        "2024/03/21",
        "2024.3.21",
        "2024年3月21日",
        "2024年03月21日",
        "20240321",
        "2024-03-21 10:22:05",
        "2024-03-21T10:22:05",
        "2024/3/21 10:22",
        " 2024-03-21 ",
        "２０２４－０３－２１",
        "2024　年3月21日",
        "45372",
        "45372.4320",
        45372,
        45372.0,
        45372.43200231482,
        20240321,
        20240321.0,
        dt.date(2024, 3, 21),
        dt.datetime(2024, 3, 21, 10, 22, 5),
    ],
)
def test_a_date_is_read_in_every_form_of_the_sources(written: Any) -> None:
    assert parsing.date(written) == DAY


@pytest.mark.parametrize(
    "written",
    [
        "2024-02-30",
        "2023-02-29",
        10**400,
        -(10**400),
        dt.datetime(9999, 12, 31, 23, 59, 59, 507520),
        dt.date(9999, 12, 31),
        "2024-13-01",
        "2024-00-10",
        "20241301",
        "21/03/2024",
        "24-3-21",
        "2024-03",
        "2024-03/21",
        "昨天",
        "0024-03-21",
        "9999-12-31",
        "2024-03-21 25:00:00",
        "99",
        7,
        3.5,
        1e12,
        True,
        dt.time(10, 2),
        float("nan"),
        float("inf"),
    ],
)
def test_an_impossible_date_is_refused(written: Any) -> None:
    assert reason(parsing.date, written) == parsing.IMPOSSIBLE_DATE


def test_an_empty_date_is_none() -> None:
    assert [parsing.date(cell) for cell in (None, "", "  ", "　")] == [None] * 4


def test_a_leap_day_is_a_date() -> None:
    assert parsing.date("2024-02-29") == dt.date(2024, 2, 29)


def test_a_serial_counts_from_1904_where_the_workbook_says_so() -> None:
    assert parsing.date(45372 - 1462, True) == parsing.date(45372, False) == DAY


@given(st.dates(dt.date(1930, 1, 1), dt.date(2170, 12, 31)))
def test_all_forms_of_one_day_agree(day: dt.date) -> None:
    serial = (day - dt.date(1899, 12, 30)).days
    forms = [
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        str(serial),
        float(serial),
        day,
    ]
    assert {parsing.date(form) for form in forms} == {day}


def test_wall_time_becomes_utc_beside_its_local_date() -> None:
    assert parsing.moment("2024-03-21 07:59:59") == (dt.datetime(2024, 3, 20, 23, 59, 59), DAY)
    assert parsing.moment("2024-03-21") == (dt.datetime(2024, 3, 20, 16), DAY)
    assert parsing.moment(45372.43200231482) == (dt.datetime(2024, 3, 21, 2, 22, 5), DAY)
    assert parsing.moment("") == (None, None)


@pytest.mark.parametrize(
    "written", ["202403", "2024-03", "2024-3", "2024/03", "2024年3月", "２０２４０３", 202403, 202403.0, DAY]
)
def test_a_month_is_its_first_day(written: Any) -> None:
    assert parsing.month(written) == dt.date(2024, 3, 1)


@pytest.mark.parametrize("written", ["202413", "2024-00", "2024", "三月", 202413.0])
def test_an_impossible_month_is_refused(written: Any) -> None:
    assert reason(parsing.month, written) == parsing.IMPOSSIBLE_DATE


@pytest.mark.parametrize(
    "written",
    ["9999-12-31", "9999/12/31", "9999年12月31日", "９９９９1231", 99991231, 2958465.0, dt.date(9999, 12, 31)],
)
def test_the_last_day_of_the_calendar_means_no_end(written: Any) -> None:
    assert parsing.last_day(written) is None
    assert parsing.date_or_open(written) == (None, True)
    assert reason(parsing.date, written) == parsing.IMPOSSIBLE_DATE


def test_a_last_day_is_a_date() -> None:
    assert [parsing.last_day(cell) for cell in ("2024-03-21", None)] == [DAY, None]
    assert reason(parsing.last_day, "9999-12-30") == reason(parsing.last_day, "长期") == parsing.IMPOSSIBLE_DATE


@pytest.mark.parametrize(
    "parse", [parsing.date, parsing.month, parsing.integer, parsing.amount, parsing.coordinate, parsing.epoch_ms]
)
@pytest.mark.parametrize("written", ["٢٠٢٤-٠٣-٢١", "٢٠٢٤٠٣", "٢", "१७११००००००००"])
def test_digits_of_another_script_are_no_digits(parse: Any, written: str) -> None:
    assert reason(parse, written)


def test_an_id_in_digits_of_another_script_is_nobody_s() -> None:
    number = make_id(7)
    assert parsing.person_number(number.replace("4", "٤")).status == "invalid"


def test_a_contract_may_be_open() -> None:
    assert parsing.date_or_open(" 长期 ") == (None, True)
    assert parsing.date_or_open("2024-03-21") == (DAY, False)
    assert parsing.date_or_open(None) == (None, False)
    assert reason(parsing.date_or_open, "无限期") == parsing.IMPOSSIBLE_DATE


# --- USCC ---


def test_a_right_code_passes_without_a_flag() -> None:
    assert parsing.uscc(USCC_A) == (USCC_A, ())


@pytest.mark.parametrize(
    "damage",
    [
        str.lower,
        lambda code: f" {code[:8]} {code[8:]} ",
        lambda code: code.replace("0", "O"),
        lambda code: code.replace("1", "I"),
        lambda code: "".join(chr(ord(c) + 0xFEE0) for c in code),
        lambda code: code + "\t",
        lambda code: "\ufeff" + code,
    ],
)
def test_a_code_is_repaired_by_rule_and_flagged(damage: Any) -> None:
    assert parsing.uscc(damage(USCC_A)) == (USCC_A, ("uscc_repaired",))


@given(st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_a_single_wrong_character_never_passes(place: int, char: str) -> None:
    wrong = USCC_A[:place] + char + USCC_A[place + 1 :]
    if wrong != USCC_A:
        assert reason(parsing.uscc, wrong) in (parsing.USCC_CHECK_FAILED, parsing.USCC_MALFORMED)


def test_a_code_that_fails_gb_11714_alone_is_flagged() -> None:
    from stdnum.cn.uscc import calc_check_digit

    other = USCC_A[:16] + ("B" if USCC_A[16] != "B" else "C")
    code = other + calc_check_digit(other + "0")
    assert parsing.uscc(code) == (code, ("uscc_gb11714_mismatch",))


@pytest.mark.parametrize(
    "cell",
    [
        9.14108e17,
        914108000000000000,
        "9.14108E+17",
        "9.14108e+17",
        "９．１４１０８Ｅ＋１７",
        True,
        DAY,
        "914108000000000000.0",
    ],
)
def test_a_code_in_a_number_is_lost(cell: Any) -> None:
    assert reason(parsing.uscc, cell) == parsing.NUMERIC_PRECISION_LOST


@pytest.mark.parametrize("cell", ["91410800MA44AAAA", "无", "91410800MA44AAAA5A5A", "9141080ZMA44AAAA5A"])
def test_a_code_of_another_shape_is_refused(cell: str) -> None:
    assert reason(parsing.uscc, cell) == parsing.USCC_MALFORMED


def test_public_bodies_and_firms_pass() -> None:
    for prefix in ("11", "12", "13", "51", "52", "53", "91", "92", "93"):
        code = make_uscc(f"{prefix}410800MA44AAAA")
        assert parsing.uscc(code)[0] == code


# --- ID numbers ---


def test_a_full_id_is_keyed_and_masked() -> None:
    number = make_id(7)
    person = parsing.person_number(number)
    assert (person.number, person.mask, person.status, person.flags) == (
        number,
        f"4108{'*' * 10}{number[-4:]}",
        "full",
        (),
    )


def test_repairs_of_an_id_are_flagged() -> None:
    number = next(n for n in map(make_id, range(999)) if n.endswith("X"))
    for written in (
        number.lower(),
        number.replace("X", "Ｘ"),
        f" {number}",
        number.replace("0", "O"),
        number.replace("1", "I"),
    ):
        person = parsing.person_number(written)
        assert (person.number, person.status, person.flags) == (number, "full", ("id_repaired",))


def test_fifteen_digits_become_eighteen() -> None:
    person = parsing.person_number("410803900101001")
    assert person.number is not None
    assert person.status == "full"
    assert person.number[:17] == "41080319900101001"
    assert parsing.id_check_character(person.number[:17]) == person.number[17]


@pytest.mark.parametrize(
    "written",
    [
        make_id(7)[:17] + ("1" if make_id(7)[17] != "1" else "2"),
        make_id(7, "19900230"),
        "410803900230001",
        make_id(7)[:17],
        "E12345678",
        "无",
    ],
)
def test_a_failing_id_stays_unresolved_and_its_digits_hidden(written: str) -> None:
    person = parsing.person_number(written)
    assert (person.number, person.status) == (None, "invalid")
    assert person.mask is not None
    assert "*" in person.mask
    assert written not in person.mask


@pytest.mark.parametrize(
    ("written", "mask"),
    [
        ("4108**********1234", "4108**********1234"),
        ("4108＊＊＊＊＊＊＊＊＊＊1234", "4108**********1234"),
        (" 4108**********123x", "4108**********123X"),
        ("410803********0011", "4108**********0011"),
        ("410***1990***1234", "410***********1234"),
        ("41080319900101****", "4108**************"),
        ("4108031990010112*4", "4108*************4"),
        ("410803199001010*", "4108**************"),
        ("410803199001010033****", "4108**************"),
        ("****410803199001010033", "**************0033"),
        ("王强410803199001010017****", "****"),
        ("**************", "****"),
    ],
)
def test_a_mask_shows_at_most_four_digits_at_each_end(written: str, mask: str) -> None:
    """However much the sender let be seen, and in whatever form: two masks agree where their digits do."""
    person = parsing.person_number(written)
    assert (person.status, person.number, person.mask) == ("masked", None, mask)


@given(st.text(alphabet="0123456789Xx*王 ", min_size=1, max_size=40))
def test_no_more_than_eight_digits_of_a_person_number_are_stored(written: str) -> None:
    person = parsing.person_number(written)
    if person.mask is not None:
        assert sum(char.isdigit() for char in person.mask) <= 8
        assert person.status != "masked" or len(person.mask) in (4, 18)


@pytest.mark.parametrize(
    "cell", [4.10803199001011e17, 410803199001011234, "4.10803E+17", 410803900101001, "410803199001011234.0"]
)
def test_an_id_in_a_number_is_lost(cell: Any) -> None:
    assert reason(parsing.person_number, cell) == parsing.NUMERIC_PRECISION_LOST


@given(st.integers(0, 999), st.dates(dt.date(1940, 1, 1), dt.date(2005, 12, 31)), st.integers(0, 16), st.integers(1, 9))
def test_no_id_is_ever_altered(serial: int, birthday: dt.date, place: int, step: int) -> None:
    number = make_id(serial, f"{birthday:%Y%m%d}")
    assert parsing.person_number(number).number == number
    wrong = number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]
    assert parsing.person_number(wrong).number is None


# --- names, codes, amounts ---


@pytest.mark.parametrize("dot", ["\u00b7", "\u2022", "\u2027", "\u2219", "\u22c5", "\u30fb", "\uff65"])
def test_a_middle_dot_stays_between_han_only(dot: str) -> None:
    assert parsing.person_name(f"阿不都{dot}热合曼") == "阿不都·热合曼"
    assert parsing.person_name(f"阿不都 {dot} 热合曼") == "阿不都·热合曼"
    assert parsing.person_name(f"王{dot}Lee") == "王Lee"
    assert parsing.person_name(f"{dot}王强{dot}") == "王强"
    assert parsing.person_name(f"阿{dot}{dot}热") == "阿·热"


@pytest.mark.parametrize("written", ["王  强", "王　强", "王\t强", " 王强\n", "王\u200b强", "王\u00a0强"])
def test_a_name_has_no_white_space(written: str) -> None:
    assert parsing.person_name(written) == "王强"


def test_rare_han_is_han() -> None:
    assert parsing.person_name("𠮷·〇") == "𠮷·〇"


def test_an_agency_name_has_one_width() -> None:
    assert parsing.agency_name(" 焦作(市) ＡＢ 公司") == parsing.agency_name("焦作（市）AB公司") == "焦作（市）AB公司"


def test_a_middle_dot_of_an_agency_s_name_is_one_dot_between_han_only() -> None:
    assert parsing.agency_name("西域・阿不 公司") == parsing.agency_name("西域•阿不公司") == "西域·阿不公司"
    assert parsing.agency_name("·甲公司A·B") == "甲公司AB" and parsing.agency_name("·") is None


@pytest.mark.parametrize(
    "written",
    [
        "焦住建罚〔2024〕3号",
        "焦住建罚[2024]3号",
        "焦住建罚(2024)3号",
        "焦住建罚（2024） 3 号",
        "焦住建罚【２０２４】3号",
    ],
)
def test_document_numbers_agree_in_their_brackets(written: str) -> None:
    assert parsing.document_no(written) == "焦住建罚〔2024〕3号"


def test_a_list_of_numbers_is_split() -> None:
    assert parsing.id_list("RD-1、 RW-2-3，焦罚[2024]3号;RD-1") == "RD-1、RW-2-3、焦罚〔2024〕3号"
    assert parsing.id_list(" 、") is None


def test_codes_keep_their_text_and_refuse_lost_digits() -> None:
    assert parsing.code(" ＧＤ 001 ") == "GD001"
    assert parsing.code(20240510001.0) == "20240510001"
    assert parsing.code("007") == "007"
    assert reason(parsing.code, 4.108e17) == parsing.NUMERIC_PRECISION_LOST
    assert reason(parsing.code, 10**400) == reason(parsing.code, float("nan")) == parsing.NUMERIC_PRECISION_LOST
    assert reason(parsing.code, "1.23E+15") == reason(parsing.code, "4e+17") == parsing.NUMERIC_PRECISION_LOST
    assert [parsing.code(text) for text in ("3E15", "１Ｅ5", "1.5E3")] == ["3E15", "1E5", "1.5E3"]
    assert parsing.id_list("3E15、2E8") == "3E15、2E8"


def test_free_text_keeps_its_punctuation() -> None:
    assert parsing.free_text("　未按规范，检测（２处）\r\n已整改 ") == "未按规范，检测（2处） 已整改"


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


# --- enumerations and clauses ---


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


# --- faults and damage ---


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
