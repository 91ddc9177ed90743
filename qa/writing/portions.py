"""Sources that a model cannot read at once, in portions that it can."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from corpus import Passage, Span, sentence_spans
from qa.answer import Citation
from qa.writing.tokens import tokens_in

_AROUND = 8  # tokens of what a prompt puts around a source: its number, the ends of lines
_LONGEST_HEAD, _LONGEST_CONTEXT = 200, 600  # characters of what stands above a passage: more is a hostile text
_LEAST = 16  # tokens: no piece of a passage has to be smaller


def text_of(source: Citation) -> str:
    """What a model reads of ``source``: its title and heading on a line, what introduces it, and the whole passage."""
    passage = source.passage
    above = dict.fromkeys(" ".join(each.split()) for each in (passage.title, passage.heading))
    head = ": ".join(filter(None, above))[:_LONGEST_HEAD]
    context = "" if passage.context in passage.text else passage.context[:_LONGEST_CONTEXT]
    return "\n".join(filter(None, (head, context, passage.text)))


def tokens_of(source: Citation) -> int:
    """Tokens that ``source`` takes where it is read, rather too many than too few."""
    return tokens_in(text_of(source)) + _AROUND


def portions(sources: Sequence[Citation], most_tokens: int) -> list[list[Citation]]:
    """``sources`` in their order, in portions of at most ``most_tokens`` (see :func:`tokens_of`), none of them empty.

    A passage stays whole unless it alone takes more: then it is cut at the ends of sentences, a sentence that alone
    takes more between words. Of such a passage each piece is a citation with its number and its id, whose text, span
    and sentences are those of the piece, and so is its quote, unless the piece holds all of that.
    """
    found: list[list[Citation]] = []
    room = 0
    for source in (piece for whole in sources for piece in _pieces(whole, most_tokens)):
        tokens = tokens_of(source)
        if not found or tokens > room:
            found.append([])
            room = most_tokens
        found[-1].append(source)
        room -= tokens
    return found


def _pieces(source: Citation, most_tokens: int) -> Iterator[Citation]:
    if tokens_of(source) <= most_tokens:
        yield source
        return
    text = source.passage.text
    room = max(most_tokens - tokens_of(_cut(source, (0, 0))), _LEAST)
    spans = [piece for sentence in sentence_spans(text) for piece in _fitting(text, sentence, room)]
    start, end = next(iter(spans), (0, 0))
    for first, last in spans[1:]:
        if tokens_in(text[start:last]) > room:
            yield _cut(source, (start, end))
            start = first
        end = last
    if start < end:
        yield _cut(source, (start, end))


def _fitting(text: str, sentence: Span, room: int) -> Iterator[Span]:
    """``sentence`` in stretches of at most ``room`` tokens: itself where it takes no more."""
    start, end = sentence
    while (at := _reach(text, start, end, room)) < end:
        blank = text.rfind(" ", start + 1, at + 1)
        at = blank if blank > (start + at) // 2 else at  # what has no blanks is cut anywhere
        yield start, at
        start = at + (text[at] == " ")
    if start < end:
        yield start, end


def _reach(text: str, start: int, end: int, room: int) -> int:
    """How far of ``text`` from ``start`` at most ``room`` tokens go; one character at least."""
    least, most = min(start + 1, end), min(end, start + 10 * room)  # no character takes less than a tenth of one
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if tokens_in(text[start:middle]) <= room else (least, middle - 1)
    return least


def _cut(source: Citation, span: Span) -> Citation:
    """The piece ``span`` of the passage's text, as a citation."""
    passage = source.passage
    start, end = passage.start + span[0], passage.start + span[1]
    text = passage.text[slice(*span)]
    piece: Passage = replace(
        passage, text=text, start=start, end=end, sentences=tuple(_within(passage.sentences, start, end))
    )
    if start <= source.start and source.end <= end:
        return replace(source, passage=piece)
    return replace(source, passage=piece, quote=text, start=start, end=end)


def _within(sentences: Sequence[Span], start: int, end: int) -> Iterator[Span]:
    for first, last in sentences:
        if first < end and last > start:
            yield max(first, start), min(last, end)
