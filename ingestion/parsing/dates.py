"""Cells as dates, times and months, in every form in which exports write them.

Does not belong here: comparing dates with the day of receipt (`ingestion.strict`).
"""

from __future__ import annotations

import datetime as dt
import re

from ingestion.parsing.cells import IMPOSSIBLE_DATE, NOT_A_NUMBER, Cell, Refused
from ingestion.parsing.texts import MAX_EXACT, compact_text, plain_text

_SERIAL_TEXT = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_DAY_FORMS = (
    re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)", re.ASCII),
    re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})(?!\d)", re.ASCII),
    re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})(?!\d)", re.ASCII),
    re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]", re.ASCII),
    re.compile(r"(\d{4})(\d{2})(\d{2})(?!\d)(?:\.0+)?", re.ASCII),
    re.compile(r"(\d{4})(\d{2})(\d{2})(?=\d{6}$)", re.ASCII),
)
_WEEKDAY = r"(?:\s*(?:星期|周)[一二三四五六日天])?"
_TIME = re.compile(
    rf"{_WEEKDAY}[\sT]*(?P<noon>上午|下午|[ap]m)?\s*"
    r"(?:(?P<hour>\d{1,2})(?::(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,]\d{1,9})?)?"
    r"|\s*[时点]\s*(?:(?P<minute_word>\d{1,2})\s*分?)?\s*(?:(?P<second_word>\d{1,2})\s*秒)?)"
    r"|(?P<packed>\d{6}))\s*(?P<late>[ap]m)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII | re.IGNORECASE,
)
_NO_TIME = re.compile(_WEEKDAY)
_EARLIEST = dt.datetime(1950, 1, 1)  # noqa: DTZ001  # an older date is an empty cell shown as a date, or an error (K18)
_LAST_SECOND = dt.datetime(9999, 12, 31, 23, 59, 59)  # noqa: DTZ001
_LAST_YEAR = 2199
_SERIALS = range(18_264, 110_000)  # 1950 to 2201: possible dates, unlikely amounts
_CHINA = dt.timezone(dt.timedelta(hours=8))


def wall_time(cell: Cell, date_1904: bool = False, last_year: int = _LAST_YEAR) -> dt.datetime | None:
    """A date or date and time as written (Asia/Shanghai, without its zone), to the second; None if empty.

    Takes `2024-03-21`, `2024/3/21`, `2024.3.21`, `2024年3月21日`, `20240321`, each with or without a time (`10:22:05`,
    `下午3:05`, `10时22分`, `24:00:00` as the next day's start, with a zone or not), Excel serials (in the 1904 system if
    `date_1904`) and date cells. Refuses a day before 1950 and one after `last_year`.
    """
    if isinstance(cell, dt.datetime):
        local = cell.astimezone(_CHINA) if cell.tzinfo else cell
        return _to_second(_plausible(local.replace(tzinfo=None), last_year))
    if isinstance(cell, dt.date):
        return _plausible(dt.datetime(cell.year, cell.month, cell.day), last_year)  # noqa: DTZ001
    if isinstance(cell, bool | dt.time | dt.timedelta):
        raise Refused(IMPOSSIBLE_DATE)
    if isinstance(cell, int | float):
        if not abs(cell) < MAX_EXACT:
            raise Refused(IMPOSSIBLE_DATE)
        if 19_000_101 <= cell < 1e9 and cell == int(cell):
            return wall_time(str(int(cell)), date_1904, last_year)
        return _from_serial(float(cell), date_1904)
    text = plain_text(cell)
    if not text:
        return None
    if day := _day_and_rest(text):
        try:
            return _plausible(_at_time(*day), last_year)
        except (ValueError, OverflowError) as error:
            raise Refused(IMPOSSIBLE_DATE) from error
    if _SERIAL_TEXT.fullmatch(text):
        return _from_serial(float(text), date_1904)
    raise Refused(IMPOSSIBLE_DATE)


def _day_and_rest(text: str) -> tuple[tuple[int, int, int], str] | None:
    for form in _DAY_FORMS:
        if match := form.match(text):
            year, month_number, day = map(int, match.groups())
            return (year, month_number, day), text[match.end() :]
    return None


