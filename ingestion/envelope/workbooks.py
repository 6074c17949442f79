"""Whether a file is an .xlsx workbook that may be opened, and what its reader has to know of it.

Belongs here: the order of the guards of a workbook. Does not belong here: a guard (`zip_archive`, `part_scan`,
`swelling`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ingestion.envelope.limits import check_ratio
from ingestion.envelope.part_scan import PartScan
from ingestion.envelope.refusals import Held
from ingestion.envelope.swelling import check_swollen, may_swell
from ingestion.envelope.zip_archive import inflated, parts_of


@dataclass(frozen=True)
class ZipFacts:
    """What the inspection of a workbook found: `suspect_parts` hold formulas or error values."""

    suspect_parts: frozenset[str]
    is_1904: bool


def inspect_workbook(path: Path) -> ZipFacts:
    """Inflates every part of a workbook once, counting what really comes out; keeps nothing.

    Raises Held for: no zip, too many parts, parts that overlap, lie about their size or fail their checksum,
    a ratio or total beyond the limits, archives within, document type definitions, cells far outside.
    """
    packed_size = path.stat().st_size
    with path.open("rb") as file:
        if not file.read(4).startswith(b"PK\x03\x04"):
            file.seek(0)
            raise _not_a_workbook(file.read(8))
        entries = parts_of(file, packed_size)
        unpacked = 0
        scans: dict[str, PartScan] = {}
        for entry in entries:
            scan = scans[entry.filename] = PartScan()
            for chunk in inflated(file, entry):
                unpacked += len(chunk)
                check_ratio(unpacked, packed_size)
                scan.feed(chunk)
            scan.close()
        _check_is_spreadsheet(scans)
        if may_swell(scans.values(), unpacked, packed_size):
            check_swollen(file, [entry for entry in entries if scans[entry.filename].holds_text], packed_size)
    return ZipFacts(
        frozenset(name for name, scan in scans.items() if scan.is_suspect),
        any(scan.is_1904 for scan in scans.values()),
    )


def _check_is_spreadsheet(names: Iterable[str]) -> None:
    """Whether the zip is an .xlsx and nothing else: a reader that guesses would read the others by other rules."""
    known = {name.lower() for name in names}
    if "mimetype" in known or "content.xml" in known or "xl/workbook.bin" in known:
        raise Held("wrong_format", "this is an .ods or .xlsb workbook under another name. Save it as .xlsx.")
    if "[content_types].xml" not in known or "xl/workbook.xml" not in known:
        raise Held("wrong_format", "this is an archive, not an .xlsx workbook. Export it again as .xlsx.")


def _not_a_workbook(head: bytes) -> Held:
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return Held(
            "wrong_format", "this is an old .xls or a password-protected workbook. Save it as .xlsx without one."
        )
    if not head:
        return Held("empty_file", "the file is empty. Export it again.")
    return Held("wrong_format", "this is not an .xlsx workbook. Export it again as .xlsx.")
