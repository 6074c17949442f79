"""The site of a release: one hash for all of it, kept for the last three releases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ingestion.settings import Settings, load
from serving.releases import retention, stored
from serving.releases.candidate import new_candidate
from serving.releases.switch import make_current, switch_to
from tests.conftest import loosened
from tests.serving.test_releases import CHECKS, build_file, described

PAGES = {"index.html": "名录", "agency/a.html": "甲", "agency/b.html": "乙"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(tmp_path / "home")


def publish(settings: Settings, identifier: str, pages: dict[str, str] = PAGES) -> Path:
    with new_candidate(settings, build_file(settings), described(identifier), CHECKS) as candidate:
        for name, text in pages.items():
            path = candidate.directory / stored.SITE_FOLDER / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (candidate.directory / "other.txt").write_text("x", encoding="utf-8")
        return switch_to(settings, candidate)


def sites(settings: Settings) -> list[str]:
    return sorted(path.parent.name for path in settings.releases.glob("[!.]*/site") if not path.parent.is_symlink())


def test_the_site_has_one_hash(settings: Settings) -> None:
    path = publish(settings, "r1")
    hashes = stored.read_description(path)["file_hashes"]
    assert set(hashes) == {"other.txt", "site/"}
    assert stored.verify(path) == []


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a page that differs": lambda site: (site / "agency" / "a.html").write_text("丙", encoding="utf-8"),
    "a page that is missing": lambda site: (site / "agency" / "a.html").unlink(),
    "a page too many": lambda site: (site / "agency" / "c.html").write_text("丙", encoding="utf-8"),
    "a page of another name": lambda site: (site / "agency" / "a.html").rename(site / "agency" / "d.html"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_site_that_was_changed_is_named(settings: Settings, damage: str) -> None:
    path = publish(settings, "r1")
    DAMAGES[damage](loosened(path) / "site")
    assert stored.verify(path) == ["r1: site/ differs from what release.json says"]
    publish(settings, "r1")
    assert stored.verify(path) == []


def test_a_site_that_was_deleted_is_named(settings: Settings) -> None:
    path = publish(settings, "r1")
    loosened(path)
    for page in sorted((path / "site").rglob("*"), reverse=True):
        page.unlink() if page.is_file() else page.rmdir()
    (path / "site").rmdir()
    assert stored.verify(path) == ["r1: site/ is missing"]


def test_the_last_three_releases_keep_their_site(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ages = iter(range(100))
    monkeypatch.setattr(retention, "_age", lambda directory: (directory.name, next(ages)))
    for number in range(1, 6):
        publish(settings, f"r{number}")
    assert sites(settings) == ["r3", "r4", "r5"]
    for path in stored.all_releases(settings):
        assert stored.verify(path) == [], path.name
    (loosened(settings.releases / "r1") / "other.txt").write_text("y", encoding="utf-8")
    assert stored.verify(settings.releases / "r1") == ["r1: other.txt differs from what release.json says"]


def test_the_current_release_keeps_its_site_whatever_its_age(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_age", lambda directory: (directory.name, ""))
    for number in range(1, 4):
        publish(settings, f"r{number}")
    make_current(settings, "r1")
    monkeypatch.setattr(retention, "LAST", 1)
    retention.let_go(settings)
    assert sites(settings) == ["r1", "r3"]


def test_a_removal_that_was_cut_off_harms_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_age", lambda directory: (directory.name, ""))
    first = publish(settings, "r1")
    for number in range(2, 4):
        publish(settings, f"r{number}")
    monkeypatch.setattr(
        retention.shutil, "rmtree", lambda folder, **_: (loosened(folder) / "agency" / "a.html").unlink()
    )
    publish(settings, "r4")
    assert (first / "site").exists() and stored.verify(first) == []
    monkeypatch.undo()
    monkeypatch.setattr(retention, "_age", lambda directory: (directory.name, ""))
    retention.let_go(settings)
    assert not (first / "site").exists() and stored.verify(first) == []


def test_a_release_that_gave_its_site_up_is_made_anew_when_it_comes_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_age", lambda directory: (directory.name, ""))
    for number in range(1, 5):
        publish(settings, f"r{number}")
    assert stored.removed_folders(settings.releases / "r1") == ("site",)
    path = publish(settings, "r1")
    assert (path / "site" / "index.html").read_text("utf-8") == "名录" and stored.removed_folders(path) == ()
    assert stored.current_release(settings) == path and stored.verify(path) == []


def test_the_pages_on_the_models_go_as_the_site_does(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ages = iter(range(100))
    monkeypatch.setattr(retention, "_age", lambda directory: (directory.name, next(ages)))
    page = f"../{stored.DOCS_FOLDER}/dbt.html"
    for number in range(1, 5):
        path = publish(settings, f"r{number}", PAGES | {page: "pages", "../restricted/list.txt": "kept"})
        hashes = stored.read_description(path)["file_hashes"]
        assert set(hashes) == {"other.txt", "site/", "restricted/docs/", "restricted/list.txt"}
    kept = {path.name: (path / stored.DOCS_FOLDER).is_dir() for path in stored.all_releases(settings)}
    assert kept == {"r1": False, "r2": True, "r3": True, "r4": True}
    assert (settings.releases / "r1" / "restricted" / "list.txt").is_file()
    for path in stored.all_releases(settings):
        assert stored.verify(path) == [], path.name
    (loosened(settings.releases / "r4") / stored.DOCS_FOLDER / "dbt.html").write_text("others", encoding="utf-8")
    assert stored.verify(settings.releases / "r4") == ["r4: restricted/docs/ differs from what release.json says"]
