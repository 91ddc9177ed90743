"""Formulas of a page as text: what their author wrote in TeX, or else MathML on a line."""

import re
from collections.abc import Sequence

from corpus.files.escapes import Piece
from corpus.files.web.tree import Element

_TEX = re.compile(r"tex", re.I)
_STYLE = re.compile(r"\{\\(?:display|text)style\s*(.*)\}", re.S)
_INLINE = re.compile(r"[^\s$][^$\n]{0,398}(?<=[^\s\\])")  # what the parser of Markdown takes between two "$"
_SHORT = re.compile(r"[\w.+\-−∞′*]+|\\[A-Za-z]+")
_DROPPED = frozenset({"annotation", "annotation-xml", "mphantom", "mspace", "none", "mprescripts", "maligngroup"})


def tex_piece(tex: str, *, display: bool) -> Piece:
    """The formula ``tex`` as it stands in a paragraph."""
    tex = " ".join(tex.split())
    while styled := _STYLE.fullmatch(tex):
        tex = styled.group(1).strip()
    if not tex or "$" in tex:
        return tex, False
    if not display and _INLINE.fullmatch(tex):
        return f"${tex}$", True
    return f"$${tex}$$", True


def math_piece(math: Element) -> Piece:
    """The element ``math`` as it stands in a paragraph."""
    display = math.get("display") == "block"
    for each in math.walk():
        if each.tag == "annotation" and _TEX.search(each.get("encoding")) and each.text().strip():
            return tex_piece(each.text(), display=display)
    if math.get("alttext") and "\\" in math.get("alttext"):
        return tex_piece(math.get("alttext"), display=display)
    return " ".join(_linear(math).split()), False


def raised(base: str, above: str) -> str:
    """``base`` with ``above`` written above it: "10^6", "e^(x+1)"."""
    return f"{base}^{_grouped(above)}"


def lowered(base: str, below: str) -> str:
    """``base`` with ``below`` written below it: "x_i"."""
    return f"{base}_{_grouped(below)}"


def _grouped(part: str) -> str:
    part = part.strip()
    return part if _SHORT.fullmatch(part) or (part[:1] == "(" and part[-1:] == ")") else f"({part})"


def _linear(element: Element) -> str:
    """MathML on a line."""
    tag = element.tag
    if tag in _DROPPED:
        return ""
    if tag in ("mi", "mn", "mo", "mtext", "ms"):
        words = element.line()
        return f" {words} " if tag == "mo" and words in "=<>≤≥≠≈≡∈∉⊂⊆→←⇒⇔+−±×·∧∨∝∼" and words else words
    if tag == "mtable":
        rows = [
            ", ".join(_linear(cell).strip() for cell in row.elements())
            for row in element.elements()
            if row.tag in ("mtr", "mlabeledtr")
        ]
        return f"[{'; '.join(rows)}]" if len(rows) > 1 or any(", " in row for row in rows) else "; ".join(rows)
    parts = [_linear(child) for child in element.elements()]
    return _composed(tag, parts) if len(parts) > 1 or tag == "msqrt" else "".join(parts)


def _composed(tag: str, parts: Sequence[str]) -> str:
    first, second = parts[0] if parts else "", parts[1] if len(parts) > 1 else ""
    if tag == "mfrac":
        return f"{_grouped(first)}/{_grouped(second)}"
    if tag in ("msup", "mover"):
        return raised(first, second)
    if tag in ("msub", "munder"):
        return lowered(first, second)
    if tag in ("msubsup", "munderover") and len(parts) > 2:
        return raised(lowered(first, second), parts[2])
    if tag == "mroot":
        return f"root({first}, {second})"
    if tag == "msqrt":
        return f"√({''.join(parts).strip()})"
    if tag == "mfenced":
        return f"({', '.join(part.strip() for part in parts)})"
    return "".join(parts)
