"""An encoder that keeps what it made of passages: encoding a thousand of them takes longer than what is tested."""

from collections.abc import Iterator, Sequence
from typing import Any

from index.encoder import Encoded, Encoder
from index.encoder.progress import Progress, quiet


class RememberingEncoder:
    """``encoder``, which is asked once for each passage."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._kept: dict[str, Encoded] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)

    def encode_passages(self, texts: Sequence[str], progress: Progress = quiet) -> Iterator[tuple[int, Encoded]]:
        new = list(dict.fromkeys(text for text in texts if text not in self._kept))
        for number, encoded in self._encoder.encode_passages(new, progress):
            self._kept[new[number]] = encoded
        yield from ((number, self._kept[text]) for number, text in enumerate(texts))
