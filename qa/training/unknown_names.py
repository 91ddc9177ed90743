"""``python -m qa.training.unknown_names``: fit which words that no text holds are what a question asks about.

See :mod:`qa.unknown_names`. Fitted to questions about learned subjects: those of ``named_questions.jsonl``, those
that texts answer in the language in which they are asked, and those of these that can be asked of a name that no text
holds (made of the same syllables each time: what is told of these says less than what is told of others). Every figure
is of held-out subjects and of the built-in texts, which nothing was fitted to; in brackets its 95 % interval, subjects
drawn anew.
"""

import argparse
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from corpus import LANGUAGES, Document, split
from index import FloatArray, SentenceEncoder
from index.search.query import Query
from index.storage.word_counts import Tally, Vocabulary
from qa.evaluation.intervals import mean_interval, shown
from qa.question_frames import FrameMap
from qa.question_names import names_asked_for
from qa.training.asked_pools import Pool, built_in_pool, own_pools, with_invented_names
from qa.training.definition_questions import encoded
from qa.training.named_questions import NamedQuestion, load_named_questions
from qa.training.train import OWN
from qa.unknown_names import EVEN, FILE, frame_of_word, is_held, unknown_words

UNSEEN = OWN.parent / "unseen"
_STRENGTH = 10.0  # inverse of the regularization
_PARTS = 13  # folders of learned subjects, with some 130 texts each
_ANSWERED = 4_000  # questions that those answer, in the language in which they are asked
KINDS = ("other", "invented", "passing", "answer")
"""Of questions, see :class:`qa.training.asked_pools.PoolQuestion`; the last two do not ask about such a name."""


@dataclass(frozen=True, slots=True)
class NamingQuestion:
    """A question to the texts of a folder, and the names in it that none of them holds."""

    subject: str
    language: str
    kind: str  # one of KINDS
    text: str
    names: tuple[str, ...]  # that were put there; the question asks about them if it is of the kind "other"
    knows: Callable[[str], bool]  # whether one of those texts holds a word


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """A word of a question that no text holds."""

    question: NamingQuestion
    frame: FloatArray  # see qa.unknown_names.frame_of_word
    asked: bool  # whether the question asks about what it names


def naming_questions(pools: Sequence[Pool], named: Sequence[NamedQuestion], most: int) -> list[NamingQuestion]:
    """Those of ``named`` on a text of ``pools``; at most so many of those that ``pools`` answer in the language in
    which they are asked (a name that the texts write in another script is in none, though they may tell of it); and of
    those half as many with a name exchanged for one that no text holds."""
    of_subject = defaultdict(list)
    for each in named:
        of_subject[each.subject].append(each)
    found, answered = [], []
    for pool in with_invented_names(pools, most // 2):
        knows = _vocabulary(pool.documents).knows
        known = [asked for asked in pool.questions if asked.gold and not asked.history]
        for asked in known:
            if any(place.startswith(f"{asked.language}/") for place in asked.gold):
                answered.append(NamingQuestion(asked.group, asked.language, "answer", asked.question, (), knows))
        found += [
            NamingQuestion(asked.group, asked.language, "invented", asked.question, (), knows)
            for asked in pool.questions
            if asked.label == "invented"
        ]
        for subject in sorted({asked.group for asked in known}):
            for each in of_subject[subject]:
                found.append(NamingQuestion(subject, each.language, "passing", each.passing, each.passing_names, knows))
                found.append(NamingQuestion(subject, each.language, "other", each.other, each.other_names, knows))
    return [*found, *random.Random(0).sample(answered, min(most, len(answered)))]


def _vocabulary(documents: Sequence[Document]) -> Vocabulary:
    tally = Tally()
    for document in documents:
        for passage in split(document):
            tally.count(passage)
    return Vocabulary([tally.table()])


def words_of(questions: Sequence[NamingQuestion], encoder: SentenceEncoder) -> list[UnknownWord]:
    """The words of ``questions`` that no text holds."""
    queries = encoded((each.text for each in questions), encoder)
    return [word for each, query in zip(questions, queries, strict=True) for word in _words(each, query)]


def _words(question: NamingQuestion, query: Query) -> Iterator[UnknownWord]:
    folded = query.text.casefold()
    starts = [(folded.find(name.casefold()), len(name)) for name in question.names]
    places = [(start, start + length) for start, length in starts if start >= 0]
    strange = [name for name in names_asked_for(query.text) if not is_held(name, question.knows)]
    for at in unknown_words(query, question.knows, strange):
        start, end = query.words[at].start, query.words[at].start + len(query.words[at].text)
        named = any(start < last and first < end for first, last in places)
        frame = frame_of_word(query, at, strange)
        asked = named if question.kind == "other" else question.kind == "invented" and bool(frame[-1])
        yield UnknownWord(question, frame, asked)


def fit(words: Sequence[UnknownWord]) -> FrameMap:
    """A map that tells those that are asked about from others."""
    model = LogisticRegression(C=_STRENGTH, max_iter=3000)
    model.fit(np.array([word.frame for word in words]), [word.asked for word in words])
    return FrameMap(np.asarray(model.coef_[0], np.float32), float(model.intercept_[0]))


def figures(fitted: FrameMap, questions: Sequence[NamingQuestion], words: Sequence[UnknownWord]) -> Iterator[str]:
    """A line for each language: how well the most likely word of each question tells of which kind that is."""
    sure = dict.fromkeys(questions, 0.0)
    for word in words:
        sure[word.question] = max(sure[word.question], fitted.probability(word.frame) or 0.0)
    for language in LANGUAGES:
        own = [each for each in questions if each.language == language]
        of_kind = {kind: members for kind in KINDS if (members := [each for each in own if each.kind == kind])}
        others = [sure[each] for each in of_kind["other"]]
        parts = []
        for kind, members in of_kind.items():
            values = [sure[each] for each in members]
            taken = [value > EVEN for value in values]
            ends = mean_interval(taken, [each.subject for each in members])
            parts.append(f"{kind} ({len(members)}): {shown(float(np.mean(taken)), ends, digits=3)} asked about")
            if kind in KINDS[2:]:
                truth = [1] * len(others) + [0] * len(values)
                parts[-1] += f", area {roc_auc_score(truth, others + values):.3f}"
        yield f"{language}: {'; '.join(parts)}"


def main() -> None:
    """Fit, print how well that tells questions to texts of other subjects apart, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=FILE)
    options = parser.parse_args()
    named, encoder = load_named_questions(), SentenceEncoder()
    learned = naming_questions(own_pools((OWN, UNSEEN), _PARTS, held_out=False), named, _ANSWERED)
    fitted = fit(words_of(learned, encoder))
    held_out = naming_questions([*own_pools(), built_in_pool()], named, sys.maxsize)
    for line in figures(fitted, held_out, words_of(held_out, encoder)):
        sys.stdout.write(f"{line}\n")
    fitted.write(options.output)


if __name__ == "__main__":
    main()
