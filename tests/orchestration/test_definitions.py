"""The Dagster location: assets joined by their keys, one job, a schedule, a sensor; light to import."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from ingestion.settings import Settings, load
from ingestion.sources import DATASETS
from orchestration.assets.door import BuildConfig
from orchestration.building.request import BuildRequest, complete
from orchestration.definitions import build_defs
from orchestration.jobs import JOB_NAME
from orchestration.operations.inbox import fingerprint
from serving.outputs import publishing
from tests.conftest import ROOT, parse_once
from tests.house.project import sql_files


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("home")
    parse_once(home)
    return load(home)


@pytest.fixture(scope="module")
def defs(settings: Settings) -> dg.Definitions:
    return build_defs({"settings": settings})


def test_every_dataset_and_model_is_an_asset_and_lineage_joins(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    keys = graph.get_all_asset_keys()
    assert {dg.AssetKey([source, name]) for source, name in DATASETS} <= keys
    for path in sql_files("models"):
        layer = path.relative_to(ROOT / "dbt_project" / "models").parts
        schema = layer[1] if layer[0] == "marts" else layer[0]
        assert dg.AssetKey([schema, path.stem]) in keys
    staged = graph.get(dg.AssetKey(["staging", "stg_registry__agencies"]))
    assert dg.AssetKey(["registry", "agencies"]) in staged.parent_keys
    marts = {key for key in keys if key.path[0] == "credit"}
    assert marts <= set(graph.get(dg.AssetKey(["release"])).parent_keys)


def test_one_job_runs_everything_in_one_process(defs: dg.Definitions) -> None:
    job = defs.resolve_job_def(JOB_NAME)
    assert {node.name for node in job.nodes} == {"door", "models", "suites", "release"}
    assert job.executor_def.name == "in_process"


def test_a_server_is_an_asset_below_the_release_where_one_is_named(settings: Settings) -> None:
    named = load(settings.home, {"FIREMARK_POSTGRES_DSN": "host=nowhere", "FIREMARK_POSTGRES_AUDIENCE": "conflicts"})
    graph = build_defs({"settings": named}).resolve_asset_graph()
    keys = [key for key in graph.get_all_asset_keys() if key.path[0] == "published"]
    assert keys == [dg.AssetKey(["published", "postgres_conflicts"])]
    assert graph.get(keys[0]).parent_keys == {dg.AssetKey(["release"])}


def test_a_misspelt_audience_keeps_no_definition_from_loading(settings: Settings) -> None:
    """The asset of the server says what is wrong."""
    named = load(settings.home, {"FIREMARK_POSTGRES_DSN": "host=/nowhere", "FIREMARK_POSTGRES_AUDIENCE": "all"})
    everything = build_defs({"settings": named}).resolve_implicit_global_asset_job_def()
    done = everything.execute_in_process(asset_selection=[dg.AssetKey(["published", "postgres_bi"])])
    (check,) = done.get_asset_check_evaluations()
    assert done.success and not check.passed
    assert "write public, bi, conflicts" in str(check.metadata["message"])


def test_a_server_that_is_away_warns_and_fails_no_run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alone, too: it reads the current release and no build file. (Here there is none yet.)"""
    monkeypatch.setattr(publishing, "WAIT_SECONDS", ())
    named = load(settings.home, {"FIREMARK_POSTGRES_DSN": "host=/nowhere"})
    everything = build_defs({"settings": named}).resolve_implicit_global_asset_job_def()
    done = everything.execute_in_process(asset_selection=[dg.AssetKey(["published", "postgres_bi"])])
    (check,) = done.get_asset_check_evaluations()
    assert done.success and not check.passed and check.severity == dg.AssetCheckSeverity.WARN
    assert "There is no release" in str(check.metadata["message"])
    assert done.asset_materializations_for_node("published__postgres_bi") == []


def test_one_asset_alone_is_refused(defs: dg.Definitions) -> None:
    """Dagster's pages offer it: the build file may be another build's, its checks not run, the lock not taken."""
    everything = defs.resolve_implicit_global_asset_job_def()
    assert everything.executor_def.name == "in_process", "Materialize all"
    for key in (["release"], ["staging", "stg_registry__agencies"]):
        done = everything.execute_in_process(asset_selection=[dg.AssetKey(key)], raise_on_error=False)
        failed = [event for event in done.all_events if event.is_step_failure]
        assert "cannot run alone" in str(failed[0].step_failure_data.error), key


