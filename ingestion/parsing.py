"""Pure parsers: one cell as read -> typed values, or `Refused` with a reason code. An unknown value never defaults.

Belongs here: dates, identifiers, names, amounts, enumerations, clauses. Does not belong here: files, rows,
contracts of datasets, keys (see `ingestion.privacy`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import Enum

from stdnum.cn import uscc as gb32100

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
    FIELD_COUNT: "The record has more or fewer fields than the header. Quote fields that hold commas.",
    IMPOSSIBLE_COORDINATE: "This is no longitude or latitude in degrees. Fetch the page again, or correct it at the source.",
}


class Fault(Enum):
    """A cell that shows something other than a value; its value is the reason code of its row."""

    FORMULA_WITHOUT_CACHE = FORMULA_WITHOUT_CACHE
    ERROR_VALUE = ERROR_VALUE


Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | Fault | None


class Refused(ValueError):
    """A cell that cannot be read; `reason` is the code under which its row is quarantined."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SPACES = dict.fromkeys([0x3000, 0xA0, 0x202F, 0x205F, *range(0x2000, 0x200B)], " ")
_INVISIBLE = dict.fromkeys(
    [0xFEFF, 0xAD, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)]
)
FOLD: Mapping[int, int | str | None] = {**_FULL_WIDTH, **_SPACES, **_INVISIBLE}
# Free text keeps its Chinese punctuation: only letters, digits and spaces are folded.
_FOLD_TEXT: Mapping[int, int | str | None] = {
    code: to for code, to in FOLD.items() if not isinstance(to, int) or chr(to).isalnum()
}
_WHITE = re.compile(r"\s+")
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?E\+?\d{1,3}", re.IGNORECASE | re.ASCII)
_EXCEL_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+\d{1,3}", re.IGNORECASE | re.ASCII)  # 3E15 may be a serial number
# Lost characters, halves of characters, control characters.
_DAMAGED = re.compile("[\ufffd\ud800-\udfff\x00-\x08\x0e-\x1f\x7f]")
_MAX_EXACT = 10**15  # Excel keeps 15 significant digits; longer numbers may have lost some


def text_of(cell: Cell) -> str:
    """The cell as text, unfolded; '' if empty. Raises `Refused` for a fault, or a number that may have lost digits."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        if _DAMAGED.search(cell):
            raise Refused(DAMAGED_TEXT)
        return cell
    if isinstance(cell, Fault):
        raise Refused(cell.value)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        if not abs(cell) < _MAX_EXACT:  # nor may it be no number at all
            raise Refused(NUMERIC_PRECISION_LOST)
        return str(int(cell)) if cell == int(cell) else format(cell, ".15g")
    if isinstance(cell, dt.datetime):
        return str(cell.date()) if cell.time() == dt.time() else cell.isoformat(" ", "seconds")
    return str(cell)


def _is_visible(char: str) -> bool:
    """Whether a character certainly shows (ASCII or common Han): a short cut for most cells."""
    return "!" <= char <= "~" or "\u4e00" <= char <= "\u9fff"


def is_blank(cell: Cell) -> bool:
    """Whether the cell shows nothing at all."""
    if not isinstance(cell, str):
        return cell is None
    return not cell or (not _is_visible(cell[0]) and not fold(cell))


def fold(text: str) -> str:
    """Full-width forms and odd spaces in one width, invisible characters removed, trimmed."""
    return text.translate(FOLD).strip()


def free_text(cell: Cell) -> str | None:
    """Text for people: letters, digits and spaces in one width, white space as single blanks."""
    return _WHITE.sub(" ", text_of(cell).translate(_FOLD_TEXT)).strip() or None


def code(cell: Cell) -> str | None:
    """An identifier: one width, no white space. Refuses a number whose digits are lost (`9.14108E+17`)."""
    text = _WHITE.sub("", text_of(cell).translate(FOLD))
    if _EXCEL_SCIENTIFIC.fullmatch(text):
        raise Refused(NUMERIC_PRECISION_LOST)
    return text or None


_YEAR_BRACKETS = re.compile(r"[〔\[(【﹝](\d{4})[〕\])】﹞]", re.ASCII)


def document_no(cell: Cell) -> str | None:
    """A document number: `code` with its year's brackets written as 〔〕."""
    text = code(cell)
    return _YEAR_BRACKETS.sub(r"〔\1〕", text) if text else None


