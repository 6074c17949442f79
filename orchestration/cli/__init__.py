"""`firemark`: the command line. Each command parses, calls and prints; its imports are inside it, so that `--help` is fast.

Belongs here: the list of commands. Each group of commands has a module; shared code is in `options` and `render`.
"""

from __future__ import annotations

from typing import Any

import click

from orchestration.cli import terminal
from orchestration.cli.build import build
from orchestration.cli.desk import conflicts, quarantine, tasks
from orchestration.cli.grades import explain, grades
from orchestration.cli.options import home_option
from orchestration.cli.publish import publish
from orchestration.cli.rulebook import rulebook
from orchestration.cli.sample import sample
from orchestration.cli.serve import serve
from orchestration.cli.site import site
from orchestration.cli.status import status
from orchestration.cli.superset import superset
from orchestration.cli.up import up


class _Firemark(click.Group):
    """The group of all commands. Prepares the terminal before anything is read or printed."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Runs a command."""
        terminal.prepare()
        return super().main(*args, **kwargs)


@click.group(cls=_Firemark, context_settings={"help_option_names": ["-h", "--help"]})
@home_option
def main() -> None:
    """Credit grades of fire-protection service agencies, from the exports that a bureau receives."""


for _command in (
    sample,
    build,
    up,
    grades,
    explain,
    conflicts,
    tasks,
    quarantine,
    status,
    site,
    publish,
    serve,
    superset,
    rulebook,
):
    main.add_command(_command)
