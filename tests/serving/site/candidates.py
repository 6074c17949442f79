"""A candidate with a row for every text: the public's tables as dbt's YAML describes them, over the default rulebook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.building.rules import rulebook_folder
from rulebook.folder import build_tables, read_folder
from serving.audiences import TABLES, Audience
from serving.outputs.site.downloads import TABLES as PUBLISHED
from serving.releases.candidate import Candidate
from tests.house.project import model_properties

DAY = dt.date(2026, 6, 1)
REGIME = "jiaozuo"
RULEBOOK = "jz-2024-draft"
_TYPES: dict[str, pa.DataType] = {
    "string": pa.string(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
}
# Texts that are keys: what a feed says never stands in them.
_KEYS = {"agency_id", "line_id", "rulebook_id", "incomplete_because", "period", "list_code", "directory_status"}
READ = (*(f"publication.{name}" for name in PUBLISHED), *TABLES[Audience.PUBLIC])


def key_of(place: int) -> str:
    return f"91410800MA{place:08d}"


def _value(column: str, kind: str, text: str, place: int) -> Any:
    fixed: dict[str, Any] = {
        "agency_id": key_of(place),
        "line_id": f"{place:032x}",
        "counted_by_line_id": f"{place:032x}",
        "rulebook_id": RULEBOOK,
        "incomplete_because": "complaints/media 2026-05-25 drop_held",
        "period": f"2026Q{place}",
        "list_code": "publish",
        "directory_status": "published",
        "valid_from_on": DAY - dt.timedelta(days=30),
        "valid_until_on": DAY + dt.timedelta(days=30),
        "changed_on": DAY - dt.timedelta(days=place % 60),
        "exited_on": DAY - dt.timedelta(days=place),
    }
    if column in fixed:
        return fixed[column]
    match kind:
        case "string":
            return text
        case "boolean":
            return True
        case "date":
            return DAY
        case "integer" | "bigint":
            return 1
        case _:
            return Decimal("90.00")


def rows_of(table: str, texts: Sequence[str]) -> pa.Table:
    """A row for each text, which stands in every column that holds text of a feed."""
    columns = {
        column["name"]: column["data_type"].strip('"')
        for column in model_properties()[table.partition(".")[2]]["columns"]
    }
    schema = pa.schema([(name, _TYPES.get(kind, pa.decimal128(18, 2))) for name, kind in columns.items()])
    return pa.Table.from_pylist(
        [{name: _value(name, kind, text, place) for name, kind in columns.items()} for place, text in enumerate(texts)],
        schema=schema,
    )


@contextmanager
def candidate(
    folder: Path,
    texts: Sequence[str],
    rule_text: str | None = None,
    released_at: dt.datetime = dt.datetime(2026, 6, 2),
) -> Iterator[Candidate]:
    """A candidate whose every table has a row for each text; `rule_text` stands in the rulebook's free texts."""
    folder.mkdir(parents=True, exist_ok=True)
    rules = build_tables(read_folder(rulebook_folder(None, None)), REGIME)
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as firemark; use firemark")
        for table in READ:
            made = rows_of(table, texts)
            if table == "publication.rpt_exit_notices":
                made = made.slice(0, 0)
            _put(connection, table, made)
        for name, rows in rules.items():
            _put(connection, f"rulebook.{name}", rows if rule_text is None else _retold(rows, rule_text))
        description = {
            "release_id": "2026-06-01-abc",
            "as_of_on": DAY.isoformat(),
            "known_on": None,
            "rulebook_id": RULEBOOK,
            "is_provisional": True,
            "input_files": [
                {"source": "complaints", "dataset": "hotline", "received_on": "2026-05-28", "status": "loaded"}
            ],
        }
        yield Candidate(
            folder,
            connection,
            "firemark",
            description,
            [],
            released_at,
            content_hashes=dict.fromkeys(READ, "0" * 64),
        )


def add_step(one: Candidate) -> None:
    """Makes every score 70, a C, and 50, a D, from the day on which the lines end: each agency's page has a chart."""
    one.connection.execute(
        "update credit.fct_score_history set score = 70, grade = 'C', score_grade_reason = 'band', "
        "change_cause = 'determination'"
    )
    one.connection.execute(
        "insert into credit.fct_score_history select * replace (50 as score, 'D' as grade, 'expiry' as change_cause, "
        "valid_until_on as valid_from_on, null as valid_until_on) from credit.fct_score_history"
    )


def _put(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    schema, _, _ = table.partition(".")
    connection.execute(f"create schema if not exists {schema}")
    connection.register("rows", rows)
    connection.execute(f"create table {table} as select * from rows")
    connection.unregister("rows")


def _retold(rows: pa.Table, text: str) -> pa.Table:
    for name in ("document", "title_zh", "title_en", "legal_basis", "severity", "clause"):
        if name in rows.column_names:
            place = rows.column_names.index(name)
            rows = rows.set_column(place, rows.schema.field(name), pa.array([text] * len(rows), pa.string()))
    return rows
