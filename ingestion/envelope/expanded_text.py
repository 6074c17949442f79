"""A workbook that needs far more memory than its parts, because its cells repeat long texts.

Belongs here: whether that is possible (from the `part_scan`), and the exact count. Does not belong here: the size of the
parts themselves (`zip_archive`), few cells in a large sheet (`part_scan`).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator

from ingestion.bilingual import Bilingual
from ingestion.envelope.limits import MAX_TEXT_RATIO, TEXT_FREE_BYTES
from ingestion.envelope.part_scan import PartScan
from ingestion.envelope.refusals import refused_archive
from ingestion.envelope.sheet_cells import XmlCell, read_cells, read_shared_texts, shared_index


def _text_limit(packed_size: int) -> int:
    return max(TEXT_FREE_BYTES, MAX_TEXT_RATIO * packed_size)


def may_expand(sheets: Iterable[PartScan], texts: PartScan | None, unpacked: int, packed_size: int) -> bool:
    """Whether a reader might need far more memory than the parts. An upper bound, which most workbooks pass quickly."""
    longest = texts.longest_shared_text if texts else 0
    return unpacked + longest * sum(scan.shared_cell_count for scan in sheets) > _text_limit(packed_size)


def check_expanded_text(sheets: Iterable[Iterator[bytes]], texts: Iterator[bytes] | None, packed_size: int) -> None:
    """Counts exactly what a reader would hold in memory: the full text of every cell of the sheets.

    Raises Held if cells refer to long shared texts too often.
    """
    lengths = array("I")
    if texts is not None:
        read_shared_texts(texts, lambda text: lengths.append(len(text.encode())))
    limit = _text_limit(packed_size)
    total = 0

    def add(cell: XmlCell) -> None:
        nonlocal total
        if cell.kind == "s" and cell.text:
            total += lengths[shared_index(cell.text, len(lengths))]
        else:
            total += len(cell.text)
        if total > limit:
            raise refused_archive(
                Bilingual(
                    "单元格反复引用很长的文字，会占满内存",
                    "its cells repeat long texts so often that they would fill the memory",
                )
            )

    for chunks in sheets:
        read_cells(chunks, add)
