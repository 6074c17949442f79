"""What every command shares: exit codes, options, how errors of people become one message, bars of progress.

Does not belong here: any command, how rows are written (`render`).
Exit codes: 0 done; 1 nothing was released, or a check failed; 2 usage or configuration; 3 another build holds the lock.
"""

from __future__ import annotations

import datetime as dt
import errno
import functools
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from ingestion.settings import HOME_VARIABLE, ConfigurationError, Settings, load
from orchestration.cli.render import FORMATS, visible
from orchestration.cli.terminal import typed

if TYPE_CHECKING:
    from orchestration.building.workbench import Progress

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
            self.fail(f"Invalid date {value!r}: write it as YYYY-MM-DD.", param, ctx)


class WrittenDay(Day):
    """A calendar day as a build's request has it: text in one form, which is read where the build begins."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """YYYY-MM-DD, once the text is sure to name a day."""
        return super().convert(value, param, ctx).isoformat()


class TypedText(click.ParamType):
    """Text as people typed it, whatever their terminal sends."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text."""
        return typed(value)


class Utf8Path(click.Path):
    """A file or folder. A path that is not UTF-8 is refused: it could be opened, but not written down."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, or a usage error that says which bytes are wrong."""
        try:
            os.fspath(value).encode()
        except UnicodeEncodeError:
            shown = os.fsencode(value).decode("utf-8", "backslashreplace")
            self.fail(f"路径不是 UTF-8 编码 The path is not UTF-8: {shown}. Rename it, then try again.", param, ctx)
        return super().convert(value, param, ctx)


DAY, WRITTEN_DAY, TEXT = Day(), WrittenDay(), TypedText()


def home_settings() -> Settings:
    """The settings of the home that the command line names."""
    home: str | None = click.get_current_context().find_root().obj
    return load(home)


def as_typed(words: str) -> str:
    """A command of `firemark` on this home, begun as the person began this one."""
    begun = sys.argv[0]
    program = "firemark" if Path(begun).name != "firemark" or shutil.which("firemark") == begun else shlex.quote(begun)
    home: str | None = click.get_current_context().find_root().obj
    return f"{program} --home {shlex.quote(home)} {words}" if home else f"{program} {words}"


def _take_home(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    if value == "":
        raise click.BadParameter("name a folder; an empty name is none.", ctx, param)
    if value is not None:
        ctx.find_root().obj = value


def home_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--home` before or after the command's name."""
    return click.option(
        "--home",
        type=Utf8Path(file_okay=False),
        metavar="DIR",
        expose_value=False,
        callback=_take_home,
        help=f"Everything the program writes lies here (else {HOME_VARIABLE}, else ./var).",
    )(command)


def format_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--format`, for commands that print rows."""
    return click.option(
        "--format", "fmt", type=click.Choice(FORMATS), default="table", show_default=True, help="How rows are written."
    )(command)


def _plain_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """Errors of people become one message and an exit code; only errors of the program show a traceback."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        from orchestration.operations import attempts
        from orchestration.operations.lock import AnotherBuildRunsError
        from orchestration.operations.pasted import command as pasted
        from rulebook.problems import RulebookError
        from serving.releases.errors import NoReleaseError, UnreadableReleaseError

        try:
            done = command(*args, **kwargs)
            sys.stdout.flush()  # here, where a full disk can still be told of
            return done
        except NoReleaseError as error:
            lines = [
                f"{error} Run: {pasted(home_settings().home, 'build --inbox DIR')}",
                *attempts.described(home_settings()),
            ]
            fail("\n".join(lines), USAGE)
        except UnreadableReleaseError as error:
            fail(f"{error} Build it again: {pasted(home_settings().home, 'build --full')}", USAGE)
        except (ConfigurationError, RulebookError) as error:
            fail(str(error), USAGE)
        except AnotherBuildRunsError as error:
            fail(f"{error}. Wait for it, or look at it with: {pasted(home_settings().home, 'status')}", BUSY)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # `firemark grades | head`: click ends quietly
            with suppress(OSError):
                sys.stdout.close()
            fail(f"{error.filename or '输出 the output'}: {error.strerror or error}", USAGE)

    return run


def fail(message: str, code: int) -> NoReturn:
    """Says what went wrong and ends with an exit code."""
    click.echo(f"Error: {visible(message)}", err=True)
    sys.exit(code)


def command(*args: Any, **kwargs: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """A command of `firemark`: with `--home`, and errors as people read them."""

    def wrap(function: Callable[..., Any]) -> click.Command:
        made: click.Command = click.command(*args, **kwargs)(home_option(_plain_errors(function)))
        return made

    return wrap


_STAGES = {
    "sample": "生成 sample",
    "ingest": "读取 reading",
    "model": "计算 working out",
    "check": "检查 checking",
    "frozen lists": "名单 past lists",
    "release": "发布 releasing",
    "publish": "推送 publishing",
}


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """Bars on standard error while it is a terminal; in a pipe not one byte of them."""
    from orchestration.building.workbench import silent

    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[label]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def show(stage: str, done: int, total: int, label: str) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(_STAGES.get(stage, stage), total=total, label="")
            bars.update(tasks[stage], completed=done, total=total, label=visible(label))

        yield show
