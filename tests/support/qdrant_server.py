"""A stand-in for a Qdrant server: the part of its REST that is used here, over the client's embedded mode.

The official client talks to it by address as to a server: bodies are read with the client's own records, numbers are
written as a server writes them (the shortest form of 32 bits), errors have a server's codes and shape, bodies of more
than 32 MB are refused. What a server does and this one does not: gRPC, approximate search, several machines; settings
of a collection that the embedded mode has no use for are kept in memory only, to be shown again.

``python tests/support/qdrant_server.py FOLDER`` runs it by itself and prints its address.

For tests: ``GET /counted`` tells the bytes of bodies in and out (``DELETE`` begins anew), and ``POST /fail`` has calls
fail or wait, see :class:`Fault` (``DELETE``: no more).
"""

import argparse
import asyncio
import socket
import sys
import threading
import time
import warnings
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from qdrant_paths import Store, failed, json_answer, routes
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(slots=True)
class Fault:
    """What is to happen to some calls."""

    path: str = ""  # part of the paths that are meant
    method: str = ""  # their method; "": any
    times: int = 1  # so many calls; those after them are well
    after: int = 0  # so many go through before
    status: int = 500  # what is answered; 0: the connection breaks; 200: nothing but the delay
    delay: float = 0  # seconds before anything is done
    done: bool = False  # the call is carried out all the same, and only its answer is lost

    def meets(self, method: str, path: str) -> bool:
        """Whether this call is one of them, and counts it."""
        if self.path not in path or self.method not in ("", method) or not self.times:
            return False
        if self.after:
            self.after -= 1
            return False
        self.times -= 1
        return True


class Watch:
    """What happened at the server, and what is to happen."""

    def __init__(self, api_key: str | None) -> None:
        self.api_key = api_key
        self.faults: list[Fault] = []
        self.counted: dict[str, dict[str, int]] = {}

    def count(self, call: str, received: int, sent: int) -> None:
        """Add a call, like ``PUT /collections/x/points``."""
        counts = self.counted.setdefault(call, {"calls": 0, "in": 0, "out": 0})
        counts["calls"] += 1
        counts["in"] += received
        counts["out"] += sent


def _controls(watch: Watch) -> list[Route]:
    """Paths that no server has."""

    async def counted(request: Request) -> Response:
        if request.method == "DELETE":
            watch.counted.clear()
        return json_answer(watch.counted)

    async def fail(request: Request) -> Response:
        if request.method == "DELETE":
            watch.faults.clear()
        else:
            watch.faults.append(Fault(**await request.json()))
        return json_answer({})

    return [Route("/counted", counted, methods=["GET", "DELETE"]), Route("/fail", fail, methods=["POST", "DELETE"])]


class _Gate:
    """Before all paths: counts bytes, has calls fail, asks for the key."""

    def __init__(self, app: ASGIApp, watch: Watch) -> None:
        self._app, self._watch = app, watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in ("/counted", "/fail"):
            await self._app(scope, receive, send)
            return
        sizes = {"in": 0, "out": 0}

        async def taken() -> Message:
            message = await receive()
            sizes["in"] += len(message.get("body", b""))
            return message

        async def given(message: Message) -> None:
            sizes["out"] += len(message.get("body", b""))
            await send(message)

        try:
            await self._pass(scope, taken, given)
        finally:
            self._watch.count(f"{scope['method']} {scope['path']}", sizes["in"], sizes["out"])

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = next((each for each in self._watch.faults if each.meets(scope["method"], scope["path"])), None)
        if fault is not None:
            await asyncio.sleep(fault.delay)
        if not self._knows(scope):
            await Response("Must provide an API key or an Authorization bearer token", 401)(scope, receive, send)
        elif fault is None or fault.status == 200:
            await self._app(scope, receive, send)
        else:
            await self._fail(fault, scope, receive, send)

    async def _fail(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        async def nowhere(message: Message) -> None:
            pass

        if fault.done:
            await self._app(scope, receive, nowhere)
        if fault.status:
            await failed(fault.status, "Service internal error: made to fail")(scope, receive, send)
            return
        # An answer that is shorter than it says: the connection is closed, and no client takes it for one.
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _knows(self, scope: MutableMapping[str, Any]) -> bool:
        headers = dict(scope["headers"])
        given = headers.get(b"api-key") or headers.get(b"authorization", b"").removeprefix(b"Bearer ")
        return self._watch.api_key is None or given == self._watch.api_key.encode("utf-8")


def application(store: Store, api_key: str | None = None, *, compressed: bool = True) -> ASGIApp:
    """All paths as an application; like a server's, its answers are ``compressed`` if a client takes it."""
    watch = Watch(api_key)

    async def root(_: Request) -> Response:
        return json_answer(store.client.info().model_dump(exclude_none=True) | {"title": "a stand-in for Qdrant"})

    async def ready(_: Request) -> Response:
        return Response("all shards are ready")

    checks = [Route("/", root), Route("/readyz", ready), Route("/healthz", ready), Route("/livez", ready)]
    app: ASGIApp = Starlette(routes=[*checks, *routes(store), *_controls(watch)])
    return _Gate(GZipMiddleware(app, minimum_size=500, compresslevel=1) if compressed else app, watch)


@dataclass(frozen=True, slots=True)
class Address:
    """A stand-in that runs."""

    url: str

    def counted(self, part: str = "") -> dict[str, int]:
        """Calls, and bytes of bodies ``in`` and ``out``, of those calls (``PUT /collections/x/points``) that hold
        ``part``."""
        found = [counts for call, counts in httpx.get(f"{self.url}/counted").json().items() if part in call]
        return {key: sum(counts[key] for counts in found) for key in ("calls", "in", "out")}

    def count_anew(self) -> None:
        """Forget what was counted."""
        httpx.delete(f"{self.url}/counted").raise_for_status()

    def fail(self, fault: Fault) -> None:
        """Have calls fail from now on."""
        httpx.post(f"{self.url}/fail", json=asdict(fault)).raise_for_status()

    def stop_failing(self) -> None:
        """Have all calls do well from now on."""
        httpx.delete(f"{self.url}/fail").raise_for_status()


@contextmanager
def qdrant_server(
    folder: Path | None = None, *, api_key: str | None = None, port: int = 0, compressed: bool = True
) -> Iterator[Address]:
    """A stand-in at an address of this machine, in a thread; what it holds lies in ``folder``, or in memory."""
    store = Store(folder)
    with _listening(port) as listener:
        runner = uvicorn.Server(
            uvicorn.Config(application(store, api_key, compressed=compressed), log_level="critical")
        )
        thread = threading.Thread(target=runner.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not runner.started:
                time.sleep(0.005)
            yield Address(_url(listener))
        finally:
            runner.should_exit = True
            thread.join()
            store.client.close()


def _listening(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen()  # who calls before all is set up waits
    return listener


def _url(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def main() -> None:
    """The stand-in by itself, until it is interrupted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where it keeps what it is given")
    parser.add_argument("--port", type=int, default=0, help="where it listens; else somewhere")
    parser.add_argument("--api-key", help="what a client has to give")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # that it is large, that it has no payload index
    store = Store(options.folder)
    with _listening(options.port) as listener:
        sys.stdout.write(_url(listener) + "\n")
        sys.stdout.flush()
        uvicorn.Server(uvicorn.Config(application(store, options.api_key), log_level="warning")).run(sockets=[listener])
    store.client.close()


if __name__ == "__main__":
    main()
