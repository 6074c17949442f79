"""The outputs of a release, in the order in which they are made. A new output is a module and a line here."""

from __future__ import annotations

import duckdb

from serving.audiences import ColumnNotAllowedError
from serving.outputs import dbt_docs, dictionary, files, postgres, site, work_lists
from serving.outputs.output import Output
from serving.releases.candidate import Candidate

OUTPUTS: tuple[Output, ...] = (
    files.BI,
    files.DESK,
    work_lists.OUTPUT,
    dictionary.BI,
    dictionary.DESK,
    dbt_docs.OUTPUT,
    site.OUTPUT,
    *postgres.OUTPUTS,
)


class OutputFailedError(Exception):
    """An output that is part of the release could not be written."""


def write_outputs(candidate: Candidate) -> None:
    """Writes every output that is part of the release.

    Raises OutputFailedError, which stops the release, for an error of disk or database, or a column not for its audience.
    A programming error is raised unchanged, with a note that names the output.
    """
    for output in OUTPUTS:
        if output.write is None:
            continue
        try:
            output.write(candidate)
        except (OSError, duckdb.Error, ColumnNotAllowedError) as error:
            raise OutputFailedError(f"output {output.name}: {type(error).__name__}: {error}") from error
        except Exception as error:
            error.add_note(f"while the output {output.name} was written")
            raise
