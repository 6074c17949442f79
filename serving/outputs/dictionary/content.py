"""What a data dictionary says: tables and columns as the marts have them, in the words of the column dictionary.

Belongs here: reading names, comments and functions of the marts, and joining words, keys and codes. Does not belong
here: files (`serving.outputs.dictionary`), which columns an audience sees (`serving.audiences`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from serving.audiences import SCHEMAS, Audience, require_visible
from serving.dictionary import Entry, code_list, entries, value_words, words_of
from serving.dictionary.grains import grains
from serving.releases import catalogue, checks
from serving.releases.candidate import Candidate


@dataclass(frozen=True)
class Column:
    """A column: its entry, what it means in this table, and the list of its codes here, empty where it has none."""

    entry: Entry
    meaning: str
    code_list: str


@dataclass(frozen=True)
class Table:
    """A table or view. `on_any_day` is the function that gives its rows on a day, null where there is none."""

    name: str  # schema.table
    zh: str
    en: str
    meaning: str
    key: tuple[str, ...]
    on_any_day: str | None
    columns: tuple[Column, ...]


def tables_for(candidate: Candidate, audience: Audience) -> list[Table]:
    """Every table of the audience's schemas, by schema and name. Raises ColumnNotAllowedError."""
    found = {
        one.full_name: one for one in catalogue.relations(candidate.connection, SCHEMAS[audience], candidate.database)
    }
    on_any_day = {
        f"{macro.schema}.{macro.name.removesuffix('_as_of')}": f"{macro.schema}.{macro.name}({', '.join(macro.parameters)})"
        for macro in catalogue.table_macros(candidate.connection, SCHEMAS[audience], candidate.database)
    }
    if (own := _of_checks()).schema in SCHEMAS[audience]:
        found[own.full_name] = own
    tables = []
    for schema in SCHEMAS[audience]:
        for name in sorted(name for name, relation in found.items() if relation.schema == schema):
            relation = found[name]
            require_visible(audience, name, [column.name for column in relation.columns])
            zh, en = value_words("table", relation.name)
            columns = tuple(
                Column(
                    entries()[one.name], _meaning(entries()[one.name], one.comment), code_list(relation.name, one.name)
                )
                for one in relation.columns
            )
            key = grains().get(name, checks.KEY if name == checks.TABLE else ())
            tables.append(Table(name, zh, en, relation.comment or "", key, on_any_day.get(name), columns))
    return tables


def _of_checks() -> catalogue.Relation:
    """The mart that no model makes, as it will be in the release."""
    schema, _, name = checks.TABLE.partition(".")
    columns = tuple(catalogue.Column(column, "", comment) for column, comment in checks.COLUMN_COMMENTS.items())
    return catalogue.Relation(schema, name, checks.TABLE_COMMENT, columns)


def described(audience: Audience, tables: Sequence[Table]) -> dict[str, Any]:
    """The dictionary as plain values; `codes` has the code lists of the columns that are in it."""
    code_lists = sorted({column.code_list for table in tables for column in table.columns if column.code_list})
    return {
        "audience": audience.value,
        "tables": [
            {
                "table": table.name,
                "zh": table.zh,
                "en": table.en,
                "meaning": table.meaning,
                "key": list(table.key),
                "on_any_day": table.on_any_day,
                "columns": [
                    {name: getattr(column.entry, name) for name in ("name", "zh", "en", "type", "unit")}
                    | {"meaning": column.meaning, "code_list": column.code_list}
                    for column in table.columns
                ],
            }
            for table in tables
        ],
        "codes": {name: {value: list(words) for value, words in words_of(name).items()} for name in code_lists},
    }


def _meaning(entry: Entry, comment: str | None) -> str:
    """What follows the label in a comment."""
    return (comment or "").removeprefix(f"{entry.zh} · ")
