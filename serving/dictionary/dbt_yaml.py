"""The dictionary's words in dbt's YAML: labels and types of marts' and sources' columns, the feeds' whole lists, and the
`meta` of marts that importers of BI tools read.

A description is `<Chinese label> · <what the column means in this table>`: the label and the type come from the
dictionary, the note is the table's own and stays. The columns of a feed come from its contract. `make dictionary`
rewrites the files; a test asks that it has nothing to rewrite. Does not belong here: models' descriptions, tests, what
importers read (`importers`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from ingestion.contract import Column, Dataset, Parse, lake_fields
from ingestion.settings import DBT_PROJECT
from ingestion.sources import DATASETS
from ingestion.warehouse_sources import source_schemas
from serving.dictionary import Entry, entries, importers

_INLINE = re.compile(r'^(?P<indent> +)- \{name: (?P<name>\w+), data_type: (?P<type>"[^"]*"|[^",]+), '
                     r'description: "(?P<text>(?:[^"\\]|\\.)*)"(?P<rest>.*)\}$')  # fmt: skip
_BLOCK_NAME = re.compile(r"^ +- name: (?P<name>\w+)$")
_BLOCK_TYPE = re.compile(r'^(?P<indent> +data_type: )(?P<type>"[^"]*"|\S+)$')
_BLOCK_TEXT = re.compile(r'^(?P<indent> +description: )"(?P<text>(?:[^"\\]|\\.)*)"$')
_META = re.compile(r"^ +config: \{meta: ")
_INLINE_META = re.compile(r", config: \{meta: .*\}(?=, |$)")
_MODEL = re.compile(r"^  - name: (?P<name>\w+)$")
_MODEL_TEXT = re.compile(r"^    description: ")
_TABLE = re.compile(r"^      - name: (?P<name>\w+)$")
_SOURCE = re.compile(r"^  - name: (?P<name>\w+)$")
_ARROW_TYPES = {pa.int32(): "integer", pa.int64(): "bigint", pa.bool_(): "boolean", pa.date32(): "date"}


def rewritten() -> dict[Path, str]:
    """File -> its text, of every file of the dbt project that says another label, type or list than the dictionary and
    the contracts. Raises KeyError for a column without an entry."""
    models = DBT_PROJECT / "models"
    marts, sources = models.glob("marts/*/_*__models.yml"), models.glob("staging/*/_*__sources.yml")
    texts = {path: path.read_text("utf-8") for path in sorted([*marts, *sources])}
    new = {}
    for path, text in texts.items():
        lines = _with_words(_with_feeds(text.splitlines()))
        if path.is_relative_to(models / "marts"):
            lines = _with_meta(lines, path.parent.name)
        new[path] = "\n".join(lines) + "\n"
    return {path: text for path, text in new.items() if text != texts[path]}


def _with_meta(lines: Iterator[str], schema: str) -> Iterator[str]:
    """The lines of a marts' file with what importers read after each description."""
    table = name = ""
    for line in lines:
        if _META.match(line):
            continue
        if found := _MODEL.match(line):
            table = f"{schema}.{found['name']}"
        if found := _BLOCK_NAME.match(line):
            name = found["name"]
        if found := _INLINE.match(line):
            meta = _meta(importers.of_column(table, _entry(found["name"])))
            rest = _INLINE_META.sub("", found["rest"])
            yield line.removesuffix(found["rest"] + "}") + f", {meta}{rest}}}"
            continue
        yield line
        if _MODEL_TEXT.match(line):
            yield f"    {_meta(importers.of_table(table))}"
        elif found := _BLOCK_TEXT.match(line):
            indent = found["indent"].partition("d")[0]
            yield f"{indent}{_meta(importers.of_column(table, _entry(name)))}"


def _meta(content: dict[str, Any]) -> str:
    return f"config: {{meta: {_flow(content)}}}"


