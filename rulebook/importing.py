"""Adding regime files to a rulebook folder: read, replace or add, lint the resulting folder, write.

Does not belong here: reading a regime (`regime_file`), whether rules make sense (`lint`), printing (the command line).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rulebook.folder import Folder, Row, empty_folder, read_folder, write_folder
from rulebook.lint import lint
from rulebook.problems import Problem, RulebookError
from rulebook.regime_file import read_regime
from rulebook.tables import FOLDER_TABLES


@dataclass(frozen=True)
class Imported:
    """What an import did with one file."""

    file: str
    rulebook_id: str
    regime_code: str
    is_replaced: bool

    def __str__(self) -> str:
        verb = "replaced" if self.is_replaced else "added"
        return f"{verb} {self.rulebook_id} (regime {self.regime_code}) from {self.file}"


def import_regimes(files: Iterable[Path | str], directory: Path | str) -> list[Imported]:
    """Imports regime files as versions of a rulebook folder. Nothing is written if the resulting folder has problems."""
    directory = Path(directory)
    folder = read_folder(directory) if _has_tables(directory) else empty_folder(str(directory))
    folder, done = merge(folder, files)
    problems = lint(folder)
    if problems:
        raise RulebookError(problems)
    write_folder(folder, directory)
    return done


def merge(folder: Folder, files: Iterable[Path | str]) -> tuple[Folder, list[Imported]]:
    """The folder with the versions of the files; the same id in two of the files is an error."""
    problems: list[Problem] = []
    read: dict[str, dict[str, list[Row]]] = {}
    done: list[Imported] = []
    there = {row["rulebook_id"] for row in folder.rows("rulebooks")}
    for file in files:
        try:
            tables = read_regime(file)
        except RulebookError as error:
            problems.extend(error.problems)
            continue
        version = tables["rulebooks"][0]
        rulebook_id = version["rulebook_id"]
        if rulebook_id in read:
            first = read[rulebook_id]["rulebooks"][0].place.file
            problems.append(
                Problem(
                    version.at("rulebook_id"),
                    "twice",
                    f"{first} has the same id {rulebook_id}",
                    "Give each version its own id.",
                )
            )
        read[rulebook_id] = tables
        done.append(Imported(str(file), rulebook_id, version["regime_code"], rulebook_id in there))
    if problems:
        raise RulebookError(problems)
    return Folder(
        {
            name: (
                *(row for row in folder.rows(name) if row["rulebook_id"] not in read),
                *(row for tables in read.values() for row in tables[name]),
            )
            for name in FOLDER_TABLES
        },
        folder.path,
    ), done


def _has_tables(directory: Path) -> bool:
    return any((directory / f"{name}.csv").exists() for name in FOLDER_TABLES)
