"""The official client: one for each address in a process, and what its errors mean to a person.

An embedded Qdrant is open in one process at a time, and is not made for threads: its calls follow one another.
"""

import atexit
import math
import re
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from importlib.util import find_spec
from json import JSONDecodeError
from pathlib import Path
from threading import Lock, RLock
from typing import TYPE_CHECKING, Any

from corpus import StoredIndexError
from corpus.errors import SettingsError, reason_of
from index.storage.qdrant.settings import IN_MEMORY, QdrantSettings

if TYPE_CHECKING:
    from qdrant_client import QdrantClient

_OLDEST = (1, 16)
"""The first server that changes a point only if nobody else has; one before would take each writer for the only one."""

_NO_QDRANT = "See whether 'url' of 'store' is the address of a Qdrant, and of nothing else."


class NoCollectionError(StoredIndexError):
    """There is no such collection."""


class Connection:
    """A client, shared by all of a process who name the same address. Safe to use from threads."""

    def __init__(self, settings: QdrantSettings) -> None:
        self.settings = settings
        self.client = _opened(settings)
        self._turns: Any = RLock() if settings.embedded else nullcontext()
        self._known = settings.embedded  # whether the version of the server is known to be right

    @contextmanager
    def asking(self, what: str) -> Iterator["QdrantClient"]:
        """The client, to ask it for ``what``; :class:`StoredIndexError` where that does not work.

        :class:`NoCollectionError` where it knows no such collection. Nothing but calls of the client belongs in here.
        """
        with _explained(self.settings, what), self._turns:
            if not self._known:
                _check_version(self.settings, self.client.info().version)
                self._known = True
            yield self.client

    def close(self) -> None:
        """End it; whoever uses it still is told so."""
        with self._turns:
            self.client.close()


_connections: dict[tuple[object, ...], Connection] = {}
_opening = Lock()


def connection(settings: QdrantSettings) -> Connection:
    """The client that ``settings`` name. Raises :class:`StoredIndexError` and :class:`corpus.SettingsError`."""
    address = str(Path(settings.path).resolve()) if settings.path else settings.address
    speaks = (settings.prefer_grpc, settings.grpc_port, settings.compressed, settings.timeout)
    key = (address, settings.api_key_env, settings.api_key_file, *speaks)
    with _opening:
        if key not in _connections:
            if not _connections:
                atexit.register(close_connections)  # before the modules go that an embedded one needs for that
            _connections[key] = Connection(settings)
        return _connections[key]


def close_connections() -> None:
    """Close all clients of this process."""
    with _opening:
        while _connections:
            _connections.popitem()[1].close()
    atexit.unregister(close_connections)


def _opened(settings: QdrantSettings) -> "QdrantClient":
    if find_spec("qdrant_client") is None:
        raise SettingsError(
            "The setting 'store' needs the client of Qdrant. Install it with: "
            "python -m pip install 'foundation-qa[qdrant]'"
        )
    key = settings.key()
    from qdrant_client import QdrantClient

    with _explained(settings, "be opened"):
        if settings.embedded:
            # Its limit is told by us, see QdrantSettings.
            warnings.filterwarnings("ignore", "Local mode is not recommended", UserWarning)
            where: dict[str, Any] = {"location": IN_MEMORY} if settings.url else {"path": settings.path}
            try:
                return QdrantClient(**where, force_disable_check_same_thread=True)
            except (AttributeError, LookupError, TypeError) as error:  # it trusts what lies there to be its own
                raise ValueError("what lies there is no Qdrant's") from error
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Api key is used with an insecure", UserWarning)  # the settings allow it
            return QdrantClient(
                url=settings.url,
                api_key=key or None,
                timeout=math.ceil(settings.timeout),
                prefer_grpc=settings.prefer_grpc,
                grpc_port=settings.grpc_port,
                check_compatibility=False,
                headers=None if settings.compressed or settings.prefer_grpc else {"accept-encoding": "identity"},
            )


