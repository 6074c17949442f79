"""Checks on a file before its content is read: a regular file, its size, a zip's true contents, a text's encoding.

Belongs here: refusing hostile, broken or damaged files in bounded time and memory; one module per guard, the numbers of
all of them in `limits`. Does not belong here: sheets, headers, rows (see `ingestion.readers`).
"""

from ingestion.envelope.packed_pages import open_unpacked
from ingestion.envelope.refusals import Held, NotReceived, printable
from ingestion.envelope.regular_files import open_regular, size_of
from ingestion.envelope.texts import Damage, Text, is_lost, read_page, read_text
from ingestion.envelope.workbooks import WorkbookFacts, inspect_package, inspect_workbook

__all__ = [
    "Damage",
    "Held",
    "NotReceived",
    "Text",
    "WorkbookFacts",
    "inspect_package",
    "inspect_workbook",
    "is_lost",
    "open_regular",
    "open_unpacked",
    "printable",
    "read_page",
    "read_text",
    "size_of",
]
