"""Additional rows that must be quarantined or recognised as duplicates, each made from a true row.

Belongs here: errors in a row, and the errors of each dataset's exports. Does not belong here: cells that must be read
(`styles`). Quarantined rows are never true rows, so that the clean and the dirty city have the same truth.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from sample_city import identifiers
from sample_city.dirt.kinds import Cells, Extra
from sample_city.model import Values
from sample_city.workbooks import Formula

# A sentence instead of a clause: longer than the clauses of any points table.
_LONG_CLAUSE = "《社会消防技术服务管理规定》第二十七条第一款第三项关于消防技术服务机构执业行为的规定及其实施细则"


def _fake_uscc(number: int, *, organisation_fails: bool = False) -> str:
    return identifiers.uscc("91", "410811", 700_000_000 + number, organisation_fails=organisation_fails)


def _bad_check(cells: Cells, header: str) -> str:
    text = str(cells[header])
    return text[:17] + next(char for char in identifiers.USCC_ALPHABET if char != text[17])


def repeat(kind: str = "repeated_row") -> Extra:
    """A repetition of a row of the same file."""
    return Extra(kind, "duplicate", lambda cells, values, number: {})


def _quarantined(kind: str, reason_code: str, header: str, write: Callable[[Cells, int], Any]) -> Extra:
    """A true row with one wrong cell; its key is marked (`KEY_HEADERS`), so that it cannot replace a true row."""

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
    """Impossible dates, dates too far in the past, and dates in the future."""
    far = "date_after_receipt" if is_checked_against_receipt else "impossible_date"
    extras = [
        _quarantined("date_impossible", "impossible_date", header, lambda c, n: "2025-02-30"),
        _quarantined("date_no_date", "impossible_date", header, lambda c, n: "待定"),
        _quarantined("date_before_1950", "impossible_date", header, lambda c, n: "1949-10-01"),
        _quarantined("date_in_2924", far, header, lambda c, n: "2924-03-21"),
    ]
    if is_checked_against_receipt:
        extras.append(_quarantined("date_after_receipt", "date_after_receipt", header, lambda c, n: "2031-07-01"))
    return extras


def _value_extra(header: str, text: str) -> Extra:
    return _quarantined("unknown_value", "unknown_value", header, lambda c, n: text)


def _key_extra(header: str) -> Extra:
    return _quarantined("empty_key", "empty_key", header, lambda c, n: "")


def _became_date(header: str, *, is_workbook: bool = True) -> Extra:
    """A number like 2024-3-1 that the spreadsheet turned into a date."""
    cell = dt.date(2024, 3, 1) if is_workbook else "2024-03-01 00:00:00"
    return _quarantined("code_became_date", "code_became_date", header, lambda c, n: cell)


def _no_code(kind: str, header: str, cell: Any) -> Extra:
    return _quarantined(kind, "not_a_code", header, lambda c, n: cell)


def _picture(header: str) -> Extra:
    return _no_code("code_picture", header, '=DISPIMG("ID_0A1B2C3D4E5F",1)')


def _several(header: str, separator: str = "、") -> Extra:
    """Two values in one cell: the row's own, or another one, and a second one."""
    return _quarantined(
        "several_values", "several_values", header, lambda c, n: f"{c[header] or 'XM-1'}{separator}T{n}XM"
    )


def _two_people(header: str) -> Extra:
    other = identifiers.person_id(10_999_999)
    return _quarantined("several_people", "several_values", header, lambda c, n: f"{c[header] or other}、{other}")


def _damaged(header: str, text: str = "锟斤拷锟斤拷锟斤拷") -> Extra:
    return _quarantined("damaged_text", "damaged_text", header, lambda c, n: text)


