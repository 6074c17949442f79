"""Streaming a part's XML, in any encoding that it declares: its tags and its text.

Belongs here: decoding, padding, unreadable or dangerous XML. Does not belong here: the meaning of tags.
"""

from __future__ import annotations

import codecs
import re
import xml.parsers.expat
from collections.abc import Callable, Iterable, Iterator

from ingestion.bilingual import Bilingual
from ingestion.envelope.limits import MAX_DEPTH
from ingestion.envelope.refusals import SAVE_AS_XLSX, Held, cut_off, refused_archive

_DECLARED = re.compile(rb"\s*<\?xml\s[^>]*?\bencoding\s*=\s*[\"']([\w.:-]+)[\"']")
_HEAD = 256  # bytes that hold a declaration
_NAMED = {
    "utf-8": "utf-8",
    "ascii": "utf-8",
    # a declaration in single bytes cannot be UTF-16, whatever it says: .NET writes such parts
    "utf-16": "utf-8",
    "utf-16-le": "utf-8",
    "utf-16-be": "utf-8",
    # exporters declare an early edition; the latest one includes it
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "cp950",
    "cp950": "cp950",
    "iso8859-1": "latin-1",
    "cp1252": "cp1252",
}


def encoding_of_part(head: bytes) -> str | None:
    """The codec of a part that begins like this; None if it declares an encoding that workbooks do not use."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.startswith((b"<\0", b"\0<")):
        return "utf-16-le" if head[0] else "utf-16-be"
    declared = _DECLARED.match(head[:_HEAD])
    if declared is None:
        return "utf-8"
    try:
        return _NAMED.get(codecs.lookup(declared[1].decode("ascii")).name)
    except LookupError:
        return None


def names_utf8(head: bytes) -> bool:
    """Whether a part that begins like this declares UTF-8, or nothing."""
    declared = _DECLARED.match(head[:_HEAD].removeprefix(codecs.BOM_UTF8))
    name = declared[1].lower() if declared else b"utf-8"
    return name in (b"utf-8", b"utf8") and encoding_of_part(head) in ("utf-8", "utf-8-sig")


def read_markup(
    chunks: Iterable[bytes],
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Calls back for every tag (its name without prefix) and text. Raises Held if the XML is incomplete or unsafe."""
    parser = xml.parsers.expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_type
    depth = 0

    def started(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise refused_archive(
                Bilingual(f"标签嵌套超过 {MAX_DEPTH} 层", f"a part has more than {MAX_DEPTH} nested tags")
            )
        start(name.rpartition(":")[2] if ":" in name else name, attributes)

    def ended(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end is not None:
            end(name.rpartition(":")[2] if ":" in name else name)

    parser.StartElementHandler, parser.EndElementHandler = started, ended
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        for data in _without_padding(_decoded(chunks)):
            parser.Parse(data, False)
        parser.Parse(b"", True)
    except xml.parsers.expat.ExpatError as error:
        raise cut_off() from error


def _refuse_type(*_: object) -> None:
    raise refused_archive(Bilingual("含有文档类型定义（DTD）", "a part holds a document type definition (DTD)"))


def _decoded(chunks: Iterable[bytes]) -> Iterator[str]:
    pending = b""
    decoder = None
    try:
        for chunk in chunks:
            if decoder is None:
                pending += chunk
                if len(pending) < _HEAD:
                    continue
                decoder, chunk = _decoder(pending), pending  # noqa: PLW2901
            yield decoder.decode(chunk)
        if decoder is None:
            decoder = _decoder(pending)
            yield decoder.decode(pending)
        yield decoder.decode(b"", True)
    except UnicodeDecodeError as error:
        raise Held(
            "unreadable",
            Bilingual(
                f"工作簿内部有一部分与其声明的编码不符。{SAVE_AS_XLSX.zh}",
                f"a part of the workbook is not in the encoding that it declares. {SAVE_AS_XLSX.en}",
            ),
        ) from error


def _decoder(head: bytes) -> codecs.IncrementalDecoder:
    name = encoding_of_part(head)
    if name is None:
        raise Held(
            "unreadable",
            Bilingual(
                f"工作簿内部有一部分声明了工作簿不用的编码。{SAVE_AS_XLSX.zh}",
                f"a part of the workbook declares an encoding that workbooks do not use. {SAVE_AS_XLSX.en}",
            ),
        )
    return codecs.getincrementaldecoder(name)("strict")


def _without_padding(texts: Iterable[str]) -> Iterator[str]:
    """The texts without trailing zeros: some exporters pad their last block."""
    zeros = 0
    for text in texts:
        bare = text.rstrip("\0")
        if bare:
            if zeros:
                raise cut_off()
            yield bare
        zeros += len(text) - len(bare)
