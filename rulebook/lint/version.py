"""One version's rules, as the checks need them.

Does not belong here: any check.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from rulebook.folder import Folder, Row

FINEST = Decimal("0.01")  # the score step of a version that names none


@dataclass(frozen=True)
class Version:
    """A version with its rows, and the other versions of its regime, because lines continue across versions."""

    row: Row
    components: dict[str, Row]
    items: dict[str, Row]
    clauses: tuple[Row, ...]
    bands: tuple[Row, ...]
    measures: tuple[Row, ...]
    repair: Row
    siblings: dict[str, Row]  # the rows of `rulebooks` of its regime, including this one
    all_components: dict[str, Row]  # of this version, else of another version that has them
    all_items: tuple[Row, ...]  # of every version of the regime

    @classmethod
    def of(cls, folder: Folder, row: Row) -> Version:
        rulebook_id = row["rulebook_id"]
        siblings = {other["rulebook_id"]: other for other in folder.versions(row["regime_code"])}
        components = {entry["component_code"]: entry for entry in folder.rows("components", rulebook_id)}
        return cls(
            row=row,
            components=components,
            items={entry["item_code"]: entry for entry in folder.rows("items", rulebook_id)},
            clauses=folder.rows("clause_items", rulebook_id),
            bands=folder.rows("bands", rulebook_id),
            measures=folder.rows("measures", rulebook_id),
            repair=folder.rows("repair_policy", rulebook_id)[0],
            siblings=siblings,
            all_components={
                entry["component_code"]: entry for other in siblings for entry in folder.rows("components", other)
            }
            | components,
            all_items=tuple(entry for other in siblings for entry in folder.rows("items", other)),
        )
