"""Planted personal values that may appear only in the archive of originals.

Belongs here: collecting them, a fixed number of each kind. Does not belong here: searching for them.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.contract import Dataset
from sample_city.model import Values
from sample_city.render import id_status

PER_KIND = 40
SEEN_IN = {
    "registry/agencies": (("agency_phone", "phone"),),
    "registry/personnel": (("person_id", "person"), ("staff_phone", "phone")),
    "registry/social_insurance": (("pay_base", "pay_base"),),
    "complaints/hotline": (
        ("complainant", "complainant"),
        ("complainant_phone", "complainant_phone"),
        ("complainant_address", "complainant_address"),
        ("complaint_text", "content"),
        ("complaint_reply", "reply"),
    ),
    "platform/checkins": (("longitude", "longitude"), ("latitude", "latitude")),
    "platform/reports": (("person_id", "project_lead"),),
}


class Canaries:
    """Keeps the first values of each kind, in the order of writing."""

    def __init__(self) -> None:
        self._values: dict[str, dict[str, None]] = {}

    def see(self, dataset: Dataset, values: Values) -> None:
        for kind, column in SEEN_IN.get(dataset.id, ()):
            value = values.get(column)
            if value and not self._is_full(kind) and _is_telling(kind, str(value)):
                self.add(kind, str(value))

    def add(self, kind: str, value: str) -> None:
        """Keeps a value that has no column of its own."""
        if not self._is_full(kind):
            self._values.setdefault(kind, {})[value] = None

    def _is_full(self, kind: str) -> bool:
        return len(self._values.get(kind, ())) >= PER_KIND

    def values(self) -> Iterator[tuple[str, str]]:
        for kind in sorted(self._values):
            for value in self._values[kind]:
                yield kind, value


def _is_telling(kind: str, value: str) -> bool:
    """Whether the export writes the value unchanged: a number loses its trailing zeros."""
    if kind == "person_id":
        return id_status(value) == "full"
    return kind not in ("longitude", "latitude") or not value.endswith("0")
