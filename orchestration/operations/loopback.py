"""The address that every server of a home listens on, and its ports. Does not belong here: any server."""

from __future__ import annotations

import socket

from ingestion.settings import ConfigurationError

HOST = "127.0.0.1"  # Dagster has no user accounts: anybody who can reach it can do everything


def require_free(port: int, option: str = "--port") -> None:
    """Raises ConfigurationError where a program listens on the port; `option` names another one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise ConfigurationError(
                f"端口被占用 {HOST}:{port} is taken ({error.strerror}). 请停止占用它的程序，或另选端口 Stop the program that "
                f"uses it, or name another port with {option}."
            ) from None
