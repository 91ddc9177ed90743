"""A citation of an earlier conversation is found again in the texts as they are now."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from corpus import Document

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

    In a text that has changed, the occurrence nearest to the old place counts, after white space is evened out if
    it must be.
    """
    document = documents.get(document_id)
    if document is None:
        return Located(State.REMOVED, None, 0, 0)
    end = start + len(quote)
    if document.digest == digest and start >= 0 and document.text[start:end] == quote:
        return Located(State.SAME, document, start, end)
    words = quote.split()
    if not words or (len(quote) < _LEAST and document.text[start:end] != quote):
        return Located(State.CHANGED, document, 0, 0)
    same = r"\s+".join(re.escape(word) for word in words)
    found = [match.span() for match in re.finditer(same, document.text)]
    if not found:
        return Located(State.CHANGED, document, 0, 0)
    return Located(State.MOVED, document, *min(found, key=lambda span: abs(span[0] - start)))
