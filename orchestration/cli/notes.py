"""Remarks that several commands print below their rows: files that were ignored or received too early, missing evidence,
unrated agencies. Does not belong here: what is missing and why (`serving`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from orchestration.cli.render import visible


def print_incomplete(rows: Sequence[Mapping[str, Any]], name: Callable[[Mapping[str, Any]], str]) -> None:
    """Which evidence is missing, and for which of the rows above."""
    from serving import incomplete

    if not (lines := incomplete.grouped(rows, name)):
        return
    click.echo(
        "证据不全，结果可能有变 Evidence is incomplete, so the results may change (details: firemark quarantine):"
    )
    for line in lines:
        click.echo(visible(f"  {line}"))


def print_unrated(rows: Sequence[Mapping[str, Any]], heading: str) -> None:
    """Which agencies of the rows above have no grade, and why."""
    from serving import unrated

    if not (lines := unrated.grouped(rows, lambda row: row["agency_name"] or row["agency_id"])):
        return
    click.echo(heading)
    for line in lines:
        click.echo(visible(f"  {line}"))


def ignored_line(item: Mapping[str, str]) -> str:
    """An entry of the inbox that is not a file of a dataset."""
    return f"ignored 未读取 {item['path']}: {item['reason']}"


def print_ignored(ignored: Sequence[Mapping[str, str]]) -> None:
    """All entries of the inbox that are not files of a dataset."""
    for item in ignored:
        click.echo(visible(ignored_line(item)))


def later_line(later: Mapping[str, Any]) -> str | None:
    """Files received after the evaluation day; None if there are none."""
    if not later["file_count"]:
        return None
    return (
        f"收到日晚于评价日，请核对文件夹日期 later: {later['file_count']} files were received after the evaluation day, the last on "
        f"{later['received_on']}. Check the dates of their folders."
    )


def print_later(later: Mapping[str, Any]) -> None:
    """Prints that line, if any."""
    if (line := later_line(later)) is not None:
        click.echo(line)
