"""Frozen lists: a past quarter's list is what was known on its last day, in a chain, computed once."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion import build_inputs, warehouse_sources
from ingestion.build_tables import BUILD_TABLES
from ingestion.settings import Settings
from orchestration.building import dbt_project, frozen_lists
from orchestration.building import release as step
from orchestration.building.build_folder import build_file
from orchestration.building.dbt_project import CompiledModels, CompiledNode
from orchestration.building.frozen_lists import Basis, DueList, lists_due
from orchestration.building.request import DEFAULT_REGIME
from orchestration.building.rules import DEFAULT_RULEBOOKS, Rules
from orchestration.building.state import BuildState
from orchestration.building.workbench import Workbench
from rulebook.folder import build_tables, read_folder
from serving import outputs
from serving.outputs import files
from serving.releases.checks import CheckResult
from serving.releases.contents import content_hash
from tests.conftest import BuiltCity, loosened, parse_once
from tests.ingestion.support import USCC_A, USCC_B, Door, finding
from tests.orchestration.support import state_of, written

RULES = build_tables(read_folder(DEFAULT_RULEBOOKS), DEFAULT_REGIME)
END_OF_JUNE, END_OF_SEPTEMBER = dt.date(2024, 6, 30), dt.date(2024, 9, 30)


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as dbt parses it, for all homes of these tests."""
    home = tmp_path_factory.mktemp("parsed")
    parse_once(home)
    return dbt_project.parsed_project(Settings(home))


def merit(number: str, agency_id: str, **more: Any) -> dict[str, Any]:
    """An approved national honour: an agency with nothing else is grade A."""
    return {
        "申报编号": number,
        "统一社会信用代码": agency_id,
        "守信条款": "1",
        "级别": "国家",
        "取得日期": "2024-04-10",
        "审核结论": "通过",
        "认定日期": "2024-05-08",
    } | more


def act(agency_id: str, status: str) -> dict[str, Any]:
    return finding(
        "RD-1", 统一社会信用代码=agency_id, 失信条款="1", 行为日期="2024-05-01", 认定日期="2024-05-20", 状态=status
    )


def send(door: Door) -> None:
    """Two honours by June, one of them outweighed by an act that is revoked in August, and a third in September."""
    honours = [merit("SX-1", USCC_A), merit("SX-2", USCC_B)]
    door.put("credit_desk/merit_claims", "2024-05-10", "守信.xlsx", honours)
    door.put("credit_desk/findings", "2024-06-10", "认定.xlsx", [act(USCC_A, "有效")])


def send_later(door: Door) -> None:
    door.put("credit_desk/findings", "2024-08-10", "认定.xlsx", [act(USCC_A, "撤销")])


def freeze(
    door: Door, parsed: Path, until_on: dt.date, rules: Mapping[str, pa.Table] = RULES, revision: str = "revision"
) -> int:
    """Ingests the inbox, then freezes lists as a build does; returns the number of days computed."""
    door.ingest()
    build_inputs.prepare(door.settings, until_on)
    return frozen_lists.freeze(Basis(door.settings, parsed, Rules(DEFAULT_REGIME, rules), revision), until_on)


def rows(door: Door, name: str) -> list[dict[str, Any]]:
    table = pq.read_table(door.settings.build_inputs / f"{name}.parquet")
    assert table.schema.equals(BUILD_TABLES[name])
    content: list[dict[str, Any]] = table.to_pylist()
    return content


def members(door: Door) -> dict[tuple[str, str], list[str]]:
    listed: dict[tuple[str, str], list[str]] = {}
    for row in rows(door, "frozen_list_members"):
        listed.setdefault((row["list_code"], row["period"]), []).append(row["agency_id"])
    return listed


