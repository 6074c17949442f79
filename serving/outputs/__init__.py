"""The outputs of a release, in the order in which they are made. A new one is its module and a line here."""

from __future__ import annotations

import duckdb

from serving.audiences import ColumnNotAllowedError
from serving.outputs import files, site, work_lists
from serving.outputs.output import Output
from serving.releases.candidate import Candidate

OUTPUTS: tuple[Output, ...] = (
    files.BI,
    files.DESK,
    work_lists.OUTPUT,
    site.OUTPUT,
)


class OutputFailedError(Exception):
    """An output that a release must hold could not be written."""


def write_outputs(candidate: Candidate) -> None:
    """Writes every output that is a part of the release. Raises OutputFailedError, which stops it, where a disk or a
    database refuses or a column is not for its audience; an error of the program comes out as it is, with the output's name in a note."""
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
