"""Any terminal: what it cannot show is escaped, what it sends is understood, and no letter ends in a traceback."""

from __future__ import annotations

import codecs
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from orchestration.cli import terminal
from tests.conftest import ROOT, BuiltCity

SAID = "得分 score: 90 ㎡ · 𠮷 é \udce8"


@pytest.fixture
def streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard streams that may be exchanged."""
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    monkeypatch.setattr(sys, "stderr", sys.stderr)


def printed(encoding: str, text: str, errors: str = "strict") -> str:
    """What a terminal of an encoding shows of a text that is printed in both ways, by click and by itself."""
    raw = io.BytesIO()
    sys.stdout = io.TextIOWrapper(raw, encoding=encoding, errors=errors)
    terminal.prepare()
    click.echo(text, nl=False)
    sys.stdout.write(text)
    sys.stdout.flush()
    shown = raw.getvalue().decode(encoding)
    assert shown[: len(shown) // 2] * 2 == shown
    return shown[: len(shown) // 2]


@pytest.mark.usefixtures("streams")
@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("ascii", r"\u5f97\u5206 score: 90 \u33a1 \u00b7 \ud842\udfb7 \u00e9 \udce8"),
        ("latin-1", "\\u5f97\\u5206 score: 90 \\u33a1 · \\ud842\\udfb7 é \\udce8"),
        ("cp936", "得分 score: 90 ㎡ · \\ud842\\udfb7 é \\udce8"),
        ("gb18030", "得分 score: 90 ㎡ · 𠮷 é \\udce8"),
        ("utf-8", "得分 score: 90 ㎡ · 𠮷 é \\udce8"),
        ("utf-16-le", "得分 score: 90 ㎡ · 𠮷 é \\udce8"),
        ("cp437", "\\u5f97\\u5206 score: 90 \\u33a1 · \\ud842\\udfb7 é \\udce8"),
    ],
)
def test_what_a_terminal_cannot_show_is_escaped(encoding: str, shown: str) -> None:
    assert printed(encoding, SAID) == shown


@pytest.mark.usefixtures("streams")
@pytest.mark.parametrize("errors", ["strict", "surrogateescape", "ignore", "replace"])
def test_what_python_was_told_of_errors_does_not_matter(errors: str) -> None:
    assert printed("ascii", "等级 grade", errors) == r"\u7b49\u7ea7 grade"


@pytest.mark.usefixtures("streams")
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp936", "shift_jis", "koi8-r"])
def test_json_stays_json(encoding: str) -> None:
    said = {"名称": "焦作𠮷安·é", "n": 1}
    assert json.loads(printed(encoding, json.dumps(said, ensure_ascii=False))) == said


@pytest.mark.usefixtures("streams")
def test_streams_that_are_closed_or_no_files_are_borne_with() -> None:
    sys.stdout, kept = None, io.StringIO()  # type: ignore[assignment]  # as Python leaves a closed one
    sys.stderr = kept
    terminal.prepare()
    sys.stdout.write("到不了任何地方")
    assert sys.stderr is kept


def test_the_handler_is_for_writing_alone() -> None:
    with pytest.raises(UnicodeDecodeError):
        terminal.escaped(UnicodeDecodeError("ascii", b"\xff", 0, 1, "no"))


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("焦作甲".encode(), "焦作甲"),
        ("焦作甲".encode("gbk"), "焦作甲"),
        ("㎡安".encode("gb18030"), "㎡安"),
        (b"91410800", "91410800"),
        (b"\xff\xfe", r"\xff\xfe"),
    ],
)
def test_what_was_typed_is_understood(sent: bytes, meant: str) -> None:
    assert terminal.typed(os.fsdecode(sent)) == meant


# ---- commands in processes of their own


def run(city: BuiltCity | Path, *arguments: str | bytes, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A command in a terminal that the environment describes."""
    home = city if isinstance(city, Path) else city.home
    known = {name: value for name, value in os.environ.items() if name not in ("LC_ALL", "LANG", "LC_CTYPE")}
    return subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "--home", str(home), *arguments],
        cwd=ROOT,
        env=known | environment,
        capture_output=True,
    )


