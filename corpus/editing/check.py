"""What an editor wants to know of a folder of texts before anyone else reads it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.arguments import path_of
from corpus.document import Document, Problem, Span
from corpus.editing.new_pair import TO_WRITE
from corpus.errors import CorpusError
from corpus.files.facts import read_facts
from corpus.files.folders import find_texts, load_documents
from corpus.files.glossary import load_glossary
from corpus.files.references import REFERENCES_FILE, load_references
from corpus.language import LANGUAGES, language_of
from corpus.parsing.blocks import Block, BlockKind, blocks_of, heading_text
from corpus.parsing.front_matter import front_matter_end
from corpus.splitting.passages import PASSAGE_WIDTH, split
from corpus.wording.figures import figures_in
from corpus.wording.plain_text import readable, reference_keys
from corpus.wording.sentences import width

LONGEST_RUN = 60  # columns that a text may have in common with another author's: titles and lists of names do
_REQUIRED = ("title", "language", "twin")
_PLAIN = (".md", ".txt")  # what an editor writes by our rules; other files have no front matter and no comments
_SPACE = re.compile(r"\s+")
_NO_LIMIT = 1 << 30  # columns
_COMMENT = re.compile(r"<!--(?:(?!-->|<!--).)*+-->", re.S)  # gives up at the next opening: no text takes long
_KEY = re.compile(r"[\w.:+-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a check found."""

    documents: int
    pairs: int  # texts with a twin, counted once
    references: int
    terms: int  # of the glossary
    longest_run: int  # columns of the longest stretch in common with other authors' texts; 0: there were none
    run: str  # that stretch, without its white space
    run_in: str  # id of the document it stands in
    problems: tuple[Problem, ...]


def check_texts(folder: str | Path, *, others: str | Path | None = None, passage_width: int = PASSAGE_WIDTH) -> Report:
    """Check the texts, references and glossary in ``folder``.

    Texts that cannot be read, or only in part, that hold nothing or are not finished; and, where a folder of
    ``others``' texts is given, that no sentence and no stretch of more than :data:`LONGEST_RUN` columns is theirs.
    Where the folder is kept as the built-in one is (a list of references, or a text that names its twin or some), also
    the front matter of its plain and Markdown texts, twins (same headings, lists, tables and figures), references,
    the width of paragraphs. :class:`CorpusError` where a folder or a list beside the texts cannot be read.
    """
    folder = path_of("folder", folder, CorpusError)
    read = [text.try_to_read() for text in find_texts(folder)]
    documents = [each for each in read if isinstance(each, Document)]
    listed = load_references(folder)
    terms = load_glossary(folder)
    by_id = {document.id: document for document in documents}
    problems = [each for each in read if isinstance(each, Problem)]
    plain = {name: document for name, document in by_id.items() if name.lower().endswith(_PLAIN)}
    # Front matter is optional: who keeps no such folder is not told hundreds of times that there is none.
    edited = (folder / REFERENCES_FILE).exists() or any(each.twin or each.references for each in plain.values())
    for document in documents:
        problems += document.problems
        if document.id in plain:
            problems += _unfinished(document)
            problems += _problems_in(document, passage_width) if edited else ()
    pairs = []
    for document in documents:
        twin = by_id.get(document.twin)
        if twin is document:
            problems.append(Problem(document.id, 0, "it names itself as its twin"))
        elif document.twin and not twin:
            problems.append(Problem(document.id, 0, f"its twin {document.twin} does not exist"))
        elif twin and twin.twin != document.id:
            problems.append(Problem(document.id, 0, f"its twin {twin.id} names {twin.twin or 'no twin'} instead of it"))
        elif twin and document.id < twin.id:
            pairs.append((document, twin))
            problems.extend(_differences(document, twin))
    used = {reference.key for document in documents for reference in document.references}
    for document in documents:
        problems.extend(_unlisted_references(document, set(listed)))
    for key in sorted(set(listed) - used):
        problems.append(Problem(REFERENCES_FILE, 0, f"no text names the reference {key!r}"))
    foreign = load_documents(others) if others else []
    problems.extend(_sentences_of_others(documents, foreign))
    where, run = _find_longest_run(documents, foreign)
    if width(run) > LONGEST_RUN:
        problems.append(
            Problem(where, 0, f"{width(run)} columns are word for word another's (at most {LONGEST_RUN}): {run!r}")
        )
    return Report(
        documents=len(documents),
        pairs=len(pairs),
        references=len(listed),
        terms=len(terms),
        longest_run=width(run),
        run=run,
        run_in=where,
        problems=tuple(problems),
    )


