"""K12: a workbook in any packing is read like a plain one; for one that cannot be read the message says why, and what to do."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingestion import readers
from tests.ingestion.real_exports.builder import (
    DAY,
    ROWS,
    Door,
    Raw,
    dataset,
    date_styles,
    grid,
    pack,
    page,
    parts,
    put,
    sheet,
)

Parts = dict[str, Any]
SHEET, BOOK, RELATED = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
TYPES, ROOT, TEXTS = "[Content_Types].xml", "_rels/.rels", "xl/sharedStrings.xml"

# Attached documents, which are data
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(200)
VECTORS = '<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd"><svg/>'


def content(place: str) -> Parts:
    """A plain workbook with a shared text and a date cell: all parts that a reader needs."""
    rows = [ROWS[place](), ROWS[place]()]
    cells = grid(place, rows)
    cells[1][0] = Raw('<c r="{r}" t="s"><v>0</v></c>')
    first_date = next(i for i, name in enumerate(cells[0]) if "日期" in name or "有效期" in name)
    cells[2][first_date] = Raw('<c r="{r}" s="1"><v>45434</v></c>')
    text = str(grid(place, rows)[1][0])
    return parts({"Sheet1": sheet(cells)}, shared=f"<si><t>{text}</t></si>", styles=date_styles("yyyy-mm-dd"))


def renamed(old: str, new: str, *, said: tuple[str, str, str] | None = None) -> Callable[[Parts], Parts]:
    """A part under another name; `said`: the part that names it, and the wording there."""

    def change(found: Parts) -> Parts:
        found[new] = found.pop(old)
        if said is not None:
            where, before, after = said
            assert before in found[where]
            found[where] = found[where].replace(before, after)
        return found

    return change


def edited(name: str, *pairs: tuple[str, str]) -> Callable[[Parts], Parts]:
    def change(found: Parts) -> Parts:
        for old, new in pairs:
            assert old in found[name], old
            found[name] = found[name].replace(old, new)
        return found

    return change


def encoded(name: str, declared: str, codec: str, bom: bytes = b"") -> Callable[[Parts], Parts]:
    def change(found: Parts) -> Parts:
        found[name] = bom + found[name].replace("UTF-8", declared).encode(codec)
        return found

    return change


def with_bytes(name: str, before: bytes = b"", after: bytes = b"") -> Callable[[Parts], Parts]:
    def change(found: Parts) -> Parts:
        found[name] = before + found[name].encode() + after
        return found

    return change


def with_parts(**more: Any) -> Callable[[Parts], Parts]:
    return lambda found: found | more["of"]


def cell_in_row(number: int, cell: str) -> Callable[[Parts], Parts]:
    def change(found: Parts) -> Parts:
        begin = found[SHEET].index(f'<row r="{number}">')
        end = found[SHEET].index("</row>", begin)
        found[SHEET] = found[SHEET][:end] + cell + found[SHEET][end:]
        return found

    return change


def prefixed(found: Parts) -> Parts:
    """The SDK of the format writes every tag of a sheet with a prefix."""
    text = found[SHEET].replace("</", "</x:").replace("<?", "\0").replace("<", "<x:").replace("<x:/x:", "</x:")
    found[SHEET] = text.replace("\0", "<?").replace("xmlns=", "xmlns:x=")
    return found


def strict(found: Parts) -> Parts:
    """The other edition of the format: everything under other names."""
    for name, text in found.items():
        text = text.replace(
            "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"
        )
        text = text.replace(
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            "http://purl.oclc.org/ooxml/officeDocument/relationships",
        )
        found[name] = text.replace(' s="1"><v>45434</v>', ' t="d"><v>2024-05-22</v>')
    return found


def unplaced(found: Parts) -> Parts:
    """Cells without a position: each follows the one before it."""
    import re

    names, *rows = re.findall(r"<row.*?</row>", found[SHEET])
    filled = names + "".join(rows)
    found[SHEET] = found[SHEET].replace(names, re.sub(r' r="[A-Z]*\d+"', "", names))
    assert filled not in found[SHEET]
    return found


SPLIT_TYPES = (TYPES, "/xl/workbook.xml", "/office/tables.xml")

PACKED: dict[str, tuple[str, Callable[[Parts], Parts]]] = {
    # names
    "absolute targets": ("credit_desk/findings", edited(ROOT, ('"xl/workbook.xml"', '"/xl/workbook.xml"'))),
    "absolute targets of sheets": ("registry/personnel", edited(RELATED, ('"worksheets/', '"/xl/worksheets/'))),
    "targets from the root": ("inspections/penalties", edited(RELATED, ('"worksheets/', '"xl/worksheets/'))),
    "targets with backslashes": ("complaints/hotline", edited(RELATED, ("worksheets/", "worksheets\\"))),
    "absolute names": ("credit_desk/merit_claims", lambda found: {f"/{name}": data for name, data in found.items()}),
    "names in capitals": ("registry/equipment", lambda found: {name.upper(): data for name, data in found.items()}),
    "names with dots": ("credit_desk/repairs", lambda found: {f"./{name}": data for name, data in found.items()}),
    "a sheet named with an escape": ("registry/site_checks", renamed(SHEET, "xl/worksheets/sheet%201.xml", said=(RELATED, "sheet1.xml", "sheet%201.xml"))),
    "another name of the workbook": ("registry/personnel", lambda found: renamed(RELATED, "xl/_rels/workbook22.xml.rels")(renamed(BOOK, "xl/workbook22.xml", said=(ROOT, "workbook.xml", "workbook22.xml"))(found))),
    "the workbook by its content type": ("credit_desk/findings", lambda found: {name: data for name, data in renamed(RELATED, "xl/_rels/tables.xml.rels")(renamed(BOOK, "xl/tables.xml", said=(TYPES, "xl/workbook.xml", "xl/tables.xml"))(found)).items() if name != ROOT}),
    "another name of the shared texts": ("credit_desk/decisions", renamed(TEXTS, "xl/texts/all.xml", said=(RELATED, "sharedStrings.xml", "texts/all.xml"))),
    "another name of the styles": ("registry/equipment", renamed("xl/styles.xml", "xl/looks.xml", said=(RELATED, '"styles.xml"', '"looks.xml"'))),
    "shared texts by their content type": ("registry/personnel", lambda found: edited(RELATED, ("relationships/sharedStrings", "relationships/other"))(renamed(TEXTS, "xl/texts.xml", said=(TYPES, "sharedStrings.xml", "texts.xml"))(found))),
    "the strict edition": ("inspections/penalties", strict),
    # beside the list
    "attachments and pictures": ("credit_desk/findings", with_parts(of={"xl/embeddings/a.docx": b"PK\x03\x04" + bytes(99), "xl/embeddings/b.zip": b"PK\x03\x04", "xl/media/image1.png": PICTURE, "xl/media/image2.svg": VECTORS, "xl/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0" + bytes(512)})),
    "pictures in cells": ("registry/personnel", with_parts(of={"xl/cellimages.xml": '<etc:cellImages xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData"/>', "xl/media/image1.jpeg": b"\xff\xd8\xff"})),
    "comments of people": ("registry/site_checks", with_parts(of={"xl/comments1.xml": '<?xml version="1.0" encoding="UTF-16"?><comments/>'.encode("utf-16"), "customXml/item1.xml": "<!-- x --><a/>"})),
    "macros": ("complaints/hotline", lambda found: edited(TYPES, ("openxmlformats-officedocument.spreadsheetml.sheet.main", "ms-excel.sheet.macroEnabled.main"))(found) | {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"}),
    "a sheet of old macros": ("credit_desk/repairs", lambda found: edited(RELATED, ("</Relationships>", '<Relationship Id="m" Type="http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet" Target="macro.xml"/></Relationships>'))(edited(BOOK, ("</sheets>", '<sheet name="M" sheetId="9" state="hidden" r:id="m"/></sheets>'))(found | {"xl/macro.xml": "<macrosheet/>"}))),
    # how far a sheet says that it reaches
    "a dimension of one cell": ("credit_desk/findings", edited(SHEET, ("<sheetData>", '<dimension ref="A1"/><sheetData>'))),
    "a dimension with a row 0": ("credit_desk/merit_claims", edited(SHEET, ("<sheetData>", '<dimension ref="A0:M4"/><sheetData>'))),
    "a dimension of columns": ("registry/personnel", edited(SHEET, ("<sheetData>", '<dimension ref="A:M"/><sheetData>'))),
    "a dimension that says nothing": ("complaints/hotline", edited(SHEET, ("<sheetData>", '<dimension/><sheetData>'))),
    "a dimension backwards": ("registry/equipment", edited(SHEET, ("<sheetData>", '<dimension ref="M4:A1"/><sheetData>'))),
    "a styled cell in XFD1": ("credit_desk/findings", cell_in_row(1, '<c r="XFD1" s="0"/>')),
    "a styled cell in the last row": ("registry/personnel", edited(SHEET, ("</sheetData>", '<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'))),
    "empty values far out": ("inspections/penalties", cell_in_row(2, '<c r="ZZ2" t="str"><v></v></c><c r="XFD2" t="inlineStr"><is><t> </t></is></c>')),
    "styled rows to the end": ("credit_desk/decisions", edited(SHEET, ("</sheetData>", "".join(f'<row r="{n}"><c r="A{n}" s="1"/><c r="XFD{n}" s="1"/></row>' for n in range(1048000, 1048576)) + "</sheetData>"))),
    # encodings
    "a part in GB2312": ("credit_desk/findings", encoded(SHEET, "GB2312", "gb18030")),
    "shared texts in GBK": ("registry/personnel", encoded(TEXTS, "GBK", "gb18030")),
    "the workbook in GB18030": ("registry/equipment", encoded(BOOK, "gb18030", "gb18030")),
    "a part in UTF-16": ("credit_desk/findings", encoded(SHEET, "UTF-16", "utf-16")),
    "relationships in UTF-16": ("registry/site_checks", encoded(RELATED, "UTF-16", "utf-16")),
    "a part in UTF-16 without a mark": ("inspections/penalties", encoded(SHEET, "UTF-16", "utf-16-be")),
    "UTF-8 that says UTF-16": ("complaints/hotline", encoded(SHEET, "utf-16", "utf-8")),
    "UTF-8 that says ASCII": ("credit_desk/repairs", encoded(SHEET, "us-ascii", "utf-8")),
    "UTF-8 with a mark": ("credit_desk/merit_claims", encoded(SHEET, "UTF-8", "utf-8", b"\xef\xbb\xbf")),
    # comments and padding
    "a comment before the rows": ("credit_desk/findings", edited(SHEET, ("<sheetData>", "<!-- exported 2024 --><sheetData>"))),
    "a comment between rows": ("registry/equipment", edited(SHEET, ("</row>", "</row><!-- <c r='A1'><v>1</v></c> -->"))),
    "a comment behind the end": ("credit_desk/findings", with_bytes(SHEET, after=b"<!-- end -->")),
    "a comment in the shared texts": ("registry/personnel", edited(TEXTS, ("<si>", "<!-- <si><t>x</t></si> --><si>"))),
    "a comment in the workbook": ("complaints/hotline", edited(BOOK, ("<sheets>", "<sheets><!-- <sheet name='x'/> -->"))),
    "an instruction between rows": ("credit_desk/decisions", edited(SHEET, ("</row>", "</row><?page 1?>"))),
    "zeros behind the end": ("credit_desk/findings", with_bytes(SHEET, after=bytes(100))),
    "zeros behind the shared texts": ("inspections/penalties", with_bytes(TEXTS, after=bytes(5000))),
    "zeros behind the relationships": ("registry/site_checks", with_bytes(RELATED, after=bytes(9))),
    "blank lines behind the end": ("registry/personnel", with_bytes(SHEET, after=b"\r\n\n  ")),
    # how XML may be written, too
    "tags with prefixes": ("registry/personnel", prefixed),
    "cells that do not say where they stand": ("credit_desk/findings", unplaced),
    "single quotes": ("registry/equipment", lambda found: found | {SHEET: found[SHEET].replace('"', "'")}),
    "places in small letters": ("complaints/hotline", lambda found: found | {SHEET: found[SHEET].replace('r="A', 'r="a')}),
    "types before places": ("inspections/penalties", edited(SHEET, ('<c r="A2" t="s">', '<c t="s" r="A2">'))),
}  # fmt: skip


def rows(place: str, path: Path) -> list[list[Any]]:
    return [
        [cell if cell not in ("", None) else None for cell in row.cells]
        for row in readers.read_rows(dataset(place), path, readers.Notes())
    ]


@pytest.mark.parametrize("how", PACKED)
def test_a_workbook_is_read_in_any_packing(door: Door, tmp_path: Path, how: str) -> None:
    """x_far_column, x_dimension, x_comment_inside, x_gb_part, x_nul_padded, x_xlsm_utf16, and more."""
    place, change = PACKED[how]
    plain = rows(place, pack(tmp_path / "plain.xlsx", content(place)))
    path = pack(door.drop(place, DAY, "a.xlsx"), change(content(place)))
    assert rows(place, path) == plain
    assert len(plain) == 2
    outcome = door.only_outcome()
    assert (outcome.status, outcome.read_count, outcome.quarantined_count) == ("loaded", 2, 0)


@pytest.mark.parametrize("place", ["credit_desk/findings", "registry/agencies", "inspections/penalties"])
def test_backslashes_in_the_names_of_parts(door: Door, place: str) -> None:
    """x_backslash"""
    pack(door.drop(place, DAY, "a.xlsx"), parts({"Sheet1": sheet(grid(place, [ROWS[place]()]))}), separator="\\")
    assert door.only_outcome().accepted_count == 1


@pytest.mark.parametrize("place", ["registry/personnel", "credit_desk/merit_claims"])
@pytest.mark.parametrize("odd", ["streamed", "zip64", "junk in front", "junk behind", "folders", "stored"])
def test_zips_as_other_programs_write_them(door: Door, place: str, odd: str) -> None:
    class Streamed(io.BytesIO):
        def seekable(self) -> bool:
            return odd != "streamed"

        def seek(self, *place: int) -> int:
            if odd == "streamed":
                raise io.UnsupportedOperation
            return super().seek(*place)

    buffer = Streamed()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED if odd == "stored" else zipfile.ZIP_DEFLATED) as archive:
        if odd == "folders":
            archive.writestr("xl/", b"")
            archive.writestr("xl/worksheets/", b"")
        for name, data in content(place).items():
            with archive.open(name, "w", force_zip64=odd == "zip64") as part:
                part.write(data.encode())
    packed = buffer.getvalue()
    before = b"\xef\xbb\xbf\r\n\r\n" if odd == "junk in front" else b""
    after = b"\r\n<!-- served -->" if odd == "junk behind" else b""
    door.drop(place, DAY, "a.xlsx").write_bytes(before + packed + after)
    assert door.only_outcome().accepted_count == 2


def doubled(found: Parts, name: str, second: str | bytes | None = None) -> bytes:
    """The package with one of its parts twice: the same again, or another content."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, data in found.items():
            archive.writestr(part, data)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr(name, found[name] if second is None else second)
    return buffer.getvalue()


