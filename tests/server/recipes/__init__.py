"""Environments of their own for the recipes of docs/connect.md: other versions of DuckDB than ours, tools that we do not use.

Belongs here: installing `<name>.lock` once beside the environment that runs the tests. Does not belong here: the recipes
(docs/connect.md), running them (test_connect).
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from filelock import FileLock

LOCKS = Path(__file__).parent


def environment(name: str) -> Path:
    """The folder of programs of an environment, installed at the first call; a lock that changes is another one."""
    lock = LOCKS / f"{name}.lock"
    folder = Path(sys.prefix) / "recipes" / f"{name}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    folder.parent.mkdir(exist_ok=True)
    with FileLock(folder.with_suffix(".locked")):
        if not (folder / "installed").exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", folder], check=True)
            subprocess.run(
                [
                    *(sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", "--quiet"),
                    *("--disable-pip-version-check", "--no-deps", "--require-hashes", "-r", lock),
                ],
                check=True,
            )
            (folder / "installed").touch()
    return folder / "bin"
