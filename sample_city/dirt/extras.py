"""Additional rows: such as must be refused, and such as must be told to be repeats, each made from a true row.

Belongs here: what is wrong with a row, and which wrongs a dataset's exports show. Does not belong here: cells that
must be read (`styles`). Refused rows are never true ones, so that the clean and the dirty city have the same truth.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sample_city import identifiers
from sample_city.dirt.kinds import Cells, Extra
from sample_city.files import Formula
from sample_city.model import Values


def _fake_uscc(number: int, *, organisation_fails: bool = False) -> str:
    return identifiers.uscc("91", "410811", 700_000_000 + number, organisation_fails=organisation_fails)


def _bad_check(cells: Cells, header: str) -> str:
    text = str(cells[header])
    return text[:17] + next(char for char in identifiers.USCC_ALPHABET if char != text[17])


def repeat(kind: str = "repeated_row") -> Extra:
    """A row that says again what stands already in its file."""
    return Extra(kind, "duplicate", lambda cells, values, number: {})


def _quarantined(kind: str, reason_code: str, header: str, write: Callable[[Cells, int], Any]) -> Extra:
    """A true row with one bad cell; `KEY_HEADERS` says which key is marked so that it stands in for no true row."""

    def change(cells: Cells, values: Values, number: int) -> Cells | None:
        value = write(cells, number)
        return None if value is None else {header: value}

    return Extra(kind, "quarantined", change, reason_code, header)


def _uscc_extras(header: str) -> list[Extra]:
    return [
        _quarantined("uscc_check_failed", "uscc_check_failed", header, lambda c, n: _bad_check(c, header)),
        _quarantined("uscc_scientific", "id_numeric_precision_lost", header, lambda c, n: "9.14108E+17"),
        _quarantined("uscc_short", "uscc_malformed", header, lambda c, n: str(c[header])[:17]),
        _quarantined("uscc_empty", "empty_value", header, lambda c, n: None if c[header] is None else ""),
    ]


def _date_extras(header: str, *, is_checked_against_receipt: bool) -> list[Extra]:
    extras = [
        _quarantined("date_impossible", "impossible_date", header, lambda c, n: "2025-02-30"),
        _quarantined("date_no_date", "impossible_date", header, lambda c, n: "不详"),
    ]
    if is_checked_against_receipt:
        extras.append(_quarantined("date_after_receipt", "date_after_receipt", header, lambda c, n: "2031-07-01"))
    return extras


def _value_extra(header: str, text: str) -> Extra:
    return _quarantined("unknown_value", "unknown_value", header, lambda c, n: text)


def _key_extra(header: str) -> Extra:
    return _quarantined("empty_key", "empty_key", header, lambda c, n: "")


EXTRAS: dict[str, list[Extra]] = {
    "registry/agencies": [
        _quarantined(
            "uscc_check_failed", "uscc_check_failed", "统一社会信用代码", lambda c, n: _bad_check(c, "统一社会信用代码")
        ),
        _quarantined("uscc_scientific", "id_numeric_precision_lost", "统一社会信用代码", lambda c, n: "9.14108E+17"),
        _quarantined(
            "uscc_numeric_cell", "id_numeric_precision_lost", "统一社会信用代码", lambda c, n: 914108000000000000 + n
        ),
        _quarantined("uscc_short", "uscc_malformed", "统一社会信用代码", lambda c, n: str(c["统一社会信用代码"])[:17]),
        _key_extra("统一社会信用代码"),
        _value_extra("机构状态", "注销中"),
        _quarantined(
            "formula_without_cache",
            "formula_without_cache",
            "工作场所建筑面积(㎡)",
            lambda c, n: Formula("=200+35", None),
        ),
        _quarantined("not_a_number", "not_a_number", "工作场所建筑面积(㎡)", lambda c, n: "二百余"),
        *_date_extras("公示日期", is_checked_against_receipt=False),
        repeat(),
    ],
    "registry/personnel": [
        _quarantined("id_numeric_cell", "id_numeric_precision_lost", "身份证号", lambda c, n: 410899199001010000 + n),
        _quarantined("id_scientific", "id_numeric_precision_lost", "身份证号", lambda c, n: "4.10899E+17"),
        _value_extra("等级", "特级"),
        _quarantined("error_value", "error_value", "注册证编号", lambda c, n: Formula("=NA()", "#N/A")),
        _quarantined("empty_name", "empty_key", "姓名", lambda c, n: ""),
        *_date_extras("劳动合同起", is_checked_against_receipt=False),
        _quarantined(
            "uscc_check_failed", "uscc_check_failed", "统一社会信用代码", lambda c, n: _bad_check(c, "统一社会信用代码")
        ),
        repeat(),
    ],
    "registry/equipment": [*_date_extras("校准日期", is_checked_against_receipt=False), repeat()],
    "registry/site_checks": [
        *_date_extras("核查日期", is_checked_against_receipt=True),
        _key_extra("核查编号"),
        repeat(),
    ],
    "registry/social_insurance": [
        _value_extra("险种", "生育险种"),
        _value_extra("缴费状态", "欠费"),
        _quarantined("uscc_scientific", "id_numeric_precision_lost", "统一社会信用代码", lambda c, n: "9.14108E+17"),
        _quarantined("month_impossible", "impossible_date", "费款所属期", lambda c, n: "202513"),
        _key_extra("社会保障号码"),
        Extra(
            "uscc_gb11714_mismatch",
            "accepted",
            lambda c, v, n: {"统一社会信用代码": _fake_uscc(n, organisation_fails=True), "险种": "失业"},
            header="统一社会信用代码",
            typed=lambda v, n: {
                "payer_id": _fake_uscc(n, organisation_fails=True),
                "insurance_code": "unemployment",
            },
        ),
        repeat(),
    ],
    "complaints/hotline": [
        *_date_extras("受理时间", is_checked_against_receipt=True),
        _value_extra("核查结果", "基本属实"),
        _value_extra("对应失信条款", "12"),
        _key_extra("工单编号"),
        repeat(),
    ],
    "complaints/media": [
        *_date_extras("发现日期", is_checked_against_receipt=True),
        _value_extra("对应失信条款", "第四条"),
        _key_extra("线索编号"),
        repeat(),
    ],
    "inspections/checks": [
        *_date_extras("检查日期", is_checked_against_receipt=True),
        _value_extra("检查类型", "抽查"),
        _value_extra("认定状态", "复核中"),
        *_uscc_extras("统一社会信用代码"),
        _key_extra("任务编号"),
        repeat(),
    ],
    "inspections/penalties": [
        *_date_extras("处罚决定日期", is_checked_against_receipt=True),
        _value_extra("状态", "已执行"),
        _key_extra("决定书文号"),
        repeat(),
    ],
    "platform/contracts": [
        _key_extra("htbh"),
        _value_extra("scbz", "2"),
        _quarantined("uscc_check_failed", "uscc_check_failed", "tyshxydm", lambda c, n: _bad_check(c, "tyshxydm")),
        repeat(),
    ],
    "platform/reports": [
        *_date_extras("bgrq", is_checked_against_receipt=True),
        _value_extra("qzzt", "待签"),
        _quarantined("id_numeric_cell", "id_numeric_precision_lost", "jsfzrsfzh", lambda c, n: 410899199001010000 + n),
        _quarantined("empty_update", "empty_value", "sjgxsjc", lambda c, n: ""),
        repeat(),
    ],
    "platform/checkins": [
        *_date_extras("qdsj", is_checked_against_receipt=True),
        _value_extra("zbx", "CGCS2000"),
        _quarantined("coordinate_impossible", "impossible_coordinate", "jd", lambda c, n: "1132.38"),
        repeat(),
    ],
    "credit_desk/findings": [
        _value_extra("失信条款", "12"),
        *_date_extras("认定日期", is_checked_against_receipt=True),
        *_uscc_extras("统一社会信用代码"),
        _value_extra("状态", "有效?"),
        _quarantined("clause_empty", "empty_value", "失信条款", lambda c, n: ""),
        _key_extra("认定编号"),
        repeat(),
    ],
    "credit_desk/merit_claims": [
        _value_extra("守信条款", "6"),
        *_date_extras("取得日期", is_checked_against_receipt=True),
        _value_extra("级别", "县"),
        repeat(),
    ],
    "credit_desk/repairs": [
        *_date_extras("受理日期", is_checked_against_receipt=True),
        _value_extra("审核意见", "原则同意"),
        _key_extra("申请编号"),
        repeat(),
    ],
    "credit_desk/decisions": [
        _value_extra("决定", "deferred"),
        *_date_extras("决定日期", is_checked_against_receipt=True),
        repeat(),
    ],
}


# headers whose cell gets a mark, so that a refused row can never stand in for a true one
KEY_HEADERS = {
    "registry/site_checks": "核查编号",
    "complaints/hotline": "工单编号",
    "complaints/media": "线索编号",
    "inspections/checks": "任务编号",
    "inspections/penalties": "决定书文号",
    "platform/contracts": "htbh",
    "platform/reports": "bgbh",
    "platform/checkins": "qdbh",
    "credit_desk/findings": "认定编号",
    "credit_desk/merit_claims": "申报编号",
    "credit_desk/repairs": "申请编号",
    "credit_desk/decisions": "决定编号",
}
