"""`firemark conflicts`, `tasks` and `quarantine`: rows that need somebody. Does not belong here: queries (`serving`)."""

from __future__ import annotations

import datetime as dt

import click

from orchestration.cli.notes import print_ignored, print_incomplete, print_unrated
from orchestration.cli.options import DAY, TEXT, command, format_option, home_settings
from orchestration.cli.render import print_rows


@command()
@click.option("--kind", type=TEXT, metavar="K", help="One kind, such as double_registration.")
@click.option("--status", type=click.Choice(("open", "confirmed", "cleared", "expired", "explained")))
@format_option
def conflicts(kind: str | None, status: str | None, fmt: str) -> None:
    """Engineers who seem to work for two employers at once."""
    from serving import queries
    from serving.releases.opened import open_release

    with open_release(home_settings(), for_desk=True) as opened:
        columns, found = queries.conflicts(opened, kind, status)
        open_count = sum(row["status"] == "open" for row in found)
        title = f"{len(found)} 条 rows, {open_count} 待核 open  {opened.title}"
        empty = " ".join(("No", *filter(None, (status, kind)), "conflicts."))
        print_rows(found, columns, fmt, shown=queries.CONFLICT_TABLE, title=title, empty=empty)
        if fmt == "table":
            print_incomplete(found, lambda row: row["conflict_id"])


@command()
@click.option("--due-before", type=DAY, help="Only tasks due before this day.")
@click.option("--all", "with_done", is_flag=True, help="Include done tasks.")
@format_option
def tasks(due_before: dt.date | None, with_done: bool, fmt: str) -> None:
    """Supervision tasks that are open or overdue."""
    from serving import queries
    from serving.releases.opened import open_release

    with open_release(home_settings()) as opened:
        found = queries.tasks(opened, due_before, with_done)
        shown = ("task_code", "agency_name", "opened_on", "due_on", "closed_on", "status", "clause")
        print_rows(found, queries.TASK_COLUMNS, fmt, shown=shown, title=opened.title, empty="No tasks.")
        if fmt == "table":
            print_unrated(found, "未评期间，任务照旧 While an agency is unrated, its tasks stay as they are:")
            print_incomplete(found, lambda row: f"{row['task_code']} {row['agency_name'] or row['agency_id']}")


@command()
@click.option("--dataset", type=TEXT, metavar="D", help="SOURCE/DATASET, or the dataset's name alone.")
@click.option("--all", "with_corrected", is_flag=True, help="Include rows that have been corrected since.")
@format_option
def quarantine(dataset: str | None, with_corrected: bool, fmt: str) -> None:
    """Held files and quarantined rows: reason, file, sheet, row, and what to do."""
    from orchestration.cli.kept_out import kept_out_lines
    from orchestration.cli.wrapping import UNWRAPPED, width_of
    from orchestration.operations import attempts
    from serving import queries
    from serving.releases.opened import open_release

    settings = home_settings()
    with open_release(settings) as opened:
        found = queries.quarantine(opened, dataset, with_corrected)
        corrected = queries.corrected_count(opened, dataset)
        files = sum(row["level"] == "file" for row in found)
        title = f"{files} 个文件 files held, {len(found) - files} 行 rows quarantined  {opened.title}"
        if fmt != "table":
            print_rows(found, queries.QUARANTINE_COLUMNS, fmt)
            return
    click.echo(title if found else "没有 Nothing is held or quarantined.")
    for line in kept_out_lines(found, width_of(in_pipe=UNWRAPPED)):
        click.echo(line)
    if corrected and not with_corrected:
        click.echo(f"另有 {corrected} 行已更正，未列出 {corrected} more rows are corrected: firemark quarantine --all")
    if dataset is None:
        print_ignored((attempts.last(settings) or {}).get("ignored", []))
