"""The records that a question comes back as."""

from dataclasses import dataclass

from corpus import Document, Passage


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Answer:
    """What the texts say to a question, or that they do not say it."""

    question: str
    language: str  # of the question: "en" or "zh"
    answered: bool  # False: the texts hold no answer, and there are no citations
    text: str
    citations: tuple[Citation, ...]
    seconds: float
    confidence: float = 0.0  # the share of answers like this one that are right, 0 to 1; 0 for small talk
    understood: str = ""  # the question as it was understood, where that is not how it was asked
    related: tuple[Citation, ...] = ()  # where nothing answers: what comes nearest, numbered from 1; no answer
