"""This machine: which addresses are its own, and who else on it may read a file."""

import ipaddress
import os
import stat
from pathlib import Path


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server at ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def others_may_read(file: str | Path) -> bool:
    """Whether the system lets others on this machine read or change ``file``; False where it knows no such thing."""
    return os.name == "posix" and bool(Path(file).stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
