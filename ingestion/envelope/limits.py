"""How large, how dense and how deep a file may be: every number by which a guard refuses.

Does not belong here: how a guard counts.
"""

from __future__ import annotations

from ingestion.envelope.refusals import refused_archive

MEBIBYTE = 1 << 20
MAX_FILE_BYTES = 512 * MEBIBYTE  # as received
MAX_UNPACKED_BYTES = 1024 * MEBIBYTE  # all parts of a workbook
MAX_PAGE_BYTES = 256 * MEBIBYTE  # a page is read as one text
MAX_RATIO = 100  # unpacked : packed, once more than RATIO_FREE_BYTES are unpacked
RATIO_FREE_BYTES = 24 * MEBIBYTE
MAX_ENTRIES = 1_000
MAX_COLUMNS = 512  # a sheet's cells may not lie further right
MAX_ROWS = 1_048_576
MAX_SHEET_AREA = 64_000_000  # rows × columns that a reader would have to hold
AREA_FREE_CELLS = 2_000_000  # up to here a sheet may be as empty as it likes
MAX_SPARSENESS = 4  # beyond, rows × columns : cells with a value
TEXT_FREE_BYTES = 64 * MEBIBYTE  # up to here a workbook's cells may say the same long text again and again
MAX_TEXT_RATIO = 30  # beyond, the text of all cells : the file
MAX_SHARED_TEXTS = 16_000_000
MAX_LINE_BYTES = 16 * MEBIBYTE  # of a text that is read line by line
MAX_CELL_TEXT = 1_000_000  # characters; a spreadsheet's cell holds 32,767
MAX_MERGES = 200_000  # of a sheet
MAX_CELL_FORMATS = 100_000  # a spreadsheet has 65,490
MAX_DEPTH = 256  # of tags within tags
MAX_REWRITTEN_BYTES = 256 * MEBIBYTE  # parts of a workbook that may be written anew, which takes its time
CHUNK = 256 * 1024  # what a guard unpacks at a time


def check_ratio(unpacked: int, packed: int) -> None:
    """Raises Held if a file unpacks to too much, or to too many times its size."""
    if unpacked > MAX_UNPACKED_BYTES:
        raise refused_archive(f"it unpacks to more than {MAX_UNPACKED_BYTES // MEBIBYTE} MB")
    if unpacked > RATIO_FREE_BYTES and unpacked > MAX_RATIO * packed:
        raise refused_archive(f"it unpacks to more than {MAX_RATIO} times its size")
