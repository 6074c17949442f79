"""Hostile and broken workbooks: refused quickly, in bounded memory, with a message."""

from __future__ import annotations

import gzip
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from ingestion import envelope, readers
from ingestion.envelope import Held
from tests.ingestion.support import (
    DAY,
    FINDINGS,
    Door,
    dataset,
    finding,
)
from tests.ingestion.workbooks import finding_rows, raw_workbook, sheet_xml


def refusal(path: Path) -> Held:
    with pytest.raises(Held) as held:
        envelope.inspect_workbook(path)
    return held.value


def bomb(path: Path, unpacked: int = 286 << 20) -> Path:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(unpacked >> 20):
            part.write(b" " * (1 << 20))
    return path


MEASURE = """
import resource, sys, time
from pathlib import Path
from ingestion import envelope
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begin = time.perf_counter()
try:
    envelope.{call}(Path(sys.argv[1]))
except envelope.Held as held:
    print(held.reason, time.perf_counter() - begin, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


@pytest.mark.parametrize("kind", ["workbook", "page"])
def test_a_bomb_is_refused_in_two_seconds_and_100_megabytes(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "bomb"
    if kind == "workbook":
        bomb(path)
    else:
        with gzip.open(path, "wb") as file:
            for _ in range(286):
                file.write(b" " * (1 << 20))
    assert path.stat().st_size < 500_000
    call = "inspect_workbook" if kind == "workbook" else "open_unpacked"
    out = subprocess.run(
        [sys.executable, "-c", MEASURE.replace("{call}", call), str(path)], capture_output=True, text=True, check=True
    ).stdout.split()
    assert out[0] == "refused_archive"
    assert float(out[1]) <= 2
    assert float(out[2]) <= 100


def test_a_part_with_a_wrong_size_is_refused(tmp_path: Path) -> None:
    path = bomb(tmp_path / "lying", 100 << 20)
    content = bytearray(path.read_bytes())
    central = content.rindex(b"PK\x01\x02")
    content[central + 24 : central + 28] = struct.pack("<I", 1000)  # declares 1,000 bytes
    path.write_bytes(content)
    assert refusal(path).reason == "refused_archive"


def test_ten_thousand_entries_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "many"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(10_000):
            archive.writestr(f"xl/{number}.xml", b"")
    begin = time.perf_counter()
    assert "10000 parts" in refusal(path).message
    assert time.perf_counter() - begin <= 2


def test_an_attachment_is_bounded_and_never_opened(tmp_path: Path) -> None:
    """A package within a package is data; what it takes counts for the whole."""
    inner, path = (
        bomb(tmp_path / "inner", 1 << 20),
        raw_workbook(tmp_path / "outer", {"S": sheet_xml(finding_rows({}))}),
    )
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.write(inner, "xl/embeddings/Microsoft_Excel_Worksheet.xlsx")
    assert envelope.inspect_workbook(path).is_plain
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/embeddings/oleObject1.bin", "w", force_zip64=True) as part,
    ):
        for _ in range(100):
            part.write(b" " * (1 << 20))
    assert "times its size" in refusal(path).message


def test_overlapping_parts_are_refused(tmp_path: Path) -> None:
    """Two directory entries that point at the same bytes multiply them."""
    path = tmp_path / "overlap"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.xml", b"a" * 100)
        archive.writestr("b.xml", b"a" * 100)
    content = bytearray(path.read_bytes())
    second = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 1)
    content[second + 42 : second + 46] = struct.pack("<I", 0)
    path.write_bytes(content)
    assert refusal(path).reason in ("refused_archive", "unreadable")


def test_document_types_and_far_cells_are_refused(door: Door) -> None:
    laughs = sheet_xml(finding_rows({})).replace("<worksheet", "<!DOCTYPE w [<!ENTITY a 'b'>]><worksheet", 1)
    raw_workbook(door.drop(FINDINGS, DAY, "dtd.xlsx"), {"S": laughs})
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    raw_workbook(door.drop(FINDINGS, DAY, "far.xlsx"), {"S": sheet_xml(far)})
    sparse = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="IV1048576"><v>1</v></c></row>'
    raw_workbook(door.drop(FINDINGS, DAY, "sparse.xlsx"), {"S": sheet_xml(sparse)})
    begin = time.perf_counter()
    outcomes = door.outcomes()
    assert {outcome.reason_code for outcome in outcomes.values()} == {"refused_archive"}
    assert len(outcomes) == 3
    assert time.perf_counter() - begin <= 5


@pytest.mark.parametrize("keep", [0, 1, 30, 500, 0.3, 0.6, 0.9, -1, -22])
def test_a_truncated_workbook_loads_no_row(door: Door, keep: float) -> None:
    whole = door.put(FINDINGS, DAY, "a.xlsx", [finding(f"RD-{n}") for n in range(200)]).read_bytes()
    end = int(len(whole) * keep) if isinstance(keep, float) else keep
    door.drop(FINDINGS, DAY, "a.xlsx").write_bytes(whole[:end])
    door.put(FINDINGS, DAY, "good.xlsx", [finding("RD-GOOD")])
    outcomes = door.outcomes()
    cut = outcomes[f"{DAY}/a.xlsx"]
    assert (cut.status, cut.read_count) == ("held", 0)
    assert cut.message
    assert outcomes[f"{DAY}/good.xlsx"].status == "loaded"
    assert [row["finding_id"] for row in door.rows(FINDINGS)] == ["RD-GOOD"]


def test_a_workbook_with_an_incomplete_sheet_in_a_complete_zip_is_held(door: Door) -> None:
    xml = sheet_xml(finding_rows({}) * 3)
    raw_workbook(door.drop(FINDINGS, DAY, "a.xlsx"), {"S": xml[: len(xml) // 2]})
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code) == ("held", "unreadable")


def test_flipped_bytes_never_change_a_row_silently(door: Door) -> None:
    whole = door.put(FINDINGS, DAY, "a.xlsx", [finding(f"RD-{n}") for n in range(50)]).read_bytes()
    for place in range(100, len(whole) - 100, max(1, len(whole) // 40)):
        content = bytearray(whole)
        content[place] ^= 0x55
        path = door.root / "flipped.xlsx"
        path.write_bytes(content)
        try:
            rows = list(readers.read_rows(dataset(FINDINGS), path, readers.Notes()))
        except Held:
            continue
        assert len(rows) == 50


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "wrong_format"),
        (b"PK\x03\x04", "unreadable"),
        (b"PK\x05\x06" + b"\0" * 18, "wrong_format"),
        ("认定编号,失信条款\r\n1,5\r\n".encode(), "wrong_format"),
        (b"\x89PNG\r\n\x1a\n", "wrong_format"),
    ],
)
def test_what_is_not_a_workbook_is_held(door: Door, content: bytes, reason: str) -> None:
    door.drop(FINDINGS, DAY, "a.xlsx").write_bytes(content)
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code) == ("held", reason)


def test_a_sheet_under_another_part_name_is_checked_as_well(door: Door) -> None:
    """A workbook may call any part a sheet; the guards look at what a part holds."""
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    plain = raw_workbook(door.root / "plain.xlsx", {"S": sheet_xml(far)})
    with (
        zipfile.ZipFile(plain) as source,
        zipfile.ZipFile(door.drop(FINDINGS, DAY, "a.xlsx"), "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name).replace(b"worksheets/sheet1.xml", b"media/image1.png")
            target.writestr("xl/media/image1.png" if "sheet1" in name else name, content)
    assert door.only_outcome().reason_code == "refused_archive"
