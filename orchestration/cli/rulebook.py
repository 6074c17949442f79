"""`firemark rulebook lint`, `new`, `import` and `what-if`. Does not belong here: what they do (`rulebook`, `building`),
printing rules (`rulebook_reading`)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from orchestration.cli.options import (
    DAY,
    FAILED,
    TEXT,
    Utf8Path,
    command,
    fail,
    format_option,
    home_option,
    home_settings,
    progress_bars,
)
from orchestration.cli.render import print_rows, visible
from orchestration.cli.rulebook_reading import diff, show


@click.group()
@home_option
def rulebook() -> None:
    """Check, read, import and compare rulebooks."""


@command()
@click.argument("directory", required=False, type=Utf8Path(path_type=Path), metavar="[DIR]")
def lint(directory: Path | None) -> None:
    """Check a rulebook folder (default: FIREMARK_RULEBOOKS, or the one that comes with the program)."""
    from orchestration.building.rules import rulebook_folder
    from rulebook.folder import read_folder
    from rulebook.lint import lint as lint_folder

    folder = read_folder(rulebook_folder(directory, home_settings().rulebooks))
    problems = lint_folder(folder)
    for problem in problems:
        click.echo(visible(str(problem)), err=True)
    if problems:
        fail(f"{len(problems)} problems in {folder.path}", FAILED)
    versions = ", ".join(f"{row['rulebook_id']} ({row['regime_code']})" for row in folder.versions())
    click.echo(f"{folder.path}: no problems. {versions}")


@command("import")
@click.argument("files", nargs=-1, required=True, type=Utf8Path(path_type=Path), metavar="FILE...")
@click.argument("directory", type=Utf8Path(file_okay=False, path_type=Path), metavar="DIR")
def import_command(files: tuple[Path, ...], directory: Path) -> None:
    """Turn regimes, each a FILE.yaml or FILE.xlsx, into versions of the rulebook folder DIR.

    \b
    将规则文件（YAML 或 Excel）导入规则目录；有一处错误，整个目录不变。
    `firemark rulebook new` writes a FILE.yaml to start from, with every key and word explained.
    A version with an existing id is replaced. Nothing is written if the folder would have any problem.
    Give the versions of one regime together, or the last one first.

    A workbook has one sheet a block: rulebook 规则, components 构成, items 条目, clauses 条款对照, bands 等级,
    repair 修复, measures 措施. The header of each list has the keys or their Chinese names, as `firemark rulebook new`
    lists them, with an optional unit in brackets; rulebook and repair may have them in one column, with the values to
    their right. Titles, blank rows, totals, signatures, rows that begin with 注：, hidden sheets and sheets of notes
    (说明, 图例) are ignored. Format codes such as 1-1 as text, or the spreadsheet turns them into dates. Separate the
    values of a list by 、 or a comma or semicolon; 是 and 否 are true and false; 空 is an empty clause, 不计分 an entry
    that does not score.
    """
    from rulebook.importing import import_regimes

    for imported in import_regimes(files, directory):
        click.echo(visible(str(imported)))


@command()
@click.argument("file", type=Utf8Path(dir_okay=False, path_type=Path), metavar="FILE.yaml")
def new(file: Path) -> None:
    """Write a regime to start from, with every key explained. An existing file is never overwritten."""
    from rulebook.template import write_template

    write_template(file)
    click.echo(visible(f"{file}: 已写入模板 template written. Fill it in, then: firemark rulebook import {file} DIR"))


@command("what-if")
@click.argument("rulebook_id", type=TEXT)
@click.option(
    "--rulebooks",
    type=Utf8Path(path_type=Path),
    metavar="DIR",
    help="The folder that holds the version (default: FIREMARK_RULEBOOKS).",
)
@click.option("--on", type=DAY, help="Only grades that differ on this day.")
@format_option
def what_if_command(rulebook_id: str, rulebooks: Path | None, on: dt.date | None, fmt: str) -> None:
    """Re-score everything under another version and list the grade changes; nothing is released.

    Compares with the current release, made from the same files by the same program: if either has changed, build first.
    """
    from dataclasses import asdict
    from itertools import product

    from orchestration.building.state import BuildFailedError
    from orchestration.building.what_if import what_if
    from orchestration.building.workbench import Workbench
    from rulebook.words import UNRATED

    with progress_bars() as progress:
        try:
            differences = what_if(Workbench(home_settings(), progress), rulebook_id, rulebooks, on)
        except BuildFailedError as error:
            fail(str(error), FAILED)
    columns = (
        *("agency_id", "valid_from_on", "valid_until_on", "grade_before", "grade_after"),
        *("score_before", "score_after"),
    )
    unrated = ("is_unrated_before", "is_unrated_after")
    agencies = len({difference.agency_id for difference in differences})
    title = f"{agencies} agencies change under {rulebook_id}"
    empty = f"No grade changes under {rulebook_id}."
    rows = [asdict(difference) for difference in differences]
    if fmt == "table":
        for row, side in product(rows, ("before", "after")):
            row[f"grade_{side}"] = " ".join(UNRATED) if row[f"is_unrated_{side}"] else row[f"grade_{side}"]
    print_rows(rows, (*columns, *unrated), fmt, shown=columns, title=title, empty=empty)


for _command in (lint, new, import_command, show, diff, what_if_command):
    rulebook.add_command(_command)
