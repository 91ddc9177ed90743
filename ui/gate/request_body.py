"""The bodies of requests: how large they may be, and what must not stand in them."""

import json
import re
from collections.abc import Iterable
from typing import Any

from starlette.types import Message, Receive

_LONGEST_SESSION = 100  # characters; those of Gradio's pages have a dozen
_ADDRESS = re.compile(r"\s*https?:", re.IGNORECASE)


class TooLargeError(Exception):
    """A body has more bytes than it may have."""


class NoRoomError(Exception):
    """More is being read than there is room for."""


class LeftError(Exception):
    """The visitor has left before the whole body was there."""


class BodyRoom:
    """Room for the bodies of all requests that are being read and answered, ``most`` bytes. For one event loop."""

    def __init__(self, most: int) -> None:
        self._most, self._taken = most, 0

    async def read(self, receive: Receive, limit: int) -> bytes:
        """The whole body, which takes its room until :meth:`leave`.

        :class:`TooLargeError` as soon as it has more than ``limit`` bytes, :class:`NoRoomError` where there is no room,
        :class:`LeftError` where the rest will not come.
        """
        body = bytearray()
        more = True
        try:
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise LeftError
                part = message.get("body", b"")
                if len(body) + len(part) > limit:
                    raise TooLargeError
                if self._taken + len(part) > self._most:
                    raise NoRoomError
                self._taken += len(part)
                body += part
                more = message.get("more_body", False)
        except BaseException:
            self.leave(len(body))
            raise
        return bytes(body)

    def leave(self, size: int) -> None:
        """A body of so many bytes is not needed any more."""
        self._taken -= size


def replayed(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives ``body`` first, and then what comes after it: that the visitor has left."""
    given = False

    async def receiving() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving


def counted(receive: Receive, limit: int) -> Receive:
    """A ``receive`` that ends the request as if the visitor had left once it is larger than it may be."""
    seen = 0

    async def receiving() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        return {"type": "http.disconnect"} if seen > limit else message

    return receiving


def parsed(body: bytes) -> object:
    """What ``body`` says in JSON; None where it is none that Gradio could read."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def names_a_file_elsewhere(sent: object) -> bool:
    """Whether ``sent``, as parsed, holds a file of Gradio's with the address of another server."""
    return any(_is_elsewhere(value) for value in _objects(sent))


def has_long_session(sent: object) -> bool:
    """Whether ``sent``, as parsed, is of a session that is called as no page calls one."""
    session = sent.get("session_hash") if isinstance(sent, dict) else None
    return session is not None and not (isinstance(session, str) and len(session) <= _LONGEST_SESSION)


def _is_elsewhere(value: dict[str, Any]) -> bool:
    meta = value.get("meta")
    is_file = isinstance(meta, dict) and meta.get("_type") == "gradio.FileData"
    return is_file and isinstance(value.get("path"), str) and _ADDRESS.match(value["path"]) is not None


def _objects(value: object) -> Iterable[dict[str, Any]]:
    """All JSON objects in ``value``."""
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, dict):
            yield one
            todo.extend(one.values())
        elif isinstance(one, list):
            todo.extend(one)
