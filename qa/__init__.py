"""A question becomes a cited answer; answers are evaluated."""

from qa.answer import Answer, AnswerKind, Citation
from qa.answerer import Answerer, Consulted, Rewrite
from qa.consideration import Consideration
from qa.location import Located, State, locate
from qa.reading import NO_READER, OFFLINE_READER, Reader, Reading

__all__ = [
    "NO_READER",
    "OFFLINE_READER",
    "Answer",
    "AnswerKind",
    "Answerer",
    "Citation",
    "Consideration",
    "Consulted",
    "Located",
    "Reader",
    "Reading",
    "Rewrite",
    "State",
    "locate",
]