def test_q25_q27_a_revocation_that_comes_later_does_not_change_a_frozen_list(door: Door, parsed: Path) -> None:
    send(door)
    assert freeze(door, parsed, END_OF_JUNE) == 1  # nothing had been received by the end of March
    before = rows(door, "frozen_lists"), rows(door, "frozen_list_members")
    assert members(door) == {("publish", "2024Q2"): [USCC_B]}
    (member,) = before[1]
    assert member["grade"] == "A" and member["score"] > 100 and member["is_provisional"]

    send_later(door)
    freeze(door, parsed, END_OF_SEPTEMBER)
    assert rows(door, "frozen_lists")[: len(before[0])] == before[0]
    assert rows(door, "frozen_list_members")[: len(before[1])] == before[1]
    assert members(door)["publish", "2024Q3"] == [USCC_A, USCC_B]
    assert {row["known_on"] == row["as_of_on"] for row in rows(door, "frozen_lists")} == {True}


def with_cells(table: pa.Table, **cells: Any) -> pa.Table:
    return pa.Table.from_pylist([row | cells for row in table.to_pylist()], schema=table.schema)


@pytest.mark.parametrize(("rated_from", "listed"), [("start", [USCC_A, USCC_B]), ("reports", [])])
def test_a_list_of_any_grade_leaves_out_unrated_agencies(
    door: Door, parsed: Path, rated_from: str, listed: list[str]
) -> None:
    send(door)
    rules = {
        "rulebooks": with_cells(RULES["rulebooks"], rated_from=rated_from),
        "measures": with_cells(RULES["measures"], grade="*"),
    }
    freeze(door, parsed, END_OF_JUNE, RULES | rules)
    assert members(door).get(("publish", "2024Q2"), []) == listed


def test_the_order_of_arrival_does_not_matter(door: Door, parsed: Path, tmp_path: Path) -> None:
    send(door)
    send_later(door)
    freeze(door, parsed, END_OF_SEPTEMBER)
    other = Door(tmp_path / "other")
    shutil.copytree(door.settings.secrets, other.settings.secrets)
    send_later(other)
    freeze(other, parsed, END_OF_SEPTEMBER)
    assert members(other) == {}
    send(other)
    freeze(other, parsed, END_OF_SEPTEMBER)
    for name in ("frozen_lists", "frozen_list_members"):
        assert rows(other, name) == rows(door, name)


def assert_chained(connection: duckdb.DuckDBPyConnection, lists: list[dict[str, Any]]) -> None:
    """Every hash follows from the members and the list before; `listed` is the relation of the members."""
    previous: dict[str, str] = {}
    for row in lists:
        own = f"(select * from listed where list_code = '{row['list_code']}' and period = '{row['period']}')"
        assert content_hash(connection, own) == (row["members_hash"], row["member_count"])
        assert row["previous_hash"] == previous.get(row["list_code"])
        text = f"{row['previous_hash'] or ''}\n{row['members_hash']}"
        assert row["content_hash"] == hashlib.sha256(text.encode()).hexdigest()
        previous[row["list_code"]] = row["content_hash"]


def test_q25_each_list_names_the_one_before_it(door: Door, parsed: Path) -> None:
    send(door)
    freeze(door, parsed, dt.date(2024, 12, 31))
    lists = rows(door, "frozen_lists")
    assert [(row["list_code"], row["period"]) for row in lists] == [
        ("publish", "2024Q1"),
        ("publish", "2024Q2"),
        ("publish", "2024Q3"),
        ("circular", "2024"),
        ("publish", "2024Q4"),
    ]
    with duckdb.connect() as connection:
        connection.register("listed", pq.read_table(door.settings.build_inputs / "frozen_list_members.parquet"))
        assert_chained(connection, lists)


def test_a_day_is_computed_once(door: Door, parsed: Path) -> None:
    send(door)
    assert freeze(door, parsed, END_OF_JUNE) == 1
    expected = rows(door, "frozen_lists"), rows(door, "frozen_list_members")
    assert freeze(door, parsed, END_OF_JUNE) == 0
    assert (rows(door, "frozen_lists"), rows(door, "frozen_list_members")) == expected
    send_later(door)
    assert freeze(door, parsed, END_OF_SEPTEMBER) == 1

    (kept,) = (door.settings.home / "cache" / "frozen").glob("2024-06-30-*.json")
    kept.write_text("{", "utf-8")  # an incomplete file is computed again
    assert freeze(door, parsed, END_OF_JUNE) == 1
    assert (rows(door, "frozen_lists"), rows(door, "frozen_list_members")) == expected

    # A file for a day that has passed is known on that day, whenever it reaches the inbox.
    door.put("credit_desk/merit_claims", "2024-06-20", "守信.xlsx", [merit("SX-2", USCC_B, 审核结论="不通过")])
    assert freeze(door, parsed, END_OF_JUNE) == 1
    assert members(door) == {}


