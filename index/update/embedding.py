"""What is new becomes a segment: passages are embedded, or taken over from where the same words are already."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus import Passage, encoder_text
from index.arrays import FloatArray
from index.encoder import Encoded, Encoder
from index.encoder.progress import Progress
from index.storage.calibration import Calibration
from index.storage.kept_vectors import Origin, PassageWriter
from index.storage.manifest import SegmentFacts
from index.storage.segment_writer import SegmentWriter
from index.storage.snapshot import Snapshot
from index.storage.token_vectors import sentence_numbers, token_records
from index.update.plan import Incoming, Plan
from index.update.spool import Spool, Vectors

_AT_ONCE = 2048  # passages that are in memory with their token vectors
_LONG = 256  # passages; what takes longer to embed is worth keeping in case it is interrupted


def write_segment(
    place: Path,
    todo: Plan,
    encoder: Encoder,
    late_interaction: bool,
    measured: Calibration,
    old: Snapshot | None,
    progress: Progress,
    vectors: PassageWriter | None = None,
) -> tuple[SegmentFacts, int]:
    """Write what ``todo`` brings into the new folder ``place``, and take away the words of what goes.

    ``vectors`` takes the vectors; None: they become files of the segment. The segment, and how many passages had been
    embedded before by an update that was interrupted. Raises OSError and whatever the encoder raises unchanged.
    """
    with ExitStack() as stack:
        writer = stack.enter_context(SegmentWriter(place, encoder.dimension, late_interaction, vectors))
        coder = _Coder(encoder, late_interaction, measured, old, progress, todo.embedded)
        coder.fetches = vectors is None or not vectors.takes_over
        if todo.embedded > _LONG:
            identity = f"{encoder.digest} {hashlib.sha256(measured.pack()).hexdigest()} {late_interaction}"
            coder.spool = stack.enter_context(Spool(place.parent, identity, encoder.dimension, coder.width))
        for window in _windows(todo.incoming):
            for incoming, (whole, tokens) in zip(window, coder.encode(window), strict=True):
                origins = [Origin(old.segments[each[0]], each[1]) if old and each else None for each in incoming.known]
                passages = incoming.passages
                writer.add(incoming.document, incoming.digest, incoming.stamp, passages, whole, tokens, origins)
        if old:
            for name in (*todo.changed, *todo.removed):
                segment, number = old.catalogue[name]
                for row in old.segments[segment].rows_of(number):
                    writer.tally.count(old.segments[segment].passage(row), -1)
        return writer.finish(), coder.recovered


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


class _Coder:
    """Turns passages into what an index keeps of them."""

    def __init__(
        self,
        encoder: Encoder,
        late_interaction: bool,
        measured: Calibration,
        old: Snapshot | None,
        progress: Progress,
        total: int,
    ) -> None:
        self._encoder, self._late, self._old = encoder, late_interaction, old
        self._means, self._four_bits = measured.passages, measured.four_bits()
        self._progress, self._done, self._total = progress, 0, total
        self.width = self._four_bits.size + 1 if late_interaction else 0  # bytes of a token record
        self.spool: Spool | None = None
        self.fetches = True  # whether what is taken over is wanted with its vectors
        self.recovered = 0

    def encode(self, window: Sequence[Incoming]) -> list[tuple[FloatArray, list[NDArray[np.uint8]]]]:
        """Of each document of ``window``: vectors, shape (passages, dimension), and each passage's token records."""
        coded: list[tuple[FloatArray, list[NDArray[np.uint8]]]] = [
            (np.empty((len(each.passages), self._encoder.dimension), np.float32), [_NONE] * len(each.passages))
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
        texts = [encoder_text(window[at].passages[row]) for at, row in fresh]
        for number, encoded in self._encoder.encode_passages(texts, self._report) if texts else ():
            at, row = fresh[number]
            passage = window[at].passages[row]
            vectors = self._vectors_of(passage, encoded)
            coded[at][0][row], coded[at][1][row] = vectors
            if self.spool is not None:
                self.spool.add(passage, vectors)
        if self.spool is not None:
            self.spool.flush()
        self._done += len(texts)
        return coded

    def _report(self, done: int, _: int) -> None:
        self._progress(self._done + done, self._total)

    def _recovered(self, passage: Passage) -> Vectors | None:
        """What an update that was interrupted had made of ``passage``."""
        found = self.spool.find(passage) if self.spool is not None else None
        if found:
            self.recovered += 1
            self._done += 1
        return found

    def _vectors_of(self, passage: Passage, encoded: Encoded) -> Vectors:
        vector = self._means.centred(encoded.vector, passage.language)
        if not self._late:
            return vector, _NONE
        tokens = self._means.centred_tokens(encoded.tokens, passage.language)
        return vector, token_records(self._four_bits.codes(tokens), sentence_numbers(passage, encoded))


_NONE: NDArray[np.uint8] = np.empty((0, 0), np.uint8)
