"""`firemark build`: options, the report in words. Does not belong here: the build (`orchestration.run`)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from ingestion.settings import Settings
from orchestration.cli.notes import print_ignored, print_later
from orchestration.cli.options import FAILED, TEXT, WRITTEN_DAY, Utf8Path, command, fail, home_settings, progress_bars
from orchestration.cli.render import visible
from serving.cells import json_text

if TYPE_CHECKING:
    from orchestration.building.report import BuildReport


@command()
@click.option("--inbox", type=Utf8Path(), metavar="DIR", help="Exports to take in (default: HOME/inbox).")
@click.option(
    "--as-of",
    "as_of_on",
    type=WRITTEN_DAY,
    help="The day that tasks and statuses are of (default: today in Asia/Shanghai).",
)
@click.option("--known-on", type=WRITTEN_DAY, help="Only what was received by this day (default: everything).")
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
    help="Load a drop that was held as a whole: for its few rows, or for missing pages.",
)
@click.option(
    "--full", "is_full", is_flag=True, help="Read everything again from the archive and build even what was built."
)
@click.option("--json", "as_json", is_flag=True, help="The summary for machines.")
def build(*, as_json: bool, **asked: Any) -> None:
    """Take in what is new, build, check, release: the scheduled job."""
    from orchestration.building.dbt_process import DbtProcess
    from orchestration.building.helper_process import collect_garbage_rarely

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
    content = report.as_json()
    files, rows = content["files"], content["rows"]
    if content["as_of_on"] is not None:
        click.echo(
            f"files  {files['new']} new, {files['parsed']} read; of all received: {files['loaded']} loaded, "
            f"{files['duplicate']} duplicate, {files['held']} held, {files['replaced']} replaced"
        )
        click.echo(
            f"rows   {rows['read']} read = {rows['accepted']} accepted + {rows['quarantined']} quarantined "
            f"+ {rows['duplicate']} duplicate"
        )
    for held in content["held"]:
        click.echo(visible(f"held   {held['message'] or held['reason_code']}"))
    for note in content["notes"]:
        click.echo(visible(f"note   {note}"))
    print_ignored(content["ignored"])
    print_later(content["later_than_as_of"])
    checks = content["checks"]
    if report.release_id is not None and not report.is_reused:
        click.echo(f"checks {checks['passed']} passed, {len(checks['failed'])} told of something")
        for check in checks["failed"]:
            click.echo(f"       {check['kind']} {check['check_name']}: {check['failing_count']}")
    if report.release_id is not None:
        verb = "verified and reused" if report.is_reused else "released"
        click.echo(
            f"{verb} {report.release_id}  as of {content['as_of_on']}  rulebook {content['rulebook_id']}  "
            f"{content['seconds']:.1f} s  {settings.releases / report.release_id}"
        )
