"""A question becomes a cited answer. No language model is involved: an answer is made of quotes."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpus import Passage, Span, language_of, readable, width
from index import Encoder, FloatArray, Hit, PassageIndex, Snapshot
from index.searching import search
from qa import phrases
from qa.answer import Answer, Citation

RETRIEVED = 6  # passages whose sentences are looked at
QUOTES = 3  # at most, in one answer
_PASSAGE_SHARE = 0.5  # how much of a sentence's score is that of its passage
_NEAR = 0.8  # a further quote must score at least this share of the best one
_ANSWERABLE = 0.18  # the best sentence of an answerable question scores more
_REFERRING = re.compile(
    r"\b(?:it|its|that|this|they|them|their|those|these|he|she|one|about|so|then|after|before|else)\b|"
    r"[它他她其这那]|呢[？?]?$|之后|后来",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    hit: Hit
    span: Span
    score: float


class Answerer:
    """Answers questions from the passages of an index. Safe to be asked from several threads."""

    def __init__(self, passages: PassageIndex) -> None:
        self.passages = passages

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        """The answer to ``question``; ``history`` are the earlier questions of the conversation, oldest first.

        Where the texts hold no answer, ``answered`` is False and the text says so, in the question's language.
        """
        begin = time.perf_counter()
        language = language_of(question)
        if not question.strip():
            return _without_answer(question, language, phrases.EMPTY_QUESTION[language], begin)
        snapshot = self.passages.snapshot  # one state for the whole answer
        sought = _standalone(question, history)
        hits = search(snapshot, self.passages.encoder, sought, RETRIEVED)
        chosen = _choose(self._candidates(snapshot, sought, hits))
        if not chosen:
            return _without_answer(question, language, phrases.NOT_IN_THE_TEXTS[language], begin)
        citations = tuple(_citation(snapshot, candidate, number) for number, candidate in enumerate(chosen, 1))
        text = "\n\n".join(phrases.quoted(citation.quote, citation.number) for citation in citations)
        return Answer(question, language, True, text, citations, _since(begin))

    def retrieve(self, question: str, history: Sequence[str] = (), k: int = RETRIEVED) -> list[Hit]:
        """The passages that an answer to ``question`` would be looked for in, best first."""
        return self.passages.search(_standalone(question, history), k)

    def _candidates(self, snapshot: Snapshot, question: str, hits: Sequence[Hit]) -> list[_Candidate]:
        """Every sentence of the passages that were found, best first."""
        spans = [(hit, span) for hit in hits for span in hit.passage.sentences]
        texts = [_with_context(hit.passage, span) for hit, span in spans]
        scores = _closeness(
            snapshot, self.passages.encoder, question, texts, [hit.passage.language for hit, _ in spans]
        )
        return sorted(
            (
                _Candidate(hit, span, _PASSAGE_SHARE * hit.score + (1 - _PASSAGE_SHARE) * float(score))
                for (hit, span), score in zip(spans, scores, strict=True)
            ),
            key=lambda candidate: -candidate.score,
        )


def _closeness(
    snapshot: Snapshot, encoder: Encoder, question: str, texts: Sequence[str], languages: Sequence[str]
) -> FloatArray:
    """Cosine of the question and each text, centred by language, shape (len(texts),)."""
    vector = snapshot.means.centred_questions(encoder.encode_questions([question]), [language_of(question)])[0]
    vectors = snapshot.means.centred_passages(encoder.encode_passages(texts), languages)
    usual = {language: float(vector @ members.centroid) for language, members in snapshot.members.items()}
    return np.asarray(vectors @ vector - np.array([usual[language] for language in languages]), np.float32)


def _choose(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """The quotes of the answer, best first; none where the question is not answered."""
    if not candidates or candidates[0].score < _ANSWERABLE:
        return []
    chosen: list[_Candidate] = []
    said: list[str] = []
    for candidate in candidates:
        if len(chosen) == QUOTES or candidate.score < _NEAR * candidates[0].score:
            break
        words = _words(candidate)
        if width(words) > 3 and not any(words in other or other in words for other in said):
            chosen.append(candidate)
            said.append(words)
    return chosen


def _words(candidate: _Candidate) -> str:
    passage, (start, end) = candidate.hit.passage, candidate.span
    return readable(passage.text[start - passage.start : end - passage.start]).casefold()


def _with_context(passage: Passage, span: Span) -> str:
    """A sentence as the encoder should see it: under its heading, and a row under its table's header."""
    sentence = readable(passage.text[span[0] - passage.start : span[1] - passage.start])
    heading = passage.heading.rsplit(" > ", 1)[-1]
    return "\n".join(part for part in (heading, passage.context, sentence) if part)


def _citation(snapshot: Snapshot, candidate: _Candidate, number: int) -> Citation:
    passage, (start, end) = candidate.hit.passage, candidate.span
    document = snapshot.documents[passage.document_id]
    score = round(min(1.0, max(0.0, candidate.score)), 4)
    return Citation(number, document, passage, document.text[start:end], start, end, score)


def _standalone(question: str, history: Sequence[str]) -> str:
    """The question with the one before it in front, where it leans on that."""
    leans = history and len(readable(question)) < 60 and _REFERRING.search(question)
    return f"{history[-1]} {question}" if leans else question


def _without_answer(question: str, language: str, text: str, begin: float) -> Answer:
    return Answer(question, language, False, text, (), _since(begin))


def _since(begin: float) -> float:
    return round(time.perf_counter() - begin, 4)
