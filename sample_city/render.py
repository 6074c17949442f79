"""A typed row as the export writes it, and as the lake must contain it.

Belongs here: values -> clean cells, values -> lake columns, through the contracts. Does not belong here: files (see
`files`), cells that are dirty on purpose (see `dirt`).
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from ingestion.contract import Column, Dataset, Format, Parse
from ingestion.sources import DATASETS
from sample_city import identifiers
from sample_city.model import Values
from sample_city.work import SHANGHAI
from sample_city.workbooks import plain_cell

Cell = str | int | float | None
MOST_KEPT = 30_000  # values of one column: those of some 1,500 agencies


def choice_text(column: Column, code: Any) -> str:
    """The export's word for a code in the lake."""
    wanted = str(code).lower() if isinstance(code, bool) else code
    for text, known in column.choices.items():
        if known == wanted:
            return text
    if column.parse is Parse.OPEN_CHOICE:
        return str(code)
    raise ValueError(f"{column.name}: no export text for {code!r}")


class _Kept(dict[Any, "Form"]):
    """What is made from a value, kept: names, codes and days come again with every list. The values of a column have one
    type (1, 1.0 and True are one key), or are made anew."""

    def __init__(self, make: Callable[[Any], Form], most: int) -> None:
        super().__init__()
        self.make, self.most = make, most

    def __missing__(self, value: Any) -> Form:
        made = self.make(value)
        if self.most:
            if len(self) >= self.most:
                self.clear()
            self[value] = made
        return made


def _clean_cell(dataset: Dataset, column: Column, value: Any) -> Cell:
    """The cell in its clean form."""
    if value is None or value == "":
        return None if dataset.format is not Format.JSON else ""
    match column.parse:
        case Parse.DATE:
            return str(value.isoformat())
        case Parse.DATETIME:
            return str(value.isoformat(sep=" ", timespec="seconds"))
        case Parse.MONTH:
            return f"{value:%Y%m}" if dataset.format is Format.CSV else f"{value:%Y-%m}"
        case Parse.DATE_OR_OPEN:
            return "长期" if value == "open" else str(value.isoformat())
        case Parse.INTEGER | Parse.EPOCH_MS:
            return int(value)
        case Parse.DECIMAL:
            return float(value) if dataset.format is Format.XLSX else str(value)
        case Parse.CHOICE | Parse.OPEN_CHOICE | Parse.FLAG:
            return choice_text(column, value)
        case _:
            return value if isinstance(value, int | float) else str(value)


def id_status(number: str) -> str:
    """full, masked, invalid or empty, as in the lake."""
    if not number:
        return "empty"
    if "*" in number:
        return "masked"
    return "full" if len(number) == 18 and identifiers.person_id_check(number[:17]) == number[17] else "invalid"


def _lake_columns(column: Column, value: Any) -> dict[str, Any]:
    """JSON-ready lake columns of one column."""
    name = column.name
    value = None if value == "" else value
    match column.parse:
        case Parse.PERSON_ID:
            number = value or ""
            status = id_status(number)
            mask = identifiers.mask(number) if status == "full" else number if status == "masked" else None
            return {f"{name}_id": number or None, f"{name}_id_status": status, f"{name}_mask": mask}
        case Parse.DATETIME:
            utc = value.replace(tzinfo=SHANGHAI).astimezone(dt.UTC).replace(tzinfo=None) if value else None
            return {
                name: utc.isoformat(sep=" ") if utc else None,
                name.removesuffix("_at") + "_on": value.date().isoformat() if value else None,
            }
        case Parse.DATE_OR_OPEN:
            is_open = f"is_{name.removesuffix('_on')}_open"
            return {name: value.isoformat() if isinstance(value, dt.date) else None, is_open: value == "open"}
        case Parse.DATE | Parse.LAST_DAY | Parse.MONTH:
            return {name: value.isoformat() if value else None}
        case Parse.DECIMAL:
            return {name: None if value is None else str(Decimal(str(value))), f"is_{name}_approximate": False}
        case Parse.CLAUSE:
            return {name: None if value is None else str(value).lower()}
        case Parse.CODE | Parse.ID_LIST:
            return {name: None if value is None else str(value).upper()}
        case Parse.TEXT:
            return {name: " ".join(value.split()) if isinstance(value, str) else value}
        case _:
            return {name: value}


def _position(values: Values) -> dict[str, Any]:
    """The cell of a check-in, if the row has a place."""
    if "site" not in values:
        return {}
    longitude, latitude = values["site"]
    return {"cell_x": math.floor(longitude * 100), "cell_y": math.floor(latitude * 100)}


def lake_values(dataset: Dataset, values: Values) -> dict[str, Any]:
    """JSON-ready lake columns of a row; `<name>_id` holds the number itself instead of its HMAC key."""
    lake: dict[str, Any] = {}
    for column in dataset.columns:
        if column.is_stored:
            lake |= _lake_columns(column, values.get(column.name))
    return lake | _position(values)