UNREAD = ("docProps/app.xml", "docProps/core.xml", "xl/theme/theme1.xml")


@pytest.mark.parametrize(
    ("place", "name"),
    [
        *((place, name) for place in ("credit_desk/findings", "registry/agencies") for name in UNREAD),
        ("registry/equipment", SHEET),
        ("registry/personnel", TEXTS),
        ("complaints/hotline", TYPES),
    ],
)
def test_a_part_that_occurs_twice_with_the_same_content_is_read(door: Door, place: str, name: str) -> None:
    """x_dup_entries"""
    door.drop(place, DAY, "a.xlsx").write_bytes(doubled({name: "<Properties/>"} | content(place), name))
    assert door.only_outcome().accepted_count == 2


@pytest.mark.parametrize("place", ["credit_desk/findings", "inspections/penalties"])
@pytest.mark.parametrize("name", UNREAD)
def test_two_different_parts_that_are_not_read_are_ignored(door: Door, place: str, name: str) -> None:
    door.drop(place, DAY, "a.xlsx").write_bytes(doubled({name: "<Properties/>"} | content(place), name, "<Other/>"))
    assert door.only_outcome().accepted_count == 2


@pytest.mark.parametrize(
    ("place", "name"), [("credit_desk/findings", SHEET), ("registry/personnel", TEXTS), ("complaints/hotline", BOOK)]
)
@pytest.mark.parametrize("is_the_name_written_otherwise", [False, True])
def test_two_different_parts_under_one_name_are_held(
    door: Door, place: str, name: str, is_the_name_written_otherwise: bool
) -> None:
    found = content(place)
    other = found[name].replace("0", "1").replace("Sheet1", "Sheet2")
    path = door.drop(place, DAY, "a.xlsx")
    if is_the_name_written_otherwise:
        pack(path, found | {name.replace("/", "\\").upper(): other + " "})
    else:
        path.write_bytes(doubled(found, name, other + " "))
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code, outcome.read_count) == ("held", "unreadable", 0)
    assert "two different parts with the same name" in (outcome.message or "")
    assert "save it as .xlsx" in (outcome.message or "")


