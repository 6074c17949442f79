"""The kind of a file in the wrong format, by its first bytes, and what to do about it.

Belongs here: signatures and remedies. Does not belong here: what an .xlsx must be (`packages`, `workbooks`).
"""

from __future__ import annotations

import zipfile
from typing import BinaryIO

from ingestion.envelope.limits import CHUNK
from ingestion.envelope.refusals import Held

_SAVE = "Open it in Excel or WPS and save it as .xlsx"
_COMPOUND = b"\xd0\xcf\x11\xe0"
_PASSWORD = "EncryptedPackage".encode("utf-16-le")
_GZIP = b"\x1f\x8b"
_ARCHIVES = {
    b"Rar!": ".rar archive",
    b"7z\xbc\xaf": ".7z archive",
    b"BZh": "bzip2 archive",
    b"\xfd7zXZ": "xz archive",
}
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")


_LOCAL_PART = b"PK\x03\x04"
_LONGEST_PREFIX = 1024  # bytes that a web page wrote before the file: a mark, blank lines, a warning


def may_be_zip(file: BinaryIO) -> bool:
    """Whether this may be a zip, perhaps with a few bytes before it."""
    file.seek(0)
    head = file.read(_LONGEST_PREFIX)
    return head.startswith(_LOCAL_PART) or (
        _LOCAL_PART in head and not head.startswith((_COMPOUND, _GZIP, *_ARCHIVES)) and zipfile.is_zipfile(file)
    )


def archive_kind(head: bytes) -> str | None:
    """The kind of archive that begins like this. Not gzip: pages may come in it."""
    if head.startswith(b"PK"):
        return "zip archive or a workbook"
    return next((kind for mark, kind in _ARCHIVES.items() if head.startswith(mark)), None)


def not_a_workbook(file: BinaryIO) -> Held:
    """The reason why a file that is not a zip is not a workbook."""
    file.seek(0)
    head = file.read(CHUNK)
    if not head:
        return Held("empty_file", "the file is empty. Export it again.")
    if head.startswith(_COMPOUND):
        if _has_password(file):
            return Held("wrong_format", "the workbook has a password. Save it as .xlsx without one.")
        return Held("wrong_format", f"the file is an old .xls or .et workbook. {_SAVE}, without a password.")
    if head.startswith((b"PK\x05\x06", b"PK\x07\x08")):
        return Held(
            "wrong_format", "the file is an empty or split zip, not an .xlsx workbook. Export it again as .xlsx."
        )
    if kind := "gzip archive" if head.startswith(_GZIP) else archive_kind(head):
        return Held("wrong_format", f"the file is a {kind}. Unpack it, and put the workbook in its place.")
    if head.startswith(b"%PDF"):
        return Held("wrong_format", "the file is a PDF, not a workbook. Export the list as .xlsx.")
    if head.startswith(_PICTURES):
        return Held("wrong_format", "the file is a picture, not a workbook. Export the list as .xlsx.")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return Held("wrong_format", f"the file is a web page or an XML table with the name of a workbook. {_SAVE}.")
    return Held("wrong_format", f"the file is not an .xlsx workbook. {_SAVE}, or export it again.")


def _has_password(file: BinaryIO) -> bool:
    file.seek(0)
    tail = b""
    while chunk := file.read(CHUNK):
        if _PASSWORD in tail + chunk:
            return True
        tail = chunk[-len(_PASSWORD) :]
    return False
