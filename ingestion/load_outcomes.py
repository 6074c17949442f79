"""The outcome of each received file in one build: loaded, duplicate, held or replaced. Pure, decided anew in each build.

Belongs here: duplicates, stale lists, files replaced under their name, notes on loaded files. All of it follows the order
of received_on and then file name, so that the order of arrival never matters. Does not belong here: what holds a drop as
a whole (`ingestion.drop_limits`), reading files, the manifest or rows (`ingestion.drop_rows`).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from typing import Protocol

from ingestion.bilingual import Bilingual
from ingestion.contract import Dataset, Kind
from ingestion.drop_limits import Shortfall, below_floor, missing_pages
from ingestion.manifest import Part, PartKey, Receipt

_HASH_SHOWN = 12  # digits in a message: enough to distinguish two contents of one name


class Status(StrEnum):
    """The outcome of one file."""

    LOADED = "loaded"
    DUPLICATE = "duplicate"
    HELD = "held"
    REPLACED = "replaced"  # it could not be read, but another content of its name and drop could


@dataclass(frozen=True, slots=True)
class Repeats:
    """How many accepted and quarantined rows of a file repeat rows of earlier files of its drop."""

    accepted_count: int = 0
    quarantined_count: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One file's outcome and counts. A held or replaced file counts no rows: nothing of it was loaded.

    For a loaded file, `reason_code` holds the codes of its notes, joined by `,`.
    """

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


class DropRows(Protocol):
    """Counts over the rows of a drop's parts."""

    def count_records(self, parts: Sequence[Part]) -> int:
        """How many different records the pages hold."""

    def count_repeats(self, keys: Sequence[PartKey]) -> Mapping[PartKey, Repeats]:
        """How many rows of each part repeat rows of earlier parts."""


