"""What a cell may be as a reader gives it, and why one cannot be read: the reason codes and what to do about each.

Does not belong here: parsing any cell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import Enum

# Reason codes of quarantined rows (those in sources.md keep its words).
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

# What whoever keeps the list does about a row; the corrected row is sent in a later drop.
REMEDIES: Mapping[str, str] = {
    EMPTY_KEY: "The cell identifies the row and is empty. Fill it in.",
    EMPTY_VALUE: "The cell may not be empty. Fill it in.",
    UNKNOWN_VALUE: "The value is none of those agreed for this column. Write one of them.",
    IMPOSSIBLE_DATE: "This is no date. Write it as YYYY-MM-DD.",
    DATE_AFTER_RECEIPT: "The date lies after the day of receipt. Correct the date, or the folder's.",
    NUMERIC_PRECISION_LOST: "A code stands in a numeric cell, so digits are lost. Format the column as text, export anew.",
    USCC_MALFORMED: "This is no code of 18 characters. Copy it from the business licence.",
    USCC_CHECK_FAILED: "The code's check character is wrong. Copy it from the business licence.",
    NOT_A_NUMBER: "This is no number that the column takes. Write digits only.",
    FORMULA_WITHOUT_CACHE: "The formula was never calculated. Open the workbook, save it, or paste values.",
    ERROR_VALUE: "The cell shows an error. Correct its formula, or paste the value.",
    DAMAGED_TEXT: "Characters were lost before the export. Export it again.",
    FIELD_COUNT: "The record has more or fewer fields than the header. Quote fields that hold commas or quotation marks.",
    CODE_BECAME_DATE: "The spreadsheet turned a number into a date. Format the column as text and type the number again.",
    NOT_A_CODE: "A picture, an error or TRUE/FALSE stands where a number belongs. Type the number as text.",
    SEVERAL_VALUES: "Several values stand in one cell. Write one row for each.",
    NOT_A_NAME: "This is no name. Write the name in full in every row.",
    ENCODING: "A character of the row has no code in the file's encoding. Correct it at the source, or export in UTF-8.",
    IMPOSSIBLE_COORDINATE: "This is no longitude or latitude in degrees. Fetch the page again, or correct it at the source.",
}


class Fault(Enum):
    """A cell that shows something other than a value; its value is the reason code of its row."""

    FORMULA_WITHOUT_CACHE = FORMULA_WITHOUT_CACHE
    ERROR_VALUE = ERROR_VALUE


class ExactInteger(int):
    """A whole number written as digits in a text (JSON): exact however long it is, unlike a number of a spreadsheet."""


Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | Fault | None


class Refused(ValueError):
    """A cell that cannot be read; `reason` is the code under which its row is quarantined."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
