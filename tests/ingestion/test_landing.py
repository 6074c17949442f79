"""The path of a file into archive, lake and manifest: exactly once, whatever happens in between."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import os
import random
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion import atomic_files, build_inputs, lake_parts, landing, parsing, warehouse_sources
from ingestion.manifest import Receipt, open_manifest
from ingestion.privacy import PersonKeys
from ingestion.settings import Settings
from ingestion.sources import DATASETS
from ingestion.strict import RowParser
from ingestion.warehouse_sources import dataset_schema
from tests.ingestion.support import (
    AS_OF,
    CHECKINS,
    DAY,
    FINDINGS,
    INSURANCE,
    PERSONNEL,
    USCC_A,
    USCC_B,
    Door,
    checkin,
    csv_bytes,
    dataset,
    finding,
    insured,
    make_id,
    person,
)


def test_every_dataset_has_a_lake_schema_that_can_be_read_empty(door: Door) -> None:
    door.outcomes()
    relations = [f'"{source}"."{name}"' for source, name in DATASETS]
    assert door.relations(*relations) == [[] for _ in relations]
    with duckdb.connect(":memory:") as connection:
        warehouse_sources.register_sources(connection, door.settings.build)
        for source, name in DATASETS:
            columns = [row[0] for row in connection.execute(f'describe "{source}"."{name}"').fetchall()]
            assert columns == dataset_schema(source, name).names


def test_a_second_ingest_has_nothing_to_do(door: Door) -> None:
    door.put(FINDINGS, DAY, "a.xlsx", [finding()])
    assert door.ingest().parsed_count == 1
    lake = {path: path.stat().st_mtime_ns for path in door.settings.lake.rglob("*.parquet")}
    again = door.ingest()
    assert (again.seen_count, again.new_count, again.parsed_count) == (1, 0, 0)
    assert {path: path.stat().st_mtime_ns for path in door.settings.lake.rglob("*.parquet")} == lake


def test_an_original_is_kept_unchanged_for_its_owner_only(door: Door) -> None:
    path = door.put(FINDINGS, DAY, "a.xlsx", [finding()])
    door.ingest()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    kept = door.settings.archive / digest[:2] / digest
    assert kept.read_bytes() == path.read_bytes()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    for folder in (door.settings.archive, kept.parent, door.settings.lake, door.settings.secrets):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(door.settings.person_key.stat().st_mode) == 0o600


def test_same_name_new_bytes_is_a_new_version(door: Door) -> None:
    door.put(FINDINGS, DAY, "a.xlsx", [finding(失信条款="5")])
    door.ingest()
    door.put(FINDINGS, DAY, "a.xlsx", [finding(失信条款="7")])
    assert door.ingest().new_count == 1
    assert sorted(row["clause"] for row in door.rows(FINDINGS)) == ["5", "7"]


def test_provenance_leads_to_the_row(door: Door) -> None:
    door.put(
        FINDINGS, DAY, "认定.xlsx", [finding("RD-1"), finding("RD-2"), finding("RD-3", 状态="别的"), finding("RD-4")]
    )
    door.outcomes()
    rows = door.relation("credit_desk.findings")
    assert [(r["sheet"], r["row_number"], r["file_position"], r["source_key"]) for r in rows] == [
        ("Sheet1", 2, 1, "RD-1"),
        ("Sheet1", 3, 2, "RD-2"),
        ("Sheet1", 5, 4, "RD-4"),
    ]
    assert {(r["file_name"], r["received_on"]) for r in rows} == {("认定.xlsx", dt.date(2024, 6, 1))}
    (out,) = door.relation("lake.quarantined_rows")
    assert (out["sheet"], out["row_number"], out["reason_code"], out["header"]) == (
        "Sheet1",
        4,
        "unknown_value",
        "状态",
    )


def test_json_records_are_counted_from_one_and_csv_records_from_the_header(door: Door) -> None:
    door.put(CHECKINS, DAY, "p.json", [checkin("QD-1"), checkin("QD-2")])
    door.put(INSURANCE, DAY, "s.csv", [insured(make_id(1)), insured(make_id(2))])
    door.ingest()
    assert [(r["sheet"], r["row_number"]) for r in door.rows(CHECKINS)] == [(None, 1), (None, 2)]
    assert [(r["sheet"], r["row_number"]) for r in door.rows(INSURANCE)] == [(None, 2), (None, 3)]


# --- duplicates ---


def test_an_exact_repeat_is_a_duplicate_and_a_changed_one_is_a_version(door: Door) -> None:
    rows = [
        finding("RD-1"),
        finding("RD-1"),
        finding("RD-1", 失信条款="7"),
        finding("RD-2", 状态="别的"),
        finding("RD-2", 状态="别的"),
    ]
    door.put(FINDINGS, DAY, "a.xlsx", rows)
    outcome = door.only_outcome()
    counts = (outcome.read_count, outcome.accepted_count, outcome.quarantined_count, outcome.duplicate_count)
    assert counts == (5, 2, 1, 2)


def test_overlapping_pages_repeat_rows_across_the_files_of_a_drop(door: Door) -> None:
    door.put(CHECKINS, DAY, "p1.json", [checkin("QD-1"), checkin("QD-2"), checkin("QD-bad", gw="厨师")])
    door.put(CHECKINS, DAY, "p2.json", [checkin("QD-2"), checkin("QD-bad", gw="厨师"), checkin("QD-3")])
    door.put(CHECKINS, "2024-07-01", "p1.json", [checkin("QD-3")])
    outcomes = door.outcomes()
    assert [(o.read_count, o.accepted_count, o.quarantined_count, o.duplicate_count) for o in outcomes.values()] == [
        (3, 2, 1, 0),
        (3, 1, 0, 2),
        (1, 1, 0, 0),
    ]
    rows = [(r["checkin_id"], r["file_name"], str(r["received_on"])) for r in door.relation("platform.checkins")]
    assert sorted(rows) == [
        ("QD-1", "p1.json", DAY),
        ("QD-2", "p1.json", DAY),
        ("QD-3", "p1.json", "2024-07-01"),
        ("QD-3", "p2.json", DAY),
    ]
    assert len(door.relation("lake.quarantined_rows")) == 1


def test_the_same_bytes_on_two_days_are_judged_by_the_earlier_day(door: Door) -> None:
    """date_after_receipt depends on the day, so each day has its own part and each build picks the earliest."""
    rows = [finding("RD-1", 认定日期="2024-05-20")]
    door.put(FINDINGS, "2024-06-01", "late.xlsx", rows)
    assert door.outcomes()["2024-06-01/late.xlsx"].accepted_count == 1
    early = door.drop(FINDINGS, "2024-05-10", "early.xlsx")
    shutil.copy(door.drop(FINDINGS, "2024-06-01", "late.xlsx"), early)
    outcomes = door.outcomes()
    assert outcomes["2024-05-10/early.xlsx"].quarantined_count == 1
    assert outcomes["2024-06-01/late.xlsx"].status == "duplicate"
    (out,) = door.relation("lake.quarantined_rows")
    assert (out["reason_code"], out["header"]) == ("date_after_receipt", "认定日期")


def test_a_malformed_record_is_not_a_duplicate_of_a_well_formed_one(door: Door) -> None:
    """A record without its last, empty field, then the same record with it: the second one is accepted."""
    of = dataset("inspections/checks")
    checks = [
        {"任务编号": "RW-1", "序号": "1", "检查类型": "专项", "统一社会信用代码": USCC_A},
        {"任务编号": "RW-2", "序号": "1", "检查类型": "专项", "统一社会信用代码": USCC_A},
    ]
    lines = csv_bytes(of, checks).split(b"\r\n")
    short = lines[1].removesuffix(b",")
    door.drop(of.id, DAY, "a.csv").write_bytes(b"\r\n".join([lines[0], short, lines[1], lines[2], b""]))
    door.drop(of.id, "2024-07-01", "a.csv").write_bytes(b"\r\n".join([lines[0], short, short, lines[2], b""]))
    door.drop(of.id, "2024-07-01", "b.csv").write_bytes(b"\r\n".join([lines[0], lines[1], short, b""]))
    counts = {name: (o.accepted_count, o.quarantined_count, o.duplicate_count) for name, o in door.outcomes().items()}
    assert counts == {
        f"{DAY}/a.csv": (2, 1, 0),
        "2024-07-01/a.csv": (1, 1, 1),
        "2024-07-01/b.csv": (1, 0, 1),
    }


def test_a_list_received_twice_unchanged_is_two_observations(door: Door) -> None:
    path = door.put(PERSONNEL, "2024-05-01", "a.xlsx", [person()])
    shutil.copy(path, door.drop(PERSONNEL, "2024-06-01", "a.xlsx"))
    shutil.copy(path, door.drop(PERSONNEL, "2024-06-01", "b.xlsx"))
    assert [str(o.status) for o in door.outcomes().values()] == ["loaded", "loaded", "duplicate"]
    assert len(door.relation("registry.personnel")) == 2


# --- a fault of the program's own ---


def test_what_one_file_does_to_the_program_holds_that_file_only(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    door.put(FINDINGS, DAY, "a.xlsx", [finding("RD-1"), finding("RD-2", 认定单位="秘密")])
    door.put(FINDINGS, DAY, "b.xlsx", [finding("RD-3")])
    real = parsing.free_text

    def failing(cell: Any) -> Any:
        if cell == "秘密":
            raise ZeroDivisionError(cell)
        return real(cell)

    with monkeypatch.context() as patch:
        patch.setattr(parsing, "free_text", failing)
        for _ in range(2):
            outcomes = door.outcomes()
            broken = outcomes[f"{DAY}/a.xlsx"]
            assert (broken.status, broken.reason_code, broken.read_count) == ("held", "program_failed", 0)
            assert "ZeroDivisionError in test_landing.py" in (broken.message or "")
            assert "程序" in (broken.message or "") and "秘密" not in (broken.message or "")
            assert [row["finding_id"] for row in door.rows(FINDINGS)] == ["RD-3"]
    assert {outcome.status for outcome in door.outcomes().values()} == {"loaded"}
    assert sorted(row["finding_id"] for row in door.rows(FINDINGS)) == ["RD-1", "RD-2", "RD-3"]
    assert door.ingest().parsed_count == 0


def test_a_full_disk_is_not_a_fault_of_a_file(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    door.put(FINDINGS, DAY, "a.xlsx", [finding()])

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lake_parts.pq.ParquetWriter, "write_batch", full)
    with pytest.raises(OSError, match="No space"):
        door.ingest()


# --- trying again ---


def test_a_held_file_is_tried_again_when_the_contract_changes(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    of = dataset(FINDINGS)
    door.put(FINDINGS, DAY, "a.xlsx", [finding()])
    columns = tuple(dataclasses.replace(c, header="旧条款") if c.name == "clause" else c for c in of.columns)
    monkeypatch.setitem(DATASETS, ("credit_desk", "findings"), dataclasses.replace(of, columns=columns))
    assert door.only_outcome().status == "held"
    assert door.ingest().parsed_count == 0
    monkeypatch.setitem(DATASETS, ("credit_desk", "findings"), of)
    assert door.ingest().parsed_count == 1
    assert door.only_outcome().status == "loaded"


def test_everything_is_read_again_from_the_archive_on_demand(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    door.put(FINDINGS, DAY, "a.xlsx", [finding()])
    door.put(INSURANCE, DAY, "s.csv", [insured(make_id(n)) for n in range(5)])
    door.ingest()
    before = {path.name: pq.read_table(path) for path in door.settings.lake.rglob("*-*.parquet")}
    for path in door.settings.lake.rglob("*-*.parquet"):
        path.unlink()
    shutil.rmtree(door.inbox)
    door.inbox.mkdir()
    assert door.ingest(full=True).parsed_count == 2
    after = {path.name: pq.read_table(path) for path in door.settings.lake.rglob("*-*.parquet")}
    assert before.keys() == after.keys()
    assert all(before[name].equals(after[name]) for name in before)
    monkeypatch.setattr(lake_parts, "PARSER_REVISION", lake_parts.PARSER_REVISION + 1)
    assert door.ingest().parsed_count == 2


# --- interrupted ---


FILES = 6
CHILD = """
import sys
from ingestion import landing
landing.ingest(sys.argv[1], sys.argv[2], progress=lambda done, total, label: print(done, flush=True))
"""


def check_exactly_once(door: Door) -> None:
    door.outcomes()
    keys = sorted(row["finding_id"] for row in door.relation("credit_desk.findings"))
    assert keys == sorted(f"RD-{number}-{row}" for number in range(FILES) for row in range(40))
    with open_manifest(door.settings.manifest) as manifest:
        receipts, parts = manifest.receipts(), manifest.parts()
    assert len(receipts) == len(parts) == FILES
    assert len({receipt.file_hash for receipt in receipts}) == FILES
    lake = {path.name for path in (door.settings.lake / FINDINGS).glob("*") if "schema" not in path.name}
    assert lake == {lake_parts.part_path(door.settings.lake, key).name for key in parts}


def killed_ingest(door: Door, point: int, wait: float) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(door.settings.home), str(door.inbox)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    for line in child.stdout:
        if int(line) >= point:
            break
    time.sleep(wait)
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()


def fill(door: Door) -> None:
    for number in range(FILES):
        door.put(FINDINGS, DAY, f"{number}.xlsx", [finding(f"RD-{number}-{row}") for row in range(40)])


def test_killed_while_ingesting_every_content_is_loaded_exactly_once(door: Door) -> None:
    fill(door)
    for point in (0, 2, 4):
        killed_ingest(door, point, 0.004 * point)
    door.ingest()
    check_exactly_once(door)


@pytest.mark.soak
def test_killed_fifty_times_while_ingesting(door: Door) -> None:
    fill(door)
    randomness = random.Random(1)
    for _ in range(50):
        shutil.rmtree(door.settings.home, ignore_errors=True)
        killed_ingest(door, randomness.randrange(FILES), randomness.random() * 0.05)
        door.ingest()
        check_exactly_once(door)


def test_stopped_at_each_step_of_a_commit(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the process stops (archive, lake file, manifest), the next run ends as if nothing had happened."""

    class Stop(BaseException):
        pass

    fill(door)
    for module, name in (
        (os, "fsync"),
        (Path, "replace"),
        (atomic_files, "sync_folder"),
        (landing.Manifest, "commit_file"),
    ):
        for count in (1, 6):
            shutil.rmtree(door.settings.home, ignore_errors=True)
            real, calls = getattr(module, name), itertools.count(1)

            def stop(*args: Any, real: Any = real, calls: Any = calls, count: int = count, **options: Any) -> Any:
                if next(calls) == count:
                    raise Stop
                return real(*args, **options)

            with monkeypatch.context() as patch:
                patch.setattr(module, name, stop)
                with pytest.raises(Stop):
                    door.ingest()
            door.ingest()
            check_exactly_once(door)


