"""Clauses and the items that they refer to.

Does not belong here: the normal form of a clause (`ingestion.parsing`), which clauses can occur (`rulebook.clauses`).
"""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.parsing import clause_text
from rulebook import clauses, vocabulary
from rulebook.folder import Row, split_list
from rulebook.lint.version import Version
from rulebook.problems import Problem, suggestion


def check_clauses(version: Version) -> Iterator[Problem]:
    """Items that no entry refers to, and entries that match nothing."""
    reached = {
        code
        for row in version.clauses
        if clauses.can_occur(row["clause"], row["dataset"])
        for code in split_list(row["item_code"])
    }
    for row in version.items.values():
        if row["fact"] == vocabulary.EVIDENCE and row["item_code"] not in reached:
            yield Problem(
                row.at("item_code"),
                "item_unreached",
                f"no clause and no fact refers to item {row['item_code']}",
                "Add an entry to clauses with a clause that exports write, or give the item a fact.",
            )
    for row in version.clauses:
        for code in split_list(row["item_code"]):
            yield from _check_target(version, row, code)
        if row["level_code"] is not None and row["dataset"] != clauses.MERIT_DATASET:
            yield Problem(
                row.at("level_code"), "level_without_merit", "only merit claims have a level", "Leave the level out."
            )
        if row["clause"] != clauses.EMPTY and not clauses.can_occur(row["clause"], row["dataset"]):
            normal = clause_text(row["clause"])
            is_writable = clauses.can_occur(normal, row["dataset"])
            yield Problem(
                row.at("clause"),
                "clause_not_normal",
                f"clause {row['clause']} can never match a clause of an export",
                f"Write {normal}." if is_writable else "Write the clause as in the export, with at most 40 characters.",
            )


def _check_target(version: Version, row: Row, code: str) -> Iterator[Problem]:
    """Whether an entry may refer to an item."""
    item, target = version.items.get(code), f"clause {row['clause'] or '(empty)'} refers to {code}"
    if item is None:
        yield Problem(
            row.at("item_code"),
            "clause_item_unknown",
            f"{target}, which is not an item",
            suggestion(code, version.items, "Items of this version"),
        )
        return
    if item["fact"] != vocabulary.EVIDENCE:
        yield Problem(
            row.at("item_code"),
            "clause_item_fact",
            f"{target}, whose fact is {item['fact']}",
            "Only an item whose fact is evidence takes clauses.",
        )
    without = [name for name in clauses.datasets_of(row["dataset"]) if name not in clauses.WITH_POINTS]
    if item["points_from"] == vocabulary.ROW and without:
        yield Problem(
            row.at("item_code"),
            "row_points_missing",
            f"{target}, whose points are the row's own 扣分, but rows of {', '.join(without)} have none",
            f"Write an entry for each of: {', '.join(sorted(clauses.WITH_POINTS))}.",
        )
