"""What a file may be before anyone opens it: a regular file, its size, a zip's true contents, a text's encoding.

Belongs here: refusing what is hostile, broken or damaged, in bounded time and memory. Does not belong here:
sheets, headers, rows (see `ingestion.readers`).
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import re
import stat
import struct
import unicodedata
import xml.parsers.expat
import zipfile
import zlib
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MEBIBYTE = 1 << 20
MAX_FILE_BYTES = 512 * MEBIBYTE  # as received
MAX_UNPACKED_BYTES = 1024 * MEBIBYTE  # all parts of a workbook
MAX_PAGE_BYTES = 256 * MEBIBYTE  # a page is read as one text
MAX_RATIO = 100  # unpacked : packed, once more than RATIO_FREE_BYTES are unpacked
RATIO_FREE_BYTES = 24 * MEBIBYTE
MAX_ENTRIES = 1_000
MAX_COLUMNS = 512  # a sheet's cells may not lie further right
MAX_ROWS = 1_048_576
MAX_SHEET_AREA = 64_000_000  # rows × columns that a reader would have to hold
AREA_FREE_CELLS = 2_000_000  # up to here a sheet may be as empty as it likes
MAX_SPARSENESS = 4  # beyond, rows × columns : cells with a value
TEXT_FREE_BYTES = 64 * MEBIBYTE  # up to here a workbook's cells may say the same long text again and again
MAX_TEXT_RATIO = 30  # beyond, the text of all cells : the file
MAX_SHARED_TEXTS = 16_000_000
_CHUNK = 256 * 1024


class Held(Exception):
    """A file that is not loaded. `reason` is its code; `message` names the place and the remedy, never a value."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class NotReceived(Exception):
    """Something in the inbox of which no byte can be had: there is nothing to record, only to say."""


def shown(name: str, longest: int = 255) -> str:
    """A file's, sheet's or header's name that is safe to print: control, direction and undecodable characters escaped."""
    safe = "".join(
        char if unicodedata.category(char)[0] != "C" and char not in "\u2028\u2029" else f"\\u{ord(char):04x}"
        for char in name
    )
    return safe if len(safe) <= longest else safe[: longest - 1] + "…"


