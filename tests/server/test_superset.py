"""Superset as a whole: installed, started over a published release, looked at in a browser (make soak).

Screenshots of the dashboards are left in `build/superset/`. Not here: what the bundle says (tests/serving/test_superset.py).
"""

from __future__ import annotations

import http.cookiejar
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Response, sync_playwright

from ingestion.settings import load
from orchestration.operations.superset import USER
from serving.outputs import superset
from serving.outputs.superset.assets import Dashboard
from serving.releases.opened import open_release
from tests.browser import installed
from tests.conftest import ROOT, BuiltCity, copied
from tests.server.conftest import free_port

pytestmark = pytest.mark.soak

VENV = ROOT / ".venv-superset"
SHOTS = ROOT / "build" / "superset"
DASHBOARDS = superset.all_dashboards(("A", "B", "C", "D"))
WIDE = 1280
START_SECONDS, CHART_SECONDS = 900.0, 300.0


@dataclass
class Running:
    """A Superset that runs: where, over which home, and a session of its administrator."""

    home: Path
    address: str
    opener: urllib.request.OpenerDirector = field(init=False)
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)
        login = {"username": USER, "password": self.password, "provider": "db"}
        token = self.ask("/api/v1/security/login", json.dumps(login).encode(), "application/json")["access_token"]
        self.headers = {"Authorization": f"Bearer {token}", "Referer": self.address}
        self.headers["X-CSRFToken"] = self.ask("/api/v1/security/csrf_token/")["result"]

    @property
    def password(self) -> str:
        return (self.home / "secrets" / "superset.login").read_text("utf-8")

    def ask(self, path: str, body: bytes | None = None, kind: str = "") -> Any:
        headers = self.headers | ({"Content-Type": kind} if kind else {})
        request = urllib.request.Request(self.address + path, data=body, headers=headers)
        with self.opener.open(request, timeout=300) as answer:
            return json.load(answer)

    def counts(self) -> dict[str, int]:
        return {kind: self.ask(f"/api/v1/{kind}/")["count"] for kind in ("database", "dataset", "chart", "dashboard")}

    def bring_in(self, bundle: bytes, passwords: dict[str, str]) -> None:
        """As docs/serving.md tells an administrator to do it."""
        edge = uuid.uuid4().hex
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="passwords"\r\n\r\n{json.dumps(passwords)}\r\n'.encode(),
            f'--{edge}\r\nContent-Disposition: form-data; name="bundle"; filename="f.zip"\r\n\r\n'.encode() + bundle,
            f"\r\n--{edge}--\r\n".encode(),
        ]
        self.ask("/api/v1/assets/import/", b"".join(parts), f"multipart/form-data; boundary={edge}")