TERMINALS = {
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "cp936": {"PYTHONIOENCODING": "cp936"},
    "C": {"LC_ALL": "C"},
    "C without UTF-8": {"LC_ALL": "C", "PYTHONUTF8": "0"},
    "POSIX, strictly": {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii:strict"},
}
ENCODINGS = {"ascii": "ascii", "latin-1": "latin-1", "cp936": "cp936", "C": "utf-8"}


@pytest.mark.parametrize("where", TERMINALS)
def test_every_reading_command_is_readable_in_every_terminal(built_city: BuiltCity, where: str) -> None:
    """op_locale"""
    encoding = ENCODINGS.get(where, "ascii")
    agency = built_city.query("select agency_name from credit.dim_agencies order by agency_id limit 1")[0][
        "agency_name"
    ]
    commands = [["quarantine"], ["explain", agency]]
    if where == "ascii":
        commands += [
            ["grades"],
            ["conflicts"],
            ["tasks"],
            ["status"],
            ["rulebook", "lint"],
            ["rulebook", "show"],
            ["grades", "--format", "csv"],
        ]
    for command in commands:
        done = run(built_city, *command, **TERMINALS[where])
        assert (done.returncode, done.stderr) == (0, b""), command
        assert done.stdout.decode(encoding).strip(), command


@pytest.mark.parametrize("where", ["ascii", "cp936"])
def test_json_says_the_same_in_every_terminal(built_city: BuiltCity, where: str) -> None:
    expected = json.loads(run(built_city, "quarantine", "--format", "json", PYTHONUTF8="1").stdout)
    done = run(built_city, "quarantine", "--format", "json", **TERMINALS[where])
    assert json.loads(done.stdout.decode(ENCODINGS.get(where, "ascii"))) == expected


@pytest.mark.parametrize(
    ("where", "arguments"),
    [
        ("ascii", ["rulebook", "lint", "/没有/规则"]),
        ("ascii", ["评分"]),
        ("ascii", ["build", "--accept-drop", b"\xff"]),
        ("latin-1", ["build", "--regime", "某市"]),
        ("latin-1", ["build", "--inbox", b"/nowhere/\xff"]),
        ("C without UTF-8", ["explain", b"\xff\xfe"]),
        ("C without UTF-8", ["build", "--regime", "某市"]),
    ],
)
def test_what_people_got_wrong_is_said_in_every_terminal(
    tmp_path: Path, where: str, arguments: list[str | bytes]
) -> None:
    done = run(tmp_path / "home", *arguments, **TERMINALS[where])
    assert done.returncode == 2 and done.stdout == b""
    assert "Error: " in done.stderr.decode(ENCODINGS.get(where, "ascii")) and b"Traceback" not in done.stderr


def test_a_name_typed_in_a_chinese_terminal_is_found(built_city: BuiltCity) -> None:
    listed = built_city.query("select agency_id, agency_name from credit.dim_agencies order by agency_id limit 1")[0]
    for sent in (listed["agency_name"].encode("gbk"), listed["agency_name"].encode()):
        done = run(built_city, "explain", sent, PYTHONIOENCODING="cp936")
        assert done.returncode == 0 and listed["agency_id"].encode() in done.stdout
        assert listed["agency_name"] in done.stdout.decode("cp936")


def test_names_of_files_do_not_depend_on_who_starts_a_command(tmp_path: Path) -> None:
    for name, environment in {"utf8": {"PYTHONUTF8": "1"}, "C": TERMINALS["C without UTF-8"]}.items():
        done = run(tmp_path, "sample", str(tmp_path / name), "--agencies", "1", "--years", "1", **environment)
        assert done.returncode == 0, done.stderr
    written = [sorted(path.name for path in (tmp_path / name / "inbox").rglob("*.*")) for name in ("utf8", "C")]
    assert written[0] == written[1] and any("库" in name for name in written[0])


@pytest.mark.parametrize("closed", [1, 2])
def test_a_closed_stream_is_no_traceback(built_city: BuiltCity, closed: int) -> None:
    done = subprocess.run(
        [
            "/bin/sh",
            "-c",
            f'exec "$0" -m orchestration.cli --home "$1" grades {closed}>&-',
            sys.executable,
            built_city.home,
        ],
        cwd=ROOT,
        capture_output=True,
    )
    assert done.returncode == 0 and done.stderr == b""
    assert bool(done.stdout) is (closed == 2)


def test_ascii_under_another_name_is_ascii() -> None:
    terminal.prepare()
    assert "é".encode("terminal-ascii", "replace") == b"?"
    assert codecs.lookup("terminal-ascii").name != "ascii"
