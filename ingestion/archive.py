"""The archive: every original as it was received, once per content, found by the hash of its bytes.

Belongs here: hashing and copying. Does not belong here: what may be opened (`ingestion.envelope`), what is received
where and when (`ingestion.manifest`).
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from ingestion import envelope, whole_files

_CHUNK = 1 << 20


class Archive:
    """The archive of one home. `known`: hashes that it is said to hold."""

    def __init__(self, folder: Path, known: set[str]) -> None:
        self.folder = folder
        self.known = known

    def path(self, file_hash: str) -> Path:
        """Where an original lies."""
        return self.folder / file_hash[:2] / file_hash

    def holds(self, file_hash: str) -> bool:
        """Whether an original is there."""
        return self.path(file_hash).exists()

    def keep(self, path: Path) -> tuple[str, int]:
        """Hash and size of a file; its bytes are in the archive when this returns.

        Raises Held for what may not be opened, NotReceived for what has no bytes.
        """
        with envelope.open_regular(path) as file:
            size = envelope.size_of(file)
            digest = _hash_of(file)
            if digest in self.known and self.holds(digest):
                return digest, size
            file.seek(0)
            return self._copy(file)

    def _copy(self, file: BinaryIO) -> tuple[str, int]:
        """Copies into the archive; the hash is that of the bytes copied, whatever happens to the inbox meanwhile."""
        temporary = whole_files.temporary_beside(self.folder / "copy")
        digest, size = hashlib.sha256(), 0
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as copy:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                copy.write(chunk)
        target = self.path(digest.hexdigest())
        target.parent.mkdir(exist_ok=True, mode=0o700)
        whole_files.put_in_place(temporary, target)
        self.known.add(digest.hexdigest())
        return digest.hexdigest(), size


def _hash_of(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def hash_of_name(path: Path) -> str:
    """What is refused unopened still gets a receipt: a link is known by where it points, a huge file by its name."""
    return hashlib.sha256(os.fsencode(path.readlink() if path.is_symlink() else path.name)).hexdigest()
