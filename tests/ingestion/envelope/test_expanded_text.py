"""Small workbooks that would fill a reader's memory, and harmless ones that look like them."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.ingestion.support import (
    DAY,
    FINDINGS,
    Door,
    dataset,
    finding,
    headers,
)
from tests.ingestion.workbooks import finding_rows, letters, raw_workbook, sheet_xml, text_cell


def open_document(path: Path, more: str = "") -> Path:
    """An .ods that holds a list of findings as we know it."""
    names, row = headers(dataset(FINDINGS)), finding()
    text = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    lines = [names, [row.get(name, "") for name in names]]
    rows = "".join(f"<table:table-row>{''.join(map(text.format, line))}</table:table-row>" for line in lines)
    kinds = "urn:oasis:names:tc:opendocument:xmlns"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{kinds}:manifest:1.0"><manifest:file-entry manifest:full-path="/" '
            'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>',
        )
        archive.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{kinds}:office:1.0" xmlns:table="{kinds}:table:1.0" '
            f'xmlns:text="{kinds}:text:1.0"><office:body><office:spreadsheet><table:table table:name="S">{rows}{more}'
            "</table:table></office:spreadsheet></office:body></office:document-content>",
        )
    return path


def repeated_text(path: Path, rows: int, length: int) -> Path:
    """One long shared text, to which every cell of many rows refers."""
    names = headers(dataset(FINDINGS))
    head = "".join(text_cell(f"{letters(i)}1", name) for i, name in enumerate(names))
    body = "".join(
        f'<row r="{n}">' + "".join(f'<c r="{letters(i)}{n}" t="s"><v>0</v></c>' for i in range(len(names))) + "</row>"
        for n in range(2, rows + 2)
    )
    raw_workbook(path, {"S": sheet_xml(f'<row r="1">{head}</row>{body}')})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f"<sst><si><t>{'x' * length}</t></si></sst>")
    return path


def small_bomb(path: Path, kind: str) -> Path:
    last = '<row r="1048000"><c r="{0}1048000"><v>1</v></c></row>'
    match kind:
        case "open document":
            return open_document(path)
        case "repeated rows of an open document":
            cell = '<table:table-cell table:number-columns-repeated="1000" office:value-type="string"><text:p>x</text:p></table:table-cell>'
            return open_document(path, f'<table:table-row table:number-rows-repeated="5000">{cell}</table:table-row>')
        case "one long text in every cell":
            return repeated_text(path, 1000, 32_767)
        case "a long text behind a comment":
            repeated_text(path, 1000, 32_767)
            content = path.read_bytes()
            broken = "x" * 300 + "<!--</si>-->"
            with (
                zipfile.ZipFile(io.BytesIO(content)) as source,
                zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target,
            ):
                for name in source.namelist():
                    part = source.read(name)
                    if "shared" in name:
                        part = f"<sst><si><t>{broken * 100}</t></si></sst>".encode()
                    target.writestr(name, part)
            return path
        case "tags within tags":
            deep = "<!-- x -->" + "<a>" * 6_000_000
            return raw_workbook(path, {"S": sheet_xml(finding_rows({}), deep)})
        case "merged ranges":
            ranges = '<mergeCell ref="C9998:D9999"/>' * 700_000
            return raw_workbook(path, {"S": sheet_xml(finding_rows({}), f"<mergeCells>{ranges}</mergeCells>")})
        case "merged ranges behind a comment":
            ranges = '<mergeCell ref="C9998:D9999"/>' * 700_000
            return raw_workbook(
                path, {"S": sheet_xml(finding_rows({}), f"<!-- x --><mergeCells>{ranges}</mergeCells>")}
            )
        case "cell formats behind a comment":
            raw_workbook(path, {"S": sheet_xml(finding_rows({}))})
            with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
                formats = "<!-- x --><xf/>" + "<xf/>" * 4_000_000
                archive.writestr("xl/styles.xml", f"<styleSheet><cellXfs>{formats}</cellXfs></styleSheet>")
            return path
        case "empty texts far out":
            empty = '<row r="{0}"><c r="XFD{0}" t="inlineStr"><is><t/></is></c></row>'
            return raw_workbook(path, {"S": sheet_xml(finding_rows({}) + "".join(map(empty.format, range(3, 9000))))})
        case "one long text in UTF-16":
            repeated_text(path, 1000, 32_767)
            with (
                zipfile.ZipFile(io.BytesIO(path.read_bytes())) as source,
                zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target,
            ):
                for name in source.namelist():
                    part = source.read(name)
                    target.writestr(name, part.decode().encode("utf-16") if "shared" in name else part)
            return path
        case "two cells far apart":
            return raw_workbook(path, {"S": sheet_xml(finding_rows({}) + last.format("T"))})
        case _:  # cells that do not say where they stand
            wide = '<row r="3">' + "<c><v>1</v></c>" * 40 + "</row>"
            return raw_workbook(path, {"S": sheet_xml(finding_rows({}) + wide + last.format("A"))})


READ = """
import resource, sys
from pathlib import Path
from ingestion import envelope, readers
from ingestion.sources import DATASETS
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
reason = "loaded"
try:
    for row in readers.read_rows(DATASETS[("credit_desk", "findings")], Path(sys.argv[1]), readers.Notes()):
        pass
except envelope.Held as held:
    reason = held.reason
print(reason, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("open document", "wrong_format"),
        ("repeated rows of an open document", "wrong_format"),
        ("one long text in every cell", "refused_archive"),
        ("a long text behind a comment", "refused_archive"),
        ("tags within tags", "refused_archive"),
        ("merged ranges", "refused_archive"),
        ("merged ranges behind a comment", "refused_archive"),
        ("cell formats behind a comment", "refused_archive"),
        ("empty texts far out", "loaded"),
        ("one long text in UTF-16", "refused_archive"),
        ("two cells far apart", "refused_archive"),
        ("cells that do not say where they stand", "refused_archive"),
    ],
)
def test_a_small_file_never_fills_the_memory(tmp_path: Path, kind: str, reason: str) -> None:
    path = small_bomb(tmp_path / "original", kind)
    assert path.stat().st_size < 100_000
    out = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True)
    said, megabytes = out.stdout.split()
    assert said == reason
    assert float(megabytes) <= 100


def test_long_texts_and_loose_cells_of_honest_size_are_read(door: Door) -> None:
    """The guards count what a reader would hold in memory: a few long texts, comments and cells without a reference pass."""
    repeated_text(door.drop(FINDINGS, DAY, "long.xlsx"), 20, 30_000)
    loose = finding_rows({}).replace("<row ", "<!-- 导出 --><row ", 1).replace('<c r="A2" ', "<c ")
    raw_workbook(door.drop(FINDINGS, DAY, "loose.xlsx"), {"S": sheet_xml(loose)})
    outcomes = door.outcomes()
    assert {outcome.status for outcome in outcomes.values()} == {"loaded"}
    assert outcomes[f"{DAY}/loose.xlsx"].accepted_count == 1
