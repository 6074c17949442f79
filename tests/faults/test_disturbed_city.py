"""A complete city whose exports are written in equivalent forms: every mart is the same, except for positions in files."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from ingestion.contract import Dataset
from ingestion.sources import DATASETS
from tests.conftest import firemark, parse_once
from tests.faults.traces import texts_of, texts_under
from tests.ingestion.real_exports import disturbances
from tests.ingestion.real_exports.builder import ROWS, put
from tests.ingestion.real_exports.disturbances import Draw, Drop
from tests.ingestion.real_exports.disturbed_files import write_disturbed, write_plain
from tests.ingestion.real_exports.test_personal_numbers import ID, MOBILE, plants
from tests.ingestion.support import Door

pytestmark = pytest.mark.soak

CITIES = 20
AS_OF = "2026-09-30"
PLACES = {"file_hash", "sheet", "row_number", "file_position", "row_hash", "flags", "issue_id", "hidden_sheet_count"}
# A record on two pages is a repeat if its cells are the same, otherwise a version with the same meaning.
PLACES |= {"accepted_count", "duplicate_count"}
UNTIMED = {"fct_check_results"}  # it holds clock times
MASKS = (f"4108**********{ID[-4:]}", "138****1234")
MARTS_WITH_MASKS = {
    *("conflicts.fct_engineer_conflicts", "credit.dim_agencies"),
    *("publication.rpt_public_roster", "quality.fct_data_issues"),
}
PLACE_IN_TEXT = re.compile(r"file [0-9a-f]{64}(?:, sheet [^,;]+)?(?:, row \d+)?|[0-9a-f]{64}")


def clean_drops(inbox: Path) -> Iterator[tuple[Path, Drop]]:
    """Every file of a clean inbox as rows by header; its path below the inbox."""
    for path in sorted(path for path in inbox.rglob("*") if path.is_file()):
        place = path.relative_to(inbox)
        of = DATASETS[place.parts[0], place.parts[1]]
        yield place.with_name(f"{place.name.split('.')[0]}.{of.format}"), Drop(of, list(_rows(of, path)))


def _rows(of: Dataset, path: Path) -> Iterator[dict[str, Any]]:
    match of.format:
        case "json":
            content = path.read_bytes()
            text = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
            yield from json.loads(text)["data"]["records"]
        case "csv":
            content = path.read_bytes()
            try:
                text = content.decode("utf-8-sig")
            except UnicodeDecodeError:
                text = content.decode("gb18030")
            yield from _by_header(of, list(csv.reader(io.StringIO(text))))
        case _:
            with CalamineWorkbook.from_path(str(path)) as book:
                yield from _by_header(of, book.get_sheet_by_index(0).to_python())


def _by_header(of: Dataset, grid: list[list[Any]]) -> Iterator[dict[str, Any]]:
    top = next(
        number for number, row in enumerate(grid) if "统一社会信用代码" in row or "决定编号" in row or "工单编号" in row
    )
    names = list(grid[top])
    if of.header_rows == 2:
        names = [lower or upper for upper, lower in zip(grid[top], grid[top + 1], strict=True)]
    keys = {of.column(name).header for name in of.key}
    for row in grid[top + of.header_rows :]:
        cells = {name: cell if cell != "" else None for name, cell in zip(names, row, strict=True) if name}
        if any(cells.get(key) for key in keys):
            yield dict.fromkeys(column.header for column in of.columns) | cells


def build(folder: Path, inbox: Path, key: Path) -> dict[str, Counter[tuple[str, ...]]]:
    """Builds an inbox in a home of its own; the rows of every mart without places."""
    home = folder / "home"
    parse_once(home)
    firemark(home, "build", "--inbox", str(inbox), "--as-of", AS_OF, env={"FIREMARK_PERSON_KEY_FILE": str(key)})
    release = (home / "releases" / "current").resolve()
    found = {}
    with duckdb.connect(str(release / "firemark.duckdb"), read_only=True) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE'"
        ).fetchall()
        for schema, table in tables:
            if table in UNTIMED:
                continue
            rows = connection.execute(f'select * from "{schema}"."{table}"')
            kept = [index for index, column in enumerate(rows.description) if column[0] not in PLACES]
            found[f"{schema}.{table}"] = Counter(
                tuple(PLACE_IN_TEXT.sub("file", str(row[index])) for index in kept) for row in rows.fetchall()
            )
    return found


def test_a_city_written_in_any_forms_has_the_same_marts(tmp_path: Path) -> None:
    key = tmp_path / "person.key"
    key.write_text("a key of the tests, of 32 letters")
    firemark(tmp_path / "none", "sample", str(tmp_path / "sample"), "--clean", "--agencies", "12", "--years", "1")
    drops = list(clean_drops(tmp_path / "sample" / "inbox"))
    for place, drop in drops:
        path = tmp_path / "plain" / "inbox" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        write_plain(drop, path)
    wanted = build(tmp_path / "plain", tmp_path / "plain" / "inbox", key)
    assert sum(map(len, wanted.values())) > 500 and wanted["conflicts.fct_engineer_conflicts"]
    for seed in range(CITIES):
        draw = Draw(seed)
        folder = tmp_path / f"city-{seed}"
        for place, drop in drops:
            path = folder / "inbox" / place
            path.parent.mkdir(parents=True, exist_ok=True)
            write_disturbed(disturbances.disturbed(drop, draw), path, draw)
        found = build(folder, folder / "inbox", key)
        for table, rows in wanted.items():
            assert found[table] == rows, (
                seed,
                table,
                list((found[table] - rows).elements())[:3],
                list((rows - found[table]).elements())[:3],
            )


def test_numbers_planted_in_every_column_are_in_no_file_of_a_built_home(tmp_path: Path) -> None:
    """Marts, releases, work lists, logs and caches: nothing outside the archive holds an ID or mobile number in the clear."""
    door = Door(tmp_path)
    for place in ROWS:
        put(door, place, [*plants(place), ROWS[place]()], name=f"{place.replace('/', '-')}.x")
    parse_once(door.settings.home)
    firemark(door.settings.home, "build", "--inbox", str(door.inbox), "--as-of", AS_OF)
    held = [
        (str(path), secret)
        for path, _, text in texts_under(door.settings.home, leave_out=("archive",))
        for secret in (ID, ID.lower(), MOBILE)
        if secret in text
    ]
    assert held == []
    release = (door.settings.home / "releases" / "current").resolve() / "firemark.duckdb"
    masked = {part for part, text in texts_of(release) if all(mask in text for mask in MASKS)}
    assert masked >= MARTS_WITH_MASKS  # the control: what was planted reached these tables
