"""A citation of an earlier conversation is found again in the texts as they are now."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from corpus import Document, Span
from corpus.language import UNSPACED

_UNSPACED = re.compile(f"[{UNSPACED}\u3000-\u303f\uff00-\uffef]")
_LEAST = 12  # characters; a shorter quote stands in many places that are not its own


class State(StrEnum):
    """What became of a cited place."""

    SAME = "same"  # the text is what was cited
    MOVED = "moved"  # the text has changed since, and still holds the quote
    CHANGED = "changed"  # the text has changed since, and no longer holds the quote
    REMOVED = "removed"  # there is no such text any more


@dataclass(frozen=True, slots=True)
class Located:
    """Where a quote stands now."""

    state: State
    document: Document | None  # as it is now; None: removed
    start: int  # of the quote in the document, Unicode code points; 0 where it does not hold it
    end: int  # exclusive


def locate(documents: Mapping[str, Document], document_id: str, digest: str, quote: str, start: int) -> Located:
    """Where ``quote`` of the text ``document_id`` stands now, which stood at ``start`` when the text had ``digest``.

    In a text that has changed, the occurrence nearest to the old place counts; where there is none, one whose lines are
    wrapped anew.
    """
    document = documents.get(document_id)
    if document is None:
        return Located(State.REMOVED, None, 0, 0)
    end = start + len(quote)
    if document.digest == digest and start >= 0 and document.text[start:end] == quote:
        return Located(State.SAME, document, start, end)
    if not quote.strip() or (len(quote) < _LEAST and document.text[start:end] != quote):
        return Located(State.CHANGED, document, 0, 0)
    found = _spans(re.escape(quote), document.text) or _spans(_wrapped(quote), document.text)
    if not found:
        return Located(State.CHANGED, document, 0, 0)
    return Located(State.MOVED, document, *min(found, key=lambda span: abs(span[0] - start)))


def _spans(pattern: str, text: str) -> list[Span]:
    return [match.span() for match in re.finditer(pattern, text)]


def _wrapped(quote: str) -> str:
    """A pattern for ``quote`` with other white space in it; beside a Chinese character there may be some or none."""
    pattern, before = "", ""
    for word in quote.split():
        for at, character in enumerate(word):
            if before and (_UNSPACED.match(before) or _UNSPACED.match(character)):
                pattern += r"\s*"
            elif before and at == 0:
                pattern += r"\s+"
            pattern += re.escape(character)
            before = character
    return pattern
