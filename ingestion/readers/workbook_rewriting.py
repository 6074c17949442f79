"""Rewriting an unusual workbook as a plain one, which calamine reads correctly.

One reader for all workbooks means that dates, styles and merged ranges are read alike. (openpyxl, tried as a second
reader, needs exact part names, fails on GB2312 and padding zeros as well, and types cells by rules of its own.) Expat
reads the XML strictly. The copy stays in memory, because it holds personal data like the original.
Belongs here: writing the plain package. Does not belong here: whether a workbook needs it (`ingestion.envelope`,
`workbook_cells`).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO
from xml.sax.saxutils import escape, quoteattr

from ingestion.bilingual import Bilingual
from ingestion.envelope.cell_refs import column_letters
from ingestion.envelope.limits import CHUNK, MAX_CELL_FORMATS, MAX_COLUMNS, MAX_MERGES, MAX_REWRITTEN_BYTES, MEBIBYTE
from ingestion.envelope.markup import read_markup
from ingestion.envelope.packages import Package
from ingestion.envelope.part_scan import too_many_merges
from ingestion.envelope.refusals import SAVE_AS_XLSX, Held, masked_name, refused_archive, sheet_place
from ingestion.envelope.sheet_cells import XmlCell, read_cells, read_shared_texts
from ingestion.envelope.zip_archive import inflated
from ingestion.readers.workbook_faults import CellFacts, SharedTexts

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KINDS = ("", "n", "s", "str", "inlineStr", "b", "d", "e")
_BOOLEANS = {"true": "1", "false": "0"}
_MOST_CELLS = 16_384  # of a row
_NOTHING = (b"<worksheet/>",)  # replaces a hidden sheet, which is never read


@dataclass(frozen=True)
class PlainCopy:
    """The bytes of the copy, and the facts of each sheet's cells."""

    file: io.BytesIO
    facts: list[CellFacts]


