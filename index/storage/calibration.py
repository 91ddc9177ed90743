"""What is measured of a model once, so that its vectors do not care about the language.

The vectors of one language lie in a region of their own, and a question is closer to everything in its own
language than to the right passage in the other one. Subtracting each language's mean vector removes most of
that (Libovický et al. 2020, https://arxiv.org/abs/2004.05160). What is left: the similarity of a question and
the passage that answers it is smaller across the languages than within one. By how much is measured too, and
evened out when passages of both languages are ranked together (see :mod:`index.search.ranking`).

All this is measured on a fixed parallel sample that ships with the program. It does not move when the texts
of an index change, so that an update need not touch what stayed the same, and no question that is asked or
evaluated has a part in it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import yaml
from numpy.typing import NDArray

from corpus import LANGUAGES
from index.arrays import FloatArray, unit
from index.disk import replace_file
from index.encoder import Encoded, Encoder
from index.encoder.checks import encoded_passages, encoded_questions
from index.encoder.progress import Progress, quiet
from index.matching.four_bits import FourBits
from index.matching.maxsim import best_matches
from index.matching.token_pooling import TOKEN_SHARE, pool_tokens
from index.storage.files import pack_arrays
from index.storage.token_vectors import OUTSIDE, PassageTokens
from index.user_folders import cache_folder

_SAMPLE = "sample.yaml"
_VERSION = 5
"""Raised when the calibration measures something else, so that a cached one is not taken for it."""

_BALANCE = 0.6
"""How much of the measured difference between the languages is evened out: 0 nothing, 1 all.

All would rank the best passage of the other language as high as the best one of the question's own, also
where only one of them answers; chosen on development questions, see MEASUREMENTS, "Retrieval".
"""

_ANCHORS = 24  # passages of each language that say what score is usual for a question


@dataclass(frozen=True, slots=True)
class Means:
    """Mean vectors of each language, shape (dimension,) each, for texts in one role (questions or passages)."""

    vectors: Mapping[str, FloatArray]  # of whole texts
    tokens: Mapping[str, FloatArray]

    def centred(self, vector: FloatArray, language: str) -> FloatArray:
        """The vector of a text, shape (dimension,), without what it owes to its language, unit length."""
        return unit(vector - self.vectors[language])

    def centred_tokens(self, tokens: FloatArray, language: str) -> FloatArray:
        """The same for its token vectors, shape (tokens, dimension)."""
        return unit(tokens - self.tokens[language])


@dataclass(frozen=True, slots=True)
class Standing:
    """How far passages stand out above the usual score: the one that answers, and the best of the others."""

    right: float
    wrong: float

    def score(self, lead: float) -> float:
        """A lead over the usual score, as a number from 0 to 1.

        It is .9 where the passages of the sample that answer stand on average, .1 where the best of those
        stands that do not, and .5 in the middle (a logistic curve through these points).
        """
        return float(self.scores(np.array([lead]))[0])

    def scores(self, leads: NDArray[np.floating]) -> NDArray[np.float64]:
        """:meth:`score` of each of ``leads``, in their shape, which may be any."""
        middle, spread = (self.right + self.wrong) / 2, max((self.right - self.wrong) / 2, 1e-6)
        return np.asarray(1 / (1 + np.exp(-np.clip((leads - middle) / spread, -20, 20) * np.log(9))), np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What the sample says about a model."""

    questions: Means
    passages: Means
    across: Mapping[str, float]  # question language -> factor that makes leads in the other language comparable
    late: Standing  # of late interaction, within a language
    dense: Standing  # of whole vectors, within a language
    lowest: FloatArray  # of the centred token vectors, (dimension,): the range that four bits are spread over
    highest: FloatArray
    anchors: Mapping[str, PassageTokens]  # language -> the sample's first passages: they say what score is usual
    token_share: float  # of the token vectors of a passage, see index.matching.token_pooling; of the anchors, too

    def four_bits(self) -> FourBits:
        """What writes and reads centred token vectors."""
        return FourBits(self.lowest, self.highest)

    def pack(self) -> bytes:
        """It as the bytes of a file."""
        arrays: dict[str, Any] = {"lowest": self.lowest, "highest": self.highest}
        arrays["token_share"] = np.float64(self.token_share)
        arrays["standing"] = np.array([self.late.right, self.late.wrong, self.dense.right, self.dense.wrong])
        for language in LANGUAGES:
            arrays[f"across_{language}"] = np.float64(self.across[language])
            arrays[f"anchors_{language}"] = self.anchors[language].vectors.astype(np.float16)
            arrays[f"starts_{language}"] = self.anchors[language].starts
            for role, means in (("questions", self.questions), ("passages", self.passages)):
                arrays[f"{role}_vectors_{language}"] = means.vectors[language]
                arrays[f"{role}_tokens_{language}"] = means.tokens[language]
        return pack_arrays(**arrays)

    @classmethod
    def load(cls, path: Path) -> "Calibration":
        """Read a file of what :meth:`pack` packed."""
        # A stream of our own: NumPy leaves its one open where the file is damaged.
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            means = [
                Means(
                    {language: arrays[f"{role}_vectors_{language}"] for language in LANGUAGES},
                    {language: arrays[f"{role}_tokens_{language}"] for language in LANGUAGES},
                )
                for role in ("questions", "passages")
            ]
            standing = [float(value) for value in arrays["standing"]]
            return cls(
                questions=means[0],
                passages=means[1],
                across={language: float(arrays[f"across_{language}"]) for language in LANGUAGES},
                late=Standing(*standing[:2]),
                dense=Standing(*standing[2:]),
                lowest=arrays["lowest"],
                highest=arrays["highest"],
                token_share=float(arrays["token_share"]),
                anchors={
                    language: _anchors(arrays[f"anchors_{language}"].astype(np.float32), arrays[f"starts_{language}"])
                    for language in LANGUAGES
                },
            )


