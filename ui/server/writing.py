"""An answer that is being written, over HTTP: a stream of events, which ends the writing when its visitor leaves."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ui.api.callers import pieces_until_left
from ui.api.closing import ClosingError
from ui.api.events import EVENT_STREAM, event
from ui.chat.call_records import WriteCall
from ui.chat.writing_calls import WritingCalls
from ui.gate.refusals import refusal
from ui.html.visitor_message import visitor_messages

_MOST = 40
"""Answers that are written at once, each with a thread of its own; the writer itself may allow fewer."""

_sent = TypeAdapter(WriteCall)
Happening = dict[str, Any]


def writing_routes(calls: WritingCalls) -> list[Route]:
    """``POST /written``: a question in JSON, see :class:`ui.chat.call_records.WriteCall`; what happens as server-sent
    events, each the JSON of one that :meth:`ui.chat.writing_calls.WritingCalls.write` gives. Where the server ends
    before that, the last one holds an ``error``, in each language."""
    running: set[_Stream] = set()

    async def written(request: Request) -> Response:
        try:
            call = _sent.validate_json(await request.body())
        except ValidationError:
            return refusal(request.scope, 400, "refusals.no_call")
        if len(running) >= _MOST:
            return refusal(request.scope, 503, "refusals.busy", {"Retry-After": "10"})
        return _Stream(pieces_until_left(request, lambda stop: calls.write(call, stop)), running)

    return [Route("/written", written, methods=["POST"])]


class _Stream(StreamingResponse):
    """``happenings`` as a stream of events, one of those in ``running`` until it ends or its visitor leaves."""

    def __init__(self, happenings: AsyncGenerator[Happening], running: "set[_Stream]") -> None:
        super().__init__(self._events(), media_type=EVENT_STREAM, headers={"Cache-Control": "no-store"})
        self._happenings, self._running = happenings, running
        self._fault: BaseException | None = None
        running.add(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._running.discard(self)
            await self._happenings.aclose()  # nobody waits for them any more
        if self._fault is not None:  # a program that waits for the last event does not get it; the log says why
            raise self._fault

    async def _events(self) -> AsyncIterator[str]:
        try:
            async for each in self._happenings:
                yield event(each)
        except ClosingError as error:  # what is written so far stays, and the page says that it was broken off
            yield event({"error": visitor_messages(error)})
        except Exception as error:  # noqa: BLE001  # a browser would throw away what it has not read
            self._fault = error  # raised once all before it is sent