_LIST_BREAK = re.compile(r"[、,，;；\r\n]+")


def id_list(cell: Cell) -> str | None:
    """Several document numbers, joined by 、 in the order written, each once."""
    parts = [document_no(part) for part in _LIST_BREAK.split(text_of(cell))]
    return "、".join(dict.fromkeys(part for part in parts if part)) or None


_DOTS = "\u00b7\u2022\u2027\u2219\u22c5\u30fb\uff65"
_DOT_RUN = re.compile(f"[{_DOTS}]+")
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LOOSE_DOT = re.compile(f"(?<![{_HAN}])·|·(?![{_HAN}])")


def person_name(cell: Cell) -> str | None:
    """A person's name without white space; a middle dot stays, as U+00B7, between Han characters only."""
    return _one_dot(_WHITE.sub("", text_of(cell).translate(FOLD))) or None


def _one_dot(text: str) -> str:
    """A middle dot, of whatever kind, as U+00B7 between Han characters; anywhere else it is dropped."""
    return _LOOSE_DOT.sub("", _DOT_RUN.sub("·", text))


_BRACKETS = str.maketrans("()", "（）")


def agency_name(cell: Cell) -> str | None:
    """An organisation's name: one width, no white space, brackets as （）, a middle dot between Han characters only."""
    text = code(cell)
    return (_one_dot(text.translate(_BRACKETS)) or None) if text else None


_MISTYPED = str.maketrans("OI", "01")
_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_GB11714_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def passes_gb11714(uscc: str) -> bool:
    """Whether characters 9 to 17 of a USCC are an organisation code with a right check character (GB 11714)."""
    total = sum(int(char, 36) * weight for char, weight in zip(uscc[8:16], _GB11714_WEIGHTS, strict=True))
    return uscc[16] == "0123456789X0"[11 - total % 11]


def uscc(cell: Cell) -> tuple[str | None, tuple[str, ...]]:
    """A unified social credit code and its flags (`uscc_repaired`, `uscc_gb11714_mismatch`).

    Width, case, spaces, O for 0 and I for 1 are repaired; digits are never guessed. A numeric cell is refused
    whatever it holds (sources.md, "Dirt that must be survived").
    """
    if cell is not None and not isinstance(cell, str | Fault):
        raise Refused(NUMERIC_PRECISION_LOST)
    written = text_of(cell)
    text = code(written)
    if text is None:
        return None, ()
    text = text.upper().translate(_MISTYPED)
    if not _USCC.fullmatch(text):
        raise Refused(NUMERIC_PRECISION_LOST if _is_lost_number(text) else USCC_MALFORMED)
    if gb32100.calc_check_digit(text[:17]) != text[17]:
        raise Refused(USCC_CHECK_FAILED)
    flags = ("uscc_repaired",) if text != written else ()
    return text, flags if passes_gb11714(text) else (*flags, "uscc_gb11714_mismatch")


def uscc_pair(cell: Cell) -> tuple[str | None, tuple[str, ...]]:
    """What an identity decision is about, and the flags of the codes in it: each is read as `uscc` reads one.

    `<USCC>=<USCC>` or `<dataset>:<source key>=<USCC>`; an id without = stays as it is (sources.md, credit_desk).
    """
    text = code(cell) or ""
    first, is_pair, last = text.rpartition("=")
    if not is_pair:
        return text or None, ()
    agency_id, flags = uscc(last)
    if ":" not in first:
        other_id, more = uscc(first)
        first, flags = other_id or "", (*more, *flags)
    if not first or not agency_id:
        raise Refused(USCC_MALFORMED)
    return f"{first}={agency_id}", tuple(dict.fromkeys(flags))


def _is_lost_number(text: str) -> bool:
    """Whether text shows a number as a spreadsheet writes it: with an exponent or decimals."""
    return bool(_SCIENTIFIC.fullmatch(text) or re.fullmatch(r"\d+\.\d+", text, re.ASCII))


@dataclass(frozen=True)
class PersonNumber:
    """An ID number as read. `number` (18 characters) only when `status` is full; it must not leave the door.

    `written` is the folded text, for keyed comparison of numbers that are not full; it must not leave either.
    """

    number: str | None
    mask: str | None
    status: str  # full, invalid, masked, empty
    written: str
    flags: tuple[str, ...] = ()