def _unfinished(document: Document) -> Iterator[Problem]:
    """What is wrong with any text."""
    if TO_WRITE in document.text:
        line = _line(document, document.text.index(TO_WRITE))
        yield Problem(document.id, line, f"something is still to be written ({TO_WRITE})")
    if not document.text[front_matter_end(document.text) :].strip():
        yield Problem(document.id, 0, "it holds nothing that could be found")


def _problems_in(document: Document, passage_width: int) -> Iterator[Problem]:
    """What is wrong with a text by itself that is to be like the built-in ones."""
    facts = read_facts(document.text).values
    for key in _REQUIRED:
        if not facts.get(key):
            yield Problem(document.id, 1, f"the front matter has no {key!r}")
    language = facts.get("language")
    if language and language not in LANGUAGES:
        yield Problem(document.id, 1, f"'language' is {language!r}; expected {' or '.join(LANGUAGES)}")
    sections = _sections(document)
    if not sections or sections[0].level != 1 or sections[0].heading != readable(document.title):
        yield Problem(document.id, 0, f"the text does not begin with its title as heading: # {document.title}")
    for section in sections:
        name = section.heading or "the beginning"
        if not section.blocks and section.level > 1 and not section.parent:
            yield Problem(document.id, section.line, f"{name!r} says nothing")
        if section.level > 1 and not section.references:
            yield Problem(document.id, section.line, f"{name!r} names no references (<!-- references: key, key -->)")
        for block in section.blocks:
            yield from _problems_in_block(document, block, language, passage_width)


