"""The role of each part of a workbook's package: by its relationships, then its content type, then its usual name.

Belongs here: names of parts (slashes, case, escapes), parts that occur twice. Does not belong here: the zip itself
(`zip_archive`), the content of a part (`part_scan`, `sheet_cells`).
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from ingestion.bilingual import Bilingual
from ingestion.envelope.limits import MAX_ENTRIES
from ingestion.envelope.markup import read_markup
from ingestion.envelope.refusals import SAVE_AS_XLSX, Held, refused_archive

_MAX_NAMED = 4 * MAX_ENTRIES  # parts
_WORKBOOK = "xl/workbook.xml"
_TYPES = "[content_types].xml"
_NO_LISTS = ("chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet")
_BOOKS = (".xlsx", ".xlsm", ".xls", ".et", ".xlsb", ".ods", ".xltx", ".xlt", ".ett")


@dataclass(frozen=True)
class SheetPart:
    """A sheet that may hold a list, and its part."""

    name: str
    state: str
    entry: zipfile.ZipInfo

    @property
    def is_hidden(self) -> bool:
        """Whether somebody who opens the workbook does not see it. Hidden sheets are counted, never read."""
        return self.state in ("hidden", "veryHidden")


@dataclass(frozen=True)
class Package:
    """The parts that a reader needs. Anything else in the package (pictures, attachments) is never opened.

    `sheets`: all sheets in order, hidden ones too. `needed`: the parts to read, without those of hidden sheets.
    `is_usual`: all parts have the usual names, which some readers rely on.
    """

    sheets: tuple[SheetPart, ...]
    shared_texts: zipfile.ZipInfo | None
    styles: zipfile.ZipInfo | None
    is_1904: bool
    is_usual: bool
    directory: tuple[zipfile.ZipInfo, ...]  # the parts that describe the package

    @property
    def needed(self) -> set[zipfile.ZipInfo]:
        found = {sheet.entry for sheet in self.sheets if not sheet.is_hidden} | set(self.directory)
        return found | {part for part in (self.shared_texts, self.styles) if part is not None}


def check_names(entries: list[zipfile.ZipInfo]) -> None:
    """Raises Held for a zip that is not an .xlsx workbook by the names of its parts."""
    known = {_key(entry.filename) for entry in entries}
    if "mimetype" in known or "content.xml" in known or "xl/workbook.bin" in known:
        raise Held(
            "wrong_format",
            Bilingual(
                f"文件其实是 .ods 或 .xlsb 工作簿。{SAVE_AS_XLSX.zh}",
                f"the file is an .ods or .xlsb workbook under another name. {SAVE_AS_XLSX.en}",
            ),
        )
    if "word/document.xml" in known or "ppt/presentation.xml" in known:
        raise Held(
            "wrong_format",
            Bilingual(
                "文件是文字文档或演示文稿，不是工作簿，请将名单导出为 .xlsx。",
                "the file is a text document or slides, not a workbook. Export the list as .xlsx.",
            ),
        )
    if _TYPES in known or any(name.startswith("xl/") for name in known):
        return
    if any(name.endswith(_BOOKS) for name in known):
        raise Held(
            "wrong_format",
            Bilingual(
                "文件是装有工作簿的 zip 压缩包，请解压后放入其中的工作簿。",
                "the file is a zip with a workbook in it. Unpack it, and put the workbook in its place.",
            ),
        )


def package_of(entries: list[zipfile.ZipInfo], inflate: Callable[[zipfile.ZipInfo], Iterator[bytes]]) -> Package:
    """The parts of a workbook. Raises Held if there is no workbook, or if two different parts have the same name."""
    parts = _Parts(entries)
    types = _content_types(parts, inflate)
    book, is_certain = _book(parts, types, inflate)
    if book is None:
        raise Held(
            "wrong_format",
            Bilingual(
                "文件是 zip 压缩包，不是 .xlsx 工作簿。其中如有工作簿，请解压；没有则重新导出为 .xlsx。",
                "the file is a zip, not an .xlsx workbook. If it holds a workbook, unpack it; otherwise export it again as "
                ".xlsx.",
            ),
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
            raise Held(
                "unreadable",
                Bilingual(
                    f"工作簿登记的一张工作表不在其中。{SAVE_AS_XLSX.zh}",
                    f"the workbook names a sheet that is not in it. {SAVE_AS_XLSX.en}",
                ),
            )
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
    """The entries by normalised part name: forward slashes, one case, no escapes."""

    def __init__(self, entries: list[zipfile.ZipInfo]) -> None:
        self._by_key: dict[str, list[zipfile.ZipInfo]] = {}
        for entry in entries:
            if not entry.is_dir():
                self._by_key.setdefault(_key(entry.filename), []).append(entry)
        self.has_doubles = False  # among the parts that were requested
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
                    Bilingual(
                        f"工作簿内部有两个同名而内容不同的部分，分不清哪个是名单。{SAVE_AS_XLSX.zh}",
                        "the workbook holds two different parts with the same name, so it is not clear which one is the list. "
                        f"{SAVE_AS_XLSX.en}",
                    ),
                )
        self.are_plain = self.are_plain and first.filename.replace("\\", "/").lower() == key
        return first

    def find(self, base: str, target: str) -> str | None:
        """The part to which a relationship in the folder `base` refers."""
        target = target.replace("\\", "/")
        for candidate in (posixpath.join("/", base, target), target):
            key = _key(candidate)
            if key in self:
                return key
        return None


def _key(name: str) -> str:
    return posixpath.normpath("/" + unquote(name.replace("\\", "/"))).lstrip("/").lower()


def _plain_target(base: str, target: str) -> str:
    """The name that a reader gets for a target by simply joining texts."""
    return (target[1:] if target.startswith("/") else posixpath.join(base, target)).lower()


Inflate = Callable[[zipfile.ZipInfo], Iterator[bytes]]


def _tags(entry: zipfile.ZipInfo, inflate: Inflate, wanted: tuple[str, ...]) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name in wanted:
            found.append((name, attributes))
            if len(found) > _MAX_NAMED:
                raise refused_archive(
                    Bilingual(f"登记的部分超过 {_MAX_NAMED} 个", f"it names more than {_MAX_NAMED} parts")
                )

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
    """The part that is the workbook, and whether the package is unambiguous about it."""
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
