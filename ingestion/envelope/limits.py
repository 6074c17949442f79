"""The limits of all guards: how large, dense and deep a file may be.

Does not belong here: how a guard counts.
"""

from __future__ import annotations

from ingestion.bilingual import Bilingual
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
AREA_FREE_CELLS = 2_000_000  # a sheet of up to so many cells may be mostly empty
MAX_SPARSENESS = 4  # rows × columns : cells with a value, in a larger sheet
TEXT_FREE_BYTES = 64 * MEBIBYTE  # the cells of a workbook may repeat long texts up to here
MAX_TEXT_RATIO = 30  # text of all cells : file size, in a larger workbook
MAX_SHARED_TEXTS = 16_000_000
MAX_LINE_BYTES = 16 * MEBIBYTE  # of a text that is read line by line
MAX_CELL_TEXT = 1_000_000  # characters; a spreadsheet's cell holds 32,767
MAX_MERGES = 200_000  # of a sheet
MAX_CELL_FORMATS = 100_000  # a spreadsheet has 65,490
MAX_DEPTH = 256  # of tags within tags
MAX_REWRITTEN_BYTES = 256 * MEBIBYTE  # parts of a workbook that may be rewritten, which is slow
CHUNK = 256 * 1024  # what a guard unpacks at a time


def check_ratio(unpacked: int, packed: int) -> None:
    """Raises Held if a file unpacks to more than the limit, in bytes or in relation to its size."""
    if unpacked > MAX_UNPACKED_BYTES:
        limit = MAX_UNPACKED_BYTES // MEBIBYTE
        raise refused_archive(Bilingual(f"解压后超过 {limit} MB", f"it unpacks to more than {limit} MB"))
    if unpacked > RATIO_FREE_BYTES and unpacked > MAX_RATIO * packed:
        raise refused_archive(
            Bilingual(f"解压后超过原大小的 {MAX_RATIO} 倍", f"it unpacks to more than {MAX_RATIO} times its size")
        )