def source_key(dataset: Dataset, lake: dict[str, Any]) -> str:
    """The key of a row with these lake columns (marts.md, Provenance): each part in canonical form, however it was written.

    A personal part is the number, or the mask if the identity is unresolved; the lake has the person key instead.
    """
    return "-".join(_key_part(dataset.column(name), lake) for name in dataset.key)


def _key_part(column: Column, lake: dict[str, Any]) -> str:
    match column.parse:
        case Parse.PERSON_ID:
            is_full = lake[f"{column.name}_id_status"] == "full"
            return lake[f"{column.name}_id" if is_full else f"{column.name}_mask"] or ""
        case Parse.MONTH:
            return str(lake[column.name])[:7].replace("-", "")
        case Parse.CHOICE:
            return choice_text(column, lake[column.name])
        case _:
            return str(lake[column.name] or "")


_json_text = json.JSONEncoder(ensure_ascii=False).encode


def json_text(value: Any) -> str:
    """A value as JSON, characters as they are."""
    if type(value) is str:
        return encode_basestring(value)
    return _json_text(value) if value is not None else "null"


def within(columns: dict[str, Any]) -> str:
    """A JSON object without its braces."""
    return ", ".join([f'"{name}": {json_text(value)}' for name, value in columns.items()])


class Form(NamedTuple):
    """How one value is written: its clean cell, that cell in the file's own text, its lake columns and its part of the key
    as JSON text."""

    cell: Cell
    written: str
    lake: str
    key: str


Forms = list[Form]  # of a row, in the order of the contract


class RowForms:
    """How the rows of one dataset are written, from the kept forms of each value."""

    def __init__(self, dataset: Dataset) -> None:
        self._columns = [(column.name, self._kept(dataset, column)) for column in dataset.columns]
        # the platform sends flags and coordinates sometimes as text, sometimes as numbers
        self._as_numbers = [
            (column.name, self._kept(dataset, column, _AS_NUMBER.get(column.header))) for column in dataset.columns
        ]
        self._is_json = dataset.format is Format.JSON
        self._headers = [column.header for column in dataset.columns]
        self._stored = [place for place, column in enumerate(dataset.columns) if column.is_stored]
        self._keys = [self._headers.index(dataset.column(name).header) for name in dataset.key]

    @staticmethod
    def _kept(dataset: Dataset, column: Column, number: Callable[[Any], Cell] | None = None) -> Mapping[Any, Form]:
        written = _WRITTEN[dataset.format]
        header, is_stored, is_key = column.header, column.is_stored, column.name in dataset.key

        def form(value: Any) -> Form:
            cell = _clean_cell(dataset, column, value)
            if number is not None:
                cell = number(cell)
            if not is_stored:
                return Form(cell, written(header, cell), "", "")
            lake = _lake_columns(column, value)
            key = json_text(_key_part(column, lake))[1:-1] if is_key else ""
            return Form(cell, written(header, cell), within(lake), key)

        comes_again = column.parse not in _MADE_ANEW and dataset.key != (column.name,)
        return _Kept(form, MOST_KEPT if comes_again else 0)

    def of(self, values: Values) -> Forms:
        """The forms of a row."""
        value_of = values.get
        is_number = self._is_json and int(values["updated_ms"]) // 1000 % 2 == 0
        return [kept[value_of(name)] for name, kept in (self._as_numbers if is_number else self._columns)]

    def cells(self, forms: Forms) -> dict[str, Cell]:
        """Clean cells by header (or JSON key), in the order of the contract."""
        return {header: form.cell for header, form in zip(self._headers, forms, strict=True)}

    def clean_cells(self, values: Values) -> dict[str, Cell]:
        return self.cells(self.of(values))

    def lake_text(self, forms: Forms, values: Values) -> str:
        """`source_key` and `lake_values` of a row, as they stand in a JSON object."""
        texts = [forms[place].lake for place in self._stored]
        if "site" in values:
            texts.append(within(_position(values)))
        key = "-".join([forms[place].key for place in self._keys])
        return f'"source_key": "{key}", {", ".join(texts)}'


# Moments and what is dropped seldom come again; an amount may be 1 or 1.0.
_MADE_ANEW = (Parse.DATETIME, Parse.DROPPED, Parse.DECIMAL, Parse.POINTS)
_AS_NUMBER: dict[str, Callable[[Any], Cell]] = {
    "scbz": lambda cell: int(str(cell)),
    "jd": lambda cell: float(str(cell)),
    "wd": lambda cell: float(str(cell)),
}
_WRITTEN: dict[Format, Callable[[str, Cell], str]] = {
    Format.XLSX: lambda header, cell: "" if cell is None else plain_cell(cell),
    Format.CSV: lambda header, cell: "" if cell is None else str(cell),
    Format.JSON: lambda header, cell: f"{json_text(header)}:{json_text(cell)}",
}


@cache
def _forms(source: str, name: str) -> RowForms:
    return RowForms(DATASETS[source, name])


def forms_of(dataset: Dataset) -> RowForms:
    """The forms of a dataset's rows, one object in a process."""
    return _forms(dataset.source, dataset.name)
