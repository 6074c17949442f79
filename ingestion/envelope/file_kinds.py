"""The kind of a file in the wrong format, by its first bytes, and what to do about it.

Belongs here: signatures and remedies. Does not belong here: what an .xlsx must be (`packages`, `workbooks`).
"""

from __future__ import annotations

import zipfile
from typing import BinaryIO

from ingestion.bilingual import Bilingual
from ingestion.envelope.limits import CHUNK
from ingestion.envelope.refusals import SAVE_AS_XLSX, Held, empty_file

_COMPOUND = b"\xd0\xcf\x11\xe0"
_PASSWORD = "EncryptedPackage".encode("utf-16-le")
_GZIP = b"\x1f\x8b"
GZIP = Bilingual(" gzip 压缩包", "gzip archive")
_ARCHIVES = {
    b"Rar!": Bilingual(" .rar 压缩包", ".rar archive"),
    b"7z\xbc\xaf": Bilingual(" .7z 压缩包", ".7z archive"),
    b"BZh": Bilingual(" bzip2 压缩包", "bzip2 archive"),
    b"\xfd7zXZ": Bilingual(" xz 压缩包", "xz archive"),
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


def archive_kind(head: bytes) -> Bilingual | None:
    """The kind of archive that begins like this. Not gzip: pages may come in it."""
    if head.startswith(b"PK"):
        return Bilingual(" zip 压缩包或工作簿", "zip archive or a workbook")
    return next((kind for mark, kind in _ARCHIVES.items() if head.startswith(mark)), None)


def not_a_workbook(file: BinaryIO) -> Held:
    """The reason why a file that is not a zip is not a workbook."""
    file.seek(0)
    head = file.read(CHUNK)
    return Held("wrong_format", _why_no_workbook(file, head)) if head else empty_file()


def _why_no_workbook(file: BinaryIO, head: bytes) -> Bilingual:
    if head.startswith(_COMPOUND):
        if _has_password(file):
            return Bilingual(
                "工作簿有密码，请去掉密码后另存为 .xlsx。", "the workbook has a password. Save it as .xlsx without one."
            )
        return Bilingual(
            f"文件是旧格式的 .xls 或 .et 工作簿。{SAVE_AS_XLSX.zh}不要设密码。",
            f"the file is an old .xls or .et workbook. {SAVE_AS_XLSX.en} Do not set a password.",
        )
    if head.startswith((b"PK\x05\x06", b"PK\x07\x08")):
        return Bilingual(
            "文件是空的或分卷的 zip，不是 .xlsx 工作簿，请重新导出为 .xlsx。",
            "the file is an empty or split zip, not an .xlsx workbook. Export it again as .xlsx.",
        )
    if kind := GZIP if head.startswith(_GZIP) else archive_kind(head):
        return Bilingual(
            f"文件是{kind.zh}，请解压后放入其中的工作簿。",
            f"the file is a {kind.en}. Unpack it, and put the workbook in its place.",
        )
    if head.startswith(b"%PDF"):
        return Bilingual(
            "文件是 PDF，不是工作簿，请将名单导出为 .xlsx。",
            "the file is a PDF, not a workbook. Export the list as .xlsx.",
        )
    if head.startswith(_PICTURES):
        return Bilingual(
            "文件是图片，不是工作簿，请将名单导出为 .xlsx。",
            "the file is a picture, not a workbook. Export the list as .xlsx.",
        )
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return Bilingual(
            f"文件是网页或 XML 表格，只是用了工作簿的扩展名。{SAVE_AS_XLSX.zh}",
            f"the file is a web page or an XML table with the name of a workbook. {SAVE_AS_XLSX.en}",
        )
    return Bilingual(
        f"文件不是 .xlsx 工作簿。{SAVE_AS_XLSX.zh}打不开时请重新导出。",
        f"the file is not an .xlsx workbook. {SAVE_AS_XLSX.en} If it cannot be opened, export it again.",
    )


def _has_password(file: BinaryIO) -> bool:
    file.seek(0)
    tail = b""
    while chunk := file.read(CHUNK):
        if _PASSWORD in tail + chunk:
            return True
        tail = chunk[-len(_PASSWORD) :]
    return False
