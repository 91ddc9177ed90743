"""Words that stand side by side without a gap: what lines, and the cells of tables, are made of."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import cos, sin

from corpus.document import Box
from corpus.files.pdf.glyphs import Glyph, RawPage, Rule, Style, turned
from corpus.files.pdf.letters import lowered, raised

_BULLET_GAP = 1.6  # of the size of the letters, between a bullet that is drawn and its words
_MOST_DOTS = 300  # of one page; they are the points of a diagram
MOST_RULES = 1_500  # of one page; a drawing has more
_GAP = 1.0  # of the size of the letters; what stands further apart is apart
_GUTTER = 0.65  # likewise, between two columns of prose
_LEAST_BEGUN = 6  # lines that begin at one place, at the least, so that a column does
_BLANK = 0.28  # likewise: a blank
_LEAST_BLANK = 0.08  # likewise: one that the file or the library sets
_WIDE_BLANK = 0.6  # likewise: one between characters that need none
_SAME_BASE = 0.25  # likewise: what stands on one line
_SHIFTED = 0.6  # likewise: an exponent, an index
_SMALL = 0.82  # of the size of the line: an exponent, an index
_LEAST_LENGTH = 12  # characters of such words, that stand together on average
_LEAST_TURNED = 200  # glyphs that run in another direction than most; fewer are the labels of a figure, or a stamp


@dataclass(slots=True)
class Fragment:
    """Some words on one line."""

    text: str
    box: Box  # of a page that is turned so that this can be read
    base: float
    size: float
    bold: bool
    fixed: bool
    glyphs: Sequence[Glyph] = ()


@dataclass(slots=True)
class Sheet:
    """A page, or what is written on it in one direction, turned so that it can be read."""

    number: int
    width: float
    height: float
    turn: int  # quarter turns counter-clockwise that it is turned by
    fragments: list[Fragment]
    rules: list[Rule]
    skew: float = 0.0  # angle, in radians, by which the writing runs down to the right, and is put straight here
    recognised: bool = False  # it is a picture that was read by text recognition (OCR)

    def on_page(self, box: Box) -> Box:
        """Where ``box`` is on the page as it is looked at."""
        if self.skew:
            points = [self.rotated((x, y), self.skew) for x in (box.left, box.right) for y in (box.top, box.bottom)]
            across, down = zip(*points, strict=True)
            box = Box(*(round(each, 1) for each in (min(across), min(down), max(across), max(down))))
        return turned(box, -self.turn, self.width, self.height)

    def rotated(self, point: tuple[float, float], angle: float) -> tuple[float, float]:
        """``point`` moved clockwise by ``angle`` around the middle of the sheet."""
        x, y = point[0] - self.width / 2, point[1] - self.height / 2
        return (
            x * cos(angle) - y * sin(angle) + self.width / 2,
            x * sin(angle) + y * cos(angle) + self.height / 2,
        )


def sheets_of(page: RawPage) -> list[Sheet]:
    """What is written on ``page``, in each of the directions that more than a few words run in; the main one first."""
    directions = Counter(glyph.style.turn for glyph in page.glyphs if glyph.style.turn >= 0)
    main = directions.most_common(1)
    sheets = [
        _sheet(page, turn) for turn, count in directions.most_common() if turn == main[0][0] or count >= _LEAST_TURNED
    ]
    return sheets[:1] + [sheet for sheet in sheets[1:] if _is_prose(sheet)]


def _is_prose(sheet: Sheet) -> bool:
    """Whether more than the labels of a figure are written on a sheet."""
    return sum(len(fragment.text) for fragment in sheet.fragments) >= _LEAST_LENGTH * len(sheet.fragments)


def _sheet(page: RawPage, turn: int) -> Sheet:
    width, height = (page.height, page.width) if turn % 2 else (page.width, page.height)
    glyphs = [glyph for glyph in page.glyphs if glyph.style.turn == turn]
    rules = page.rules
    if turn:
        glyphs = [_upright(glyph, turn, page) for glyph in glyphs]
        rules = [_upright_rule(rule, turn, page) for rule in rules]
    downs = [rule for rule in rules if not rule.across][:MOST_RULES]
    fragments = _fragments(glyphs, downs)
    if not turn and len(page.dots) <= _MOST_DOTS:
        _add_bullets(fragments, page.dots)
    return Sheet(page.number, width, height, turn, fragments, rules)


def _add_bullets(fragments: Sequence[Fragment], dots: Sequence[Box]) -> None:
    """Write a bullet that is drawn in front of the words that it stands beside."""
    for dot in dots:
        middle = (dot.top + dot.bottom) / 2
        for fragment in fragments:
            size = fragment.size
            near = 0 < fragment.box.left - dot.right <= _BULLET_GAP * size
            if near and fragment.base - 0.8 * size <= middle <= fragment.base and not fragment.text.startswith("•"):
                fragment.text = f"• {fragment.text}"
                fragment.box = fragment.box._replace(left=round(dot.left, 1))


def _upright(glyph: Glyph, turn: int, page: RawPage) -> Glyph:
    box = turned(Box(*glyph[1:5]), turn, page.width, page.height)
    base = {1: page.width - glyph.base, 2: page.height - glyph.base, 3: glyph.base}[turn]
    return glyph._replace(left=box.left, top=box.top, right=box.right, bottom=box.bottom, base=base)


def _upright_rule(rule: Rule, turn: int, page: RawPage) -> Rule:
    box = Box(rule.start, rule.at, rule.end, rule.at) if rule.across else Box(rule.at, rule.start, rule.at, rule.end)
    box = turned(box, turn, page.width, page.height)
    if box.bottom - box.top < box.right - box.left:
        return Rule(True, box.top, box.left, box.right)
    return Rule(False, box.left, box.top, box.bottom)


def _fragments(glyphs: Sequence[Glyph], downs: Sequence[Rule]) -> list[Fragment]:
    runs: list[list[Glyph]] = []
    for glyph in glyphs:
        if runs and _goes_on(runs[-1][-1], glyph):
            runs[-1].append(glyph)
        else:
            runs.append([glyph])
    rows: list[list[list[Glyph]]] = []
    bases: list[float] = []
    for base, run in sorted(((_base(run), run) for run in runs), key=lambda pair: pair[0]):
        if rows and base - bases[-1] <= _SAME_BASE * run[0].style.size * 0.5:
            rows[-1].append(run)
        else:
            rows.append([run])
            bases.append(base)
    lines = [run for row in rows for run in _joined(row)]
    if downs:
        lines = [part for run in lines for part in _split(run, downs)]
    return [fragment_of(part) for part in _parted(lines)]


def _parted(lines: Sequence[list[Glyph]]) -> Iterator[list[Glyph]]:
    """``lines``, and each apart that only looks like one, since its columns stand close to one another: behind a wide
    gap it goes on where many others begin."""
    begins = Counter(round(line[0].left) for line in lines)
    gaps = [(at, number) for at, line in enumerate(lines) for number in _wide_gaps(line)]
    begins.update(round(lines[at][number].left) for at, number in gaps)
    known: dict[int, bool] = {}
    cuts: dict[int, list[int]] = {}
    for at, number in gaps:
        left, size = round(lines[at][number].left), lines[at][number].style.size
        if left not in known:
            near = sum(round(lines[other][place].left) - left in (-1, 0, 1) for other, place in gaps)
            across = sum(line[0].right < left < line[-1].left and _is_size(line, size) for line in lines)
            begun = sum(begins[left + step] for step in (-1, 0, 1))
            known[left] = begun >= _LEAST_BEGUN and near * 2 >= across
        if known[left]:
            cuts.setdefault(at, []).append(number)
    for at, line in enumerate(lines):
        bounds = [0, *cuts.get(at, ()), len(line)]
        yield from (line[start:end] for start, end in pairwise(bounds))


def _is_size(line: Sequence[Glyph], size: float) -> bool:
    return abs(line[0].style.size - size) <= 0.1 * size


def _wide_gaps(line: Sequence[Glyph]) -> Iterator[int]:
    for number, (last, glyph) in enumerate(pairwise(line), 1):
        if glyph.left - last.right >= _GUTTER * glyph.style.size:
            yield number


def _goes_on(last: Glyph, glyph: Glyph) -> bool:
    """Whether ``glyph`` stands right behind ``last``: in the same line, or as an exponent or an index of it."""
    size = max(last.style.size, glyph.style.size)
    shift = abs(glyph.base - last.base)
    gap = glyph.left - last.right
    if shift > _SAME_BASE * 0.5 * size and (
        shift > _SHIFTED * size or gap > 0.5 * size or min(last.style.size, glyph.style.size) > 0.9 * size
    ):
        return False
    return -0.6 * size <= gap <= _GAP * size and glyph.left >= last.left - 0.2 * size


def _base(run: Sequence[Glyph]) -> float:
    """The line that most of a run stands on."""
    size = max(glyph.style.size for glyph in run)
    return Counter(round(glyph.base, 1) for glyph in run if glyph.style.size > _SMALL * size).most_common(1)[0][0]


def _joined(row: list[list[Glyph]]) -> Iterable[list[Glyph]]:
    """The runs of one row from left to right, those that touch as one."""
    row.sort(key=lambda run: run[0].left)
    joined = list(row[0])
    for run in row[1:]:
        size = max(joined[-1].style.size, run[0].style.size)
        if -0.6 * size <= run[0].left - joined[-1].right <= _GAP * size:
            joined += run
        else:
            yield joined
            joined = list(run)
    yield joined


def _split(run: list[Glyph], downs: Sequence[Rule]) -> Iterable[list[Glyph]]:
    """The parts of a run between the rules that cross it."""
    base = run[len(run) // 2].base
    height = run[0].style.size * 0.4
    crossing = [
        rule.at
        for rule in downs
        if run[0].right < rule.at < run[-1].left + 1 and rule.start <= base - height <= rule.end
    ]
    if not crossing:
        return [run]
    parts: dict[int, list[Glyph]] = {}
    for glyph in run:
        middle = (glyph.left + glyph.right) / 2
        parts.setdefault(sum(at < middle for at in crossing), []).append(glyph)
    return [parts[key] for key in sorted(parts)]


def fragment_of(glyphs: Sequence[Glyph]) -> Fragment:
    """The words that ``glyphs``, from left to right, spell."""
    styles = Counter[Style]()
    for glyph in glyphs:
        styles[glyph.style] += len(glyph.text)
    size = max(style.size for style, count in styles.items() if count * 3 >= len(glyphs))
    main = max(styles.items(), key=lambda pair: (pair[0].size >= _SMALL * size, pair[1]))[0]
    base = _base(glyphs)
    box = Box(
        round(min(glyph.left for glyph in glyphs), 1),
        round(max(min(glyph.top for glyph in glyphs), base - 1.05 * size), 1),
        round(max(glyph.right for glyph in glyphs), 1),
        round(min(max(glyph.bottom for glyph in glyphs), base + 0.35 * size), 1),
    )
    bold = sum(count for style, count in styles.items() if style.bold) * 10 >= len(glyphs) * 9
    return Fragment(_text(glyphs, base, main.size), box, base, main.size, bold, main.fixed, glyphs)


def _text(glyphs: Sequence[Glyph], base: float, size: float) -> str:
    if all(abs(glyph.base - base) <= 0.05 * size for glyph in glyphs):
        return "".join(_spelt(glyphs))
    parts: list[str] = []
    last: Glyph | None = None
    for place, group in groupby(glyphs, key=lambda glyph: _place(glyph, base, size)):
        run = list(group)
        words = "".join(_spelt(run))
        if last is not None and place <= 0 and _blank(last, run[0]._replace(spaced=False)):
            parts.append(" ")
        parts.append(raised(words) if place > 0 else lowered(words) if place < 0 else words)
        last = run[-1]
    return "".join(parts)


def _place(glyph: Glyph, base: float, size: float) -> int:
    """1: an exponent; -1: an index; 0: neither."""
    if glyph.style.size > _SMALL * size:
        return 0
    return 1 if base - glyph.base > 0.12 * size else -1 if glyph.base - base > 0.06 * size else 0


def _spelt(glyphs: Sequence[Glyph]) -> Iterable[str]:
    last: Glyph | None = None
    for glyph in glyphs:
        if last is not None and _blank(last, glyph):
            yield " "
        yield glyph.text
        last = glyph


def _blank(last: Glyph, glyph: Glyph) -> bool:
    gap = (glyph.left - last.right) / glyph.style.size
    if gap < (_LEAST_BLANK if glyph.spaced else _BLANK):
        return False
    if is_unspaced(last.text[-1]) and is_unspaced(glyph.text[0]):
        return gap > _WIDE_BLANK
    return True


def is_unspaced(character: str) -> bool:
    """Whether no blank stands beside ``character``, in a text that is written in such: a Han character, a full-width
    mark."""
    return "\u2e80" <= character <= "\ud7ff" or "\uf900" <= character <= "\uffef" or character >= "\U00020000"
