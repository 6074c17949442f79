"""The encoding of a text, strictly: one that reads all of it, with nothing in it that is written in another one.

Does not belong here: lines, fields and what they mean (`ingestion.readers`).
"""

from __future__ import annotations

import codecs
import re
from typing import BinaryIO

from ingestion.envelope.limits import MEBIBYTE
from ingestion.envelope.refusals import Held

# What gb18030 gives for bytes that mean something else: its private and unassigned ranges.
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_LOOK_BYTES = 4096
_ZEROS_OF_UTF16 = 50  # each of its digits and commas has one; a stray one in a cell is the row's own damage


def encoding_of(file: BinaryIO, allow_gb18030: bool = True) -> str:
    """The encoding of a whole text, strictly: utf-8-sig, utf-16 with a mark, utf-8, gb18030. Rewinds the file.

    Raises Held if no encoding reads all of it, or if parts of it are written in another one.
    """
    wanted = "UTF-8 or GB18030" if allow_gb18030 else "UTF-8"
    look = file.read(_LOOK_BYTES)
    head = look[:4]
    file.seek(0)
    if not head:
        raise Held("empty_file", "the file is empty. Export it again.")
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Held("wrong_format", "this is a workbook or an archive, not a text. Export it in the agreed format.")
    if head.startswith(b"\x1f\x8b"):
        raise Held("wrong_format", "this is a gzip archive, not a text. Unpack it, and put the file from it there.")
    if head.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8", "gb18030"] if allow_gb18030 else ["utf-8"]
    if look.count(0) * _ZEROS_OF_UTF16 > len(look) and "utf-16" not in candidates:
        raise Held("encoding", f"this is UTF-16 without its mark, or no text. Export it again in {wanted}.")
    furthest = 0
    for encoding in candidates:
        line = _first_damaged_line(file, encoding)
        if line is None:
            if encoding == "gb18030":
                _refuse_mixed(file)
            return encoding
        furthest = max(furthest, line)
    raise Held(
        "encoding",
        f"line {furthest}: this is not readable as {' or '.join(candidates)} (bytes that are no character, or a character "
        f"of somebody's own font). Export it again in {wanted}.",
    )


def _first_damaged_line(file: BinaryIO, encoding: str) -> int | None:
    """The number of the first line that cannot be read in the encoding; None if all can. Rewinds the file."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    line = 1
    file.seek(0)
    try:
        while chunk := file.read(MEBIBYTE):
            text = decoder.decode(chunk)
            if encoding == "gb18030" and (private := _PRIVATE.search(text)):
                return line + text.count("\n", 0, private.start())
            line += text.count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return line + bytes(error.object).count(b"\n", 0, error.start)
    finally:
        file.seek(0)
    return None


# Cells of two, four, six … Chinese characters in UTF-8; of an odd number, gb18030 would not have read them at all.
_UTF8_CELL = re.compile(rb"(?:^|[,\"\r\n])((?:[\xe4-\xe9][\x80-\xbf]{2}){2,})(?=[,\"\r\n])")


def _refuse_mixed(file: BinaryIO) -> None:
    """Refuses a gb18030 text of which single lines or cells are UTF-8: they would read as other characters."""
    file.seek(0)
    for line in file:
        if line.isascii():
            continue
        if any(_is_utf8_word(cell) for cell in _UTF8_CELL.findall(line)) or _is_utf8_line(line):
            raise Held("encoding", "the text mixes GB18030 and UTF-8. Export it again in one encoding.")
    file.seek(0)


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
