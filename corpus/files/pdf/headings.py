"""Which lines are headings, and of which level: by the outline, by their size, by being bold."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from corpus.files.pdf.glyphs import Link
from corpus.files.pdf.layout import Item, Line

_LARGER = 1.12  # times the size of the text
_LONGEST = 160  # characters
_LONGEST_BOLD = 90  # likewise, of one that is only bold
_LONGEST_NUMBERED = 60  # columns, of one that only its number shows
_DEEPEST = 6
_TITLE_LINES, _BYLINES = 6, 4  # lines, of the title and below it, that are looked at
_SMALLER = 0.85  # times the size of the title
_CENTRED = 4.0  # points that the middles of lines may differ by
_CAPTION = re.compile(r"(?:table|figure|fig\.?|algorithm|listing|表|图|圖|算法)\s*\d+", re.I)
_NUMBER = re.compile(
    r"(\d{1,2}(?:\.\d{1,2}){0,4})[.、]?\s*(?=[^\W\d])|[A-Z]\.\d|第[一二三四五六七八九十\d]+[章节]|[一二三四五六七八九十]+、"
)
_ENDS = tuple(".,;。，；、：:")
_LETTER = re.compile(r"[^\W\d_]")
_SIGNED = re.compile(r"[∗†‡§@]|\w[¹²³⁰⁴-⁹](?!\w)")  # as the names of authors are


def is_caption(text: str) -> bool:
    """Whether ``text`` begins like the caption of a table or a figure."""
    return bool(_CAPTION.match(text))


@dataclass(slots=True)
class Headings:
    """What is known of the headings of a file."""

    body: float  # size of most of its letters
    bold_body: bool
    links: dict[tuple[int, str], int] = field(
        default_factory=dict
    )  # page and words of an entry of the outline -> level
    sizes: dict[float, int] = field(default_factory=dict)  # of headings -> level
    bylines: frozenset[int] = frozenset()  # identities of the lines below the title
    bold_sizes: frozenset[float] = frozenset()  # of headings that are bold, but for the largest

    def level(self, line: Line) -> int:
        """The level of the heading that ``line`` is, 1 the highest; 0: it is none."""
        text = line.text.strip()
        if len(text) > _LONGEST or not _LETTER.search(text) or id(line) in self.bylines:
            return 0
        linked = self.links.get((line.page, words_of(text)), 0)
        if linked:
            return min(linked, _DEEPEST)
        return (
            min(self.sizes.get(_rounded(line.size), 0) or self._bold(text), _DEEPEST) if self._stands_out(line) else 0
        )

    def _stands_out(self, line: Line) -> bool:
        text = line.text.strip()
        if is_caption(text) or _SIGNED.search(text):
            return False
        if line.size >= self.body * _LARGER:
            return line.bold or _rounded(line.size) not in self.bold_sizes
        if not line.bold or self.bold_body or line.fixed or line.size < self.body * 0.95:
            return False
        return len(text) <= _LONGEST_BOLD and not text.endswith(_ENDS)

    def numbered(self, text: str) -> int:
        """The level of a line that only its number shows to be a heading; 0: it has none, or is too long for one."""
        short = sum(1 if character.isascii() else 2 for character in text) <= _LONGEST_NUMBERED
        return self._bold(text) if short and _NUMBER.match(text) and not text.endswith(_ENDS) else 0

    def _bold(self, text: str) -> int:
        lowest = max(self.sizes.values(), default=1) + 1
        number = _NUMBER.match(text)
        return lowest + (number.group(1).count(".") if number and number.group(1) else 0)


def headings_of(pages: Sequence[Sequence[Item]], outline: Sequence[Link]) -> Headings:
    """What the lines of all ``pages`` and the ``outline`` tell of the headings."""
    sizes, bold = Counter[float](), Counter[bool]()
    for line in (item for page in pages for item in page if isinstance(item, Line)):
        sizes[_rounded(line.size)] += len(line.text)
        bold[line.bold] += len(line.text)
    body = max(sizes, key=lambda size: (sizes[size], -size), default=10.0)
    found = Headings(body, bold[True] > bold[False])
    shown = {_rounded(line.size) for page in pages for line in page if isinstance(line, Line) and _is_large(line, body)}
    # Sizes that hardly differ are one.
    found.bylines = frozenset(map(id, _bylines(pages[0] if pages else (), max(shown, default=0.0))))
    found.bold_sizes = _bold_sizes(pages, body, max(shown, default=0.0))
    level, last = 0, float("inf")
    for size in sorted(shown, reverse=True):
        if size < last * 0.96:
            level, last = level + 1, size
        found.sizes[size] = min(level, _DEEPEST)
    top = 1 if any(link.page == 1 and link.level == 1 for link in outline[:1]) and level <= 1 else 2
    for link in outline:
        if link.page and (words := words_of(link.title)):
            found.links.setdefault((link.page, words), link.level + top - 1)
    return found


def _is_large(line: Line, body: float) -> bool:
    words = line.text.strip()
    return (
        line.size >= body * _LARGER and len(words) <= _LONGEST and bool(_LETTER.search(words)) and not is_caption(words)
    )


def _bylines(page: Sequence[Item], largest: float) -> Iterator[Line]:
    """The lines below the title on the first ``page`` that are set in its middle, smaller and not bold: who wrote it,
    and when."""
    lines = [item for item in page if isinstance(item, Line)]
    last = max((at for at, line in enumerate(lines[:_TITLE_LINES]) if _rounded(line.size) == largest), default=-1)
    for line in lines[last + 1 : last + 1 + _BYLINES] if last >= 0 else ():
        aside = abs((line.left + line.right) - (lines[last].left + lines[last].right)) / 2
        full = line.left <= line.column[0] + line.size
        if line.bold or full or line.size > _SMALLER * largest or aside > _CENTRED:
            return
        yield line


def _bold_sizes(pages: Sequence[Sequence[Item]], body: float, largest: float) -> frozenset[float]:
    """The sizes of large lines of which several are bold, and at least half: another one of that size is the name of
    an author, or a motto."""
    weights: dict[float, list[bool]] = {}
    for line in (item for page in pages for item in page if isinstance(item, Line) and _is_large(item, body)):
        weights.setdefault(_rounded(line.size), []).append(line.bold)
    return frozenset(
        size for size, bold in weights.items() if size < largest and sum(bold) > 1 and sum(bold) * 2 >= len(bold)
    )


def words_of(text: str) -> str:
    """The letters of ``text``, to compare a heading with an entry of the outline; numbers in front do not count."""
    return "".join(character for character in text.casefold() if character.isalpha())


def _rounded(size: float) -> float:
    return round(size * 2) / 2
