"""An encoder that keeps what it made of passages: encoding a thousand of them takes longer than what is tested."""

from collections.abc import Iterator, Sequence

from index import FloatArray
from index.encoder import Encoded, Encoder
from index.encoder.progress import Progress, quiet


class RememberingEncoder:
    """``encoder``, which is asked once for each passage."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._kept: dict[str, Encoded] = {}

    @property
    def name(self) -> str:
        return self._encoder.name

    @property
    def digest(self) -> str:
        return self._encoder.digest

    @property
    def dimension(self) -> int:
        return self._encoder.dimension

    def encode_passages(self, texts: Sequence[str], progress: Progress = quiet) -> Iterator[tuple[int, Encoded]]:
        new = list(dict.fromkeys(text for text in texts if text not in self._kept))
        for number, encoded in self._encoder.encode_passages(new, progress):
            self._kept[new[number]] = encoded
        yield from ((number, self._kept[text]) for number, text in enumerate(texts))

    def encode_questions(self, texts: Sequence[str]) -> list[Encoded]:
        return self._encoder.encode_questions(texts)

    def rarity(self, words: Sequence[str]) -> FloatArray:
        return self._encoder.rarity(words)