def zip_of(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def a_workbook() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in content("credit_desk/findings").items():
            archive.writestr(name, data)
    return buffer.getvalue()


def locked(data: bytes) -> bytes:
    """A zip whose parts are marked as encrypted."""
    content = bytearray(data)
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = content.find(mark)
        while at >= 0:
            content[at + place : at + place + 2] = struct.pack("<H", 1)
            at = content.find(mark, at + 4)
    return bytes(content)


COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)

# Each with what the message must say
OTHERS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a zip with a workbook": (lambda: zip_of(**{"认定台账.xlsx": a_workbook()}), "zip with a workbook in it. Unpack it"),
    "a zip with folders": (lambda: zip_of(**{"2024/台账.XLS": b"x", "__MACOSX/._台账.XLS": b"x"}), "Unpack it"),
    "a zip with a .et": (lambda: zip_of(**{"台账.et": COMPOUND}), "zip with a workbook in it. Unpack it"),
    "a zip with a password": (lambda: locked(zip_of(**{"台账.xlsx": b"x" * 99})), "Unpack it"),
    "a zip of texts": (lambda: zip_of(**{"台账.csv": b"a,b"}), "unpack it"),
    "a .rar": (lambda: b"Rar!\x1a\x07\x01\x00" + bytes(99), ".rar archive. Unpack it"),
    "a .7z": (lambda: b"7z\xbc\xaf\x27\x1c" + bytes(99), ".7z archive. Unpack it"),
    "a gzip": (lambda: b"\x1f\x8b\x08\x00" + bytes(99), "gzip archive. Unpack it"),
    "an old .xls or .et": (lambda: COMPOUND + "Workbook".encode("utf-16-le"), "old .xls or .et workbook"),
    "a workbook with a password": (lambda: COMPOUND + "EncryptedPackage".encode("utf-16-le"), "has a password. Save it as .xlsx"),
    "parts with a password": (lambda: locked(a_workbook()), "Save it without a password"),
    "a web page": (lambda: b"\xef\xbb\xbf\r\n<html><table><tr><td>1</td></tr></table></html>", "web page"),
    "an XML table": (lambda: b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "XML table"),
    "a PDF": (lambda: b"%PDF-1.4", "PDF"),
    "a picture": (lambda: PICTURE, "picture"),
    "a text": (lambda: "认定编号,失信条款".encode(), "save it as .xlsx"),
    "a text document": (lambda: zip_of(**{TYPES: b"<Types/>", "word/document.xml": b"<a/>"}), "text document"),
    "an .xlsb": (lambda: zip_of(**{TYPES: b"<Types/>", "xl/workbook.bin": b"x"}), ".xlsb"),
    "a workbook within an old document": (lambda: COMPOUND + a_workbook(), "old .xls or .et workbook"),
}  # fmt: skip


