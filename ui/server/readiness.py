"""Whether a server can answer just now: its index can be read, and its model answers."""

import asyncio
import logging
from collections.abc import Callable
from time import monotonic

from corpus import FoundationQAError
from qa import Answerer
from ui import terminal
from ui.api.closing import Closing

_GOOD_FOR = 2.0  # seconds that a look is good for, however many ask
_PATIENCE = 5.0  # seconds that it may take
_WORD = "model"  # what is encoded to see whether the model answers

Look = Callable[[], str]
"""Looks whether everything is there, and says in a line what is not; empty: it is."""


def look_at(answerer: Answerer) -> Look:
    """A look at the index and the model of ``answerer``. What it says names no folder and no text."""

    def look() -> str:
        try:
            state = answerer.passages.snapshot
        except FoundationQAError as error:
            terminal.warn(str(error))
            return "the index cannot be read"
        except Exception:
            logging.getLogger(__name__).exception("The index cannot be read.")
            return "the index cannot be read"
        try:
            vectors = answerer.passages.encoder.encode_questions([_WORD])
        except Exception:
            logging.getLogger(__name__).exception("The model does not answer.")
            return "the model does not answer"
        right = vectors and vectors[0].vector.shape == (state.manifest.dimension,)
        return "" if right else "the model does not answer"

    return look


class Readiness:
    """Tells whether a server can be sent questions. For one event loop.

    However many ask, one look is taken at a time, in a thread of its own, and it is good for two seconds.
    """

    def __init__(self, look: Look | None, closing: Closing, patience: float = _PATIENCE) -> None:
        """Without a ``look`` a server can answer as long as it is not told to end."""
        self._look, self._closing, self._patience = look, closing, patience
        self._looking: asyncio.Task[str] | None = None
        self._until = 0.0  # when the last look is no good any more

    async def reason(self) -> str:
        """Why nobody should be sent here, in a line; empty: they may be."""
        if self._closing.told:
            return "the server is being stopped"
        if self._look is None:
            return ""
        if self._looking is None or (self._looking.done() and monotonic() >= self._until):
            self._looking = asyncio.create_task(self._looked(self._look))
        try:
            found = await asyncio.wait_for(asyncio.shield(self._looking), self._patience)
        except TimeoutError:
            return f"the index or the model does not answer within {self._patience:g} s"
        return "the server is being stopped" if self._closing.told else found

    async def _looked(self, look: Look) -> str:
        try:
            return await asyncio.to_thread(look)
        finally:
            self._until = monotonic() + _GOOD_FOR
