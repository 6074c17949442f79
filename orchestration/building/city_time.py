"""The city's clock: today's date there, and dates as people write them. Not here: what a date means."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

ZONE = "Asia/Shanghai"
_CITY = ZoneInfo(ZONE)


def today() -> dt.date:
    """Today in the city. Read once per build: by the command line, or by the sensor."""
    return dt.datetime.now(_CITY).date()


def day_of(instant: str) -> dt.date:
    """The city's day of an instant in ISO 8601, such as `released_at` of release.json."""
    return dt.datetime.fromisoformat(instant).astimezone(_CITY).date()


def read_day(text: str) -> dt.date:
    """The date written as YYYY-MM-DD. Raises ValueError for any other form."""
    day = dt.date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError(text)
    return day
