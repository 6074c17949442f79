"""Names, codes, document numbers and free text, each in the one form in which it is compared."""

from __future__ import annotations

import pytest

from ingestion import parsing
from tests.ingestion.parsing.support import reason


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
    assert parsing.code(written) == "焦住建罚〔2024〕3号"


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
