"""`firemark up`. Does not belong here: the servers (`operations.up`)."""

from __future__ import annotations

import sys

import click

from orchestration.cli.options import command, home_settings


@command()
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True)
def up(port: int) -> None:
    """Serve Dagster's pages, the schedule and the inbox sensor on 127.0.0.1 until Ctrl-C."""
    from orchestration.operations.up import serve

    sys.exit(serve(home_settings(), port, click.echo))
