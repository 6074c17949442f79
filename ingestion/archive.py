"""The archive: every original as it was received, once per content, found by the hash of its bytes.

Belongs here: hashing and copying. Does not belong here: what may be opened (`ingestion.envelope`), what is received
where and when (`ingestion.manifest`).
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from ingestion import atomic_files, envelope

_CHUNK = 1 << 20


class Archive:
    """The archive of one home. `known`: hashes that the manifest says it holds."""

    def __init__(self, folder: Path, known: set[str]) -> None:
        self.folder = folder
        self.known = known

    def path(self, file_hash: str) -> Path:
        """Path of an original."""
        return self.folder / file_hash[:2] / file_hash

    def holds(self, file_hash: str) -> bool:
        """Whether an original is there."""
        return self.path(file_hash).exists()

    def keep(self, path: Path) -> tuple[str, int]:
        """Hash and size of a file; its bytes are in the archive when this returns.

        Raises Held for a file that must not be opened, NotReceived for one that has no bytes.
        """
        with envelope.open_regular(path) as file:
            size = envelope.size_of(file)
            digest = _hash_of(file)
            if digest in self.known and self.holds(digest):
                return digest, size
            file.seek(0)
            return self._copy(file)

    def _copy(self, file: BinaryIO) -> tuple[str, int]:
        """Copies into the archive. The hash is taken from the copied bytes, because the inbox file may change meanwhile."""
        temporary = atomic_files.temporary_beside(self.folder / "copy")
        digest, size = hashlib.sha256(), 0
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as copy:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                copy.write(chunk)
        target = self.path(digest.hexdigest())
        target.parent.mkdir(exist_ok=True, mode=0o700)
        atomic_files.rename_durably(temporary, target)
        self.known.add(digest.hexdigest())
        return digest.hexdigest(), size


def _hash_of(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def hash_of_name(path: Path) -> str:
    """The hash in the receipt of a file that is refused unopened: of a link's target, or of a too large file's name."""
    return hashlib.sha256(os.fsencode(path.readlink() if path.is_symlink() else path.name)).hexdigest()
