"""Remarks that several commands print below their rows: what was not read, what came too early."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from orchestration.cli.render import visible


def print_ignored(ignored: Sequence[Mapping[str, str]]) -> None:
    """What in the inbox was no file of a dataset."""
    for item in ignored:
        click.echo(visible(f"ignored 未读取 {item['path']}: {item['reason']}"))


def print_later(later: Mapping[str, Any]) -> None:
    """Files whose day of receipt lies after the as-of day."""
    if later["file_count"]:
        click.echo(
            f"later  {later['file_count']} files were received after the as-of day, the last on {later['received_on']}. "
            "收到日晚于评价日，请核对文件夹日期 Check the dates of their folders."
        )
