"""A rulebook folder on disk: a round trip changes nothing, and every broken cell is reported by file, row and column."""

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from rulebook.folder import build_tables, read_folder, write_folder
from rulebook.importing import import_regimes
from rulebook.lint import lint
from rulebook.problems import RulebookError
from rulebook.tables import BUILD_TABLES, DEFAULTS, FOLDER_TABLES
from tests.rulebook.support import DEFAULT_FOLDER, DEFAULT_YAML, FOREIGN


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    import_regimes([DEFAULT_YAML, *FOREIGN], tmp_path / "rules")
    return tmp_path / "rules"


def test_writing_what_was_read_changes_no_byte(folder: Path, tmp_path: Path) -> None:
    write_folder(read_folder(folder), tmp_path / "again")
    for name in FOLDER_TABLES:
        assert (tmp_path / "again" / f"{name}.csv").read_bytes() == (folder / f"{name}.csv").read_bytes()
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{name}.csv" for name in FOLDER_TABLES)


def test_a_build_gets_the_versions_of_one_regime_only(folder: Path) -> None:
    tables = build_tables(read_folder(folder), "riverport")
    assert tables.keys() == BUILD_TABLES.keys()
    for name, table in tables.items():
        assert table.schema.equals(BUILD_TABLES[name])
        assert set(table["rulebook_id"].to_pylist()) <= {"rp-2024", "rp-2025"}
    assert tables["rulebooks"]["effective_until_on"].to_pylist() == [dt.date(2025, 7, 1), None]
    assert tables["item_channels"].to_pylist() == [
        {"rulebook_id": "rp-2024", "item_code": "PAPER", "channel_code": code}
        for code in ("county_department", "document_review", "supervision_check")
    ]
    assert tables["repair_blocked_grades"].to_pylist() == [{"rulebook_id": "rp-2025", "grade": "bronze"}]


def test_the_default_regime_has_the_figures_of_the_notice() -> None:
    tables = build_tables(read_folder(DEFAULT_FOLDER), "jiaozuo")
    points = {row["item_code"]: row["points"] for row in tables["items"].to_pylist()}
    assert points["F02A"] == Decimal(50) and points["F04B"] == Decimal(10) and len(points) == 19
    assert tables["rulebooks"]["is_provisional"].to_pylist() == [True]
    assert tables["item_subsumes"].to_pylist() == [
        {"rulebook_id": "jz-2024-draft", "item_code": "F01", "subsumed_item_code": "F03"}
    ]


def test_an_unknown_regime_names_the_known_ones(folder: Path) -> None:
    read = read_folder(folder)
    assert {"hillshire", "jiaozuo", "starfield"} < set(read.regimes())
    with pytest.raises(RulebookError, match=rf"Known regimes: {', '.join(read.regimes())}\."):
        build_tables(read, "nowhere")


@pytest.mark.parametrize(
    ("table", "old", "new", "column", "said"),
    [
        ("items", ",50,item,", ",fifty,item,", "points", "not a number"),
        ("items", ",50,item,one,,report,", ",50.001,item,one,,report,", "points", "two decimals"),
        ("rulebooks", "2024-03-21,,100", "2024/3/21,,100", "effective_from_on", "yyyy-mm-dd"),
        ("components", "jz-2024-draft,ADD,1,", "jz-2024-draft,ADD,one,", "sign", "whole number"),
        ("components", "30,,true", "30,,maybe", "is_cap_provisional", "neither true nor false"),
        ("bands", "jz-2024-draft,A,1,", "jz-2024-draft,A,1,,", None, "8 cells"),
    ],
)
def test_a_broken_cell_is_named(folder: Path, *, table: str, old: str, new: str, column: str | None, said: str) -> None:
    path = folder / f"{table}.csv"
    text = path.read_text("utf-8")
    row = next(number for number, line in enumerate(text.splitlines(), start=1) if old in line)
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(RulebookError) as raised:
        read_folder(folder)
    (problem,) = raised.value.problems
    assert (problem.place.file, problem.place.number, problem.place.column) == (str(path), row, column)
    assert said in problem.message


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("rulebook_id,grade", "missing columns"),
        ("rulebook_id,grade,rank", "unknown columns rank"),
        ("", "missing columns"),
    ],
)
def test_a_wrong_header_is_named(folder: Path, header: str, said: str) -> None:
    (folder / "bands.csv").write_text(header + "\n", "utf-8")
    with pytest.raises(RulebookError, match=said):
        read_folder(folder)


