"""A typed row as the export writes it, and as the lake must contain it.

Belongs here: values -> clean cells, values -> lake columns, through the contracts. Does not belong here: files (see
`files`), cells that are dirty on purpose (see `dirt`).
"""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import Any

from ingestion.contract import Column, Dataset, Format, Parse
from sample_city import identifiers
from sample_city.model import Values
from sample_city.work import SHANGHAI

Cell = str | int | float | dt.date | None


def choice_text(column: Column, code: Any) -> str:
    """The export's word for a code in the lake."""
    wanted = str(code).lower() if isinstance(code, bool) else code
    for text, known in column.choices.items():
        if known == wanted:
            return text
    if column.parse is Parse.OPEN_CHOICE:
        return str(code)
    raise ValueError(f"{column.name}: no export text for {code!r}")


def clean_cell(dataset: Dataset, column: Column, value: Any) -> Cell:
    """The cell in its clean form."""
    if value is None or value == "":
        return None if dataset.format is not Format.JSON else ""
    match column.parse:
        case Parse.DATE:
            return f"{value:%Y-%m-%d}"
        case Parse.DATETIME:
            return f"{value:%Y-%m-%d %H:%M:%S}"
        case Parse.MONTH:
            return f"{value:%Y%m}" if dataset.format is Format.CSV else f"{value:%Y-%m}"
        case Parse.DATE_OR_OPEN:
            return "长期" if value == "open" else f"{value:%Y-%m-%d}"
        case Parse.INTEGER | Parse.EPOCH_MS:
            return int(value)
        case Parse.DECIMAL:
            return float(value) if dataset.format is Format.XLSX else str(value)
        case Parse.CHOICE | Parse.OPEN_CHOICE | Parse.FLAG:
            return choice_text(column, value)
        case _:
            return value if isinstance(value, int | float) else str(value)


def clean_cells(dataset: Dataset, values: Values) -> dict[str, Cell]:
    """Cells by header (or JSON key), in the order of the contract."""
    cells = {column.header: clean_cell(dataset, column, values.get(column.name)) for column in dataset.columns}
    if dataset.format is Format.JSON:
        # the platform sends flags and coordinates sometimes as text, sometimes as numbers
        as_number = int(values["updated_ms"]) // 1000 % 2 == 0
        if as_number:
            cells["scbz"] = int(str(cells["scbz"]))
            for key in ("jd", "wd"):
                if key in cells:
                    cells[key] = float(str(cells[key]))
    return cells


def id_status(number: str) -> str:
    """full, masked, invalid or empty, as in the lake."""
    if not number:
        return "empty"
    if "*" in number:
        return "masked"
    return "full" if len(number) == 18 and identifiers.person_id_check(number[:17]) == number[17] else "invalid"


def lake_values(dataset: Dataset, values: Values) -> dict[str, Any]:
    """JSON-ready lake columns of a row; `<name>_id` holds the number itself instead of its HMAC key."""
    lake: dict[str, Any] = {}
    for column in dataset.columns:
        if not column.is_stored:
            continue
        value = values.get(column.name)
        value = None if value == "" else value
        match column.parse:
            case Parse.PERSON_ID:
                number = value or ""
                status = id_status(number)
                lake[f"{column.name}_id"] = number or None
                lake[f"{column.name}_id_status"] = status
                if status == "full":
                    lake[f"{column.name}_mask"] = identifiers.mask(number)
                else:
                    lake[f"{column.name}_mask"] = number if status == "masked" else None
            case Parse.DATETIME:
                local = column.name.removesuffix("_at") + "_on"
                utc = value.replace(tzinfo=SHANGHAI).astimezone(dt.UTC).replace(tzinfo=None) if value else None
                lake[column.name] = utc.isoformat(sep=" ") if utc else None
                lake[local] = value.date().isoformat() if value else None
            case Parse.DATE_OR_OPEN:
                lake[column.name] = value.isoformat() if isinstance(value, dt.date) else None
                lake[f"is_{column.name.removesuffix('_on')}_open"] = value == "open"
            case Parse.DATE | Parse.LAST_DAY | Parse.MONTH:
                lake[column.name] = value.isoformat() if value else None
            case Parse.DECIMAL:
                lake[column.name] = None if value is None else str(Decimal(str(value)))
                lake[f"is_{column.name}_approximate"] = False
            case Parse.CLAUSE:
                lake[column.name] = None if value is None else str(value).lower()
            case Parse.CODE | Parse.ID_LIST:
                lake[column.name] = None if value is None else str(value).upper()
            case Parse.TEXT:
                lake[column.name] = " ".join(value.split()) if isinstance(value, str) else value
            case _:
                lake[column.name] = value
    if "site" in values:
        longitude, latitude = values["site"]
        lake["cell_x"], lake["cell_y"] = math.floor(longitude * 100), math.floor(latitude * 100)
    return lake


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
