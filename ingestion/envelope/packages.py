"""Which part of a workbook's package is what: by its relationships, then by its content types, then by its usual name.

Belongs here: names of parts (slashes, case, escapes), parts that stand there twice. Does not belong here: the zip
itself (`zip_archive`), what a part holds (`part_scan`, `sheet_cells`).
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from ingestion.envelope.limits import MAX_ENTRIES
from ingestion.envelope.markup import read_markup
from ingestion.envelope.refusals import Held, refused_archive

_WORKBOOK = "xl/workbook.xml"
_TYPES = "[content_types].xml"
_NO_LISTS = ("chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet")
_BOOKS = (".xlsx", ".xlsm", ".xls", ".et", ".xlsb", ".ods", ".xltx", ".xlt", ".ett")
_SAVE = "Open it in Excel or WPS and save it as .xlsx."


@dataclass(frozen=True)
class SheetPart:
    """A sheet that may hold a list, and its part."""

    name: str
    state: str
    entry: zipfile.ZipInfo

    @property
    def is_hidden(self) -> bool:
        """Whether nobody who opens the workbook sees it: it is counted, and never read."""
        return self.state in ("hidden", "veryHidden")


@dataclass(frozen=True)
class Package:
    """The parts that a reader needs; what else the package holds (pictures, attachments) is never opened.

    `sheets`: hidden ones too, in order; `needed`: without theirs.

    `is_usual`: everything lies where a reader expects it that goes by fixed names.
    """

    sheets: tuple[SheetPart, ...]
    shared_texts: zipfile.ZipInfo | None
    styles: zipfile.ZipInfo | None
    is_1904: bool
    is_usual: bool
    directory: tuple[zipfile.ZipInfo, ...]  # the parts that say all this

    @property
    def needed(self) -> set[zipfile.ZipInfo]:
        found = {sheet.entry for sheet in self.sheets if not sheet.is_hidden} | set(self.directory)
        return found | {part for part in (self.shared_texts, self.styles) if part is not None}


def check_names(entries: list[zipfile.ZipInfo]) -> None:
    """Raises Held for a zip that is something else, told by the names of its parts alone."""
    known = {_key(entry.filename) for entry in entries}
    if "mimetype" in known or "content.xml" in known or "xl/workbook.bin" in known:
        raise Held("wrong_format", f"this is an .ods or .xlsb workbook under another name. {_SAVE}")
    if "word/document.xml" in known or "ppt/presentation.xml" in known:
        raise Held("wrong_format", "this is a text document or slides, not a workbook. Export the list as .xlsx.")
    if _TYPES in known or any(name.startswith("xl/") for name in known):
        return
    if any(name.endswith(_BOOKS) for name in known):
        raise Held(
            "wrong_format",
            "this is a zip with a workbook in it: unpack it, and put the workbook in the place of the zip.",
        )


def package_of(entries: list[zipfile.ZipInfo], inflate: Callable[[zipfile.ZipInfo], Iterator[bytes]]) -> Package:
    """The parts of a workbook. Raises Held if it has none, or if two different parts claim to be the same one."""
    parts = _Parts(entries)
    types = _content_types(parts, inflate)
    book, is_certain = _book(parts, types, inflate)
    if book is None:
        raise Held(
            "wrong_format",
            "this is a zip, not an .xlsx workbook. If a workbook is in it, unpack it; otherwise export it again as .xlsx.",
        )
    base = posixpath.dirname(book)
    related = _relations(parts, f"{base}/_rels/{posixpath.basename(book)}.rels".lstrip("/"), inflate)
    rows, is_1904 = _sheet_rows(parts.get(book), inflate)
    sheets = []
    is_usual = is_certain and book == posixpath.join(base, "workbook.xml")
    for name, state, relation_id in rows:
        kind, target = related.get(relation_id, ("", ""))
        if kind in _NO_LISTS:
            continue
        key = parts.find(base, target)
        if key is None:
            raise Held("unreadable", f"the workbook names a sheet that is not in it. {_SAVE}")
        is_usual = is_usual and key == _plain_target(base, target)
        sheets.append(SheetPart(name, state, parts.get(key)))
    others = {}
    for kind in ("sharedStrings", "styles"):
        usual = posixpath.join(base, f"{kind}.xml").lower()
        targets = [parts.find(base, target) for of, target in related.values() if of == kind]
        typed = [key for key, of in types.items() if of.endswith(f".{kind}+xml") and key in parts]
        key = next((key for key in [*targets, *typed, usual] if key is not None and key in parts), None)
        is_usual = is_usual and (key == usual or (key is None and usual not in parts))
        others[kind] = None if key is None else parts.get(key)
    directory = [key for key in (_TYPES, "_rels/.rels", book, *related.sources) if key in parts]
    return Package(
        tuple(sheets),
        others["sharedStrings"],
        others["styles"],
        is_1904,
        is_usual and not parts.has_doubles and parts.are_plain,
        tuple(parts.get(key) for key in directory),
    )


class _Parts:
    """The entries by their part's name: slashes as such, without case and escapes."""

    def __init__(self, entries: list[zipfile.ZipInfo]) -> None:
        self._by_key: dict[str, list[zipfile.ZipInfo]] = {}
        for entry in entries:
            if not entry.is_dir():
                self._by_key.setdefault(_key(entry.filename), []).append(entry)
        self.has_doubles = False  # of the parts that were asked for
        self.are_plain = True

    def __contains__(self, key: str) -> bool:
        return key in self._by_key

    def get(self, key: str) -> zipfile.ZipInfo:
        first, *others = self._by_key[key]
        if others:
            self.has_doubles = True
            if any((other.CRC, other.file_size) != (first.CRC, first.file_size) for other in others):
                raise Held(
                    "unreadable",
                    "the workbook holds two different parts under one name, and which of them is the list cannot be "
                    f"told. {_SAVE}",
                )
        self.are_plain = self.are_plain and first.filename.replace("\\", "/").lower() == key
        return first

    def find(self, base: str, target: str) -> str | None:
        """The part that a relationship in the folder `base` means."""
        target = target.replace("\\", "/")
        for candidate in (posixpath.join("/", base, target), target):
            key = _key(candidate)
            if key in self:
                return key
        return None


