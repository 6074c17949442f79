"""What each file received is worth in one build: loaded, duplicate, held or replaced. Pure, decided anew in each build.

Belongs here: duplicates, stale lists, the row floor, accepted drops, files replaced under their name, by received_on
and then file name alone, so that the order of arrival can never matter. Does not belong here: reading files or the
manifest.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby

from ingestion.contract import Dataset, Kind
from ingestion.manifest import Part, PartKey, Receipt

_HASH_SHOWN = 12  # digits, which tell two contents of one name apart
FLOOR_RATIO_PERCENT = 10  # sources.md: at most this share of the last snapshot's rows holds a drop


class Status(StrEnum):
    """The outcome of one file."""

    LOADED = "loaded"
    DUPLICATE = "duplicate"
    HELD = "held"
    REPLACED = "replaced"  # it could not be read, and another content of its name and drop could


@dataclass(frozen=True, slots=True)
class Repeats:
    """How many accepted and quarantined rows of a file repeat rows of earlier files of its drop."""

    accepted_count: int = 0
    quarantined_count: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One file's outcome and counts. A held or replaced file counts no row at all: nothing of it was taken in."""

    receipt: Receipt
    status: Status
    reason_code: str | None = None
    message: str | None = None
    read_count: int = 0
    accepted_count: int = 0
    quarantined_count: int = 0
    duplicate_count: int = 0
    list_as_of_on: dt.date | None = None
    hidden_sheet_count: int | None = None
    drop_accepted_on: dt.date | None = None


DropKey = tuple[str, str, dt.date]
# Per drop: the parts that may be loaded, in order -> how many rows of each repeat rows of those before it.
CountRepeats = Callable[[Sequence[PartKey]], Mapping[PartKey, Repeats]]


def decide(
    receipts: Iterable[Receipt],
    parts: Mapping[PartKey, Part],
    datasets: Mapping[tuple[str, str], Dataset],
    accepted_drops: Mapping[DropKey, dt.date],
    count_repeats: CountRepeats,
    *,
    known_on: dt.date | None = None,
) -> list[Outcome]:
    """Outcomes of all files received by `known_on` (None: all), by dataset, received_on, file name, hash.

    `accepted_drops` gives the day on which a drop below the floor was accepted; it counts from that day on.
    A receipt without a part, or of a dataset that has no contract any more, is left out.
    """
    known = sorted(
        receipt
        for receipt in receipts
        if (known_on is None or receipt.received_on <= known_on)
        and receipt.part_key in parts
        and (receipt.source, receipt.dataset) in datasets
    )
    accepted = {drop: on for drop, on in accepted_drops.items() if known_on is None or on <= known_on}
    outcomes: list[Outcome] = []
    for key, group in groupby(known, key=lambda receipt: (receipt.source, receipt.dataset)):
        outcomes += _decide_dataset(datasets[key], list(group), parts, accepted, count_repeats)
    return outcomes


def _decide_dataset(
    dataset: Dataset,
    receipts: list[Receipt],
    parts: Mapping[PartKey, Part],
    accepted: Mapping[DropKey, dt.date],
    count_repeats: CountRepeats,
) -> list[Outcome]:
    is_snapshot = dataset.kind is Kind.SNAPSHOT
    loaded: set[tuple[str, dt.date | None]] = set()  # contents loaded; of a snapshot, per day
    newest_list_on: dt.date | None = None
    last_rows = 0
    outcomes: list[Outcome] = []
    for received_on, group in groupby(receipts, key=lambda receipt: receipt.received_on):
        drop: list[Outcome] = []
        for receipt in group:
            part = parts[receipt.part_key]
            content = (receipt.file_hash, received_on if is_snapshot else None)
            outcome = Outcome(
                receipt,
                Status.LOADED,
                list_as_of_on=part.list_as_of_on,
                hidden_sheet_count=part.hidden_sheet_count,
                drop_accepted_on=accepted.get((receipt.source, receipt.dataset, received_on)),
            )
            if part.reason_code is not None:
                message = f"{receipt.place}: {part.message}"
                drop.append(replace(outcome, status=Status.HELD, reason_code=part.reason_code, message=message))
                continue
            if content in loaded:
                drop.append(_as_duplicate(outcome, part))
                continue
            if part.list_as_of_on and newest_list_on and part.list_as_of_on < newest_list_on:
                drop.append(_as_stale(outcome, newest_list_on))
                continue
            loaded.add(content)
            outcome = _as_loaded(outcome, part)
            if part.list_as_of_on and part.list_as_of_on > received_on:
                drop.append(_noted(outcome, "list_date_after_receipt", _LIST_DATE_AFTER_RECEIPT))
                continue  # a slip of the pen must not make every later list an older one
            newest_list_on = part.list_as_of_on or newest_list_on
            drop.append(outcome)
        _count_repeated_rows(drop, count_repeats)
        rows = sum(outcome.accepted_count for outcome in drop if outcome.status is Status.LOADED)
        is_any = any(outcome.status is Status.LOADED for outcome in drop)
        is_low = is_snapshot and is_any and last_rows > 0 and rows * 100 <= last_rows * FLOOR_RATIO_PERCENT
        if is_low and drop[0].drop_accepted_on is None:
            drop = [_below_floor(outcome, rows, last_rows) for outcome in drop]
        elif is_any:
            last_rows = rows
        outcomes += _told_of_versions(_with_replaced(drop, parts))
    return outcomes


