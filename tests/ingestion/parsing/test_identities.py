"""Credit codes and ID numbers: repaired by rule, refused, or left unresolved; never altered."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion import parsing
from tests.ingestion.parsing.support import reason
from tests.ingestion.support import USCC_A, make_id, make_uscc


def test_an_id_in_digits_of_another_script_is_nobody_s() -> None:
    number = make_id(7)
    assert parsing.person_number(number.replace("4", "٤")).status == "invalid"


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


def test_an_id_number_that_passes_as_a_code_is_none() -> None:
    """One in 31 does: it would be shown in plain text as an agency's code."""
    number = "419999199001010929"
    assert parsing.person_number(number).status == "full"
    assert reason(parsing.uscc, number) == "uscc_check_failed"


@pytest.mark.parametrize(
    ("name", "expected"), [("李某某", True), ("欧阳某某", True), ("李某1380****", True), ("甲消防公司", False)]
)
def test_names_of_people_are_distinguished_from_names_of_agencies(name: str, expected: bool) -> None:
    assert parsing.may_be_a_person(name) is expected


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
        dt.date(2024, 3, 21),
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
    """Whatever the sender's form of a mask: two masks are equal if their digits are."""
    person = parsing.person_number(written)
    assert (person.status, person.number, person.mask) == ("masked", None, mask)


@given(st.text(alphabet="0123456789Xx*王 ", min_size=1, max_size=40))
def test_no_more_than_eight_digits_of_a_person_number_are_stored(written: str) -> None:
    person = parsing.person_number(written, may_be_several=True)
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
