"""Clauses and the items that they lead to.

Does not belong here: how a clause is written (`ingestion.parsing`), what an export can say (`rulebook.clauses`).
"""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.parsing import clause_text
from rulebook import clauses, vocabulary
from rulebook.lint.version import Version
from rulebook.problems import Problem


def check_clauses(version: Version) -> Iterator[Problem]:
    """Items that nothing leads to, and entries that lead nowhere."""
    reached = {row["item_code"] for row in version.clauses if clauses.passes_the_door(row["clause"], row["dataset"])}
    for row in version.items.values():
        if row["fact"] == vocabulary.EVIDENCE and row["item_code"] not in reached:
            yield Problem(
                row.at("item_code"),
                "item_unreached",
                f"no clause and no fact leads to item {row['item_code']}",
                "Add it to clauses with a clause that exports write, or give it a fact.",
            )
    for row in version.clauses:
        item = version.items.get(row["item_code"])
        if row["item_code"] is not None and item is None:
            yield Problem(
                row.at("item_code"),
                "clause_item_unknown",
                f"clause {row['clause'] or '(empty)'} leads to {row['item_code']}, which is no item",
                "Name an item of this version.",
            )
        elif item is not None and item["fact"] != vocabulary.EVIDENCE:
            yield Problem(
                row.at("item_code"),
                "clause_item_fact",
                f"clause {row['clause'] or '(empty)'} leads to {row['item_code']}, whose fact is {item['fact']}",
                "Only an item whose fact is evidence takes clauses.",
            )
        if row["level_code"] is not None and row["dataset"] != clauses.MERIT_DATASET:
            yield Problem(
                row.at("level_code"), "level_without_merit", "only merit claims have a level", "Leave the level out."
            )
        if row["clause"] != clauses.EMPTY and not clauses.passes_the_door(row["clause"], row["dataset"]):
            normal = clause_text(row["clause"])
            is_writable = clauses.passes_the_door(normal, row["dataset"])
            yield Problem(
                row.at("clause"),
                "clause_not_normal",
                f"clause {row['clause']} never equals one from the door",
                f"Write {normal}." if is_writable else "Write what stands in the export, at most 40 characters.",
            )