def open_regular(path: Path) -> BinaryIO:
    """Opens a regular file, never through a symbolic link (Held). Raises NotReceived for what has no bytes."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Held("not_a_regular_file", "this is a symbolic link. Put a copy of the file itself there.") from error
        raise NotReceived(f"it cannot be opened: {error.strerror}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotReceived("this is no file; put a copy of the file itself there")
    return os.fdopen(descriptor, "rb")


# --- workbooks (zip) ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ZipFacts:
    """What the inspection of a workbook found: `suspect_parts` hold formulas or error values."""

    suspect_parts: frozenset[str]
    is_1904: bool


_SUSPECT = re.compile(rb"<(?:\w+:)?f[\s/>]|\bt\s*=\s*[\"']e[\"']")
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_1904 = re.compile(rb"\bdate1904\s*=\s*[\"'](?:1|true|on)[\"']", re.IGNORECASE)
_CELL_REF = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{0,7})(\d{1,12})[\"']")
_SHEET_DATA = re.compile(rb"<(?:\w+:)?sheetData[\s/>]")
_CELL = re.compile(rb"[<:]c[\s/>]")
_UNPLACED_CELL = re.compile(rb"[<:]c(?:[/>]|\s[^r]|\sr[^\s=])")
_SHARED_CELL = re.compile(rb"\bt\s*=\s*[\"']s[\"']")
_SHARED_TEXT_END = re.compile(rb"[/:]si\s*>")
_OVERLAP = 64


def inspect_workbook(path: Path) -> ZipFacts:
    """Inflates every part of a workbook once, counting what really comes out; keeps nothing.

    Raises Held for: no zip, too many parts, parts that overlap, lie about their size or fail their checksum,
    a ratio or total beyond the limits, archives within, document type definitions, cells far outside.
    """
    packed_size = path.stat().st_size
    with path.open("rb") as file:
        if not file.read(4).startswith(b"PK\x03\x04"):
            file.seek(0)
            raise _not_a_workbook(file.read(8))
        try:
            with zipfile.ZipFile(file) as archive:
                entries = archive.infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error) as error:
            raise _cut_off() from error
        _check_directory(entries, packed_size)
        unpacked = 0
        scans: dict[str, _PartScan] = {}
        for entry in entries:
            scan = scans[entry.filename] = _PartScan()
            for chunk in _inflated(file, entry):
                unpacked += len(chunk)
                _check_ratio(unpacked, packed_size)
                scan.feed(chunk)
            scan.close()
        _check_is_spreadsheet(scans)
        if _may_swell(scans.values(), unpacked, packed_size):
            _check_swollen(file, [entry for entry in entries if scans[entry.filename].holds_text], packed_size)
    return ZipFacts(
        frozenset(name for name, scan in scans.items() if scan.is_suspect),
        any(scan.is_1904 for scan in scans.values()),
    )


def _check_is_spreadsheet(names: Iterable[str]) -> None:
    """Whether the zip is an .xlsx and nothing else: a reader that guesses would read the others by other rules."""
    known = {name.lower() for name in names}
    if "mimetype" in known or "content.xml" in known or "xl/workbook.bin" in known:
        raise Held("wrong_format", "this is an .ods or .xlsb workbook under another name. Save it as .xlsx.")
    if "[content_types].xml" not in known or "xl/workbook.xml" not in known:
        raise Held("wrong_format", "this is an archive, not an .xlsx workbook. Export it again as .xlsx.")


def _not_a_workbook(head: bytes) -> Held:
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return Held(
            "wrong_format", "this is an old .xls or a password-protected workbook. Save it as .xlsx without one."
        )
    if not head:
        return Held("empty_file", "the file is empty. Export it again.")
    return Held("wrong_format", "this is not an .xlsx workbook. Export it again as .xlsx.")


def _cut_off() -> Held:
    return Held("unreadable", "the workbook cannot be read to its end (cut off or damaged). Copy or export it again.")


def _bomb(what: str) -> Held:
    return Held("refused_archive", f"the archive was refused: {what}. Ask the sender for the original export.")


def _check_directory(entries: list[zipfile.ZipInfo], packed_size: int) -> None:
    if len(entries) > MAX_ENTRIES:
        raise _bomb(f"it has {len(entries)} parts, more than {MAX_ENTRIES}")
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise _bomb("two of its parts have the same name")
    declared = sum(entry.file_size for entry in entries)
    _check_ratio(declared, packed_size)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Held("unreadable", "the workbook is encrypted. Save it without a password.")
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        raise _bomb("it uses a compression that workbooks do not use")
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise _bomb("its parts overlap")
        end = entry.header_offset + 30 + entry.compress_size
    if end > packed_size:
        raise _cut_off()


def _check_ratio(unpacked: int, packed: int) -> None:
    if unpacked > MAX_UNPACKED_BYTES:
        raise _bomb(f"it unpacks to more than {MAX_UNPACKED_BYTES // MEBIBYTE} MB")
    if unpacked > RATIO_FREE_BYTES and unpacked > MAX_RATIO * packed:
        raise _bomb(f"it unpacks to more than {MAX_RATIO} times its size")


def _inflated(file: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part's bytes as a reader that trusts no declared size would get them, checked against the declaration."""
    file.seek(entry.header_offset)
    header = file.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise _cut_off()
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    file.seek(name_length + extra_length, os.SEEK_CUR)
    left = entry.compress_size
    size = checksum = 0
    inflate = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    try:
        while left > 0 or (inflate and inflate.unconsumed_tail):
            pending = inflate.unconsumed_tail if inflate else b""
            if not pending:
                pending = file.read(min(_CHUNK, left))
                if not pending:
                    raise _cut_off()
                left -= len(pending)
            data = inflate.decompress(pending, _CHUNK) if inflate else pending
            if data:
                size += len(data)
                checksum = zlib.crc32(data, checksum)
                yield data
            if inflate and inflate.eof:
                break
    except zlib.error as error:
        raise _cut_off() from error
    if inflate and not inflate.eof:
        raise _cut_off()
    if size != entry.file_size:
        raise _bomb("a part lies about its size")
    if checksum != entry.CRC:
        raise _cut_off()


