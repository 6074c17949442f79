"""`firemark`: the command line. Each command parses, calls, prints; whatever it needs is imported inside it.

Belongs here: words, options, exit codes. Does not belong here: queries (`reading`), the build (`build`).
Exit codes: 0 done; 1 a check failed; 2 usage or configuration; 3 another build holds the lock.
"""

from __future__ import annotations

import datetime as dt
import errno
import functools
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ingestion.settings import HOME_VARIABLE, ConfigurationError, Settings, load
from orchestration.city_time import today
from orchestration.output import FORMATS, json_text, plain, print_rows, print_table, visible

if TYPE_CHECKING:
    from orchestration.build import BuildReport
    from orchestration.workbench import Progress

FAILED, USAGE, BUSY = 1, 2, 3


class Day(click.ParamType):
    """A calendar day, YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """The day, or a usage error that says how to write one."""
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day. Write it as YYYY-MM-DD.", param, ctx)


DAY = Day()


def _settings() -> Settings:
    home: str | None = click.get_current_context().find_root().obj
    return load(home)


def _take_home(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    if value == "":
        raise click.BadParameter("name a folder; an empty name is none.", ctx, param)
    if value is not None:
        ctx.find_root().obj = value


def _home_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--home` before or after the command's name."""
    return click.option(
        "--home",
        type=click.Path(file_okay=False),
        metavar="DIR",
        expose_value=False,
        callback=_take_home,
        help=f"Everything the program writes lies here (else {HOME_VARIABLE}, else ./var).",
    )(command)


def _format_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--format", "fmt", type=click.Choice(FORMATS), default="table", show_default=True, help="How rows are written."
    )(command)


