"""``python -m qa.training.reading_figures PUBLIC``: how well the reader that ships reads articles it has not seen.

Two tables over the held-out articles of public sets, by the languages of question and passage, each figure with its
95 % interval. The first is the task of SQuAD (Rajpurkar et al. 2018, https://arxiv.org/abs/1806.03822): of the
paragraph that a question is asked of, the stretch that answers, by exact match and F1, beside the best sentence by late
interaction, which needs no training. "At the best bound" is, as there, the bound of what is refused that is best for
these very questions. The second is that of NoMIRACL (Thakur et al. 2023,
https://arxiv.org/abs/2312.11361): ten passages, one of which answers or none; which questions to refuse.
"""

import argparse
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.metrics import roc_auc_score

from corpus import language_of
from index import FloatArray, SentenceEncoder
from index.arrays import unit
from qa.reading.offline_reader import OfflineReader, answering, best_span
from qa.reading.pairs import pair_of
from qa.training.examples import Asked, Read, is_held_out, public_questions
from qa.training.train import HELD_OUT

_TOGETHER = 10  # passages of a case of the second table
_REFUSED = 0.05  # of the questions that are answered
_RESAMPLES = 1_000
_EDGES = " .,;:!?。，；：！？、“”\"'()（）《》"


@dataclass(frozen=True, slots=True)
class Said:
    """What was made of a question."""

    logit: float  # that the best passage answers
    text: str  # what it says


def held_out(folder: Path, most: int) -> Iterator[Asked]:
    """At most so many questions of each file, of articles that nothing is learned from."""
    for path in sorted(folder.glob("*.jsonl.gz")):
        found = [each for each in public_questions(path, 10**9) if is_held_out(each.group, HELD_OUT["public"])]
        yield from random.Random(0).sample(found, min(most, len(found)))


def read(reader: OfflineReader, question: str, passages: Sequence[Read]) -> Said:
    """The best stretch of the best of ``passages``."""
    pairs = [pair_of(reader.tokenizer, question, each.before, each.text) for each in passages]
    logits = dict(reader.logits(pairs))
    best = max(logits, key=lambda at: answering(logits[at]))
    _, span = best_span(pairs[best], logits[best])
    return Said(answering(logits[best]), passages[best].text[slice(*span)])


def best_sentence(encoder: SentenceEncoder, question: str, passages: Sequence[Read]) -> Said:
    """The sentence that late interaction finds: the mean of what each token of the question finds in it."""
    sentences = [each.text[slice(*unit)] for each in passages for unit in each.units]
    (asked,) = encoder.encode_questions([question])
    found = dict(encoder.encode_passages(sentences))
    scores = [_maxsim(asked.tokens, found[at].tokens, asked.weights) for at in range(len(sentences))]
    return Said(max(scores), sentences[int(np.argmax(scores))])


def _maxsim(question: FloatArray, passage: FloatArray, weights: FloatArray) -> float:
    if not len(passage):
        return -1.0
    return float((unit(question) @ unit(passage).T).max(axis=1) @ weights / weights.sum())