def rewritten(file: BinaryIO, package: Package) -> PlainCopy:
    """Rewrites a workbook, streaming it part by part. Raises Held if its XML is incomplete or far too long."""
    size = sum(entry.file_size for entry in package.needed)
    if size > MAX_REWRITTEN_BYTES:
        limit = MAX_REWRITTEN_BYTES // MEBIBYTE
        raise Held(
            "file_too_large",
            Bilingual(
                f"工作簿写法少见，且 XML 超过 {limit} MB。{SAVE_AS_XLSX.zh}",
                f"the workbook is written in an unusual way and has more than {limit} MB of XML. {SAVE_AS_XLSX.en}",
            ),
        )

    def inflate(entry: zipfile.ZipInfo) -> Iterator[bytes]:
        return inflated(file, entry)

    copy = PlainCopy(io.BytesIO(), [])
    with zipfile.ZipFile(copy.file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in _frame(package).items():
            archive.writestr(name, text)
        if package.styles is not None:
            with _Part(archive, "xl/styles.xml") as part:
                _write_styles(inflate(package.styles), part.write)
        texts = SharedTexts()
        if package.shared_texts is not None:
            with _Part(archive, "xl/sharedStrings.xml") as part:
                _write_texts(inflate(package.shared_texts), part.write, texts)
        for number, sheet in enumerate(package.sheets, start=1):
            with _Part(archive, f"xl/worksheets/sheet{number}.xml") as part:
                chunks = iter(_NOTHING) if sheet.is_hidden else inflate(sheet.entry)
                copy.facts.append(_write_sheet(chunks, part.write, texts, sheet_place(masked_name(sheet.name))))
    copy.file.seek(0)
    return copy


class _Part:
    """A part that is written in a few large pieces."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive, self._name = archive, name
        self._pieces: list[str] = []
        self._length = 0

    def __enter__(self) -> _Part:
        self._file: IO[bytes] = self._archive.open(self._name, "w", force_zip64=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._flush()
        self._file.close()

    def write(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)
        if self._length > CHUNK:
            self._flush()

    def _flush(self) -> None:
        self._file.write("".join(self._pieces).encode())
        self._pieces.clear()
        self._length = 0


def _frame(package: Package) -> dict[str, str]:
    """The parts that name the other parts."""
    sheets = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{number}" state={quoteattr(sheet.state)} r:id="rId{number}"/>'
        for number, sheet in enumerate(package.sheets, start=1)
    )
    related = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(package.sheets) + 1)
    )
    properties = '<workbookPr date1904="1"/>' if package.is_1904 else ""
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{properties}<sheets>{sheets}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{related}</Relationships>',
    }


def _write_styles(chunks: Iterator[bytes], write: Callable[[str], None]) -> None:
    """The number formats, which identify dates."""
    formats: list[str] = []
    cell_formats: list[str] = []
    is_inside = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal is_inside
        if name == "numFmt":
            number, code = attributes.get("numFmtId", ""), attributes.get("formatCode", "")
            formats.append(f"<numFmt numFmtId={quoteattr(number)} formatCode={quoteattr(code)}/>")
        elif name == "cellXfs":
            is_inside = True
        elif name == "xf" and is_inside:
            cell_formats.append(f"<xf numFmtId={quoteattr(attributes.get('numFmtId', '0'))}/>")

        if len(formats) + len(cell_formats) > MAX_CELL_FORMATS:
            raise refused_archive(
                Bilingual(f"单元格格式超过 {MAX_CELL_FORMATS} 种", f"it has more than {MAX_CELL_FORMATS} cell formats")
            )

    def end(name: str) -> None:
        nonlocal is_inside
        is_inside = is_inside and name != "cellXfs"

    read_markup(chunks, start, end)
    write(f'<styleSheet xmlns="{_MAIN}"><numFmts>{"".join(formats)}</numFmts>')
    write(f"<cellXfs>{''.join(cell_formats)}</cellXfs></styleSheet>")


def _write_texts(chunks: Iterator[bytes], write: Callable[[str], None], texts: SharedTexts) -> None:
    def take(text: str) -> None:
        texts.add(text)
        write(f"<si>{_run(text)}</si>")

    write(f'<sst xmlns="{_MAIN}">')
    read_shared_texts(chunks, take)
    write("</sst>")


def _write_sheet(
    chunks: Iterator[bytes], write: Callable[[str], None], texts: SharedTexts, place: Bilingual
) -> CellFacts:
    """Rows without a visible value are left out, and empty cells far to the right."""
    facts = CellFacts()
    merges: list[str] = []
    row: list[str] = []
    number = count = 0
    is_shown = False

    def flush() -> None:
        nonlocal is_shown
        if is_shown:
            write(f'<row r="{number}">{"".join(row)}</row>')
        row.clear()
        is_shown = False

    def take(cell: XmlCell) -> None:
        nonlocal number, count, is_shown
        if cell.row != number:
            flush()
            number, count = cell.row, 0
        count += 1
        if count > _MOST_CELLS:
            raise _odd_cell(
                cell,
                place,
                Bilingual("所在行的单元格多于工作表的列数", "is in a row that has more cells than a sheet has columns"),
            )
        _check_kind(cell, place)
        is_filled = facts.add(cell, texts)
        is_shown = is_shown or is_filled
        if is_filled or cell.column <= MAX_COLUMNS:
            row.append(_cell(cell))

    def take_merge(written: str) -> None:
        merges.append(written)
        if len(merges) > MAX_MERGES:
            raise too_many_merges()

    write(f'<worksheet xmlns="{_MAIN}"><sheetData>')
    read_cells(chunks, take, take_merge, place)
    flush()
    ranges = "".join(f"<mergeCell ref={quoteattr(merge)}/>" for merge in merges)
    write(f"</sheetData><mergeCells>{ranges}</mergeCells></worksheet>")
    return facts


def _check_kind(cell: XmlCell, place: Bilingual) -> None:
    if cell.kind not in _KINDS:
        raise _odd_cell(cell, place, Bilingual("的类型未知", "has an unknown type"))
    if cell.kind == "n" and cell.text.strip():
        try:
            float(cell.text)
        except ValueError:
            raise _odd_cell(
                cell,
                place,
                Bilingual("的类型是数字，值却不是数字", "has the type of a number, but its value is not a number"),
            ) from None


def _odd_cell(cell: XmlCell, place: Bilingual, what: Bilingual) -> Held:
    reference = f"{column_letters(cell.column - 1)}{cell.row}"
    return Held(
        "unreadable",
        Bilingual(
            f"{place.zh}的单元格 {reference} {what.zh}。{SAVE_AS_XLSX.zh}",
            f"{place.en}, cell {reference} {what.en}. {SAVE_AS_XLSX.en}",
        ),
    )


def _cell(cell: XmlCell) -> str:
    head = f'<c r="{column_letters(cell.column - 1)}{cell.row}"'
    if cell.style:
        head += f" s={quoteattr(cell.style)}"
    if cell.kind == "e":
        return f'{head} t="e"><v>#N/A</v></c>'  # only the position of an error is used
    if not cell.text:
        return f"{head}/>"
    if cell.kind in ("inlineStr", "str"):
        return f'{head} t="inlineStr"><is>{_run(cell.text)}</is></c>'
    value = cell.text.strip()
    if not value:
        return f"{head}/>"
    if cell.kind == "b":
        value = _BOOLEANS.get(value.lower(), value)
    kind = f" t={quoteattr(cell.kind)}" if cell.kind else ""
    return f"{head}{kind}><v>{escape(value)}</v></c>"


def _run(text: str) -> str:
    return f'<t xml:space="preserve">{escape(text, {chr(13): "&#13;"})}</t>'
