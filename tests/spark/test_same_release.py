"""A release does not depend on the engine: the same rows, types, comments, views and lists."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from serving.releases.stored import BI_FILE
from tests.conftest import BuiltCity, copied, firemark
from tests.rulebook.support import FOREIGN
from tests.spark.support import LOCAL, QUICKLY, build_on_spark, comments, described, without_releases


@pytest.fixture(scope="module")
def on_spark(small_city: BuiltCity, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small city's home, with the same release built anew on Spark."""
    home = without_releases(copied(small_city, tmp_path_factory.mktemp("spark")))
    build_on_spark(home, "--as-of", described(small_city.home)["as_of_on"])
    return home


def test_every_mart_has_the_same_content(small_city: BuiltCity, on_spark: Path) -> None:
    before, after = described(small_city.home), described(on_spark)
    assert after["content_hashes"] == before["content_hashes"]
    assert len(before["content_hashes"]) > 20
    assert after["row_counts"] == before["row_counts"]
    assert after["release_id"] == before["release_id"]


def test_the_release_says_what_built_it(small_city: BuiltCity, on_spark: Path) -> None:
    engines = {(it["engine"], it["engine_version"]) for it in (described(small_city.home), described(on_spark))}
    assert engines == {(name, importlib.metadata.version(package)) for name, package in _ENGINES}


_ENGINES = (("duckdb", "duckdb"), ("spark", "pyspark"))


def test_comments_views_and_the_table_macro_are_the_same(small_city: BuiltCity, on_spark: Path) -> None:
    assert comments(on_spark) == comments(small_city.home)
    with duckdb.connect(str(on_spark / "releases" / "current" / BI_FILE), read_only=True) as connection:
        today = connection.execute("from credit.agency_grades order by all").fetchall()
        assert today
        as_of = "from credit.agency_grades_as_of(cast(now() at time zone 'Asia/Shanghai' as date)) order by all"
        assert connection.execute(as_of).fetchall() == today


def test_every_check_was_run_with_the_same_result(small_city: BuiltCity, on_spark: Path) -> None:
    assert checks(on_spark) == checks(small_city.home)


def checks(home: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "releases" / "current" / BI_FILE), read_only=True) as connection:
        return connection.execute(
            "select check_name, kind, severity, is_passed, failing_count from quality.fct_check_results order by all"
        ).fetchall()


def test_what_if_gives_the_same_grades(small_city: BuiltCity, on_spark: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    text = (Path(__file__).parents[2] / "rulebook" / "regimes" / "jiaozuo-2024-draft.yaml").read_text("utf-8")
    trial = tmp_path / "trial.yaml"
    trial.write_text(text.replace("jz-2024-draft", "jz-trial"), "utf-8")
    firemark(on_spark, "rulebook", "import", str(trial), str(rules))
    asked = ("rulebook", "what-if", "jz-trial", "--rulebooks", str(rules), "--format", "json")
    told = [
        json.loads(firemark(home, *asked, env=env).stdout)
        for home, env in (
            (copied(small_city, tmp_path), {}),
            (on_spark, {"FIREMARK_ENGINE": "spark", "FIREMARK_SPARK_MASTER": LOCAL} | QUICKLY),
        )
    ]
    assert told[0] == told[1]


@pytest.mark.soak
def test_a_build_as_known_on_a_past_day_has_the_same_content(small_city: BuiltCity, tmp_path: Path) -> None:
    home = copied(small_city, tmp_path)
    asked = ("--as-of", described(home)["as_of_on"], "--known-on", "2026-03-31")
    firemark(home, "build", *asked)
    before = described(home)["content_hashes"]
    assert (
        build_on_spark(without_releases(home), *asked)["content_hashes"]
        == before
        != described(small_city.home)["content_hashes"]
    )


@pytest.mark.soak
@pytest.mark.parametrize("regime", ["hillshire", "riverport"])  # one version; two, one after the other
def test_a_city_scored_under_another_regime_has_the_same_content(
    small_city: BuiltCity, tmp_path: Path, regime: str
) -> None:
    home, rules = copied(small_city, tmp_path), tmp_path / "rules"
    files = [str(path) for path in FOREIGN if path.stem.startswith(regime)]
    firemark(home, "rulebook", "import", *files, str(rules))
    asked = ("--as-of", described(home)["as_of_on"], "--rulebooks", str(rules), "--regime", regime)
    firemark(home, "build", *asked)
    before = described(home)
    assert before["regime_code"] == regime
    after = build_on_spark(without_releases(home), *asked)
    assert after["content_hashes"] == before["content_hashes"] != described(small_city.home)["content_hashes"]


@pytest.mark.soak
def test_every_mart_of_the_sample_city_has_the_same_content(built_city: BuiltCity, tmp_path: Path) -> None:
    home = copied(built_city, tmp_path)
    before = described(home)
    after = build_on_spark(without_releases(home), "--as-of", before["as_of_on"])
    assert after["content_hashes"] == before["content_hashes"]
