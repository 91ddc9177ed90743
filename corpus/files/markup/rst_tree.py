"""A tree of docutils as the elements of a page."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from docutils import nodes

from corpus.files.markup.elements import (
    Child,
    citation_mark,
    code_block,
    described,
    formula,
    heading,
    made,
    note_mark,
)
from corpus.files.markup.sections import Sections
from corpus.files.web.tree import Element

# What the library could not make out, as it stands in the file: ":role:`words`", "`words`_", "|name|", "word_".
_UNMADE = re.compile(
    r":[\w:+.-]+:`([^`<>]+)(?:<[^<>]*>)?`|`([^`<>]+)(?:<[^<>]*>)?`_{0,2}|\|([^|]+)\||(\w[\w.-]*?)_{1,2}|(\[[^\[\]]+\])_"
)
_DROPPED = (
    nodes.comment,
    nodes.substitution_definition,
    nodes.pending,
    nodes.raw,
    nodes.docinfo,
    nodes.decoration,
    nodes.meta,
    nodes.generated,
    nodes.label,
    nodes.transition,
    nodes.colspec,
)
_WORDS_OF_DESCRIPTION = 3  # that a picture within a line is described with; fewer are the name of a badge


def words_of(node: nodes.Node) -> str:
    """All words in ``node``, on one line."""
    return " ".join(node.astext().replace("\0", "").split())


def sections_of(document: nodes.document) -> Sections:
    """What a tree says, block by block."""
    sections = Sections()
    referred = {words_of(each) for each in document.findall(nodes.footnote_reference)}
    referred |= {f"[{words_of(each)}]" for each in document.findall(nodes.citation_reference)}
    for note in document.findall(lambda node: isinstance(node, (nodes.footnote, nodes.citation))):
        label, elements = _note(note)
        if label in referred:
            sections.notes.setdefault(label, elements)
    titled = bool(document.children) and isinstance(document[0], nodes.title)
    _walk(document, 1 if titled else 0, sections, referred)
    sections.end()
    return sections


def _walk(parent: nodes.Element, level: int, sections: Sections, referred: set[str]) -> None:
    for node in parent.children:
        if isinstance(node, nodes.title):
            sections.add(heading(level, *_inside(node)))
        elif isinstance(node, nodes.section):
            _walk(node, level + 1, sections, referred)
        elif isinstance(node, (nodes.footnote, nodes.citation)):
            label, elements = _note(node)
            if label not in referred:
                sections.add(made("div", *elements))
        else:
            for element in _converted(node):
                sections.add(element if isinstance(element, Element) else made("p", element))


def _note(note: nodes.Element) -> tuple[str, list[Element]]:
    """The label of a footnote, and its words; of a citation they begin with that."""
    label = next((words_of(each) for each in note.children if isinstance(each, nodes.label)), "")
    elements = [each for each in _inside(note) if isinstance(each, Element)]
    if isinstance(note, nodes.citation):
        label = f"[{label}]"
        elements = [made("p", f"{label} ", *(elements[0].children if elements else ())), *elements[1:]]
    return label, elements


def _inside(node: nodes.Element) -> list[Child]:
    return [child for each in node.children for child in _converted(each)]


def _converted(node: nodes.Node) -> Iterator[Child]:
    """The elements and words that stand for ``node``."""
    if isinstance(node, nodes.Text):
        yield node.astext().replace("\0", "")
    elif isinstance(node, _DROPPED) or not isinstance(node, nodes.Element):
        return
    elif convert := _CONVERTERS.get(node.tagname):
        yield from convert(node)
    elif isinstance(node, nodes.Inline):
        yield from _inside(node)
    else:
        yield made("div", *_inside(node))


def _as(tag: str) -> Callable[[Any], Iterator[Child]]:
    def convert(node: nodes.Element) -> Iterator[Child]:
        yield made(tag, *_inside(node))

    return convert


def _admonition(node: nodes.Element) -> Iterator[Child]:
    """What a reader is to note; its name stands before the words, as it is shown."""
    inside = list(node.children)
    name: list[Child] = [node.tagname.capitalize()]
    if inside and isinstance(inside[0], nodes.title):
        name = _inside(inside.pop(0))
    # Most are called what they are; a sentence for a name stands alone.
    if inside and isinstance(inside[0], nodes.paragraph):
        yield made("p", *name, ": ", *_inside(inside.pop(0)))
    else:
        yield made("p", *name)
    yield from (child for each in inside for child in _converted(each))


def _apart(node: nodes.Element) -> Iterator[Child]:
    """Something beside the text; a list of contents is left out."""
    if "contents" not in node["classes"]:
        yield made("div", *_inside(node))


def _ordered(node: nodes.Element) -> Iterator[Child]:
    yield made("ol", *_inside(node), start=str(node.get("start", 1)))


def _definitions(node: nodes.Element) -> Iterator[Child]:
    """Terms and what they mean; also fields and options, which are of that form."""
    parts: list[Child] = []
    for item in node.children:
        for part in item.children if isinstance(item, nodes.Element) else ():
            if isinstance(part, (nodes.term, nodes.field_name, nodes.option_group)):
                parts.append(made("dt", *_term(part)))
            elif isinstance(part, nodes.classifier):
                last = parts[-1] if parts else None
                if isinstance(last, Element):
                    last.children += [" (", *_inside(part), ")"]
            else:
                parts.append(made("dd", *_converted(part)))
    yield made("dl", *parts)


def _term(node: nodes.Element) -> list[Child]:
    if isinstance(node, nodes.option_group):
        return [made("code", ", ".join(words_of(option) for option in node.children))]
    return _inside(node)


def _lines(node: nodes.Element) -> Iterator[Child]:
    """Lines that end where they end."""
    if isinstance(node.parent, nodes.line_block):
        yield from _of_lines(node)
    else:
        yield made("p", *_of_lines(node))


def _of_lines(node: nodes.Element) -> Iterator[Child]:
    for each in node.children:
        if isinstance(each, nodes.line):
            yield from _inside(each)
            yield made("br")
        else:
            yield from _converted(each)


def _attribution(node: nodes.Element) -> Iterator[Child]:
    yield made("p", "— ", *_inside(node))


def _code(node: nodes.Element) -> Iterator[Child]:
    named = [each for each in node["classes"] if each != "code"]
    language = named[0] if named and "code" in node["classes"] else ""
    yield code_block(node.astext(), "python" if isinstance(node, nodes.doctest_block) else language)


def _code_in_line(node: nodes.Element) -> Iterator[Child]:
    yield made("code", node.astext().replace("\0", ""))


def _formula(node: nodes.Element) -> Iterator[Child]:
    display = isinstance(node, nodes.math_block)
    yield made("p", formula(node.astext(), display=True)) if display else formula(node.astext())


def _picture(node: nodes.Element) -> Iterator[Child]:
    """What describes a picture, unless words below it do."""
    words = described(node.get("alt", ""))
    around = node.parent if not isinstance(node.parent, nodes.reference) else node.parent.parent
    if any(isinstance(each, nodes.caption) for each in around.children):
        return
    if isinstance(around, nodes.TextElement):
        if len(words.split()) >= _WORDS_OF_DESCRIPTION:
            yield words
    elif words:
        yield made("p", words)


def _unmade(node: nodes.Element) -> Iterator[Child]:
    """What the library could not make out: its words without the marks."""
    words = node.astext().replace("\0", "")
    marked = _UNMADE.fullmatch(words)
    yield next(filter(None, marked.groups())).strip() if marked else words


def _unread(node: nodes.Element) -> Iterator[Child]:
    """A table that is drawn wrongly stays as it is drawn; what else the library says is no word of the text."""
    if "table" in words_of(node):
        yield from (code_block(each.astext()) for each in node.children if isinstance(each, nodes.literal_block))


def _note_mark(node: nodes.Element) -> Iterator[Child]:
    yield note_mark(words_of(node))


def _citation_mark(node: nodes.Element) -> Iterator[Child]:
    yield citation_mark(f"[{words_of(node)}]")


def _table(node: nodes.Element) -> Iterator[Child]:
    parts: list[Child] = []
    for each in node.children:
        if isinstance(each, nodes.title):
            parts.append(made("caption", *_inside(each)))
        elif isinstance(each, nodes.tgroup):
            parts += [
                made(part.tagname, *(_row(row, part) for row in part.children if isinstance(row, nodes.row)))
                for part in each.children
                if isinstance(part, (nodes.thead, nodes.tbody))
            ]
    yield made("table", *parts)


def _row(row: nodes.Element, part: nodes.Element) -> Element:
    cells = []
    for entry in row.children:
        if isinstance(entry, nodes.entry):
            names = isinstance(part, nodes.thead) or entry.get("stub")
            spans = {name: str(entry[more] + 1) for name, more in _SPANS.items() if more in entry}
            cells.append(made("th" if names else "td", *_inside(entry), **spans))
    return made("tr", *cells)


_SPANS = {"colspan": "morecols", "rowspan": "morerows"}
_CONVERTERS: dict[str, Callable[[Any], Iterator[Child]]] = {
    "paragraph": _as("p"),
    "title": _as("p"),
    "subtitle": _as("p"),
    "rubric": _as("p"),
    "caption": _as("p"),
    "term": _as("p"),
    "bullet_list": _as("ul"),
    "list_item": _as("li"),
    "block_quote": _as("blockquote"),
    "subscript": _as("sub"),
    "superscript": _as("sup"),
    "enumerated_list": _ordered,
    "definition_list": _definitions,
    "field_list": _definitions,
    "option_list": _definitions,
    "line_block": _lines,
    "attribution": _attribution,
    "literal_block": _code,
    "doctest_block": _code,
    "literal": _code_in_line,
    "math": _formula,
    "math_block": _formula,
    "image": _picture,
    "problematic": _unmade,
    "system_message": _unread,
    "footnote_reference": _note_mark,
    "citation_reference": _citation_mark,
    "table": _table,
    "topic": _apart,
    "sidebar": _apart,
    **dict.fromkeys("admonition attention caution danger error hint important note tip warning".split(), _admonition),
}
