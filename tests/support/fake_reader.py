"""A reader without a model: a sentence belongs to the answer as far as it holds the question's words."""

from collections.abc import Sequence

from corpus import Passage, encoder_text
from index.matching.words import words_in
from qa.reading import Reading


class FakeReader:
    """See :class:`qa.reading.Reader`; what is in ``answering`` answers, whatever the question."""

    name = "fake"

    def __init__(self, *answering: str, tells_sentences: bool = True) -> None:
        self.answering, self.tells_sentences = answering, tells_sentences
        self.asked: list[tuple[str, list[str]]] = []  # each question, and the passages that were read for it

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """How far each passage holds the words of ``question``, as logits from -6 to 6."""
        self.asked.append((question, [passage.text for passage in passages]))
        return [self._reading(question, passage) for passage in passages]

    def _reading(self, question: str, passage: Passage) -> Reading:
        texts = [passage.text[start - passage.start : end - passage.start] for start, end in passage.sentences]
        known = [self._logit(question, text, text) for text in texts]
        answers = self._logit(question, encoder_text(passage), passage.text)
        found = [(at, at + len(each)) for each in self.answering if (at := passage.text.find(each)) >= 0]
        said = found[0] if found and self.tells_sentences else (0, 0)
        sentences = tuple(known) if self.tells_sentences else ()
        return Reading(answers=answers, said=said, located=min(0.0, answers - 6), sentences=sentences)

    def _logit(self, question: str, searched: str, text: str) -> float:
        if any(each in text for each in self.answering):
            return 6.0
        asked = words_in(question)
        return 12 * len(asked & words_in(searched)) / max(len(asked), 1) - 6 if not self.answering else -6.0
