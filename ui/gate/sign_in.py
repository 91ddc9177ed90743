"""Names and passwords at the door: who is let in, how fast others may guess, and what the log hears of it."""

import asyncio
import base64
import binascii
import math
import time

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from ui import terminal
from ui.gate.accounts import Accounts
from ui.gate.guesses import Guesses
from ui.gate.refusals import refusal

_WRONG_PASSWORD = 1.0  # seconds that the reply to one takes, at least
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="foundation-qa", charset="UTF-8"'}


class SignIn:
    """Asks everybody for one of ``accounts``."""

    def __init__(self, accounts: Accounts, guesses: Guesses | None = None) -> None:
        self._accounts, self._guesses = accounts, guesses or Guesses()

    async def refused(self, scope: Scope) -> Response | None:
        """Why a request is not let in; None where it is."""
        headers = Headers(scope=scope)
        given = _credentials(headers)
        if given is None:
            return refusal(scope, 401, "refusals.password", _CHALLENGE)
        user, password = given
        address = scope["client"][0] if scope.get("client") else ""
        if waiting := self._guesses.wait(address, user):
            seconds = str(math.ceil(waiting))
            return refusal(scope, 429, "refusals.guesses", {"Retry-After": seconds}, seconds=seconds)
        if delay := self._guesses.delay(address, user):
            await asyncio.sleep(delay)
        if self._accounts.admit(user, password):
            self._guesses.right(address, user)
            return None
        # A name that is none of ours may be a password, typed in the wrong place.
        name = f"of {user!r}" if user in self._accounts else "for a name that is not known"
        terminal.warn(f"{time.strftime('%Y-%m-%d %H:%M:%S')} A wrong password {name} from {address or 'somewhere'}.")
        await asyncio.sleep(_WRONG_PASSWORD)
        return refusal(scope, 401, "refusals.password", _CHALLENGE)


def _credentials(headers: Headers) -> tuple[str, str] | None:
    """Name and password of HTTP Basic, or of a key ``user:password``; None where there are none.

    Clients of OpenAI's API and of MCP send a key. One that may hold nothing but ASCII is encoded as for HTTP Basic.
    """
    scheme, _, given = headers.get("authorization", "").partition(" ")
    given = given.strip()
    if scheme.lower() == "bearer" and ":" in given:
        return _parted(given.encode("latin-1"))
    if scheme.lower() not in ("basic", "bearer"):
        return None
    try:
        decoded = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        return None
    return _parted(decoded) if scheme.lower() == "basic" or b":" in decoded else None


def _parted(given: bytes) -> tuple[str, str]:
    try:
        text = given.decode("utf-8")
    except UnicodeDecodeError:  # as some programs send it
        text = given.decode("latin-1")
    user, _, password = text.partition(":")
    return user, password
