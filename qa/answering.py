"""A question becomes a cited answer. No language model is involved: an answer is made of quotes."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus import Span, language_of, readable, width
from index import Hit, PassageIndex, Snapshot
from index.lexical import words
from index.ranking import Asked, Ranked, asked, rank, sentence_leads
from qa import phrases
from qa.answer import Answer, Citation

RETRIEVED = 6  # passages whose sentences are looked at
QUOTES = 3  # at most, in one answer
_NEAR = 0.1  # a further quote may be this much worse than the best one, in units of similarity
_ANSWERABLE = 0.2  # the best sentence of an answerable question stands out more, in units of similarity
_OWN_SUFFICES = (0.4, 0.6)  # leads from which passages in the reader's language begin to suffice, and do
_REFERRING = re.compile(
    r"\b(?:it|its|that|this|they|them|their|those|these|he|she|one|about|so|then|after|before|else)\b|"
    r"[它他她其这那]|呢[？?]?$|之后|后来",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    ranked: Ranked
    span: Span
    lead: float


@dataclass(frozen=True, slots=True)
class Consulted:
    """An answer and what it was chosen from."""

    answer: Answer
    hits: tuple[Hit, ...]  # all passages that were ranked, best first
    snapshot: Snapshot  # the state of the index that was asked


class Answerer:
    """Answers questions from the passages of an index. Safe to be asked from several threads."""

    def __init__(self, passages: PassageIndex) -> None:
        self.passages = passages

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        """The answer to ``question``; ``history`` are the earlier questions of the conversation, oldest first.

        Where the texts hold no answer, ``answered`` is False and the text says so, in the question's language.
        """
        return self.consult(question, history).answer

    def consult(self, question: str, history: Sequence[str] = ()) -> Consulted:
        """The answer, and the passages it was looked for in."""
        begin = time.perf_counter()
        language = language_of(question)
        snapshot = self.passages.snapshot  # one state for the whole answer
        if not words(question):
            return Consulted(_without_answer(question, language, phrases.EMPTY_QUESTION[language], begin), (), snapshot)
        sought = asked(_standalone(question, history), self.passages.encoder, snapshot.calibration)
        ranked = rank(snapshot, sought)
        hits = tuple(Hit(snapshot.passages[one.row], one.score) for one in ranked)
        chosen = _choose(snapshot, self._candidates(snapshot, sought, ranked))
        if not chosen:
            answer = _without_answer(question, language, phrases.NOT_IN_THE_TEXTS[language], begin)
            return Consulted(answer, hits, snapshot)
        citations = tuple(_citation(snapshot, candidate, number) for number, candidate in enumerate(chosen, 1))
        text = "\n\n".join(phrases.quoted(citation.quote, citation.number) for citation in citations)
        return Consulted(Answer(question, language, True, text, citations, _since(begin)), hits, snapshot)

    def _candidates(self, snapshot: Snapshot, question: Asked, ranked: Sequence[Ranked]) -> list[_Candidate]:
        """Every sentence of the passages that were found, best first."""
        preferred = _for_the_reader(snapshot, question, ranked)[:RETRIEVED]
        leads = sentence_leads(snapshot, self.passages.encoder, question, preferred) if preferred else []
        candidates = [
            _Candidate(one, span, one.lead + float(behind))
            for one, behinds in zip(preferred, leads, strict=True)
            for span, behind in zip(snapshot.passages[one.row].sentences, behinds, strict=True)
        ]
        return sorted(candidates, key=lambda candidate: -candidate.lead)


def _for_the_reader(snapshot: Snapshot, question: Asked, ranked: Sequence[Ranked]) -> list[Ranked]:
    """The passages in the order in which a reader of the question's language wants to be quoted from them.

    The ranking raises passages in the other language, because only they may hold the answer. The better the
    best passage in the reader's language fits, the less an answer needs that.
    """
    own = [one.lead for one in ranked if snapshot.passages[one.row].language == question.language]
    low, high = _OWN_SUFFICES
    sufficient = min(1.0, max(0.0, (max(own, default=0.0) - low) / (high - low)))
    lowered = 1 + (snapshot.calibration.across[question.language] - 1) * sufficient
    return sorted(
        (
            one if snapshot.passages[one.row].language == question.language else replace(one, lead=one.lead / lowered)
            for one in ranked
        ),
        key=lambda one: -one.lead,
    )


def _choose(snapshot: Snapshot, candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """The quotes of the answer, best first; none where the question is not answered."""
    if not candidates or candidates[0].lead < _ANSWERABLE:
        return []
    chosen: list[_Candidate] = []
    said: list[str] = []
    for candidate in candidates:
        if len(chosen) == QUOTES or candidate.lead < candidates[0].lead - _NEAR:
            break
        quote = readable(_quote(snapshot, candidate)).casefold()
        if width(quote) > 3 and not any(quote in other or other in quote for other in said):
            chosen.append(candidate)
            said.append(quote)
    return chosen


def _quote(snapshot: Snapshot, candidate: _Candidate) -> str:
    passage = snapshot.passages[candidate.ranked.row]
    return snapshot.documents[passage.document_id].text[slice(*candidate.span)]


def _citation(snapshot: Snapshot, candidate: _Candidate, number: int) -> Citation:
    passage = snapshot.passages[candidate.ranked.row]
    document = snapshot.documents[passage.document_id]
    start, end = candidate.span
    return Citation(number, document, passage, _quote(snapshot, candidate), start, end, candidate.ranked.score)


def _standalone(question: str, history: Sequence[str]) -> str:
    """The question with the one before it in front, where it leans on that."""
    leans = history and len(readable(question)) < 60 and _REFERRING.search(question)
    return f"{history[-1]} {question}" if leans else question


def _without_answer(question: str, language: str, text: str, begin: float) -> Answer:
    return Answer(question, language, False, text, (), _since(begin))


def _since(begin: float) -> float:
    return round(time.perf_counter() - begin, 4)
