"""Names in Chinese questions, which nothing marks as such: no capital, no space."""

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from corpus import Span, language_of
from qa.training.examples import Asked

_RUN = re.compile(r"[\u4e00-\u9fff·]+")
_SHORTEST, _LONGEST = 3, 8  # characters
_NO_END = "的了是有在于於和与與为為一第"


class HanNames:
    """What Chinese questions share with the passages of their own article, and with no other's."""

    def __init__(self, questions: Sequence[Asked]) -> None:
        texts: dict[str, dict[str, None]] = {}
        for asked in questions:
            for read in asked.passages:
                if language_of(read.text) == "zh":
                    texts.setdefault(asked.group, {})[f"{read.before}\n{read.text}"] = None
        self._texts = {group: "\n".join(kept) for group, kept in texts.items()}
        self._groups: Counter[str] = Counter()  # three characters -> the articles that hold them
        for text in self._texts.values():
            self._groups.update({run[at : at + 3] for run in _RUN.findall(text) for at in range(len(run) - 2)})
        found = {asked.question[slice(*span)]: asked.group for asked in questions for span in self.within(asked)}
        self._names = list(found.items())

    def within(self, asked: Asked) -> list[Span]:
        """Where in the question such names stand."""
        return list(self._within(asked)) if asked.language == "zh" and asked.group in self._texts else []

    def other(self, asked: Asked, chance: random.Random) -> str:
        """A name of another article; "" where there is none."""
        others = [name for name, group in chance.choices(self._names, k=4) if group != asked.group]
        return others[0] if others else ""

    def _within(self, asked: Asked) -> Iterator[Span]:
        question, text = asked.question, self._texts[asked.group]
        for run in _RUN.finditer(question):
            at = run.start()
            while at + _SHORTEST <= run.end():
                stop = at
                while stop < run.end() and question[at : stop + 1] in text:
                    stop += 1
                name = question[at:stop]
                if _SHORTEST <= len(name) <= _LONGEST and name[-1] not in _NO_END and self._own(name):
                    yield at, stop
                at = max(stop, at + 1)

    def _own(self, name: str) -> bool:
        return all(self._groups[name[at : at + 3]] <= 1 for at in range(len(name) - 2))
