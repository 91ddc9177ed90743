"""What was handed over as a reader, and what it says of passages: checked before anything is made of it."""

import math
from collections.abc import Sequence

from corpus import EncoderError, Passage
from corpus.arguments import shown
from qa.reading.reader import Reader, Reading


def check_reader(reader: object) -> None:
    """TypeError where ``reader`` is none."""
    if not callable(getattr(reader, "read", None)) or isinstance(reader, type):
        raise TypeError(f"'reader' is {shown(reader)}; expected a Reader, or the name of one, as 'offline' or 'none'.")


class CheckedReader:
    """What ``reader`` says; see :class:`qa.reading.Reader`. :class:`corpus.EncoderError` where that is no reading, or
    not one of each passage."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    @property
    def name(self) -> str:
        """How a person names it."""
        return str(getattr(self._reader, "name", type(self._reader).__name__))

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """See :class:`qa.reading.Reader`."""
        readings = self._reader.read(question, passages)
        if len(readings) != len(passages):
            raise self._error(f"{len(readings)} readings of {len(passages)} passages", "one of each, in order")
        for passage, reading in zip(passages, readings, strict=True):
            self._check(passage, reading)
        return readings

    def _check(self, passage: Passage, reading: object) -> None:
        if not isinstance(reading, Reading):
            raise self._error(f"{shown(reading)} of a passage", "a Reading")
        said = (reading.answers, reading.located, *reading.sentences)
        if any(map(math.isnan, said)):
            raise self._error(f"NaN in {reading!r} of {shown(passage.text)}", "numbers")
        if len(reading.sentences) not in (0, len(passage.sentences)):
            counts = f"{len(reading.sentences)} 'sentences' of a passage that has {len(passage.sentences)}"
            raise self._error(f"{counts}, {shown(passage.text)}", "one number of each, or none")

    def _error(self, returned: str, expected: str) -> EncoderError:
        return EncoderError(
            f"The reader {self.name!r} returned {returned}; expected {expected}. Mend it, or set 'reader' to 'offline' "
            f"or 'none'."
        )
