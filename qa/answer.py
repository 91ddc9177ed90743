"""The records that a question comes back as."""

from dataclasses import dataclass
from enum import StrEnum

from corpus import Document, Passage
from index import Scope
from index.storage.scope import EVERYTHING


class AnswerKind(StrEnum):
    """What a question came back as."""

    ANSWERED = "answered"  # with quotes
    NEAREST = "nearest"  # the texts do not say exactly this; what comes nearest is quoted as that, and is no answer
    NOT_IN_TEXTS = "not_in_texts"  # the texts hold no answer
    SMALL_TALK = "small_talk"  # a greeting and the like: no question to the texts, and no gap in them

    @property
    def is_gap(self) -> bool:
        """Whether it was asked in vain: a question that the texts do not answer."""
        return self in (AnswerKind.NEAREST, AnswerKind.NOT_IN_TEXTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """One quote of an answer and where it stands: ``document.text[start:end] == quote``."""

    number: int  # 1-based, the [n] in the answer's text
    document: Document  # as it was when the index was built, so that quote and text always agree
    passage: Passage
    quote: str
    start: int  # of the quote in the document, Unicode code points
    end: int  # exclusive
    score: float  # how well the quote's passage fits the question, 0 to 1, comparable between languages

    @property
    def digest(self) -> str:
        """The digest of the text it came from, see :func:`qa.location.locate`."""
        return self.document.digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the texts say to a question, or that they do not say it."""

    question: str
    language: str  # of the question: "en" or "zh"
    kind: AnswerKind
    text: str
    citations: tuple[Citation, ...] = ()  # none unless it is answered
    seconds: float
    confidence: float = 0.0  # the share of answers like this one that are right, 0 to 1; 0 for small talk
    understood: str = ""  # the question as it was understood, where that is not how it was asked
    related: tuple[Citation, ...] = ()  # where nothing answers: what comes nearest, from 1; at least one if "nearest"
    unknown: tuple[str, ...] = ()  # names that the question asks about and no text holds, as they are written there
    scope: Scope = EVERYTHING  # what it was looked for in

    @property
    def answered(self) -> bool:
        """Whether the texts hold an answer."""
        return self.kind is AnswerKind.ANSWERED

    @property
    def is_gap(self) -> bool:
        """Whether it was asked in vain of all texts: what a part of them lacks, another may hold."""
        return self.kind.is_gap and not self.scope
