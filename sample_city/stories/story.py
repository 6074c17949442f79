"""The type of a story: a function that writes into a district's plan, if the district has the agencies it needs.

Does not belong here: any story.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from sample_city.plan import Plan

Story = Callable[[Plan], None]


def needs(*places: int) -> Callable[[Story], Story]:
    """Skips a story in a district that is too small to have these agencies."""

    def guard(story: Story) -> Story:
        @wraps(story)
        def tell(plan: Plan) -> None:
            if plan.has(*places):
                story(plan)

        return tell

    return guard
