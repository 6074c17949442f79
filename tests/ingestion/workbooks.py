"""Workbooks as raw XML, with nothing that a library would add or repair."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tests.ingestion.support import (
    FINDINGS,
    dataset,
    finding,
    headers,
)


def sheet_xml(rows: str, merges: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{rows}</sheetData>{merges}</worksheet>"
    )


def raw_workbook(path: Path, sheets: dict[str, str], workbook_properties: str = "") -> Path:
    """A workbook of given sheet XML, with nothing that a library would add or repair."""
    kinds = "http://schemas.openxmlformats.org"
    listed = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>' for number, name in enumerate(sheets, start=1)
    )
    related = "".join(
        f'<Relationship Id="rId{number}" Type="{kinds}/officeDocument/2006/relationships/worksheet" '
        f'Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(sheets) + 1)
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{kinds}/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{kinds}/package/2006/relationships"><Relationship Id="rId1" '
            f'Type="{kinds}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{kinds}/spreadsheetml/2006/main" xmlns:r="{kinds}/officeDocument/2006/relationships">'
            f"{workbook_properties}<sheets>{listed}</sheets></workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{kinds}/package/2006/relationships">{related}</Relationships>',
        )
        for number, xml in enumerate(sheets.values(), start=1):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", xml)
    return path


def text_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def letters(index: int) -> str:
    return chr(65 + index)


def finding_rows(cells: dict[str, str]) -> str:
    """Header and one row of findings as XML; `cells` replaces single cells by raw XML with `{r}` for the reference."""
    names, row = headers(dataset(FINDINGS)), finding()
    head = "".join(text_cell(f"{letters(i)}1", name) for i, name in enumerate(names))
    body = "".join(
        cells[name].replace("{r}", f"{letters(i)}2")
        if name in cells
        else text_cell(f"{letters(i)}2", str(row.get(name, "")))
        for i, name in enumerate(names)
        if name in cells or row.get(name) is not None
    )
    return f'<row r="1">{head}</row><row r="2">{body}</row>'