def _key(name: str) -> str:
    return posixpath.normpath("/" + unquote(name.replace("\\", "/"))).lstrip("/").lower()


def _plain_target(base: str, target: str) -> str:
    """What a reader makes of a target that joins texts."""
    return (target[1:] if target.startswith("/") else posixpath.join(base, target)).lower()


Inflate = Callable[[zipfile.ZipInfo], Iterator[bytes]]


def _tags(entry: zipfile.ZipInfo, inflate: Inflate, wanted: tuple[str, ...]) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name in wanted:
            found.append((name, attributes))
            if len(found) > 4 * MAX_ENTRIES:
                raise refused_archive(f"it names more than {4 * MAX_ENTRIES} parts")

    read_markup(inflate(entry), start)
    return found


def _content_types(parts: _Parts, inflate: Inflate) -> Mapping[str, str]:
    if _TYPES not in parts:
        return {}
    tags = _tags(parts.get(_TYPES), inflate, ("Override",))
    return {_key(tag.get("PartName", "")): tag.get("ContentType", "") for _, tag in tags}


class _Relations(dict[str, tuple[str, str]]):
    """Id -> (last word of the type, target)."""

    sources: tuple[str, ...] = ()


def _relations(parts: _Parts, key: str, inflate: Inflate) -> _Relations:
    found = _Relations()
    if key in parts:
        found.sources = (key,)
        for _, tag in _tags(parts.get(key), inflate, ("Relationship",)):
            if tag.get("TargetMode") != "External":
                found[tag.get("Id", "")] = (tag.get("Type", "").rpartition("/")[2], tag.get("Target", ""))
    return found


def _book(parts: _Parts, types: Mapping[str, str], inflate: Inflate) -> tuple[str | None, bool]:
    """The part that is the workbook, and whether everybody would take it for that."""
    related = _relations(parts, "_rels/.rels", inflate).values()
    named = [parts.find("", target) for kind, target in related if kind == "officeDocument"]
    for key in named:
        if key is not None:
            return key, len(named) == 1
    for key, kind in types.items():
        if key in parts and kind.endswith(".main+xml") and ("spreadsheetml" in kind or "ms-excel" in kind):
            return key, False
    return (_WORKBOOK if _WORKBOOK in parts else None), False


def _sheet_rows(entry: zipfile.ZipInfo, inflate: Inflate) -> tuple[list[tuple[str, str, str]], bool]:
    """(name, state, relationship's id) of each sheet, and whether days are counted from 1904."""
    sheets = []
    is_1904 = False
    for name, tag in _tags(entry, inflate, ("sheet", "workbookPr")):
        if name == "workbookPr":
            is_1904 = tag.get("date1904", "").lower() in ("1", "true", "on")
        else:
            relation = next((value for key, value in tag.items() if key.rpartition(":")[2] == "id"), "")
            sheets.append((tag.get("name", ""), tag.get("state", "visible"), relation))
    return sheets, is_1904
