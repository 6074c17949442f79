"""`firemark publish superset` and `firemark superset`: dashboards as a file, and a Superset that has them.

Does not belong here: the dashboards (`serving.outputs.superset`), the servers (`operations.superset`).
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from orchestration.cli.options import TEXT, Utf8Path, command, home_settings
from orchestration.cli.render import visible

_SERVER = re.compile(r"([\w.-]+|\[[0-9a-fA-F:]+\])(:[0-9]+)?/\w+", re.ASCII)


@command("superset")
@click.option(
    "--out",
    type=Utf8Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE.zip",
    help="The file to write.",
)
@click.option(
    "--server",
    type=TEXT,
    default="127.0.0.1:5432/firemark",
    show_default=True,
    metavar="HOST:PORT/DATABASE",
    help="The Postgres server as Superset reaches it.",
)
def publish_superset(out: Path, server: str) -> None:
    """Write the dashboards for Superset as one ZIP, without rows and passwords."""
    from serving.outputs import superset
    from serving.releases.opened import open_release

    if not _SERVER.fullmatch(server):
        raise click.BadParameter(
            "write it as HOST:PORT/DATABASE, as in db.example.org:5432/firemark; names of roles are in the file, and "
            "passwords are given on import.",
            param_hint="--server",
        )
    with open_release(home_settings(), for_desk=True) as release:
        chart_count = superset.write_bundle(release, out, server)
    click.echo(visible(f"{out}: 看板 dashboards {len(superset.addresses())}, 图表 charts {chart_count}"))
    click.echo("导入时须给出的口令 Passwords that an import asks for:")
    for database in superset.DATABASES:
        click.echo(f"  {database.path}: {database.role}")


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
