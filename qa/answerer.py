"""A question becomes a cited answer. No language model is involved: an answer is made of quotes."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from corpus import Term, language_of
from index import FloatArray, Hit, PassageIndex, Snapshot
from index.search.query import Asked, asked
from index.search.ranking import Ranked, rank
from qa import phrases
from qa.answer import Answer, AnswerKind, Citation
from qa.confidence import fitted
from qa.evidence import evidence
from qa.follow_ups import understood
from qa.location import Located, locate
from qa.memory import Memory
from qa.question_kinds import kind_of
from qa.quotes import Quote, chosen, quotes
from qa.small_talk import small_talk
from qa.translated_quotes import paired

RELATED = 3  # passages offered where nothing answers
_REMOTE = 0.2  # a passage that stands out less is about something else, in units of similarity


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for a question, before it is decided whether that answers it."""

    snapshot: Snapshot  # the state of the index that was asked
    sought: Asked
    ranked: tuple[Ranked, ...]  # passages, best first
    quotes: tuple[Quote, ...]  # the best stretch of the best passages, best first
    chosen: tuple[Quote, ...]  # those that make an answer
    evidence: FloatArray  # (features,), see qa.evidence; empty where nothing was found


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
        self._memory = Memory()

    @property
    def glossary(self) -> tuple[Term, ...]:
        """The terms that the texts come with."""
        return self.passages.snapshot.glossary

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        """The answer to ``question``; ``history`` are the earlier questions of the conversation, oldest first.

        Where the texts hold no answer, ``answered`` is False, the text says so in the question's language, and
        ``related`` holds what comes nearest. A question that was asked before is answered from memory, until the index
        changes.
        """
        begin = time.perf_counter()
        asked_before = question, tuple(history)
        if known := self._memory.recall(self.passages.snapshot.generation, asked_before):
            return replace(known, seconds=_since(begin))
        consulted = self.consult(question, history)
        self._memory.keep(consulted.snapshot.generation, asked_before, consulted.answer)
        return consulted.answer

    def locate(self, document_id: str, digest: str, quote: str, start: int) -> Located:
        """Where a quote of an earlier answer stands in the texts as they are now, see :func:`qa.location.locate`."""
        return locate(self.passages.snapshot.documents, document_id, digest, quote, start)

    def consult(self, question: str, history: Sequence[str] = ()) -> Consulted:
        """The answer, and the passages it was looked for in."""
        begin = time.perf_counter()
        language = language_of(question)
        if reply := small_talk(question):
            kind, text = AnswerKind.SMALL_TALK, reply[language]
            answer = Answer(question=question, language=language, kind=kind, text=text, seconds=_since(begin))
            return Consulted(answer, (), self.passages.snapshot)
        found = self.find(question, history)
        snapshot = found.snapshot
        hits = tuple(Hit(snapshot.passages[one.row], one.score) for one in found.ranked)
        confidence = _confidence(found)
        citations: tuple[Citation, ...] = ()
        related: tuple[Citation, ...] = ()
        if _is_enough(confidence, found):
            kind, citations = AnswerKind.ANSWERED, _cited(snapshot, found.chosen)
            text = "\n\n".join(phrases.quoted(citation.quote, citation.number) for citation in citations)
        else:
            near = [each for each in found.quotes if each.ranked.lead >= _REMOTE][:RELATED]
            kind, related = AnswerKind.NOT_IN_TEXTS, _cited(snapshot, near)
            text = phrases.NOT_IN_THE_TEXTS[language] + (phrases.RELATED[language] if related else "")
        answer = Answer(
            question=question,
            language=language,
            kind=kind,
            text=text,
            citations=citations,
            seconds=_since(begin),
            confidence=confidence,
            understood=found.sought.text if found.sought.text != question else "",
            related=related,
        )
        return Consulted(answer, hits, snapshot)

    def answers(self, question: str) -> bool:
        """Whether the texts answer ``question``, asked by itself; no answer is made."""
        if small_talk(question):
            return False
        found = self.find(question)
        return _is_enough(_confidence(found), found)

    def find(self, question: str, history: Sequence[str] = ()) -> Found:
        """What there is to answer ``question`` with."""
        snapshot, encoder = self.passages.snapshot, self.passages.encoder  # one state for the whole answer
        sought = asked(understood(question, history, snapshot.glossary), encoder, snapshot)
        ranked = rank(snapshot, sought)
        kind = kind_of(sought.text)
        found = quotes(snapshot, encoder, sought, ranked, kind)
        seen = evidence(snapshot, encoder, sought, ranked, found[0], kind) if found else np.empty(0, np.float32)
        answer = paired(snapshot, encoder, sought, ranked, chosen(snapshot, found, kind), kind)
        return Found(snapshot, sought, tuple(ranked), tuple(found), tuple(answer), seen)


def _confidence(found: Found) -> float:
    return round(fitted().of(found.evidence), 3) if found.chosen else 0.0


def _is_enough(confidence: float, found: Found) -> bool:
    return confidence >= fitted().thresholds[found.sought.language]


def _cited(snapshot: Snapshot, chosen: Sequence[Quote]) -> tuple[Citation, ...]:
    return tuple(_citation(snapshot, quote, number) for number, quote in enumerate(chosen, 1))


def _citation(snapshot: Snapshot, quote: Quote, number: int) -> Citation:
    passage = snapshot.passages[quote.ranked.row]
    document = snapshot.documents[passage.document_id]
    start, end = quote.span
    return Citation(
        number=number,
        document=document,
        passage=passage,
        quote=document.text[start:end],
        start=start,
        end=end,
        score=quote.ranked.score,
    )


def _since(begin: float) -> float:
    return round(time.perf_counter() - begin, 4)