def _plain_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """Errors of people become one message and an exit code; only errors of the program show a traceback."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        from orchestration.lock import AnotherBuildRunsError
        from rulebook.problems import RulebookError

        try:
            done = command(*args, **kwargs)
            sys.stdout.flush()  # here, where a full disk can still be told of
            return done
        except (ConfigurationError, RulebookError) as error:
            _fail(str(error), USAGE)
        except AnotherBuildRunsError as error:
            from orchestration.output import command as pasted

            _fail(f"{error}. Wait for it, or look at it with: {pasted(_settings().home, 'status')}", BUSY)

        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # `firemark grades | head`: click ends quietly
            with suppress(OSError):
                sys.stdout.close()
            _fail(f"{error.filename or '输出 the output'}: {error.strerror or error}", USAGE)

    return run


def _fail(message: str, code: int) -> None:
    click.echo(f"Error: {visible(message)}", err=True)
    sys.exit(code)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@_home_option
def main() -> None:
    """Credit grades of fire-protection service agencies, from the exports a bureau really gets."""


def _command(*args: Any, group: click.Group = main, **kwargs: Any) -> Callable[[Callable[..., Any]], click.Command]:
    def wrap(function: Callable[..., Any]) -> click.Command:
        command: click.Command = group.command(*args, **kwargs)(_home_option(_plain_errors(function)))
        return command

    return wrap


# ------------------------------------------------------------------------------------------------ writing


@_command()
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option("--agencies", type=click.IntRange(min=1), default=28, show_default=True)
@click.option("--years", type=click.IntRange(min=1), default=3, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--clean", is_flag=True, help="Without dirt.")
def sample(directory: Path, agencies: int, years: int, seed: int, clean: bool) -> None:
    """Write the synthetic city: DIRECTORY/inbox and DIRECTORY/truth."""
    from sample_city import write_city

    with _progress() as progress:
        try:
            summary = write_city(
                directory,
                agencies=agencies,
                years=years,
                seed=seed,
                clean=clean,
                progress=lambda done, total: progress("sample", done, total, ""),
            )
        except FileExistsError as error:
            raise ConfigurationError(str(error)) from None
    click.echo(
        f"{summary.directory / 'inbox'}: {summary.files} files, {summary.rows} rows, {summary.agencies} agencies, "
        f"{summary.months} months. What a perfect build finds: {summary.directory / 'truth'}"
    )


@_command()
@click.option(
    "--inbox", type=click.Path(path_type=Path), metavar="DIR", help="Exports to take in (default: HOME/inbox)."
)
@click.option("--as-of", type=DAY, help="The day that tasks and statuses are of (default: today in Asia/Shanghai).")
@click.option("--known-on", type=DAY, help="Only what was received by this day (default: everything).")
@click.option(
    "--rulebooks", type=click.Path(path_type=Path), metavar="DIR", help="Rulebook folder (default: FIREMARK_RULEBOOKS)."
)
@click.option("--regime", metavar="CODE", help="The regime to score with (default: FIREMARK_REGIME, or jiaozuo).")
@click.option(
    "--accept-drop", multiple=True, metavar="SOURCE/DATASET/RECEIVED_ON", help="Load a drop that was held for its size."
)
@click.option("--full", is_flag=True, help="Read everything again from the archive and build even what was built.")
@click.option("--json", "as_json", is_flag=True, help="The summary for machines.")
def build(
    *,
    inbox: Path | None,
    as_of: dt.date | None,
    known_on: dt.date | None,
    rulebooks: Path | None,
    regime: str | None,
    accept_drop: tuple[str, ...],
    full: bool,
    as_json: bool,
) -> None:
    """Take in what is new, build, check, release: the scheduled job."""
    from expectations.process import collect_garbage_rarely

    collect_garbage_rarely()
    from orchestration.workbench import Workbench

    settings = _settings()
    with _progress() as progress:
        bench = Workbench(settings, progress)
        _ = bench.dbt  # imports dbt while this process imports everything else
        from orchestration.build import run_build
        from orchestration.steps import request_of

        request = request_of(
            settings,
            as_of=as_of.isoformat() if as_of else None,
            known_on=known_on.isoformat() if known_on else None,
            inbox=str(inbox) if inbox else None,
            rulebooks=str(rulebooks) if rulebooks else None,
            regime=regime,
            accept_drops=accept_drop,
            is_full=full,
        )
        report = run_build(bench, request)
    if as_json:
        click.echo(json_text(report.as_json()))
    else:
        _print_report(settings, report)
    if report.release_id is None:
        if not as_json:
            _fail(f"Nothing was released; the last release stays.\n{report.problem}", FAILED)
        sys.exit(FAILED)


def _print_report(settings: Settings, report: BuildReport) -> None:
    content = report.as_json()
    files, rows = content["files"], content["rows"]
    if content["as_of_on"] is not None:
        click.echo(
            f"files  {files['new']} new, {files['parsed']} read; of all received: {files['loaded']} loaded, "
            f"{files['duplicate']} duplicate, {files['held']} held"
        )
        click.echo(
            f"rows   {rows['read']} read = {rows['accepted']} accepted + {rows['quarantined']} quarantined "
            f"+ {rows['duplicate']} duplicate"
        )
    for held in content["held"]:
        click.echo(visible(f"held   {held['message'] or held['reason_code']}"))
    for note in content["notes"]:
        click.echo(visible(f"note   {note}"))
    _print_ignored(content["ignored"])
    _print_later(content["later_than_as_of"])
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


def _print_ignored(ignored: Sequence[Mapping[str, str]]) -> None:
    for item in ignored:
        click.echo(visible(f"ignored 未读取 {item['path']}: {item['reason']}"))


def _print_later(later: Mapping[str, Any]) -> None:
    if later["file_count"]:
        click.echo(
            f"later  {later['file_count']} files were received after the as-of day, the last on {later['received_on']}. "
            "收到日晚于评价日，请核对文件夹日期 Check the dates of their folders."
        )


@contextmanager
def _progress() -> Iterator[Progress]:
    """Bars on standard error while it is a terminal; in a pipe not one byte of them."""
    from orchestration.workbench import silent

    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description:<8}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[label]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def show(stage: str, done: int, total: int, label: str) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total, label="")
            bars.update(tasks[stage], completed=done, total=total, label=visible(label))

        yield show


@_command()
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True)
def up(port: int) -> None:
    """Serve Dagster's pages, the schedule and the inbox sensor on 127.0.0.1 until Ctrl-C."""
    from orchestration.serve import serve

    sys.exit(serve(_settings(), port, click.echo))


# ------------------------------------------------------------------------------------------------ reading


@_command()
@click.option("--on", type=DAY, help="Any day, past or future (default: today in Asia/Shanghai).")
@click.option("--agency", metavar="USCC", help="One agency only: its code, or a name that only it has.")
@_format_option
def grades(on: dt.date | None, agency: str | None, fmt: str) -> None:
    """Grades on any day, from the current release."""
    from orchestration import reading

    day = on or today()
    with reading.open_release(_settings()) as opened:
        found = reading.grades(opened, day, agency)
        shown = (
            *("agency_id", "agency_name", "score", "grade", "has_active_misconduct", "since_on", "next_change_on"),
            *("next_score", "next_grade", "directory_status"),
        )
        provisional = "  分值为暂定 points are provisional" if any(row["is_provisional"] for row in found) else ""
        print_rows(
            found,
            reading.GRADE_COLUMNS,
            fmt,
            shown=shown,
            title=f"{day}  {opened.title}{provisional}",
            empty=f"No agency has a score on {day}.",
        )


