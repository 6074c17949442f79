"""`firemark site`: the path of the current release's public pages. Does not belong here: the pages (`serving.outputs.site`)."""

from __future__ import annotations

import click

from orchestration.cli.options import USAGE, command, fail, home_settings


@command()
@click.option("--open", "is_opened", is_flag=True, help="Also open it in the browser.")
def site(is_opened: bool) -> None:
    """Print the path of the public site of the current release."""
    from serving.releases.stored import SITE_FOLDER, require_release

    release = require_release(home_settings())
    page = release / SITE_FOLDER / "index.html"
    if not page.exists():
        fail(f"The release {release.name} has no site: an earlier program made it. Build again: firemark build", USAGE)
    click.echo(str(page))
    if is_opened and click.launch(page.as_uri()) != 0:
        fail(f"No browser could be started. Open this file in one: {page}", USAGE)
