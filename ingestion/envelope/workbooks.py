"""Whether a file is an .xlsx workbook that is safe to open, and what its reader has to know about it.

Belongs here: the order of the guards of a workbook. Does not belong here: a guard (`zip_archive`, `packages`,
`part_scan`, `expanded_text`), sheets and rows (`ingestion.readers`).
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ingestion.envelope.expanded_text import check_expanded_text, may_expand
from ingestion.envelope.file_kinds import may_be_zip, not_a_workbook
from ingestion.envelope.limits import MAX_MERGES, check_ratio
from ingestion.envelope.packages import Package, check_names, package_of
from ingestion.envelope.part_scan import PartScan, too_many_merges
from ingestion.envelope.zip_archive import check_directory, inflated, parts_of


@dataclass(frozen=True)
class WorkbookFacts:
    """The result of inspecting a workbook. `is_plain`: it can be read as it is, and the counts of `sheets` are exact."""

    package: Package
    sheets: tuple[PartScan, ...]  # one for each of package.sheets
    is_plain: bool


def inspect_workbook(path: Path) -> WorkbookFacts:
    """Inflates every part of a workbook once and counts what really comes out; keeps nothing.

    Raises Held for: no zip, no workbook in it, too many parts, parts that overlap, have a wrong size or fail their
    checksum, a ratio or total beyond the limits, too many merged ranges, repeated texts that fill the memory. The content
    of hidden sheets is not checked, as nothing reads it. A workbook without any sheet passes; its reader refuses it.
    """
    with path.open("rb") as file:
        return inspect_package(file, path.stat().st_size)


def inspect_package(file: BinaryIO, packed_size: int, is_rewritten: bool = False) -> WorkbookFacts:
    """The same for an open file. A rewritten workbook is plain: cells far away in it do have values."""
    if not may_be_zip(file):
        raise not_a_workbook(file)
    entries = parts_of(file)
    if not entries:
        raise not_a_workbook(file)
    check_names(entries)
    check_directory(file, entries, packed_size)
    unpacked = 0
    scans: dict[zipfile.ZipInfo, PartScan] = {}
    for entry in entries:
        scan = scans[entry] = PartScan()
        for chunk in inflated(file, entry):
            unpacked += len(chunk)
            check_ratio(unpacked, packed_size)
            scan.feed(chunk)
        scan.close()

    def inflate(entry: zipfile.ZipInfo) -> Iterator[bytes]:
        return inflated(file, entry)

    package = package_of(entries, inflate)
    visible = [sheet.entry for sheet in package.sheets if not sheet.is_hidden]
    visible_scans = [scans[entry] for entry in visible]
    texts = package.shared_texts
    if any(scan.merge_count > MAX_MERGES for scan in visible_scans):
        raise too_many_merges()
    is_plain = is_rewritten or (
        package.is_usual
        and all(scans[entry].is_plain for entry in package.needed)
        and all(scan.is_plain_sheet and not scan.reaches_far for scan in visible_scans)
        and (texts is None or scans[texts].is_plain_texts)
    )
    if is_plain and may_expand(visible_scans, scans[texts] if texts else None, unpacked, packed_size):
        check_expanded_text([inflate(entry) for entry in visible], inflate(texts) if texts else None, packed_size)
    return WorkbookFacts(package, tuple(scans[sheet.entry] for sheet in package.sheets), is_plain)