_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_check_character(first_17: str) -> str:
    """ISO 7064 MOD 11-2 check character of the first 17 digits of an ID number (GB 11643)."""
    return "10X98765432"[sum(int(c) * w for c, w in zip(first_17, _ID_WEIGHTS, strict=True)) % 11]


def _is_birth_date(digits: str) -> bool:
    try:
        year = dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).year
    except ValueError:
        return False
    return 1880 <= year <= 2199


def person_number(cell: Cell) -> PersonNumber:
    """An ID or social insurance number: its 18-digit form if it is full and valid, its mask, its status.

    15 digits become 18 by inserting 19. A failing check leaves status `invalid`: the row stays, its person is
    unresolved. A numeric cell is refused: its digits are lost.
    """
    if cell is not None and not isinstance(cell, str | Fault):
        raise Refused(NUMERIC_PRECISION_LOST)
    written = text_of(cell)
    text = (code(written) or "").upper()
    if not text:
        return PersonNumber(None, None, "empty", "")
    if _is_lost_number(text):
        raise Refused(NUMERIC_PRECISION_LOST)
    if "*" in text:
        return PersonNumber(None, _one_mask(text), "masked", text)
    text = text.translate(_MISTYPED)
    flags = ("id_repaired",) if text != written else ()
    number = text
    if re.fullmatch(r"\d{15}", text, re.ASCII) and _is_birth_date("19" + text[6:12]):
        number = text[:6] + "19" + text[6:]
        number += id_check_character(number)
    if (
        re.fullmatch(r"\d{17}[\dX]", number, re.ASCII)
        and _is_birth_date(number[6:14])
        and id_check_character(number[:17]) == number[17]
    ):
        return PersonNumber(number, mask_number(number), "full", text, flags)
    return PersonNumber(None, mask_number(text), "invalid", text, flags)


def mask_number(number: str) -> str:
    """`4108**********1234`: the first and last four characters; shorter things than an ID show less."""
    if len(number) >= 15:
        return f"{number[:4]}{'*' * 10}{number[-4:]}"
    shown = len(number) // 4
    return number[:shown] + "*" * (len(number) - shown)


_FIRST_DIGITS = re.compile(r"\d{0,4}", re.ASCII)
_LAST_DIGITS = re.compile(r"\d*X?$", re.ASCII)


def _one_mask(text: str) -> str:
    """A mask in the one form that the lake keeps, whatever its writer let be seen: at most four digits at each end.

    One that shows no digit is `****`, which agrees with nobody's.
    """
    ends = [found.group() for found in (_FIRST_DIGITS.match(text), _LAST_DIGITS.search(text[-4:])) if found]
    return ("*" * (18 - sum(map(len, ends)))).join(ends) if any(ends) else "****"


_SERIAL_TEXT = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_TIME = r"(?:[\sT]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d{1,9})?)?)?"
_DATE_FORMS = (
    re.compile(rf"(\d{{4}})-(\d{{1,2}})-(\d{{1,2}}){_TIME}", re.ASCII),
    re.compile(rf"(\d{{4}})/(\d{{1,2}})/(\d{{1,2}}){_TIME}", re.ASCII),
    re.compile(rf"(\d{{4}})\.(\d{{1,2}})\.(\d{{1,2}}){_TIME}", re.ASCII),
    re.compile(rf"(\d{{4}})\s*年\s*(\d{{1,2}})\s*月\s*(\d{{1,2}})\s*日{_TIME}", re.ASCII),
    re.compile(rf"(\d{{4}})(\d{{2}})(\d{{2}}){_TIME}", re.ASCII),
)
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_SERIALS = range(10_000, 110_000)  # 1927 to 2201: what a date can be, and what an amount hardly is


