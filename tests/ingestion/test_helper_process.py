"""A helper's log is in UTF-8, whatever terminal the build was started in."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.helper_process import HelperProcess, ProcessDiedError

SPEAKER = """
import sys
print("日志 𠮷 \\udce8", file=sys.stderr)
"""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp936"])
def test_a_log_is_utf_8_in_every_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    (tmp_path / "speaker.py").write_text(SPEAKER, encoding="utf-8")
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    monkeypatch.setenv("PYTHONUTF8", "0")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    helper = HelperProcess("speaker", tmp_path / "logs")
    with pytest.raises(ProcessDiedError):
        helper.receive()
    helper.close()
    assert helper.log.read_text("utf-8") == "日志 𠮷 \\udce8\n"
