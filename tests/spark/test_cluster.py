"""A standalone cluster: the same release, and whatever happens to a worker the last release stays or the new one is right."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT, BuiltCity, copied, firemark
from tests.spark.support import QUICKLY, build_on_spark, cluster, described, without_releases

pytestmark = pytest.mark.soak
_TABLES_BEFORE_THE_KILL = 40


def test_a_cluster_gives_the_same_release(small_city: BuiltCity, tmp_path: Path) -> None:
    before = described(small_city.home)
    home = without_releases(copied(small_city, tmp_path))
    with cluster(tmp_path / "cluster") as started:
        after = build_on_spark(home, "--as-of", before["as_of_on"], master=started.master)
    assert after["content_hashes"] == before["content_hashes"]


def test_a_worker_that_dies_in_the_middle_spoils_no_release(small_city: BuiltCity, tmp_path: Path) -> None:
    home = copied(small_city, tmp_path / "spark")
    last = described(home)
    next_day = (dt.date.fromisoformat(last["as_of_on"]) + dt.timedelta(days=1)).isoformat()
    other = copied(small_city, tmp_path / "duckdb")
    firemark(other, "build", "--as-of", next_day)
    with cluster(tmp_path / "cluster") as started:
        build = subprocess.Popen(
            [
                *(sys.executable, "-m", "orchestration.cli", "--home", str(home), "build", "--json"),
                *("--as-of", next_day, "--engine", "spark", "--master", started.master),
            ],
            cwd=ROOT,
            env=os.environ | {"PYTHONUTF8": "1"} | QUICKLY,
            stdout=subprocess.PIPE,
            text=True,
        )
        warehouse = home / "build" / "spark" / "warehouse"
        while build.poll() is None and len(list(warehouse.glob("*.db/*/_SUCCESS"))) < _TABLES_BEFORE_THE_KILL:
            time.sleep(0.5)
        assert build.poll() is None, "the build ended before the kill"
        started.kill_a_worker()
        told, _ = build.communicate()
    now = described(home)
    if build.returncode == 0:
        assert (now["engine"], now["as_of_on"]) == ("spark", next_day)
        assert now["content_hashes"] == described(other)["content_hashes"]
    else:
        assert now == last
        assert json.loads(told)["problem"]
