"""`firemark rulebook show` and `diff`: printing rules for people. Does not belong here: the content of a version
(`rulebook.reading`), differences (`rulebook.differences`)."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestration.building.city_time import today
from orchestration.cli.options import DAY, TEXT, USAGE, Utf8Path, command, fail, format_option, home_settings
from orchestration.cli.render import print_rows, visible
from rulebook.languages import LANGS

if TYPE_CHECKING:
    from rich.console import Console

    from rulebook.differences import Difference
    from rulebook.folder import Folder
    from rulebook.languages import Lang
    from rulebook.reading import Entry, Reading

_PIPE_WIDTH, _LEAST_WIDTH = 100, 60
_ROW_COLUMNS = ("part", "code", "title", "subject", "text")
_DIFFERENCE_COLUMNS = ("part", "code", "title", "change", "subject", "before", "after")
# What of an item has a column of its own; the rest is in its notes.
_ITEM_COLUMNS = {"clause": ("clause",), "points": ("points", "effect"), "cap_points": ("cap_points",)}
_WIDEST, _LEAST_REST, _NARROWEST, _BETWEEN = 24, 24, 8, 2  # cells
# What is never broken: a Chinese character or a word, with its punctuation.
_PIECES = re.compile(
    r"[（“《]*(?:[^\s\u2e80-\uffff“”]+|[^\s，。；：、！？）”》])?[，。；：、！？）”》]*\s*",
)
_UNLABELLED = ("mark", "fact", "is_repairable")

_rulebooks_option = click.option(
    "--rulebooks",
    type=Utf8Path(path_type=Path),
    metavar="DIR",
    help="Rulebook folder (default: FIREMARK_RULEBOOKS, or the one that comes with the program).",
)
_lang_option = click.option(
    "--lang", type=click.Choice(LANGS), default="zh", show_default=True, help="中文 or English."
)


@command()
@click.argument("rulebook_id", required=False, type=TEXT, metavar="[ID]")
@click.option("--on", type=DAY, help="Without ID: the version in force on this day (default: today in Asia/Shanghai).")
@click.option(
    "--regime",
    "regime_code",
    type=TEXT,
    metavar="CODE",
    help="Without ID: the regime to look in (default: FIREMARK_REGIME, or jiaozuo).",
)
@_rulebooks_option
@_lang_option
@format_option
def show(
    rulebook_id: str | None,
    *,
    on: dt.date | None,
    regime_code: str | None,
    rulebooks: Path | None,
    lang: Lang,
    fmt: str,
) -> None:
    """Print the rules of a version.

    Items, points, caps, windows, grades, measures and repair, in the order of the notice.
    """
    from rulebook.reading import read, rows_of

    if rulebook_id is not None and (on or regime_code):
        fail("ID already names a version. Give either ID, or --on and --regime.", USAGE)
    folder = _folder(rulebooks)
    reading = read(folder, rulebook_id or _in_force(folder, regime_code, on or today()), lang)
    if fmt == "table":
        with _page() as console:
            _print_reading(reading, console)
    else:
        print_rows(rows_of(reading), _ROW_COLUMNS, fmt)


@command()
@click.argument("before", type=TEXT, metavar="A")
@click.argument("after", type=TEXT, metavar="B")
@_rulebooks_option
@_lang_option
@format_option
def diff(before: str, after: str, rulebooks: Path | None, lang: Lang, fmt: str) -> None:
    """Print the differences between two versions.

    The text of A, then of B. The versions may be of different regimes.
    """
    from rulebook.differences import differences, rows_of
    from rulebook.reading import read

    folder = _folder(rulebooks)
    found = differences(read(folder, before, lang), read(folder, after, lang))
    if fmt == "table":
        with _page() as console:
            _print_differences(found, f"{before} → {after}", lang, console)
    else:
        print_rows(rows_of(found), _DIFFERENCE_COLUMNS, fmt)


def _folder(rulebooks: Path | None) -> Folder:
    from orchestration.building.rules import rulebook_folder
    from rulebook.folder import read_folder

    return read_folder(rulebook_folder(rulebooks, home_settings().rulebooks))


def _in_force(folder: Folder, named: str | None, on: dt.date) -> str:
    """The version in force on a day, of the regime that a build would use."""
    from orchestration.building.request import DEFAULT_REGIME
    from orchestration.building.rules import Rules
    from rulebook.folder import build_tables

    regime_code = named or home_settings().regime_code
    if regime_code is None and DEFAULT_REGIME not in folder.regimes():
        known = ", ".join(f"{row['rulebook_id']} ({row['regime_code']})" for row in folder.versions()) or "none"
        fail(
            f"{folder.path}: there is no regime {DEFAULT_REGIME}, and no other was named. Give one of these IDs: {known}.",
            USAGE,
        )
    regime_code = regime_code or DEFAULT_REGIME
    version = Rules(regime_code, build_tables(folder, regime_code)).in_force(on)
    return str(version["rulebook_id"])


# ------------------------------------------------------------------------------------------------ printing


@contextmanager
def _page() -> Iterator[Console]:
    """A console as wide as the terminal, or 100 columns in a pipe. Lines have no trailing spaces."""
    from rich.console import Console

    out = sys.stdout
    console = Console(file=out, width=None if out.isatty() else _PIPE_WIDTH, highlight=False, markup=False)
    console.width = max(console.width, _LEAST_WIDTH)
    with console.capture() as captured:
        yield console
    out.writelines(line.rstrip() + "\n" for line in captured.get().splitlines())


def _print_table(
    console: Console, rows: Sequence[Sequence[str]], headers: Sequence[str] | None = None, *, indent: int = 2
) -> None:
    """A table without columns that are empty; the last column takes the remaining width."""
    from rich.cells import cell_len
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    kept = [index for index in range(len(rows[0])) if any(row[index] for row in rows)]
    printed = [*rows, *([headers] if headers else [])]
    widths = [max(cell_len(row[index]) for row in printed) for index in kept]
    room = console.width - indent - _BETWEEN * (len(kept) - 1)
    if sum(widths) > room:
        widths = [min(_WIDEST, width) for width in widths]
        while room - sum(widths[:-1]) < _LEAST_REST and max(widths[:-1], default=0) > _NARROWEST:
            widths[widths.index(max(widths[:-1]))] -= 1
        widths[-1] = max(_NARROWEST, room - sum(widths[:-1]))
    table = Table(box=None, show_header=headers is not None, pad_edge=False, padding=(0, _BETWEEN, 0, 0))
    table.width = sum(widths) + _BETWEEN * (len(kept) - 1)
    for index, width in zip(kept, widths, strict=True):
        table.add_column(Text(headers[index] if headers else "", style="bold"), min_width=width, no_wrap=True)
    for row in rows:
        cells = (folded(visible(row[index]), width) for index, width in zip(kept, widths, strict=True))
        table.add_row(*map(Text, cells))
    console.print(Padding(table, (0, 0, 0, indent)), soft_wrap=True)


def folded(text: str, width: int) -> str:
    """Text in lines of at most `width` cells. Chinese breaks between any two characters, but never before a closing mark or
    after an opening one; everything else breaks at spaces, or inside a word that is wider than a line."""
    from rich.cells import cell_len, chop_cells

    lines, line = [], ""
    for piece in _PIECES.findall(text):
        if cell_len(line + piece.rstrip()) <= width:
            line += piece
            continue
        lines += [line] if line else []
        word = piece.rstrip()
        *whole, line = chop_cells(word, width) if cell_len(word) > width else [word]
        lines += whole
        line += piece[len(word) :]
    return "\n".join(line.rstrip() for line in [*lines, line])


def _heading(console: Console, text: str) -> None:
    from rich.text import Text

    console.print()
    console.print(Text(visible(text), style="bold"))


def _told(entry: Entry, without: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Label and text of each statement that is shown."""
    return [
        (statement.label, statement.text)
        for statement in entry.statements
        if statement.is_told and statement.key not in without
    ]


