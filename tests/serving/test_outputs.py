"""Outputs: one module and one line each; files of a release before the switch, servers after it."""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from ingestion.settings import Settings, load
from orchestration.building import publish as publishing_step
from orchestration.building import release as step
from orchestration.building.build_folder import build_file
from orchestration.building.state import BuildFailedError
from orchestration.building.workbench import Workbench
from serving import outputs
from serving.audiences import Audience
from serving.outputs import files, postgres, publishing
from serving.outputs.output import Output
from serving.outputs.postgres import target
from serving.outputs.publishing import Publication, last_publications, publish_release
from serving.releases import stored
from serving.releases.opened import Release
from serving.releases.switch import make_current
from tests.conftest import BuiltCity, copied, firemark, loosened
from tests.orchestration.support import state_of


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home whose build is ready to release, with one small mart."""
    monkeypatch.setattr(outputs, "OUTPUTS", (files.BI, files.DESK))
    monkeypatch.setattr(publishing, "WAIT_SECONDS", (0.0, 0.0))
    settings = load(tmp_path / "home")
    settings.build.mkdir(parents=True)
    with duckdb.connect(str(build_file(settings))) as connection:
        connection.execute("create schema publication")
        connection.execute("create table publication.frozen_lists (list_code varchar, period varchar)")
        connection.execute("create table publication.rpt_public_roster as select '甲' as agency_name")
    return settings


def release(settings: Settings, release_id: str = "2026-06-01-a") -> Path:
    """Steps 4 and 5 of a build."""
    state_of(release_id).save(settings)
    bench = Workbench(settings)
    bench.note_done("check")
    path = step.release(bench)
    for output in publishing_step.wanted(settings):
        publishing_step.publish(settings, output.name)
    return path


MODULE = '''
"""Names of agencies, one a line."""
from serving.audiences import Audience
from serving.outputs.output import Output

def _write(candidate):
    rows = candidate.connection.execute("select agency_name from publication.rpt_public_roster").fetchall()
    (candidate.directory / "names.txt").write_text("\\n".join(name for (name,) in rows), encoding="utf-8")

OUTPUT = Output("names", Audience.PUBLIC, write=_write)
'''


def test_an_output_is_a_module_and_a_line_in_the_registry(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "names_output.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(outputs, "OUTPUTS", (*outputs.OUTPUTS, importlib.import_module("names_output").OUTPUT))
    path = release(settings)
    del sys.modules["names_output"]
    assert (path / "names.txt").read_text("utf-8") == "甲"
    assert "names.txt" in stored.read_description(path)["file_hashes"]
    assert stored.verify(path) == []
    (loosened(path) / "names.txt").write_text("乙", encoding="utf-8")
    assert stored.verify(path) == [f"{path.name}: names.txt differs from what release.json says"]


def test_an_output_that_cannot_be_written_stops_the_release(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = release(settings)

    def full(candidate: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(outputs, "OUTPUTS", (*outputs.OUTPUTS, Output("pages", Audience.PUBLIC, write=full)))
    with pytest.raises(BuildFailedError, match=r"could not be written: output pages: OSError: no space left"):
        release(settings, "2026-06-02-b")
    assert stored.current_release(settings) == before and stored.verify(before) == []
    assert [path.name for path in settings.releases.iterdir() if path.name != "current"] == [before.name]


class Server:
    """A fake server that holds a copy; it is unreachable for so many tries."""

    def __init__(self, away_for: int) -> None:
        self.away_for = away_for
        self.held: list[str] = []

    def publish(self, settings: Settings, release: Release) -> str:
        if self.away_for:
            self.away_for -= 1
            raise ConnectionError("the server is away")
        self.held += [row["agency_name"] for row in release.rows("from publication.rpt_public_roster")]
        return f"{release.directory.name} is on the server"


def served(monkeypatch: pytest.MonkeyPatch, away_for: int) -> Server:
    server = Server(away_for)
    output = Output("server", Audience.BI, publish=server.publish, place=lambda _: "host=bureau")
    monkeypatch.setattr(outputs, "OUTPUTS", (*outputs.OUTPUTS, output))
    return server


def test_publishing_is_retried_and_recorded(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    server = served(monkeypatch, away_for=2)
    path = release(settings)
    assert server.held == ["甲"]
    (told,) = last_publications(settings)
    assert (told.output, told.release_id, told.is_published, told.try_count) == ("server", path.name, True, 3)
    assert told.message == f"{path.name} is on the server"


def test_a_failed_publication_harms_no_release(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    server = served(monkeypatch, away_for=3)
    path = release(settings)
    assert stored.current_release(settings) == path and stored.verify(path) == []
    assert server.held == []
    (told,) = last_publications(settings)
    assert (told.is_published, told.try_count, told.message) == (False, 3, "ConnectionError: the server is away")
    assert json.loads((settings.logs / "alerts.jsonl").read_text("utf-8"))["code"] == "publish_failed"
    publishing_step.publish_missing(settings)  # as a build does that reuses the release, as often as anybody likes
    assert server.held == ["甲"] and last_publications(settings)[0].is_published
    publishing_step.publish_missing(settings)  # it is there: nothing to do
    later = release(settings, "2026-06-02-b")
    assert server.held == ["甲", "甲"] and last_publications(settings)[0].release_id == later.name


def test_what_another_server_has_is_still_missing_on_this_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = release(settings)
    bureau = served(monkeypatch, away_for=0)
    elsewhere = Output("server", Audience.BI, publish=Server(away_for=0).publish, place=lambda _: "host=elsewhere")
    publish_release(settings, [elsewhere])
    publishing_step.publish_missing(settings)
    assert bureau.held == ["甲"]
    assert [(one.place, one.release_id) for one in last_publications(settings)] == [
        ("host=bureau", path.name),
        ("host=elsewhere", path.name),
    ]


def test_a_result_whose_server_could_not_be_told_lasts_until_the_next(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    release(settings)
    named = replace(settings, postgres_dsn="host=db", postgres_audience="all")
    monkeypatch.setattr(outputs, "OUTPUTS", (*outputs.OUTPUTS, *postgres.OUTPUTS))
    (output,) = publishing_step.wanted(named)
    publishing_step.publish_missing(named)
    (told,) = last_publications(settings)
    assert (told.output, told.place, told.is_published, told.try_count) == ("postgres_bi", "", False, 1)
    assert "FIREMARK_POSTGRES_AUDIENCE is 'all': write public, bi, conflicts" in told.message
    mended = replace(output, publish=Server(away_for=0).publish)
    publish_release(replace(named, postgres_audience="bi"), [mended])
    (told,) = last_publications(settings)
    assert (told.place, told.is_published) == ("host=db", True)


@pytest.mark.parametrize(
    "dsn",
    ["postgresql://u:secret@db:5433/credit?sslmode=require", "user=u password=secret dbname=credit port=5433 host=db"],
)
def test_a_place_is_the_server_without_user_and_password(settings: Settings, dsn: str) -> None:
    assert target.place_of(replace(settings, postgres_dsn=dsn)) == "host=db port=5433 dbname=credit"


def test_a_failed_output_does_not_stop_the_others(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    release(settings)
    away, there = Server(away_for=9), Server(away_for=0)
    pauses: list[float] = []
    done = publish_release(
        settings,
        [
            Output("away", Audience.BI, publish=away.publish),
            Output("there", Audience.PUBLIC, publish=there.publish),
            files.BI,
        ],
        wait=pauses.append,
    )
    assert [(one.output, one.is_published, one.try_count) for one in done] == [("away", False, 3), ("there", True, 1)]
    assert there.held == ["甲"] and len(pauses) == 2


def test_a_file_that_cannot_be_opened_does_not_stop_the_other_outputs(settings: Settings) -> None:
    path = release(settings)
    (path / stored.DESK_FILE).unlink()
    desk, public = Server(away_for=0), Server(away_for=0)
    pauses: list[float] = []
    done = publish_release(
        settings,
        [
            Output("desk", Audience.CONFLICT_DESK, publish=desk.publish),
            Output("public", Audience.PUBLIC, publish=public.publish),
        ],
        wait=pauses.append,
    )
    assert [(one.output, one.is_published, one.try_count) for one in done] == [("desk", False, 3), ("public", True, 1)]
    assert "cannot be read" in done[0].message and {one.release_id for one in done} == {path.name}
    assert desk.held == [] and public.held == ["甲"] and len(pauses) == 2
    assert last_publications(settings) == done


def test_the_record_names_the_release_that_was_published_at_last(settings: Settings) -> None:
    before, later = release(settings), release(settings, "2026-06-02-b")
    make_current(settings, before.name)
    server = Server(away_for=1)
    (done,) = publish_release(
        settings,
        [Output("server", Audience.BI, publish=server.publish)],
        wait=lambda _: make_current(settings, later.name),
    )
    assert (done.release_id, done.message) == (later.name, f"{later.name} is on the server")


def test_a_record_that_cannot_be_written_harms_no_release(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    served(monkeypatch, away_for=0)
    (settings.logs / publishing.RECORD).mkdir(parents=True)
    path = release(settings)
    assert stored.current_release(settings) == path
    assert "publish_failed" in (settings.logs / "alerts.jsonl").read_text("utf-8")
    told = publishing_step.publish(settings, "server")
    assert not told.is_published and publishing.RECORD in told.message


def test_the_record_survives_an_incomplete_line_of_a_killed_process(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    served(monkeypatch, away_for=0)
    settings.logs.mkdir(parents=True)
    (settings.logs / publishing.RECORD).write_bytes('{"output": "甲'.encode()[:-1])
    path = release(settings)
    assert [one.release_id for one in last_publications(settings)] == [path.name]


@pytest.mark.parametrize("audience", Audience)
def test_an_output_reads_the_file_of_its_audience(settings: Settings, audience: Audience) -> None:
    with duckdb.connect(str(build_file(settings))) as connection:
        connection.execute("create schema conflicts")
        connection.execute("create table conflicts.fct_engineer_conflicts as select '王强' as engineer_name")
    release(settings)
    seen: list[bool] = []

    def look(settings: Settings, opened: Release) -> str:
        seen.append(opened.has("conflicts.fct_engineer_conflicts"))
        return "looked"

    publish_release(settings, [Output("look", audience, publish=look)])
    assert seen == [audience in (Audience.SUPERVISOR, Audience.CONFLICT_DESK)]


def test_a_programming_error_in_an_output_is_raised_with_its_name(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(candidate: object) -> None:
        raise TypeError("no such thing")

    monkeypatch.setattr(outputs, "OUTPUTS", (*outputs.OUTPUTS, Output("pages", Audience.PUBLIC, write=broken)))
    with pytest.raises(TypeError) as raised:
        release(settings)
    assert raised.value.__notes__ == ["while the output pages was written"]
    assert stored.current_release(settings) is None and not list(settings.releases.glob(".*"))


def test_status_says_what_was_published_and_which_list_differs(small_city: BuiltCity, tmp_path: Path) -> None:
    home = copied(small_city, tmp_path)
    record = home / "logs" / publishing.RECORD
    away = Publication("postgres", "host=db", "r1", "2026-06-01T00:00:00Z", False, 3, "the server is away")
    record.write_text(json.dumps(away.__dict__) + '\n{"output": "cut', encoding="utf-8")
    path = loosened((home / "releases" / "current").resolve()) / "release.json"
    described = json.loads(path.read_text("utf-8"))
    assert described["changed_lists"] == []
    described["changed_lists"] = ["publish 2024Q3: 2 members in r0, now 3 members"]
    path.write_text(json.dumps(described), encoding="utf-8")
    said = firemark(home, "status").stdout
    assert (
        "postgres: 推送失败 not published after 3 tries, r1, 2026-06-01T00:00:00Z, host=db: the server is away" in said
    )
    assert "differs from the published list: publish 2024Q3: 2 members in r0, now 3 members" in said
    assert json.loads(firemark(home, "status", "--format", "json").stdout)["publications"][0]["output"] == "postgres"


@pytest.mark.parametrize("moments", [{}, {"write": lambda _: None, "publish": lambda *_: ""}])
def test_an_output_either_writes_or_publishes(moments: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="exactly one of write and publish"):
        Output("both or none", Audience.BI, **moments)  # type: ignore[arg-type]  # what the test is about


def test_no_two_outputs_share_a_name() -> None:
    names = [output.name for output in outputs.OUTPUTS]
    assert len(names) == len(set(names)) > 2
