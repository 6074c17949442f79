"""Text that was decoded in a wrong encoding before the export: names and codes in it are lost.

Belongs here: recognising garbled text. Does not belong here: whole files in a wrong encoding (`ingestion.envelope`),
single lost characters, which every cell refuses (`texts`).
"""

from __future__ import annotations

import re

from ingestion.parsing.texts import HAN

_MAY_BE_MARKED = re.compile("[\ufffd锟斤拷烫屯?\uff1f\u0080-\u00b6\u00b8-\u00ff]")
_MARKS = re.compile(
    "\ufffd"
    "|锟斤|斤拷|拷锟|烫烫|屯屯"  # U+FFFD in UTF-8, and uninitialised memory of C programs, read as GBK
    f"|[{HAN}][?\uff1f]|[?\uff1f][{HAN}]"  # a character that the code page lacks becomes a question mark
    "|(?!\u00d7+(?:[^\u0080-\u00ff]|$))[\u0080-\u00b6\u00b8-\u00ff]{2,}"  # bytes of GBK or UTF-8 read as Latin-1; ×× hides a name
    "|[\u00c0-\u00ff][\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)


def is_garbled(text: str) -> bool:
    """Whether a name or code shows signs of a wrong encoding (K10)."""
    if text.isascii():
        return False
    return bool(_MAY_BE_MARKED.search(text) and _MARKS.search(text)) or _is_utf8_read_as_gbk(text)


def _is_utf8_read_as_gbk(text: str) -> bool:
    """鐒︿綔 for 焦作: rare characters whose GBK bytes are valid UTF-8 for common Chinese characters."""
    try:
        read = text.encode("gb18030").decode("utf-8")
    except UnicodeError:
        return False
    return len(read) >= 2 and not read.isascii() and all(map(_is_common, read)) and not all(map(_is_common, text))


def _is_common(char: str) -> bool:
    """Whether a character is ASCII, punctuation, or in the first level of GB 2312, as nearly all characters of names are."""
    try:
        first = char.encode("gb2312")[0]
    except UnicodeEncodeError:
        return False
    return first < 0xA4 or 0xB0 <= first <= 0xD7
