"""A question becomes a cited answer; answers are evaluated."""

from qa.answer import Answer, Citation
from qa.answering import Answerer

__all__ = ["Answer", "Answerer", "Citation"]
