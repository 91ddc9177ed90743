"""What there is to answer a question with, and whether that is enough."""

from dataclasses import dataclass

from index import FloatArray
from index.search.retrieval import Retrieval
from qa.confidence import Confidence
from qa.question_kinds import QuestionKind
from qa.quotes import Quote

REMOTE = 0.2  # a passage that stands out less is about something else, in units of similarity


@dataclass(frozen=True, slots=True, kw_only=True)
class Consideration:
    """What there is to answer a question with, before it is decided whether that answers it."""

    retrieval: Retrieval
    kind: QuestionKind
    candidates: tuple[Quote, ...]  # the best stretch of the best passages, as they would be quoted
    quotes: tuple[Quote, ...]  # those that make an answer
    features: FloatArray  # (features,), see qa.evidence and qa.read_evidence; empty where nothing was found
    fitted: Confidence  # what was fitted to these features
    unknown: tuple[str, ...] = ()  # names that the question asks about, and no text holds
    settled: bool = True  # whether it would be the same once more: False where a rewriting was asked for in vain

    @property
    def confidence(self) -> float:
        """The share of such answers that are right, 0 to 1; 0 where there is nothing to quote."""
        return round(self.fitted.of(self.features), 3) if self.quotes else 0.0

    @property
    def answers(self) -> bool:
        """Whether that is enough to answer."""
        return self.confidence >= self._threshold

    @property
    def near(self) -> bool:
        """Whether that, though not enough, is near enough to be quoted as what comes nearest."""
        beside = any(quote.ranked.lead >= REMOTE for quote in self.candidates)
        return beside and self.confidence >= self.fitted.near * self._threshold and not self.answers

    @property
    def _threshold(self) -> float:
        return self.fitted.thresholds[self.retrieval.query.language]
