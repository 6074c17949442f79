"""`firemark superset`. Does not belong here: the servers (`operations.superset`), dashboards as a file (`publish`)."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from orchestration.cli.options import Utf8Path, command, home_settings


@command()
@click.option("--port", type=click.IntRange(1, 65535), default=8088, show_default=True)
@click.option("--postgres-port", type=click.IntRange(1, 65535), default=5433, show_default=True)
@click.option(
    "--venv",
    type=Utf8Path(file_okay=False, path_type=Path),
    default=Path(".venv-superset"),
    show_default=True,
    help="Where Superset is installed.",
)
def superset(port: int, postgres_port: int, venv: Path) -> None:
    """Run Superset on 127.0.0.1 over a Postgres server in the home, with the dashboards, until Ctrl-C."""
    from orchestration.operations.superset import run

    sys.exit(run(home_settings(), port, postgres_port, venv / "bin", lambda text: click.echo(text, err=True)))