def _flow(value: Any) -> str:
    """YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return value if re.fullmatch(r"[a-z][\w./-]*", value, re.I | re.A) else json.dumps(value, ensure_ascii=False)


def _with_feeds(lines: list[str]) -> Iterator[str]:
    """The lines with the columns of each feed as its contract has them."""
    source = table = ""
    is_skipping = False
    for line in lines:
        if found := _SOURCE.match(line):
            source = found["name"]
        if found := _TABLE.match(line):
            table = found["name"]
        if is_skipping and line.startswith(" " * 10):
            continue
        is_skipping = False
        yield line
        if line == "        columns:" and (source, table) in DATASETS:
            is_skipping = True
            yield from _feed_columns(DATASETS[(source, table)])


def _feed_columns(dataset: Dataset) -> Iterator[str]:
    noted = {
        field.name: _of_contract(column, field.name) for column in dataset.columns for field in lake_fields(column)
    }
    for field in source_schemas()[(dataset.source, dataset.name)]:
        entry = _entry(field.name)
        note = noted.get(field.name) or _NOTES.get(field.name, "")
        text = f"{entry.zh} · {'; '.join(part for part in (entry.en, note) if part)}"
        kind = _ARROW_TYPES.get(field.type) or str(field.type).replace("decimal128", "decimal").replace(" ", "")
        kind = "timestamp" if kind.startswith("timestamp") else kind
        yield f'          - {{name: {field.name}, data_type: {_typed(kind)}, description: "{text}"}}'


# Columns that no export has.
_NOTES = {
    "file_hash": "of the file as received",
    "received_on": "day of the drop: the knowledge date",
    "sheet": "null where the format has none",
    "row_number": "as the source counts it",
    "file_position": "from 1, over all sheets",
    "source_key": "key in its one form; a personal part stands as its key",
    "row_key": "equal means the same thing",
    "row_hash": "of the cells: equal means a repeat",
    "flags": "notes of the door, joined by a comma; empty = none",
    "cell_x": "west-east index of the cell",
    "cell_y": "south-north index of the cell",
}


def _of_contract(column: Column, name: str) -> str:
    """What the contract says of one lake column: what it may hold, and its header where that is another word."""
    parts = []
    match column.parse:
        case Parse.PERSON_ID:
            parts.append(
                {"key": "null unless the number is valid", "mask": "", "id_status": "full, invalid, masked or empty"}[
                    name.removeprefix(f"{column.name}_")
                ]
            )
        case Parse.DATETIME:
            parts.append("UTC" if name == column.name else "local date in Asia/Shanghai")
        case Parse.DECIMAL if name != column.name:
            parts.append("as written, 约")
        case Parse.CHOICE | Parse.OPEN_CHOICE:
            parts.append(", ".join(dict.fromkeys(column.choices.values())))
    if column.header != _entry(name).zh:
        parts.append(f"header {column.header}")
    return "; ".join(part for part in parts if part)


def _with_words(lines: Iterator[str]) -> Iterator[str]:
    """The lines with each column's label and type from the dictionary. Below `columns:` a list names columns."""
    columns_at: int | None = None
    name = ""
    for line in lines:
        depth = len(line) - len(line.lstrip())
        if line.strip() == "columns:":
            columns_at = depth
        elif columns_at is not None and line.strip() and depth <= columns_at:
            columns_at = None
        if columns_at is None:
            yield line
        elif found := _INLINE.match(line):
            entry = _entry(found["name"])
            yield (
                f"{found['indent']}- {{name: {entry.name}, data_type: {_typed(entry.type)}, "
                f'description: "{_described(entry, found["text"])}"{found["rest"]}}}'
            )
        elif found := _BLOCK_NAME.match(line):
            name = found["name"]
            yield line
        elif found := _BLOCK_TYPE.match(line):
            yield f"{found['indent']}{_typed(_entry(name).type)}"
        elif found := _BLOCK_TEXT.match(line):
            yield f'{found["indent"]}"{_described(_entry(name), found["text"])}"'
        else:
            yield line


def _entry(name: str) -> Entry:
    try:
        return entries()[name]
    except KeyError:
        raise KeyError(f"column {name} has no entry in serving/dictionary/columns.csv") from None


def _typed(kind: str) -> str:
    return f'"{kind}"' if "(" in kind else kind


def _described(entry: Entry, text: str) -> str:
    _, dot, note = text.partition(" · ")
    return f"{entry.zh} · {note if dot else entry.en}"
