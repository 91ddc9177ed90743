"""The reader of Org files: a reader of our own, for no kept library reads more of them than headlines and tables."""

import re
from pathlib import Path

from corpus.document import FileContent
from corpus.files.markup.elements import heading, made
from corpus.files.markup.org_blocks import Org
from corpus.files.markup.sections import Sections, decoded, names_in
from corpus.files.web.page_facts import plain_author, plain_title, web_address
from corpus.files.web.tree import Element
from corpus.parsing.titles import title_of
from corpus.wording.dates import iso_date

_NOTES = re.compile(r"footnotes|脚注|脚註|注释", re.I)


def read_org_file(raw: bytes, path: Path) -> FileContent:
    """The text as Markdown, without properties, drawers and comments; :class:`corpus.errors.CorpusError` where it is no
    text."""
    org = Org()
    elements = org.blocks(decoded(raw, path, "Org file").split("\n"))
    title = _plain(org, "title")
    sections = Sections()
    if title:
        sections.add(heading(1, title))
    sections.notes = _notes(org)
    for number, element in enumerate(elements):
        if _heads_notes(element) and (number + 1 == len(elements) or "level" in elements[number + 1].attributes):
            continue
        if level := element.attributes.pop("level", ""):
            element.tag = f"h{min(int(level) + bool(title), 6)}"
        sections.add(element)
    sections.end()
    problems = []
    if org.elsewhere:
        more = f" and {len(org.elsewhere) - 3} more" if len(org.elsewhere) > 3 else ""
        problems.append((0, f"what it takes from elsewhere is not read: {', '.join(org.elsewhere[:3])}{more}"))
    if not sections.text:
        problems.append((0, "it holds no words"))
    return FileContent(
        text=sections.text,
        title=plain_title(title) or title_of(sections.text),
        author=names_in([plain_author(each) for each in _plain(org, "author").split(", ")]),
        date=iso_date(_plain(org, "date").strip("<>[]")),
        source=web_address(org.facts.get("source", "")) or web_address(org.facts.get("url", "")),
        problems=tuple(problems),
    )


def _plain(org: Org, name: str) -> str:
    return made("p", *org.words.of(org.facts.get(name, ""))).line()


def _heads_notes(element: Element) -> bool:
    """Whether ``element`` heads notes, which stand where the text refers to them."""
    return "level" in element.attributes and bool(_NOTES.fullmatch(element.line()))


def _notes(org: Org) -> dict[str, list[Element]]:
    """The notes by their numbers; words of a note may refer to others."""
    notes: dict[str, list[Element]] = {}
    done = 0
    while done < len(org.words.notes):
        for name, number in list(org.words.notes.items())[done:]:
            done += 1
            if number in org.words.inline_notes:
                notes[number] = [made("p", *org.words.of(org.words.inline_notes[number]))]
            elif name in org.notes:
                notes[number] = org.notes[name]
    return notes
