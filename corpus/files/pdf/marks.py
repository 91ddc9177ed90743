"""What a line begins with that is no word of it: a bullet, the number of an item."""

import re

_BULLETS = "•‣◦●○▪▫■□◆◇►▶➢✓✔➤⁃∙·"
_MARKER = re.compile(
    rf"(?P<bullet>[{_BULLETS}]|[-–—*](?=\s)|o(?=\s{{2,}}))\s*"
    r"|(?P<number>\d{1,3}[.)](?=\s)|\d{1,3}、|[（(]\d{1,2}[)）]|[①-⑳]|[a-z][.)](?=\s)|[ivx]{1,4}[.)](?=\s))\s*"
)
_SECTION = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){0,4}\.?|[A-Z](?:\.\d{1,2})*\.?|[IVX]{1,5}\.)(?=\s)")


def marker_of(text: str) -> str:
    """The bullet or number that ``text`` begins with, with the blanks behind it; empty: there is none.

    >>> [marker_of(text) for text in ("• a", "3. a", "(2) a", "2.1 Data", "1.5 km")]
    ['• ', '3. ', '(2) ', '2.1', '']
    """
    match = _MARKER.match(text)
    if match:
        return match.group()
    section = _SECTION.match(text)
    return section.group() if section and ("." in section.group() or len(section.group()) == 1) else ""


def bullet_of(text: str) -> tuple[str, str]:
    """What Markdown writes for the bullet or number that ``text`` begins with, and the words; "" and all of ``text``:
    it begins with none.

    >>> bullet_of("• a"), bullet_of("3) a"), bullet_of("a")
    (('- ', 'a'), ('3) ', 'a'), ('', 'a'))
    """
    match = _MARKER.match(text)
    if not match or match.end() == len(text):
        return "", text
    words = text[match.end() :]
    if match.group("bullet"):
        return "- ", words
    number = match.group("number")
    if re.fullmatch(r"\d{1,3}[.)]", number):
        return f"{number} ", words
    return "- ", text  # Markdown has no such numbers
