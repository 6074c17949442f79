"""`firemark publish`: hands the current release on to a server. Does not belong here: how (`serving.outputs`)."""

from __future__ import annotations

from pathlib import Path

import click

from orchestration.cli.options import FAILED, TEXT, Utf8Path, command, fail, home_settings
from orchestration.cli.render import visible
from orchestration.cli.superset import publish_superset
from serving.audiences import DEFAULT_SERVER, SERVERS


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


publish.add_command(postgres)
publish.add_command(publish_superset)
