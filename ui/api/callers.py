"""Whoever calls over HTTP may leave: then what is being done for them comes to its end."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from threading import Event
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

T = TypeVar("T")


async def until_left(request: Request, work: Callable[[Event], T]) -> T:
    """What ``work`` gives, which is done in a thread; its event is set once the caller has left.

    The body of the ``request`` must have been read.
    """
    stop = Event()
    async with _watched(request, stop):
        return await run_in_threadpool(work, stop)


async def pieces_until_left(request: Request, work: Callable[[Event], Iterator[T]]) -> AsyncIterator[T]:
    """The same of what comes piece by piece; the event is also set where nobody takes more of them."""
    loop, stop = asyncio.get_running_loop(), Event()
    pieces: asyncio.Queue[T | None] = asyncio.Queue()

    def put(piece: T | None) -> None:
        loop.call_soon_threadsafe(pieces.put_nowait, piece)

    def make() -> None:
        try:
            for piece in work(stop):
                if stop.is_set():
                    break
                put(piece)
        finally:
            put(None)

    making = asyncio.create_task(run_in_threadpool(make))
    try:
        async with _watched(request, stop):
            while (piece := await pieces.get()) is not None:
                yield piece
            await making  # raises what went wrong
    finally:
        stop.set()


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
