"""The language is taken out of the vectors, so that what a text says is left.

The vectors of one language lie in a region of their own, and a question is closer to everything in its own
language than to the right passage in the other one. Subtracting each language's mean vector removes most of
that (Libovický et al. 2020, https://arxiv.org/abs/2004.05160). The means are measured once for each model on
a fixed parallel sample that ships with the program: they do not move when the texts of an index change, so
that an update need not touch the vectors of what stayed the same, and no question that is asked or evaluated
has a part in them.
"""

import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import yaml
from platformdirs import user_cache_path

from corpus import LANGUAGES
from index.encoder import Encoder, FloatArray

_SAMPLE = "sample.yaml"
SAMPLE_PASSAGES = 70
"""Passages of each language in the sample."""


@dataclass(frozen=True, slots=True)
class LanguageMeans:
    """Mean unit vector of each language's passages and questions, shape (dimension,) each."""

    passages: Mapping[str, FloatArray]
    questions: Mapping[str, FloatArray]

    def centred_passages(self, vectors: FloatArray, languages: Sequence[str]) -> FloatArray:
        """``vectors`` (n, dimension) without the mean of each one's language, scaled to unit length."""
        return _centred(vectors, languages, self.passages)

    def centred_questions(self, vectors: FloatArray, languages: Sequence[str]) -> FloatArray:
        """The same for questions, whose prompt and form give them means of their own."""
        return _centred(vectors, languages, self.questions)

    def save(self, path: Path) -> None:
        """Write them to the file ``path``."""
        arrays = {f"passages_{name}": mean for name, mean in self.passages.items()}
        arrays |= {f"questions_{name}": mean for name, mean in self.questions.items()}
        with path.open("wb") as stream:
            np.savez(stream, **arrays)  # type: ignore[arg-type]  # numpy's stub wants a bool among them

    @classmethod
    def load(cls, path: Path) -> "LanguageMeans":
        """Read what :meth:`save` wrote."""
        with np.load(path, allow_pickle=False) as arrays:
            return cls(
                {name: arrays[f"passages_{name}"] for name in LANGUAGES},
                {name: arrays[f"questions_{name}"] for name in LANGUAGES},
            )


def _centred(vectors: FloatArray, languages: Sequence[str], means: Mapping[str, FloatArray]) -> FloatArray:
    if not len(vectors):
        return vectors
    shifted = vectors - np.stack([means[language] for language in languages])
    return unit(shifted)


def unit(vectors: FloatArray) -> FloatArray:
    """``vectors`` scaled to length 1 along the last axis; a zero vector stays one."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)


def language_means(encoder: Encoder, cache: Path | None = None) -> LanguageMeans:
    """The means of ``encoder``, measured on the sample once and then kept in the folder ``cache``
    (default: the user's cache folder)."""
    raw = files("index").joinpath(_SAMPLE).read_bytes()
    key = hashlib.sha256(raw + encoder.digest.encode("utf-8")).hexdigest()[:24]
    cache = cache or user_cache_path("foundation-qa", appauthor=False) / "means"
    path = cache / f"{key}.npz"
    try:
        return LanguageMeans.load(path)
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError):
        path.unlink(missing_ok=True)  # a cache may be thrown away: it is measured again
    sample = yaml.safe_load(raw.decode("utf-8"))
    means = LanguageMeans(
        {name: encoder.encode_passages([pair[name] for pair in sample["passages"]]).mean(axis=0) for name in LANGUAGES},
        {
            name: encoder.encode_questions([pair[name] for pair in sample["questions"]]).mean(axis=0)
            for name in LANGUAGES
        },
    )
    _keep(means, path)
    return means


def _keep(means: LanguageMeans, path: Path) -> None:
    """Write the cache file beside and rename it; a cache that cannot be written is done without."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, work = tempfile.mkstemp(dir=path.parent, suffix=".partial")
        os.close(handle)
        means.save(Path(work))
        os.replace(work, path)
    except OSError:
        return
