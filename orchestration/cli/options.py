"""What all commands share: exit codes, options, user errors as one message, progress bars.

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
        """The day, or a usage error with the expected form."""
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            self.fail(f"Invalid date {value!r}: write it as YYYY-MM-DD.", param, ctx)


class WrittenDay(Day):
    """A calendar day as text, for a build's request, which parses it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """YYYY-MM-DD, after checking that it is a day."""
        return super().convert(value, param, ctx).isoformat()


class TypedText(click.ParamType):
    """Text as typed, whatever encoding the terminal sends."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text."""
        return typed(value)


class Utf8Path(click.Path):
    """A file or folder. A path that is not UTF-8 is refused: it could be opened, but not recorded."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, or a usage error that shows the invalid bytes."""
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
    """A `firemark` command on this home, started the same way as the current one."""
    begun = sys.argv[0]
    program = "firemark" if Path(begun).name != "firemark" or shutil.which("firemark") == begun else shlex.quote(begun)
    home: str | None = click.get_current_context().find_root().obj
    return f"{program} --home {shlex.quote(home)} {words}" if home else f"{program} {words}"


def _take_home(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    if value == "":
        raise click.BadParameter("the name is empty: expected a folder.", ctx, param)
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
        help=f"Folder of everything that the program writes (default: {HOME_VARIABLE}, or ./var).",
    )(command)


def format_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--format`, for commands that print rows."""
    return click.option(
        "--format", "fmt", type=click.Choice(FORMATS), default="table", show_default=True, help="Output format."
    )(command)


def _plain_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """User errors become one message and an exit code; only program errors show a traceback."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        from orchestration.operations import attempts
        from orchestration.operations.lock import AnotherBuildRunsError
        from orchestration.operations.pasted import command as pasted
        from rulebook.problems import RulebookError
        from serving.releases.errors import NoReleaseError, UnreadableReleaseError

        try:
            done = command(*args, **kwargs)
            sys.stdout.flush()  # here, where a full disk can still be reported
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
            fail(f"{error}. Wait for it, or check it with: {pasted(home_settings().home, 'status')}", BUSY)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # `firemark grades | head`: click ends quietly
            with suppress(OSError):
                sys.stdout.close()
            fail(f"{error.filename or '输出 the output'}: {error.strerror or error}", USAGE)

    return run


def fail(message: str, code: int) -> NoReturn:
    """Prints an error and exits."""
    click.echo(f"Error: {visible(message)}", err=True)
    sys.exit(code)


def command(*args: Any, **kwargs: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """A `firemark` command: with `--home`, and readable errors."""

    def wrap(function: Callable[..., Any]) -> click.Command:
        made: click.Command = click.command(*args, **kwargs)(home_option(_plain_errors(function)))
        return made

    return wrap


_STAGES = {
    "sample": "生成 sample",
    "ingest": "读取 reading",
    "model": "计算 computing",
    "check": "检查 checking",
    "frozen lists": "名单 past lists",
    "release": "发布 releasing",
    "publish": "推送 publishing",
}


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """Progress bars on standard error if it is a terminal; nothing otherwise."""
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
