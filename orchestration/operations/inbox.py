"""An inbox from outside: whether a folder is an inbox, and whether its files have changed.

Belongs here: the errors for a wrong or missing folder. Does not belong here: reading the inbox, files in it that belong
to no dataset (`ingestion.landing`), when it is checked (`sensors`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from ingestion.settings import ConfigurationError
from ingestion.sources import DATASETS

SETTLE_SECONDS = 30  # how long it must stay unchanged before it is read
_FORM = "<source>/<dataset>/<YYYY-MM-DD>/"


def _sources() -> str:
    return ", ".join(dict.fromkeys(source for source, _ in DATASETS))


def require_inbox(inbox: Path | None) -> None:
    """Raises ConfigurationError for a folder that is not empty but has no dataset: the wrong folder was named."""
    if inbox is None or not inbox.is_dir() or not any(inbox.iterdir()):
        return
    if _has_dataset(inbox):
        return
    nearer = next((place for place in (inbox / "inbox", inbox.parent) if _has_dataset(place)), None)
    hint = f" Did you mean --inbox {nearer}?" if nearer else ""
    raise ConfigurationError(
        f"{inbox} 不是收件箱，其中没有任何数据集目录，未生成 is not an inbox: it has no folder of a dataset, so nothing was built."
        f"{hint} An inbox has folders {_FORM}; the sources are {_sources()}."
    )


def _has_dataset(folder: Path) -> bool:
    return any((folder / source / name).is_dir() for source, name in DATASETS)


def nothing_received(inbox: Path | None, default: Path, ignored: Sequence[tuple[str, str]]) -> ConfigurationError:
    """The error for a home that has never received a file: there is nothing to grade."""
    where = f"{inbox} has no file of a dataset" if inbox else f"no inbox was named, and {default} does not exist"
    listed = "".join(f"\n  {path}: {why}" for path, why in ignored)
    return ConfigurationError(
        f"尚未收到任何文件，未生成 No file has ever been received in this home, so nothing was built: {where}."
        f" Put exports into {_FORM} (the sources are {_sources()}) and name the folder with --inbox.{listed}"
    )


def fingerprint(inbox: Path) -> str | None:
    """Changes when files are added, removed or changed; null without files. Times only decide whether the inbox is read."""
    entries = []
    for folder, _, names in os.walk(inbox):
        for name in names:
            path = Path(folder) / name
            try:
                stat = path.lstat()
            except OSError:
                continue
            entries.append(f"{path.relative_to(inbox)}\0{stat.st_size}\0{stat.st_mtime_ns}")
    return hashlib.sha256(os.fsencode("\n".join(sorted(entries)))).hexdigest() if entries else None
