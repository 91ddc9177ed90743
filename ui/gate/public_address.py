"""The address that visitors type where a proxy stands before the page, and whose word is taken for where they are."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from corpus import FoundationQAError

LOOPBACK = ("127.0.0.0/8", "::1")
"""This machine: where a proxy before a page usually runs."""

_PORTS = {"http": 80, "https": 443}
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
_OURS = frozenset("api gradio_api assets static svelte config theme.css login v1 healthz readyz metrics".split())


class AddressError(FoundationQAError):
    """An address that an option names is none."""


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """Where visitors find the page."""

    scheme: str  # "http" or "https"
    host: str  # in lower case, with the port where it is not that of the scheme
    path: str  # "/qa", without a slash at the end; empty: the page stands at the root

    @classmethod
    def parse(cls, url: str) -> Self:
        """The address ``url``; :class:`AddressError` where it is none that a page can have."""
        try:
            parts = urlsplit(url.strip())
            name, port = parts.hostname, parts.port
        except ValueError:  # a port that is no number, a bracket that is not closed
            name = port = None
            parts = urlsplit("")
        path = parts.path.rstrip("/")
        if parts.scheme not in _PORTS or not name or parts.query or parts.fragment or parts.username is not None:
            raise AddressError(f"--public-url is {url!r}; expected an address such as https://example.org/qa.")
        if not _PATH.fullmatch(path):
            raise AddressError(f"The path of --public-url {url!r} may hold letters, digits and . _ ~ - only.")
        if path.split("/")[1:2] and path.split("/")[1] in _OURS:
            raise AddressError(f"The path of --public-url {url!r} is one that the page uses itself; choose another.")
        shown = f"[{name}]" if ":" in name else name
        ending = "" if port in (None, _PORTS[parts.scheme]) else f":{port}"
        return cls(parts.scheme, shown + ending, path)

    @property
    def name(self) -> str:
        """The host without its port."""
        return urlsplit(f"//{self.host}").hostname or ""

    @property
    def origin(self) -> str:
        """What browsers call the page's site."""
        return f"{self.scheme}://{self.host}"

    def __str__(self) -> str:
        return f"{self.origin}{self.path}/"


class TrustedProxies:
    """The proxies whose word is taken for who a visitor is: addresses, or networks such as 10.0.0.0/8."""

    def __init__(self, addresses: Iterable[str]) -> None:
        try:
            self._networks = [ipaddress.ip_network(each.strip(), strict=False) for each in addresses]
        except ValueError as error:
            raise AddressError(
                f"--trusted-proxy: {error}; expected an address such as 192.0.2.7, or a network such as 10.0.0.0/8."
            ) from error

    def __contains__(self, address: object) -> bool:
        try:
            found = ipaddress.ip_address(str(address))
        except ValueError:
            return False
        if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
            found = found.ipv4_mapped
        return any(found in network for network in self._networks)

    def visitor(self, forwarded_for: str, peer: str) -> str:
        """Who asks through ``peer``, one of these, by the header ``forwarded_for``: the last address that is none of
        these. What stands before it anybody may have written.
        """
        for address in reversed(forwarded_for.split(",")):
            address = _bare(address.strip())
            if not address:
                break
            if address not in self:
                return address
        return peer


def _bare(address: str) -> str:
    """``address`` without a port; empty where it is none."""
    if address.startswith("["):
        address = address[1:].partition("]")[0]
    elif address.count(":") == 1:
        address = address.partition(":")[0]
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""
