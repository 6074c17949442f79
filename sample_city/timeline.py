"""The sample's fixed calendar: it always ends in October 2026.

Belongs here: months by index and the days on which exports arrive. Does not belong here: the content of exports.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

LAST_YEAR, LAST_MONTH = 2026, 10
SNAPSHOT_DAY = 5  # directory, personnel, equipment
INSURANCE_DAY = 20  # the month before
EVENT_DAY = 28  # everything that happened or was found since the 6th


@dataclass(frozen=True)
class Timeline:
    """Months 0 … `months` - 1; month -1 is the one before the sample."""

    months: int

    @property
    def last(self) -> int:
        return self.months - 1

    def day(self, month: int, day: int) -> dt.date:
        year, rest = divmod(LAST_YEAR * 12 + LAST_MONTH - 1 - self.last + month, 12)
        return dt.date(year, rest + 1, day)

    def month_of(self, day: dt.date) -> int:
        """Index of the month of `day`; may be outside the sample."""
        return (day.year * 12 + day.month) - (LAST_YEAR * 12 + LAST_MONTH) + self.last

    def snapshot_on(self, month: int) -> dt.date:
        return self.day(month, SNAPSHOT_DAY)

    def insurance_on(self, month: int) -> dt.date:
        return self.day(month, INSURANCE_DAY)

    def events_on(self, month: int) -> dt.date:
        return self.day(month, EVENT_DAY)

    def ago(self, months: int) -> int:
        """The month `months` before the last one, but not before the first."""
        return max(0, self.last - months)
