"""A text file as lines of characters, in bounded memory, even if single characters are damaged.

Belongs here: decoding, and where it fails. Does not belong here: which encodings there are (`encodings`), what happens to
a row with a damaged character (`ingestion.readers`).
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from ingestion.bilingual import Bilingual
from ingestion.envelope.encodings import (
    NAMES,
    first_unreadable_line,
    is_mostly_utf8,
    line_too_long,
    marked_encoding,
    refuse_utf8,
    unreadable_line,
)
from ingestion.envelope.limits import MAX_LINE_BYTES, MEBIBYTE
from ingestion.envelope.refusals import FETCH_OR_REPORT

_WANTED = Bilingual("UTF-8 或 GB18030", "UTF-8 or GB18030")
_UTF8 = Bilingual("UTF-8", "UTF-8")
_REMEDY = Bilingual(f"请以 {_WANTED.zh} 编码重新导出。", f"Export it again in {_WANTED.en}.")


@dataclass(frozen=True)
class Damage:
    """Bytes of a text that are invalid in its encoding: the line of the first one, and how many lines the text has at most
    (None if they were not counted). `is_lost` finds such bytes in a line."""

    encoding: str
    first_line: int
    line_count: int | None
    remedy: Bilingual


@dataclass(frozen=True)
class Text:
    """A text: its lines with their line ends, to be iterated once, and its damage, if any."""

    lines: Iterable[str]
    damage: Damage | None = None


def read_text(file: BinaryIO) -> Text:
    """A text in UTF-8, UTF-16 with a byte order mark, or GB18030. Raises Held if it is none of them, or mixes them.

    Strict decoding is tried first. Only if it fails are other editions and damage looked for, line by line.
    """
    marked = marked_encoding(file, _WANTED)
    line = first_unreadable_line(file, marked or "utf-8", MAX_LINE_BYTES)
    if line is None:
        return _plain_text(file, marked or "utf-8")
    if marked == "utf-16":
        return _damaged_utf16(file, line)
    if marked or is_mostly_utf8(file):
        return _damaged_text(file, "utf-8")
    is_plain = _is_plain_gb18030(file)
    for block in _blocks(file):
        lines = block.splitlines(keepends=True)
        refuse_utf8(lines)
        if not is_plain:
            refuse_utf8([line for line in lines if _UNUSUAL.search(_decoded(line, "gb18030"))], suspicious=True)
    return _plain_text(file, "gb18030") if is_plain else _damaged_text(file, "gb18030")


def read_page(file: BinaryIO) -> tuple[str, Damage | None]:
    """A text that must be Unicode, as one string, and its damage. Raises Held if it is in another encoding."""
    marked = marked_encoding(file, _UTF8)
    encoding = marked or "utf-8"
    line = first_unreadable_line(file, encoding)
    if line is None:
        return file.read().decode(encoding), None
    if encoding == "utf-16" or not (marked or is_mostly_utf8(file)):
        raise unreadable_line(encoding, line, _UTF8)
    return file.read().decode(encoding, "surrogateescape"), Damage(NAMES[encoding], line, None, FETCH_OR_REPORT)


def is_lost(cells: Sequence[str]) -> bool:
    """Whether cells of a damaged text hold invalid bytes."""
    return _LOST.search("\n".join(cells)) is not None


_LOST = re.compile("[\ud800-\udfff]")  # surrogates: a text that decodes strictly has none
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_UNUSUAL = re.compile(f"{_LOST.pattern}|{_PRIVATE.pattern}")


def _plain_text(file: BinaryIO, encoding: str) -> Text:
    file.seek(0)
    return Text(io.TextIOWrapper(file, encoding=encoding, errors="strict", newline=""))


def _damaged_utf16(file: BinaryIO, first_line: int) -> Text:
    """UTF-16 with lone surrogates, as from texts cut to a fixed length. Any other damage shifts all bytes after it."""
    if first_unreadable_line(file, "utf-16", MAX_LINE_BYTES, "surrogatepass") is not None:
        raise unreadable_line("utf-16", first_line, _WANTED)
    lines = io.TextIOWrapper(file, encoding="utf-16", errors="surrogatepass", newline="")
    return Text(lines, Damage(NAMES["utf-16"], first_line, None, _REMEDY))


def _damaged_text(file: BinaryIO, encoding: str) -> Text:
    first_line, line_count = None, 0
    for block in _blocks(file):
        text = _decoded(block, encoding)
        if first_line is None and (lost := _LOST.search(text)):
            first_line = line_count + _line_ends(text[: lost.start()]) + 1
        line_count += _line_ends(text)
    damage = Damage(NAMES[encoding], first_line, line_count + 1, _REMEDY) if first_line else None
    return Text(_damaged_lines(file, encoding), damage)


def _damaged_lines(file: BinaryIO, encoding: str) -> Iterator[str]:
    for block in _blocks(file):
        yield from io.StringIO(_decoded(block, encoding), newline="")


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """The file in blocks that end at line ends. This is safe: no character of UTF-8 or GB18030 contains a line end's byte."""
    rest, line = b"", 1
    file.seek(0)
    if file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
        file.seek(0)
    while chunk := file.read(MEBIBYTE):
        rest += chunk
        # a \r at the very end may be the first half of \r\n
        end = max(rest.rfind(b"\n"), rest.rfind(b"\r", 0, len(rest) - 1)) + 1
        if end:
            yield rest[:end]
            line += rest.count(b"\n", 0, end)
            rest = rest[end:]
        elif len(rest) > MAX_LINE_BYTES:
            raise line_too_long(line)
    if rest:
        yield rest
    file.seek(0)


