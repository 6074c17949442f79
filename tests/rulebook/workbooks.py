"""Regimes as workbooks, made from YAML in tests: the same blocks and keys, one sheet per block.

Belongs here: writing sheets as bureaus keep them. Does not belong here: reading them.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import yaml
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from rulebook.labels import BLOCK_LABELS, KEY_LABELS

SINGLE = ("rulebook", "repair")


def cell_of(value: Any) -> Any:
    """A YAML value as typed into a cell."""
    match value:
        case None:
            return "null"
        case "":
            return "空"
        case list():
            return "、".join(map(str, value))
        case _:
            return value


def write_regime_workbook(
    path: Path, document: dict[str, Any], *, chinese: bool = False, as_pairs: bool = True
) -> Path:
    """A workbook with one sheet per block: header and rows; with `as_pairs`, rulebook and repair as keys and values."""
    book = Workbook()
    book.remove(book.active)
    for block, content in document.items():
        sheet = book.create_sheet(BLOCK_LABELS[block].names[0] if chinese else block)
        entries = [content] if block in SINGLE else content
        keys = list(dict.fromkeys(key for entry in entries for key in entry)) or list(KEY_LABELS[block])
        shown = [KEY_LABELS[block][key].names[0] if chinese else key for key in keys]
        if block in SINGLE and as_pairs:
            for key, name in zip(keys, shown, strict=True):
                sheet.append([name, cell_of(content[key])])
            continue
        sheet.append(shown)
        for entry in entries:
            sheet.append([cell_of(entry[key]) if key in entry else None for key in keys])
    book.save(path)
    return path


def document_of(path: Path) -> dict[str, Any]:
    """A YAML regime as Python values; days as days, so that sheets hold real dates."""
    document: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    assert isinstance(document["rulebook"]["effective_from"], dt.date)
    return document


def edited(path: Path, sheet: str, **cells: Any) -> Path:
    """The workbook with cells of one sheet set: `A1="x"`."""
    from openpyxl import load_workbook

    book = load_workbook(path)
    page: Worksheet = book[sheet]
    for cell, value in cells.items():
        page[cell] = value
    book.save(path)
    return path