_LIST_DATE_AFTER_RECEIPT = (
    "the day after 截至 in the title lies after the day of receipt: the list is loaded, and older ones are not told by "
    "it. Correct the title, or the folder's date."
)
_TWO_VERSIONS = (
    "another file of this name and day holds other rows, and both are loaded. Which of two rows with one key counts does "
    "not follow from the order of arrival: put the right file into the folder of a later day."
)


def _noted(outcome: Outcome, reason_code: str, said: str) -> Outcome:
    """A loaded file of which something is to be told all the same."""
    before = outcome.message or f"{outcome.receipt.place}:"
    return replace(outcome, reason_code=reason_code, message=f"{before} {said}")


def _with_replaced(drop: list[Outcome], parts: Mapping[PartKey, Part]) -> list[Outcome]:
    """Marks what could not be read where another content of the same name and drop was taken in: half of a copy, say,
    before the whole. A file that could be read is never replaced, whatever else it is held for.
    """
    taken: dict[str, Outcome] = {}
    for outcome in drop:
        if outcome.status in (Status.LOADED, Status.DUPLICATE):
            taken.setdefault(outcome.receipt.file_name, outcome)
    return [
        _as_replaced(outcome, taken[outcome.receipt.file_name])
        if parts[outcome.receipt.part_key].reason_code is not None and outcome.receipt.file_name in taken
        else outcome
        for outcome in drop
    ]


def _as_replaced(outcome: Outcome, by: Outcome) -> Outcome:
    """Keeps the reason for which it could not be read."""
    receipt = outcome.receipt
    return replace(
        outcome,
        status=Status.REPLACED,
        message=(
            f"{receipt.place}: this content ({receipt.file_hash[:_HASH_SHOWN]}) could not be read "
            f"({outcome.reason_code}) and was replaced by another one under its name "
            f"({by.receipt.file_hash[:_HASH_SHOWN]}, {by.status}). Nothing is left to do."
        ),
    )


def _told_of_versions(drop: list[Outcome]) -> list[Outcome]:
    """Of two loaded files of one name and day none is known to be the later: the order of arrival never counts."""
    names = Counter(outcome.receipt.file_name for outcome in drop if outcome.status is Status.LOADED)
    return [
        _noted(outcome, "two_versions", _TWO_VERSIONS)
        if outcome.status is Status.LOADED and names[outcome.receipt.file_name] > 1
        else outcome
        for outcome in drop
    ]


def _as_loaded(outcome: Outcome, part: Part) -> Outcome:
    return replace(
        outcome,
        read_count=part.read_count,
        accepted_count=part.accepted_count,
        quarantined_count=part.quarantined_count,
        duplicate_count=part.duplicate_count,
        message=f"{outcome.receipt.place}: {part.message}." if part.message else None,
    )


def _as_duplicate(outcome: Outcome, part: Part) -> Outcome:
    return replace(
        outcome,
        status=Status.DUPLICATE,
        reason_code="same_content",
        read_count=part.read_count,
        duplicate_count=part.read_count,
    )


def _as_stale(outcome: Outcome, newest_list_on: dt.date) -> Outcome:
    receipt = outcome.receipt
    return replace(
        outcome,
        status=Status.HELD,
        reason_code="stale_snapshot",
        message=(
            f"{receipt.place}: the title says 截至 {outcome.list_as_of_on}, but a list of {newest_list_on} was received "
            "before. Ask for the current list."
        ),
    )


def _below_floor(outcome: Outcome, rows: int, last_rows: int) -> Outcome:
    """A drop below the floor is held whole: its loaded files, and what were copies of them."""
    if outcome.status is Status.HELD:
        return outcome
    receipt = outcome.receipt
    drop = f"{receipt.source}/{receipt.dataset}/{receipt.received_on}"
    quarantined = f" ({outcome.quarantined_count} more would be quarantined)" if outcome.quarantined_count else ""
    return Outcome(
        receipt,
        Status.HELD,
        "row_floor",
        f"{drop} {receipt.file_name}: the drop has {rows} usable rows{quarantined}, the last list that was loaded had "
        f"{last_rows}. Ask for the full list, or accept it: firemark build --accept-drop {drop}",
        list_as_of_on=outcome.list_as_of_on,
        hidden_sheet_count=outcome.hidden_sheet_count,
    )


def _count_repeated_rows(drop: list[Outcome], count_repeats: CountRepeats) -> None:
    """Moves rows that repeat a row of an earlier loaded file of the drop to the duplicates."""
    loaded = [outcome.receipt.part_key for outcome in drop if outcome.status is Status.LOADED]
    if len(loaded) < 2:
        return
    repeats = count_repeats(loaded)
    for index, outcome in enumerate(drop):
        repeated = repeats.get(outcome.receipt.part_key)
        if repeated is None or outcome.status is not Status.LOADED:
            continue
        drop[index] = replace(
            outcome,
            accepted_count=outcome.accepted_count - repeated.accepted_count,
            quarantined_count=outcome.quarantined_count - repeated.quarantined_count,
            duplicate_count=outcome.duplicate_count + repeated.accepted_count + repeated.quarantined_count,
        )
