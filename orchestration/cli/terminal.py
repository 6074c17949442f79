"""The terminal as it is: whatever its encoding, everything printed is readable, and what was typed is understood.

Belongs here: the standard streams, the encoding of arguments and file names. Does not belong here: what is printed
(`render`), control characters in it (`render.visible`).
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO

ESCAPED = "firemark_escaped"  # the name of the error handler
_ASCII = "terminal-ascii"
_LARGEST_IN_ONE = 0xFFFF


def prepare() -> None:
    """For the very beginning of a command: names of files are UTF-8, and nothing that is printed can fail for its letters."""
    _read_names_as_utf8()
    codecs.register_error(ESCAPED, escaped)
    codecs.register(_ascii_by_another_name)
    sys.stdout, sys.stderr = _prepared(sys.stdout), _prepared(sys.stderr)


def escaped(error: UnicodeError) -> tuple[str, int]:
    """What the terminal cannot show, as JSON would write it: it stays valid JSON, and people can look it up."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = []
    for char in error.object[error.start : error.end]:
        code = ord(char)
        if code > _LARGEST_IN_ONE:
            high, low = divmod(code - 0x10000, 0x400)
            units += [0xD800 + high, 0xDC00 + low]
        else:
            units.append(code)
    return "".join(f"\\u{unit:04x}" for unit in units), error.end


def typed(text: str) -> str:
    """An argument as it was meant: bytes that are no UTF-8 are read as GB 18030, which Chinese terminals send."""
    try:
        text.encode()
    except UnicodeEncodeError:
        sent = os.fsencode(text)
        try:
            return sent.decode("gb18030")
        except UnicodeDecodeError:
            return sent.decode("utf-8", "backslashreplace")
    return text


def _prepared(stream: TextIO | None) -> TextIO:
    if stream is None:  # closed by whoever started us
        return Path(os.devnull).open("w", encoding="utf-8")
    if isinstance(stream, io.TextIOWrapper):
        is_ascii = codecs.lookup(stream.encoding).name == "ascii"
        stream.reconfigure(encoding=_ASCII if is_ascii else None, errors=ESCAPED)
    return stream


def _ascii_by_another_name(name: str) -> codecs.CodecInfo | None:
    """click takes a stream in ASCII for a mistake and writes UTF-8 to it; under another name it leaves it alone."""
    if name not in (_ASCII, _ASCII.replace("-", "_")):
        return None
    ascii_codec = codecs.lookup("ascii")
    return codecs.CodecInfo(
        ascii_codec.encode,
        ascii_codec.decode,
        ascii_codec.streamreader,
        ascii_codec.streamwriter,
        ascii_codec.incrementalencoder,
        ascii_codec.incrementaldecoder,
        name=_ASCII,
    )


def _read_names_as_utf8() -> None:
    """Begins again in Python's UTF-8 mode where the system's locale is of another encoding (as with PYTHONUTF8=0): exports
    have Chinese names, and a file's name must not depend on who starts a build. The terminal keeps its own encoding.
    """
    if sys.getfilesystemencoding() == "utf-8":
        return
    shown_in = sys.stdout.encoding if sys.stdout is not None else "ascii"
    environment = {"PYTHONIOENCODING": shown_in} | os.environ | {"PYTHONUTF8": "1"}
    with suppress(OSError):
        os.execve(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]], environment)  # noqa: S606
