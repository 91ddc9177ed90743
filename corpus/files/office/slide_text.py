"""The paragraphs of a shape: their words, and whether they are items of a list."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from corpus.files.office import signs
from corpus.files.office.formulas import formula, raised
from corpus.files.office.lists import BULLET
from corpus.files.office.numerals import chinese, letters, numeral, roman
from corpus.files.office.symbols import in_font
from corpus.files.office.xml import Element, attribute, child, children, name_of, number

_BULLETS = frozenset({"buNone", "buChar", "buAutoNum", "buBlip"})
_LEVELS = 9
_NUMERALS: dict[str, Callable[[int], str]] = {  # how the names of numbers begin
    "alphaLc": letters,
    "alphaUc": lambda count: letters(count).upper(),
    "romanLc": roman,
    "romanUc": lambda count: roman(count).upper(),
    "circle": lambda count: numeral(count, "decimalEnclosedCircle"),
    "ea1": chinese,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph."""

    text: str  # with the signs of :mod:`corpus.files.office.signs`
    level: int  # 0 the highest
    label: str  # its number, or a bullet; empty: it is no item


def lines_of(body: Element | None, forms: Sequence[Element | None] = ()) -> Iterator[Line]:
    """The paragraphs of the text ``body``. ``forms``: the styles of lists it takes after, the nearest first."""
    counts = [0] * _LEVELS
    styles = [child(body, "lstStyle"), *forms]
    for paragraph in children(body, "p"):
        text = text_of(paragraph)
        properties = child(paragraph, "pPr")
        level = min(max(number(properties, "lvl"), 0), _LEVELS - 1)
        if not text:
            continue
        bullet = _bullet([properties, *(child(style, f"lvl{level + 1}pPr") for style in styles)])
        counts[level + 1 :] = [0] * (_LEVELS - level - 1)
        label = ""
        if bullet is not None and name_of(bullet) == "buAutoNum":
            begin = number(bullet, "startAt", 1)
            counts[level] = counts[level] + 1 if counts[level] >= begin else begin
            label = _number(counts[level], attribute(bullet, "type"))
        else:
            counts[level] = 0
            label = BULLET if bullet is not None and name_of(bullet) != "buNone" else ""
        yield Line(text, level, label)


def text_of(paragraph: Element) -> str:
    """The words of a paragraph as its reader sees them."""
    return "".join(_pieces(paragraph)).replace(signs.UNSTRUCK + signs.STRUCK, "").strip()


def _pieces(paragraph: Element) -> Iterator[str]:
    for each in paragraph:
        name = name_of(each)
        if name in ("r", "fld"):
            properties = child(each, "rPr")
            found = child(each, "t")
            text = signs.clean((found.text or "") if found is not None else "").replace("\n", " ").replace("\v", "\n")
            fonts = child(properties, "sym")
            text = in_font(text, attribute(fonts, "typeface") or attribute(child(properties, "latin"), "typeface"))
            if number(properties, "baseline") > 0:
                text = raised(text)
            if text.strip() and attribute(properties, "strike", "noStrike") != "noStrike":
                text = f"{signs.STRUCK}{text}{signs.UNSTRUCK}"
            yield text
        elif name == "br":
            yield "\n"
        elif name in ("m", "oMath", "oMathPara", "AlternateContent"):
            yield from _formulas(each)


def _formulas(element: Element) -> Iterator[str]:
    if name_of(element) == "AlternateContent":
        form = next(iter(element), None)
        for each in () if form is None else form:
            yield from _formulas(each)
    elif name_of(element) == "oMath":
        yield signs.clean(formula(element))
    else:
        for each in element:
            yield from _formulas(each)


def _bullet(properties: Sequence[Element | None]) -> Element | None:
    """What the nearest of the ``properties`` says of the bullet; None: none says anything."""
    for each in properties:
        for below in () if each is None else each:
            if name_of(below) in _BULLETS:
                return below
    return None


def _number(count: int, form: str) -> str:
    """``count`` in the ``form`` that DrawingML calls so: "arabicPeriod", "alphaLcParenBoth"."""
    for name, write in _NUMERALS.items():
        if form.startswith(name):
            said = write(count)
            break
    else:
        said = str(count)
    if form.endswith("ParenBoth"):
        return f"({said})"
    if form.endswith("ParenR"):
        return f"{said})"
    if form.startswith("ea1"):
        return f"{said}、" if form.endswith("Period") else said
    return said if form.startswith("circle") or (form.endswith("Plain") and form != "arabicPlain") else f"{said}."
