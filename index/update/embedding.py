"""What is new becomes a segment: passages are embedded, or taken over from where the same words are already."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus import Passage
from index.arrays import FloatArray
from index.encoder import Encoder
from index.encoder.progress import Progress
from index.storage.calibration import Calibration
from index.storage.kept_vectors import Origin, PassageWriter
from index.storage.manifest import SegmentFacts
from index.storage.segment_writer import SegmentWriter
from index.storage.snapshot import Snapshot
from index.update.passage_coder import NO_TOKENS, PassageCoder
from index.update.plan import Incoming, Plan
from index.update.spool import Spool, Vectors
from index.update.workers import LOCAL, Workers

_AT_ONCE = 2048  # passages that are in memory with their token vectors; where others help, some more
_LONG = 256  # passages; what takes longer to embed is worth keeping in case it is interrupted

Write = Callable[[Incoming, FloatArray, list[NDArray[np.uint8]]], None]
"""Takes a document with the vectors of its passages, shape (passages, dimension), and each one's token records."""


def write_segment(
    place: Path,
    todo: Plan,
    encoder: Encoder,
    late_interaction: bool,
    measured: Calibration,
    old: Snapshot | None,
    progress: Progress,
    vectors: PassageWriter | None = None,
    workers: Workers = LOCAL,
) -> tuple[SegmentFacts, int]:
    """Write what ``todo`` brings into the new folder ``place``, and take away the words of what goes.

    ``vectors`` takes the vectors; None: they become files of the segment. The segment, and how many passages had been
    embedded before by an update that was interrupted. Raises OSError and whatever the encoder or ``workers`` raise
    unchanged.
    """
    with ExitStack() as stack:
        writer = stack.enter_context(SegmentWriter(place, encoder.dimension, late_interaction, vectors))

        def write(incoming: Incoming, whole: FloatArray, tokens: list[NDArray[np.uint8]]) -> None:
            origins = [Origin(old.segments[each[0]], each[1]) if old and each else None for each in incoming.known]
            writer.add(incoming.document, incoming.digest, incoming.stamp, incoming.passages, whole, tokens, origins)

        coder = PassageCoder(encoder, late_interaction, measured)
        filler = _Filler(coder, old, write, progress, todo.embedded)
        filler.fetches = vectors is None or not vectors.takes_over
        if todo.embedded > _LONG:
            identity = f"{encoder.digest} {hashlib.sha256(measured.pack()).hexdigest()} {late_interaction}"
            filler.spool = stack.enter_context(Spool(place.parent, identity, encoder.dimension, coder.width))
        filler.fill(todo.incoming, workers)
        if old:
            for name in (*todo.changed, *todo.removed):
                segment, number = old.catalogue[name]
                for row in old.segments[segment].rows_of(number):
                    writer.tally.count(old.segments[segment].passage(row), -1)
        return writer.finish(), filler.recovered


def _windows(incoming: Sequence[Incoming]) -> Iterator[list[Incoming]]:
    """As many documents at a time as make some :data:`_AT_ONCE` passages."""
    window: list[Incoming] = []
    passages = 0
    for each in incoming:
        window.append(each)
        passages += len(each.passages)
        if passages >= _AT_ONCE:
            yield window
            window, passages = [], 0
    if window:
        yield window


@dataclass(slots=True)
class _Window:
    """Some documents whose passages are being embedded."""

    incoming: Sequence[Incoming]
    coded: list[tuple[FloatArray, list[NDArray[np.uint8]]]]  # of each: vectors, and each passage's token records
    fresh: list[tuple[int, int]]  # document and passage of those to embed
    left: int  # of these


class _Filler:
    """Fills windows with what an index keeps of their passages, and hands them on in their order."""

    def __init__(self, coder: PassageCoder, old: Snapshot | None, write: Write, progress: Progress, total: int) -> None:
        self._coder, self._old, self._write = coder, old, write
        self._progress, self._total = progress, total
        self._open: deque[_Window] = deque()  # in order; the first one is not yet full
        self._asked: dict[int, _Window] = {}  # those that somebody works on, by the numbers they were given
        self.spool: Spool | None = None
        self.fetches = True  # whether what is taken over is wanted with its vectors
        self.recovered = 0

    def fill(self, incoming: Sequence[Incoming], workers: Workers) -> None:
        """Let ``workers`` embed what is to be embedded of ``incoming``, and hand all of it on."""
        for number, part in workers.embed(self._to_embed(incoming), self._coder, self._report):
            window = self._asked[number]
            for at, vectors in part:
                document, row = window.fresh[at]
                window.coded[document][0][row], window.coded[document][1][row] = vectors
                window.left -= 1
                if self.spool is not None:
                    self.spool.add(window.incoming[document].passages[row], vectors)
            if self.spool is not None:
                self.spool.flush()
            if not window.left:
                del self._asked[number]
            self._hand_on()
        self._hand_on()

    def _to_embed(self, incoming: Sequence[Incoming]) -> Iterator[list[Passage]]:
        """The passages to embed, a window after the other; where there are none, it is not told of."""
        number = 0
        for each in _windows(incoming):
            window = self._opened(each)
            self._open.append(window)
            self._hand_on()
            if window.fresh:
                self._asked[number] = window
                number += 1
                yield [each[document].passages[row] for document, row in window.fresh]

    def _opened(self, window: Sequence[Incoming]) -> _Window:
        """``window`` with what is known of its passages."""
        coded: list[tuple[FloatArray, list[NDArray[np.uint8]]]] = [
            (
                np.empty((len(each.passages), self._coder.encoder.dimension), np.float32),
                [NO_TOKENS] * len(each.passages),
            )
            for each in window
        ]
        fresh: list[tuple[int, int]] = []
        taken_over: dict[tuple[int, int], tuple[int, int]] = {}
        for at, incoming in enumerate(window):
            for row, known in enumerate(incoming.known):
                if known:
                    taken_over[at, row] = known
                elif found := self._recovered(incoming.passages[row]):
                    coded[at][0][row], coded[at][1][row] = found
                else:
                    fresh.append((at, row))
        if self._old and self.fetches:
            for (at, row), kept in zip(taken_over, self._old.vectors_at(list(taken_over.values())), strict=True):
                coded[at][0][row], coded[at][1][row] = kept
        return _Window(window, coded, fresh, len(fresh))

    def _hand_on(self) -> None:
        """Write the first windows, as far as they are full."""
        while self._open and not self._open[0].left:
            window = self._open.popleft()
            for incoming, (vectors, tokens) in zip(window.incoming, window.coded, strict=True):
                self._write(incoming, vectors, tokens)

    def _report(self, done: int) -> None:
        self._progress(self.recovered + done, self._total)

    def _recovered(self, passage: Passage) -> Vectors | None:
        """What an update that was interrupted had made of ``passage``."""
        found = self.spool.find(passage) if self.spool is not None else None
        if found:
            self.recovered += 1
        return found
