"""Questions, and among many passages in two languages those that are right: what the retrieval learns from."""

import gzip
import json
import random
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corpus import LANGUAGES, language_of
from corpus.wording.plain_text import readable
from qa.training.examples import Asked, Read, is_held_out, own_questions, public_questions
from qa.training.train import HELD_OUT

KINDS = ("own", "parallel", "cross", "public")
"""Our own questions; sentences of parallel texts; public questions, answered in the other language and in their own."""

_HELD_OUT = {**HELD_OUT, "parallel": HELD_OUT["public"]}  # share of the groups of each source
_SENTENCES = "tatoeba"  # a set of single sentences
_NO_PASSAGES = "mkqa-questions"
_SENTENCE_GROUPS = 50  # that single sentences, which belong nowhere, are parted into
_SHORTEST_CHINESE = 25  # characters of a paragraph; below it is a heading or a label
_NEAR = {"public": 3, "parallel": 2}  # at most; of our own all
_ENDS = {"en": re.compile(r"(?<=[.!?]) "), "zh": re.compile(r"(?<=[。！？；])")}  # of sentences
_SHORTEST = {"en": 30, "zh": 10}  # characters of a sentence that is asked
_LONGEST = 300
_ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class PassageText:
    """A passage as it is learned from."""

    text: str  # with what stands before it
    language: str
    held_out: bool
    groups: frozenset[str]  # that it stands in, see SearchQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuestion:
    """A question and the passages that it should find; they are numbers in :attr:`RetrievalTexts.passages`."""

    text: str
    language: str
    group: str  # what must not be parted between training and test: a subject, an article, a file
    kind: str  # one of KINDS
    right: tuple[int, ...]  # in one language, or in both
    near: tuple[int, ...]  # of the same group, and not right
    held_out: bool


@dataclass(frozen=True, slots=True)
class RetrievalTexts:
    """All that is learned from, and what is held out."""

    passages: list[PassageText]
    questions: list[SearchQuestion]

    def numbers(self, *, held_out: bool) -> dict[str, list[int]]:
        """The questions of each kind that are ``held_out``, or learned from."""
        found: dict[str, list[int]] = {kind: [] for kind in KINDS}
        for number, question in enumerate(self.questions):
            if question.held_out == held_out:
                found[question.kind].append(number)
        return found


@dataclass(frozen=True, slots=True)
class _Right:
    """A question whose near passages are still to be found."""

    question: SearchQuestion
    source: str
    answers: frozenset[str]  # a passage that says one of these may be right as well