def decide(
    receipts: Iterable[Receipt],
    parts: Mapping[PartKey, Part],
    datasets: Mapping[tuple[str, str], Dataset],
    accepted_drops: Mapping[DropKey, dt.date],
    rows: DropRows,
    *,
    known_on: dt.date | None = None,
) -> list[Outcome]:
    """Outcomes of all files received by `known_on` (None: all), by dataset, received_on, file name, hash.

    `accepted_drops`: the day on which somebody accepted a drop that would be held as a whole; it counts from that day on.
    A receipt without a part, or of a dataset that no longer has a contract, is left out.
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
    for key, of_dataset in groupby(known, key=lambda receipt: (receipt.source, receipt.dataset)):
        drops = _Drops(datasets[key], parts, rows)
        for received_on, drop in groupby(of_dataset, key=lambda receipt: receipt.received_on):
            outcomes += drops.decide(list(drop), accepted.get((*key, received_on)))
    return outcomes


class _Drops:
    """The drops of one dataset, in order: each depends on what was loaded before."""

    def __init__(self, dataset: Dataset, parts: Mapping[PartKey, Part], rows: DropRows) -> None:
        self.dataset = dataset
        self.parts = parts
        self.rows = rows
        self.is_snapshot = dataset.kind is Kind.SNAPSHOT
        self.loaded: set[tuple[str, dt.date | None]] = set()  # contents; of a snapshot, per day
        self.newest_list_on: dt.date | None = None
        self.last_row_count = 0

    def decide(self, receipts: Sequence[Receipt], accepted_on: dt.date | None) -> list[Outcome]:
        """Outcomes of the files of the next drop."""
        contents: set[tuple[str, dt.date | None]] = set()
        drop = [self._of_file(receipt, contents, accepted_on) for receipt in receipts]
        shortfall = self._missing_pages(drop) if accepted_on is None else None
        if shortfall is None:
            _count_repeated_rows(drop, self.rows)
            loaded = [outcome for outcome in drop if outcome.status is Status.LOADED]
            row_count = sum(outcome.accepted_count for outcome in loaded)
            if self.is_snapshot and loaded and accepted_on is None:
                quarantined = sum(outcome.quarantined_count for outcome in loaded)
                shortfall = below_floor(row_count, quarantined, self.last_row_count)
            if shortfall is None:
                self.loaded |= contents
                self.last_row_count = row_count if loaded else self.last_row_count
        if shortfall is not None:
            drop = [_held_with_drop(outcome, shortfall) for outcome in drop]
        return _mark_two_versions(_mark_replaced(drop, self.parts))

    def _of_file(
        self, receipt: Receipt, contents: set[tuple[str, dt.date | None]], accepted_on: dt.date | None
    ) -> Outcome:
        """The outcome of one file, unless its drop is held as a whole. Adds a loaded content to `contents` of the drop."""
        part = self.parts[receipt.part_key]
        outcome = Outcome(
            receipt,
            Status.LOADED,
            list_as_of_on=part.list_as_of_on,
            hidden_sheet_count=part.hidden_sheet_count,
            drop_accepted_on=accepted_on,
        )
        if part.reason_code is not None:
            message = f"{receipt.place}: {part.message}"
            return replace(outcome, status=Status.HELD, reason_code=part.reason_code, message=message)
        content = (receipt.file_hash, receipt.received_on if self.is_snapshot else None)
        if content in self.loaded or content in contents:
            return _as_duplicate(outcome, part)
        list_on = part.list_as_of_on
        if list_on and self.newest_list_on and list_on < self.newest_list_on:
            return _as_stale(outcome, self.newest_list_on)
        contents.add(content)
        outcome = _as_loaded(outcome, part)
        if list_on and list_on > receipt.received_on:
            # a typing error must not make every later list a stale one
            return _with_note(outcome, "list_date_after_receipt", _LIST_DATE_AFTER_RECEIPT)
        self.newest_list_on = list_on or self.newest_list_on
        if self.dataset.titled_as_of and list_on is None:
            return _with_note(outcome, "title_without_day", _TITLE_WITHOUT_DAY)
        return outcome

    def _missing_pages(self, drop: Sequence[Outcome]) -> Shortfall | None:
        """Counts all readable files of the drop, duplicates too; each content once."""
        readable: dict[PartKey, Part] = {}
        names: dict[bool, set[str]] = {True: set(), False: set()}  # whether it can be read -> names
        for receipt in (outcome.receipt for outcome in drop):
            part = self.parts[receipt.part_key]
            names[part.reason_code is None].add(receipt.file_name)
            if part.reason_code is None:
                readable[part.key] = part
        pages = list(readable.values())
        total = max((page.page_total for page in pages if page.page_total is not None), default=0)
        if any(page.record_count >= total for page in pages) or not total:
            return None
        records = self.rows.count_records(pages) if len(pages) > 1 else pages[0].record_count
        return missing_pages(records, total, {page.page_number for page in pages}, names[False] - names[True])


_LIST_DATE_AFTER_RECEIPT = Bilingual(
    "标题中的截至日期晚于接收日期；名单已加载，但不据此判断其他名单的先后。请更正标题或文件夹日期。",
    "the list's day (截至) in the title is after the day of receipt. The list is loaded, but its day is not compared with "
    "that of other lists. Correct the title, or the folder's date.",
)
_TITLE_WITHOUT_DAY = Bilingual(
    "标题中没有可识别的截至日期，无法判断名单新旧。请在标题中写明，如“截至2024年5月10日”。",
    "the title has no readable day, so an older list could be taken for a newer one. Write the day in the title, as in "
    "截至2024年5月10日.",
)
_TWO_VERSIONS = Bilingual(
    "同一天有两个同名文件，内容不同，均已加载。读不出的行，由编号相同而能读出的行更正，或由含有另一文件全部可读行且更多的文件更正。"
    "两份都读得出的行，不凭收到先后取舍；如有改动，请把正确的文件放入以后日期的文件夹。",
    "two files of this name and day have different rows, and both are loaded. A row that could not be read is corrected by a "
    "readable row with its key, or by a file that holds all readable rows of the other and more. The order of arrival does "
    "not decide which of two readable rows with one key counts: if such a row was changed, put the right file into the "
    "folder of a later day.",
)


def _with_note(outcome: Outcome, reason_code: str, note: Bilingual) -> Outcome:
    """A loaded file with a note, added to those that it has already."""
    codes = reason_code if outcome.reason_code is None else f"{outcome.reason_code},{reason_code}"
    before = outcome.message or f"{outcome.receipt.place}:"
    return replace(outcome, reason_code=codes, message=f"{before} {note}")


def _mark_replaced(drop: list[Outcome], parts: Mapping[PartKey, Part]) -> list[Outcome]:
    """Marks unreadable files as replaced if another content of the same name and drop was loaded: a half copied file, for
    example. A readable file is never replaced, whatever it is held for.
    """
    loaded: dict[str, Outcome] = {}
    for outcome in drop:
        if outcome.status in (Status.LOADED, Status.DUPLICATE):
            loaded.setdefault(outcome.receipt.file_name, outcome)
    return [
        _as_replaced(outcome, loaded[outcome.receipt.file_name])
        if parts[outcome.receipt.part_key].reason_code is not None and outcome.receipt.file_name in loaded
        else outcome
        for outcome in drop
    ]


def _as_replaced(outcome: Outcome, by: Outcome) -> Outcome:
    """Keeps the reason code for which it could not be read."""
    receipt = outcome.receipt
    mine, other = receipt.file_hash[:_HASH_SHOWN], by.receipt.file_hash[:_HASH_SHOWN]
    message = Bilingual(
        f"此文件（{mine}）无法读取（{outcome.reason_code}），已由同名文件（{other}，{by.status}）替换，无需处理。",
        f"this content ({mine}) could not be read ({outcome.reason_code}) and was replaced by another one under its name "
        f"({other}, {by.status}). Nothing is left to do.",
    )
    return replace(outcome, status=Status.REPLACED, message=f"{receipt.place}: {message}")


def _mark_two_versions(drop: list[Outcome]) -> list[Outcome]:
    """Two loaded files of one name and day: neither is the later one, because the order of arrival never counts."""
    names = Counter(outcome.receipt.file_name for outcome in drop if outcome.status is Status.LOADED)
    return [
        _with_note(outcome, "two_versions", _TWO_VERSIONS)
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
    message = Bilingual(
        f"名单截至 {outcome.list_as_of_on}，早于此前收到的名单（{newest_list_on}），请索取最新名单。",
        f"by its title the list is of {outcome.list_as_of_on}, but a list of {newest_list_on} was received before. Ask for the "
        "current list.",
    )
    return replace(
        outcome,
        status=Status.HELD,
        reason_code="stale_snapshot",
        message=f"{outcome.receipt.place}: {message}",
    )


def _held_with_drop(outcome: Outcome, shortfall: Shortfall) -> Outcome:
    """Holds a file with its whole drop, whether it would be loaded or a duplicate. A file that is held already keeps its
    reason."""
    if outcome.status is Status.HELD:
        return outcome
    receipt = outcome.receipt
    drop = f"{receipt.source}/{receipt.dataset}/{receipt.received_on}"
    return Outcome(
        receipt,
        Status.HELD,
        shortfall.reason_code,
        f"{receipt.place}: {shortfall.message}: firemark build --accept-drop {drop}",
        list_as_of_on=outcome.list_as_of_on,
        hidden_sheet_count=outcome.hidden_sheet_count,
    )


def _count_repeated_rows(drop: list[Outcome], rows: DropRows) -> None:
    """Counts rows that repeat a row of an earlier loaded file of the drop as duplicates."""
    loaded = [outcome.receipt.part_key for outcome in drop if outcome.status is Status.LOADED]
    if len(loaded) < 2:
        return
    repeats = rows.count_repeats(loaded)
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
