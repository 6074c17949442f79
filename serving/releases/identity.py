"""The release id: made from everything that decides a release's content (marts.md).

Belongs here: its inputs. Does not belong here: computing the revisions (`revisions`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping

import pyarrow as pa

from rulebook.identity import identity


def release_id(
    as_of_on: dt.date,
    known_on: dt.date | None,
    regime_code: str,
    *,
    rulebook_tables: Mapping[str, pa.Table],
    scoring_revision: str,
    presentation_revision: str,
    file_hashes: Iterable[str],
    outcomes: str = "",
) -> str:
    """as_of_on and 12 hex digits of SHA-256 over everything that decides a release's content and how it is shown.

    `outcomes` identifies the outcome of every file: the same bytes received on another day, or a drop that has been
    accepted since, are another input.
    """
    inputs = {
        "as_of_on": as_of_on.isoformat(),
        "known_on": known_on.isoformat() if known_on else None,
        "regime_code": regime_code,
        "rulebook": identity(rulebook_tables),
        "scoring_revision": scoring_revision,
        "presentation_revision": presentation_revision,
        "file_hashes": sorted(file_hashes),
        "outcomes": outcomes,
    }
    digest = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
    return f"{as_of_on.isoformat()}-{digest[:12]}"
