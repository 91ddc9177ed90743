"""The reader of LaTeX, by pylatexenc: nothing in a file is run."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from corpus.document import FileContent, PlaceKind
from corpus.errors import CorpusError
from corpus.files.markup import tex_names
from corpus.files.markup.elements import Child, heading, made
from corpus.files.markup.sections import Sections, decoded, names_in
from corpus.files.markup.tex_blocks import ENVIRONMENTS, SLIDE, short_slide
from corpus.files.markup.tex_commands import COMMANDS, NUMBER, SECTION
from corpus.files.markup.tex_flow import Flow
from corpus.files.markup.tex_numbers import Numbers
from corpus.files.markup.tex_source import Source, said_in, source_of
from corpus.files.web.elements import is_block
from corpus.files.web.page_facts import plain_author, plain_title
from corpus.files.web.tree import Element
from corpus.parsing.titles import title_of
from corpus.wording.dates import iso_date

_CHAPTERED = re.compile(r"book|report|memoir|scrbook|scrreprt|ctexbook|ctexrep|.*thesis.*|.*book|.*rep(?:ort)?")
_CHINESE = re.compile(r"ctex")
_PART_OF_NAME = re.compile(
    r"\\(?:thanks|footnote|inst|textsuperscript|email|affil|orcidID|corref|fnref)\s*\{[^{}]*\}|\$\^[^$]*\$"
)
_BETWEEN_NAMES = re.compile(r"\\(?:and|And|AND|quad|qquad)(?![A-Za-z])")
_NO_NAME = re.compile(r"[@\d]|universit|institute|department|大学|学院|研究所", re.I)
_LONGEST_NAME = 120  # characters; what is longer is no list of authors


def read_tex_file(raw: bytes, path: Path) -> FileContent:
    """The text as Markdown, without what stands before it begins; chapters and slides are its places.

    :class:`CorpusError` where it is no text, or nested deeper than can be read.
    """
    source = source_of(decoded(raw, path, "LaTeX file"))
    try:
        return _content(source)
    except RecursionError:
        raise CorpusError(
            f"{path} cannot be read: its groups or lists stand in each other too deeply. Make them shallower."
        ) from None


def _content(source: Source) -> FileContent:
    chinese = bool(_CHINESE.search(source.style)) or bool(
        re.search(r"\\usepackage\s*(?:\[[^\]]*\])?\s*\{ctex", source.preamble)
    )
    names = {kind: words[chinese] for kind, words in tex_names.NAMES.items()}
    chapters = bool(_CHAPTERED.fullmatch(source.style)) and "\\chapter" in source.body
    numbers = Numbers(names, chapters)
    flow = Flow(source, tex_names.names_known(source), {**COMMANDS, "frame": short_slide}, ENVIRONMENTS, names, numbers)
    children = flow.children(flow.parsed(source.body))
    whole = f"{source.preamble}\n{source.body}"
    title = next((words for said in said_in(whole, "title") if (words := flow.words(_named(said)))), "")
    author = _authors(whole, flow)
    date = next((day for said in said_in(whole, "date") if (day := iso_date(flow.words(said)))), "")
    numbers.resolve()
    sections = Sections(notes=flow.notes)
    if title:
        sections.add(heading(1, title))
    _write(children, sections, 2 if title else 1)
    sections.end()
    problems = []
    if flow.elsewhere:
        others = list(dict.fromkeys(flow.elsewhere))
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        problems.append((0, f"what it takes from elsewhere is not read: {', '.join(others[:3])}{more}"))
    if flow.endless:
        problems.append((0, "its own commands say themselves without end, and were left out"))
    if not sections.text:
        problems.append((0, "it holds no words"))
    return FileContent(
        text=sections.text,
        title=plain_title(title) or title_of(sections.text),
        author=author,
        date=date,
        places=sections.places(),
        problems=tuple(problems),
    )


def _write(children: Sequence[Child], sections: Sections, level: int) -> None:
    """Write all blocks; the highest heading is of ``level``."""
    kinds = [each.get(SECTION) for each in children if isinstance(each, Element)]
    used = [kind for kind in (*tex_names.LEVELS, "frame") if kind in kinds]
    slides = 0
    for block in _blocks(children):
        if block.tag == SLIDE:
            slides += 1
            sections.begin(PlaceKind.SLIDE, str(slides))
            continue
        if kind := block.get(SECTION):
            block.tag = f"h{min(level + used.index(kind), 6)}"
            if kind == "chapter":
                sections.begin_chapter(block.get(NUMBER), block.line())
            block.attributes.clear()
        sections.add(block)


def _blocks(children: Sequence[Child]) -> Iterator[Element]:
    """``children`` as blocks: words that follow one another are a paragraph."""
    line: list[Child] = []
    for each in children:
        if isinstance(each, Element) and (is_block(each) or each.tag == SLIDE):
            if line:
                yield made("p", *line)
                line = []
            yield each
        else:
            line.append(each)
    if line:
        yield made("p", *line)


def _named(said: str) -> str:
    """A title or name without the notes to it."""
    return _PART_OF_NAME.sub("", said.replace("\\\\", " "))


def _authors(whole: str, flow: Flow) -> str:
    said = said_in(whole, "IEEEauthorblockN") or said_in(whole, "author")
    names = []
    for each in said:
        for part in _BETWEEN_NAMES.split(each):
            first = re.split(r"\\\\|\n\s*\n|\\(?:small|texttt|email|url)\b", part.strip(), maxsplit=1)[0]
            name = flow.words(_PART_OF_NAME.sub("", first)).strip(" ,;，；")
            if name and len(name) <= _LONGEST_NAME and not _NO_NAME.search(name):
                names.append(plain_author(name))
    return names_in(names)
