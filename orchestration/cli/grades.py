"""`firemark grades` and `explain`: an agency's grade, and why. Does not belong here: queries (`serving`)."""

from __future__ import annotations

import datetime as dt

import click

from orchestration.building.city_time import today
from orchestration.cli.notes import print_incomplete, print_unrated
from orchestration.cli.options import DAY, FAILED, TEXT, command, fail, format_option, home_settings
from orchestration.cli.render import FORMATS, plain, print_rows, print_table, visible
from serving.cells import json_text


@command()
@click.option("--on", type=DAY, help="Any day, past or future (default: today in Asia/Shanghai).")
@click.option("--agency", type=TEXT, metavar="USCC", help="Only this agency: its code, or a name that no other has.")
@format_option
def grades(on: dt.date | None, agency: str | None, fmt: str) -> None:
    """Grades on any day, from the current release."""
    from serving import queries, unrated
    from serving.releases.opened import open_release

    day = on or today()
    with open_release(home_settings()) as opened:
        found = queries.grades(opened, day, agency)
        shown = (
            *("agency_id", "agency_name", "score", "grade", "has_active_misconduct", "since_on", "next_change_on"),
            *("next_score", "next_grade", "directory_status"),
        )
        provisional = "  分值为暂定 points are provisional" if any(row["is_provisional"] for row in found) else ""
        rows = found
        if fmt == "table":
            rows = [
                row | {"grade": unrated.grade_shown(row), "next_grade": unrated.grade_shown(row, "next_")}
                for row in found
            ]
        print_rows(
            rows,
            queries.GRADE_COLUMNS,
            fmt,
            shown=shown,
            title=f"{day}  {opened.title}{provisional}",
            empty=f"No agency has a score on {day}.",
        )
        if fmt == "table":
            print_unrated(found, "未评机构没有等级 An unrated agency has no grade:")
            print_incomplete(found, lambda row: row["agency_name"] or row["agency_id"])


@command()
@click.argument("agency", type=TEXT, metavar="USCC|NAME")
@click.option("--on", type=DAY, help="Any day, past or future (default: today in Asia/Shanghai).")
@click.option("--format", "fmt", type=click.Choice(FORMATS), default="table", show_default=True)
def explain(agency: str, on: dt.date | None, fmt: str) -> None:
    """Why an agency has its score: base points, every line in force with its source, and the next change."""
    from serving import unrated
    from serving.explain import LINE_COLUMNS, LINE_TABLE, table_rows
    from serving.explain import explain as explain_agency
    from serving.releases.opened import open_release

    with open_release(home_settings()) as opened:
        found = explain_agency(opened, agency, on or today())
    if fmt == "json":
        click.echo(json_text(found))
        return
    if fmt == "csv":
        print_rows(found["lines"], LINE_COLUMNS, "csv")
        return
    note = "  分值为暂定 provisional" if found["is_provisional"] else ""
    click.echo(visible(f"{found['agency_name']}  {found['agency_id']}  {found['on']}  {found['rulebook_id']}{note}"))
    click.echo(f"基础分 base {plain(found['base_points'])}")
    if found["lines"]:
        print_table(table_rows(found["lines"]), LINE_TABLE, is_whole=True)
    why = unrated.in_words(found["unrated_because"]) if found["unrated_because"] else None
    grade = unrated.grade_shown(found)
    if found["score"] is None:
        click.echo(f"得分 score –  等级 grade {grade}{f': {why}' if why else ''}")
        click.echo("以上分录自首个评价日起计入得分 These lines count from the first rated day on.")
    else:
        total = sum(line["points"] for line in found["lines"])
        sign = "+" if total >= 0 else "-"
        click.echo(
            f"得分 score {plain(found['base_points'])} {sign} {plain(abs(total))} = {plain(found['score'])}"
            f"  等级 grade {plain(grade)} ({why or found['score_grade_reason'] or '-'})"
        )
    change = found["next_change"]
    if change is None:
        click.echo("下次变动 next change: none known")
    else:
        moves = ", ".join(f"{move['item_code'] or move['line_kind']} {move['moves']}" for move in change["lines"])
        click.echo(
            f"下次变动 next change {change['on']}: {plain(change['score'])} {plain(unrated.grade_shown(change))} "
            f"({change['cause']}{': ' + moves if moves else ''})"
        )
    graded = found["next_grade_change"]
    if graded is not None and (change is None or graded["on"] != change["on"]):
        click.echo(
            f"下次等级变动 next grade change {graded['on']}: {plain(unrated.grade_shown(graded))} ({graded['cause']})"
        )
    if found["missing_evidence"]:
        click.echo("证据不全，结果可能有变 Evidence is incomplete, so the score may change:")
    for piece in found["missing_evidence"]:
        click.echo(visible(f"  {piece}"))
    if not found["adds_up"]:
        fail("The base points and the lines do not add up to the score. Build again: firemark build --full", FAILED)
