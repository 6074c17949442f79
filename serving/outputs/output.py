"""What an output is: a name, an audience, and when it runs: before or after the switch (serving.md 1).

Belongs here: the type of the registry's entries. Does not belong here: any output, the steps that run them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ingestion.settings import Settings
from serving.audiences import Audience
from serving.releases.candidate import Candidate
from serving.releases.opened import Release


class PublishFailedError(Exception):
    """A release could not be copied to a server, which has its last one still; another try may succeed."""


class PublishRefusedError(PublishFailedError):
    """The same, where no other try can succeed before a person has acted."""


def _always(settings: Settings) -> bool:
    return True


def _nowhere(settings: Settings) -> str:
    return ""


@dataclass(frozen=True)
class Output:
    """One output. `write` writes files of a candidate before the switch; if it raises, nothing is released. `publish`
    copies a release elsewhere after the switch and returns what it did; it may be called again, and a failure leaves the
    release unharmed. It is called only where the settings name a place for it (`is_wanted`, which never raises). `place`
    names that place without a secret, so that one server is not taken for another; it raises ConfigurationError where a
    setting is wrong."""

    name: str
    audience: Audience
    write: Callable[[Candidate], None] | None = None
    publish: Callable[[Settings, Release], str] | None = None
    is_wanted: Callable[[Settings], bool] = _always
    place: Callable[[Settings], str] = _nowhere

    def __post_init__(self) -> None:
        if (self.write is None) == (self.publish is None):
            raise ValueError(f"the output {self.name} needs exactly one of write and publish")
