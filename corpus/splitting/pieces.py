"""A text in pieces, each a block or as much of a long one as a passage may hold, and what each needs beside it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.document import Document, Span
from corpus.language import KNOWN, language_of
from corpus.parsing import labels
from corpus.parsing.block import Block, BlockKind
from corpus.parsing.blocks import blocks_of
from corpus.splitting import cuts
from corpus.splitting.items_above import ItemsAbove
from corpus.splitting.pairs import joined
from corpus.wording.plain_text import readable, reference_keys, words_in
from corpus.wording.ruler import Ruler
from corpus.wording.sentences import width

_NAMED = re.compile(
    r"(?:^|(?<=[\s（(]))[A-Za-z]\d{0,3}\s?[：:、．.)）]"
)  # the label of a line, which is in no language
_UNSPACED_MARK = re.compile(
    f"[{''.join(each.sentence_marks + each.clause_marks for each in KNOWN if not each.spaced)}]"
)
_SHORT = labels.VALUE_WIDTH
_FEW = 3  # words without a verb among them: names and units are borrowed everywhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A block, or as much of a long one as a passage may hold; or a heading that may be quoted."""

    kind: BlockKind
    group: int
    start: int
    end: int
    sentences: tuple[Span, ...]
    language: str  # empty, until all pieces are known, where its own words do not tell
    section: int  # counts the headings above
    heading: str
    context: str
    references: tuple[str, ...]
    asks: bool = False  # it is a question, and what follows may be the answer
    announces: bool = False  # its last sentence is about the code or formula that follows
    number: int = -1  # of the block, within its document
    above: tuple[int, ...] = ()  # the numbers of the items of a list that it stands below, outermost first
    until: int = 0  # of what heads others, as an item does those below it: where the last of them ends
    whole: bool = False  # it is to be quoted with all of them


def pieces_of(document: Document, ruler: Ruler, limit: int) -> list[Piece]:
    """The pieces of ``document`` in order, none wider than ``limit`` columns by the ``ruler`` of its text."""
    return list(_with_languages(list(_Reading(document, ruler, limit).pieces())))


def language_in(text: str) -> str:
    """The language of ``text``, labels left out; empty where it has no words, or only a few names or units."""
    bare = _NAMED.sub(" ", words_in(text))
    held = [each for each in KNOWN if each.word.search(bare)]
    if not held:
        return ""
    if len(held) == 1 and held[0].spaced and not isinstance(held[0].grammar, re.Pattern):
        words = held[0].word.findall(bare)
        # Names and units, or a list of them that is written as in a language without spaces.
        names = len(words) <= _FEW or _UNSPACED_MARK.search(text) or all(any(map(str.isupper, word)) for word in words)
        if names and not held[0].function_words(bare):
            return ""
    return language_of(bare)


