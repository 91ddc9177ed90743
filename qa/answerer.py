"""A question becomes a cited answer. No language model is needed for it: an answer is made of quotes."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np

from corpus import Term, language_of
from corpus.arguments import check_text, texts_of
from index import Hit, PassageIndex, Scope, Snapshot
from index.blas_threads import single_blas_thread
from index.search.passage_index import check_passages, hits_of
from index.search.retrieval import Retrieval, retrieve
from index.storage.scope import EVERYTHING, check_scope
from qa import phrases
from qa.answer import Answer, AnswerKind, Citation
from qa.confidence import shipped_confidence, shipped_read_confidence
from qa.consideration import REMOTE, Consideration
from qa.definitions import definitions_for
from qa.evidence import confidence_features
from qa.follow_ups import REMEMBERED, follow_up_readings, names_its_subject, resolve_follow_up
from qa.leaning import leaning
from qa.location import Located, locate
from qa.memory import AnswerMemory
from qa.question_kinds import QuestionKind, question_kind
from qa.quotes import Quote, best_quotes, select_quotes
from qa.read_evidence import answer_features
from qa.read_quotes import read_passages, read_quotes
from qa.reading import OFFLINE_READER, CheckedReader, Reader, reader_of
from qa.small_talk import reply_to_small_talk
from qa.talk import talk_of
from qa.translated_quotes import with_translations
from qa.unknown_names import EVEN, MOST, unknown_names

RELATED = 3  # passages offered where nothing answers
_ALONE, _LEANS = 0.2, 0.8  # below, a question is only taken as it stands; above, never; see qa.leaning

Rewrite = Callable[[str, Sequence[str]], str | None]
"""Says what a question means by itself after those before it, oldest first; None: it could not tell this time."""


@dataclass(frozen=True, slots=True)
class Consulted:
    """An answer and what it was chosen from."""

    answer: Answer
    hits: tuple[Hit, ...]  # all passages that were ranked, best first
    snapshot: Snapshot  # the state of the index that was asked
    settled: bool = True  # see Consideration


class Answerer:
    """Answers questions from the passages of an index. Safe to be asked from several threads.

    ``reader`` is what reads the passages that were found, or its name, see :func:`qa.reading.open_reader`. ``rewrite``
    is asked what a follow-up means where the rules are unsure; what it says is one more reading beside theirs.
    """

    def __init__(
        self, passages: PassageIndex, reader: Reader | str = OFFLINE_READER, rewrite: Rewrite | None = None
    ) -> None:
        check_passages(passages)
        self.passages, self.rewrite = passages, rewrite
        self.reader = reader_of(reader, passages.encoder)
        self._memory = AnswerMemory()
        # What was asked before comes again with every follow-up.
        self._talk = lru_cache(maxsize=1024)(partial(talk_of, encoder=passages.encoder))

    @property
    def glossary(self) -> tuple[Term, ...]:
        """The terms that the texts come with."""
        return self.passages.snapshot.glossary

    def ask(
        self, question: str, history: Sequence[str] = (), scope: Scope = EVERYTHING, *, rewriting: bool = True
    ) -> Answer:
        """The answer to ``question`` in ``scope``; ``history`` are the earlier questions of the conversation, oldest
        first. Without ``rewriting`` nobody is asked what a follow-up means.

        Where the texts hold no answer, ``answered`` is False, the text says so in the question's language, and
        ``related`` holds what comes nearest; of the kind "nearest" it is near enough to be quoted as that. A question
        that was asked before is answered from memory, until the index changes.

        :class:`corpus.ScopeError` where nothing is in ``scope``; :class:`corpus.StoredIndexError` where the index was
        replaced by one of another model or damaged meanwhile; :class:`corpus.EncoderError` where encoder or reader
        return what is none; TypeError where an argument is of the wrong kind, as a ``history`` that is a single str.
        """
        begin = time.perf_counter()
        history = _checked(question, history, scope)
        conversation = question, history[-REMEMBERED:], scope, rewriting and self.rewrite is not None
        if known := self._memory.recall(self.passages.snapshot.generation, conversation):
            return replace(known, seconds=_since(begin))
        consulted = self.consult(question, history, scope, rewriting=rewriting)
        if consulted.settled:
            self._memory.keep(consulted.snapshot.generation, conversation, consulted.answer)
        return consulted.answer

    def answers(self, question: str, scope: Scope = EVERYTHING) -> bool:
        """Whether the texts in ``scope`` answer ``question``, asked by itself; no answer is made."""
        _checked(question, (), scope)
        return reply_to_small_talk(question) is None and self.consider(question, scope=scope).answers

    def locate(self, document_id: str, digest: str, quote: str, start: int) -> Located:
        """Where a quote of an earlier answer stands in the texts as they are now, see :func:`qa.location.locate`."""
        return locate(self.passages.snapshot.quotable, document_id, digest, quote, start)

    def consult(
        self, question: str, history: Sequence[str] = (), scope: Scope = EVERYTHING, *, rewriting: bool = True
    ) -> Consulted:
        """The answer, and the passages it was looked for in; as :meth:`ask`, but never from memory."""
        begin = time.perf_counter()
        history = _checked(question, history, scope)
        language = language_of(question)
        if reply := reply_to_small_talk(question):
            return self._replied(question, reply[language], begin)
        considered = self.consider(question, history, scope, rewriting=rewriting)
        talk = self._talk(question)
        if talk and talk.counts(considered.confidence, answers=considered.answers):
            return self._replied(question, talk.reply[language], begin)
        retrieval = considered.retrieval
        citations: tuple[Citation, ...] = ()
        related: tuple[Citation, ...] = ()
        if considered.answers:
            kind = AnswerKind.ANSWERED
            citations = _cite(retrieval, with_translations(retrieval, considered.quotes, considered.kind))
            text = "\n\n".join(phrases.quoted(citation.quote, citation.number) for citation in citations)
        else:
            near = [quote for quote in considered.candidates if quote.ranked.lead >= REMOTE]
            near.sort(key=lambda quote: -(quote.value or 0.0))  # a definition is not nearer for being what is named
            related = _cite(retrieval, near[:RELATED])
            if considered.near:
                kind, text = AnswerKind.NEAREST, phrases.NEAREST[language]
            else:
                kind = AnswerKind.NOT_IN_TEXTS
                text = phrases.NOT_IN_THE_TEXTS[language]
            text += phrases.unknown(considered.unknown, language)
            if kind is AnswerKind.NOT_IN_TEXTS and related:
                text += phrases.RELATED[language]
        answer = Answer(
            question=question,
            language=language,
            kind=kind,
            text=text,
            citations=citations,
            seconds=_since(begin),
            confidence=considered.confidence,
            understood=retrieval.query.text if retrieval.query.text != question else "",
            related=related,
            unknown=considered.unknown,
            scope=scope,
        )
        return Consulted(answer, tuple(hits_of(retrieval)), retrieval.snapshot, considered.settled)

    def _replied(self, question: str, text: str, begin: float) -> Consulted:
        """What is said to small talk."""
        answer = Answer(
            question=question,
            language=language_of(question),
            kind=AnswerKind.SMALL_TALK,
            text=text,
            seconds=_since(begin),
        )
        return Consulted(answer, (), self.passages.snapshot)

    def consider(
        self, question: str, history: Sequence[str] = (), scope: Scope = EVERYTHING, *, rewriting: bool = True
    ) -> Consideration:
        """What there is in ``scope`` to answer ``question`` with, in the reading of it that the texts answer best."""
        history = _checked(question, history, scope)
        snapshot = self.passages.snapshot.narrowed(scope)  # one state for the whole answer
        history = [turn for turn in history if not ((talk := self._talk(turn)) and talk.plain)]
        leans = leaning(question, self.passages.encoder) if history and self.reader else None
        readings = self._readings(question, history, snapshot, leans)
        best = max((self._considered(meant, snapshot) for meant in readings), key=_confidence)
        if not (rewriting and self.rewrite and history and _is_unsure(leans, readings, best)):
            return best
        meant = self.rewrite(question, history[-REMEMBERED:])
        if meant is None:
            return replace(best, settled=False)
        check_text("rewrite(…)", meant)
        return best if meant in readings else max(best, self._considered(meant, snapshot), key=_confidence)

    def _readings(self, question: str, history: Sequence[str], snapshot: Snapshot, leans: float | None) -> list[str]:
        """What ``question`` can mean after ``history``: itself, if it stands alone, or what it leans on put in."""
        if leans is None:
            return [resolve_follow_up(question, history, snapshot.glossary)]
        plain = resolve_follow_up(question, history, snapshot.glossary)
        if plain == question and names_its_subject(question, snapshot.glossary):
            return [question]  # nothing in it stands for something else: what was asked before would bend it
        leaning_ones = follow_up_readings(question, history, snapshot.glossary) if leans > _ALONE else []
        return [*leaning_ones, *([question] if leans < _LEANS or not leaning_ones else [])]

    def _considered(self, meant: str, snapshot: Snapshot) -> Consideration:
        if not self.reader:
            retrieval = retrieve(meant, self.passages.encoder, snapshot)
            return _matched(retrieval, question_kind(retrieval.query.text))
        with single_blas_thread():
            retrieval = retrieve(meant, self.passages.encoder, snapshot)
            return self._read(retrieval, question_kind(retrieval.query.text))

    def _read(self, retrieval: Retrieval, kind: QuestionKind) -> Consideration:
        """What there is in the passages that the reader reads."""
        assert self.reader is not None
        read = read_passages(
            retrieval, CheckedReader(self.reader), definitions_for(retrieval.query.text, retrieval.snapshot)
        )
        if not any(one.reading.sentences for one in read):
            # A reader that nothing was fitted to: it orders what was found, and how sure that is the matches tell.
            found = [quote for quote in read_quotes(retrieval, read, kind) if quote.ranked.row >= 0]
            return _matched(retrieval, kind, found)
        candidates = read_quotes(retrieval, read, kind)
        unknown = unknown_names(retrieval, [quote.passage for quote in candidates])
        return Consideration(
            retrieval=retrieval,
            kind=kind,
            candidates=tuple(candidates),
            quotes=tuple(select_quotes(candidates, kind)),
            features=answer_features(retrieval.query.language, unknown, candidates),
            fitted=shipped_read_confidence(),
            unknown=tuple([name.text for name in unknown if name.asked > EVEN][:MOST]),
        )


def _checked(question: object, history: object, scope: object) -> tuple[str, ...]:
    """The ``history``; TypeError where one of these is of the wrong kind."""
    check_text("question", question)
    check_scope(scope)
    return texts_of("history", history)


def _confidence(considered: Consideration) -> float:
    return considered.confidence


def _is_unsure(leans: float | None, readings: Sequence[str], best: Consideration) -> bool:
    """Whether it is not clear from the rules what a question means that leans as much as ``leans`` says on others:
    it may stand alone or not, or none of its ``readings``, ``best`` of them all, is answered though it may lean."""
    if leans is not None and _ALONE < leans < _LEANS and len(readings) > 1:
        return True
    return not best.answers and (leans is None or leans > _ALONE)


def _matched(retrieval: Retrieval, kind: QuestionKind, candidates: Sequence[Quote] | None = None) -> Consideration:
    """What there is by how the words match; ``candidates`` are the quotes in another order."""
    quotes = best_quotes(retrieval, kind) if candidates is None else candidates
    nothing = np.empty(0, np.float32)
    return Consideration(
        retrieval=retrieval,
        kind=kind,
        candidates=tuple(quotes),
        quotes=tuple(select_quotes(quotes, kind)),
        features=confidence_features(retrieval, quotes[0], kind) if quotes else nothing,
        fitted=shipped_confidence(),
    )


def _cite(retrieval: Retrieval, quotes: Sequence[Quote]) -> tuple[Citation, ...]:
    return tuple(_citation(retrieval, quote, number) for number, quote in enumerate(quotes, 1))


def _citation(retrieval: Retrieval, quote: Quote, number: int) -> Citation:
    passage = quote.passage
    start, end = quote.span
    return Citation(
        number=number,
        document=retrieval.snapshot.quotable[passage.document_id],
        passage=passage,
        quote=quote.text,
        start=start,
        end=end,
        score=quote.ranked.score,
    )


def _since(begin: float) -> float:
    return round(time.perf_counter() - begin, 4)
