"""What the public may read of a ledger on a day, line by line: a naive reading of credit.md 6.13 and marts.md, Public ledger.

Belongs here: the reading, and asking a mart for the same on every day. Does not belong here: making cities, the ledger itself
(naive).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterator, Mapping
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
Told = Counter[tuple[Any, ...]]
ONE_DAY = dt.timedelta(days=1)


def holds(row: Row, on: dt.date) -> bool:
    """Whether a day lies in a row's span."""
    return row["valid_from_on"] <= on and (row["valid_until_on"] is None or on < row["valid_until_on"])


def is_line(row: Row, on: dt.date) -> bool:
    """Whether a line of the ledger is in force of itself."""
    return (
        row["line_kind"] in ("misconduct", "merit", "fact", "superseded")
        and holds(row, on)
        and (row["repaired_on"] is None or on < row["repaired_on"])
    )


def expected(lines: list[Row], base: Decimal | None, on: dt.date) -> Told:
    """What 6.13 lets the public read of one agency on a day; without a base there is no score to add up to."""
    in_force = [row for row in lines if is_line(row, on)]
    public = [row for row in in_force if row["public_until_on"] is None or on <= row["public_until_on"]]
    shown = {row["line_id"] for row in public}
    untold = [row for row in in_force if row["line_id"] not in shown and row["line_kind"] == "misconduct"]
    told: Told = Counter()
    for row in public:
        counted_by = row["counted_by_line_id"] if row["counted_by_line_id"] in shown else None
        told[row["line_kind"], row["line_id"], row["item_code"], row["points"], counted_by] += 1
    if base is None:
        return told
    rest = sum((row["points"] for row in untold), Decimal())
    taken: dict[tuple[str | None, str | None], Decimal] = defaultdict(Decimal)
    for row in lines:
        if row["line_kind"] == "cap_adjustment" and holds(row, on):
            taken[row["component_code"], row["item_code"]] += row["points"]
    for (component, item), points in taken.items():
        if any(component in (None, row["component_code"]) and item in (None, row["item_code"]) for row in untold):
            rest += points
        elif points:
            told["cap_adjustment", None, item, points, None] += 1
    told["base", None, None, base, None] += 1
    if rest:
        told["publicity_ended", None, None, rest, None] += 1
    return told


def has_notice(lines: list[Row], on: dt.date) -> bool:
    """Whether a notice of misconduct is public on a day, whichever line counts."""
    return any(
        is_line(row, on)
        and row["line_kind"] in ("misconduct", "superseded")
        and row["dataset"] != "merit_claims"
        and (row["public_until_on"] is None or on <= row["public_until_on"])
        for row in lines
    )


def by_agency(rows: list[Row]) -> dict[str, list[Row]]:
    """Rows by the agency that they are of."""
    found = defaultdict(list)
    for row in rows:
        found[row["agency_id"]].append(row)
    return found


def days_around(rows: list[Row], from_on: dt.date) -> Iterator[dt.date]:
    """Each day on which something may move, and the day before it."""
    ends = {row[name] for row in rows for name in ("valid_from_on", "valid_until_on", "repaired_on") if row.get(name)}
    ends |= {row["public_until_on"] + ONE_DAY for row in rows if row.get("public_until_on")}
    yield from sorted({day for end in ends | {from_on} for day in (end - ONE_DAY, end) if day >= from_on})


def compared(
    query: Callable[[str], list[Row]],
    bases: Mapping[str, Decimal],
    as_of_on: dt.date,
    known: Container[str] | None = None,
) -> Counter[str]:
    """Asks a warehouse for what is public on each day from as_of_on on which something moves; gives how often each kind
    of line was told. Whoever has no notice and is not among those `known` (null = all are) is told of nowhere.

    Raises AssertionError for the first day that is read otherwise or does not add up.
    """
    ledger, public = (
        by_agency(query(f"from {name}")) for name in ("credit.fct_point_ledger", "publication.rpt_public_ledger")
    )
    seen: Counter[str] = Counter()
    for agency_id, spans in by_agency(query("from credit.fct_score_history")).items():
        days = list(days_around([*ledger[agency_id], *public[agency_id], *spans], as_of_on))
        if known is not None and agency_id not in known and not any(has_notice(ledger[agency_id], on) for on in days):
            assert not public[agency_id], agency_id
            continue
        for on in days:
            (span,) = [row for row in spans if holds(row, on)] or [None]
            if span is None:
                continue
            told = [row for row in public[agency_id] if holds(row, on)]
            found: Told = Counter(
                (
                    row["line_kind"],
                    row["line_id"] if row["dataset"] else None,
                    row["item_code"],
                    row["points"],
                    row["counted_by_line_id"],
                )
                for row in told
            )
            base = None if span["score"] is None else bases[span["rulebook_id"]]
            assert found == expected(ledger[agency_id], base, on), (agency_id, on)
            if span["score"] is not None:
                assert sum(row["points"] for row in told) == span["score"], (agency_id, on)
            seen.update({row["line_kind"] for row in told})
    return seen
