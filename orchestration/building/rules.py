"""The rulebook of a build: its folder, its lint, its tables, the version in force.

Belongs here: reading and linting it, once per build. Does not belong here: the rules of the lint (`rulebook`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.settings import DBT_PROJECT
from rulebook.folder import Folder, build_tables, read_folder
from rulebook.lint import lint
from rulebook.problems import RulebookError

DEFAULT_RULEBOOKS = DBT_PROJECT / "seeds" / "rulebook"


class UnsoundRulebookError(RulebookError):
    """A rulebook folder that can be read but does not pass the lint."""


def rulebook_folder(*named: Path | None) -> Path:
    """The first folder named, else the one that comes with the program."""
    return next((folder for folder in named if folder), DEFAULT_RULEBOOKS)


def sound_folder(*named: Path | None) -> Folder:
    """The folder of `rulebook_folder`, read and linted. Raises RulebookError, or UnsoundRulebookError if it does not pass
    the lint."""
    folder = read_folder(rulebook_folder(*named))
    problems = lint(folder)
    if problems:
        raise UnsoundRulebookError(problems)
    return folder


@dataclass(frozen=True)
class Rules:
    """The versions of one regime, as the tables that a build reads."""

    regime_code: str
    tables: Mapping[str, pa.Table]

    @classmethod
    def read(cls, regime_code: str, *named: Path | None) -> Rules:
        """The regime of a sound folder. Raises as `sound_folder` does, and RulebookError for an unknown regime."""
        return cls(regime_code, build_tables(sound_folder(*named), regime_code))

    def versions(self) -> list[dict[str, Any]]:
        """The versions, each as a row of table `rulebooks`."""
        rows: list[dict[str, Any]] = self.tables["rulebooks"].to_pylist()
        return rows

    def grades(self, rulebook_id: str) -> list[str]:
        """The grades of a version, best first; empty where it has none."""
        bands = [row for row in self.tables["bands"].to_pylist() if row["rulebook_id"] == rulebook_id]
        return [row["grade"] for row in sorted(bands, key=lambda row: row["grade_rank"] or 0)]

    def in_force(self, on: dt.date) -> Mapping[str, Any]:
        """The version of a day; before the first one, the first."""
        ordered = sorted(self.versions(), key=lambda row: row["effective_from_on"])
        return next((row for row in reversed(ordered) if row["effective_from_on"] <= on), ordered[0])

    def write(self, folder: Path) -> None:
        """Writes the tables to the inputs of a build."""
        for name, table in self.tables.items():
            pq.write_table(table, folder / f"rulebook.{name}.parquet")