def _line_ends(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


# ---- GB18030: its editions, and code page 936, which is nearly the same


def _is_plain_gb18030(file: BinaryIO) -> bool:
    """Whether the text decodes strictly, without any private-use character. Rewinds the file."""
    decoder = codecs.getincrementaldecoder("gb18030")("strict")
    file.seek(0)
    try:
        while chunk := file.read(MEBIBYTE):
            if _PRIVATE.search(decoder.decode(chunk)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


# Python's codec implements the edition of 2000. The editions of 2005 and 2022 assigned characters to some of its
# private-use codes, and A3A0 is the full-width space of many fonts. As browsers (encoding.spec.whatwg.org, index gb18030).
_LATER_EDITIONS = {
    "\ue5e5": "\u3000",
    "\ue78d": "\ufe10",
    "\ue78e": "\ufe12",
    "\ue78f": "\ufe11",
    "\ue790": "\ufe13",
    "\ue791": "\ufe14",
    "\ue792": "\ufe15",
    "\ue793": "\ufe16",
    "\ue794": "\ufe17",
    "\ue795": "\ufe18",
    "\ue796": "\ufe19",
    "\ue7c7": "\u1e3f",
    "\ue81e": "\u9fb4",
    "\ue826": "\u9fb5",
    "\ue82b": "\u9fb6",
    "\ue82c": "\u9fb7",
    "\ue832": "\u9fb8",
    "\ue843": "\u9fb9",
    "\ue854": "\u9fba",
    "\ue864": "\u9fbb",
}
_LATER = re.compile(f"[{''.join(_LATER_EDITIONS)}]")
_UTF8_HEAD = re.compile(rb"[\xe4-\xe9][\x80-\xbf]\Z")


def _decoded(block: bytes, encoding: str) -> str:
    """Complete lines as characters. An invalid byte becomes a lone surrogate and does not affect the bytes after it."""
    if encoding == "utf-8":
        return block.decode("utf-8", "surrogateescape")
    text = block.decode("gb18030", _GB18030_ERRORS)
    return _LATER.sub(lambda found: _LATER_EDITIONS[found.group()], text)


def _read_code_page(error: UnicodeError) -> tuple[str, int]:
    """Reads 0x80 as €, as code page 936 does. Any other invalid byte is lost, and so is 0x80 at the end of a Chinese
    character in UTF-8 (一 would be read as 涓€)."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    data, start = error.object, error.start
    if data[start] == 0x80 and not _UTF8_HEAD.search(data, max(start - 2, 0), start):
        return "€", start + 1
    return chr(0xDC00 + data[start]), start + 1


_GB18030_ERRORS = "firemark.code_page_936"
codecs.register_error(_GB18030_ERRORS, _read_code_page)
