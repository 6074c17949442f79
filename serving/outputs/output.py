"""What an output is: a name, an audience, and one of two moments (serving.md 1).

Belongs here: the shape that the registry holds. Does not belong here: any output, when they run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from serving.audiences import Audience
from serving.releases.candidate import Candidate
from serving.releases.opened import Release


@dataclass(frozen=True)
class Output:
    """One output. `write` makes files of a candidate before the switch: one that raises stops the release. `publish`
    hands a release on after the switch and returns where to, in words: it may be called again, and harms nothing when
    it fails."""

    name: str
    audience: Audience
    write: Callable[[Candidate], None] | None = None
    publish: Callable[[Release], str] | None = None

    def __post_init__(self) -> None:
        if (self.write is None) == (self.publish is None):
            raise ValueError(f"the output {self.name} has one moment: write or publish")