class _PartScan:
    """Looks at one part while it streams by: formulas, error values, type definitions, how far its cells reach, and
    how much text they may share.

    Any part may be named as a sheet, so the part's own name decides nothing.
    """

    def __init__(self) -> None:
        self.is_suspect = False
        self.is_1904 = False
        self.cell_count = 0
        self.shared_cell_count = 0
        self.longest_shared_text = 0  # in bytes, with its tags
        self.has_odd_markup = False  # comments, in which tags are no tags; cells that do not say where they stand
        self._is_sheet = False
        self._tail = b""
        self._is_first = True
        self._last_row = self._last_column = 0
        self._size = self._last_text_end = 0

    @property
    def area(self) -> int:
        return self._last_row * max(self._last_column, 1) if self._is_sheet else 0

    @property
    def holds_text(self) -> bool:
        """Whether cells get their text from this part."""
        return self._is_sheet or self.longest_shared_text > 0

    def feed(self, chunk: bytes) -> None:
        if self._is_first:
            self._is_first = False
            if chunk.startswith((b"PK\x03\x04", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")):
                raise _bomb("it holds another archive")
            if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                raise _bomb("a part is not written in UTF-8")
        window = self._tail + chunk
        if _DOCTYPE.search(window):
            raise _bomb("a part holds a document type definition")
        self._is_sheet = self._is_sheet or bool(_SHEET_DATA.search(window))
        self.is_1904 = self.is_1904 or bool(_1904.search(window))
        self.is_suspect = self.is_suspect or bool(_SUSPECT.search(window))
        self.has_odd_markup = self.has_odd_markup or b"<!" in window or bool(_UNPLACED_CELL.search(window))
        self.cell_count += len(_CELL.findall(chunk))
        self.shared_cell_count += len(_SHARED_CELL.findall(window))
        for letters, digits in set(_CELL_REF.findall(window)):
            self._reach(letters, digits)
        begin = self._size - len(self._tail)
        for match in _SHARED_TEXT_END.finditer(window):
            self._end_of_text(begin + match.end())
        self._size += len(chunk)
        self._tail = window[-_OVERLAP:]

    def _reach(self, letters: bytes, digits: bytes) -> None:
        self._last_row = max(self._last_row, int(digits))
        column = 0
        for letter in letters.upper():
            column = column * 26 + letter - 64
        self._last_column = max(self._last_column, column)

    def _end_of_text(self, place: int) -> None:
        self.longest_shared_text = max(self.longest_shared_text, place - self._last_text_end)
        self._last_text_end = max(self._last_text_end, place)

    def close(self) -> None:
        if not self._is_sheet:
            return
        if self._last_row > MAX_ROWS or self._last_column > MAX_COLUMNS or self.area > MAX_SHEET_AREA:
            raise _far_cells()
        if not re.search(rb"</(?:\w+:)?worksheet\s*>\s*$", self._tail):
            raise _cut_off()


def _far_cells() -> Held:
    return _bomb("a sheet has cells far outside of any list")


def _is_sparse(area: int, cell_count: int) -> bool:
    return area > AREA_FREE_CELLS and area > MAX_SPARSENESS * cell_count


def _text_limit(packed_size: int) -> int:
    return max(TEXT_FREE_BYTES, MAX_TEXT_RATIO * packed_size)


def _may_swell(scans: Iterable[_PartScan], unpacked: int, packed_size: int) -> bool:
    """Whether a reader may need far more memory than the parts take: judged from above, so that most are let by."""
    parts = [scan for scan in scans if scan.holds_text]
    longest = max((scan.longest_shared_text for scan in parts), default=0)
    return (
        any(scan.has_odd_markup or _is_sparse(scan.area, scan.cell_count) for scan in parts)
        or unpacked + longest * sum(scan.shared_cell_count for scan in parts) > _text_limit(packed_size)
    )  # fmt: skip


def _check_swollen(file: BinaryIO, entries: Iterable[zipfile.ZipInfo], packed_size: int) -> None:
    """Counts exactly, over the parts that hold text, what a reader would hold: every cell, and its whole text.

    Raises Held if a short text stands for a long one too often, or few cells for a large sheet.
    """
    parts = list(entries)
    lengths = array("I")
    for entry in parts:
        _SharedTexts(lengths).read(_inflated(file, entry))
    cells = _SwollenCells(lengths, _text_limit(packed_size))
    for entry in parts:
        cells.read(_inflated(file, entry))


class _Markup:
    """Reads a part's tags and text as they stream by."""

    def read(self, chunks: Iterable[bytes]) -> None:
        parser = xml.parsers.expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = lambda name, attributes: self.start(name.rpartition(":")[2], attributes)
        parser.EndElementHandler = lambda name: self.end(name.rpartition(":")[2])
        parser.CharacterDataHandler = self.text
        try:
            for chunk in chunks:
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
        except xml.parsers.expat.ExpatError as error:
            raise _cut_off() from error

    def start(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, data: str) -> None: ...


class _SharedTexts(_Markup):
    """How many bytes each shared text has, in order."""

    def __init__(self, lengths: array[int]) -> None:
        self.lengths = lengths
        self._is_inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            if len(self.lengths) >= MAX_SHARED_TEXTS:
                raise _bomb(f"it has more than {MAX_SHARED_TEXTS} texts")
            self.lengths.append(0)
            self._is_inside = True

    def end(self, name: str) -> None:
        self._is_inside = self._is_inside and name != "si"

    def text(self, data: str) -> None:
        if self._is_inside:
            self.lengths[-1] += len(data.encode())


class _SwollenCells(_Markup):
    """Adds up the text of all cells of all sheets; stops at the limit."""

    def __init__(self, lengths: array[int], limit: int) -> None:
        self.lengths = lengths
        self.limit = limit
        self._total = 0

    def read(self, chunks: Iterable[bytes]) -> None:
        self._row = self._column = 0
        self._last_row = self._last_column = self._count = 0
        self._is_shared, self._value = False, ""
        super().read(chunks)
        if _is_sparse(self._last_row * self._last_column, self._count):
            raise _far_cells()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self._row = _number(attributes.get("r"), self._row + 1)
            self._column = 0
        elif name == "c":
            letters, digits = _reference(attributes.get("r", ""))
            self._column = letters or self._column + 1
            self._row = digits or self._row
            self._is_shared, self._value = attributes.get("t") == "s", ""

    def text(self, data: str) -> None:
        self._value += data

    def end(self, name: str) -> None:
        if name == "f":
            self._value = ""
        elif name == "c" and self._value:
            self._count += 1
            self._last_row = max(self._last_row, self._row)
            self._last_column = max(self._last_column, self._column)
            self._total += self._size()
            self._value = ""
            if self._total > self.limit:
                raise _bomb("its cells repeat long texts until they fill the memory")

    def _size(self) -> int:
        if not self._is_shared:
            return len(self._value)
        index = _number(self._value.strip(), len(self.lengths))
        if index >= len(self.lengths):
            raise _cut_off()
        return self.lengths[index]


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and len(text) <= 9 and text.isascii() and text.isdigit() else otherwise


def _reference(written: str) -> tuple[int, int]:
    """Column and row, 1-based, of a cell's reference such as B3; 0 where it does not say."""
    letters = written.rstrip("0123456789")
    column = 0
    for letter in letters[:7].upper():
        column = column * 26 + ord(letter) - 64
    return column, _number(written[len(letters) :], 0)


# --- texts -------------------------------------------------------------------------------------------------------


def open_unpacked(path: Path) -> BinaryIO:
    """The file's bytes, unpacked if its content (not its name) is gzip. Raises Held for a bomb or a cut-off file."""
    with path.open("rb") as file:
        head = file.read(2)
    if head != b"\x1f\x8b":
        if path.stat().st_size > MAX_PAGE_BYTES:
            raise _too_large()
        return path.open("rb")
    packed_size = path.stat().st_size
    spooled = io.BytesIO()
    inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        with path.open("rb") as file:
            while chunk := inflate.unconsumed_tail or file.read(_CHUNK):
                spooled.write(inflate.decompress(chunk, _CHUNK))
                _check_ratio(spooled.tell(), packed_size)
                if spooled.tell() > MAX_PAGE_BYTES:
                    raise _too_large()
                if inflate.eof:
                    rest = inflate.unused_data + file.read(1)
                    if rest.strip(b"\0"):
                        raise Held("unreadable", "the gzip file holds more than one part. Export it again.")
                    break
    except zlib.error as error:
        raise Held("unreadable", "the gzip file is damaged. Copy or export it again.") from error
    if not inflate.eof:
        raise Held("unreadable", "the gzip file is cut off. Copy or export it again.")
    spooled.seek(0)
    if spooled.read(4).startswith((b"\x1f\x8b", b"PK\x03\x04")):
        raise _bomb("it holds another archive")
    spooled.seek(0)
    return spooled


def _too_large() -> Held:
    limit = MAX_PAGE_BYTES // MEBIBYTE
    return Held("file_too_large", f"the page has more than {limit} MB. Fetch it in smaller pages.")


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


# What gb18030 gives for bytes that mean something else: its private and unassigned ranges.
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_LOOK_BYTES = 4096
_ZEROS_OF_UTF16 = 50  # each of its digits and commas has one; a stray one in a cell is the row's own damage


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
