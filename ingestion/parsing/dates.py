"""Cells as dates, moments and months: every form in which an export writes one.

Does not belong here: comparing dates with the day of receipt (`ingestion.strict`).
"""

from __future__ import annotations

import datetime as dt
import re

from ingestion.parsing.cells import IMPOSSIBLE_DATE, Cell, Refused
from ingestion.parsing.numbers import integer
from ingestion.parsing.texts import MAX_EXACT, code, fold, text_of, unspaced

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
        if not abs(cell) < MAX_EXACT:
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
        text = unspaced(text_of(cell))
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


def epoch_ms(cell: Cell) -> int | None:
    """Milliseconds since 1970, between 2000 and 2200."""
    value = integer(cell)
    if value is not None and not 946_684_800_000 <= value < 7_258_118_400_000:
        raise Refused(IMPOSSIBLE_DATE)
    return value
