"""`firemark up`: Dagster's webserver and daemon over one home, on the loopback interface only.

Belongs here: starting, watching and stopping the two processes. Does not belong here: what they serve.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import yaml

from ingestion.settings import HOME_VARIABLE, IN_UTF8, Settings
from orchestration.operations.inbox import SETTLE_SECONDS
from orchestration.operations.instance import open_instance, reap, write_instance_config
from orchestration.operations.lock import AnotherBuildRunsError, writer_lock
from orchestration.operations.loopback import HOST, require_free
from orchestration.operations.stopping import Stopping

_GRACE_SECONDS = 20


def serve(settings: Settings, port: int, tell: Callable[[str], None]) -> int:
    """Runs until Ctrl-C, SIGTERM, or the end of one of the two processes; returns the exit code."""
    require_free(port)
    home = write_instance_config(settings)
    # While a build holds the lock, an unfinished run may be its own; it has already marked the others.
    with suppress(AnotherBuildRunsError), writer_lock(settings), open_instance(settings) as instance:
        for run_id in reap(instance):
            tell(f"运行中断 run {run_id} was left unfinished by a process that has ended: marked as failed")
    workspace = home / "workspace.yaml"
    location = {
        "python_module": {"module_name": "orchestration.definitions", "attribute": "defs", "location_name": "firemark"}
    }
    workspace.write_text(yaml.safe_dump({"load_from": [location]}), encoding="utf-8")
    environment = os.environ | {
        "DAGSTER_HOME": str(home),
        HOME_VARIABLE: str(settings.home),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "DO_NOT_TRACK": "1",
        **IN_UTF8,
    }
    scripts = Path(sys.executable).parent
    commands = {
        "webserver": [str(scripts / "dagster-webserver"), "-h", HOST, "-p", str(port), "-w", str(workspace)],
        "daemon": [str(scripts / "dagster-daemon"), "run", "-w", str(workspace)],
    }
    settings.logs.mkdir(parents=True, exist_ok=True)
    settings.inbox.mkdir(parents=True, exist_ok=True)
    stopping = Stopping()
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in commands.items():
            with (settings.logs / f"{name}.log").open("ab") as log:
                processes[name] = subprocess.Popen(  # noqa: S603  (our own two programs)
                    command, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
                )
        tell(f"http://{HOST}:{port}  home {settings.home}  logs {settings.logs}  (Ctrl-C stops)")
        tell(f"收件箱 put exports into {settings.inbox}: it is checked every {SETTLE_SECONDS} s and every morning")
        while not stopping.is_asked:
            for name, process in processes.items():
                if process.poll() is not None:
                    tell(f"the {name} ended with exit code {process.returncode}; see {settings.logs / f'{name}.log'}")
                    return 1
            time.sleep(0.3)
        return 0
    finally:
        _stop(processes)
        stopping.restore()


def _stop(processes: dict[str, subprocess.Popen[bytes]]) -> None:
    """Interrupts each process group, then kills it: their code servers must not outlive them."""
    for process in processes.values():
        _signal_group(process, signal.SIGINT)
    deadline = time.monotonic() + _GRACE_SECONDS
    for process in processes.values():
        try:
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            continue
    for process in processes.values():
        _signal_group(process, signal.SIGKILL)
        process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return