def _rewrite(path: Path, *, without: tuple[str, ...] = (), emptied: tuple[str, ...] = ()) -> None:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [name for name in rows[0] if name not in without], extrasaction="ignore")
        writer.writeheader()
        writer.writerows({**row, **dict.fromkeys(emptied, "")} for row in rows)


# Columns that the first folders lack.
NOT_IN_THE_FIRST_FOLDERS = {
    "rulebooks": ("rated_from", "rated_types", "unrated_status"),
    "components": ("next_fact", "next_types", "cap_per_check_points"),
    "items": ("points_from", "quantity_from", "repeat_factor", "cap_per_check_points"),
}


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A folder whose regimes use none of the later words."""
    first = ("hillshire-2024", "riverport-2024", "riverport-2025", "starfield-2024")
    import_regimes([DEFAULT_YAML, *(path for path in FOREIGN if path.stem in first)], tmp_path / "older")
    return tmp_path / "older"


def test_an_older_folder_without_the_later_columns_reads_with_their_defaults(older: Path) -> None:
    now = read_folder(older)
    for table, columns in NOT_IN_THE_FIRST_FOLDERS.items():
        _rewrite(older / f"{table}.csv", without=columns)
    then = read_folder(older)
    assert lint(then) == []
    for table in FOLDER_TABLES:
        assert [row.values for row in then.rows(table)] == [row.values for row in now.rows(table)]
    for table, column in DEFAULTS:
        assert {row[column] for row in then.rows(table)} == {DEFAULTS[table, column]}


def test_an_empty_cell_means_the_default(older: Path) -> None:
    now = read_folder(older)
    for table in NOT_IN_THE_FIRST_FOLDERS:
        _rewrite(older / f"{table}.csv", emptied=tuple(column for of, column in DEFAULTS if of == table))
    for table in FOLDER_TABLES:
        assert [row.values for row in read_folder(older).rows(table)] == [row.values for row in now.rows(table)]


def test_an_original_column_may_not_be_missing(folder: Path) -> None:
    _rewrite(folder / "items.csv", without=("cap_points",))
    with pytest.raises(RulebookError, match="missing columns cap_points"):
        read_folder(folder)


def test_a_missing_file_and_a_missing_folder_are_named(folder: Path) -> None:
    (folder / "bands.csv").unlink()
    with pytest.raises(RulebookError, match=r"bands\.csv: the file is missing"):
        read_folder(folder)
    with pytest.raises(RulebookError, match="the rulebook folder does not exist"):
        read_folder(folder / "deeper")


def test_a_folder_saved_by_a_spreadsheet_reads_the_same(folder: Path) -> None:
    before = read_folder(folder)
    for name in FOLDER_TABLES:
        path = folder / f"{name}.csv"
        lines = [
            ",".join(cell.upper() if cell in ("true", "false") else cell for cell in line.split(","))
            for line in path.read_text("utf-8").splitlines()
        ]
        path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join([*lines, ""]).encode())
    after = read_folder(folder)
    for name in FOLDER_TABLES:
        assert [row.values for row in after.rows(name)] == [row.values for row in before.rows(name)]


@pytest.mark.parametrize(
    ("table", "old", "new", "code"),
    [
        ("items", "jz-2024-draft,F05,SUB", "jz-2024,F05,SUB", "unknown_rulebook"),
        ("items", "jz-2024-draft,F05,SUB", "jz-2024-draft,,SUB", "missing_value"),
        ("items", "30,item,one,,case,,,points,", "30,item,one,,case,,,fine,", "unknown_word"),
        ("components", ",sum_over_count,checks,", ",sum_over_count,engineers,", "divisor_not_event"),
        ("clause_items", "jz-2024-draft,*,2b,", "jz-2024-draft,*,2B,", "clause_not_normal"),
        ("bands", "jz-2024-draft,B,2,", "jz-2024-draft,B,1,", "rank_twice"),
        ("bands", "jz-2024-draft,B,2,", "jz-2024-draft,A,2,", "twice"),
        ("repair_policy", "jz-2024-draft,expiry", "sf-2024,expiry", "no_repair_policy"),
    ],
)
def test_lint_reads_folders_that_were_edited_by_hand(folder: Path, table: str, old: str, new: str, code: str) -> None:
    path = folder / f"{table}.csv"
    text = path.read_text("utf-8")
    assert text.count(old) in (1, 2)
    path.write_text(text.replace(old, new), "utf-8")
    problems = [problem for problem in lint(read_folder(folder)) if problem.code == code]
    assert problems and all(problem.place.is_csv and problem.place.number for problem in problems)
