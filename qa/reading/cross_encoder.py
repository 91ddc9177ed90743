"""Any cross-encoder of sentence-transformers as a reader: it tells whether a passage answers, not where."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from corpus import EncoderError, Passage, encoder_text
from corpus.errors import reason_of
from qa.reading.reader import Reading

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder


class CrossEncoderReader:
    """The cross-encoder ``name``, a folder or a name on the hub; see :class:`qa.reading.Reader`.

    It is loaded when it is first used: :class:`EncoderError` where it cannot be.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = Lock()

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """See :class:`qa.reading.Reader`."""
        if not passages:
            return []
        with self._lock:
            # Without an activation, so that what comes back is a logit whatever the model was trained with.
            scores = self._model.predict(
                [(question, encoder_text(passage)) for passage in passages],
                activation_fn=_nothing_done,
                show_progress_bar=False,
            )
        logits = np.asarray(scores).reshape(len(passages), -1)[:, -1]
        return [Reading(answers=float(logit), said=(0, 0), located=0.0, sentences=()) for logit in logits]

    @cached_property
    def _model(self) -> "CrossEncoder":
        from sentence_transformers import CrossEncoder

        try:
            return CrossEncoder(self.name, local_files_only=Path(self.name).is_dir())
        except Exception as error:  # the libraries raise all kinds, down to bare Exception, at a damaged file
            raise EncoderError(
                f"The reader {self.name!r} cannot be loaded: {reason_of(error)}. "
                f"Set 'reader' to 'offline', to 'none', to the folder of a cross-encoder of "
                f"sentence-transformers, or to a name on the hub that this machine can reach."
            ) from error


def _nothing_done(scores):  # type: ignore[no-untyped-def]  # tensors; torch is not imported for this
    return scores