def _print_reading(reading: Reading, console: Console) -> None:
    from rich.text import Text

    from rulebook import words

    lang = reading.lang
    colon, comma = ("：", "；") if lang == "zh" else (": ", "; ")

    def named(part: str) -> str:
        return words.called(words.PARTS, part, lang)

    def labels(*keys: str) -> list[str]:
        return [words.called(words.LABELS, key, lang) for key in keys]

    (version,) = reading.part("version")
    console.print(Text(visible(f"{version.text('document')}  {version.code}"), style="bold"))
    _print_table(console, _told(version, ["document"]))

    components = reading.part("component")
    places = [component.code for component in components]
    strays = [item for item in reading.part("item") if item.component not in places]
    for component in components:
        _heading(console, f"{component.code}  {component.title}")
        _print_table(console, _told(component))
        if items := [item for item in reading.part("item") if item.component == component.code]:
            console.print()
            _print_items(console, items, labels("code", "clause", "title", "points", "cap_points", "notes"), lang)
    if strays:
        _heading(console, named("item"))
        _print_items(console, strays, labels("code", "clause", "title", "points", "cap_points", "notes"), lang)
    for entry in reading.part("clause"):
        _heading(console, named("clause"))
        _print_table(console, _told(entry))
    if bands := reading.part("band"):
        _heading(console, named("band"))
        _print_table(console, [(band.code, band.text("interval")) for band in bands])
    if measures := reading.part("measure"):
        _heading(console, named("measure"))
        _print_table(
            console,
            [
                (
                    entry.text("grade"),
                    entry.text("measure_code"),
                    entry.title,
                    entry.text("trigger_code"),
                    comma.join(
                        text if key == "mark" else f"{label}{colon}{text}"
                        for key in ("due_working_days", "latch", "mark")
                        for label, text in [(words.called(words.LABELS, key, lang), entry.text(key))]
                        if text
                    ),
                )
                for entry in measures
            ],
            labels("grade", "measure_code", "title", "trigger_code", "notes"),
        )
    for entry in reading.part("repair"):
        _heading(console, named("repair"))
        _print_table(console, _told(entry))


