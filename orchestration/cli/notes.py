"""Remarks that several commands print below their rows: what was not read, what came too early, what evidence
lacks, who has no grade."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from orchestration.cli.render import visible


def print_incomplete(rows: Sequence[Mapping[str, Any]], name: Callable[[Mapping[str, Any]], str]) -> None:
    """What is missing of the evidence of the rows above, and which of them lack it."""
    from serving import incomplete

    if not (told := incomplete.grouped(rows, name)):
        return
    click.echo(
        "证据不全，结果可能有变 Evidence is incomplete, and may change what is shown (firemark quarantine says where):"
    )
    for line in told:
        click.echo(visible(f"  {line}"))


def print_unrated(rows: Sequence[Mapping[str, Any]], heading: str) -> None:
    """Which agencies of the rows above have no grade, and why."""
    from serving import unrated

    if not (told := unrated.grouped(rows, lambda row: row["agency_name"] or row["agency_id"])):
        return
    click.echo(heading)
    for line in told:
        click.echo(visible(f"  {line}"))


def ignored_line(item: Mapping[str, str]) -> str:
    """What in the inbox was no file of a dataset."""
    return f"ignored 未读取 {item['path']}: {item['reason']}"


def print_ignored(ignored: Sequence[Mapping[str, str]]) -> None:
    """All that was no file of a dataset."""
    for item in ignored:
        click.echo(visible(ignored_line(item)))


def later_line(later: Mapping[str, Any]) -> str | None:
    """Files whose day of receipt lies after the as-of day; null where there are none."""
    if not later["file_count"]:
        return None
    return (
        f"later  {later['file_count']} files were received after the as-of day, the last on {later['received_on']}. "
        "收到日晚于评价日，请核对文件夹日期 Check the dates of their folders."
    )


def print_later(later: Mapping[str, Any]) -> None:
    """The line about them, if there are any."""
    if (line := later_line(later)) is not None:
        click.echo(line)