def test_leftovers_of_a_killed_run_are_swept(door: Door) -> None:
    door.put(FINDINGS, DAY, "a.xlsx", [finding()])
    door.ingest()
    leftovers = [door.settings.archive / ".copy.tmp-123", door.settings.lake / FINDINGS / ".x.parquet.tmp-123"]
    for leftover in leftovers:
        leftover.write_bytes(b"half")
    door.ingest()
    assert not any(leftover.exists() for leftover in leftovers)


# --- arrival order and conservation ---


def test_any_arrival_order_gives_the_same_sources(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"k" * 32)
    whole = Door(tmp_path / "whole")
    whole.put(PERSONNEL, "2024-05-01", "a.xlsx", [person(), person("李丽", make_id(2))])
    whole.put(PERSONNEL, "2024-06-01", "a.xlsx", [person()])
    whole.put(FINDINGS, "2024-06-01", "a.xlsx", [finding("RD-1"), finding("RD-2", 认定日期="2024-05-20")])
    whole.put(FINDINGS, "2024-06-01", "b.xlsx", [finding("RD-1"), finding("RD-3", 失信条款="x")])
    whole.put(CHECKINS, "2024-06-01", "p1.json", [checkin("QD-1"), checkin("QD-2")])
    whole.put(CHECKINS, "2024-06-01", "p2.json", [checkin("QD-2"), checkin("QD-3")])
    shutil.copy(whole.drop(FINDINGS, "2024-06-01", "a.xlsx"), whole.drop(FINDINGS, "2024-05-10", "z.xlsx"))
    files = sorted(path for path in whole.inbox.rglob("*") if path.is_file())
    seen = set()
    for seed in range(4):
        home = Door(tmp_path / f"home{seed}")
        home.settings = Settings(home.settings.home, key)
        order = files.copy()
        random.Random(seed).shuffle(order)
        for path in order:
            target = home.inbox / path.relative_to(whole.inbox)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
            home.ingest()
        inputs = build_inputs.prepare(home.settings, AS_OF)
        relations = [f'"{source}"."{name}"' for source, name in DATASETS]
        state = home.relations(*relations, "lake.loads", "lake.quarantined_rows")
        seen.add(str([state, inputs.identity]))
    assert len(seen) == 1


