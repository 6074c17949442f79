"""`firemark serve`. Does not belong here: the server (`operations.serve`)."""

from __future__ import annotations

import sys

import click

from orchestration.cli.options import command, home_settings
from serving.audiences import DEFAULT_SERVER, SERVERS


@command()
@click.option("--port", type=click.IntRange(1, 65535), default=5433, show_default=True)
@click.option("--audience", type=click.Choice(tuple(SERVERS)), default=DEFAULT_SERVER, show_default=True)
def serve(port: int, audience: str) -> None:
    """Run a Postgres server on 127.0.0.1 with the current release, for trying, until Ctrl-C."""
    from orchestration.operations.serve import serve as run

    sys.exit(run(home_settings(), port, audience, lambda text: click.echo(text, err=True)))
