"""The report of a build, for people and machines. Does not belong here: printing it (`cli`), a release's content."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ingestion.load_outcomes import Status
from orchestration.building.state import BuildState


@dataclass
class BuildReport:
    """The report of a build. `release_id` is null if nothing was released; then `problem` says why."""

    release_id: str | None
    is_reused: bool
    run_id: str
    seconds: float
    state: BuildState | None
    problem: str | None = None
    reaped_runs: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The report for machines."""
        state = self.state
        checks = state.check_results() if state else []
        files = state.files if state else []
        request: dict[str, Any] = state.request if state else {}
        later = [file["received_on"] for file in files if file["received_on"] > request["as_of_on"]]
        return {
            "status": "failed" if self.release_id is None else "reused" if self.is_reused else "released",
            "release_id": self.release_id,
            "as_of_on": request.get("as_of_on"),
            "known_on": request.get("known_on"),
            "regime_code": request.get("regime_code"),
            "rulebook_id": state.rulebook_id if state else None,
            "run_id": self.run_id,
            "seconds": round(self.seconds, 2),
            "files": {
                "new": state.ingested.get("new_count", 0) if state else 0,
                "parsed": state.ingested.get("parsed_count", 0) if state else 0,
                **{str(status): sum(file["status"] == status for file in files) for status in Status},
            },
            "rows": {
                name: sum(file[f"{name}_count"] for file in files)
                for name in ("read", "accepted", "quarantined", "duplicate")
            },
            "frozen_day_count": state.frozen_day_count if state else 0,
            "held": [
                {
                    name: file[name]
                    for name in ("source", "dataset", "received_on", "file_name", "reason_code", "message")
                }
                for file in files
                if file["status"] == "held"
            ],
            "notes": [file["message"] for file in files if file["status"] == "loaded" and file["message"]],
            "ignored": state.ignored if state else [],
            "later_than_as_of": {"file_count": len(later), "received_on": max(later, default=None)},
            "checks": {
                "passed": sum(check.is_passed for check in checks),
                "failed": [
                    {
                        "check_name": check.check_name,
                        "kind": check.kind,
                        "severity": check.severity,
                        "failing_count": check.failing_count,
                    }
                    for check in checks
                    if not check.is_passed
                ],
            },
            "problem": self.problem,
        }
