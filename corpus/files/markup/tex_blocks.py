"""What the environments of LaTeX say: lists, tables, figures, formulas, theorems, slides, references."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexEnvironmentNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexSpecialsNode,
)

from corpus.files.markup import tex_names
from corpus.files.markup.elements import Child, heading, made
from corpus.files.markup.tex_commands import SECTION
from corpus.files.markup.tex_flow import Converter, Flow, arguments, option, paragraph_end
from corpus.files.web.items import whole_number
from corpus.files.web.tree import Element

SLIDE = "#slide"  # the tag of what stands where a slide begins
_RULES = frozenset("hline toprule midrule bottomrule hdashline".split())
_FRAME_OPTIONS = re.compile(r"\s*(?:<[^<>]*>)?\s*(?:\[[^\]]*\])*\s*")
_FORMULA = re.compile(r"\\begin\s*\{([^{}]*)\}(?:\{\d+\})?(.*)\\end\s*\{[^{}]*\}", re.S)
_FORMULA_LABEL = re.compile(r"\\label\s*\{([^{}]*)\}")
_ROWS_NUMBERED = ("align", "gather", "eqnarray", "flalign", "alignat", "IEEEeqnarray")


def _list(flow: Flow, node: LatexEnvironmentNode) -> list[Child]:
    ordered = node.environmentname in ("enumerate", "compactenum", "inparaenum")
    items: list[Child] = []
    for mark, nodes in _items(flow, node):
        label = flow.children([mark]) if mark is not None else []
        items.append(made("li", *label, " " if label else "", *flow.children(nodes)))
    return [made("ol" if ordered else "ul", *items)]


def _descriptions(flow: Flow, node: LatexEnvironmentNode) -> list[Child]:
    parts: list[Child] = []
    for mark, nodes in _items(flow, node):
        if mark is not None:
            parts.append(made("dt", *flow.children([mark])))
        parts.append(made("dd", *flow.children(nodes)))
    return [made("dl", *parts)]


def _items(flow: Flow, node: LatexEnvironmentNode) -> list[tuple[Any, list[Any]]]:
    """The labels and nodes of the items of a list; what comes before them is no item."""
    items: list[tuple[Any, list[Any]]] = []
    for each in node.nodelist or ():
        if isinstance(each, LatexMacroNode) and each.macroname == "item":
            items.append((option(each), []))
        elif items:
            if not items[-1][1]:
                flow.drop_overlay(each)
            items[-1][1].append(each)
    return items


def _table(flow: Flow, node: LatexEnvironmentNode) -> list[Child]:
    before: list[Child] = []
    rows: list[Element] = []
    head: list[Element] = []
    reaching: dict[int, int] = {}  # column -> how many more rows a cell of several rows takes
    is_ruled = is_headed = False
    with flow.placed_in("table" if node.environmentname in tex_names.PLACED else flow.placed):
        for name, cells in _rows(node):
            if name:
                if name == "endfirsthead" or (name == "endhead" and not is_headed):
                    head, rows, is_headed = [*head, *rows], [], True
                elif name in ("endhead", "endfoot", "endlastfoot"):
                    rows = []
                elif not is_ruled and not head and rows and name in _RULES:
                    is_ruled, head, rows = True, rows, []
                continue
            row = made("tr", *_uncovered([_cell(flow, cell, before) for cell in cells], reaching))
            if row.text().strip() or any(each.first("script") for each in row.elements()):
                rows.append(row)
    if not rows:
        head, rows = [], head
    for row in head:
        for cell in row.elements():
            cell.tag = "th"
    parts = [made("thead", *head)] if head else []
    return [paragraph_end(), *before, made("table", *parts, made("tbody", *rows))]


def _uncovered(cells: Sequence[Element], reaching: dict[int, int]) -> list[Element]:
    """``cells`` without the empty ones into which a cell of a row above reaches."""
    kept = []
    column = 0
    for cell in cells:
        is_covered = reaching.get(column, 0) > 0
        if is_covered:
            reaching[column] -= 1
        if not is_covered or cell.text().strip():
            kept.append(cell)
            reaching[column] = max(whole_number(cell.get("rowspan"), 1), 1) - 1
        column += max(whole_number(cell.get("colspan"), 1), 1)
    return kept


def _rows(node: LatexEnvironmentNode) -> list[tuple[str, list[list[Any]]]]:
    """The rows of a table, as the nodes of their cells; and, by their names, the commands between rows."""
    found: list[tuple[str, list[list[Any]]]] = []
    cells: list[list[Any]] = [[]]
    for each in node.nodelist or ():
        name = each.macroname if isinstance(each, LatexMacroNode) else ""
        if isinstance(each, LatexSpecialsNode) and each.specials_chars == "&":
            cells.append([])
        elif name in ("\\", "tabularnewline", "cr"):
            found.append(("", cells))
            cells = [[]]
        elif name in _RULES or name.startswith("end"):
            if len(cells) > 1 or any(_is_said(node) for node in cells[0]):
                found.append(("", cells))  # the last row may go without its end
                cells = [[]]
            found.append((name, []))
        else:
            cells[-1].append(each)
    return [*found, ("", cells)]


def _is_said(node: Any) -> bool:
    if isinstance(node, LatexCharsNode):
        return bool(node.chars.strip())
    return not isinstance(node, LatexMacroNode) or node.macroname not in tex_names.DROPPED


def _cell(flow: Flow, nodes: Sequence[Any], before: list[Child]) -> Element:
    """A cell; a caption among its words is none of them."""
    spans: dict[str, str] = {}
    inside = [each for each in nodes if _is_said(each)]
    for _ in range(2):  # several columns of several rows
        if len(inside) == 1 and isinstance(inside[0], LatexMacroNode):
            name, given = inside[0].macroname, arguments(inside[0])
            if name in ("multicolumn", "multirow") and given:
                number = given[0].latex_verbatim().strip("{} ")
                spans["colspan" if name == "multicolumn" else "rowspan"] = number
                last = given[-1]
                inside = (
                    [each for each in last.nodelist if _is_said(each)] if isinstance(last, LatexGroupNode) else [last]
                )
    children: list[Child] = []
    for each in inside:
        is_caption = isinstance(each, LatexMacroNode) and each.macroname in ("caption", "label")
        (before if is_caption else children).extend(flow.children([each]))
    return made("td", *children, **spans)


def _placed(flow: Flow, node: LatexEnvironmentNode) -> list[Child]:
    """A figure or table, with its caption."""
    current = flow.numbers.current
    with flow.placed_in(tex_names.PLACED[node.environmentname.removesuffix("*")]):
        found = flow.plain(node)
    flow.numbers.current = current
    return found


def _formula(flow: Flow, node: LatexEnvironmentNode) -> list[Child]:
    found = _FORMULA.fullmatch(node.latex_verbatim())
    name, tex = (found.group(1), found.group(2)) if found else ("", node.latex_verbatim())
    current = flow.numbers.current
    rows = tex.split("\\\\") if name.startswith(_ROWS_NUMBERED) else [tex]
    for row in rows:
        if (
            not name.endswith("*")
            and name not in ("displaymath", "math")
            and not re.search(r"\\no(?:number|tag)\b", row)
        ):
            flow.numbers.count("equation")
        for key in _FORMULA_LABEL.findall(row):
            flow.numbers.label(key)
    flow.numbers.current = current
    return [flow.formula(tex, display=name != "math")]


def _theorem(flow: Flow, node: LatexEnvironmentNode) -> list[Child]:
    name = node.environmentname.removesuffix("*")
    own = flow.source.theorems.get(node.environmentname)
    called = own.name if own else flow.names.get(name, name.capitalize())
    is_numbered = name != "proof" and not node.environmentname.endswith("*")
    kind, within = ((own.counted_as or name), own.within) if own else (name, "")
    if own and (shared := flow.source.theorems.get(own.counted_as)):
        within = shared.within
    number = flow.numbers.count(kind, tex_names.LEVELS.get(within, 0)) if is_numbered else ""
    said = option(node)
    more = [" (", *flow.children([said]), ")"] if said is not None else []
    return [
        paragraph_end(),
        f"{flow.words(called)} {number}".strip(),
        *more,
        ". ",
        *flow.children(node.nodelist),
        paragraph_end(),
    ]


def _abstract(flow: Flow, node: LatexEnvironmentNode) -> list[Child]:
    element = heading(1, flow.names["abstract"])
    element.attributes[SECTION] = "section"
    return [element, *flow.plain(node)]


def _quotation(flow: Flow, node: LatexEnvironmentNode) -> list[Child]:
    return [made("blockquote", *flow.children(node.nodelist))]


def _box(flow: Flow, node: LatexEnvironmentNode) -> list[Child]:
    """Something in a box, with a title."""
    given = arguments(node)
    return [paragraph_end(), *flow.children(given[:1]), *flow.plain(node)]


def _references(flow: Flow, node: LatexEnvironmentNode) -> list[Child]:
    element = heading(1, flow.names["references"])
    element.attributes[SECTION] = "chapter" if flow.numbers.chapters else "section"
    found: list[Child] = [element]
    number = 0
    for each in node.nodelist or ():
        if isinstance(each, LatexMacroNode) and each.macroname == "bibitem":
            said = option(each)
            number += said is None
            label = made("p", *flow.children([said])).line() if said is not None else str(number)
            for key in arguments(each)[-1:]:
                flow.numbers.entries[key.latex_verbatim().strip("{} ")] = label
            found += [paragraph_end(), f"[{label}] "]
        elif number or len(found) > 1:
            found += flow.children([each])
    return [*found, paragraph_end()]


def short_slide(flow: Flow, node: LatexMacroNode) -> list[Child]:
    """A slide that is no environment."""
    return [made(SLIDE), *flow.children(arguments(node)[-1:]), paragraph_end()]


def _slide(flow: Flow, node: LatexEnvironmentNode) -> list[Child]:
    """A slide; its title may stand behind its beginning."""
    nodes = list(node.nodelist or ())
    if nodes and isinstance(nodes[0], LatexCharsNode):
        nodes[0].chars = _FRAME_OPTIONS.sub("", nodes[0].chars, count=1)
        if not nodes[0].chars:
            nodes.pop(0)
    found: list[Child] = [made(SLIDE)]
    if nodes and isinstance(nodes[0], LatexGroupNode):
        element = heading(1, *flow.children([nodes.pop(0)]))
        element.attributes[SECTION] = "frame"
        found.append(element)
        if nodes and isinstance(nodes[0], LatexGroupNode):
            found += [made("p", *flow.children([nodes.pop(0)]))]
    return [*found, *flow.children(nodes), paragraph_end()]


def _all(names: Sequence[str] | frozenset[str], convert: Converter) -> dict[str, Converter]:
    return dict.fromkeys(names, convert)


ENVIRONMENTS: Mapping[str, Converter] = {
    **_all(["itemize", "enumerate", "compactitem", "compactenum", "inparaenum", "list", "tablenotes"], _list),
    **_all(["description", "compactdesc"], _descriptions),
    **_all(tex_names.TABLES, _table),
    **_all([*(each for each in tex_names.PLACED if each != "longtable"), "figure*", "table*", "algorithm*"], _placed),
    **_all(tex_names.FORMULAS, _formula),
    **_all(tex_names.THEOREMS, _theorem),
    "abstract": _abstract,
    **_all(["quote", "quotation", "verse"], _quotation),
    **_all(["block", "alertblock", "exampleblock"], _box),
    "thebibliography": _references,
    "frame": _slide,
}
"""By their names."""
