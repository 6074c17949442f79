"""What an output is: a name, an audience, and when it runs: before or after the switch (serving.md 1).

Belongs here: the type of the registry's entries. Does not belong here: any output, the steps that run them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from serving.audiences import Audience
from serving.releases.candidate import Candidate
from serving.releases.opened import Release


@dataclass(frozen=True)
class Output:
    """One output. `write` writes files of a candidate before the switch; if it raises, nothing is released. `publish`
    copies a release elsewhere after the switch and returns where; it may be called again, and a failure leaves the
    release unharmed."""

    name: str
    audience: Audience
    write: Callable[[Candidate], None] | None = None
    publish: Callable[[Release], str] | None = None

    def __post_init__(self) -> None:
        if (self.write is None) == (self.publish is None):
            raise ValueError(f"the output {self.name} needs exactly one of write and publish")
