"""The synthetic city: exports with all their dirt, and the truth about them. Deterministic by seed.

Belongs here: everything that writes `DIR/inbox` and `DIR/truth` (layout: `truth.LAYOUT` and `DIR/truth/README.md`). Does
not belong here: reading them (`ingestion`), or scores: an independent scorer derives those from the truth. A city consists
of independent districts of 28 agencies; nobody in it is real.
"""

from sample_city.city import CitySummary, write_city

__all__ = ["CitySummary", "write_city"]