@pytest.mark.parametrize("place", ["credit_desk/findings", "registry/agencies"])
@pytest.mark.parametrize("kind", OTHERS)
def test_a_file_that_is_not_a_workbook_is_held_with_its_kind_and_remedy(door: Door, kind: str, place: str) -> None:
    write, said = OTHERS[kind]
    door.drop(place, DAY, "a.xlsx").write_bytes(write())
    outcome = door.only_outcome()
    assert (outcome.status, outcome.read_count) == ("held", 0)
    assert outcome.reason_code in ("wrong_format", "unreadable")
    assert said in (outcome.message or "")


@pytest.mark.parametrize("place", ["credit_desk/findings", "registry/agencies"])
@pytest.mark.parametrize("name", ["认定台账.zip", "台账.ZIP", "认定台账.xlsx"])
def test_a_zip_with_a_workbook_in_it_must_be_unpacked_whatever_its_name(door: Door, place: str, name: str) -> None:
    """op_partial_copy"""
    door.drop(place, DAY, name).write_bytes(zip_of(**{"认定台账.xlsx": a_workbook()}))
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code, outcome.read_count) == ("held", "wrong_format", 0)
    assert "the file is a zip with a workbook in it. Unpack it" in (outcome.message or "")


@pytest.mark.parametrize("place", ["platform/contracts", "platform/checkins"])
@pytest.mark.parametrize("archive", ["zip", "rar"])
def test_pages_in_an_archive_must_be_unpacked(door: Door, place: str, archive: str) -> None:
    data = zip_of(**{"1.json": page([ROWS[place]()])}) if archive == "zip" else b"Rar!\x1a\x07\x00" + bytes(99)
    door.drop(place, DAY, "a.json").write_bytes(data)
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code) == ("held", "wrong_format")
    assert f"{archive} archive" in (outcome.message or "")
    assert "Unpack it" in (outcome.message or "")