class _Passages:
    """Passages by their text, with the groups they were seen in."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.languages: list[str] = []
        self._numbers: dict[str, int] = {}
        self.groups: list[set[str]] = []  # of each passage
        self.members: dict[tuple[str, str], dict[int, None]] = {}  # source and group -> passages
        self.held_out: set[int] = set()  # that stand in a group which is held out, whatever other ones they stand in

    def add(self, text: str, language: str, source: str, group: str) -> int:
        number = self._numbers.setdefault(text, len(self.texts))
        if number == len(self.texts):
            self.texts.append(text)
            self.languages.append(language)
            self.groups.append(set())
        self.groups[number].add(group)
        self.members.setdefault((source, group), {})[number] = None
        if is_held_out(group, _HELD_OUT[source]):
            self.held_out.add(number)
        return number


def retrieval_texts(
    own: Path, public: Path | None = None, parallel: Path | None = None, *, questions: int = 1_600, rows: int = 3_000
) -> RetrievalTexts:
    """Our ``own`` questions, so many of each ``public`` file, and so many rows of each ``parallel`` one.

    See ``qa/training/README.md``. What stands both in a group that is held out and in another is not learned from.
    The same folders give the same texts, in the same order.
    """
    passages = _Passages()
    found = list(_own(own, passages))
    for path in _files(public):
        found += _public(path, passages, questions)
    for path in _files(parallel):
        if _name(path) != _NO_PASSAGES:
            found += _parallel(path, passages, rows)
    chance = random.Random(0)
    return _without_the_rest([_with_near(each, passages, chance) for each in found], passages)


def _files(folder: Path | None) -> list[Path]:
    return sorted(folder.glob("*.jsonl.gz")) if folder else []


def _name(path: Path) -> str:
    return path.name.removesuffix(".jsonl.gz")


def _own(folder: Path, passages: _Passages) -> Iterator[_Right]:
    """Each question once, with the passages of both languages."""
    found: dict[tuple[str, str], _Right] = {}
    for asked in own_questions(folder):
        one = _asked(asked, passages, "own", "own")
        if one.question.right:
            key = (asked.question, asked.group)
            found[key] = _joined(found[key], one) if key in found else one
    yield from found.values()


def _joined(one: _Right, other: _Right) -> _Right:
    right = tuple(dict.fromkeys((*one.question.right, *other.question.right)))
    return replace(one, question=replace(one.question, right=right), answers=one.answers | other.answers)


def _public(path: Path, passages: _Passages, most: int) -> Iterator[_Right]:
    """At most so many of those that are answered in their own language, and all others: there are few."""
    left = most
    for asked in public_questions(path, _ALL):
        if asked.answered:
            right = next(each for each in asked.passages if each.answer[0] >= 0)
            kind = "public" if language_of(right.text) == asked.language else "cross"
            left -= kind == "public"
            if kind == "cross" or left >= 0:
                yield _asked(asked, passages, "public", kind)


def _asked(asked: Asked, passages: _Passages, source: str, kind: str) -> _Right:
    numbers = [passages.add(_full(each), language_of(each.text), source, asked.group) for each in asked.passages]
    answering = {at: each for at, each in zip(numbers, asked.passages, strict=True) if each.answer[0] >= 0}
    question = SearchQuestion(
        text=asked.question,
        language=asked.language,
        group=asked.group,
        kind=kind,
        right=tuple(answering),
        near=(),
        held_out=is_held_out(asked.group, _HELD_OUT[source]),
    )
    return _Right(question, source, frozenset(each.text[slice(*each.answer)] for each in answering.values()))


def _full(read: Read) -> str:
    """Nearly what :func:`corpus.encoder_text` makes of the passage."""
    return "\n".join(part for part in (read.before.replace(" > ", ": "), readable(read.text)) if part)


def _parallel(path: Path, passages: _Passages, most: int) -> Iterator[_Right]:
    """Of each paragraph a sentence in each language, to which both versions of the paragraph are right.

    Where a paragraph has been translated in two ways, either is right, too.
    """
    name, chance = _name(path), random.Random(_name(path))
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [_readable(json.loads(line)) for line in lines]
    single = name == _SENTENCES
    if not single:
        rows = [row for row in rows if len(row["zh"]) >= _SHORTEST_CHINESE and row["en"]]
    twins: dict[int, dict[int, None]] = {}
    asked = []
    for row in chance.sample(rows, min(most, len(rows))) if single else _of_whole_files(rows, most, chance):
        part = zlib.crc32(row["en"].encode("utf-8")) % _SENTENCE_GROUPS if single else row["source"]
        group = f"{name}:{part}"
        pair = tuple(passages.add(row[language], language, "parallel", group) for language in LANGUAGES)
        for at in pair:
            twins.setdefault(at, {}).update(dict.fromkeys(pair))
        for language in LANGUAGES:
            text = row[language] if single else _sentence(row[language], language, chance)
            asked.append((text, language, group, pair))
    for text, language, group, pair in asked:
        question = SearchQuestion(
            text=text,
            language=language,
            group=group,
            kind="parallel",
            right=tuple({at: None for each in pair for at in twins[each]}),
            near=(),
            held_out=is_held_out(group, _HELD_OUT["parallel"]),
        )
        yield _Right(question, "parallel", frozenset())


def _readable(row: dict[str, str]) -> dict[str, str]:
    return row | {language: readable(row[language]) for language in LANGUAGES}


def _of_whole_files(rows: Sequence[dict[str, str]], most: int, chance: random.Random) -> list[dict[str, str]]:
    """Some ``most`` of ``rows``: all paragraphs of a document, or none, as they are each other's near ones."""
    documents: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        documents.setdefault(row["source"], []).append(row)
    names = sorted(documents)
    chance.shuffle(names)
    found: list[dict[str, str]] = []
    for name in names:
        if len(found) < most:
            found += documents[name]
    return found


def _sentence(text: str, language: str, chance: random.Random) -> str:
    found = [each for each in _ENDS[language].split(text) if len(each) >= _SHORTEST[language]]
    return (chance.choice(found) if found else text)[:_LONGEST]


def _with_near(found: _Right, passages: _Passages, chance: random.Random) -> SearchQuestion:
    """``found`` with passages of its group that do not answer.

    None of a language in which no right one is known: SQuAD's articles are there in two languages, and nothing says
    which passages are twins; an answer of our own that stands across two passages of one language is in neither.
    """
    question, source = found.question, found.source
    known = {passages.languages[at] for at in question.right}
    others = [
        at
        for at in passages.members[source, question.group]
        if at not in question.right
        and (question.held_out or at not in passages.held_out)
        and passages.languages[at] in known
        and not any(answer in passages.texts[at] for answer in found.answers)
    ]
    near = chance.sample(others, min(_NEAR.get(source, len(others)), len(others)))
    return replace(question, near=tuple(near))


def _without_the_rest(questions: Sequence[SearchQuestion], passages: _Passages) -> RetrievalTexts:
    """Without passages that nobody needs, and without questions half of which are held out."""
    kept = [each for each in questions if each.held_out or not passages.held_out.intersection(each.right + each.near)]
    needed = sorted({at for each in kept for at in each.right + each.near})
    number = {at: new for new, at in enumerate(needed)}
    return RetrievalTexts(
        [
            PassageText(
                passages.texts[at], passages.languages[at], at in passages.held_out, frozenset(passages.groups[at])
            )
            for at in needed
        ],
        [
            replace(each, right=tuple(number[at] for at in each.right), near=tuple(number[at] for at in each.near))
            for each in kept
        ],
    )
