"""The city's clock: which day it is there. Does not belong here: what a day means to a build."""

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
