"""Elements of a page, made for what a language of markup has: what pages are read by writes all of them as Markdown."""

import re

from corpus.files.web.tree import Element

Child = Element | str

_FILE_NAME = re.compile(r"[\w./\\-]*")


def made(tag: str, *children: Child, **attributes: str) -> Element:
    """The element ``tag`` with ``children``; an attribute that Python has a word for ends in "_"."""
    element = Element(tag, {name.rstrip("_"): value for name, value in attributes.items()}, list(children))
    for child in children:
        if isinstance(child, Element):
            child.parent = element
    return element


def note_mark(label: str) -> Element:
    """What stands in a line for the note ``label``."""
    return made("a", label, class_="footnote-ref")


def citation_mark(label: str) -> Element:
    """What stands in a line for the note that begins with ``label``, "[Smith 2001]"."""
    return made("span", label, class_="citation-ref")


def formula(tex: str, *, display: bool = False) -> Element:
    """The formula ``tex``."""
    return made("script", tex, type="math/tex; mode=display" if display else "math/tex")


def code_block(code: str, language: str = "") -> Element:
    """Lines of code."""
    language = language if re.fullmatch(r"[A-Za-z][\w+#]{0,19}", language) else ""
    return made("pre", code, class_=f"language-{language.lower()}" if language else "")


def heading(level: int, *children: Child) -> Element:
    """A heading, of the sixth level where it stands lower than that."""
    return made(f"h{min(max(level, 1), 6)}", *children)


def described(words: str) -> str:
    """What stands for a picture, where that says more than a name of a file does."""
    words = " ".join(words.split())
    return "" if _FILE_NAME.fullmatch(words) and words.isascii() else words
