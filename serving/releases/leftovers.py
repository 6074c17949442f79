"""Removes what killed builds left beside the releases. Does not belong here: pruning old releases (not built yet)."""

from __future__ import annotations

import shutil

from ingestion.settings import Settings
from serving.releases.stored import current_release

_PATTERNS = (".candidate-*", ".current-*", ".replaced-*", ".stand-in-*")


def discard_candidates(settings: Settings) -> None:
    """Removes what killed builds left beside the releases; only for the holder of the writer lock."""
    current = current_release(settings)
    for pattern in _PATTERNS:
        for path in settings.releases.glob(pattern):
            if current is not None and path.name == current.name:
                continue
            if path.is_symlink() or path.is_file():
                path.unlink()
            else:
                shutil.rmtree(path, ignore_errors=True)