def test_a_day_is_computed_again_only_after_a_change_that_can_change_a_score(door: Door, parsed: Path) -> None:
    send(door)

    def changed(column: str, value: Any) -> dict[str, pa.Table]:
        table = RULES["items"]
        rows = [row | {column: value} for row in table.to_pylist()]
        return dict(RULES) | {"items": pa.Table.from_pylist(rows, schema=table.schema)}

    assert freeze(door, parsed, END_OF_JUNE) == 1
    for column in ("title_zh", "title_en", "legal_basis"):
        assert freeze(door, parsed, END_OF_JUNE, changed(column, "另作表述")) == 0
    assert freeze(door, parsed, END_OF_JUNE, changed("points", Decimal("1.00"))) == 1
    assert freeze(door, parsed, END_OF_JUNE, revision="of another program") == 1


def test_freezing_leaves_nothing_in_the_build_folder(door: Door, parsed: Path) -> None:
    send(door)
    freeze(door, parsed, END_OF_JUNE)
    assert [path.name for path in door.settings.build.iterdir()] == [build_inputs.INPUTS]
    (parameters,) = pq.read_table(door.settings.build_inputs / "build_parameters.parquet").to_pylist()
    assert parameters["known_on"] is None  # the build's own question is untouched


def test_only_the_models_asked_for_stay_in_memory(door: Door, parsed: Path, tmp_path: Path) -> None:
    """All tables of a large city together would fill it."""
    send(door)
    door.ingest()
    models = dbt_project.compiled_models(door.settings, parsed, frozen_lists.MODELS)
    Rules(DEFAULT_REGIME, RULES).write(build_inputs.prepare(door.settings, END_OF_JUNE).folder)
    with frozen_lists._warehouse(tmp_path / "spilled") as connection:
        warehouse_sources.register_sources(connection, door.settings.build, models.sources)
        dbt_project.run_models(connection, models)
        left = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
    assert left == set(frozen_lists.MODELS)


