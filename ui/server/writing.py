"""An answer that is being written, over HTTP: a stream of events, which ends the writing when its visitor leaves."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import closing, suppress
from threading import Event, Thread
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ui.chat.call_records import WriteCall
from ui.chat.writing_calls import WritingCalls
from ui.gate.refusals import refusal

_MOST = 40
"""Answers that are written at once, each with a thread of its own; the writer itself may allow fewer."""

_sent = TypeAdapter(WriteCall)
Happening = dict[str, Any]


def writing_routes(calls: WritingCalls) -> list[Route]:
    """``POST /written``: a question in JSON, see :class:`ui.chat.call_records.WriteCall`; what happens as server-sent
    events, each the JSON of one that :meth:`ui.chat.writing_calls.WritingCalls.write` gives."""
    running: set[_Stream] = set()

    async def written(request: Request) -> Response:
        try:
            call = _sent.validate_json(await request.body())
        except ValidationError:
            return refusal(request.scope, 400, "refusals.no_call")
        if len(running) >= _MOST:
            return refusal(request.scope, 503, "refusals.busy", {"Retry-After": "10"})
        return _Stream(lambda stop: calls.write(call, stop), running)

    return [Route("/written", written, methods=["POST"])]


class _Stream(StreamingResponse):
    """The events that ``happen`` gives, in a thread of its own, one of those in ``running``.

    What ``happen`` is called with is set when nobody waits for them any more.
    """

    def __init__(self, happen: Callable[[Event], Generator[Happening]], running: "set[_Stream]") -> None:
        super().__init__(self._lines(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})
        self._happen, self._running, self._stop = happen, running, Event()
        self._fault: BaseException | None = None
        running.add(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._stop.set()
            self._running.discard(self)
        if self._fault is not None:  # a program that waits for the last event does not get it; the log says why
            raise self._fault

    async def _lines(self) -> AsyncIterator[str]:
        loop, come = asyncio.get_running_loop(), asyncio.Queue[Happening | BaseException | None]()

        def put(what: Happening | BaseException | None) -> None:
            with suppress(RuntimeError):  # the server has ended meanwhile
                loop.call_soon_threadsafe(come.put_nowait, what)

        def run() -> None:
            try:
                with closing(self._happen(self._stop)) as events:
                    for event in events:
                        put(event)
                        if self._stop.is_set():
                            break  # nobody hears the rest
                put(None)
            except BaseException as error:  # noqa: BLE001  # it is raised where the request is answered
                put(error)

        Thread(target=run, name="writing", daemon=True).start()
        while (what := await come.get()) is not None:
            if isinstance(what, BaseException):
                self._fault = what  # raised once all before it is sent: a browser would throw away what it has not read
                return
            yield f"data: {json.dumps(what, ensure_ascii=False)}\n\n"
