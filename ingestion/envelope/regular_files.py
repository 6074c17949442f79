"""A file of the inbox: a regular file, not reached through a link, not too large.

Does not belong here: its content.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from ingestion.bilingual import Bilingual
from ingestion.envelope.limits import MAX_FILE_BYTES, MEBIBYTE
from ingestion.envelope.refusals import Held, NotReceived


def open_regular(path: Path) -> BinaryIO:
    """Opens a regular file. Raises Held for a symbolic link, NotReceived for anything else without bytes."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Held(
                "not_a_regular_file",
                Bilingual(
                    "这是符号链接，请放入文件的副本。", "this is a symbolic link. Put a copy of the file in its place."
                ),
            ) from error
        raise NotReceived(f"文件无法打开 the file cannot be opened: {error.strerror}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotReceived("不是文件 this is not a regular file: put a copy of the file in its place")
    return os.fdopen(descriptor, "rb")


def size_of(file: BinaryIO) -> int:
    """The size of an open file. Raises Held if it is larger than any export."""
    size = os.fstat(file.fileno()).st_size
    if size > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // MEBIBYTE
        raise Held(
            "file_too_large",
            Bilingual(
                f"文件超过 {limit} MB，请分成几份导出。",
                f"the file has more than {limit} MB. Export it in several files.",
            ),
        )
    return size