@_command()
@click.argument("agency", metavar="USCC|NAME")
@click.option("--on", type=DAY, help="Any day, past or future (default: today in Asia/Shanghai).")
@click.option("--format", "fmt", type=click.Choice(FORMATS), default="table", show_default=True)
def explain(agency: str, on: dt.date | None, fmt: str) -> None:
    """Why an agency has its score: base, every line in force and where it comes from, and the next change."""
    from orchestration import reading
    from orchestration.explain import LINE_COLUMNS, LINE_TABLE, table_rows
    from orchestration.explain import explain as explain_agency

    with reading.open_release(_settings()) as opened:
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
    total = sum(line["points"] for line in found["lines"])
    sign = "+" if total >= 0 else "-"
    click.echo(
        f"得分 score {plain(found['base_points'])} {sign} {plain(abs(total))} = {plain(found['score'])}"
        f"  等级 grade {plain(found['grade'])} ({found['score_grade_reason'] or '-'})"
    )
    change = found["next_change"]
    if change is None:
        click.echo("下次变动 next change: none known")
    else:
        moves = ", ".join(f"{move['item_code'] or move['line_kind']} {move['moves']}" for move in change["lines"])
        click.echo(
            f"下次变动 next change {change['on']}: {plain(change['score'])} {plain(change['grade'])} "
            f"({change['cause']}{': ' + moves if moves else ''})"
        )
    graded = found["next_grade_change"]
    if graded is not None and (change is None or graded["on"] != change["on"]):
        click.echo(f"下次等级变动 next grade change {graded['on']}: {plain(graded['grade'])} ({graded['cause']})")
    if not found["adds_up"]:
        _fail("base and lines do not make the score: the release is not sound. Run: firemark build --full", FAILED)


@_command()
@click.option("--kind", metavar="K", help="One kind, such as double_registration.")
@click.option("--status", type=click.Choice(("open", "confirmed", "cleared", "expired", "explained")))
@_format_option
def conflicts(kind: str | None, status: str | None, fmt: str) -> None:
    """Engineers who seem to serve two agencies at once: the investigators' rows."""
    from orchestration import reading

    with reading.open_release(_settings(), for_desk=True) as opened:
        columns, found = reading.conflicts(opened, kind, status)
        open_count = sum(row["status"] == "open" for row in found)
        title = f"{len(found)} 条 rows, {open_count} 待核 open  {opened.title}"
        empty = " ".join(("No", *filter(None, (status, kind)), "conflicts."))
        print_rows(found, columns, fmt, shown=reading.CONFLICT_TABLE, title=title, empty=empty)


@_command()
@click.option("--due-before", type=DAY, help="Only tasks due before this day.")
@click.option("--all", "with_done", is_flag=True, help="Done tasks, too.")
@_format_option
def tasks(due_before: dt.date | None, with_done: bool, fmt: str) -> None:
    """Supervision tasks that are open or overdue."""
    from orchestration import reading

    with reading.open_release(_settings()) as opened:
        found = reading.tasks(opened, due_before, with_done)
        shown = ("task_code", "agency_name", "opened_on", "due_on", "closed_on", "status", "clause")
        print_rows(found, reading.TASK_COLUMNS, fmt, shown=shown, title=opened.title, empty="No tasks.")


@_command()
@click.option("--dataset", metavar="D", help="SOURCE/DATASET, or the dataset's name alone.")
@_format_option
def quarantine(dataset: str | None, fmt: str) -> None:
    """Held files and quarantined rows: reason, file, sheet, row."""
    from orchestration import attempts, reading

    settings = _settings()
    with reading.open_release(settings) as opened:
        found = reading.quarantine(opened, dataset)
        files = sum(row["level"] == "file" for row in found)
        title = f"{files} 个文件 files held, {len(found) - files} 行 rows quarantined  {opened.title}"
        empty = "Nothing is held or quarantined."
        print_rows(found, reading.QUARANTINE_COLUMNS, fmt, title=title, empty=empty)
    if fmt == "table" and dataset is None:
        _print_ignored((attempts.last(settings) or {}).get("ignored", []))