def wall_time(cell: Cell, date_1904: bool = False) -> dt.datetime | None:
    """A date or date and time as written (no zone), to the second; None if empty.

    Takes `2024-03-21`, `2024/3/21`, `2024.3.21`, `2024年3月21日`, `20240321`, each with or without a time,
    Excel serials (in the 1904 system if `date_1904`) and date cells.
    """
    if isinstance(cell, dt.datetime):
        return _to_second(_plausible(cell.replace(tzinfo=None)))
    if isinstance(cell, dt.date):
        return _plausible(dt.datetime(cell.year, cell.month, cell.day))  # noqa: DTZ001
    if isinstance(cell, bool | dt.time | dt.timedelta):
        raise Refused(IMPOSSIBLE_DATE)
    if isinstance(cell, int | float):
        if not abs(cell) < _MAX_EXACT:
            raise Refused(IMPOSSIBLE_DATE)
        if 19_000_101 <= cell < 1e9 and cell == int(cell):
            return wall_time(str(int(cell)))
        return _from_serial(float(cell), date_1904)
    text = fold(text_of(cell))
    if not text:
        return None
    for form in _DATE_FORMS:
        if match := form.fullmatch(text):
            try:
                return _plausible(dt.datetime(*(int(part or 0) for part in match.groups())))  # type: ignore[arg-type]  # noqa: DTZ001  # six ints
            except ValueError as error:
                raise Refused(IMPOSSIBLE_DATE) from error
    if _SERIAL_TEXT.fullmatch(text):
        return _from_serial(float(text), date_1904)
    raise Refused(IMPOSSIBLE_DATE)


def _from_serial(serial: float, date_1904: bool) -> dt.datetime:
    if date_1904:
        serial += 1462
    if int(serial) not in _SERIALS:
        raise Refused(IMPOSSIBLE_DATE)
    return _to_second(dt.datetime(1899, 12, 30) + dt.timedelta(days=serial))  # noqa: DTZ001


def _to_second(moment: dt.datetime) -> dt.datetime:
    return (moment + dt.timedelta(microseconds=500_000)).replace(microsecond=0)


def _plausible(moment: dt.datetime) -> dt.datetime:
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise Refused(IMPOSSIBLE_DATE)
    return moment


def date(cell: Cell, date_1904: bool = False) -> dt.date | None:
    """A calendar date; a time of day is dropped."""
    moment = wall_time(cell, date_1904)
    return moment.date() if moment else None


_SHANGHAI = dt.timedelta(hours=8)


def moment(cell: Cell, date_1904: bool = False) -> tuple[dt.datetime | None, dt.date | None]:
    """Asia/Shanghai wall time as naive UTC, and its local date."""
    local = wall_time(cell, date_1904)
    return (local - _SHANGHAI, local.date()) if local else (None, None)


_MONTH = re.compile(r"(\d{4})[-/.]?(\d{2})|(\d{4})[-/.](\d{1,2})|(\d{4})年(\d{1,2})月", re.ASCII)


def month(cell: Cell, date_1904: bool = False) -> dt.date | None:
    """A month (`yyyymm`, `yyyy-mm`, `yyyy年m月`, or any date in it) as its first day."""
    if isinstance(cell, str):
        text = _WHITE.sub("", fold(text_of(cell)))
        if not text:
            return None
        if match := _MONTH.fullmatch(text):
            year, number = (int(part) for part in match.groups() if part)
            return _first_of_month(year, number)
    elif isinstance(cell, int | float) and not isinstance(cell, bool) and 190_001 <= cell <= 219_912:
        return _first_of_month(*divmod(int(cell), 100))
    day = date(cell, date_1904)
    return day.replace(day=1) if day else None


def _first_of_month(year: int, number: int) -> dt.date:
    if not (_FIRST_YEAR <= year <= _LAST_YEAR and 1 <= number <= 12):
        raise Refused(IMPOSSIBLE_DATE)
    return dt.date(year, number, 1)


def date_or_open(cell: Cell, date_1904: bool = False) -> tuple[dt.date | None, bool]:
    """A date, or 长期 or 9999-12-31: (None, True)."""
    if isinstance(cell, str) and code(cell) == "长期":
        return None, True
    if _is_no_end(cell):
        return None, True
    return date(cell, date_1904), False


def last_day(cell: Cell, date_1904: bool = False) -> dt.date | None:
    """The date on which something ends; 9999-12-31, by which registers say that it has no end, is none."""
    return None if _is_no_end(cell) else date(cell, date_1904)


def _is_no_end(cell: Cell) -> bool:
    if isinstance(cell, dt.date):
        return (cell.year, cell.month, cell.day) == (9999, 12, 31)
    if isinstance(cell, int | float):
        return cell in (99991231, 2958465)
    text = fold(text_of(cell)) if isinstance(cell, str) else ""
    return text.startswith("9999") and any(
        match.groups()[:3] == ("9999", "12", "31") for form in _DATE_FORMS if (match := form.fullmatch(text))
    )