def words_of(text: str) -> list[str]:
    """The words of an answer as SQuAD compares them; of Chinese the characters."""
    text = re.sub(r"\b(?:a|an|the)\b", " ", text.casefold())
    return re.findall(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+", text)


def f1(said: str, right: str) -> float:
    """How far the words of two answers are the same."""
    one, other = words_of(said), words_of(right)
    common = sum((Counter(one) & Counter(other)).values())
    return 2 * common / (len(one) + len(other)) if common else float(one == other)


def directions(questions: Sequence[Asked]) -> dict[str, list[Asked]]:
    """By the languages of question and passage."""
    found: dict[str, list[Asked]] = {}
    for asked in questions:
        text = " ".join(each.text for each in asked.passages)
        found.setdefault(f"{asked.language}-{language_of(text)}", []).append(asked)
    return dict(sorted(found.items()))


def squad_table(reader: OfflineReader, encoder: SentenceEncoder, questions: Sequence[Asked]) -> Table:
    """The first table."""
    columns = ("answered", "F1", "exact", "F1 of the best sentence", "not answered", "area", "F1 at the best bound")
    table = Table("languages", *columns, title="The stretch that answers")
    for name, members in directions(questions).items():
        known = [asked for asked in members if asked.answered]
        others = [asked for asked in members if not asked.answered]
        right = [next(each.text[slice(*each.answer)] for each in a.passages if each.answer[0] >= 0) for a in known]
        said = [read(reader, asked.question, asked.passages) for asked in members]
        of = dict(zip(map(id, members), said, strict=True))
        scores = [f1(of[id(asked)].text, answer) for asked, answer in zip(known, right, strict=True)]
        exact = [float(words_of(of[id(a)].text) == words_of(answer)) for a, answer in zip(known, right, strict=True)]
        plain = [
            f1(best_sentence(encoder, asked.question, asked.passages).text, answer)
            for asked, answer in zip(known, right, strict=True)
        ]
        area, whole = "", ""
        if others:
            logits = np.array([of[id(asked)].logit for asked in known + others])
            truth = np.array([1] * len(known) + [0] * len(others))
            area = _interval(list(zip(truth, logits, strict=True)), _area_of_rows)
            values = np.array(scores + [0.0] * len(others))
            bounds = np.quantile(logits, np.linspace(0, 1, 101))
            whole = f"{max(np.where(logits >= bound, values, 1.0 - truth).mean() for bound in bounds):.3f}"
        table.add_row(
            name, str(len(known)), _interval(scores), _interval(exact), _interval(plain), str(len(others)), area, whole
        )
    return table


def refusal_table(reader: OfflineReader, questions: Sequence[Asked], most: int) -> Table:
    """The second table; at most so many questions a pair of languages, each once with and once without its answer."""
    table = Table(
        "languages",
        "questions",
        "area",
        f"refused at {_REFUSED:.0%}",
        title="Ten passages, one of which answers, or none",
    )
    chance = random.Random(0)
    articles: dict[tuple[str, str], dict[str, Read]] = {}
    for asked in questions:
        for each in asked.passages:
            articles.setdefault((asked.group, language_of(each.text)), {})[each.text] = Read(each.before, each.text)
    for name, members in directions([asked for asked in questions if asked.answered]).items():
        pairs = []
        for asked in chance.sample(members, min(most, len(members))):
            right = next(each for each in asked.passages if each.answer[0] >= 0)
            own = {each.text for each in asked.passages}
            answer = right.text[slice(*right.answer)]
            article = articles[asked.group, language_of(right.text)]
            others = [each for text, each in article.items() if text not in own and answer not in text]
            if len(others) < _TOGETHER:
                continue
            beside = chance.sample(others, _TOGETHER)
            pairs.append(
                tuple(read(reader, asked.question, [*beside[:-1], last]).logit for last in (right, beside[-1]))
            )
        if pairs:
            table.add_row(name, str(len(pairs)), _interval(pairs, _area), _interval(pairs, _refused))
    return table


def _area_of_rows(rows: Sequence[tuple[float, float]]) -> float:
    truth, logits = zip(*rows, strict=True)
    return float(roc_auc_score(truth, logits))


def _area(pairs: Sequence[tuple[float, ...]]) -> float:
    known, lacking = map(list, zip(*pairs, strict=True))
    return float(roc_auc_score([1] * len(known) + [0] * len(lacking), known + lacking))


def _refused(pairs: Sequence[tuple[float, ...]]) -> float:
    known, lacking = map(np.array, zip(*pairs, strict=True))
    return float((lacking < np.quantile(known, _REFUSED)).mean())


def _interval(rows: Sequence[object], figure: Callable[..., float] = np.mean) -> str:
    chance = random.Random(0)
    drawn = [figure(chance.choices(rows, k=len(rows))) for _ in range(_RESAMPLES)]
    low, high = np.percentile(drawn, (2.5, 97.5))
    return f"{figure(rows):.3f} ({low:.3f}-{high:.3f})"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("public", type=Path, help="folder of public sets")
    parser.add_argument("--most", type=int, default=150, help="questions of each set, and of each pair of languages")
    chosen = parser.parse_args()
    encoder = SentenceEncoder()
    reader = OfflineReader(encoder)
    questions = list(held_out(chosen.public, chosen.most))
    if not questions:
        sys.exit(f"Error: {chosen.public} holds no set of questions (*.jsonl.gz).")
    console = Console(width=150)
    console.print(squad_table(reader, encoder, questions))
    console.print(refusal_table(reader, questions, chosen.most))


if __name__ == "__main__":
    main()