class _Reading:
    def __init__(self, document: Document, ruler: Ruler, limit: int) -> None:
        self.document, self.text, self.ruler, self.limit = document, document.text, ruler, limit
        self.blocks = joined(document.text, blocks_of(document.text))
        self.headings: list[tuple[int, str]] = []  # level and text of the headings above, outermost first
        self.references: list[tuple[int, tuple[str, ...]]] = [(0, ())]  # level and keys of the sections around
        self.boxes: list[tuple[int, int]] = []  # level of the headings above in a box, and where that ends
        self.section = 0
        self.introduction = ""  # the line that introduces the list or table which follows it
        self.question = ""  # the one that what follows may answer
        self.table = 0  # group of the table that what introduces it is about; 0: none has followed yet
        self.items = ItemsAbove(document.text)
        self.announced = ""  # the sentence that announces the code, formula or table right below it

    def pieces(self) -> Iterator[Piece]:
        for at, block in enumerate(self.blocks):
            while self.boxes and self.boxes[-1][1] <= block.start:
                self._leave(self.boxes.pop()[0])
            self.items.move_to(at, block)
            if block.kind is BlockKind.HEADING:
                yield from self._heading(at, block)
                continue
            stretch = self.text[block.start : block.end]
            if block.kind is BlockKind.OTHER and (keys := reference_keys(stretch)):
                self.references[-1] = (self.references[-1][0], keys)
            if cuts.says_something(stretch):
                yield from self._block(at, block)

    def _leave(self, level: int) -> None:
        """Go on below what a heading of this ``level`` stood above."""
        self.section += 1
        self.headings = [(above, title) for above, title in self.headings if above < level]
        self.references = [(above, keys) for above, keys in self.references if above < level]
        self.introduction = self.announced = self.question = ""

    def _heading(self, at: int, block: Block) -> Iterator[Piece]:
        self._leave(block.level)
        if block.until is not None:
            self.boxes.append((block.level, block.until))
        start, end = cuts.bare_span(self.text, block)
        title = readable(self.text[start:end])
        if title != self.document.title:  # the title stands beside the heading: once is enough
            self.headings.append((block.level, title))
        self.references.append((block.level, self.references[-1][1]))
        if self._may_be_quoted(at, block, title):
            for run in cuts.fill(self.ruler, cuts.sentences_of(self.ruler, block, self.limit), self.limit):
                yield self._piece(block, run, asks=labels.asks(title))

    def _may_be_quoted(self, at: int, block: Block, title: str) -> bool:
        """Whether the heading ``at`` may answer: it is only guessed to be one, it states a fact, or it asks and what
        stands below is too short to answer without it."""
        below = self.blocks[at + 1] if at + 1 < len(self.blocks) else None
        if below and below.kind is BlockKind.HEADING and below.level > block.level:
            return labels.states_fact(title)  # it heads what has headings of its own
        if block.guessed:
            return True
        if below and below.kind is BlockKind.OTHER and not cuts.says_something(self.text[below.start : below.end]):
            return False  # a comment would stand in the passage
        short = below and below.kind is BlockKind.PROSE and self.ruler.width(below.start, below.end) <= _SHORT
        return labels.states_fact(title) or bool(short and labels.asks(title))

    def _block(self, at: int, block: Block) -> Iterator[Piece]:
        if block.kind is BlockKind.ROW:
            if self.table not in (0, block.group):
                self.introduction = self.announced = ""  # it was about the table above
            self.table = block.group
        context = self._context(block)
        before = width(context) + 2 if context and block.kind in (BlockKind.PROSE, BlockKind.OTHER) else 0
        spans = cuts.sentences_of(self.ruler, block, self.limit, before)
        if not spans:
            return
        last = self.text[slice(*spans[-1])]
        below = self._below(at) if block.kind in (BlockKind.PROSE, BlockKind.ITEM) else None
        item = block.kind is BlockKind.ITEM and below is BlockKind.OTHER
        # The caption of a table stands in the header of its rows already.
        caption = below is BlockKind.ROW and self.blocks[at + 1].group == block.group
        announces = below in (BlockKind.OTHER, BlockKind.ROW) and not caption and labels.announces(last, item)
        alone = announces and below is BlockKind.OTHER  # what announces code is not parted from it
        asks = block.kind in (BlockKind.PROSE, BlockKind.ITEM) and len(spans) == 1 and labels.asks(last)
        runs = [
            *cuts.fill(self.ruler, spans[: -1 if alone else None], self.limit, before),
            *([spans[-1:]] if alone else []),
        ]
        wide = block.kind is BlockKind.ROW and len(spans) > 1
        name = cuts.first_cell(self.text, (spans[0][0], block.end)) if wide else ""
        for number, run in enumerate(runs):
            yield self._piece(
                block,
                run,
                context=" ".join(part for part in (context, name if number else "") if part),
                asks=asks,
                announces=alone and number == len(runs) - 1,
                number=at,
                # What is left of a row is not to be read with the next one.
                group=-block.start if wide else block.group,
            )
        self._remember(block, spans[-1], asks=asks, announces=announces)

    def _below(self, at: int) -> BlockKind | None:
        """Of what kind the block below the block ``at`` is, if it says something; pictures are passed over."""
        for below in self.blocks[at + 1 :]:
            if cuts.says_something(self.text[below.start : below.end]):
                return below.kind
            if below.kind is not BlockKind.PROSE:
                break
        return None

    def _remember(self, block: Block, last: Span, *, asks: bool, announces: bool) -> None:
        """Keep what ``block``, which ends with the sentence ``last``, says of the blocks below it."""
        half = self.limit // 2
        self.table = block.group if block.kind is BlockKind.ROW else 0
        if block.kind is not BlockKind.ROW:
            short = self.ruler.width(*last) <= half
            self.announced = readable(self.text[slice(*last)]) if announces and short else ""
        self.question = ""
        if block.kind is BlockKind.PROSE:
            whole = self.text[block.start : block.end]
            short = self.ruler.width(block.start, block.end) <= half
            self.question = readable(whole) if asks and short else ""
            introduces = whole.endswith((":", "：")) and short
            self.introduction = readable(whole) if introduces else self.question
        elif block.kind is BlockKind.OTHER:
            self.introduction = ""

    def _context(self, block: Block) -> str:
        """What a block needs beside it to be understood: the question or line that introduces it, the header row."""
        if block.kind is BlockKind.OTHER:
            return self.announced
        if block.kind is not BlockKind.ROW:
            first = self.question if block.kind is BlockKind.PROSE else self.introduction
            return " ".join(part for part in (first, *self.items.words(self.limit // 2)) if part)
        header, name = (readable(self.text[slice(*span)]) for span in (block.header, block.name))
        introduction = self.announced if block.kind is BlockKind.ROW and self.announced else self.introduction
        return " ".join(part for part in (introduction, header, name) if part)

    def _piece(
        self,
        block: Block,
        run: Sequence[Span],
        *,
        context: str = "",
        asks: bool = False,
        announces: bool = False,
        number: int = -1,
        group: int | None = None,
    ) -> Piece:
        start, end = run[0][0], run[-1][1]
        # A row is one thing to quote, and so is what is left of one.
        return Piece(
            kind=block.kind,
            group=block.group if group is None else group,
            start=start,
            end=end,
            sentences=() if block.names_columns else tuple(run),
            language=language_in(context if block.kind is BlockKind.OTHER and context else self.text[start:end]),
            section=self.section,
            heading=" > ".join(above for _, above in self.headings),
            context=context,
            references=self.references[-1][1],
            asks=asks,
            announces=announces,
            number=number,
            above=self.items.numbers if block.kind in (BlockKind.PROSE, BlockKind.ITEM) else (),
        )


def _with_languages(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """``pieces``, where words do not tell in the language of what stands above, or else below."""
    told = [piece.language for piece in pieces if piece.language and piece.kind is not BlockKind.OTHER]
    language = next(iter(told), KNOWN[0].code)
    for piece in pieces:
        if piece.language and piece.kind is not BlockKind.OTHER:
            language = piece.language
        yield piece if piece.language else replace(piece, language=language)