@pytest.fixture(scope="module")
def running(built_city: BuiltCity) -> Iterator[Running]:
    if not (VENV / "bin" / "superset").exists():
        pytest.fail("Superset is not installed: run make soak, which installs it", pytrace=False)
    folder = Path(tempfile.mkdtemp(prefix="firemark-superset-"))
    folder.chmod(0o711)  # for the account that Postgres runs as
    port = free_port()
    home = copied(built_city, folder)
    command = [sys.executable, "-m", "orchestration.cli", "--home", str(home), "superset", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--postgres-port", str(free_port()), "--venv", str(VENV)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    told: list[str] = []
    assert process.stderr is not None
    reader = threading.Thread(target=lambda: told.extend(process.stderr or ()), daemon=True)
    reader.start()
    try:
        deadline = time.monotonic() + START_SECONDS
        while not any("Ctrl-C stops" in line for line in told):
            assert process.poll() is None and time.monotonic() < deadline, "".join(told)
            time.sleep(0.5)
        yield Running(home, f"http://127.0.0.1:{port}")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0, "".join(told)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def page(running: Running) -> Iterator[Page]:
    if lacking := installed.lacking():
        pytest.fail(lacking, pytrace=False)
    with sync_playwright() as playwright:
        browser: Browser = playwright.chromium.launch(executable_path=installed.browser())
        found = browser.new_page(viewport={"width": WIDE, "height": 1000}, locale="zh-CN")
        found.set_default_timeout(120_000)
        found.goto(f"{running.address}/login/")
        found.fill("#username", USER)
        found.fill("#password", running.password)
        found.keyboard.press("Enter")
        found.wait_for_url("**/welcome/**")
        yield found
        browser.close()


@dataclass
class Shown:
    """What a dashboard asked for: an answer a query, by the chart that asked (0 = a filter), and hosts that it reached."""

    answers: list[tuple[int, int, dict[str, Any]]]
    hosts: set[str]

    @property
    def results(self) -> list[tuple[int, dict[str, Any]]]:
        return [(chart, result) for chart, _, answer in self.answers for result in answer.get("result", ())]


def opened(page: Page, running: Running, dashboard: Dashboard) -> Shown:
    """Opens a dashboard, tall enough that every chart is drawn, and waits until each has its answer."""
    shown = Shown([], set())

    def hear(response: Response) -> None:
        shown.hosts.add(urllib.parse.urlsplit(response.url).netloc)
        if "/api/v1/chart/data" in response.url:
            asked = urllib.parse.parse_qs(urllib.parse.urlsplit(response.url).query).get("form_data", ["{}"])[0]
            shown.answers.append((int(json.loads(asked).get("slice_id") or 0), response.status, response.json()))

    page.on("response", hear)
    rows = [row for row in dashboard.rows if not isinstance(row, str)]
    height = 8 * sum(max(tall for _, _, tall in row) for row in rows) + 40 * len(rows) + 400
    page.set_viewport_size({"width": WIDE, "height": height})
    page.goto(f"{running.address}/superset/dashboard/{dashboard.name}/")
    deadline = time.monotonic() + CHART_SECONDS
    while len({chart for chart, _, _ in shown.answers} - {0}) < len(dashboard.charts):
        assert time.monotonic() < deadline, [(chart, status) for chart, status, _ in shown.answers]
        page.wait_for_timeout(500)
    while page.locator(".loading, [data-test=loading-indicator]").count():
        assert time.monotonic() < deadline, "still loading"
        page.wait_for_timeout(500)
    page.wait_for_timeout(3000)  # ECharts draws its bars out
    page.remove_listener("response", hear)
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{dashboard.name}.png")
    return shown


def test_importing_again_updates_what_is_there(running: Running) -> None:
    with open_release(load(running.home), for_desk=True) as release:
        bundle = superset.bundle(release, "127.0.0.1:1/elsewhere")
        datasets = len(superset.all_datasets(release))
    charts = sum(len(dashboard.charts) for dashboard in DASHBOARDS)
    expected = {"database": 2, "dataset": datasets, "chart": charts, "dashboard": 3}
    assert running.counts() == expected
    try:
        running.bring_in(bundle, {})  # the passwords that it has stay
        assert running.counts() == expected
        first = running.ask("/api/v1/database/")["result"][0]["id"]
        found = running.ask(f"/api/v1/database/{first}/connection")["result"]
        assert "127.0.0.1:1/elsewhere" in found["sqlalchemy_uri"]  # it was read
    finally:
        running.bring_in((running.home / "superset" / "firemark.zip").read_bytes(), {})
    assert running.counts() == expected


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda dashboard: dashboard.name)
def test_every_chart_shows_rows_and_nothing_leaves_the_machine(
    page: Page, running: Running, dashboard: Dashboard
) -> None:
    shown = opened(page, running, dashboard)
    assert [(chart, answer) for chart, status, answer in shown.answers if status != 200] == []
    assert [chart for chart, result in shown.results if not result["rowcount"] or result["error"]] == []
    assert shown.hosts == {urllib.parse.urlsplit(running.address).netloc}
    assert not page.locator("text=/Data error|数据错误|未找到结果/").count()


def test_conflicts_are_kept_in_no_cache(page: Page, running: Running) -> None:
    credit, _, desk = DASHBOARDS
    opened(page, running, credit)
    opened(page, running, desk)
    assert [result for _, result in opened(page, running, credit).results if result["is_cached"]]  # the control
    assert not [result for _, result in opened(page, running, desk).results if result["is_cached"]]
    with open_release(load(running.home), for_desk=True) as release:
        restricted = release.rows(
            "select distinct engineer_name as one from conflicts.fct_engineer_conflicts where engineer_name is not null "
            "union select distinct registration_no from conflicts.fct_engineer_conflicts where registration_no is not null"
        )
        open_names = release.rows("select agency_name as one from credit.dim_agencies")
    kept = [path.read_bytes() for path in (running.home / "superset").rglob("*") if path.is_file()]
    assert any(row["one"].encode() in content for row in open_names for content in kept)  # the control
    assert not [row["one"] for row in restricted if any(row["one"].encode() in content for content in kept)]


def test_the_open_connection_cannot_read_conflicts(running: Running) -> None:
    found = {one["database_name"]: one["id"] for one in running.ask("/api/v1/database/")["result"]}
    (open_one,) = (number for name, number in found.items() if "限制" not in name)
    (restricted,) = (number for name, number in found.items() if "限制" in name)
    with open_release(load(running.home)) as release:
        expected = release.rows("select count(*) as agencies from credit.dim_agencies")
    found_rows = run_sql(running, open_one, "select count(*) as agencies from credit.dim_agencies")["data"]
    assert found_rows == expected and expected[0]["agencies"]  # the control
    with pytest.raises(urllib.error.HTTPError) as refused:
        run_sql(running, open_one, "select count(*) from conflicts.fct_engineer_conflicts")
    assert "permission denied" in refused.value.read().decode()
    with pytest.raises(urllib.error.HTTPError):
        run_sql(running, open_one, "create table credit.mine (i int)")
    assert restricted not in [
        one["id"]
        for one in running.ask("/api/v1/database/?q=(filters:!((col:expose_in_sqllab,opr:eq,value:!t)))")["result"]
    ]


def run_sql(running: Running, database: int, sql: str) -> Any:
    asked = {"database_id": database, "sql": sql, "client_id": uuid.uuid4().hex[:10], "runAsync": False}
    return running.ask("/api/v1/sqllab/execute/", json.dumps(asked).encode(), "application/json")
