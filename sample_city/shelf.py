"""The planned districts on disk: each is planned once, but the exports are written month by month.

Belongs here: storing a district and loading it for one month. Does not belong here: its content.
"""

from __future__ import annotations

import os
import pickle
import tempfile
from array import array
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from sample_city.model import District


class Shelf:
    """Districts 0, 1, … in a temporary file that disappears when the shelf is closed or the process ends.

    Memory holds the position of each part (8 bytes per district and month), and the district that was taken last.
    """

    def __init__(self, directory: Path, months: int) -> None:
        self._file = tempfile.TemporaryFile(dir=directory)  # noqa: SIM115 - `close` closes it
        self._months = months
        self._places = array("q")  # of each district the lasting part, then what is planned in each month
        self._lasting = lru_cache(maxsize=1)(lambda number: self._read(number, 0))

    def close(self) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._places) // (self._months + 1)

    def put(self, district: District) -> None:
        """Stores the next district."""
        self._file.seek(0, os.SEEK_END)
        self._write(replace(district, planned={}))
        for month in range(self._months):
            self._write({key: records for key, records in district.planned.items() if key[2] == month})

    def take(self, number: int, month: int) -> District:
        """District `number` with only the records planned for `month`."""
        lasting: District = self._lasting(number)
        return replace(lasting, planned=self._read(number, month + 1))

    def _write(self, part: Any) -> None:
        self._places.append(self._file.tell())
        pickle.dump(part, self._file, pickle.HIGHEST_PROTOCOL)

    def _read(self, number: int, part: int) -> Any:
        self._file.seek(self._places[number * (self._months + 1) + part])
        return pickle.load(self._file)  # noqa: S301 - this process wrote it and nobody else can open it
