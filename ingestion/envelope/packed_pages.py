"""A page that may be packed (gzip): its bytes, unpacked within the limits.

Does not belong here: the content of the page, its encoding (`encodings`).
"""

from __future__ import annotations

import io
import zlib
from pathlib import Path
from typing import BinaryIO

from ingestion.bilingual import Bilingual
from ingestion.envelope.file_kinds import archive_kind
from ingestion.envelope.limits import CHUNK, MAX_PAGE_BYTES, MEBIBYTE, check_ratio
from ingestion.envelope.refusals import Held, refused_archive

_UNPACK = Bilingual("请解压后放入其中的页。", "Unpack it, and put the pages in its place.")


def open_unpacked(path: Path) -> BinaryIO:
    """The file's bytes, unpacked if its content (not its name) is gzip. Raises Held for a bomb or a cut-off file."""
    with path.open("rb") as file:
        head = file.read(8)
    if kind := archive_kind(head):
        raise Held(
            "wrong_format",
            Bilingual(
                f"文件是{kind.zh}，不是平台的页，{_UNPACK.zh}",
                f"the file is a {kind.en}, not a page. {_UNPACK.en}",
            ),
        )
    if not head.startswith(b"\x1f\x8b"):
        if path.stat().st_size > MAX_PAGE_BYTES:
            raise _too_large()
        return path.open("rb")
    packed_size = path.stat().st_size
    spooled = io.BytesIO()
    inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        with path.open("rb") as file:
            while chunk := inflate.unconsumed_tail or file.read(CHUNK):
                spooled.write(inflate.decompress(chunk, CHUNK))
                check_ratio(spooled.tell(), packed_size)
                if spooled.tell() > MAX_PAGE_BYTES:
                    raise _too_large()
                if inflate.eof:
                    rest = inflate.unused_data + file.read(1)
                    if rest.strip(b"\0"):
                        raise Held(
                            "unreadable",
                            Bilingual(
                                "gzip 文件含有不止一个部分，请重新导出。",
                                "the gzip file holds more than one part. Export it again.",
                            ),
                        )
                    break
    except zlib.error as error:
        raise Held(
            "unreadable",
            Bilingual("gzip 文件已损坏，请重新复制或导出。", "the gzip file is damaged. Copy or export it again."),
        ) from error
    if not inflate.eof:
        raise Held(
            "unreadable",
            Bilingual("gzip 文件不完整，请重新复制或导出。", "the gzip file is cut off. Copy or export it again."),
        )
    spooled.seek(0)
    if spooled.read(4).startswith((b"\x1f\x8b", b"PK\x03\x04")):
        raise refused_archive(Bilingual("压缩包里还有压缩包", "it holds another archive"), _UNPACK)
    spooled.seek(0)
    return spooled


def _too_large() -> Held:
    limit = MAX_PAGE_BYTES // MEBIBYTE
    return Held(
        "file_too_large",
        Bilingual(
            f"这一页超过 {limit} MB，请减少每页的记录数再取。",
            f"the page has more than {limit} MB. Fetch it in smaller pages.",
        ),
    )