def test_every_dbt_test_is_an_asset_check(defs: dg.Definitions) -> None:
    checks = {key.name for key in defs.resolve_asset_graph().asset_check_keys}
    singular = {path.stem for path in (ROOT / "dbt_project" / "tests").glob("*.sql")}
    assert singular <= checks
    assert {"the_batch_is_as_promised", "the_mart_is_as_promised"} <= checks


def test_a_schedule_and_a_sensor_start_the_same_job(defs: dg.Definitions) -> None:
    schedule = defs.resolve_schedule_def("every_morning")
    assert schedule.execution_timezone == "Asia/Shanghai" and schedule.job_name == JOB_NAME
    assert defs.resolve_sensor_def("inbox").job_name == JOB_NAME


def test_the_schedule_builds_the_day_it_stands_for(defs: dg.Definitions) -> None:
    context = dg.build_schedule_context(
        scheduled_execution_time=dt.datetime(2026, 1, 2, 6, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    )
    requests = defs.resolve_schedule_def("every_morning").evaluate_tick(context).run_requests
    assert requests is not None
    assert requests[0].run_config["ops"]["door"]["config"]["as_of_on"] == "2026-01-02"


@pytest.mark.parametrize("has_inbox", [False, True])
def test_the_schedule_builds_with_an_inbox_or_without(defs: dg.Definitions, tmp_path: Path, has_inbox: bool) -> None:
    home = load(tmp_path / "home")
    if has_inbox:
        home.inbox.mkdir(parents=True)
    context = dg.build_schedule_context(scheduled_execution_time=dt.datetime(2026, 1, 2, tzinfo=dt.UTC))
    (request,) = defs.resolve_schedule_def("every_morning").evaluate_tick(context).run_requests or []
    config = BuildConfig(**request.run_config["ops"]["door"]["config"])
    assert BuildRequest.read(complete(home, config.model_dump())).inbox == (home.inbox if has_inbox else None)


def test_a_build_by_itself_scores_with_the_city_s_own_rules(tmp_path: Path) -> None:
    home = load(tmp_path, {"FIREMARK_RULEBOOKS": str(tmp_path / "rules"), "FIREMARK_REGIME": "hillshire"})
    by_itself = BuildRequest.read(complete(home, BuildConfig(as_of_on="2026-01-02").model_dump()))
    assert (by_itself.rulebooks, by_itself.regime_code) == (tmp_path / "rules", "hillshire")
    asked = BuildRequest.read(
        complete(home, {"as_of_on": "2026-01-02", "rulebooks": "other", "regime_code": "jiaozuo"})
    )
    assert (asked.rulebooks, asked.regime_code) == (Path("other").absolute(), "jiaozuo")


def test_the_sensor_waits_until_a_copy_has_ended(defs: dg.Definitions, settings: Settings) -> None:
    sensor = defs.resolve_sensor_def("inbox")
    inbox = settings.home / "inbox"
    with dg.instance_for_test() as instance:

        def look(cursor: str | None) -> tuple[int, str | None]:
            found = sensor.evaluate_tick(dg.build_sensor_context(instance=instance, cursor=cursor))
            return len(found.run_requests or []), found.cursor

        assert look(None)[0] == 0
        drop = inbox / "credit_desk" / "findings" / "2026-01-02"
        drop.mkdir(parents=True)
        (drop / "a.xlsx").write_bytes(b"half")
        count, cursor = look(None)
        assert count == 0
        (drop / "a.xlsx").write_bytes(b"half and the rest")
        count, cursor = look(cursor)
        assert count == 0
        count, cursor = look(cursor)
        assert count == 1
        assert look(cursor)[0] == 0


def test_a_fingerprint_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    assert fingerprint(tmp_path / "nowhere") is None
    assert fingerprint(tmp_path) == fingerprint(tmp_path)


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    heavy = "{'dagster', 'dbt', 'great_expectations', 'duckdb', 'pyarrow', 'pandas', 'rich'}"
    code = f"import sys, orchestration.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_definitions_load_without_great_expectations(settings: Settings) -> None:
    code = "import sys, orchestration.definitions as d; d.defs(); print('great_expectations' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"FIREMARK_HOME": str(settings.home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"
