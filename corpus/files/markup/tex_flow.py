"""The nodes of a LaTeX file as the elements and words of a page."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pylatexenc.latex2text import LatexNodes2Text
from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexCommentNode,
    LatexEnvironmentNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexMathNode,
    LatexSpecialsNode,
    LatexWalker,
)
from pylatexenc.macrospec import LatexContextDb

from corpus.files.markup import tex_names
from corpus.files.markup.elements import Child, formula, made
from corpus.files.markup.tex_numbers import Numbers
from corpus.files.markup.tex_source import Source, balanced
from corpus.files.web.tree import Element

Node = Any
Converter = Callable[["Flow", Any], list[Child]]
_DEEPEST = 40  # commands of the author's own within each other
_MOST_EXPANSIONS = 20_000
_MOST_CHARACTERS = 2_000_000  # that they may become
_PARAGRAPH_END = re.compile(r"[ \t]*\n(?:[ \t]*\n)+\s*")
_QUOTES = str.maketrans({"`": "‘", "'": "’"})
_SPECIALS = {
    "~": "\xa0", "``": "“", "''": "”", "--": "–", "---": "—", "&": " ", "?`": "¿", "!`": "¡", "<<": "«", ">>": "»",
    ",,": "„", '"`': "„", "\"'": "“",
}  # fmt: skip
_OVERLAY = re.compile(r"^<[\d\w,+\-.|:@ ]*>")
_OPTIONS = re.compile(r"\s*\[[^\[\]]*=[^\[\]]*\]")
_ANGLE = re.compile(r"(-?[\d.,]+)\s*\^\s*(?:\\circ|\{\s*\\circ\s*\})")
_SIGNS = {  # that many write as formulas
    "^\\circ": "°", "^{\\circ": "°", "\\sim": "~", "\\times": "×", "\\pm": "±", "\\rightarrow": "→", "\\to": "→",
    "\\%": "%", "\\bullet": "•", "\\cdot": "·", "\\checkmark": "✓", "<": "<", ">": ">", "\\leq": "≤", "\\geq": "≥",
}  # fmt: skip
_SYMBOLS = LatexNodes2Text(keep_comments=False, math_mode="verbatim")


def paragraph_end() -> Element:
    """What parts paragraphs."""
    return made("p")


@dataclass(slots=True)
class Flow:
    """Converts nodes; what is numbered or noted on the way is kept."""

    source: Source
    known: LatexContextDb
    macros: Mapping[str, Converter]  # what is done with commands that are more than the words they are given
    environments: Mapping[str, Converter]
    names: Mapping[str, str]  # what figures, tables, ... are called in its language
    numbers: Numbers
    notes: dict[str, list[Element]] = field(default_factory=dict)
    elsewhere: list[str] = field(default_factory=list)  # other files that it takes in
    endless: bool = False  # its definitions say themselves
    placed: str = ""  # what a caption belongs to here: "figure"
    _depth: int = 0
    _expansions: int = 0
    _expanded: int = 0  # characters

    def parsed(self, text: str) -> list[Node]:
        """The nodes of ``text``."""
        text = balanced(text)
        walker = LatexWalker(text, latex_context=self.known, tolerant_parsing=True)
        nodes: list[Node] = []
        at = 0
        while at < len(text):  # a brace that nothing opened ends the nodes, and not the text
            found, start, length = walker.get_latex_nodes(pos=at)
            nodes += found
            at = max(start + length, at + 1)
        return nodes

    def children(self, nodes: Sequence[Node] | None) -> list[Child]:
        """The elements and words of ``nodes``."""
        found: list[Child] = []
        waiting = list(reversed([node for node in nodes or () if node is not None]))
        while waiting:
            node = waiting.pop()
            if isinstance(node, LatexCharsNode):
                found += self._words(node.chars)
            elif isinstance(node, LatexSpecialsNode):
                sign = node.specials_chars
                found += [paragraph_end()] if "\n" in sign else [_SPECIALS.get(sign, sign)]
            elif isinstance(node, LatexGroupNode):
                found += self.children(node.nodelist)
            elif isinstance(node, LatexMathNode):
                found.append(self.formula(node.latex_verbatim(), display=node.displaytype == "display"))
            elif isinstance(node, LatexEnvironmentNode):
                found += self.environment(node)
            elif isinstance(node, LatexMacroNode):
                found += self._macro(node, waiting)
            elif not isinstance(node, LatexCommentNode):
                found += self._words(node.latex_verbatim())
        return found

    def words(self, text: str) -> str:
        """``text`` of the source as words on one line."""
        return made("p", *self.children(self.parsed(text))).line().replace("\xa0", " ").strip()

    def _words(self, characters: str) -> Iterator[Child]:
        at = 0
        characters = characters.translate(_QUOTES)
        for match in _PARAGRAPH_END.finditer(characters):
            yield characters[at : match.start()]
            yield paragraph_end()
            at = match.end()
        yield characters[at:]

    def _macro(self, node: LatexMacroNode, waiting: list[Node]) -> list[Child]:
        name = node.macroname
        if own := self.source.definitions.get(name):
            return self._expanded_macro(node, own.arguments, own.default, own.body)
        if waiting:
            self.drop_overlay(waiting[-1])
        if convert := self.macros.get(name):
            return convert(self, node)
        if name in tex_names.WORDS:
            return [made("br")] if tex_names.WORDS[name] == "\n" else [tex_names.WORDS[name]]
        if name in tex_names.DROPPED:
            return []
        if name in tex_names.OTHER_FILES:
            given = arguments(node)
            self.elsewhere.append(given[-1].latex_verbatim().strip("{} ") if given else name)
            return []
        spec = _SYMBOLS.latex_context.get_macro_spec(name)
        if spec is not None and spec.simplify_repl is not None and not isinstance(spec.simplify_repl, bool):
            said = _SYMBOLS.nodelist_to_text([node])
            return [said] if said.strip() or not arguments(node) else []
        given = arguments(node)
        return self.children([given[-1]]) if given else []

    def _expanded_macro(self, node: LatexMacroNode, count: int, default: str | None, body: str) -> list[Child]:
        given = [each.latex_verbatim() if each is not None else None for each in _argument_nodes(node)]
        values = [_unbraced(each) if each is not None else default or "" for each in given]
        if count:
            values += [""] * (count - len(values))
            body = re.sub(
                r"#([1-9])", lambda match: (values[int(match.group(1)) - 1 : int(match.group(1))] or [""])[0], body
            )
        self._expansions += 1
        self._expanded += len(body)
        if (
            self._depth >= _DEEPEST
            or self._expansions > _MOST_EXPANSIONS
            or self._expanded > _MOST_CHARACTERS
            or self.endless
        ):
            self.endless = True
            return []
        self._depth += 1
        found = self.children(self.parsed(body))
        self._depth -= 1
        if (
            not count
            and node.macro_post_space
            and found
            and self.source.definitions[node.macroname].body.endswith("\\xspace")
        ):
            found.append(" ")
        return found

    def drop_overlay(self, node: Node) -> None:
        """In slides, "<2->" behind a command says when it is shown."""
        if self.source.style == "beamer" and isinstance(node, LatexCharsNode):
            node.chars = _OVERLAY.sub("", node.chars, count=1)

    @contextmanager
    def placed_in(self, kind: str) -> Iterator[None]:
        """Captions belong to ``kind`` meanwhile."""
        before, self.placed = self.placed, kind
        yield
        self.placed = before

    def formula(self, source: str, *, display: bool) -> Child:
        """The formula ``source``, with what stands around it in the file."""
        tex = re.sub(r"^(?:\$\$?|\\[(\[])|(?:\$\$?|\\[)\]])$", "", source.strip())
        for _ in range(4):
            written = re.sub(r"\\([A-Za-z]+)", self._in_formula, tex)
            if written == tex or len(written) > 4_000:
                break
            tex = written
        tex = re.sub(r"\\label\s*\{[^{}]*\}|\\(?:nonumber|notag)\b", "", tex)
        if angle := _ANGLE.fullmatch(tex):
            return f"{angle.group(1)}°"
        if sign := _SIGNS.get("".join(tex.split()).strip("{}")):
            return sign
        return formula(re.sub(r"\\fqacode\{\d+\}", "", tex), display=display)

    def _in_formula(self, match: re.Match[str]) -> str:
        own = self.source.definitions.get(match.group(1))
        return own.body if own and not own.arguments else match.group()

    def environment(self, node: LatexEnvironmentNode) -> list[Child]:
        """What an environment holds."""
        name = node.environmentname
        if name in tex_names.NEVER_SHOWN:
            return []
        convert = self.environments.get(name)
        if convert is None and name in self.source.theorems:
            convert = self.environments["theorem"]
        return convert(self, node) if convert else self.plain(node)

    def plain(self, node: LatexEnvironmentNode) -> list[Child]:
        """What stands in an environment that only gives it a form."""
        nodes = list(node.nodelist or ())
        if nodes and isinstance(nodes[0], LatexCharsNode):
            nodes[0].chars = _OPTIONS.sub("", nodes[0].chars, count=1)
        return [paragraph_end(), *self.children(nodes), paragraph_end()]


def _argument_nodes(node: Node) -> list[Node]:
    """What a command or environment was given, None for what is optional and absent; stars are left out."""
    if node.nodeargd is None or not node.nodeargd.argnlist:
        return []
    spec = node.nodeargd.argspec or ""
    given = list(node.nodeargd.argnlist)
    return [each for each, kind in zip(given, spec, strict=False) if kind != "*"] if len(spec) == len(given) else given


def arguments(node: Node) -> list[Node]:
    """What a command was given in braces."""
    return [each for each in _argument_nodes(node) if each is not None and not is_optional(each)]


def option(node: Node) -> Node | None:
    """What a command was given first in brackets; None where that is nothing."""
    return next((each for each in _argument_nodes(node) if each is not None and is_optional(each)), None)


def is_starred(node: Node) -> bool:
    """Whether a star stands behind the name of a command."""
    given = node.nodeargd.argnlist if node.nodeargd is not None and node.nodeargd.argnlist else ()
    return any(isinstance(each, LatexCharsNode) and each.chars == "*" for each in given[:1])


def is_optional(node: Node) -> bool:
    """Whether an argument stands in brackets."""
    return isinstance(node, LatexGroupNode) and node.delimiters[0] == "["


def _unbraced(text: str) -> str:
    return text[1:-1] if text[:1] in "{[" and text[-1:] in "}]" else text