# Each with its reason and what the message must say
BROKEN: dict[str, tuple[str, Callable[[Parts], Parts], str, str]] = {
    "a value in XFD2": ("credit_desk/findings", cell_in_row(2, '<c r="XFD2"><v>1</v></c>'), "refused_archive", "sheet Sheet1 has values far away from the list"),
    "a value far below": ("registry/personnel", edited(SHEET, ("</sheetData>", '<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>')), "refused_archive", "Delete them"),
    "text in another encoding": ("credit_desk/findings", encoded(SHEET, "UTF-8", "gb18030"), "unreadable", "not in the encoding that it declares"),
    "an encoding of other tongues": ("complaints/hotline", encoded(SHEET, "windows-1251", "utf-8"), "unreadable", "an encoding that workbooks do not use"),
    "an encoding nobody knows": ("registry/site_checks", encoded(SHEET, "x-user", "utf-8"), "unreadable", "an encoding that workbooks do not use"),
    "zeros inside": ("inspections/penalties", lambda found: found | {SHEET: found[SHEET].encode().replace(b"</row>", b"</row>\0\0", 1)}, "unreadable", "cut off or damaged"),
    "a sheet that is not there": ("credit_desk/repairs", lambda found: {name: data for name, data in found.items() if name != SHEET}, "unreadable", "names a sheet that is not in it"),
    "a type definition behind a comment": ("credit_desk/findings", edited(SHEET, ("<worksheet", "<!-- x --><!DOCTYPE w [<!ENTITY a 'b'>]><worksheet")), "refused_archive", "document type definition"),
    "a type definition in UTF-16": ("registry/personnel", lambda found: found | {SHEET: found[SHEET].replace("UTF-8", "UTF-16").replace("<worksheet", "<!DOCTYPE w [<!ENTITY a 'b'>]><worksheet").encode("utf-16")}, "refused_archive", "document type definition"),
    "a sheet cut off behind a comment": ("credit_desk/merit_claims", lambda found: found | {SHEET: found[SHEET].replace("<sheetData>", "<!-- x --><sheetData>")[:-40]}, "unreadable", "cut off or damaged"),
}  # fmt: skip


@pytest.mark.parametrize("how", BROKEN)
def test_an_unreadable_workbook_is_held_with_the_true_reason(door: Door, how: str) -> None:
    place, change, reason, said = BROKEN[how]
    pack(door.drop(place, DAY, "a.xlsx"), change(content(place)))
    put(door, place, [ROWS[place]()], name="good.xlsx")
    outcomes = door.outcomes()
    odd = outcomes[f"{DAY}/a.xlsx"]
    assert (odd.status, odd.reason_code, odd.read_count) == ("held", reason, 0)
    assert said in (odd.message or "")
    assert outcomes[f"{DAY}/good.xlsx"].status == "loaded"