def _problems_in_block(document: Document, block: Block, language: object, passage_width: int) -> Iterator[Problem]:
    stretch = document.text[block.start : block.end]
    if block.kind is not BlockKind.OTHER and width(stretch) > passage_width:
        yield Problem(
            document.id,
            _line(document, block.start),
            f"a paragraph of {width(stretch)} columns; {passage_width} fit in a passage: part it",
        )
    prose = block.kind is BlockKind.PROSE and language in LANGUAGES
    if prose and language_of(readable(stretch)) != language:
        yield Problem(document.id, _line(document, block.start), f"a paragraph that is not in {language!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    level: int
    heading: str
    line: int
    references: tuple[str, ...]  # named by the section itself
    blocks: tuple[Block, ...]  # without the headings and the comments
    text: str
    parent: bool  # whether sections of its own follow


def _sections(document: Document) -> list[_Section]:
    """The text in sections; what stands above the first heading has level 0, and is left out where it is empty."""
    heads: list[Block | None] = [None]
    bodies: list[list[Block]] = [[]]
    for block in blocks_of(document.text):
        if block.kind is BlockKind.HEADING:
            heads.append(block)
            bodies.append([])
        else:
            bodies[-1].append(block)
    sections = []
    for at, (head, body) in enumerate(zip(heads, bodies, strict=True)):
        if head is None and not body:
            continue
        start = head.start if head else front_matter_end(document.text)
        following = heads[at + 1] if at + 1 < len(heads) else None
        stretch = document.text[start : following.start if following else len(document.text)]
        sections.append(
            _Section(
                level=head.level if head else 0,
                heading=readable(heading_text(document.text, head)) if head else "",
                line=_line(document, start),
                references=reference_keys(stretch),
                blocks=tuple(block for block in body if readable(document.text[block.start : block.end])),
                text=stretch,
                parent=bool(head and following and following.level > head.level),
            )
        )
    return sections


def _differences(document: Document, twin: Document) -> Iterator[Problem]:
    """Where twins differ in what they hold."""
    ours, theirs = _sections(document), _sections(twin)
    if [section.level for section in ours] != [section.level for section in theirs]:
        counts = f"{len(ours)} and {len(theirs)}"
        yield Problem(document.id, 0, f"it and its twin {twin.id} have different headings ({counts} sections)")
        return
    if [reference.key for reference in document.references] != [reference.key for reference in twin.references]:
        yield Problem(document.id, 0, f"it and its twin {twin.id} name different references")
    for one, other in zip(ours, theirs, strict=True):
        here = f"{one.heading!r} and {other.heading!r} of its twin"
        shapes = [[block.kind for block in section.blocks] for section in (one, other)]
        if shapes[0] != shapes[1]:
            shown = " and ".join(_shape(shape) for shape in shapes)
            yield Problem(document.id, one.line, f"{here} are not made of the same paragraphs, items and rows: {shown}")
        if differing := figures_in(_without_comments(one.text)) ^ figures_in(_without_comments(other.text)):
            shown = ", ".join(sorted(format(value, "f") for value in differing))
            yield Problem(document.id, one.line, f"{here} do not state the same figures: only one has {shown}")


def _without_comments(text: str) -> str:
    return _COMMENT.sub("", text)


def _shape(kinds: Sequence[BlockKind]) -> str:
    names = {BlockKind.PROSE: "paragraphs", BlockKind.ITEM: "items", BlockKind.ROW: "rows", BlockKind.OTHER: "others"}
    return " ".join(f"{kinds.count(kind)} {name}" for kind, name in names.items() if kind in kinds) or "nothing"


def _unlisted_references(document: Document, listed: set[str]) -> Iterator[Problem]:
    named = set(reference_keys(document.text))
    for reference in document.references:
        # A line of the front matter that is no key says itself what it means.
        if reference.key not in listed and (reference.key in named or _KEY.fullmatch(reference.key)):
            yield Problem(document.id, 0, f"the reference {reference.key!r} is not in {REFERENCES_FILE}")


def _sentences_of_others(documents: Iterable[Document], others: Iterable[Document]) -> Iterator[Problem]:
    theirs = {_squeeze(other.text[slice(*span)]): other.id for other in others for span in _sentences(other)}
    for document in documents if theirs else ():
        for start, end in _sentences(document):
            sentence = _squeeze(document.text[start:end])
            if width(sentence) > 20 and sentence in theirs:
                yield Problem(document.id, _line(document, start), f"a sentence of {theirs[sentence]}: {sentence!r}")


def _sentences(document: Document) -> Iterator[Span]:
    """The sentences, items and rows of the text, without the headings, bullets and comments around them."""
    for passage in split(document, _NO_LIMIT):
        yield from passage.sentences


def _find_longest_run(documents: Sequence[Document], others: Sequence[Document]) -> tuple[str, str]:
    """The id of a document, and the longest stretch (without white space) that it has in common with ``others``.

    By bisection: where a stretch of n characters is common, one of n - 1 is. White space and case do not count.
    """
    theirs = [_squeeze(other.text) for other in others]
    ours = [
        (document.id, _squeeze(_without_comments(document.text[front_matter_end(document.text) :])))
        for document in documents
    ]
    low, high, found = 0, 1 << 12, ("", "")
    while theirs and low < high:
        length = (low + high + 1) // 2
        # Their hashes alone: the stretches themselves would take gigabytes.
        known = {hash(text[at : at + length]) for text in theirs for at in range(len(text) - length + 1)}
        common = next(
            (
                (name, text[at : at + length])
                for name, text in ours
                for at in range(len(text) - length + 1)
                if hash(text[at : at + length]) in known and any(text[at : at + length] in other for other in theirs)
            ),
            None,
        )
        low, high, found = (length, high, common) if common else (low, length - 1, found)
    return found


def _squeeze(text: str) -> str:
    return _SPACE.sub("", text).casefold()


def _line(document: Document, at: int) -> int:
    return document.text.count("\n", 0, at) + 1