def _no_name(header: str, text: str = "同上") -> Extra:
    return _quarantined("not_a_name", "not_a_name", header, lambda c, n: text)


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
        _damaged("机构名称"),
        _no_name("机构名称", "〃"),
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
        _two_people("身份证号"),
        _value_extra("等级", "特级"),
        _no_code("code_error", "注册证编号", Formula("=NA()", "#N/A")),
        _picture("注册证编号"),
        _became_date("资格证书编号"),
        _quarantined("error_value", "error_value", "注册有效期至", lambda c, n: Formula("=NA()", "#N/A")),
        _quarantined("empty_name", "empty_key", "姓名", lambda c, n: ""),
        _no_name("姓名"),
        _damaged("姓名", "王?"),
        *_date_extras("劳动合同起", is_checked_against_receipt=False),
        _quarantined(
            "uscc_check_failed", "uscc_check_failed", "统一社会信用代码", lambda c, n: _bad_check(c, "统一社会信用代码")
        ),
        repeat(),
    ],
    "registry/equipment": [
        *_date_extras("校准日期", is_checked_against_receipt=False),
        _several("编号"),
        _became_date("校准证书编号"),
        repeat(),
    ],
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
        _two_people("社会保障号码"),
        _no_name("姓名", "〃"),
        _damaged("单位名称", "焦作??消防公司"),
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
        _value_extra("是否重复", "疑似"),
        _key_extra("工单编号"),
        _became_date("工单编号"),
        _several("原工单编号", "\n"),
        _no_name("被诉对象", "12345"),
        repeat(),
    ],
    "complaints/media": [
        _value_extra("来源", "传真"),
        _damaged("机构名称", "焦作?消防公司"),
        *_date_extras("发现日期", is_checked_against_receipt=True),
        _key_extra("线索编号"),
        repeat(),
    ],
    "inspections/checks": [
        *_date_extras("检查日期", is_checked_against_receipt=True),
        _value_extra("检查类型", "抽查"),
        _value_extra("认定状态", "复核中"),
        *_uscc_extras("统一社会信用代码"),
        _key_extra("任务编号"),
        _became_date("项目编号", is_workbook=False),
        _no_code("code_error", "报告编号", "#N/A"),
        _several("任务编号"),
        _damaged("项目编号", "焦?建-1"),
        _quarantined("clause_too_long", "unknown_value", "对应失信条款", lambda c, n: _LONG_CLAUSE),
        repeat(),
    ],
    "inspections/penalties": [
        _became_date("决定书文号"),
        _picture("项目编号"),
        *_date_extras("处罚决定日期", is_checked_against_receipt=True),
        _value_extra("状态", "已执行"),
        _key_extra("决定书文号"),
        _several("决定书文号", "\n"),
        _damaged("行政相对人名称"),
        repeat(),
    ],
    "platform/contracts": [
        _key_extra("htbh"),
        _value_extra("scbz", "2"),
        _quarantined("uscc_check_failed", "uscc_check_failed", "tyshxydm", lambda c, n: _bad_check(c, "tyshxydm")),
        _became_date("htbh", is_workbook=False),
        _several("xmbh"),
        _damaged("qymc", "æ²³å"),
        repeat(),
    ],
    "platform/reports": [
        *_date_extras("bgrq", is_checked_against_receipt=True),
        _value_extra("qzzt", "待签"),
        _quarantined("id_numeric_cell", "id_numeric_precision_lost", "jsfzrsfzh", lambda c, n: 410899199001010000 + n),
        _quarantined("empty_update", "empty_value", "sjgxsjc", lambda c, n: ""),
        _no_name("xmfzr"),
        _two_people("xmfzrsfzh"),
        _no_code("code_error", "xmfzrzch", "#REF!"),
        repeat(),
    ],
    "platform/checkins": [
        *_date_extras("qdsj", is_checked_against_receipt=True),
        _value_extra("zbx", "CGCS2000"),
        _quarantined("coordinate_impossible", "impossible_coordinate", "jd", lambda c, n: "1132.38"),
        _no_code("code_boolean", "bgbh", True),
        _no_name("xm", "1"),
        repeat(),
    ],
    "credit_desk/findings": [
        _value_extra("线索来源", "匿名来信"),
        *_date_extras("认定日期", is_checked_against_receipt=True),
        *_uscc_extras("统一社会信用代码"),
        _value_extra("状态", "有效?"),
        _quarantined("clause_empty", "empty_value", "失信条款", lambda c, n: "无"),
        _key_extra("认定编号"),
        _became_date("项目编号"),
        _no_code("code_boolean", "来源编号", True),
        _several("来源编号"),
        _damaged("报告编号", "BG-焦?-1"),
        repeat(),
    ],
    "credit_desk/merit_claims": [
        _value_extra("审核结论", "暂缓"),
        *_date_extras("取得日期", is_checked_against_receipt=True),
        _value_extra("级别", "县"),
        _became_date("文号"),
        _picture("文号"),
        _several("申报编号", "\n"),
        repeat(),
    ],
    "credit_desk/repairs": [
        *_date_extras("受理日期", is_checked_against_receipt=True),
        _value_extra("审核意见", "原则同意"),
        _key_extra("申请编号"),
        _became_date("认定编号"),
        _no_name("经办人"),
        repeat(),
    ],
    "credit_desk/decisions": [
        _value_extra("决定", "deferred"),
        _became_date("决定编号"),
        *_date_extras("决定日期", is_checked_against_receipt=True),
        _damaged("经办人", "秦??"),
        repeat(),
    ],
}


# headers whose cell gets a mark, so that a quarantined row can never replace a true one
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
