"""The address of a server that settings name."""

import ipaddress
from urllib.parse import SplitResult, urlsplit

from corpus.errors import SettingsError
from corpus.machine import is_loopback


def check_address(name: str, url: str, example: str) -> SplitResult:
    """The parts of ``url``, which the setting ``name`` holds; :class:`corpus.SettingsError`, which shows the
    ``example`` and repeats no password, where it is no address over HTTP."""
    wrong = f"{name!r} is {url!r}; expected an address such as {example}."
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise SettingsError(wrong) from error
    if "@" in parts.netloc:  # what stands before it is not repeated
        raise SettingsError(f"{name!r} holds a name or a password; a key is named by 'api_key_env'.")
    right = parts.scheme in ("http", "https") and parts.hostname and port != 0
    if not right or not url.isprintable() or " " in url or parts.query or parts.fragment:
        raise SettingsError(wrong)
    return parts


def check_encrypted(name: str, url: str, place: str) -> None:
    """:class:`corpus.SettingsError` where a key for ``url``, which the setting ``name`` holds, would travel unencrypted
    to another machine, which is ``place``."""
    if place and urlsplit(url).scheme == "http":
        raise SettingsError(
            f"The key would travel unencrypted to {place}: {name!r} is {url!r}. Name an address "
            f"that begins with https, or set 'allow_http: true' where everybody on the way may read it."
        )


def place_of(host: str) -> str:
    """The machine that ``host`` is; empty where it is this one."""
    return "" if is_loopback(host) or _is_any(host) else host


def _is_any(host: str) -> bool:
    """Whether ``host`` is what servers say that listen everywhere; whoever calls it calls this machine."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False
