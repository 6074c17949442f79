"""The colours of grades, severities and outcomes, the same wherever they are shown: the site, dashboards.

Belongs here: colours and which mark a grade has. Does not belong here: shapes of marks (the site's stylesheet), words
(`serving.dictionary`).
"""

from __future__ import annotations

from collections.abc import Sequence

from serving import ordering

GREEN, BLUE, BROWN, RED = "#17653a", "#1d5c96", "#8a5300", "#a3212b"
PALE_GREEN, PALE_BLUE, ORANGE, YELLOW = "#6f9e84", "#9dbbdb", "#c27100", "#d9b64a"
GREY, NAVY = "#5b6675", "#17406d"
# Best first. Dark enough to carry white text, and told apart in any of the usual forms of colour blindness by lightness.
GRADES = (GREEN, BLUE, BROWN, RED)
NO_GRADE = GREY  # a state that is none
SEVERITIES = dict(zip(ordering.SEVERITIES, (RED, ORANGE, YELLOW, PALE_BLUE, GREY), strict=True))
# Of what is no grade: a good end, to be done, to be looked at, wrong, over.
GOOD, PENDING, WARNING, BAD, CLOSED = GREEN, BLUE, ORANGE, RED, GREY
MAIN = NAVY  # also in the site's icon and the data dictionary's page, which are copied as they are


def place_of(state: str, grades: Sequence[str]) -> int | None:
    """Which of `GRADES` a grade has, of a regime's grades, best first: the worst has the last. None for a state."""
    if state not in grades:
        return None
    place, last = grades.index(state), len(grades) - 1
    return len(GRADES) - 1 if place == last else min(place, len(GRADES) - 2)


def of_states(grades: Sequence[str], states: Sequence[str]) -> dict[str, str]:
    """State -> colour, of a regime's grades and of states that are none."""
    found = dict.fromkeys(states, NO_GRADE)
    for grade in grades:
        place = place_of(grade, grades)
        assert place is not None
        found[grade] = GRADES[place]
    return found


def as_css() -> str:
    """The colours as the site's stylesheet reads them: `--g1` is the best grade, `--deep` the main colour."""
    marks = {**{f"g{place}": colour for place, colour in enumerate(GRADES, start=1)}, "s": NO_GRADE, "deep": MAIN}
    return f":root {{ {' '.join(f'--{name}: {colour};' for name, colour in marks.items())} }}\n"
