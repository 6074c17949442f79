"""How a file is refused, and how messages may show names from outside.

Belongs here: the exceptions of guards and readers. Does not belong here: any guard.
"""

from __future__ import annotations

import re
import unicodedata

from ingestion import parsing
from ingestion.bilingual import Bilingual

_LONG_NUMBER = re.compile(r"\d{9,}")  # longer than a date: a card number, or an ID number with a missing character


class Held(Exception):
    """A file that is not loaded. `reason` is its code; the message names the place and the remedy, never a value."""

    def __init__(self, reason: str, message: Bilingual) -> None:
        super().__init__(str(message))
        self.reason = reason
        self.message = str(message)


class NotReceived(Exception):
    """An entry of the inbox that has no bytes: there is nothing to record, only to report."""


def printable(name: str, longest: int = 255) -> str:
    """A file's, sheet's or header's name, safe to print: control, direction and undecodable characters are escaped."""
    safe = "".join(
        char if unicodedata.category(char)[0] != "C" and char not in "\u2028\u2029" else f"\\u{ord(char):04x}"
        for char in name
    )
    return safe if len(safe) <= longest else safe[: longest - 1] + "…"


def masked_name(name: str) -> str:
    """A sheet's name that may be shown and kept: ID and mobile numbers masked, other long numbers left out."""
    folded = parsing.fold(name)
    masked = _LONG_NUMBER.sub("#", parsing.masked(folded))
    return printable(name if masked == folded else masked)


def sheet_place(name: str) -> Bilingual:
    """A sheet, as a message names it; `name` may be shown."""
    return Bilingual(f"工作表“{name}”", f"sheet {name}")


SAVE_AS_XLSX = Bilingual("请用 Excel 或 WPS 打开，另存为 .xlsx。", "Open it in Excel or WPS and save it as .xlsx.")
FETCH_OR_REPORT = Bilingual(
    "请重新获取该页，仍有问题时请反馈给平台运维方。",
    "Fetch the page again; if that does not help, report it to the platform's operator.",
)
_ASK_SENDER = Bilingual("请向报送方索取原始导出文件。", "Ask the sender for the original export.")


def empty_file() -> Held:
    """A file without any bytes."""
    return Held("empty_file", Bilingual("文件是空的，请重新导出。", "the file is empty. Export it again."))


def cut_off() -> Held:
    """A workbook that is cut off or damaged."""
    return Held(
        "unreadable",
        Bilingual(
            "工作簿不完整或已损坏，无法读完，请重新复制或导出。",
            "the workbook cannot be read to its end (cut off or damaged). Copy or export it again.",
        ),
    )


def refused_archive(what: Bilingual, remedy: Bilingual = _ASK_SENDER) -> Held:
    """An archive that is unsafe to open, or that does not match its own directory."""
    return Held(
        "refused_archive",
        Bilingual(
            f"压缩结构不安全或有误，未打开：{what.zh}。{remedy.zh}", f"the archive was refused: {what.en}. {remedy.en}"
        ),
    )
