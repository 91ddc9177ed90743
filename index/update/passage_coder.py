"""Passages become what an index keeps of them, by the model: a vector, and the records of their tokens."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus import Passage, encoder_text
from index.encoder import Encoded, Encoder
from index.encoder.checks import encoded_passages
from index.encoder.progress import Progress, quiet
from index.matching.token_pooling import pool_tokens
from index.storage.calibration import Calibration
from index.storage.token_vectors import record_size, sentences_of, token_records
from index.update.spool import Vectors

NO_TOKENS: NDArray[np.uint8] = np.empty((0, 0), np.uint8)
"""The token records of a passage in an index without late interaction."""


class PassageCoder:
    """Codes passages with ``encoder`` and what was ``measured`` of it; without ``late_interaction`` whole vectors
    alone."""

    def __init__(self, encoder: Encoder, late_interaction: bool, measured: Calibration) -> None:
        self.encoder, self.late_interaction, self.measured = encoder, late_interaction, measured
        self._means, self._four_bits = measured.passages, measured.four_bits()
        self.width = record_size(self._four_bits.size) if late_interaction else 0  # bytes of a token record

    def coded(self, passages: Sequence[Passage], progress: Progress = quiet) -> Iterator[tuple[int, Vectors]]:
        """Each of ``passages`` with its number there, in the order of the encoder.

        :class:`corpus.EncoderError` where what it returns is no vector.
        """
        texts = [encoder_text(passage) for passage in passages]
        for number, encoded in encoded_passages(self.encoder, texts, progress):
            yield number, self._vectors_of(passages[number], encoded)

    def _vectors_of(self, passage: Passage, encoded: Encoded) -> Vectors:
        vector = self._means.centred(encoded.vector, passage.language)
        if not self.late_interaction:
            return vector, NO_TOKENS
        tokens = self._means.centred_tokens(encoded.tokens, passage.language)
        pooled = pool_tokens(tokens, sentences_of(passage, encoded), self.measured.token_share)
        return vector, token_records(self._four_bits.codes(pooled[0]), pooled[1])
