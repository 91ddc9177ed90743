"""What the commands of LaTeX say that are more than the words they are given."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pylatexenc.latexwalker import LatexMacroNode

from corpus.files.markup import tex_names
from corpus.files.markup.elements import Child, code_block, heading, made, note_mark
from corpus.files.markup.tex_flow import Converter, Flow, arguments, is_starred, option, paragraph_end

SECTION = "section-level"  # the attribute of a heading that says what kind of section it begins
NUMBER = "section-number"
_KEYS = re.compile(r"[{}\s]+")


def _section(flow: Flow, node: LatexMacroNode) -> list[Child]:
    name = {"addpart": "part", "addchap": "chapter", "addsec": "section"}.get(node.macroname, node.macroname)
    numbered = name == node.macroname and not is_starred(node)
    number = flow.numbers.section(tex_names.LEVELS[name]) if numbered else ""
    element = heading(1, *_last(flow, node))
    element.attributes |= {SECTION: name, NUMBER: number}
    return [element]


def _run_in(flow: Flow, node: LatexMacroNode) -> list[Child]:
    words = _last(flow, node)
    said = made("p", *words).line()
    ended = said.endswith((".", "。", ":", "：", "?", "？", "!", "！"))
    return [paragraph_end(), *words, "" if ended else ". " if said.isascii() else "："]


def _slide_title(flow: Flow, node: LatexMacroNode) -> list[Child]:
    element = heading(1, *_last(flow, node))
    element.attributes[SECTION] = "frame"
    return [element]


def _caption(flow: Flow, node: LatexMacroNode) -> list[Child]:
    given = arguments(node)
    kind = given[0].latex_verbatim().strip("{}* ") if len(given) > 1 else flow.placed
    if not given or not flow.children(given[-1:]):
        return []
    number = flow.numbers.count(kind) if kind and not (is_starred(node) and node.macroname == "caption") else ""
    named = [f"{flow.names.get(kind, kind.capitalize())} {number}: "] if number else []
    return [made("p", *named, *flow.children(given[-1:]))]


def _footnote(flow: Flow, node: LatexMacroNode) -> list[Child]:
    label = flow.numbers.count("footnote") if node.macroname != "footnotetext" else flow.numbers.last("footnote")
    if node.macroname != "footnotemark":
        current = flow.numbers.current
        flow.notes[label] = [made("div", *_last(flow, node))]
        flow.numbers.current = current
    return [note_mark(label)] if node.macroname != "footnotetext" else []


def _label(flow: Flow, node: LatexMacroNode) -> list[Child]:
    for each in arguments(node):
        flow.numbers.label(_key(each))
    return []


def _reference(flow: Flow, node: LatexMacroNode) -> list[Child]:
    return [flow.numbers.refer(_key(each), node.macroname) for each in arguments(node)]


def _citation(flow: Flow, node: LatexMacroNode) -> list[Child]:
    """ "[Smith, p. 3]", with the numbers of the list of references where the file has one."""
    given = arguments(node)
    if not given or node.macroname == "nocite":
        return []
    said = option(node)
    more = [", ", *flow.children([said])] if said is not None and flow.children([said]) else []
    return [" [", flow.numbers.refer(_key(given[-1]), "cite"), *more, "]"]


def _code(flow: Flow, node: LatexMacroNode) -> list[Child]:
    given = arguments(node)
    number = _key(given[0]) if given else ""
    if not number.isdigit() or int(number) >= len(flow.source.codes):
        return []
    code, language, inline = flow.source.codes[int(number)]
    if language == "url":
        return [code]
    return [made("code", code)] if inline else [code_block(code, language)]


def _line_end(flow: Flow, node: LatexMacroNode) -> list[Child]:
    return [made("br")]


def _paragraph_end(flow: Flow, node: LatexMacroNode) -> list[Child]:
    return [paragraph_end()]


def _raised(flow: Flow, node: LatexMacroNode) -> list[Child]:
    return [made("sup" if node.macroname == "textsuperscript" else "sub", *_last(flow, node))]


def _struck(flow: Flow, node: LatexMacroNode) -> list[Child]:
    return [made("s", *_last(flow, node))]


def _quoted(flow: Flow, node: LatexMacroNode) -> list[Child]:
    return ["“", *_last(flow, node), "”"]


def _typed(flow: Flow, node: LatexMacroNode) -> list[Child]:
    """Words as they are typed, which are code where they look like that."""
    words = _last(flow, node)
    return [made("code", words[0])] if len(words) == 1 and isinstance(words[0], str) else words


def _quantity(flow: Flow, node: LatexMacroNode) -> list[Child]:
    given = [each.latex_verbatim().strip("{}") for each in arguments(node)]
    if node.macroname == "si" or node.macroname == "unit":
        return [_unit(given[-1])] if given else []
    return [" ".join([given[0], _unit(given[1])])] if len(given) > 1 else given


def _unit(said: str) -> str:
    words = re.sub(r"\\([A-Za-z]+)\s*", lambda match: tex_names.UNITS.get(match.group(1), match.group(1)), said)
    return words.replace("~", " ").replace(".", "·").replace("^2", "²").replace("^3", "³")


def _part_of_figure(flow: Flow, node: LatexMacroNode) -> list[Child]:
    caption = option(node)
    words = flow.children([caption]) if caption is not None else []
    return [made("p", *words), *_last(flow, node)]


def _begin_appendix(flow: Flow, node: LatexMacroNode) -> list[Child]:
    flow.numbers.begin_appendix()
    return []


def _cells(flow: Flow, node: LatexMacroNode) -> list[Child]:
    """Words over several lines of a cell."""
    return [" " if getattr(each, "tag", "") == "br" else each for each in _last(flow, node)]


def _last(flow: Flow, node: LatexMacroNode) -> list[Child]:
    return flow.children(arguments(node)[-1:])


def _key(node: Any) -> str:
    return _KEYS.sub(" ", node.latex_verbatim()).strip()


def _all(names: Sequence[str] | frozenset[str], convert: Converter) -> dict[str, Converter]:
    return dict.fromkeys(names, convert)


COMMANDS: Mapping[str, Converter] = {
    **_all([*tex_names.LEVELS, "addpart", "addchap", "addsec"], _section),
    **_all(tex_names.RUN_IN, _run_in),
    "frametitle": _slide_title,
    **_all(["caption", "captionof", "subcaption"], _caption),
    **_all(["footnote", "footnotetext", "footnotemark", "sidenote"], _footnote),
    "label": _label,
    **_all(tex_names.REFERENCES - {"nameref"}, _reference),
    **_all(tex_names.CITATIONS, _citation),
    "fqacode": _code,
    "\\": _line_end,
    "newline": _line_end,
    "linebreak": _line_end,
    "par": _paragraph_end,
    **_all(["column", "item"], _paragraph_end),
    **_all(["textsuperscript", "textsubscript"], _raised),
    **_all(["sout", "st", "xout"], _struck),
    "enquote": _quoted,
    "texttt": _typed,
    **_all(["SI", "qty", "num", "si", "unit"], _quantity),
    "subfloat": _part_of_figure,
    "appendix": _begin_appendix,
    **_all(["makecell", "thead", "shortstack", "tabincell"], _cells),
}
"""By their names."""
