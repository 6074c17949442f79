"""The request for a build, in one form with one set of names: the command line, Dagster's run configuration and
build/state.json hold it as `Written`, plain JSON values; the steps read it as `BuildRequest`.

Belongs here: the names, their defaults, reading them. Does not belong here: what a build does with them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ingestion import build_inputs
from ingestion.settings import ConfigurationError, Settings
from orchestration.building import engines
from orchestration.building.city_time import read_day, today
from orchestration.operations.inbox import require_inbox

DEFAULT_REGIME = "jiaozuo"
Written = dict[str, Any]  # every name of BuildRequest -> text, list of texts, true or false, null


@dataclass(frozen=True)
class BuildRequest:
    """The request for a build. `inbox`: null = nothing new is ingested. `rulebooks`: a rulebook folder; null = the one
    that comes with the program. `master`: Spark's; null = all cores of this machine."""

    as_of_on: dt.date
    known_on: dt.date | None = None
    inbox: Path | None = None
    rulebooks: Path | None = None
    regime_code: str = DEFAULT_REGIME
    accept_drops: tuple[str, ...] = ()
    is_full: bool = False
    engine: str = engines.DUCKDB
    master: str | None = None

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> BuildRequest:
        """The request from its written form. Raises ConfigurationError for an invalid date."""
        return cls(
            as_of_on=_day("as-of", written["as_of_on"]),
            known_on=_day("known-on", written["known_on"]) if written["known_on"] else None,
            inbox=Path(written["inbox"]) if written["inbox"] else None,
            rulebooks=Path(written["rulebooks"]) if written["rulebooks"] else None,
            regime_code=written["regime_code"],
            accept_drops=tuple(written["accept_drops"]),
            is_full=written["is_full"],
            engine=written["engine"],
            master=written["master"],
        )


NAMES = tuple(field.name for field in fields(BuildRequest))


def complete(settings: Settings, asked: Mapping[str, Any]) -> Written:
    """The complete written request, from the given part. Defaults: today, the home's own inbox if it exists, and the
    rulebooks, regime and engine that the environment names. A complete request is returned unchanged."""
    unknown = set(asked) - set(NAMES)
    if unknown:
        raise TypeError(f"a build request has no {sorted(unknown)}; its names are {NAMES}")
    inbox = asked.get("inbox") or (settings.inbox if settings.inbox.is_dir() else None)
    rulebooks = asked.get("rulebooks") or settings.rulebooks
    engine = asked.get("engine") or settings.engine or engines.DUCKDB
    named = asked.get("master") or (settings.spark_master if engine == engines.SPARK else None)
    return {
        "as_of_on": asked.get("as_of_on") or today().isoformat(),
        "known_on": asked.get("known_on"),
        "inbox": str(Path(inbox).absolute()) if inbox else None,
        "rulebooks": str(Path(rulebooks).absolute()) if rulebooks else None,
        "regime_code": asked.get("regime_code") or settings.regime_code or DEFAULT_REGIME,
        "accept_drops": list(asked.get("accept_drops") or ()),
        "is_full": bool(asked.get("is_full")),
        "engine": engine,
        "master": named,
    }


def require_plausible(settings: Settings, request: BuildRequest) -> None:
    """Raises ConfigurationError for a request that must be a mistake, before anything slow begins."""
    if request.inbox is not None and request.inbox != settings.inbox:
        require_inbox(request.inbox)  # the home's own inbox is no mistake; misplaced files in it are reported
    for drop in request.accept_drops:
        build_inputs.parse_drop(drop)
    engines.engine(request.engine, request.master).require(settings.home)


def _day(name: str, text: str) -> dt.date:
    try:
        return read_day(text)
    except ValueError:
        raise ConfigurationError(
            f"日期无效 Invalid date for --{name}: {text!r}. 请写作 Write it as YYYY-MM-DD."
        ) from None