@_command()
@click.option("--format", "fmt", type=click.Choice(("table", "json")), default="table", show_default=True)
def status(fmt: str) -> None:
    """The last release, freshness per dataset, failed checks, data issues, overdue tasks."""
    from orchestration import attempts, reading

    settings = _settings()
    with reading.open_release(settings) as opened:
        described = opened.description
        found: dict[str, Any] = {
            "release_id": described["release_id"],
            "as_of_on": described["as_of_on"],
            "known_on": described["known_on"],
            "released_at": described["released_at"],
            "rulebook_id": described["rulebook_id"],
            "is_provisional": described["is_provisional"],
            "freshness": reading.freshness(opened),
            "failed_checks": reading.failed_checks(opened),
            "data_issues": reading.issue_counts(opened),
            "overdue_tasks": reading.overdue_count(opened),
            "later_than_as_of": reading.later_than_as_of(opened),
            "last_build": attempts.last(settings),
        }
    if fmt == "json":
        click.echo(json_text(found))
        return
    known = f", known on {found['known_on']}" if found["known_on"] else ""
    click.echo(
        f"release {found['release_id']}  as of {found['as_of_on']}{known}  released {found['released_at']}  "
        f"rulebook {found['rulebook_id']}{' (provisional)' if found['is_provisional'] else ''}"
    )
    for line in attempts.described(settings):
        click.echo(visible(line))
    freshness = found["freshness"]
    print_table(freshness, tuple(freshness[0]) if freshness else ())
    _print_later(found["later_than_as_of"])
    _print_ignored((found["last_build"] or {}).get("ignored", []))
    if found["failed_checks"]:
        print_table(found["failed_checks"], tuple(found["failed_checks"][0]))
    else:
        click.echo("这次发布的检查全部通过 All checks of this release passed.")
    if found["data_issues"]:
        said = ", ".join(f"{row['issue_code']} {row['issue_count']}" for row in found["data_issues"])
        click.echo(f"待核问题 data issues (quality.fct_data_issues): {said}")
    if found["overdue_tasks"] is not None:
        click.echo(f"逾期任务 overdue tasks: {found['overdue_tasks']}")


# ------------------------------------------------------------------------------------------------ rulebooks


@main.group()
@_home_option
def rulebook() -> None:
    """Rulebook data: check it, import a regime, try another version."""


@_command(group=rulebook)
@click.argument("directory", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
def lint(directory: Path | None) -> None:
    """Check a rulebook folder (default: FIREMARK_RULEBOOKS, else the one that comes with the program)."""
    from orchestration.steps import rulebook_folder
    from rulebook.folder import read_folder
    from rulebook.lint import lint as lint_folder

    folder = read_folder(rulebook_folder(directory, _settings().rulebooks))
    problems = lint_folder(folder)
    for problem in problems:
        click.echo(visible(str(problem)), err=True)
    if problems:
        _fail(f"{len(problems)} problems in {folder.path}", FAILED)
    versions = ", ".join(f"{row['rulebook_id']} ({row['regime_code']})" for row in folder.versions())
    click.echo(f"{folder.path}: sound. {versions}")


@_command("import", group=rulebook)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE.yaml...")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
def import_command(files: tuple[Path, ...], directory: Path) -> None:
    """Turn regimes written as YAML into versions of a rulebook folder."""
    from rulebook.importing import import_regimes

    for imported in import_regimes(files, directory):
        click.echo(visible(str(imported)))


@_command("what-if", group=rulebook)
@click.argument("rulebook_id")
@click.option(
    "--rulebooks",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder that holds the version (default: FIREMARK_RULEBOOKS).",
)
@click.option("--on", type=DAY, help="Only grades that differ on this day.")
@_format_option
def what_if_command(rulebook_id: str, rulebooks: Path | None, on: dt.date | None, fmt: str) -> None:
    """Re-score everything under another version and list the grade changes; nothing is released.

    Compared with the current release, of the same files and program: where something has changed since, build first.
    """
    from dataclasses import asdict

    from orchestration.steps import BuildFailedError
    from orchestration.what_if import what_if
    from orchestration.workbench import Workbench

    with _progress() as progress:
        try:
            differences = what_if(Workbench(_settings(), progress), rulebook_id, rulebooks, on)
        except BuildFailedError as error:
            _fail(str(error), FAILED)
            return
    columns = (
        *("agency_id", "valid_from_on", "valid_until_on", "grade_before", "grade_after"),
        *("score_before", "score_after"),
    )
    agencies = len({difference.agency_id for difference in differences})
    title = f"{agencies} agencies change under {rulebook_id}"
    empty = f"No grade changes under {rulebook_id}."
    print_rows([asdict(difference) for difference in differences], columns, fmt, title=title, empty=empty)


if __name__ == "__main__":
    main(prog_name="firemark")
