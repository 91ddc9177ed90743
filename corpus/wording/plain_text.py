"""A passage as an encoder should see it, and as a reader is shown it: the words without the markup around them."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from corpus.document import Passage, Span
from corpus.language import HAN, UNSPACED
from corpus.wording.mark_rules import MarkKind
from corpus.wording.marks import replaced

_REFERENCES = re.compile(r"<!--[ \t]*references:([^<>]*?)-->")
_RULES = [
    (re.compile(r"^[ \t]*+\|?(?:[ \t]*+:?-++:?[ \t]*+\|)++[ \t]*+:?-*+:?[ \t]*+$", re.M), " "),
    (re.compile(r"[\u2500-\u259f▼▲►◄]+"), " "),
    (re.compile(r"(?<![ \t])[ \t]*+\|[ \t]*|(?<=[ \t])\|[ \t]*"), " | "),
    (re.compile(r"\s+"), " "),
]
_BROKEN = re.compile(rf"(?<=[{UNSPACED}，、；：。])[ \t]*+\n[ \t>]*+(?=[{UNSPACED}])")
_BROKEN_FIGURE = re.compile(r"(?<=\d[.,:：])[ \t]*+\n[ \t>]*+(?=\d)")
# "thir-↵ty"; but "short-↵ and long-term" are two words.
_HYPHENATED = re.compile(
    r"(?<![\w-])([^\W\d_]+(?:-[^\W\d_]+)*+)([-\u2010\u00ad])[ \t]*+\n[ \t>]*+(?=[a-zà-ÿ])(?!(?:and|or|to|nor)\b)"
)
_ADDRESS_BEFORE = re.compile(r"(?:\w://|www\.)\S*$")
_LONGEST_ADDRESS = 200  # characters that are looked back at
_COMPOUNDING = frozenset("all cross full half high long low multi non one pre self semi short two three well".split())
_SURROGATE = re.compile("[\ud800-\udfff]")
_WITHOUT_LANGUAGE = frozenset({MarkKind.CODE, MarkKind.FENCE})
_LETTER = re.compile(r"[^\W\d_]")
_HAN_WORD = re.compile(f"[{HAN}]{{2,}}")


def readable(text: str, *, struck: bool = False) -> str:
    """``text`` without pictures, Markdown and HTML markup, the signs of note programs, box characters and line breaks.

    It is for encoders, for matching words and for showing a quote; what is stored and compared is always the text
    itself. Words that are struck out are left out as well, unless ``struck``.

    >>> readable("**Scale** matters ([paper](https://example.org)).")
    'Scale matters (paper).'
    """
    return _tidied(replaced(text, struck=struck))


def words_in(text: str) -> str:
    """:func:`readable` ``text`` without code, formulas and addresses, which are in no language.

    Where there is nothing else, what the author of the code says in Chinese.
    """
    words = _tidied(replaced(text, _WITHOUT_LANGUAGE))
    return words if _LETTER.search(words) else " ".join(_HAN_WORD.findall(text))


def _tidied(text: str) -> str:
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text.strip(" |")


def encoder_text(passage: Passage) -> str:
    """What an encoder is given of ``passage``: title, heading and context in front, then the readable text.

    A title that is only the name of the file says nothing, and is left out.
    """
    text = readable_passage(passage)
    title = "" if PurePosixPath(passage.document_id).stem == passage.title else passage.title
    above, _, last = passage.heading.rpartition(" > ")
    begins = readable(passage.text.partition("\n")[0])  # a heading that may be quoted stands there: once is enough
    heading = above if begins == last else passage.heading
    title = "" if begins == title else title
    context = "" if passage.context in text else passage.context
    return "\n".join(part for part in (title, heading.replace(" > ", ": "), context, text) if part)


def readable_passage(passage: Passage) -> str:
    """The text of ``passage`` as :func:`readable` gives it, sentence by sentence as :func:`readable_sentence` does."""
    parts, at = [], passage.start
    for start, end in passage.sentences:
        parts += [passage.text[at - passage.start : start - passage.start], _unwrapped(passage, (start, end))]
        at = end
    return readable("".join(parts) + passage.text[at - passage.start :])


def readable_sentence(passage: Passage, number: int) -> str:
    """The sentence ``number`` of ``passage`` as :func:`readable` gives it, without the line breaks in its words."""
    return readable(_unwrapped(passage, passage.sentences[number]))


def _unwrapped(passage: Passage, span: Span) -> str:
    """A sentence without the line breaks inside words: none is needed between Han characters, nor is a hyphen that
    an editor put there."""
    text = passage.text[span[0] - passage.start : span[1] - passage.start]
    if "\n" not in text:
        return text
    return _joined(_BROKEN.sub("", text))


def hyphens_in(text: str) -> Iterator[tuple[int, int, str]]:
    """The ends of lines in ``text`` within a word: where hyphen and line break stand, and what is left of them.

    A word that is written with a hyphen keeps it, and so does an address. In Chinese a figure may be parted, too.
    """
    if "\n" not in text:
        return
    figures = _BROKEN_FIGURE.finditer(text) if re.search(f"[{UNSPACED}]", text) else ()
    yield from sorted([*_parted_words(text), *((*match.span(), "") for match in figures)])


def _parted_words(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _HYPHENATED.finditer(text):
        first, sign = match.groups()
        compound = "-" in first or first.lower() in _COMPOUNDING
        if not compound and sign == "-":
            before = text[max(0, match.start() - _LONGEST_ADDRESS) : match.start()]
            compound = bool(_ADDRESS_BEFORE.search(before))
        yield match.start(2), match.end(), "-" if compound else ""


def _joined(text: str) -> str:
    parts, at = [], 0
    for start, end, left in hyphens_in(text):
        parts += [text[at:start], left]
        at = end
    return "".join([*parts, text[at:]])


def reference_keys(text: str) -> tuple[str, ...]:
    """The keys that the reference comments of ``text`` name, each once, in their order."""
    keys = (key.strip() for match in _REFERENCES.finditer(text) for key in match.group(1).split(","))
    return tuple(dict.fromkeys(key for key in keys if key))


def without_surrogates(text: str) -> str:
    """``text`` with U+FFFD for each half of a character, which cannot be written as UTF-8.

    JSON may hold one, and names of files and arguments in a shell do where their bytes are no UTF-8.
    """
    return _SURROGATE.sub("\ufffd", text)