def test_a_model_that_fails_is_named_with_its_day(door: Door, parsed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    send(door)
    broken = CompiledModels(
        (CompiledNode("credit", '"credit"."broken"', "table", "select 1 from nowhere"),), frozenset()
    )
    monkeypatch.setattr(dbt_project, "compiled_models", lambda *_: broken)
    with pytest.raises(frozen_lists.ModelFailedError, match=r'"credit"\."broken", with what was known on 2024-06-30'):
        freeze(door, parsed, END_OF_JUNE)
    assert not list((door.settings.home / "cache" / "frozen").iterdir())


def measured(*measures: tuple[str, str, str, str]) -> dict[str, pa.Table]:
    """The default rules in two versions, the second from 2025-01-01; measures as (version, grade, code, trigger)."""
    first = RULES["rulebooks"].to_pylist()[0] | {"rulebook_id": "v1", "effective_until_on": dt.date(2025, 1, 1)}
    second = first | {
        "rulebook_id": "v2",
        "effective_from_on": dt.date(2025, 1, 1),
        "effective_until_on": dt.date(2025, 7, 1),
        "is_provisional": False,
    }
    names = ("rulebook_id", "grade", "measure_code", "trigger_code")
    listed = [dict.fromkeys(RULES["measures"].column_names) | dict(zip(names, row, strict=True)) for row in measures]
    return {
        "rulebooks": pa.Table.from_pylist([first, second], schema=RULES["rulebooks"].schema),
        "measures": pa.Table.from_pylist(listed, schema=RULES["measures"].schema),
    }


def test_measures_of_the_version_in_force_on_the_last_day_decide() -> None:
    tables = measured(
        ("v1", "A", "publish", "quarter_end"),
        ("v1", "B", "publish", "quarter_end"),
        ("v1", "A", "interview", "on_enter"),
        ("v2", "*", "circular", "year_end"),
        ("v2", "A", "stars", "quarter_end"),
    )
    due = lists_due(tables, dt.date(2026, 12, 31))
    both = frozenset({"A", "B"})
    assert due[:2] == [
        DueList("publish", "2024Q1", dt.date(2024, 3, 31), both, "v1", True),
        DueList("publish", "2024Q2", dt.date(2024, 6, 30), both, "v1", True),
    ]
    assert [(one.list_code, one.period) for one in due[2:]] == [
        ("publish", "2024Q3"),
        ("publish", "2024Q4"),
        ("stars", "2025Q1"),
        ("stars", "2025Q2"),
    ]  # v2 has ended before its first year ends


@pytest.mark.parametrize(
    ("until_on", "periods"),
    [
        (dt.date(2024, 3, 20), []),
        (dt.date(2024, 3, 30), []),
        (dt.date(2024, 3, 31), ["2024Q1"]),
        (dt.date(2024, 6, 29), ["2024Q1"]),
        (dt.date(2024, 12, 31), ["2024Q1", "2024Q2", "2024Q3", "2024", "2024Q4"]),
    ],
)
def test_a_period_counts_from_its_last_day(until_on: dt.date, periods: list[str]) -> None:
    assert [one.period for one in lists_due(RULES, until_on)] == periods


def test_a_list_for_any_grade_has_every_agency(door: Door, parsed: Path) -> None:
    send(door)
    anybody = measured(("v1", "*", "publish", "quarter_end"))["measures"].to_pylist()[0]
    anybody["rulebook_id"] = RULES["rulebooks"].to_pylist()[0]["rulebook_id"]
    rules = dict(RULES) | {"measures": pa.Table.from_pylist([anybody], schema=RULES["measures"].schema)}
    freeze(door, parsed, END_OF_JUNE, rules)
    assert members(door) == {("publish", "2024Q2"): [USCC_A, USCC_B]}


def test_a_release_has_every_list_that_was_due(built_city: BuiltCity) -> None:
    lists = built_city.query("from publication.frozen_lists order by as_of_on, list_code, period")
    as_of_on = dt.date.fromisoformat(built_city.summary["as_of_on"])
    due = lists_due(RULES, as_of_on)
    assert [(row["list_code"], row["period"], row["as_of_on"]) for row in lists] == [
        (one.list_code, one.period, one.on) for one in due
    ]
    with duckdb.connect(str(built_city.release / "firemark_bi.duckdb"), read_only=True) as connection:
        connection.execute("create temporary view listed as from publication.rpt_frozen_list_members")
        assert_chained(connection, lists)
    assert sum(row["member_count"] for row in lists) > 10


@pytest.fixture(autouse=True)
def only_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes releases without work lists: these hold frozen lists only."""
    monkeypatch.setattr(outputs, "OUTPUTS", (files.BI,))


def publish(
    settings: Settings,
    identifier: str,
    members: Mapping[str, int],
    released_at: str | None = None,
    **more: str | None,
) -> list[CheckResult]:
    """Publishes a release of these lists (code and period, number of members), by default a minute after the one
    before; returns the failed checks."""
    ends = {"Q1": (3, 31), "Q2": (6, 30), "Q3": (9, 30), "": (12, 31)}
    listed = [
        {
            "list_code": code,
            "period": period,
            "as_of_on": dt.date(int(period[:4]), *ends[period[4:]]),
            "member_count": count,
            "members_hash": f"hash of {count}",
        }
        for (code, period), count in ((key.split(), count) for key, count in members.items())
    ]
    settings.build.mkdir(parents=True, exist_ok=True)
    build_file(settings).unlink(missing_ok=True)
    with duckdb.connect(str(build_file(settings))) as connection:
        connection.register("listed", pa.Table.from_pylist(listed))
        connection.execute("create schema publication")
        connection.execute("create table publication.frozen_lists as select * from listed")
    state_of(identifier, request=written(**({"as_of_on": "2024-12-31"} | more))).save(settings)
    bench = Workbench(settings)
    bench.note_done("check")
    path = loosened(step.release(bench))
    described = json.loads((path / "release.json").read_text("utf-8"))
    described["released_at"] = released_at or f"2026-01-01T00:{len(list(settings.releases.iterdir())):02d}:00Z"
    (path / "release.json").write_text(json.dumps(described), encoding="utf-8")
    os.utime(path / "release.json", (-len(list(settings.releases.iterdir())),) * 2)  # a copy's times say nothing
    return [check for check in BuildState.load(settings).check_results() if not check.is_passed]


def alerts(settings: Settings) -> list[str]:
    log = settings.logs / "alerts.jsonl"
    return log.read_text("utf-8").splitlines() if log.exists() else []


def test_a_list_that_differs_from_the_released_one_warns_once_and_blocks_nothing(door: Door) -> None:
    settings = door.settings
    assert publish(settings, "2024-12-31-a", {"publish 2024Q2": 2, "publish 2024Q3": 2, "circular 2024": 1}) == []
    assert publish(settings, "2025-01-01-b", {"publish 2024Q2": 2, "publish 2024Q3": 2, "circular 2024": 1}) == []
    assert alerts(settings) == []
    corrected = {"publish 2024Q2": 2, "publish 2024Q3": 4, "circular 2024": 3}
    (told,) = publish(settings, "2025-01-02-c", corrected)
    assert (told.check_name, told.kind, told.severity, told.failing_count) == (
        *("a_frozen_list_stays_as_it_was_released", "finding", "warn", 2),
    )
    for words in ("circular 2024: 1 members in 2025-01-01-b, now 3 members", "publish 2024Q3: 2 members in"):
        assert words in told.look
    (alert,) = alerts(settings)
    assert "a_frozen_list_stays_as_it_was_released" in alert and "circular 2024" in alert
    assert publish(settings, "2025-01-03-d", corrected) == []
    (told,) = publish(settings, "2025-01-04-e", {"publish 2024Q2": 2, "publish 2024Q3": 4, "publish 2024Q1": 9})
    assert "circular 2024: 3 members in 2025-01-03-d, now no list" in told.look
    assert "publish 2024Q1: no list in 2025-01-03-d, now 9 members" in told.look


def test_a_list_is_compared_with_the_last_release_of_its_regime_that_reached_its_day(door: Door) -> None:
    settings = door.settings
    assert publish(settings, "2024-12-31-a", {"publish 2024Q2": 2, "publish 2024Q3": 2}) == []
    other = publish(settings, "2024-12-31-b", {"publish 2024Q2": 8, "publish 2024Q3": 8}, regime_code="elsewhere")
    assert other == []
    assert publish(settings, "2024-12-31-c", {"publish 2024Q2": 2}, known_on="2024-08-01") == []
    (told,) = publish(settings, "2025-03-31-d", {"publish 2024Q2": 3, "publish 2024Q3": 3}, as_of_on="2025-03-30")
    assert "publish 2024Q2: 2 members in 2024-12-31-c" in told.look
    assert "publish 2024Q3: 2 members in 2024-12-31-a" in told.look
    assert told.failing_count == 2
    again = publish(settings, "2025-03-31-d", {"publish 2024Q2": 2, "publish 2024Q3": 2}, as_of_on="2025-03-30")
    assert again == []  # a replaced release of the same id is not compared


def test_a_list_of_a_day_that_was_not_over_may_still_change(door: Door) -> None:
    settings = door.settings
    morning, before = "2024-09-30T08:00:00Z", {"publish 2024Q2": 2, "publish 2024Q3": 2}
    assert publish(settings, "2024-09-30-a", before, morning, as_of_on="2024-09-30") == []
    after = {"publish 2024Q2": 2, "publish 2024Q3": 3}
    night = "2024-09-30T16:00:00Z"  # midnight in the city
    assert publish(settings, "2024-09-30-b", after, night, as_of_on="2024-09-30") == []
    (told,) = publish(settings, "2024-10-01-c", before, as_of_on="2024-10-01")
    assert "publish 2024Q3: 3 members in 2024-09-30-b, now 2 members" in told.look
