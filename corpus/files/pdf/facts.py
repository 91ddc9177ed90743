"""What a PDF says of itself: title, author, date."""

import re
from collections.abc import Mapping, Sequence

from corpus.files.pdf.blocks import Block, Kind

_PLACEHOLDER = re.compile(
    r"(?:untitled|unknown|无标题|未命名|document|文档|title|標題|标题|slide|presentation|powerpoint presentation|print|"
    r"about:blank|microsoft (?:word|powerpoint|excel)\b.*|"
    r".*\.(?:docx?|pdf|tex|dvi|pptx?|xlsx?|indd|odt|rtf|html?|wps|qxd)"
    r"|\W*|\d+|https?://\S*)"
    r"(?:\s*\d+)?",
    re.I,
)
_NOBODY = re.compile(
    r"(?:user|admin(?:istrator)?|author|owner|unknown|anonymous|root|用户|微软用户|作者|null|\W*)", re.I
)
_DATE = re.compile(r"(?:D:)?(\d{4})(\d{2})?(\d{2})?")
_LONGEST = 250  # characters of a title


def title_of(facts: Mapping[str, str], blocks: Sequence[Block]) -> str:
    """What the file says its title is, or else its first heading of the highest level on page one; or empty."""
    said = " ".join(facts.get("Title", "").split())
    if said and len(said) <= _LONGEST and not _PLACEHOLDER.fullmatch(said) and "\ufffd" not in said:
        return said
    heads = [block for block in blocks if block.kind is Kind.HEADING and block.lines[0].page == 1]
    if not heads:
        return ""
    largest = max(heads, key=lambda block: block.lines[0].size)
    if largest.lines[0].size <= min(block.lines[0].size for block in blocks if block.lines) * 1.1:
        return ""
    parts = [line.text.strip() for line in largest.lines]
    return " ".join(" ".join(parts).split())[:_LONGEST]


def author_of(facts: Mapping[str, str]) -> str:
    """Who wrote it; empty where the file does not say so."""
    said = " ".join(facts.get("Author", "").split())
    return "" if _NOBODY.fullmatch(said) or "\ufffd" in said or len(said) > _LONGEST else said


def date_of(facts: Mapping[str, str]) -> str:
    """When it was made, as "2021-08-16"; empty where the file does not say so."""
    match = _DATE.match(facts.get("CreationDate", "") or facts.get("ModDate", ""))
    if not match:
        return ""
    year, month, day = match.groups()
    if not 1900 < int(year) < 2200 or not month or not 1 <= int(month) <= 12:
        return year if 1900 < int(year) < 2200 else ""
    return f"{year}-{month}-{day}" if day and 1 <= int(day) <= 31 else f"{year}-{month}"
