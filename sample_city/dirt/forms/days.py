"""Forms of dates, times, months, and of "no end".

Does not belong here: impossible dates (`extras`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from sample_city.dirt.forms.written import text_form, wide
from sample_city.dirt.kinds import Style
from sample_city.model import Values

EXCEL_EPOCH = dt.date(1899, 12, 30)


def date_styles(header: str) -> list[Style]:
    """All forms of a date; `header` holds an ISO text in the clean row."""

    def form(kind: str, write: Callable[[dt.date], Any]) -> Style:
        def apply(cell: Any, values: Values) -> Any:
            return write(dt.date.fromisoformat(cell)) if isinstance(cell, str) and cell[:1] == "2" else None

        return Style(kind, header, apply)

    return [
        form("date_slashes", lambda day: f"{day.year}/{day.month}/{day.day}"),
        form("date_dots", lambda day: f"{day.year}.{day.month}.{day.day}"),
        form("date_chinese", lambda day: f"{day.year}年{day.month}月{day.day}日"),
        form("date_compact", lambda day: f"{day:%Y%m%d}"),
        form("date_with_time", lambda day: f"{day:%Y-%m-%d} 10:22:05"),
        form("date_full_width", lambda day: wide(f"{day:%Y-%m-%d}")),
        form("date_apostrophe", lambda day: f"'{day:%Y-%m-%d}"),
    ]


def sheet_date_styles(header: str) -> list[Style]:
    """All forms of a date, with those of a workbook."""

    def serial(cell: Any, values: Values) -> Any:
        return (dt.date.fromisoformat(cell) - EXCEL_EPOCH).days if isinstance(cell, str) and cell[:1] == "2" else None

    def date_cell(cell: Any, values: Values) -> Any:
        return dt.date.fromisoformat(cell) if isinstance(cell, str) and cell[:1] == "2" else None

    return [*date_styles(header), Style("date_serial", header, serial), Style("date_cell", header, date_cell)]


def moment_styles(header: str) -> list[Style]:
    """Forms of a moment as text (sources.md, K16)."""

    def form(kind: str, write: Callable[[dt.datetime], Any]) -> Style:
        return Style(kind, header, _at(write))

    return [
        form("moment_slashes", lambda at: f"{at.year}/{at.month}/{at.day} {at:%H:%M:%S}"),
        form("moment_chinese", lambda at: f"{at.year}年{at.month}月{at.day}日 {at:%H:%M:%S}"),
        form("moment_noon", lambda at: f"{at:%Y-%m-%d} {'上午' if at.hour < 12 else '下午'}{_hour(at)}:{at:%M:%S}"),
        form("moment_words", lambda at: f"{at.year}年{at.month}月{at.day}日 {at.hour}时{at.minute}分{at.second}秒"),
        form("moment_zone", lambda at: f"{at:%Y-%m-%dT%H:%M:%S}+08:00"),
        form("moment_utc", lambda at: f"{at - dt.timedelta(hours=8):%Y-%m-%dT%H:%M:%S}Z"),
    ]


def sheet_moment_styles(header: str) -> list[Style]:
    """All forms of a moment, with those of a workbook."""
    return [
        *moment_styles(header),
        Style("moment_cell", header, _at(lambda at: at)),
        Style("moment_serial", header, _at(_serial)),
    ]


def _at(write: Callable[[dt.datetime], Any]) -> Callable[[Any, Values], Any]:
    return lambda cell, _: write(dt.datetime.fromisoformat(cell)) if isinstance(cell, str) and cell else None


def _hour(at: dt.datetime) -> int:
    return (at.hour - 1) % 12 + 1


def _serial(at: dt.datetime) -> float:
    seconds = at.hour * 3600 + at.minute * 60 + at.second
    return round((at.date() - EXCEL_EPOCH).days + seconds / 86_400, 9)


def next_midnight(values: Values) -> dt.datetime:
    """The end of the day on which a ticket was accepted."""
    return dt.datetime.combine(values["accepted_at"].date() + dt.timedelta(days=1), dt.time())


def end_of_day(midnight: dt.datetime) -> str:
    """The start of a day as the end of the day before (sources.md, K16)."""
    return f"{midnight - dt.timedelta(days=1):%Y-%m-%d} 24:00:00"


def month_styles(header: str) -> list[Style]:
    """Forms of `yyyymm`."""
    return [
        Style("month_dashed", header, text_form(lambda text: f"{text[:4]}-{text[4:]}")),
        Style("month_chinese", header, text_form(lambda text: f"{text[:4]}年{int(text[4:])}月")),
        Style("month_full_width", header, text_form(wide)),
        Style("month_first_day", header, text_form(lambda text: f"{text[:4]}-{text[4:]}-01")),
    ]


def open_end_styles(header: str) -> list[Style]:
    """Other words for 长期 (sources.md, K14)."""

    def word(text: str) -> Callable[[Any, Values], Any]:
        return lambda cell, _: text if cell == "长期" else None

    return [
        Style("end_no_fixed_term", header, word("无固定期限")),
        Style("end_lasting", header, word("长期有效")),
        Style("end_permanent", header, word("永久")),
        Style("end_last_day", header, word("9999-12-31")),
    ]


def epoch_styles(header: str) -> list[Style]:
    """Milliseconds that another system sends as text, or as seconds."""
    return [
        Style("epoch_text", header, lambda cell, _: str(cell) if isinstance(cell, int) else None),
        Style(
            "epoch_seconds",
            header,
            lambda cell, _: cell // 1000 if isinstance(cell, int) and cell % 1000 == 0 else None,
        ),
    ]