def _print_items(console: Console, items: Sequence[Entry], headers: Sequence[str], lang: Lang) -> None:
    colon, comma = ("：", "；") if lang == "zh" else (": ", "; ")
    in_columns = {key for keys in _ITEM_COLUMNS.values() for key in keys}
    rows = []
    for item in items:
        clause, points, cap = (
            comma.join(filter(None, (item.text(key) for key in keys))) for keys in _ITEM_COLUMNS.values()
        )
        notes = comma.join(
            statement.text if statement.key in _UNLABELLED else f"{statement.label}{colon}{statement.text}"
            for statement in item.statements
            if statement.is_told and statement.key not in in_columns
        )
        rows.append((item.code, clause, item.title, points, cap, notes))
    _print_table(console, rows, headers)


def _print_differences(found: Sequence[Difference], title: str, lang: Lang, console: Console) -> None:
    from rich.text import Text

    from rulebook import words

    console.print(Text(visible(title), style="bold"))
    if not found:
        console.print(words.in_lang(words.NO_DIFFERENCE, lang))
        return
    nothing = words.in_lang(words.NOTHING, lang)
    for part in words.PARTS:
        of_part = [difference for difference in found if difference.part == part]
        if not of_part:
            continue
        _heading(console, words.called(words.PARTS, part, lang))
        for difference in of_part:
            head = f"{words.called(words.CHANGES, difference.change, lang)}  {difference.code}  {difference.title}"
            if part not in words.SINGLE_PARTS:
                console.print(Text(visible(f"  {head.rstrip()}")))
            rows = []
            for before, after in difference.statements:
                label = (after or before).label  # type: ignore[union-attr]
                told = [side.text if side else nothing for side in (before, after)]
                if difference.change == "changed":
                    rows.append((label, f"{told[0]} → {told[1]}"))
                elif (statement := after or before) is not None and statement.is_told:
                    rows.append((label, statement.text))
            if rows:
                _print_table(console, rows, indent=2 if part in words.SINGLE_PARTS else 4)
