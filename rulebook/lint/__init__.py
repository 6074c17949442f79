"""Checks whether the rules of a rulebook folder make sense; returns all problems as data.

Belongs here: one small check per rule about rulebooks, one module per subject, and the order of the checks. Does not
belong here: types and headers (`folder`), the grammar of regime files (`grammar`), scoring.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rulebook.folder import Folder
from rulebook.lint.clause_map import check_clauses
from rulebook.lint.grades import check_bands, check_grades
from rulebook.lint.items import check_components, check_items, check_next
from rulebook.lint.points import check_points
from rulebook.lint.rating import check_measures, check_rating
from rulebook.lint.sequence import check_sequence
from rulebook.lint.shape import check_shape
from rulebook.lint.version import Version
from rulebook.problems import Problem

_CHECKS: tuple[Callable[[Version], Iterator[Problem]], ...] = (
    check_rating,
    check_components,
    check_next,
    check_items,
    check_clauses,
    check_points,
    check_grades,
    check_measures,
    check_bands,
)


def lint(folder: Folder) -> list[Problem]:
    """All problems of a folder, for all regimes, in the order of files and rows."""
    problems = list(check_shape(folder))
    if not problems:  # the meaning of rows is only checked if all of them can be read
        problems = list(check_sequence(folder))
        for row in folder.versions():
            version = Version.of(folder, row)
            for check in _CHECKS:
                problems.extend(check(version))
    return sorted(set(problems), key=lambda problem: (*problem.place.order, problem.code))
