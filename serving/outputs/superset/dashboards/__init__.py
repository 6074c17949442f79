"""The dashboards: which charts each shows, where they stand, by what they are filtered. A new one is a module here.

Does not belong here: what charts ask (`queries`), kinds of charts (`charts`), how a dashboard is written down (`layout`).
"""

from __future__ import annotations

from collections.abc import Sequence

from serving import palette
from serving.outputs.superset import words
from serving.outputs.superset.assets import Dashboard
from serving.outputs.superset.dashboards import credit, desk, supervision


def all_dashboards(grades: Sequence[str]) -> tuple[Dashboard, ...]:
    """The three dashboards, with the colours of a regime's grades, best first."""
    colours = palette.of_states(grades, tuple(words.state_words().values()))
    return credit.dashboard(colours), supervision.dashboard(colours), desk.dashboard(colours)
