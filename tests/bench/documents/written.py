"""What the files of the bench say: contents in ``contents/*.yaml``, which makers turn into files of every kind.

A content is a list of blocks in reading order, each one of::

    - heading: "Fees"           # with level: 2 (default) or 3; the title is the one of level 1
    - paragraph: "Words, **bold ones** and a note.[^]"
    - note: "The note of the paragraph above, which has the mark [^]."
    - item: "One of a list"     # items that follow one another are one list; numbered: true, where they are; level: 2
                                # within one
    - table: {caption: "...", head: [...], rows: [[...], ...]}
    - code: "lines"
    - output: "what the code above printed"
    - spoken: "what is said to the slide"
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

CONTENTS = Path(__file__).parent / "contents"
NOTE_MARK = "[^]"
_BOLD = re.compile(r"\*\*(.+?)\*\*")


class Kind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    TABLE = "table"
    NOTE = "note"
    CODE = "code"
    OUTPUT = "output"  # what code printed
    SPOKEN = "spoken"  # what is said to a slide


class Run(NamedTuple):
    """Words of one weight. ``note``: here stands the mark of the note below, and no word."""

    text: str
    bold: bool = False
    note: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of a content."""

    kind: Kind
    text: str = ""  # with ** around bold words, and [^] where a note is referred to; of a table: its caption
    level: int = 0  # of a heading, 1 is that of the title; of an item, 1 the outermost
    numbered: bool = False  # of an item
    number: int = 0  # of a note, and of the paragraph that refers to it: the how manieth
    head: tuple[str, ...] = ()  # of a table
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def plain(self) -> str:
        """The words alone."""
        return "".join(run.text for run in self.runs)

    @property
    def runs(self) -> tuple[Run, ...]:
        """The words as they are set; of code, a heading or a table they are never bold."""
        if self.kind not in (Kind.PARAGRAPH, Kind.ITEM, Kind.NOTE):
            return (Run(self.text),)
        runs = []
        for at, part in enumerate(_BOLD.split(self.text)):
            before, mark, after = part.partition(NOTE_MARK)
            runs += [Run(before, at % 2 == 1), *([Run("", note=True)] if mark else []), Run(after, at % 2 == 1)]
        return tuple(run for run in runs if run.text or run.note)


@dataclass(frozen=True, slots=True)
class Question:
    """What one may ask of a content."""

    ask: str
    language: str  # "en" or "zh": of the question
    answer: str  # a stretch of one block, to the letter; of a row: its cells with " | " between them


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a file says."""

    name: str
    title: str
    author: str
    date: str  # ISO 8601
    language: str  # "en", "zh-Hans", "zh-Hant"
    blocks: tuple[Block, ...]  # the title is the first of them
    questions: tuple[Question, ...]

    @property
    def chinese(self) -> bool:
        """Whether it needs a font with Han characters."""
        return self.language.startswith("zh")


@cache
def load_contents() -> Mapping[str, Content]:
    """All contents by name; :class:`ValueError` where a question's answer stands in no block."""
    return {path.stem: _content(path) for path in sorted(CONTENTS.glob("*.yaml"))}


def _content(path: Path) -> Content:
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    blocks = [Block(kind=Kind.HEADING, text=said["title"], level=1)]
    notes = 0
    for given in said["blocks"]:
        block = _block(given, notes)
        notes = max(notes, block.number)
        blocks.append(block)
    questions = tuple(Question(each["ask"], each["language"], each["answer"]) for each in said["questions"])
    stretches = [each for block in blocks for each in (block.plain, *(" | ".join(row) for row in block.rows))]
    for question in questions:
        if not any(question.answer in each for each in stretches):
            raise ValueError(f"{path.name}: the answer {question.answer!r} stands in no block.")
    return Content(
        name=path.stem,
        title=said["title"],
        author=said["author"],
        date=str(said["date"]),
        language=said["language"],
        blocks=tuple(blocks),
        questions=questions,
    )


def _block(given: Mapping[str, Any], notes: int) -> Block:
    (kind,) = (each for each in Kind if each in given)
    what = given[kind]
    if kind is Kind.TABLE:
        rows = tuple(tuple(map(str, row)) for row in what["rows"])
        return Block(kind=kind, text=what.get("caption", ""), head=tuple(map(str, what["head"])), rows=rows)
    text = what.rstrip("\n") if kind in (Kind.CODE, Kind.OUTPUT) else " ".join(what.split())
    number = notes + 1 if NOTE_MARK in text else notes if kind is Kind.NOTE else 0
    level = given.get("level", 2 if kind is Kind.HEADING else 1) if kind in (Kind.HEADING, Kind.ITEM) else 0
    return Block(kind=kind, text=text, level=level, numbered=given.get("numbered", False), number=number)
