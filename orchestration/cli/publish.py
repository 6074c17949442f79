"""`firemark publish`: hands the current release on to BI, as a copy on a server or as dashboards in a file. Does not belong
here: how (`serving.outputs`).
"""

from __future__ import annotations

import re
from pathlib import Path

import click

from orchestration.cli.options import FAILED, TEXT, Utf8Path, command, fail, home_settings
from orchestration.cli.render import visible
from serving.audiences import DEFAULT_SERVER, SERVERS

_SERVER = re.compile(r"([\w.-]+|\[[0-9a-fA-F:]+\])(:[0-9]+)?/\w+", re.ASCII)


@click.group()
def publish() -> None:
    """Hand the current release on to BI."""


@command()
@click.option("--dsn", type=TEXT, metavar="DSN", help="The server, without a password (else FIREMARK_POSTGRES_DSN).")
@click.option(
    "--dsn-file",
    type=Utf8Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A file that holds the DSN, with a password if need be (else FIREMARK_POSTGRES_DSN_FILE).",
)
@click.option(
    "--audience",
    type=click.Choice(tuple(SERVERS)),
    help=f"Who reads this server (else FIREMARK_POSTGRES_AUDIENCE, else {DEFAULT_SERVER}); conflicts: with names.",
)
@click.option("--allow-older", is_flag=True, help="Even if the server has a later release.")
def postgres(dsn: str | None, dsn_file: Path | None, audience: str | None, allow_older: bool) -> None:
    """Copy the current release to a Postgres server, unseen by its readers."""
    from serving.outputs.postgres import output_for
    from serving.outputs.postgres.target import chosen_audience, with_server
    from serving.outputs.publishing import publish_release
    from serving.releases.stored import require_release

    settings = with_server(home_settings(), dsn, dsn_file, audience)
    require_release(settings)
    output = output_for(chosen_audience(settings), is_older_allowed=allow_older)
    (done,) = publish_release(settings, [output], pauses=())
    if not done.is_published:
        fail(f"{done.release_id} 未推送 was not published. {done.message}", FAILED)
    click.echo(visible(f"{done.release_id} 已推送 published: {done.message}"))


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
def superset(out: Path, server: str) -> None:
    """Write the dashboards for Superset as one ZIP, without rows and passwords."""
    from serving.outputs.superset import DATABASES, addresses, write_bundle
    from serving.releases.opened import open_release

    if not _SERVER.fullmatch(server):
        raise click.BadParameter(
            "write it as HOST:PORT/DATABASE, as in db.example.org:5432/firemark; names of roles are in the file, and "
            "passwords are given on import.",
            param_hint="--server",
        )
    with open_release(home_settings(), for_desk=True) as release:
        chart_count = write_bundle(release, out, server)
    click.echo(visible(f"{out}: 看板 dashboards {len(addresses())}, 图表 charts {chart_count}"))
    click.echo("导入时须给出的口令 Passwords that an import asks for:")
    for database in DATABASES:
        click.echo(f"  {database.path}: {database.role}")


for _command in (postgres, superset):
    publish.add_command(_command)
