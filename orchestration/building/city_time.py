"""The city's clock and days: which day it is there, and a day as people write it. Not here: what a day means."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

ZONE = "Asia/Shanghai"
_CITY = ZoneInfo(ZONE)


def today() -> dt.date:
    """Today in the city, taken once: at the command line, or by the sensor."""
    return dt.datetime.now(_CITY).date()


def day_of(instant: str) -> dt.date:
    """The city's day of an instant in ISO 8601, such as `released_at` of release.json."""
    return dt.datetime.fromisoformat(instant).astimezone(_CITY).date()


def read_day(text: str) -> dt.date:
    """The day that YYYY-MM-DD names. Raises ValueError for every other form: a day is written in one way."""
    day = dt.date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError(text)
    return day
