"""The data dictionary of a release: every table and column that an audience may see, as HTML, XLSX and JSON.

Belongs here: writing the three files, for each audience in its own place. Does not belong here: what stands in them
(`content`), the words (`serving.dictionary`). It holds no data: releases of one revision have equal dictionaries.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from serving.audiences import Audience
from serving.cells import json_text
from serving.outputs.dictionary.content import Table, described, tables_for
from serving.outputs.output import Output
from serving.releases.candidate import Candidate
from serving.workbooks import new_workbook

FOLDER = "dictionary"
_TABLES = (
    ("表 table", 34),
    ("名称", 20),
    ("name", 26),
    ("每行 one row", 90),
    ("主键 key", 40),
    ("按日查询 on any day", 46),
)
_COLUMNS = (
    *(("表 table", 34), ("列 column", 28), ("名称", 20), ("name", 28), ("类型 type", 14), ("单位 unit", 16)),
    *(("主键 key", 10), ("含义 meaning", 90), ("代码表 code list", 22)),
)
_CODES = (("代码表 code list", 22), ("取值 value", 26), ("中文", 26), ("English", 34))


def write_dictionary(folder: Path, audience: Audience, tables: Sequence[Table], *, has_page: bool = True) -> None:
    """Writes `dictionary.json`, `dictionary.xlsx` and, with `has_page`, `dictionary.html` into a folder that is there."""
    content = described(audience, tables)
    (folder / "dictionary.json").write_text(json_text(content) + "\n", encoding="utf-8")
    _write_workbook(folder / "dictionary.xlsx", content)
    if has_page:
        page = _templates().get_template("dictionary.html").render(content)
        (folder / "dictionary.html").write_text(page, encoding="utf-8", newline="\n")


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _write_workbook(path: Path, content: dict[str, Any]) -> None:
    tables, codes = content["tables"], content["codes"]
    sheets: dict[str, tuple[Sequence[tuple[str, int]], list[tuple[str, ...]]]] = {
        "表 tables": (
            _TABLES,
            [
                (one["table"], one["zh"], one["en"], one["meaning"], "、".join(one["key"]), one["on_any_day"] or "")
                for one in tables
            ],
        ),
        "列 columns": (
            _COLUMNS,
            [
                (
                    *(table["table"], one["name"], one["zh"], one["en"], one["type"], one["unit"]),
                    *("✓" if one["name"] in table["key"] else "", one["meaning"], one["code_list"]),
                )
                for table in tables
                for one in table["columns"]
            ],
        ),
        "取值 values": (
            _CODES,
            [(name, value, *words) for name, found in codes.items() for value, words in found.items()],
        ),
    }
    with new_workbook(path) as book:
        bold = book.add_format({"bold": True})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for name, (headers, rows) in sheets.items():
            sheet = book.add_worksheet(name)
            for index, (header, width) in enumerate(headers):
                sheet.set_column(index, index, width)
                sheet.write_string(0, index, header, bold)
            for number, row in enumerate(rows, start=1):
                for index, cell in enumerate(row):
                    sheet.write_string(number, index, cell, wrapped)
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, max(len(rows), 1), len(headers) - 1)


def _write_for_bi(candidate: Candidate) -> None:
    folder = candidate.directory / FOLDER
    folder.mkdir()
    write_dictionary(folder, Audience.BI, tables_for(candidate, Audience.BI))


def _write_for_desk(candidate: Candidate) -> None:
    folder = candidate.restricted / FOLDER
    folder.mkdir(mode=0o700)
    write_dictionary(folder, Audience.CONFLICT_DESK, tables_for(candidate, Audience.CONFLICT_DESK))


BI = Output("dictionary", Audience.BI, write=_write_for_bi)
DESK = Output("desk_dictionary", Audience.CONFLICT_DESK, write=_write_for_desk)
