"""A question becomes a cited answer; answers are evaluated."""

from qa.answer import Answer, AnswerKind, Citation
from qa.answerer import Answerer
from qa.location import Located, State, locate

__all__ = ["Answer", "AnswerKind", "Answerer", "Citation", "Located", "State", "locate"]
