"""`firemark rulebook show` and `diff`, in the process: what is printed, in which width, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

from orchestration.cli import main, rulebook_reading
from orchestration.cli.rulebook_reading import folded
from rulebook.folder import write_folder
from tests.rulebook.support import DEFAULT_YAML, FOREIGN, folder_of


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("rules")
    write_folder(folder_of(DEFAULT_YAML, *FOREIGN), directory)
    return directory


@pytest.fixture(autouse=True)
def nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIREMARK_REGIME", raising=False)
    monkeypatch.delenv("FIREMARK_RULEBOOKS", raising=False)


def run(rules: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["rulebook", *arguments, "--rulebooks", str(rules)])


def first_line(done: Result) -> str:
    assert done.exit_code == 0, done.stderr
    return done.stdout.splitlines()[0]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("rulebook_id", ["jz-2024-draft", "hs-2024", "rp-2024", "rp-2025", "sf-2024"])
def test_a_page_fits_100_columns_and_loses_nothing(rules: Path, rulebook_id: str, lang: str) -> None:
    page = run(rules, "show", rulebook_id, "--lang", lang).stdout
    assert all(cell_len(line) <= 100 and line == line.rstrip() for line in page.splitlines())
    whole = "".join(page.split())
    folded_too = {*page.split(), *whole}  # a column may be too narrow for a text: words, and characters of Chinese
    told = json.loads(run(rules, "show", rulebook_id, "--lang", lang, "--format", "json").stdout)
    for row in told:
        if row["subject"] == "trigger_code":
            assert all(word in folded_too or set(word) <= folded_too for word in row["text"].split()), row
        if row["subject"] in ("interval", "cap_points", "component_cap", "base_points"):
            assert "".join(row["text"].split()) in whole, row
        if row["part"] == "item":
            assert row["code"] in whole


def test_the_parts_stand_in_the_order_of_the_notice(rules: Path) -> None:
    page = run(rules, "show", "jz-2024-draft").stdout
    parts = ["征求意见稿（暂定）", "ADD  加分", "S1A", "S5", "SUB  扣分", "F01", "F11", "条款对照", "81 ≤ 得分 ≤ 100"]
    places = [page.index(part) for part in [*parts, "quality_directory", "\n修复\n"]]
    assert places == sorted(places)


def test_without_an_id_the_version_of_the_day_is_shown(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "jz-2024-draft" in first_line(run(rules, "show"))
    for day, rulebook_id in (("2025-06-30", "rp-2024"), ("2025-07-01", "rp-2025"), ("2000-01-01", "rp-2024")):
        assert rulebook_id in first_line(run(rules, "show", "--regime", "riverport", "--on", day))
    monkeypatch.setenv("FIREMARK_REGIME", "hillshire")
    assert "hs-2024" in first_line(run(rules, "show"))


def test_without_any_regime_the_versions_are_listed(tmp_path: Path) -> None:
    folder = folder_of(*FOREIGN)
    write_folder(folder, tmp_path)
    done = run(tmp_path, "show")
    assert (done.exit_code, done.stdout) == (2, "")
    versions = [f"{row['rulebook_id']} ({row['regime_code']})" for row in folder.versions()]
    assert {"hs-2024 (hillshire)", "rp-2025 (riverport)"} < set(versions)
    assert ", ".join(versions) in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["show", "jz-2025"], "Known versions: hs-2024, ia-2019, jz-2024-draft"),
        (["show", "--regime", "nowhere"], "Known regimes: hillshire, impact_assessors, jiaozuo"),
        (["show", "hs-2024", "--on", "2025-01-01"], "Give ID"),
        (["diff", "hs-2024", "jz-2025"], "Known versions: hs-2024, ia-2019, jz-2024-draft"),
    ],
)
def test_what_is_wrong_is_said_by_the_exit_code_of_a_wrong_call(rules: Path, arguments: list[str], told: str) -> None:
    done = run(rules, *arguments)
    assert (done.exit_code, done.stdout) == (2, "") and told in done.stderr


def test_a_comparison_is_read_in_both_languages(rules: Path) -> None:
    page = run(rules, "diff", "rp-2024", "rp-2025").stdout
    for line in ("rp-2024 → rp-2025", "删除  ENG1  一级工程师", "新增  FEW  无人", "分值  +4／次 → +6／次"):
        assert line in page
    assert "不予受理等级  无 → 等级为bronze的机构" in page and "PROJ" not in page, "what stays is not told"
    page = run(rules, "diff", "rp-2024", "rp-2025", "--lang", "en").stdout
    assert "added  FEW  no operators" in page and "score ≥ 70 → score ≥ 65" in page
    assert all(cell_len(line) <= 100 for line in page.splitlines())


def test_no_difference_is_said(rules: Path) -> None:
    assert run(rules, "diff", "hs-2024", "hs-2024", "--lang", "en").stdout.splitlines()[1:] == ["No difference"]
    assert run(rules, "diff", "hs-2024", "hs-2024").stdout.splitlines()[1:] == ["没有差别"]
    assert json.loads(run(rules, "diff", "hs-2024", "hs-2024", "--format", "json").stdout) == []


def test_scripts_get_rows(rules: Path) -> None:
    as_json = json.loads(run(rules, "show", "sf-2024", "--format", "json").stdout)
    as_csv = list(csv.DictReader(io.StringIO(run(rules, "show", "sf-2024", "--format", "csv").stdout)))
    assert len(as_json) == len(as_csv) and {row["part"] for row in as_json} >= {"version", "item", "band"}
    changes = list(csv.DictReader(io.StringIO(run(rules, "diff", "rp-2024", "rp-2025", "--format", "csv").stdout)))
    (award,) = [row for row in changes if row["code"] == "AWARD"]
    assert (award["subject"], award["before"], award["after"]) == ("points", "'+4／次", "'+6／次")


def test_a_narrow_terminal_still_gets_every_column(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rulebook_reading, "_PIPE_WIDTH", 30)
    page = run(rules, "show", "hs-2024").stdout
    assert all(word in page for word in ("编号", "条款", "名称", "分值", "上限", "说明"))


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("依据：应急7号令29；来源", 12, ["依据：应急7", "号令29；来源"]),
        ("一二三四，五", 8, ["一二三", "四，五"]),
        ("一二三（四）五", 8, ["一二三", "（四）五"]),
        ("any other clause", 9, ["any other", "clause"]),
        ("abcdefghij k", 4, ["abcd", "efgh", "ij k"]),
        ("", 5, [""]),
    ],
)
def test_text_breaks_where_readers_expect_it(text: str, width: int, lines: list[str]) -> None:
    assert folded(text, width).split("\n") == lines