def _anchors(vectors: FloatArray, starts: NDArray[np.int64]) -> PassageTokens:
    return PassageTokens(vectors, starts, np.full(len(vectors), OUTSIDE, np.uint32))


def calibration(
    encoder: Encoder, cache: Path | None = None, progress: Progress = quiet, token_share: float = TOKEN_SHARE
) -> Calibration:
    """The calibration of ``encoder``, where ``token_share`` of a passage's token vectors are kept: measured on the
    sample once, then kept in the folder ``cache`` (default: the user's cache folder)."""
    raw = files("index.storage").joinpath(_SAMPLE).read_bytes()
    key = hashlib.sha256(raw + f"{_VERSION} {token_share} {encoder.digest}".encode()).hexdigest()[:24]
    path = (cache or cache_folder() / "calibrations") / f"{key}.npz"
    try:
        return Calibration.load(path)
    except (OSError, EOFError, ValueError, KeyError, BadZipFile):
        pass  # a cache may be missing or damaged: it is measured again
    measured = _measure(encoder, yaml.safe_load(raw.decode("utf-8")), progress, token_share)
    with suppress(OSError):  # a cache that cannot be written is done without
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, measured.pack(), durable=False, private=True)
    return measured


def _measure(encoder: Encoder, sample: dict[str, Any], progress: Progress, token_share: float) -> Calibration:
    passages = _encoded(encoder, [entry[name] for name in LANGUAGES for entry in sample["passages"]], progress)
    asked = encoded_questions(encoder, [entry[f"asked_{name}"] for name in LANGUAGES for entry in sample["passages"]])
    other = encoded_questions(encoder, [entry[name] for name in LANGUAGES for entry in sample["questions"]])
    of_passages = _means(_by_language(passages))
    of_questions = _means({name: [*_by_language(asked)[name], *_by_language(other)[name]] for name in LANGUAGES})
    tokens = {
        name: [_pooled(of_passages.centred_tokens(text.tokens, name), token_share) for text in members]
        for name, members in _by_language(passages).items()
    }
    late, dense = {}, {}
    for name, questions in _by_language(asked).items():
        for passage_language, members in _by_language(passages).items():
            late[name, passage_language] = _standing(
                _late_scores(questions, tokens[passage_language], of_questions, name)
            )
            ours = np.stack([of_questions.centred(question.vector, name) for question in questions])
            theirs = np.stack([of_passages.centred(text.vector, passage_language) for text in members])
            dense[name, passage_language] = _standing(ours @ theirs.T)
    everything = np.concatenate([part for parts in tokens.values() for part in parts])
    return Calibration(
        questions=of_questions,
        passages=of_passages,
        across={name: _across(late, name) for name in LANGUAGES},
        late=_mean_standing([late[name, name] for name in LANGUAGES]),
        dense=_mean_standing([dense[name, name] for name in LANGUAGES]),
        lowest=everything.min(axis=0),
        highest=everything.max(axis=0),
        anchors={
            name: _anchors(np.concatenate(parts[:_ANCHORS]), np.cumsum([0, *(len(part) for part in parts[:_ANCHORS])]))
            for name, parts in tokens.items()
        },
        token_share=token_share,
    )


