"""Code of a page: its lines, and the language that it is in."""

import re

from corpus.files.web.elements import classes, is_block
from corpus.files.web.tree import Element

_LANGUAGE = re.compile(r"(?:language|lang|highlight-source|highlight|brush:|sourcecode)[-:\s]*([A-Za-z][\w+#]{0,19})$")
_NO_LANGUAGE = frozenset("none text plaintext plain default code notranslate source highlight".split())


def fenced(code: str, language: str = "") -> str:
    """``code`` as a block that nothing in it closes."""
    longest = max((len(run) for run in re.findall(r"`{3,}", code)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{code}\n{fence}"


def raw_text(element: Element) -> str:
    """The characters of code, with a line for each of its lines."""
    parts: list[str] = []
    for child in element.children:
        if isinstance(child, str):
            parts.append(child)
        elif child.tag == "br":
            parts.append("\n")
        else:
            text = raw_text(child)
            block = is_block(child) and parts and not "".join(parts[-1:]).endswith("\n")
            parts.append(f"\n{text}" if block else text)
    return "".join(parts).replace("\xa0", " ").replace("\u200b", "")


def language_of(element: Element) -> str:
    """The language of code, as its classes name it here, within or around."""
    inner = element.first("code")
    around = [element, inner, element.parent, element.parent.parent if element.parent else None]
    for each in around:
        for name in classes(each) if each is not None else ():
            match = _LANGUAGE.match(name)
            if match and match.group(1) not in _NO_LANGUAGE:
                return match.group(1)
    return ""