CELLS = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "5",
            "2a",
            "4",
            "99",
            "2024-03-21",
            "2024-02-30",
            "45372",
            USCC_A,
            USCC_B,
            "9.1E+17",
            "有效",
            "撤销",
            "资料审查",
        ]
    ),
    st.text(alphabet='王强 焦作0159O·,"\n\r、*　', max_size=6),
)


def is_no_row(row: Mapping[str, str]) -> bool:
    """A blank line, or a page number such as ·1·."""
    said = {"".join(cell.split()) for cell in row.values()} - {""}
    return len(said) <= 1 and all(re.fullmatch(r"·+[\d,]+·+", text) for text in said)


PARSERS = {of.id: RowParser(of, PersonKeys(b"k" * 32)) for of in DATASETS.values()}


@settings(
    max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_row_is_lost_or_made(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """read = accepted + quarantined + duplicate for any generated file, and the lake holds exactly the accepted rows."""
    of = dataset(data.draw(st.sampled_from([INSURANCE, "inspections/checks", "complaints/media"])))
    rows = data.draw(
        st.lists(
            st.fixed_dictionaries({column.header: CELLS for column in of.columns if column.is_stored}),
            min_size=0,
            max_size=6,
        )
    )
    rows = [{name: cell if cell is not None else "" for name, cell in row.items()} for row in rows]
    rows += data.draw(st.lists(st.sampled_from(rows), max_size=3)) if rows else []
    file = tmp_path_factory.getbasetemp() / "generated.csv"
    file.write_bytes(csv_bytes(of, rows, "utf-8"))
    target = file.with_suffix(".parquet")
    place = Receipt(of.source, of.name, dt.date(2024, 6, 1), file.name, "0" * 64)
    read = lake_parts.parse_file(of, file, place, target, lambda is_1904: PARSERS[of.id])
    if read.part.reason_code is not None:
        assert read.part.read_count == 0
        assert not target.exists()
        return
    assert read.part.read_count == read.part.accepted_count + read.part.quarantined_count + read.part.duplicate_count
    assert read.part.read_count <= len(rows)
    assert read.part.read_count >= len(rows) - sum(is_no_row(row) for row in rows)
    lake = pq.read_table(target)
    assert lake.num_rows == read.part.accepted_count
    places = lake.column("file_position").to_pylist() + [row.file_position for row in read.quarantined]
    assert len(places) == len(set(places)) == read.part.accepted_count + read.part.quarantined_count


def test_every_copy_of_a_held_file_is_reported_by_its_own_name(door: Door) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        door.drop(FINDINGS, "2024-06-20", name).write_bytes(b"PK no workbook")
    outcomes = door.outcomes()
    assert {o.receipt.file_name: (o.message or "").split(":")[0] for o in outcomes.values()} == {
        name: f"{FINDINGS}/2024-06-20 {name}" for name in ("a.xlsx", "b.xlsx")
    }
