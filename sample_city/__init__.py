"""The synthetic city: exports in all their dirt, and the truth that goes with them. Deterministic by seed.

Belongs here: everything that writes `DIR/inbox` and `DIR/truth` (whose layout `truth.LAYOUT` tells, and
`DIR/truth/README.md`). Does not belong here: reading them (the door), or scores: an independent scorer derives those
from the truth. A city is districts of 28 agencies that do not touch each other; nobody in it is real.
"""

from sample_city.city import CitySummary, write_city

__all__ = ["CitySummary", "write_city"]
