"""What elements of a page are to somebody who reads it: blocks, words, or nothing at all."""

import re

from corpus.files.web.tree import Element

HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
BLOCKS = frozenset(HEADINGS) | frozenset(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer "
    "form header hgroup hr html legend li main menu nav ol p pre search section summary table tbody td tfoot th thead "
    "tr ul caption optgroup option frameset noframes listing xmp plaintext #note".split()
)
_UNSHOWN = frozenset(
    "applet area audio base button canvas col colgroup datalist embed frame head iframe input link map meta meter "
    "noembed noscript object option optgroup output param progress rp rt rtc script select source style svg template "
    "textarea title track video".split()
)
_HIDING = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all)", re.I)
# Words for programs that read pages aloud, and what only paper shows.
_HIDDEN_CLASSES = frozenset(
    "sr-only visually-hidden visuallyhidden screen-reader-text screen-reader-only screenreader-text u-hidden is-hidden "
    "hidden d-none hide mw-editsection noprint print-only printonly a11y-hidden cdk-visually-hidden mw-cite-backlink "
    "mw-jump-link skip-link skiplink headerlink anchorjs-link header-anchor hash-link direct-link footnote-back "
    "footnote-backref reversefootnote zero-clipboard copybtn pre-numbering hljs-button linenos lineno line-number "
    "katex-html MathJax MathJax_Preview MathJax_Display MathJax_SVG".lower().split()
)
_RAISED_CLASSES = frozenset({"msofootnotereference", "msoendnotereference"})
_SHOWN_WIDE = re.compile(r"(?:sm|md|lg|xl|2xl|tablet|desktop):(?!hidden)")  # "hidden md:block": on telephones only


def classes(element: Element) -> list[str]:
    """The classes of ``element``, in lower case."""
    return element.attributes.get("class", "").lower().split()


def is_hidden(element: Element, *, styled: bool = True) -> bool:
    """Whether no browser shows ``element``, or what it shows are no words of the page: a control, a drawing.

    ``styled``: also where its attributes alone say so.
    """
    if element.tag in _UNSHOWN:
        return element.tag != "button" or not _is_whole_heading(element)
    attributes = element.attributes
    if not attributes or not styled:
        return False
    if element.tag == "details" or element.tag in ("body", "html"):
        return False
    hidden = (
        ("hidden" in attributes and attributes["hidden"].lower() != "until-found")
        or attributes.get("aria-hidden", "").lower() == "true"
        or bool(_HIDING.search(attributes.get("style", "")))
        or (element.tag == "dialog" and "open" not in attributes)
        or _is_hidden_class(element)
    )
    return hidden and element.first("math") is None


def _is_hidden_class(element: Element) -> bool:
    names = classes(element)
    if "gutter" in names:
        return element.tag == "td"  # the numbers of lines of code
    return any(each in _HIDDEN_CLASSES for each in names) and not any(map(_SHOWN_WIDE.match, names))


def drop_hidden(root: Element, *, styled: bool = True) -> None:
    """Take out of ``root`` what :func:`is_hidden`."""
    kept: list[Element | str] = []
    for child in root.children:
        if isinstance(child, str) or (child.tag == "script" and child.get("type").lower().startswith("math/")):
            kept.append(child)
        elif not is_hidden(child, styled=styled):
            drop_hidden(child, styled=styled)
            kept.append(child)
    root.children = kept


def is_block(element: Element) -> bool:
    """Whether ``element`` begins a new line."""
    return element.tag in BLOCKS


def is_note_mark(element: Element) -> str:
    """The label of the note that the link ``element`` leads to, "3"; empty where it is no such link."""
    role = f"{element.get('epub:type')} {element.get('role')}"
    target = element.get("href")
    marked = "noteref" in role or any(
        each in ("noteref", "footnote-ref", "footnote-reference") for each in classes(element)
    )
    parent = element.parent
    raised = (parent is not None and parent.tag == "sup") or any(map(_is_raised, element.walk()))
    if not (marked or (raised and "#" in target)):
        return ""
    label = element.line().strip("[]()（）〔〕【】 ")
    return label if 0 < len(label) <= 4 and not any(sign in label for sign in "[]^ \t") else ""


def _is_raised(element: Element) -> bool:
    return element.tag == "sup" or bool(_RAISED_CLASSES & set(classes(element)))


def is_way_back(element: Element) -> bool:
    """Whether the link ``element`` only leads back from a note, or to the heading that it stands in."""
    role = f"{element.get('epub:type')} {element.get('role')}"
    if "backlink" in role:
        return True
    words = element.line()
    return element.get("href").startswith("#") and words in ("¶", "#", "§", "↩", "↩︎", "↑", "^", "🔗", "↵", "⏎", "")


def _is_whole_heading(button: Element) -> bool:
    """Whether a heading is nothing but ``button``, which unfolds what is below."""
    at = button.parent
    while at is not None and at.tag not in HEADINGS and at.tag not in ("summary", "dt"):
        at = at.parent
    return at is not None and at.line() == button.line()
