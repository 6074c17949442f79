"""The inbox: the files of each drop of each dataset. Symbolic links are never followed.

Belongs here: the folders of an inbox, and which entries are not files of a dataset. Does not belong here: opening a file.
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

# Files that office programs, systems and copying programs leave: ~$list.xlsx, .DS_Store, .list.xlsx.x1Y2z3
_SYSTEM_FILES = re.compile(r"~\$|\.[^.]|thumbs\.db$|desktop\.ini$", re.IGNORECASE)

Ignore = Callable[[Path, str], None]  # called with each ignored path and the reason


@dataclass(frozen=True, slots=True)
class InboxFile:
    """A file of a dataset, in the drop of one day."""

    dataset: Dataset
    received_on: dt.date
    path: Path


def walk(inbox: Path, ignore: Ignore) -> Iterator[InboxFile]:
    """Files of all drops, in order; `ignore` is called for everything else."""
    for source in _folders(inbox, "a source", ignore):
        known = {name for (of, name) in DATASETS if of == source.name}
        if not known:
            ignore(
                source, f"未知的来源 unknown source: expected one of {', '.join(sorted({of for of, _ in DATASETS}))}"
            )
            continue
        for dataset in _folders(source, "a dataset", ignore):
            if dataset.name not in known:
                ignore(dataset, f"未知的数据集 unknown dataset: expected one of {', '.join(sorted(known))}")
                continue
            for drop in _folders(dataset, "a drop", ignore):
                received_on = _drop_date(drop.name)
                if received_on is None:
                    ignore(
                        drop, "文件夹应以接收日期命名 the folder must be named after the day of receipt, as YYYY-MM-DD"
                    )
                    continue
                for entry in _entries(drop, ignore):
                    path = Path(entry.path)
                    if entry.is_dir(follow_symlinks=False):
                        ignore(path, "批次文件夹内不读子文件夹 a subfolder is not read: move its files one level up")
                    elif _SYSTEM_FILES.match(entry.name):
                        ignore(path, "系统或临时文件，不读取 a lock, system or temporary file is not read")
                    else:
                        yield InboxFile(DATASETS[(source.name, dataset.name)], received_on, path)


def _folders(folder: Path, what: str, ignore: Ignore) -> Iterator[Path]:
    for entry in _entries(folder, ignore):
        if entry.is_dir(follow_symlinks=False):
            yield Path(entry.path)
        else:
            ignore(
                Path(entry.path), f"此处应为文件夹 expected the folder of {what}: links and loose files are not read"
            )


def _entries(folder: Path, ignore: Ignore) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        ignore(
            folder, f"文件夹无法读取 the folder cannot be read ({error.strerror}): give this account read permission"
        )
        return []


def _drop_date(name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(name) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", name, re.ASCII) else None
    except ValueError:
        return None
