"""The state of a build, in build/state.json: each step reads it, adds to it and writes it.

Belongs here: its type, and the message of a blocked release. Does not belong here: any step, the report for people.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ingestion.atomic_files import write_text_atomically
from ingestion.load_outcomes import Outcome
from ingestion.settings import Settings
from orchestration.building.build_folder import STATE_FILE
from orchestration.building.request import Written
from serving.releases.checks import CheckResult

INPUT_FILE = ("source", "dataset", "received_on", "file_name", "file_hash", "status")  # in release.json


class BuildFailedError(Exception):
    """Nothing was released: a check failed, a model did not build, an output could not be written, or the rulebook did
    not pass the lint."""


@dataclass
class BuildState:
    """The state of a build. `request` is in its complete written form (`request.complete`)."""

    request: Written
    release_id: str
    rulebook_id: str | None
    is_provisional: bool
    scoring_revision: str
    presentation_revision: str
    rulebooks: list[dict[str, Any]] = field(default_factory=list)
    is_reused: bool = False
    frozen_day_count: int = 0  # days whose lists were computed
    ingested: dict[str, int] = field(default_factory=dict)
    ignored: list[dict[str, str]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)

    def save(self, settings: Settings) -> None:
        """Writes build/state.json."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1, default=str)
        write_text_atomically(settings.build / STATE_FILE, text)

    @staticmethod
    def load(settings: Settings) -> BuildState:
        """Reads build/state.json."""
        return BuildState(**json.loads((settings.build / STATE_FILE).read_text("utf-8")))

    def add_checks(self, results: Iterable[CheckResult]) -> None:
        """Adds results of checks."""
        self.checks += [asdict(result) for result in results]

    def check_results(self) -> list[CheckResult]:
        """The checks so far."""
        return [CheckResult(**check) for check in self.checks]

    def refuse_if_blocked(self) -> None:
        """Raises BuildFailedError when a check blocks the release."""
        message = self.blocking_message()
        if message is not None:
            raise BuildFailedError(message)

    def blocking_message(self) -> str | None:
        """The checks that block a release: relation, number of rows, how to see the rows; null = none."""
        blocking = [check for check in self.check_results() if check.is_blocking]
        if not blocking:
            return None
        failed = [check for check in blocking if check.is_run]
        lines = [f"{len(failed)} blocking {'check' if len(failed) == 1 else 'checks'} failed:"]
        lines += [
            f"  {check.check_name} on {check.relation}: {check.failing_count} failing. {check.look}".rstrip()
            for check in failed
        ]
        not_run = [check.check_name for check in blocking if not check.is_run]
        if not_run:
            lines.append(f"{len(not_run)} not run, because they depend on these: {', '.join(not_run)}")
        return "\n".join(lines)


def files_of(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    """Every file received with its outcome, in the form of state.json."""
    return [
        {
            "source": outcome.receipt.source,
            "dataset": outcome.receipt.dataset,
            "received_on": outcome.receipt.received_on.isoformat(),
            "file_name": outcome.receipt.file_name,
            "file_hash": outcome.receipt.file_hash,
            "status": str(outcome.status),
            "reason_code": outcome.reason_code,
            "message": outcome.message,
            "read_count": outcome.read_count,
            "accepted_count": outcome.accepted_count,
            "quarantined_count": outcome.quarantined_count,
            "duplicate_count": outcome.duplicate_count,
        }
        for outcome in outcomes
    ]


def placed(file: Mapping[str, Any]) -> tuple[str, ...]:
    """The identity of a file of a build, in state.json or release.json."""
    return tuple(str(file[name]) for name in INPUT_FILE)
