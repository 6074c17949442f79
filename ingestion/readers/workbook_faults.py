"""The cells of a workbook that show an error, or a formula that was never calculated, found in its XML.

The reader of workbooks gives both as empty. Belongs here: the parts of the sheets, and those cells. Does not belong
here: values (`workbook`).
"""

from __future__ import annotations

import itertools
import posixpath
import xml.parsers.expat
import zipfile
from pathlib import Path
from xml.etree import ElementTree

from ingestion.parsing import Fault


class DamagedPartError(Exception):
    """A part of the workbook's structure is missing or makes no sense."""


def cell_faults(path: Path, suspects: frozenset[str]) -> dict[str, dict[tuple[int, int], Fault]]:
    """Per sheet name, the cells (0-based row, column) that show an error or a formula without a cached value."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = _sheet_parts(archive)
            return {name: _faults_of(archive, part) for name, part in parts.items() if part in suspects}
    except (KeyError, ValueError) as error:
        raise DamagedPartError from error


_MAIN_NS = (
    "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}",
    "{http://purl.oclc.org/ooxml/spreadsheetml/main}",
)
_REL_IDS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name -> name of its part. The envelope has refused document type definitions before."""
    rels = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {rel.get("Id"): rel.get("Target", "") for rel in rels}
    workbook = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    parts = {}
    for namespace in _MAIN_NS:
        for sheet in workbook.iter(f"{namespace}sheet"):
            target = next((targets[sheet.get(key)] for key in _REL_IDS if sheet.get(key) in targets), None)
            if target is not None:
                parts[sheet.get("name", "")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return parts


def _faults_of(archive: zipfile.ZipFile, part: str) -> dict[tuple[int, int], Fault]:
    """Streams one sheet's XML; only sheets with formulas or errors come here."""
    faults: dict[tuple[int, int], Fault] = {}
    row, column = -1, -1
    kind, has_formula, value, is_value = "", False, "", False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, kind, has_formula, value, is_value
        match name.rpartition(":")[2]:
            case "row":
                row = int(attributes["r"]) - 1 if "r" in attributes else row + 1
                column = -1
            case "c":
                column = _column_index(attributes["r"]) if "r" in attributes else column + 1
                kind, has_formula, value = attributes.get("t", "n"), False, ""
            case "f":
                has_formula = True
            case "v" | "t":
                is_value = True

    def end(name: str) -> None:
        nonlocal is_value
        match name.rpartition(":")[2]:
            case "v" | "t":
                is_value = False
            case "c" if kind == "e":
                faults[(row, column)] = Fault.ERROR_VALUE
            case "c" if has_formula and not value and kind != "str":
                faults[(row, column)] = Fault.FORMULA_WITHOUT_CACHE

    def text(data: str) -> None:
        nonlocal value
        if is_value:
            value += data

    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    with archive.open(part) as file:
        parser.ParseFile(file)
    return faults


def _column_index(reference: str) -> int:
    index = 0
    for letter in itertools.takewhile(str.isalpha, reference.upper()):
        index = index * 26 + ord(letter) - 64
    return index - 1
