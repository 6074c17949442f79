"""`import`: adds or replaces versions, several together, and changes nothing if the folder would have a problem."""

from pathlib import Path

import pytest

from rulebook.folder import read_folder
from rulebook.importing import import_regimes
from rulebook.problems import RulebookError
from rulebook.tables import FOLDER_TABLES
from tests.rulebook.support import DEFAULT_FOLDER, DEFAULT_YAML, SHIPPED, SMALL, line_of, write


def _bytes(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir())}


def test_importing_the_regimes_gives_exactly_the_committed_folder(tmp_path: Path) -> None:
    import_regimes(SHIPPED, tmp_path)
    committed = {f"{name}.csv": (DEFAULT_FOLDER / f"{name}.csv").read_bytes() for name in FOLDER_TABLES}
    assert _bytes(tmp_path) == committed


def test_a_version_with_an_existing_id_is_replaced_with_a_message(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    (added,) = import_regimes([DEFAULT_YAML], rules)
    assert str(added).startswith("added jz-2024-draft (regime jiaozuo)")
    changed = write(tmp_path, DEFAULT_YAML.read_text("utf-8"), ("points: 50, per: report", "points: 45, per: report"))
    (replaced,) = import_regimes([changed], rules)
    assert replaced.is_replaced and str(replaced).startswith("replaced jz-2024-draft")
    points = {row["item_code"]: row["points"] for row in read_folder(rules).rows("items")}
    assert points["F02A"] == 45 and len(points) == len(read_folder(rules).rows("items"))


def test_importing_twice_changes_no_byte(tmp_path: Path) -> None:
    import_regimes([DEFAULT_YAML], tmp_path)
    before = _bytes(tmp_path)
    import_regimes([DEFAULT_YAML], tmp_path)
    assert _bytes(tmp_path) == before


def _two_versions(directory: Path) -> tuple[Path, Path]:
    until = ("effective_from: 2024-01-01", "effective_from: 2024-01-01\n  effective_to: 2025-01-01")
    first = write(directory, SMALL, until, name="first.yaml")
    start = ("effective_from: 2024-01-01", "effective_from: 2025-01-01")
    return first, write(directory, SMALL, start, ("id: small-1", "id: small-2"), name="second.yaml")


def test_versions_are_imported_together_in_any_order_or_the_last_one_first(tmp_path: Path) -> None:
    first, second = _two_versions(tmp_path)
    import_regimes([first, second], tmp_path / "a")
    import_regimes([second, first], tmp_path / "b")
    import_regimes([second], tmp_path / "c")
    import_regimes([first], tmp_path / "c")
    for rules in ("a", "b", "c"):
        ids = {row["rulebook_id"] for row in read_folder(tmp_path / rules).rows("rulebooks")}
        assert ids == {"small-1", "small-2"}


def test_a_single_version_with_an_end_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    first, _ = _two_versions(tmp_path)
    with pytest.raises(RulebookError, match="is the last version of small and ends on 2025-01-01"):
        import_regimes([first], tmp_path / "rules")
    assert not (tmp_path / "rules").exists()


def test_a_failure_leaves_the_folder_unchanged(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    import_regimes([DEFAULT_YAML], rules)
    before = _bytes(rules)
    broken = write(tmp_path, SMALL, ("hi: 59, hi_inc: true", "hi: 60, hi_inc: true"))
    with pytest.raises(RulebookError) as raised:
        import_regimes([broken], rules)
    (problem,) = raised.value.problems
    assert problem.code == "score_in_two_bands" and problem.place.number == line_of(broken, "hi: 60")
    assert _bytes(rules) == before


def test_a_broken_file_among_several_stops_all(tmp_path: Path) -> None:
    broken = write(tmp_path, SMALL, ("base: 100", "basis: 100"))
    with pytest.raises(RulebookError):
        import_regimes([DEFAULT_YAML, broken], tmp_path / "rules")
    assert not (tmp_path / "rules").exists()


def test_two_files_with_the_same_id_are_refused(tmp_path: Path) -> None:
    copy = write(tmp_path, name="copy.yaml")
    with pytest.raises(RulebookError, match=r"has the same id small-1"):
        import_regimes([write(tmp_path), copy], tmp_path / "rules")


def test_a_problem_of_the_folder_is_reported_even_if_the_file_has_none(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    import_regimes([DEFAULT_YAML], rules)
    path = rules / "bands.csv"
    path.write_text(path.read_text("utf-8").replace("60,false", "59,false"), "utf-8")
    with pytest.raises(RulebookError) as raised:
        import_regimes([write(tmp_path)], rules)
    assert {problem.place.file for problem in raised.value.problems} == {str(path)}


def test_other_files_of_the_folder_stay(tmp_path: Path) -> None:
    (tmp_path / "README.txt").write_text("ours", "utf-8")
    import_regimes([DEFAULT_YAML], tmp_path)
    assert (tmp_path / "README.txt").read_text("utf-8") == "ours"
