"""dbt's pages on the project: one file that holds the models' words and SQL, and nothing of this machine or of any data."""

from __future__ import annotations

import copy
import importlib.resources
import json
import re
from pathlib import Path
from typing import Any

import pytest

from ingestion.settings import PROGRAM
from orchestration.operations import dbt_docs
from serving.releases import revisions
from tests.conftest import BuiltCity
from tests.house.project import sql_files


@pytest.fixture(scope="module")
def parsed(small_city: BuiltCity) -> Path:
    (folder,) = (path.parent for path in (small_city.home / "cache" / "dbt").glob("*/manifest.json"))
    return folder


@pytest.fixture(scope="module")
def manifest(parsed: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((parsed / "manifest.json").read_bytes())
    return content


def test_a_release_has_the_page_of_its_project(small_city: BuiltCity, parsed: Path) -> None:
    page = small_city.release / "restricted" / "docs" / "dbt.html"
    assert page.read_bytes() == (parsed / "docs.html").read_bytes()
    hashes = json.loads((small_city.release / "release.json").read_text("utf-8"))["file_hashes"]
    assert "restricted/docs/" in hashes and not [name for name in hashes if name.startswith("restricted/docs/d")]


def test_the_page_is_made_once(manifest: dict[str, Any], tmp_path: Path) -> None:
    asked: list[Path] = []

    def read(folder: Path) -> dict[str, Any]:
        asked.append(folder)
        return manifest

    page = dbt_docs.docs_page(tmp_path, read)
    assert page.read_text("utf-8") == dbt_docs.static_page(manifest)
    assert dbt_docs.docs_page(tmp_path, read) == page and asked == [tmp_path]
    assert [path.name for path in tmp_path.iterdir()] == ["docs.html"]


def test_a_page_that_cannot_be_made_leaves_nothing(manifest: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        dbt_docs.docs_page(tmp_path, lambda _: {name: manifest[name] for name in manifest if name != "nodes"})
    assert not list(tmp_path.iterdir())


def test_the_pages_are_no_part_of_the_scoring_revision() -> None:
    made = Path(dbt_docs.__file__)
    assert made in revisions.presentation_files() and made not in revisions.scoring_files()


def test_the_page_shows_every_model_and_who_uses_it(manifest: dict[str, Any]) -> None:
    kept = dbt_docs.shown(manifest)
    models = {node["name"] for node in kept["nodes"].values() if node["resource_type"] == "model"}
    assert models == {path.stem for path in sql_files("models")}
    assert all(node["raw_code"] for node in kept["nodes"].values() if node["resource_type"] == "model")
    assert len(kept["exposures"]) == 5
    columns = dbt_docs.catalog(kept)["nodes"]["model.firemark.fct_point_ledger"]["columns"]
    assert columns["points"] == {
        "name": "points",
        "type": "decimal(9,2)",
        "index": 8,
        "comment": "分值 · signed points while in force",
    }
    named = {other for others in (*kept["parent_map"].values(), *kept["child_map"].values()) for other in others}
    assert named <= kept["nodes"].keys() | kept["sources"].keys() | kept["exposures"].keys()


def test_equal_projects_give_equal_pages(manifest: dict[str, Any]) -> None:
    other = copy.deepcopy(manifest)
    other["metadata"] |= {
        "generated_at": "2020-01-01T00:00:00Z",
        "invocation_id": "x",
        "project_id": "y",
        "env": {"A": "b"},
    }
    for node in (*other["nodes"].values(), *other["sources"].values(), *other["macros"].values()):
        node["created_at"] = 1.5
        for name in ("database", "relation_name", "root_path"):
            if node.get(name):
                node[name] = "/srv/elsewhere"
    other["nodes"] = dict(reversed(other["nodes"].items()))
    assert dbt_docs.static_page(other) == dbt_docs.static_page(manifest)


def test_the_page_holds_nothing_of_this_machine_and_no_row(manifest: dict[str, Any], small_city: BuiltCity) -> None:
    page = dbt_docs.static_page(manifest)
    assert str(PROGRAM) not in page and str(small_city.home) not in page and "/tmp/" not in page
    assert not re.search(r"20\d\d-\d\d-\d\dT\d\d:", page), "a clock"
    assert '"given":' not in page, "the made-up rows of a unit test"


def test_the_page_asks_no_other_host_and_no_text_ends_its_script(manifest: dict[str, Any]) -> None:
    other = copy.deepcopy(manifest)
    other["docs"]["doc.firemark.__overview__"]["block_contents"] = "a </script><img src=x> b <!-- c"
    page = dbt_docs.static_page(other)
    assert page.index('http-equiv="Content-Security-Policy"') < page.index("<script")
    assert "default-src 'none'" in page and "a <\\/script><img src=x> b <\\u0021-- c" in page
    scripts = page.count("</script>")
    assert scripts == dbt_docs.static_page(manifest).count("</script>")


def test_a_page_of_another_form_is_refused(
    manifest: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "index.html").write_text("<head></head>", encoding="utf-8")
    monkeypatch.setattr(importlib.resources, "files", lambda package: tmp_path)
    with pytest.raises(ValueError, match="its form has changed with the version of dbt"):
        dbt_docs.static_page(manifest)
