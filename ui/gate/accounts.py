"""Who may use a served page: names and passwords, and what is worth a warning."""

import hashlib
import hmac
import ipaddress
import os
import secrets
import socket
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from corpus import FoundationQAError
from corpus.machine import is_loopback, others_may_read
from ui.gate.public_address import PublicAddress

VARIABLE = "FOUNDATION_QA_AUTH"
"""The environment variable with accounts, ``user:password`` a line."""


class AccessError(FoundationQAError):
    """The accounts of a page that is to be served cannot be read. The message never holds a password."""


class Accounts:
    """Names and passwords. In memory only keyed digests of the passwords are kept."""

    def __init__(self, passwords: Mapping[str, str]) -> None:
        self._key = secrets.token_bytes(32)
        self._digests = {_normal(user): self._digest(password) for user, password in passwords.items()}

    def admit(self, user: str, password: str) -> bool:
        """Whether this is the password of ``user``; it takes as long for an unknown user as for a wrong password."""
        expected = self._digests.get(_normal(user), self._key)
        return hmac.compare_digest(self._digest(password), expected)

    def __contains__(self, user: object) -> bool:
        return isinstance(user, str) and _normal(user) in self._digests

    def _digest(self, password: str) -> bytes:
        return hmac.digest(self._key, _normal(password).encode("utf-8", "surrogatepass"), hashlib.sha256)


def load_accounts(file: str | None) -> Accounts | None:
    """The accounts in ``file``, else those in the environment variable, else None: everybody may use the page.

    :class:`AccessError` where there are lines that are no ``user:password``.
    """
    if file is not None:
        return parse_accounts(_read(file), f"The file {file}")
    if VARIABLE in os.environ:
        return parse_accounts(os.environ[VARIABLE], f"The environment variable {VARIABLE}")
    return None


def _read(file: str) -> str:
    path = Path(file)
    if not path.is_file() and ":" in file:  # do not print what may be a password
        raise AccessError(
            "--auth names a file with 'user:password' lines; a password is never given on the command line."
        )
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise AccessError(f"The file {file} of --auth cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise AccessError(f"The file {file} of --auth is not UTF-8.") from error


def parse_accounts(text: str, place: str) -> Accounts:
    """The accounts in ``text``, one ``user:password`` a line; empty lines and lines that begin with # are left out.

    ``place`` is what a message calls it.
    """
    passwords: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        user, colon, password = line.partition(":")
        user = user.strip()
        if not (user and colon and password):
            raise AccessError(f"{place}, line {number}: expected user:password.")
        if _normal(user) in map(_normal, passwords):
            raise AccessError(f"{place}, line {number}: the user {user!r} stands there twice.")
        passwords[user] = password
    if not passwords:
        raise AccessError(f"{place} holds no account; expected lines user:password.")
    return Accounts(passwords)


def _normal(text: str) -> str:
    """``text`` in one of the forms that keyboards and browsers give it (RFC 7617 asks for this one)."""
    return unicodedata.normalize("NFC", text)


def own_names(host: str) -> frozenset[str]:
    """The names, in lower case, that this machine answers to where it listens at ``host``, besides its addresses.

    No name server is asked: its answer is what a page elsewhere would have to forge.
    """
    name = socket.gethostname().lower()
    short = name.partition(".")[0]
    return frozenset({host.lower(), name, short, f"{short}.local", "localhost"} - {""})


def is_address(host: str) -> bool:
    """Whether ``host`` is an address and no name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def warnings(host: str, accounts: Accounts | None, file: str | None, public: PublicAddress | None = None) -> list[str]:
    """What the person who serves a page should know: it may be open to more people than they think.

    ``public`` is where a proxy lets others find it.
    """
    found = []
    if file is not None and others_may_read(file):
        found.append(f"Others on this machine may read the passwords in {file}. Mend it with: chmod 600 {file}")
    open_host = not is_loopback(host)
    if accounts is None and (open_host or public):
        place, option = (host, "--host") if open_host else (str(public), "--public-url")
        found.append(
            f"Everybody who reaches {place} can use this page: it asks for no password. "
            f"Name a file of user:password lines with --auth FILE, or leave out {option}."
        )
    elif accounts is not None and (public.scheme == "http" if public else open_host):
        found.append("Passwords and answers travel unencrypted: let a proxy with TLS stand before this page.")
    return found