def _pooled(tokens: FloatArray, share: float) -> FloatArray:
    vectors, _ = pool_tokens(tokens, np.full(len(tokens), OUTSIDE, np.uint32), share)
    return vectors


def _encoded(encoder: Encoder, texts: Sequence[str], progress: Progress) -> list[Encoded]:
    encoded = dict(encoded_passages(encoder, texts, progress))
    return [encoded[at] for at in range(len(texts))]


def _by_language(texts: Sequence[Encoded]) -> dict[str, Sequence[Encoded]]:
    share = len(texts) // len(LANGUAGES)
    return {name: texts[number * share : (number + 1) * share] for number, name in enumerate(LANGUAGES)}


def _means(texts: Mapping[str, Sequence[Encoded]]) -> Means:
    return Means(
        {name: np.mean([text.vector for text in members], axis=0) for name, members in texts.items()},
        {name: np.concatenate([text.tokens for text in members]).mean(axis=0) for name, members in texts.items()},
    )


def _late_scores(questions: Sequence[Encoded], tokens: Sequence[FloatArray], means: Means, language: str) -> FloatArray:
    """Late interaction of each question with each passage, shape (questions, passages)."""
    joined, starts = np.concatenate(tokens), np.cumsum([0, *(len(part) for part in tokens)])
    scores = []
    for question in questions:
        nearest = best_matches(joined @ means.centred_tokens(question.tokens, language).T, starts)
        scores.append(nearest @ question.weights / question.weights.sum())
    return np.stack(scores)


def _standing(scores: FloatArray) -> Standing:
    """How far question i's passage i stands above the mean of its row, and how far the best of the others."""
    leads = scores - scores.mean(axis=1, keepdims=True)
    right = leads.diagonal().mean()
    np.fill_diagonal(leads, -np.inf)
    return Standing(float(right), float(leads.max(axis=1).mean()))


def _mean_standing(members: Sequence[Standing]) -> Standing:
    right = float(np.mean([member.right for member in members]))
    # A model for which right and wrong look alike still needs an order.
    return Standing(right, min(float(np.mean([member.wrong for member in members])), 0.9 * right))


def _across(late: Mapping[tuple[str, str], Standing], language: str) -> float:
    """The factor by which leads of passages in another language are raised, for questions in ``language``."""
    others = [late[language, name].right for name in LANGUAGES if name != language]
    # A model that does not know all languages tells nothing across: it is not believed more than twice.
    ratio = late[language, language].right / max(sum(others) / len(others), 1e-6)
    return float(min(2.0, max(1.0, ratio**_BALANCE)))
