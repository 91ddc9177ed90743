"""Ports of this machine."""

import os
import socket
from itertools import count

_FIRST, _OURS, _EACH = 20_000, 12_000, 4_000  # below those that systems, and above those that Ray, gives to connections
_next = count(int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) * _EACH + os.getpid() % 1000)


def free_port() -> int:
    """One that nobody listens at; neither the system nor another process of these tests gives it away meanwhile."""
    while True:
        port = _FIRST + next(_next) % _OURS
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue  # somebody has it, or had it a moment ago
        return port
