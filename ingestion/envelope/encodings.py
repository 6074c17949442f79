"""The encoding of a text: which one it is by its first bytes, and whether every byte of it is a character in that one.

Belongs here: telling encodings apart, and texts that mix them. Does not belong here: reading a text of which single
characters are damaged (`texts`), lines, fields and what they mean (`ingestion.readers`).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from typing import BinaryIO

from ingestion.envelope.file_kinds import archive_kind
from ingestion.envelope.limits import MAX_LINE_BYTES, MEBIBYTE
from ingestion.envelope.refusals import Held

NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "gb18030": "GB18030"}  # as a message says them
_LOOK_BYTES = 4096
_SAMPLE_BYTES = 64 * 1024
_ZEROS_OF_UTF16 = 50  # each of its digits and commas has one; a stray one in a cell is the row's own damage


def marked_encoding(file: BinaryIO, wanted: str) -> str | None:
    """The encoding that the first bytes of a text name; None if they name none. Rewinds the file.

    Raises Held, asking for `wanted`, if the file is empty or no text at all.
    """
    look = file.read(_LOOK_BYTES)
    file.seek(0)
    if not look:
        raise Held("empty_file", "the file is empty. Export it again.")
    if look.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Held("wrong_format", "this is a workbook or an archive, not a text. Export it in the agreed format.")
    if kind := "gzip archive" if look.startswith(b"\x1f\x8b") else archive_kind(look):
        raise Held("wrong_format", f"this is a {kind}, not a text. Unpack it, and put the file from it there.")
    if look.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise Held("encoding", f"this is UTF-32, which is not read. Export it again in {wanted}.")
    if look.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if look.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if look.count(0) * _ZEROS_OF_UTF16 > len(look):
        raise Held("encoding", f"this is UTF-16 without its mark, or no text. Export it again in {wanted}.")
    return None


def unreadable_as(encoding: str, line: int, wanted: str) -> Held:
    """A text that cannot be read from `line` on."""
    return Held(
        "encoding",
        f"line {line}: this is not readable as {NAMES[encoding]} (bytes that are no character). Export it again in {wanted}.",
    )


def first_unreadable_line(
    file: BinaryIO, encoding: str, longest_line: int | None = None, errors: str = "strict"
) -> int | None:
    """The number of the first line that cannot be read in the encoding; None if all can. Rewinds the file.

    Raises Held if a line is longer than `longest_line` bytes: whoever reads by lines would hold all of it.
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
    """A line that no list has."""
    return Held(
        "unreadable",
        f"line {line}: the line has more than {MAX_LINE_BYTES // MEBIBYTE} MB. Export the list again, one row a line.",
    )


_HAN = re.compile("[\u4e00-\u9fff]")
_ESCAPED = re.compile("[\udc80-\udcff]")


def is_mostly_utf8(file: BinaryIO) -> bool:
    """Whether a text that is no strict UTF-8 is UTF-8 all the same, with some damage: at its beginning there are more
    Chinese characters than bytes that are none. In GB18030 nearly every byte is none. Rewinds the file."""
    text = file.read(_SAMPLE_BYTES).decode("utf-8", "surrogateescape")
    file.seek(0)
    return len(_HAN.findall(text)) > len(_ESCAPED.findall(text))


# Cells of two, four, six … Chinese characters in UTF-8; of an odd number, gb18030 would not have read them at all.
_UTF8_CELL = re.compile(rb"(?:^|[,\"\r\n])((?:[\xe4-\xe9][\x80-\xbf]{2}){2,})(?=[,\"\r\n]|$)")
_UTF8_RUN = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf]{2}){2,}")


def refuse_utf8(lines: Iterable[bytes], suspicious: bool = False) -> None:
    """Refuses lines of a GB18030 text of which single ones, or cells in them, are UTF-8: they would read as other
    characters. In `suspicious` lines, which hold what no usual text holds, a part of a cell is enough."""
    for line in lines:
        if line.isascii():
            continue
        if (
            any(_is_utf8_word(cell) for cell in _UTF8_CELL.findall(line))
            or (suspicious and any(_is_utf8_word(run) for run in _UTF8_RUN.findall(line)))
            or _is_utf8_line(line)
        ):
            raise Held("encoding", "the text mixes GB18030 and UTF-8. Export it again in one encoding.")


def _is_utf8_word(cell: bytes) -> bool:
    """Whether a cell that could be either is UTF-8: four characters by chance are too many, two must be common ones."""
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
