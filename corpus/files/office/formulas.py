"""Formulas of Office (OMML) as a line of text, as far as that goes: "x = (−b ± √(b² − 4ac))/2a"."""

import re

from corpus.files.office.xml import Element, attribute, child, children, name_of

_RAISED = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_RAISABLE = re.compile(r"[-+−]?[\dni]{1,4}|\([-+−\dni]{1,6}\)")
_SIMPLE = re.compile(r"[\w.∞′]+|\([^()]*\)|\[[^\[\]]*\]")
_ROOTS = {"2": "", "": "", "3": "³", "4": "⁴"}


def raised(text: str) -> str:
    """``text`` as an exponent where Unicode has the characters for it; otherwise as it is.

    >>> raised("2"), raised("-1"), raised("th")
    ('²', '⁻¹', 'th')
    """
    return text.translate(_RAISED) if _RAISABLE.fullmatch(text) else text


def formula(element: Element | None) -> str:
    """The formula or part of one in ``element``."""
    if element is None:
        return ""
    return "".join(_part(each) for each in element)


def _part(element: Element) -> str:
    match name_of(element):
        case "r":
            return "".join(each.text or "" for each in element if name_of(each) == "t")
        case "f":
            return _fraction(element)
        case "sSup":
            return _base(element) + _up(formula(child(element, "sup")))
        case "sSub":
            return _base(element) + _down(formula(child(element, "sub")))
        case "sSubSup" | "sPre":
            return _base(element) + _down(formula(child(element, "sub"))) + _up(formula(child(element, "sup")))
        case "rad":
            degree = formula(child(element, "deg")).strip()
            sign = f"{_ROOTS[degree]}√" if degree in _ROOTS else f"{_grouped(degree)}√"
            return sign + _grouped(_base(element))
        case "nary":
            return _sum(element)
        case "d":
            return _brackets(element)
        case "func":
            argument = _base(element)
            space = "" if argument.startswith(("(", "[", "|")) else " "
            return f"{formula(child(element, 'fName'))}{space}{argument}"
        case "limLow":
            return _base(element) + _down(formula(child(element, "lim")))
        case "limUpp":
            return _base(element) + _up(formula(child(element, "lim")))
        case "acc":
            return _base(element) + attribute(child(element, "accPr", "chr"), "val", "\u0302")
        case "bar":
            return _base(element) + "\u0305"
        case "m":
            rows = [", ".join(formula(cell) for cell in children(row, "e")) for row in children(element, "mr")]
            return f"[{'; '.join(rows)}]"
        case "eqArr":
            return "; ".join(formula(each) for each in children(element, "e"))
        case name if name.endswith("Pr") or not name:
            return ""
    return formula(element)


def _base(element: Element) -> str:
    return formula(child(element, "e"))


def _fraction(element: Element) -> str:
    above, below = formula(child(element, "num")), formula(child(element, "den"))
    if attribute(child(element, "fPr", "type"), "val") == "noBar":
        return f"({above} {below})"
    return f"{_grouped(above)}/{_grouped(below)}"


def _sum(element: Element) -> str:
    properties = child(element, "naryPr")
    sign = attribute(child(properties, "chr"), "val", "∫")
    limits = _down(formula(child(element, "sub"))) + _up(formula(child(element, "sup")))
    return f"{sign}{limits} {_base(element)}"


def _brackets(element: Element) -> str:
    properties = child(element, "dPr")
    opening = attribute(child(properties, "begChr"), "val", "(")
    closing = attribute(child(properties, "endChr"), "val", ")")
    between = attribute(child(properties, "sepChr"), "val", "|")
    return opening + between.join(formula(each) for each in children(element, "e")) + closing


def _grouped(text: str) -> str:
    text = text.strip()
    return text if _SIMPLE.fullmatch(text) else f"({text})"


def _up(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    return raised(text) if _RAISABLE.fullmatch(text) else f"^{_grouped(text)}"


def _down(text: str) -> str:
    return f"_{_grouped(text)}" if text.strip() else ""
