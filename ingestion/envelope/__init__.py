"""What a file may be before anyone opens it: a regular file, its size, a zip's true contents, a text's encoding.

Belongs here: refusing what is hostile, broken or damaged, in bounded time and memory; one module a guard, the
numbers of all of them in `limits`. Does not belong here: sheets, headers, rows (see `ingestion.readers`).
"""

from ingestion.envelope.packed_pages import open_unpacked
from ingestion.envelope.refusals import Held, NotReceived, shown
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
    "read_page",
    "read_text",
    "shown",
    "size_of",
]
