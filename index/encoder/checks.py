"""What was handed over as an encoder, and what it returns: checked where it arrives, so that nothing is kept of what is
no vector."""

from collections.abc import Iterator, Sequence

import numpy as np

from corpus.arguments import shown
from corpus.errors import EncoderError
from index.arrays import FloatArray
from index.encoder.encoder import OFFLINE, Encoded, Encoder
from index.encoder.progress import Progress, quiet

_METHODS = ("encode_passages", "encode_questions", "rarity")


def check_encoder(encoder: object) -> None:
    """TypeError where ``encoder`` is none, as the name of one is; no model is loaded for that."""
    lacking = [name for name in _METHODS if not callable(getattr(encoder, name, None))]
    if lacking or isinstance(encoder, type):
        name = repr(encoder) if isinstance(encoder, str) else repr(OFFLINE)
        raise TypeError(f"'encoder' is {shown(encoder)}; expected an Encoder, as SentenceEncoder({name}).")


def encoded_questions(encoder: Encoder, texts: Sequence[str]) -> list[Encoded]:
    """What ``encoder`` makes of the questions ``texts``, in order; :class:`corpus.EncoderError` where that is none."""
    found = encoder.encode_questions(texts)
    if len(found) != len(texts):
        raise _error(encoder, f"{len(found)} results for {len(texts)} questions", "one for each, in order")
    for text, encoded in zip(texts, found, strict=True):
        _check(encoder, text, encoded)
    return found


def encoded_passages(
    encoder: Encoder, texts: Sequence[str], progress: Progress = quiet
) -> Iterator[tuple[int, Encoded]]:
    """Each of the passages ``texts`` with its number, in the order of ``encoder``; :class:`corpus.EncoderError` where
    what it returns is none, or not each of them once."""
    left = set(range(len(texts)))
    heard = () if progress is quiet else (progress,)
    for number, encoded in encoder.encode_passages(texts, *heard) if texts else ():
        if number not in left:
            raise _error(encoder, f"the number {shown(number)} among {len(texts)} passages", "each from 0 on, once")
        left.remove(number)
        _check(encoder, texts[number], encoded)
        yield number, encoded
    if left:
        raise _error(encoder, f"nothing for {len(left)} of {len(texts)} passages", "each of them, with its number")


def rarity_of_words(encoder: Encoder, words: Sequence[str]) -> FloatArray:
    """How much ``encoder`` says that each of ``words`` says, shape (words,); :class:`corpus.EncoderError` where that is
    no number for each."""
    found = np.asarray(encoder.rarity(words), np.float32)
    if found.shape != (len(words),) or not np.isfinite(found).all():
        raise _error(encoder, f"the rarity {shown(found.tolist())} of {len(words)} words", "a finite number for each")
    return found


def _check(encoder: Encoder, text: str, encoded: object) -> None:
    """:class:`corpus.EncoderError` where ``encoded`` is nothing that can be made of ``text``."""
    if not isinstance(encoded, Encoded):
        raise _error(encoder, f"{shown(encoded)} for {shown(text)}", "an Encoded")
    vector, tokens = np.shape(encoded.vector), np.shape(encoded.tokens)
    if vector != (encoder.dimension,):
        wanted = f"({encoder.dimension},), as its 'dimension' says"
        raise _error(encoder, f"a vector of the shape {vector} for {shown(text)}", wanted)
    spans, weights = np.shape(encoded.spans), np.shape(encoded.weights)
    if len(tokens) != 2 or spans != (tokens[0], 2) or weights != tokens[:1]:
        shapes = f"tokens, spans and weights of the shapes {tokens}, {spans} and {weights}"
        raise _error(encoder, f"{shapes} for {shown(text)}", "(tokens, numbers), (tokens, 2) and (tokens,)")
    for name in ("vector", "tokens", "weights"):
        if not np.isfinite(getattr(encoded, name)).all():
            raise _error(encoder, f"{name!r} with NaN or infinite numbers for {shown(text)}", "finite numbers")


def _error(encoder: Encoder, returned: str, expected: str) -> EncoderError:
    return EncoderError(
        f"The encoder {encoder.name!r} returned {returned}; expected {expected}. Mend it, or take another one."
    )