def _at_time(day: tuple[int, int, int], rest: str) -> dt.datetime:
    """A day and the text after it as date and time. Raises ValueError if the text is not a time."""
    midnight = dt.datetime(*day)  # noqa: DTZ001
    if _NO_TIME.fullmatch(rest):
        return midnight
    match = _TIME.fullmatch(rest)
    if match is None:
        raise ValueError(rest)
    if packed := match["packed"]:
        hour, minute, second = int(packed[:2]), int(packed[2:4]), int(packed[4:])
    else:
        hour = int(match["hour"])
        minute, second = (int(match[name] or match[f"{name}_word"] or 0) for name in ("minute", "second"))
    noon = (match["noon"] or match["late"] or "").lower()
    if noon in {"下午", "pm"} and hour < 12:
        hour += 12
    elif noon in {"上午", "am"} and hour == 12:
        hour = 0
    if (hour, minute, second) == (24, 0, 0):
        return midnight + dt.timedelta(days=1)
    moment = midnight.replace(hour=hour, minute=minute, second=second)
    if zone := match["zone"]:
        aware = dt.datetime.fromisoformat(f"{moment.isoformat()}{'+00:00' if zone in 'Zz' else zone}")
        moment = aware.astimezone(_CHINA).replace(tzinfo=None)
    return moment


def _from_serial(serial: float, date_1904: bool) -> dt.datetime:
    if date_1904:
        serial += 1462
    if int(serial) not in _SERIALS:
        raise Refused(IMPOSSIBLE_DATE)
    return _to_second(dt.datetime(1899, 12, 30) + dt.timedelta(days=serial))  # noqa: DTZ001


def _to_second(moment: dt.datetime) -> dt.datetime:
    if moment.microsecond < 500_000 or moment >= _LAST_SECOND:
        return moment.replace(microsecond=0)
    return (moment + dt.timedelta(microseconds=500_000)).replace(microsecond=0)


def _plausible(moment: dt.datetime, last_year: int) -> dt.datetime:
    if moment < _EARLIEST or moment.year > last_year:
        raise Refused(IMPOSSIBLE_DATE)
    return moment


def date(cell: Cell, date_1904: bool = False, last_year: int = _LAST_YEAR) -> dt.date | None:
    """A calendar date; a time of day is dropped."""
    moment = wall_time(cell, date_1904, last_year)
    return moment.date() if moment else None


_SHANGHAI = dt.timedelta(hours=8)


def moment(
    cell: Cell, date_1904: bool = False, last_year: int = _LAST_YEAR
) -> tuple[dt.datetime | None, dt.date | None]:
    """Asia/Shanghai wall time as naive UTC, and its local date."""
    local = wall_time(cell, date_1904, last_year)
    return (local - _SHANGHAI, local.date()) if local else (None, None)


_MONTH = re.compile(r"(\d{4})[-/.]?(\d{2})(?:\.0+)?|(\d{4})[-/.](\d{1,2})|(\d{4})年(\d{1,2})月", re.ASCII)


def month(cell: Cell, date_1904: bool = False) -> dt.date | None:
    """A month (`yyyymm`, `yyyy-mm`, `yyyy年m月`, or any date in it) as its first day."""
    if isinstance(cell, str):
        text = compact_text(cell)
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
    if not (_EARLIEST.year <= year <= _LAST_YEAR and 1 <= number <= 12):
        raise Refused(IMPOSSIBLE_DATE)
    return dt.date(year, number, 1)


# Words for "no end" in columns that end something. Registers write 9999-12-31 or 2999-12-31.
_NO_END = re.compile(
    r"(?:长期|永久|终身|无限期|无期限|无固定期限?)(?:有效|劳动合同|合同)?(?:[(](?:长期|无固定期限?)[)])?", re.ASCII
)
_LAST_SERIAL = 2_958_465  # 9999-12-31 in a cell that is not formatted as a date
_NO_END_YEARS = frozenset({2999, 9999})


def date_or_open(cell: Cell, date_1904: bool = False) -> tuple[dt.date | None, bool]:
    """The date on which something ends; (None, True) if it has no end."""
    if isinstance(cell, str) and _NO_END.fullmatch(compact_text(cell)):
        return None, True
    if isinstance(cell, int | float) and cell == _LAST_SERIAL:
        return None, True
    day = date(cell, date_1904, last_year=dt.MAXYEAR)
    if day and day.year in _NO_END_YEARS and (day.month, day.day) == (12, 31):
        return None, True
    return day, False


def last_day(cell: Cell, date_1904: bool = False) -> dt.date | None:
    """The date on which something ends; None if it has no end, or if the cell is empty."""
    return date_or_open(cell, date_1904)[0]


_EPOCH = re.compile(r"\d{1,15}(?:\.0+)?", re.ASCII)


def epoch_ms(cell: Cell) -> int | None:
    """Milliseconds since 1970, between 2000 and 2200; seconds are read as seconds."""
    text = compact_text(cell)
    if not text:
        return None
    if isinstance(cell, bool) or not _EPOCH.fullmatch(text):
        raise Refused(NOT_A_NUMBER)
    value = int(text.split(".")[0])
    for factor in (1, 1000):
        if 946_684_800_000 <= value * factor < 7_258_118_400_000:
            return value * factor
    raise Refused(IMPOSSIBLE_DATE)
