"""One version of a regime, read from a file into the rows of a rulebook folder.

Belongs here: choosing the reader of a file, required blocks, defaults that depend on other rows. Does not belong here:
keys (`grammar`), values (`values`), formats (`regime_yaml`, `regime_workbook`), whether the rules make sense (`lint`), the
folder on disk (`folder`, `importing`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rulebook import clauses, vocabulary
from rulebook.folder import Row
from rulebook.grammar import BLOCKS, REQUIRED_BLOCKS, missing_key, row_of
from rulebook.labels import BLOCK_LABELS
from rulebook.problems import Problem, RulebookError
from rulebook.regime_workbook import workbook_blocks
from rulebook.regime_yaml import yaml_blocks


def read_regime(path: Path | str) -> dict[str, list[Row]]:
    """The rows of one version, by folder table. Raises RulebookError with file, place and remedy of every problem."""
    problems: list[Problem] = []
    path = Path(path)
    read = workbook_blocks if path.suffix.lower() == ".xlsx" else yaml_blocks
    start, blocks = read(path, problems)
    found = {block: [row_of(entry, block, problems) for entry in entries] for block, entries in blocks.items()}
    for name in REQUIRED_BLOCKS:
        if name not in found:
            problems.append(
                Problem(
                    start.at_key(name),
                    "missing_key",
                    f"the file lacks the block {name}",
                    f"Add {name}; in a workbook, a sheet named {BLOCK_LABELS[name].names[0]}.",
                )
            )
    if problems:
        raise RulebookError(problems)
    return _completed(found, problems)


def _completed(found: dict[str, list[Row]], problems: list[Problem]) -> dict[str, list[Row]]:
    """The rows with the defaults that depend on other rows, and with the version's id."""
    version = found["rulebook"][0]
    rulebook_id = version["rulebook_id"]
    if version["regime_code"] is None:
        version = _changed(version, regime_code=rulebook_id)
    items = [
        _changed(
            row,
            title_en=row["title_en"] or row["title_zh"],
            effect=row["effect"][0],
            effect_grade=row["effect"][1],
            points=None if row["points"] == vocabulary.ROW else row["points"],
            points_from=vocabulary.ROW if row["points"] == vocabulary.ROW else vocabulary.ITEM,
        )
        for row in found["items"]
    ]
    if "clauses" in found:
        entries = [_clause_entry(row, problems) for row in found["clauses"]]
    else:
        evidence_items = {row["item_code"] for row in items if row["fact"] == vocabulary.EVIDENCE}
        entries = [
            Row(entry, version.place)
            for entry in clauses.default_map()
            if entry["item_code"] is None or entry["item_code"] in evidence_items
        ]
        # An exception (item null) is useful only beside the rule that it is an exception to.
        reached = {(row["dataset"], row["clause"]) for row in entries if row["item_code"] is not None}
        entries = [row for row in entries if (row["dataset"], row["clause"]) in reached]
    bands = [_band(row, rank, problems) for rank, row in enumerate(found.get("bands", []), start=1)]
    repair = found.get("repair") or [Row({key.column: key.default for key in BLOCKS["repair"].values()}, version.place)]
    if problems:
        raise RulebookError(problems)
    tables = {
        "rulebooks": [version],
        "components": found["components"],
        "items": items,
        "clause_items": entries,
        "bands": bands,
        "measures": found.get("measures", []),
        "repair_policy": repair,
    }
    return {name: [_changed(row, rulebook_id=rulebook_id) for row in rows] for name, rows in tables.items()}


def _clause_entry(row: Row, problems: list[Problem]) -> Row:
    """An entry of the clause map with its items, from either of its keys."""
    used = [key for key in ("item_code", "item_codes") if key in row.keys]
    if len(used) != 1:
        problems.append(
            Problem(
                row.place.at_key("item"),
                "repeated_key" if used else "missing_key",
                "an entry of clauses has both item and items" if used else "clauses lacks the key item",
                "Write item: CODE, items: [CODE, CODE], or item: null if the clause does not score.",
            )
        )
    values = {name: value for name, value in row.values.items() if name != "item_codes"}
    keys = {"item_code" if name == "item_codes" else name: place for name, place in row.keys.items()}
    return Row(
        values | {"clause": row["clause"] or clauses.EMPTY, "item_code": row["item_code"] or row["item_codes"]},
        row.place,
        keys,
    )


def _band(row: Row, rank: int, problems: list[Problem]) -> Row:
    """A band with its rank. For each bound, the file must say whether the bound belongs to the band."""
    values: dict[str, Any] = {"grade_rank": rank}
    for bound, flag, key in (("lo", "is_lo_inclusive", "lo_inc"), ("hi", "is_hi_inclusive", "hi_inc")):
        if row[flag] is None and row[bound] is not None:
            problems.append(
                missing_key(row.place, "bands", key, f"Add {key}: it has no default if {bound} is a number.")
            )
        values[flag] = bool(row[flag])
    return _changed(row, **values)


def _changed(row: Row, **values: Any) -> Row:
    return Row(dict(row.values) | values, row.place, row.keys)