def integer(cell: Cell) -> int | None:
    """A whole number, not negative."""
    if isinstance(cell, bool):
        raise Refused(NOT_A_NUMBER)
    text = _WHITE.sub("", fold(text_of(cell)))
    if not text:
        return None
    if not re.fullmatch(r"\d{1,15}(?:\.0+)?", text, re.ASCII):
        raise Refused(NOT_A_NUMBER)
    return int(text.split(".")[0])


_FOUR_PLACES = Decimal("0.0001")
_AMOUNT = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d{1,14})(?:\.\d+)?", re.ASCII)


def amount(cell: Cell, units: tuple[str, ...] = ()) -> tuple[Decimal | None, bool]:
    """A number that is not negative, to four decimals, and whether it says 约. A unit may follow if it is in `units`."""
    if isinstance(cell, bool):
        raise Refused(NOT_A_NUMBER)
    text = _WHITE.sub("", fold(text_of(cell)))
    is_approximate = text.startswith("约")
    text = text.removeprefix("约")
    unit = next((unit for unit in sorted(units, key=len, reverse=True) if text.endswith(unit)), "")
    text = text.removesuffix(unit)
    if not text and not unit and not is_approximate:
        return None, False
    if not _AMOUNT.fullmatch(text):
        raise Refused(NOT_A_NUMBER)
    value = Decimal(text.replace(",", ""))
    return value.quantize(_FOUR_PLACES, ROUND_HALF_EVEN), is_approximate


def _choice_text(text: str) -> str:
    return _WHITE.sub("", text.translate(FOLD)).casefold()


_LEVELS = str.maketrans({"一": "1壹", "二": "2贰", "三": "3叁"})


def normal_choices(choices: Mapping[str, str]) -> dict[str, str]:
    """The choices by folded text, as `choice` looks them up; of levels also 1级 and 壹级 for 一级."""
    normal = {_choice_text(written): value for written, value in choices.items()}
    for written, value in list(normal.items()):
        if re.fullmatch("[一二三]级", written):
            normal |= {f"{number}级": value for number in written[0].translate(_LEVELS)}
    return normal


def choice(cell: Cell, choices: Mapping[str, str]) -> str | None:
    """One of `choices` (as `normal_choices` gives them), or None if empty. Anything else is refused."""
    text = _choice_text(text_of(cell))
    if not text:
        return None
    if text not in choices:
        raise Refused(UNKNOWN_VALUE)
    return choices[text]


def open_choice(cell: Cell, choices: Mapping[str, str]) -> str | None:
    """One of `choices`; other text is kept as it is."""
    return choices.get(_choice_text(text_of(cell))) or free_text(cell)


MISCONDUCT_CLAUSES: Mapping[str, str] = {
    **{str(number): str(number) for number in range(1, 12)},
    **{sub: sub for sub in ("2a", "2b", "4a", "4b")},
    "2": "2b",
    "4": "4b",
}


def clause(cell: Cell, choices: Mapping[str, str] = MISCONDUCT_CLAUSES) -> tuple[str | None, bool]:
    """A clause of the notice in its normal form, and whether a bare 2 or 4 was read as 2b or 4b (credit.md 6.5)."""
    text = _choice_text(text_of(cell))
    if not text:
        return None, False
    if text not in choices:
        raise Refused(UNKNOWN_VALUE)
    return choices[text], choices[text] != text


def epoch_ms(cell: Cell) -> int | None:
    """Milliseconds since 1970, between 2000 and 2200."""
    value = integer(cell)
    if value is not None and not 946_684_800_000 <= value < 7_258_118_400_000:
        raise Refused(IMPOSSIBLE_DATE)
    return value


def coordinate(cell: Cell) -> float | None:
    """Degrees, between -180 and 180."""
    if isinstance(cell, bool):
        raise Refused(IMPOSSIBLE_COORDINATE)
    text = _WHITE.sub("", fold(text_of(cell)))
    if not text:
        return None
    if not re.fullmatch(r"[+-]?\d{1,3}(?:\.\d{1,20})?", text, re.ASCII) or abs(float(text)) > 180:
        raise Refused(IMPOSSIBLE_COORDINATE)
    return float(text)
