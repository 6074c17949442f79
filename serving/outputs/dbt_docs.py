"""dbt's pages on the models of a release: lineage, SQL, columns, tests. The last three releases keep them.

Belongs here: putting the page, which is handed in, into the release. Does not belong here: making it
(`orchestration.operations.dbt_docs`). It names restricted tables and their columns, and holds no data.
"""

from __future__ import annotations

import shutil

from serving.audiences import Audience
from serving.outputs.output import Output
from serving.releases.candidate import Candidate
from serving.releases.stored import DOCS_FOLDER

PAGE = "dbt.html"


def _write(candidate: Candidate) -> None:
    folder = candidate.directory / DOCS_FOLDER
    folder.mkdir(mode=0o700)
    shutil.copyfile(candidate.docs_page(), folder / PAGE)


OUTPUT = Output("dbt_docs", Audience.SUPERVISOR, write=_write)
