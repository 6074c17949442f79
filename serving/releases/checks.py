"""The checks of a release: the result of one, and the table of all results.

Belongs here: the type of a result. Does not belong here: running a check, acting on its result.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from serving.dictionary import entries

TABLE = "quality.fct_check_results"
TABLE_COMMENT = "One row per check and release. 每次发布的检查结果"


@dataclass(frozen=True)
class CheckResult:
    """One row of quality.fct_check_results, without its release. `relation` and `look` (how to see the rows) are for people."""

    check_name: str
    kind: str  # door, invariant, finding
    severity: str  # error, warn
    is_passed: bool
    failing_count: int
    relation: str = ""
    look: str = ""
    is_run: bool = True

    @property
    def is_blocking(self) -> bool:
        """Whether it stops the release."""
        return not self.is_passed and self.severity == "error"


_SCHEMA = pa.schema(
    [
        pa.field("check_name", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("severity", pa.string()),
        pa.field("is_passed", pa.bool_()),
        pa.field("failing_count", pa.int64()),
        pa.field("release_id", pa.string()),
        pa.field("checked_at", pa.timestamp("us")),
    ]
)
KEY = ("kind", "check_name")  # of one release: TABLE holds no other
COLUMN_COMMENTS = {
    name: f"{entries()[name].zh} · {meaning}"
    for name, meaning in (
        ("check_name", "the truth that the check asserts"),
        ("kind", "door, invariant or finding"),
        ("severity", "error blocks a release, warn does not"),
        ("is_passed", "whether it held in this release"),
        ("failing_count", "rows that break it"),
        ("release_id", "the release that it was checked for"),
        ("checked_at", "when, in UTC"),
    )
}


def as_table(checks: Sequence[CheckResult], release_id: str, checked_at: dt.datetime) -> pa.Table:
    """The rows of quality.fct_check_results; `checked_at` in UTC, without a zone."""
    rows = [
        {name: getattr(check, name) for name in _SCHEMA.names[:5]}
        | {"release_id": release_id, "checked_at": checked_at}
        for check in sorted(checks, key=lambda check: (check.kind, check.check_name))
    ]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)
