"""Comparing two histories, and the rulebook tables for the second one."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rulebook.folder import read_folder
from rulebook.importing import import_regimes
from rulebook.problems import RulebookError
from rulebook.tables import BUILD_TABLES
from rulebook.what_if import UNRATED, GradeDifference, grade_differences, tables_under
from tests.rulebook.support import DEFAULT_YAML, FOREIGN


def _day(number: int) -> dt.date:
    return dt.date(2024, 1, 1) + dt.timedelta(days=number)


def _rows(
    *spans: tuple[int, int | None, int | None, str | None], agency: str = "A1", reason: str = "bands"
) -> list[dict[str, Any]]:
    return [
        {
            "agency_id": agency,
            "valid_from_on": _day(start),
            "valid_until_on": None if end is None else _day(end),
            "score": None if score is None else Decimal(score),
            "grade": grade,
            "score_grade_reason": reason,
        }
        for start, end, score, grade in spans
    ]


def _difference(start: int, end: int | None, *sides: Any, agency: str = "A1") -> GradeDifference:
    grades, scores = sides[:2], [None if side is None else Decimal(side) for side in sides[2:]]
    return GradeDifference(agency, _day(start), None if end is None else _day(end), *grades, *scores)


def test_equal_histories_cut_differently_have_no_difference() -> None:
    assert grade_differences(_rows((0, 5, 90, "B"), (5, None, 90, "B")), _rows((0, None, 90, "B"))) == []


def test_a_score_that_moves_inside_its_band_is_not_a_grade_change() -> None:
    assert grade_differences(_rows((0, None, 90, "B")), _rows((0, 9, 85, "B"), (9, None, 100, "B"))) == []


def test_each_span_of_another_grade_is_listed() -> None:
    before = _rows((0, 10, 100, "B"), (10, 20, 80, "C"), (20, None, 100, "B"))
    after = _rows((0, 10, 100, "B"), (10, 15, 50, "D"), (15, 25, 80, "C"), (25, None, 100, "B"))
    assert grade_differences(before, after) == [
        _difference(10, 15, "C", "D", 80, 50),
        _difference(20, 25, "B", "C", 100, 80),
    ]
    assert grade_differences(before, after, on=_day(14)) == [_difference(10, 15, "C", "D", 80, 50)]
    assert grade_differences(before, after, on=_day(15)) == []


def test_a_difference_may_never_end_and_a_side_may_be_missing() -> None:
    before = _rows((0, None, 100, "B"))
    after = _rows((3, None, 100, "B")) + _rows((0, None, 50, "D"), agency="A2")
    assert grade_differences(before, after) == [
        _difference(0, 3, "B", None, 100, None),
        _difference(0, None, None, "D", None, 50, agency="A2"),
    ]


def test_without_bands_the_score_decides() -> None:
    assert grade_differences(_rows((0, None, 10, None)), _rows((0, None, 11, None))) == [
        _difference(0, None, None, None, 10, 11)
    ]


def _unrated(start: int, end: int | None, score: int | None) -> list[dict[str, Any]]:
    return _rows((start, end, score, None), reason=UNRATED)


def test_unrated_counts_as_another_grade() -> None:
    rated = _rows((0, None, 100, "B"))
    (begins,) = grade_differences(_unrated(0, 5, None) + _rows((5, None, 100, "B")), rated)
    assert begins == GradeDifference("A1", _day(0), _day(5), None, "B", None, Decimal(100), is_unrated_before=True)
    (paused,) = grade_differences(rated, _rows((0, 9, 100, "B")) + _unrated(9, None, 100))
    assert paused == GradeDifference("A1", _day(9), None, "B", None, Decimal(100), Decimal(100), is_unrated_after=True)


def test_an_agency_unrated_on_both_sides_does_not_change() -> None:
    others = _rows((0, None, 100, "B"), agency="A2")
    assert grade_differences(_unrated(0, None, 100) + others, _unrated(0, None, 90) + others) == []


def test_unrated_differs_from_absent() -> None:
    (difference,) = grade_differences([], _unrated(0, None, None))
    assert (difference.is_unrated_before, difference.is_unrated_after) == (False, True)


def test_without_bands_unrated_differs_from_every_score() -> None:
    assert grade_differences(_unrated(0, None, None), _unrated(0, None, None)) == []
    (difference,) = grade_differences(_unrated(0, None, 100), _rows((0, None, 100, None)))
    assert difference.is_unrated_before and difference.score_before == difference.score_after == 100


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    import_regimes([DEFAULT_YAML, *FOREIGN], tmp_path)
    return tmp_path


def test_a_version_is_applied_to_the_whole_time_of_its_regime(folder: Path) -> None:
    tables = tables_under(read_folder(folder), "rp-2025")
    assert tables.keys() == BUILD_TABLES.keys()
    (version,) = tables["rulebooks"].to_pylist()
    assert (version["effective_from_on"], version["effective_until_on"]) == (dt.date(2024, 1, 1), None)
    assert all(set(table["rulebook_id"].to_pylist()) <= {"rp-2025"} for table in tables.values())
    assert tables["items"].num_rows == 7


def test_a_version_of_another_regime_covers_the_days_of_the_one_compared(folder: Path) -> None:
    (version,) = tables_under(read_folder(folder), "sf-2024", "jiaozuo")["rulebooks"].to_pylist()
    assert (version["regime_code"], version["effective_from_on"]) == ("jiaozuo", dt.date(2024, 3, 21))


def test_an_unknown_version_names_the_known_ones(folder: Path) -> None:
    with pytest.raises(RulebookError, match="Known versions: hs-2024, ia-2019, jz-2024-draft"):
        tables_under(read_folder(folder), "jz-2025")
    with pytest.raises(RulebookError, match="no version of a regime nowhere"):
        tables_under(read_folder(folder), "sf-2024", "nowhere")
