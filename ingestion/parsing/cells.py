"""The types of a cell as a reader returns it, the reason codes of cells that cannot be read, and what to do about each.

Does not belong here: parsing any cell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import Enum

# Reason codes of quarantined rows (sources.md, "Dirt that must be survived").
EMPTY_KEY = "empty_key"
EMPTY_VALUE = "empty_value"
UNKNOWN_VALUE = "unknown_value"
IMPOSSIBLE_DATE = "impossible_date"
DATE_AFTER_RECEIPT = "date_after_receipt"
NUMERIC_PRECISION_LOST = "id_numeric_precision_lost"
USCC_MALFORMED = "uscc_malformed"
USCC_CHECK_FAILED = "uscc_check_failed"
NOT_A_NUMBER = "not_a_number"
FORMULA_WITHOUT_CACHE = "formula_without_cache"
ERROR_VALUE = "error_value"
DAMAGED_TEXT = "damaged_text"
FIELD_COUNT = "field_count"
IMPOSSIBLE_COORDINATE = "impossible_coordinate"
CODE_BECAME_DATE = "code_became_date"
NOT_A_CODE = "not_a_code"
SEVERAL_VALUES = "several_values"
NOT_A_NAME = "not_a_name"
ENCODING = "encoding"

# What the keeper of the list does about a cell.
REMEDIES: Mapping[str, str] = {
    EMPTY_KEY: "编号为空，请补填。The cell identifies the row and is empty. Fill it in.",
    EMPTY_VALUE: "必填项为空，请补填。The cell is empty, but a value is required. Fill it in.",
    UNKNOWN_VALUE: "不在可填内容之内，请改填。The value is not one of those agreed for this column. Write one of them.",
    IMPOSSIBLE_DATE: "日期无效，请写成 YYYY-MM-DD。Invalid date: expected YYYY-MM-DD.",
    DATE_AFTER_RECEIPT: (
        "日期晚于接收日期，请更正该日期或文件夹的日期。The date is after the day of receipt. Correct the date, or the folder's date."
    ),
    NUMERIC_PRECISION_LOST: (
        "号码以数值存放，位数已丢失，请把该列设为文本并重填号码。The code is in a numeric cell, so digits are lost. "
        "Format the column as text and type the code again."
    ),
    USCC_MALFORMED: (
        "统一社会信用代码应为 18 位，请按营业执照核对。Invalid code: expected 18 characters. Copy it from the "
        "business licence."
    ),
    USCC_CHECK_FAILED: (
        "统一社会信用代码校验码不符，请按营业执照核对。The check character of the code is wrong. Copy the code from "
        "the business licence."
    ),
    NOT_A_NUMBER: "数值无效，请只填数字。Invalid number: expected digits only.",
    FORMULA_WITHOUT_CACHE: (
        "公式未计算，请打开工作簿保存，或粘贴为数值。The formula was never calculated. Open the workbook and save it, or paste values."
    ),
    ERROR_VALUE: "单元格为错误值，请更正公式或粘贴数值。The cell shows an error. Correct its formula, or paste the value.",
    DAMAGED_TEXT: "文字已乱码，请重新导出。Characters were lost before the export. Export again.",
    FIELD_COUNT: (
        "列数与表头不符，含逗号或引号的内容请加引号。The record has more or fewer fields than the header. Quote fields "
        "that contain commas or quotation marks."
    ),
    CODE_BECAME_DATE: (
        "编号被表格软件变成了日期，请把该列设为文本并重填。The spreadsheet turned a number into a date. Format the "
        "column as text and type the number again."
    ),
    NOT_A_CODE: (
        "此处应填编号，却是图片、错误值或 TRUE/FALSE，请以文本填写。The cell holds a picture, an error or TRUE/FALSE: "
        "expected a number. Type the number as text."
    ),
    SEVERAL_VALUES: "一格有多个值，请每行填一个。The cell holds several values. Write one row for each.",
    NOT_A_NAME: "不是名称，请每行写全称。This is not a name. Write the name in full in every row.",
    ENCODING: (
        "该行有字符不在文件编码内，请在源系统更正，或用 UTF-8 导出。A character of the row is not valid in the file's "
        "encoding. Correct it at the source, or export in UTF-8."
    ),
    IMPOSSIBLE_COORDINATE: (
        "经纬度无效，请重新获取该页，或在源系统更正。Invalid longitude or latitude: expected degrees. Fetch the page again, or correct it at "
        "the source."
    ),
}


class Fault(Enum):
    """A cell that does not show a value. The member's value is the reason code of the row."""

    FORMULA_WITHOUT_CACHE = FORMULA_WITHOUT_CACHE
    ERROR_VALUE = ERROR_VALUE


class ExactInteger(int):
    """A whole number written in digits (JSON): exact at any length, unlike a number of a spreadsheet."""


Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | Fault | None


class Refused(ValueError):
    """A cell that cannot be read; `reason` is the code under which its row is quarantined."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
