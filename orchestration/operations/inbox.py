"""An inbox from outside: whether a folder is one at all, and whether what lies in it has changed.

Belongs here: what to say to who named another folder, or none. Does not belong here: reading the inbox, or what in it
is no file of a dataset (`ingestion.landing`), when anybody looks (`sensors`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from ingestion.settings import ConfigurationError
from ingestion.sources import DATASETS

SETTLE_SECONDS = 30  # how long it must have looked the same before it is read
_FORM = "<source>/<dataset>/<YYYY-MM-DD>/"


def _sources() -> str:
    return ", ".join(dict.fromkeys(source for source, _ in DATASETS))


def require_inbox(inbox: Path | None) -> None:
    """Raises ConfigurationError for a folder with something in it but no dataset: the wrong one was named."""
    if inbox is None or not inbox.is_dir() or not any(inbox.iterdir()):
        return
    if _has_dataset(inbox):
        return
    nearer = next((place for place in (inbox / "inbox", inbox.parent) if _has_dataset(place)), None)
    hint = f" Did you mean --inbox {nearer}?" if nearer else ""
    raise ConfigurationError(
        f"{inbox} is no inbox: it holds no folder of a dataset, so nothing was built. 收件箱中没有任何数据集目录。"
        f"{hint} An inbox holds {_FORM} with the sources {_sources()}."
    )


def _has_dataset(folder: Path) -> bool:
    return any((folder / source / name).is_dir() for source, name in DATASETS)


def nothing_received(inbox: Path | None, default: Path, ignored: Sequence[tuple[str, str]]) -> ConfigurationError:
    """The error for a home that never received a file: there is no city to grade."""
    where = f"{inbox} holds no file of a dataset" if inbox else f"no inbox was named, and there is no {default}"
    listed = "".join(f"\n  {path}: {why}" for path, why in ignored)
    return ConfigurationError(
        f"No file was ever received in this home, so nothing was built: {where}. 尚未收到任何文件。"
        f" Put exports into {_FORM} (the sources are {_sources()}) and name the folder by --inbox.{listed}"
    )


def fingerprint(inbox: Path) -> str | None:
    """Changes when files come, go or grow; null without files. Times decide only whether to look, never what."""
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
