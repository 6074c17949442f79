"""The identity of a rulebook's tables, for results that are kept as long as the rules do not change.

Belongs here: which columns can change a score. Does not belong here: reading a folder, revisions of the program.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import pyarrow as pa

# Columns that only explain: new wording does not change any score.
WORDING = frozenset({"title_zh", "title_en", "document", "legal_basis"})


def identity(tables: Mapping[str, pa.Table]) -> dict[str, list[str]]:
    """The content of the tables, independent of the order of their rows."""
    return {
        name: sorted(json.dumps(row, default=str, sort_keys=True) for row in table.to_pylist())
        for name, table in sorted(tables.items())
    }


def scoring_identity(tables: Mapping[str, pa.Table]) -> dict[str, list[str]]:
    """The content that can change a score: without titles, documents and legal bases."""
    return identity(
        {name: table.drop_columns(sorted(WORDING & set(table.column_names))) for name, table in tables.items()}
    )
