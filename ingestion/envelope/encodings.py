"""The encoding of a text file: which one it is by its first bytes, and whether all its bytes are valid in it.

Belongs here: distinguishing encodings, and refusing texts that mix them. Does not belong here: reading a text with single
damaged characters (`texts`), lines, fields and their meaning (`ingestion.readers`).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from typing import BinaryIO

from ingestion.bilingual import Bilingual
from ingestion.envelope.file_kinds import GZIP, archive_kind
from ingestion.envelope.limits import MAX_LINE_BYTES, MEBIBYTE
from ingestion.envelope.refusals import Held, empty_file

NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "gb18030": "GB18030"}  # in messages
_HEAD_BYTES = 4096
_SAMPLE_BYTES = 64 * 1024
_ZEROS_OF_UTF16 = 50  # every digit and comma of UTF-16 has a zero byte; a single one only damages its row


def marked_encoding(file: BinaryIO, wanted: Bilingual) -> str | None:
    """The encoding that the byte order mark of a text names; None without a mark. Rewinds the file.

    Raises Held, asking for `wanted`, if the file is empty or not a text.
    """
    head = file.read(_HEAD_BYTES)
    file.seek(0)
    if not head:
        raise empty_file()
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Held(
            "wrong_format",
            Bilingual(
                "文件是工作簿或压缩包，不是文本，请按约定的格式导出。",
                "the file is a workbook or an archive, not a text. Export it in the agreed format.",
            ),
        )
    if kind := GZIP if head.startswith(b"\x1f\x8b") else archive_kind(head):
        raise Held(
            "wrong_format",
            Bilingual(
                f"文件是{kind.zh}，不是文本，请解压后放入解压所得的文件。",
                f"the file is a {kind.en}, not a text. Unpack it, and put the unpacked file in its place.",
            ),
        )
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise Held(
            "encoding",
            Bilingual(
                f"文本是 UTF-32 编码，不支持，请以 {wanted.zh} 编码重新导出。",
                f"the text is in UTF-32, which is not supported. Export it again in {wanted.en}.",
            ),
        )
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.count(0) * _ZEROS_OF_UTF16 > len(head):
        raise Held(
            "encoding",
            Bilingual(
                f"文件是没有字节序标记的 UTF-16 编码，或者不是文本，请以 {wanted.zh} 编码重新导出。",
                f"the file is UTF-16 without a byte order mark, or not a text. Export it again in {wanted.en}.",
            ),
        )
    return None


def unreadable_line(encoding: str, line: int, wanted: Bilingual) -> Held:
    """A text that cannot be read from `line` on."""
    return Held(
        "encoding",
        Bilingual(
            f"第 {line} 行有不属于 {NAMES[encoding]} 编码的字节，请以 {wanted.zh} 编码重新导出。",
            f"line {line}: the bytes are not valid {NAMES[encoding]}. Export it again in {wanted.en}.",
        ),
    )


def first_unreadable_line(
    file: BinaryIO, encoding: str, longest_line: int | None = None, errors: str = "strict"
) -> int | None:
    """The number of the first line that cannot be read in the encoding; None if all can. Rewinds the file.

    Raises Held if a line is longer than `longest_line` bytes: a reader of lines would hold all of it in memory.
    """
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    line, length = 1, 0
    file.seek(0)
    try:
        while chunk := file.read(MEBIBYTE):
            length = 0 if b"\n" in chunk or b"\r" in chunk else length + len(chunk)
            if longest_line is not None and length > longest_line:
                raise line_too_long(line)
            text = decoder.decode(chunk)
            line += text.count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return line + bytes(error.object).count(b"\n", 0, error.start)
    finally:
        file.seek(0)
    return None


def line_too_long(line: int) -> Held:
    """A line longer than that of any list."""
    limit = MAX_LINE_BYTES // MEBIBYTE
    return Held(
        "unreadable",
        Bilingual(
            f"第 {line} 行超过 {limit} MB，请重新导出，每条记录一行。",
            f"line {line}: the line has more than {limit} MB. Export the list again, with one row per line.",
        ),
    )


_HAN = re.compile("[\u4e00-\u9fff]")
_ESCAPED = re.compile("[\udc80-\udcff]")


def is_mostly_utf8(file: BinaryIO) -> bool:
    """Whether a text that is not valid UTF-8 is UTF-8 with some damage: at its beginning, Chinese characters outnumber
    invalid bytes. In a GB18030 text, nearly every byte is invalid as UTF-8. Rewinds the file."""
    text = file.read(_SAMPLE_BYTES).decode("utf-8", "surrogateescape")
    file.seek(0)
    return len(_HAN.findall(text)) > len(_ESCAPED.findall(text))


# Cells of two, four, six … Chinese characters in UTF-8. Cells of an odd number are not valid GB18030 in the first place.
_UTF8_CELL = re.compile(rb"(?:^|[,\"\r\n])((?:[\xe4-\xe9][\x80-\xbf]{2}){2,})(?=[,\"\r\n]|$)")
_UTF8_RUN = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf]{2}){2,}")


def refuse_utf8(lines: Iterable[bytes], suspicious: bool = False) -> None:
    """Refuses a GB18030 text with lines or cells in UTF-8, which would be read as other characters. In `suspicious` lines,
    which hold unusual characters, a part of a cell is enough."""
    for line in lines:
        if line.isascii():
            continue
        if (
            any(_is_utf8_word(cell) for cell in _UTF8_CELL.findall(line))
            or (suspicious and any(_is_utf8_word(run) for run in _UTF8_RUN.findall(line)))
            or _is_utf8_line(line)
        ):
            raise Held(
                "encoding",
                Bilingual(
                    "文本混用 GB18030 和 UTF-8 两种编码，请只用一种编码重新导出。",
                    "the text mixes GB18030 and UTF-8. Export it again in one encoding.",
                ),
            )


def _is_utf8_word(cell: bytes) -> bool:
    """Whether a cell that could be either is UTF-8: four characters are no coincidence, two must be common characters."""
    return len(cell) >= 12 or all(map(_is_common, cell.decode("utf-8")))


def _is_common(char: str) -> bool:
    """Whether a character is in the first level of GB 2312, where nearly every character of a name or word is."""
    try:
        return 0xB0 <= char.encode("gb2312")[0] <= 0xD7
    except UnicodeEncodeError:
        return False


def _is_utf8_line(line: bytes) -> bool:
    try:
        return sum(char > "\u2e80" for char in line.decode("utf-8")) >= 2
    except UnicodeDecodeError:
        return False
