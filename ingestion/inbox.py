"""The inbox: which files lie in the drops of which dataset. Symbolic links are never followed.

Belongs here: the folders of an inbox, and what in them is no file of a dataset. Does not belong here: opening a file.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingestion.contract import Dataset
from ingestion.sources import DATASETS

# What office programs, systems and copying programs leave beside a file: ~$list.xlsx, .DS_Store, .list.xlsx.x1Y2z3
_BYWORK = re.compile(r"~\$|\.[^.]|thumbs\.db$|desktop\.ini$", re.IGNORECASE)

Ignore = Callable[[Path, str], None]  # is told what is passed over, and why


@dataclass(frozen=True, slots=True)
class InboxFile:
    """A file of a dataset, in the drop of one day."""

    dataset: Dataset
    received_on: dt.date
    path: Path


def walk(inbox: Path, ignore: Ignore) -> Iterator[InboxFile]:
    """Files of all drops, in order; `ignore` is told of everything else."""
    for source in _folders(inbox, "a source", ignore):
        known = {name for (of, name) in DATASETS if of == source.name}
        if not known:
            ignore(source, "unknown source")
            continue
        for dataset in _folders(source, "a dataset", ignore):
            if dataset.name not in known:
                ignore(dataset, f"unknown dataset; {source.name} has {', '.join(sorted(known))}")
                continue
            for drop in _folders(dataset, "a drop", ignore):
                received_on = _drop_date(drop.name)
                if received_on is None:
                    ignore(drop, "the folder of a drop is named YYYY-MM-DD, the day of receipt")
                    continue
                for entry in _entries(drop, ignore):
                    path = Path(entry.path)
                    if entry.is_dir(follow_symlinks=False):
                        ignore(path, "a folder within a drop is not read")
                    elif _BYWORK.match(entry.name):
                        ignore(path, "a lock, system or temporary file holds no list and is not read")
                    else:
                        yield InboxFile(DATASETS[(source.name, dataset.name)], received_on, path)


def _folders(folder: Path, what: str, ignore: Ignore) -> Iterator[Path]:
    for entry in _entries(folder, ignore):
        if entry.is_dir(follow_symlinks=False):
            yield Path(entry.path)
        else:
            ignore(Path(entry.path), f"expected the folder of {what}; links and loose files are not read")


def _entries(folder: Path, ignore: Ignore) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        ignore(folder, f"the folder cannot be read: {error.strerror}. Give this account the right to read it")
        return []


def _drop_date(name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(name) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", name, re.ASCII) else None
    except ValueError:
        return None
