"""Asks the service of this container whether it is ready: ``python -m natter_runtime.probe 8090``.

For a container's health check, which runs every few seconds: it imports next to nothing.
"""

from __future__ import annotations

import socket
import sys
from typing import Final

TIMEOUT_S: Final = 2.0
_QUESTION: Final = b"GET /readyz HTTP/1.0\r\n\r\n"


def ready(port: int, host: str = "127.0.0.1") -> bool:
    """Whether what listens on ``port`` says that it is ready."""
    try:
        with socket.create_connection((host, port), TIMEOUT_S) as connection:
            connection.sendall(_QUESTION)
            status = connection.recv(64).split(b" ", 2)
    except OSError:
        return False
    return len(status) > 1 and status[1] == b"200"


def main() -> None:
    """Exit with 0 if the service is ready, else with 1."""
    sys.exit(not ready(int(sys.argv[1])))


if __name__ == "__main__":
    main()
