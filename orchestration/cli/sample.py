"""`firemark sample`. Does not belong here: the city itself (`sample_city`)."""

from __future__ import annotations

from pathlib import Path

import click

from ingestion.settings import ConfigurationError
from orchestration.cli.options import Utf8Path, command, progress_bars


@command()
@click.argument("directory", type=Utf8Path(file_okay=False, path_type=Path))
@click.option("--agencies", type=click.IntRange(min=1), default=28, show_default=True)
@click.option("--years", type=click.IntRange(min=1), default=3, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--clean", is_flag=True, help="Without dirt in the exports.")
def sample(directory: Path, agencies: int, years: int, seed: int, clean: bool) -> None:
    """Write the synthetic city: DIRECTORY/inbox and DIRECTORY/truth."""
    from sample_city import write_city

    with progress_bars() as progress:
        try:
            summary = write_city(
                directory,
                agencies=agencies,
                years=years,
                seed=seed,
                clean=clean,
                progress=lambda done, total: progress("sample", done, total, ""),
            )
        except FileExistsError as error:
            raise ConfigurationError(str(error)) from None
    click.echo(
        f"{summary.directory / 'inbox'}: {summary.files} files, {summary.rows} rows, {summary.agencies} agencies, "
        f"{summary.months} months"
    )
