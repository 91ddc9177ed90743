"""What only names a place in a text, and states nothing of it: a passage carries its own head, of course."""

from collections.abc import Sequence

from corpus import readable
from index.matching.words import words_in
from qa.answer import Citation
from qa.writing.portions import text_of

_ENDS = ".!。！…;；"  # what a statement ends with, if it is one
_MOSTLY = 0.8  # share of its words that stand in a head


def only_names(said: str, sources: Sequence[Citation]) -> bool:
    """Whether ``said`` is a title, a heading, the heads of a table of one of ``sources``, or most of those together.

    A small model goes on with what it reads, and that is what it reads first.
    """
    whole = said.strip()
    words = words_in(whole)
    for source in sources:
        above = text_of(source).removesuffix(source.passage.text).splitlines()
        heads = [source.passage.title, *source.passage.heading.split(" > "), *above]
        if any(_bare(whole) == _bare(head) for head in heads):
            return True
        known = frozenset[str]().union(*map(words_in, heads))
        if words and whole[-1:] not in _ENDS and len(words & known) >= _MOSTLY * len(words):
            return True
    return False


def _bare(head: str) -> str:
    """``head`` as it may be said again: on one line, without stops and markup, in small letters."""
    return " ".join(readable(head).split()).strip(" .。:：|*#").casefold()
