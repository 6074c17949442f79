"""Terminals of any encoding: output is readable, and arguments are read correctly.

Belongs here: the standard streams, the encoding of arguments and file names. Does not belong here: what is printed, and
control characters in it (`render`).
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
    """Call it first in a command: file names are UTF-8, and no character that is printed can fail."""
    _read_names_as_utf8()
    codecs.register_error(ESCAPED, escaped)
    codecs.register(_ascii_by_another_name)
    sys.stdout, sys.stderr = _prepared(sys.stdout), _prepared(sys.stderr)


def escaped(error: UnicodeError) -> tuple[str, int]:
    """Characters that the terminal cannot show, as JSON escapes: JSON stays valid, and people can look them up."""
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
    """An argument as it was meant: bytes that are not UTF-8 are read as GB 18030, which Chinese terminals send."""
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
    if stream is None:  # closed by the calling process
        return Path(os.devnull).open("w", encoding="utf-8")
    if isinstance(stream, io.TextIOWrapper):
        is_ascii = codecs.lookup(stream.encoding).name == "ascii"
        stream.reconfigure(encoding=_ASCII if is_ascii else None, errors=ESCAPED)
    return stream


def _ascii_by_another_name(name: str) -> codecs.CodecInfo | None:
    """click treats an ASCII stream as a mistake and writes UTF-8 to it; under another name it does not."""
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
    """Restarts in Python's UTF-8 mode if the system's locale has another encoding (as with PYTHONUTF8=0): exports have
    Chinese names, and a file's name must not depend on who starts a build. The terminal keeps its own encoding.
    """
    if sys.getfilesystemencoding() == "utf-8":
        return
    shown_in = sys.stdout.encoding if sys.stdout is not None else "ascii"
    environment = {"PYTHONIOENCODING": shown_in} | os.environ | {"PYTHONUTF8": "1"}
    with suppress(OSError):
        os.execve(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]], environment)  # noqa: S606