def _check_version(settings: QdrantSettings, version: str) -> None:
    told = re.match(r"(\d+)\.(\d+)", version)
    if told and (int(told[1]), int(told[2])) < _OLDEST:
        raise StoredIndexError(
            f"Qdrant at {settings.address} is version {version}; this program needs {'.'.join(map(str, _OLDEST))} or "
            f"later."
        )


@contextmanager
def _explained(settings: QdrantSettings, what: str) -> Iterator[None]:
    """Errors of the client while it is to do ``what`` become :class:`StoredIndexError`."""
    from grpc import RpcError
    from qdrant_client.common.client_exceptions import QdrantException
    from qdrant_client.http.exceptions import ApiException

    try:
        yield
    except StoredIndexError:
        raise
    except (ApiException, QdrantException, RpcError, sqlite3.Error, OSError, ValueError, RuntimeError) as error:
        raise _error(settings, what, error) from error


def _error(settings: QdrantSettings, what: str, error: Exception) -> StoredIndexError:
    where = f"Qdrant at {settings.address}"
    status, said = _status(error), _said(error)
    if _is_missing(error, status, said):
        return NoCollectionError(f"{where} has no such collection: {said}.")
    if status in (401, 403):
        named = "" if settings.api_key_env or settings.api_key_file else "; name one by 'api_key_env' of 'store'"
        return StoredIndexError(f"{where} does not accept the key{named} ({status}).")
    if settings.embedded:
        if "already accessed" in said:
            return StoredIndexError(
                f"The embedded Qdrant in {settings.path} is open in another process; it serves one. "
                f"For more, run a Qdrant server and name its 'url'."
            )
        return StoredIndexError(f"The embedded Qdrant in {settings.address} could not {what}: {said}.")
    if status in (404, 405) or (300 <= status < 400):
        return StoredIndexError(f"{where} could not {what}: it answers {status}, {said}. {_NO_QDRANT}")
    if status:
        return StoredIndexError(f"{where} could not {what}: it answers {status}, {said}.")
    if _is_away(error):
        return StoredIndexError(f"{where} cannot be reached to {what}: {said}. See whether it runs, and try again.")
    if isinstance(error, JSONDecodeError) or isinstance(getattr(error, "source", None), ValueError):
        return StoredIndexError(f"{where} could not {what}: its answer cannot be read ({said}). {_NO_QDRANT}")
    return StoredIndexError(f"{where} could not {what}: {said}.")


def _is_missing(error: Exception, status: int, said: str) -> bool:
    """Whether it knows no such collection. Others answer 404 as well, as where 'url' is that of another program."""
    if status == 404:
        return bool(_told(error))
    embedded = isinstance(error, ValueError) and said.startswith("Collection ") and said.endswith("not found")
    return embedded or _grpc_status(error) == "NOT_FOUND"


def _status(error: Exception) -> int:
    """The number of what a server answered; 0 where it did not."""
    number = getattr(error, "status_code", None)
    if isinstance(number, int):
        return number
    return {"UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403}.get(_grpc_status(error), 0)


def _grpc_status(error: Exception) -> str:
    """What gRPC calls it; empty where it is not of gRPC."""
    with suppress(AttributeError, TypeError):
        return str(error.code().name)  # type: ignore[attr-defined]
    return ""


def _is_away(error: Exception) -> bool:
    """Whether nobody answered."""
    from httpx import TransportError

    told = _grpc_status(error)
    return told in ("UNAVAILABLE", "DEADLINE_EXCEEDED") or isinstance(
        getattr(error, "source", error), TransportError | OSError
    )


def _told(error: Exception) -> str:
    """What Qdrant's answer names as its error; empty where it is no answer of Qdrant's, or none."""
    with suppress(AttributeError, LookupError, TypeError, ValueError):
        return str(error.structured()["status"]["error"]).strip().rstrip(".")  # type: ignore[attr-defined]
    return ""


def _said(error: Exception) -> str:
    """What went wrong, in one line."""
    if told := _told(error):
        return told
    with suppress(AttributeError, TypeError):
        return str(error.details()).strip().rstrip(".")  # type: ignore[attr-defined]  # of gRPC
    source = getattr(error, "source", error)  # what the client was told by what speaks HTTP
    return reason_of(source if isinstance(source, Exception) else error)
