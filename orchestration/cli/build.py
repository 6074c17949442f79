"""`firemark build`: its options, and its report in words. Does not belong here: the build (`orchestration.run`)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from ingestion.settings import Settings
from orchestration.building.engines import ENGINES
from orchestration.cli.options import (
    FAILED,
    TEXT,
    WRITTEN_DAY,
    Utf8Path,
    as_typed,
    command,
    fail,
    home_settings,
    progress_bars,
)
from serving.cells import json_text

if TYPE_CHECKING:
    from orchestration.building.report import BuildReport
    from serving.overview import Overview

_NEXT = 3  # commands to try next


@command()
@click.option("--inbox", type=Utf8Path(), metavar="DIR", help="Exports to read (default: HOME/inbox).")
@click.option(
    "--as-of",
    "as_of_on",
    type=WRITTEN_DAY,
    help="Evaluation day of tasks and statuses (default: today in Asia/Shanghai).",
)
@click.option("--known-on", type=WRITTEN_DAY, help="Use only what was received by this day (default: everything).")
@click.option("--rulebooks", type=Utf8Path(), metavar="DIR", help="Rulebook folder (default: FIREMARK_RULEBOOKS).")
@click.option(
    "--regime",
    "regime_code",
    type=TEXT,
    metavar="CODE",
    help="The regime to score with (default: FIREMARK_REGIME, or jiaozuo).",
)
@click.option(
    "--accept-drop",
    "accept_drops",
    type=TEXT,
    multiple=True,
    metavar="SOURCE/DATASET/RECEIVED_ON",
    help="Load a drop that is held as a whole, because of few rows or missing pages.",
)
@click.option(
    "--full",
    "is_full",
    is_flag=True,
    help="Read everything again from the archive, and build even if nothing has changed.",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    help="What computes the models (default: FIREMARK_ENGINE, or duckdb). The results are the same.",
)
@click.option(
    "--master",
    type=TEXT,
    metavar="URL",
    help="Spark's master (default: FIREMARK_SPARK_MASTER, or local[*]: all cores of this machine).",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def build(*, as_json: bool, **asked: Any) -> None:
    """Read what is new, build, check and release: the scheduled job."""
    from ingestion.helper_process import collect_garbage_rarely
    from orchestration.building.dbt_process import DbtProcess

    collect_garbage_rarely()
    settings = home_settings()
    with progress_bars() as progress:
        dbt = DbtProcess(settings.logs)  # imports dbt while this process imports everything else
        from orchestration.building.request import complete
        from orchestration.building.workbench import Workbench
        from orchestration.run import run_build

        report = run_build(Workbench(settings, progress, dbt), complete(settings, asked))
    if as_json:
        click.echo(json_text(report.as_json()))
    else:
        _print_report(settings, report)
    if report.release_id is None:
        if not as_json:
            fail(f"Nothing was released; the last release stays.\n{report.problem}", FAILED)
        sys.exit(FAILED)


def _print_report(settings: Settings, report: BuildReport) -> None:
    from orchestration.cli.screen import first_screen
    from orchestration.cli.wrapping import width_of
    from serving import reasons
    from serving.overview import overview
    from serving.releases.opened import open_release

    content = report.as_json()
    held = reasons.held(content["held"])
    found = None
    if report.release_id is not None:
        with open_release(settings, for_desk=True) as opened:
            found = overview(opened)
    for block in first_screen(content, held, found, _next_commands(found, has_held=bool(held)), width_of()):
        heading, *lines = block
        click.secho(heading, bold=True)
        for line in lines:
            click.echo(line)


def _next_commands(found: Overview | None, *, has_held: bool) -> list[tuple[str, str]]:
    """The three most useful commands now, and why."""
    if found is None:
        return []
    known = [
        (f"explain {found.agencies[-1].agency_id}", "最低分的由来 why the lowest score") if found.agencies else None,
        ("quarantine", "逐条列出及处理办法 each one, what to do") if has_held or found.quarantined else None,
        ("conflicts --status open", "待核的冲突 conflicts to decide") if found.kinds else None,
        ("tasks", "待办及期限 tasks and due dates"),
        ("grades", "全部等级 every grade, and its next change"),
        ("status", "数据新旧与问题 freshness and issues"),
    ]
    return [(as_typed(words), why) for words, why in filter(None, known)][:_NEXT]
