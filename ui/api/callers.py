"""Whoever calls over HTTP may leave, and the server may end: then what is being done for them comes to its end."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager, closing, suppress
from contextvars import copy_context
from dataclasses import dataclass
from threading import Event, Thread
from typing import Generic, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from ui.api.closing import ClosingError, closing_of

T = TypeVar("T")


async def until_left(request: Request, work: Callable[[Event], T]) -> T:
    """What ``work`` gives, which is done in a thread; its event is set once the caller has left, or the server has no
    more time.

    The body of the ``request`` must have been read.
    """
    stop = Event()
    with closing_of(request.scope).heard_by(stop.set):
        async with _watched(request, stop):
            return await run_in_threadpool(work, stop)


async def pieces_until_left(request: Request, work: Callable[[Event], Generator[T]]) -> AsyncGenerator[T]:
    """The same of what comes piece by piece; the event is also set where nobody takes more of them.

    It is done in a thread of its own, not one of those that all share: it may take minutes. What ``work`` raises is
    raised here, behind all that came before it; :class:`ui.api.closing.ClosingError` where the server has no more time.
    """
    loop, stop = asyncio.get_running_loop(), Event()
    come: asyncio.Queue[_Come[T] | BaseException | None] = asyncio.Queue()

    def put(what: _Come[T] | BaseException | None) -> None:
        with suppress(RuntimeError):  # the server has ended meanwhile
            loop.call_soon_threadsafe(come.put_nowait, what)

    def make() -> None:
        try:
            with closing(work(stop)) as pieces:
                for piece in pieces:
                    if stop.is_set():
                        break  # nobody hears the rest
                    put(_Come(piece))
            put(None)
        except BaseException as error:  # noqa: BLE001  # it is raised where the pieces are waited for
            put(error)

    def cut() -> None:
        put(ClosingError())
        stop.set()

    try:
        async with _watched(request, stop):
            # With what is known of the request, such as its name in the log.
            Thread(target=copy_context().run, args=(make,), name="pieces", daemon=True).start()
            with closing_of(request.scope).heard_by(cut):
                while (what := await come.get()) is not None:
                    if isinstance(what, BaseException):
                        raise what
                    yield what.piece
    finally:
        stop.set()


@dataclass(frozen=True, slots=True)
class _Come(Generic[T]):
    """A piece that has come."""

    piece: T


@asynccontextmanager
async def _watched(request: Request, stop: Event) -> AsyncIterator[None]:
    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        stop.set()

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
