"""Web addresses in a line of text become links; everything else of it is escaped."""

import re
from html import escape
from urllib.parse import urlsplit

_ADDRESS = re.compile(r"https?://[^\s<>\"'`“”‘’（）【】「」『』《》，。；：、！？]+", re.IGNORECASE)
_LONGEST = 2_000  # characters; what is longer is no address that a browser would open
_MARKS = frozenset(".,;:!?*)]}")  # that end a sentence, or what it puts in brackets


def linked(text: str) -> str:
    """``text`` as HTML, its http and https addresses as links; any other scheme stays plain text."""
    pieces, end = [], 0
    for match in _ADDRESS.finditer(text):
        address = _trimmed(match.group())
        if len(address) > _LONGEST or not is_web(address):
            continue
        pieces.append(escape(text[end : match.start()]))
        end = match.start() + len(address)
        pieces.append(
            f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer nofollow">{escape(address)}</a>'
        )
    return "".join(pieces) + escape(text[end:])


def is_web(address: str) -> bool:
    """Whether ``address`` leads to the web, and to nothing a browser would run."""
    try:
        parts = urlsplit(address)
    except ValueError:  # such as http://[
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)


def _trimmed(address: str) -> str:
    """``address`` without the punctuation of the sentence around it; a closing bracket stays if it was opened."""
    unopened = address.count(")") - address.count("(")
    end = len(address)
    while end and address[end - 1] in _MARKS:
        if address[end - 1] == ")":
            if unopened <= 0:
                break
            unopened -= 1
        end -= 1
    return address[:end]
