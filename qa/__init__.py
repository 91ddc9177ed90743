"""A question becomes a cited answer; answers are evaluated."""

from qa.answer import Answer, Citation
from qa.answering import Answerer
from qa.locating import Located, State, locate

__all__ = ["Answer", "Answerer", "Citation", "Located", "State", "locate"]
