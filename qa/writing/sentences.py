"""What a language model says, cut into sentences with the numbers of the passages that they name, as it comes."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.wording.sentences import sentence_spans

_LONGEST = 1_200  # characters of a sentence; what goes on longer is cut there, and is no answer to anybody
_ONE = r"\d{1,2}(?:\s*[-–~]\s*\d{1,2})?"
_MARK = re.compile(
    rf"\s*[\[【［〔](?:\s*(?:passages?|sources?|quotes?|段落|来源|引文|资料|文献)\s*)?({_ONE}(?:\s*[,，、;；]\s*{_ONE})*)\s*[\]】］〕]",
    re.I,
)
"""[1], [1, 3], 【2】, [1-3], [来源1]."""

_ENDS_AT_MARK = re.compile(r"([\]】］〕][.!?])(?=[^\W\d])")
_BEHIND_END = re.compile(rf"([.!?。！？…]+[”’\"'」』）)]*)((?:{_MARK.pattern})+)", re.I)
_ITEM = re.compile(r"\s*(?:[-*•·–]|\d{1,2}[.)、．]|[(（]\d{1,2}[)）])\s+(?=\S)|\s*[•·]\s*(?=\S)")
_HEADING = re.compile(r"\s*#{1,6}\s+.*|\s*(?:\*\*|__)[^*_]{1,80}(?:\*\*|__)[:：]?\s*$|\s*[-=*_]{3,}\s*$|\s*`{3,}.*$")
_EMPHASIS = re.compile(r"(\*\*|__|`)(?=\S)(.+?)(?<=\S)\1|(?<![\w*])\*(?=[^\s*])([^*]+?)(?<=[^\s*])\*(?![\w*])")
_SAYS = re.compile(r"\w")
_STATES_NOTHING = re.compile(r".*[?？][”’\"'」』）)]*")  # a question
_TAG = re.compile(r"</?\w[^<>]*>")
_BORDER = re.compile(r"</?passage\b[^<>]*>", re.I)  # of what it was given, said again
_ANNOUNCES = re.compile(r"[:：]\s*$")
_UNFINISHED_MARK = re.compile(r"[\[【［〔][^\]】］〕]{0,40}$")


@dataclass(frozen=True, slots=True)
class SaidSentence:
    """A sentence as a model wrote it."""

    text: str  # one line of plain text, without the marks of passages and of Markdown
    numbers: tuple[int, ...]  # of the passages that it names, ascending
    begins_item: bool  # whether it begins an item of a list


class SentenceStream:
    """Takes what a model says piece by piece; what states nothing is left out: headings, questions, lines that only
    announce a list, and the borders of passages."""

    def __init__(self) -> None:
        self._line = ""  # from where the last sentence ended
        self._item = False

    @property
    def draft(self) -> str:
        """The beginning of the sentence that is on its way, as a person may read it."""
        return plain_sentence(_UNFINISHED_MARK.sub("", _ITEM.sub("", self._line, count=1)))[0][:_LONGEST]

    def add(self, piece: str) -> Iterator[SaidSentence]:
        """The sentences that end with ``piece``."""
        self._line += piece.replace("\r", "")
        while "\n" in self._line:
            line, _, self._line = self._line.partition("\n")
            yield from self._whole(line)
        yield from self._begun()

    def end(self) -> Iterator[SaidSentence]:
        """The sentence that nothing comes behind."""
        line, self._line = self._line, ""
        yield from self._whole(line)

    def _whole(self, line: str) -> Iterator[SaidSentence]:
        """The sentences of a line that has ended."""
        line = self._without_item(line)
        if not _HEADING.fullmatch(line):
            ordered = _marks_before_ends(line)
            for start, end in sentence_spans(ordered):
                yield from self._said(ordered[start:end])
        self._item = False

    def _begun(self) -> Iterator[SaidSentence]:
        """Those of a line that goes on: all but the last one, whose marks may still come."""
        if len(self._line) > _LONGEST:
            line, self._line = self._line[:_LONGEST], self._line[_LONGEST:]
            yield from self._said(line)
            return
        if not re.search(r"[.!?。！？…]", self._line):
            return
        bare = self._without_item(self._line)
        ordered = _marks_before_ends(bare)
        *ended, last = [*sentence_spans(ordered)] or [(0, 0)]
        if ended and not _UNFINISHED_MARK.search(ordered) and _SAYS.search(ordered[slice(*last)]):
            rest = ordered[last[0] :]
            if _MARK.match(rest) or len(rest) < 2:
                return
            for span in ended:
                yield from self._said(ordered[slice(*span)])
            self._line = rest

    def _without_item(self, line: str) -> str:
        item = _ITEM.match(line)
        if item and _SAYS.search(line[item.end() :]):
            self._item = True
            return line[item.end() :]
        return line

    def _said(self, text: str) -> Iterator[SaidSentence]:
        plain, numbers = plain_sentence(text)
        if not _SAYS.search(_TAG.sub("", plain)) or _STATES_NOTHING.fullmatch(plain):
            return
        if numbers or not _ANNOUNCES.search(plain):
            yield SaidSentence(plain, numbers, self._item)
            self._item = False


def plain_sentence(text: str) -> tuple[str, tuple[int, ...]]:
    """``text`` on one line without marks of passages, emphasis and control characters; and the passages named.

    >>> plain_sentence("**GPT-3** has 96 layers [1][3].")
    ('GPT-3 has 96 layers.', (1, 3))
    """
    numbers = {number for mark in _MARK.finditer(text) for number in _numbers(mark.group(1))}
    bare = _BORDER.sub("", _MARK.sub("", text))
    for _ in range(2):  # "**`x`**"
        bare = _EMPHASIS.sub(lambda found: found.group(2) or found.group(3), bare)
    visible = "".join(each if unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Co") else " " for each in bare)
    return " ".join(visible.split()), tuple(sorted(numbers))


def _marks_before_ends(text: str) -> str:
    """``text`` with what is named behind the end of a sentence put before it: "It is. [1]" as "It is [1]."."""
    parted = _ENDS_AT_MARK.sub(r"\1 ", text)
    return _BEHIND_END.sub(lambda found: f"{found.group(2)}{found.group(1)} ", parted)


def _numbers(listed: str) -> Iterator[int]:
    for part in re.split(r"[,，、;；]", listed):
        first, *last = [int(each) for each in re.findall(r"\d+", part)]
        yield from range(first, (last[0] if last else first) + 1)
