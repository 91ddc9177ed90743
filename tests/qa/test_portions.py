"""How much a model has to read, and how it is portioned."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from records import citation_of

from corpus import Document, split
from qa import Citation
from qa.writing.portions import portions, text_of, tokens_of
from qa.writing.tokens import tokens_in

EN = "# Mills\n\nThe mill was built in 1871. It has 4 sails. 🚀 Nobody knows why it stands so far from the river.\n"
ZH = "# 磨坊\n\n磨坊建于1871年。它有四片风帆，后来只剩三片。没有人知道它为什么离河那么远。\n"


def sources_of(*texts: str) -> list[Citation]:
    documents = [Document(f"{at}.md", "Title 标题", "", text) for at, text in enumerate(texts)]
    found = [(document, passage) for document in documents for passage in split(document)]
    return [
        citation_of(document, passage, passage.text, passage.start, number=number)
        for number, (document, passage) in enumerate(found, 1)
    ]


def long_source(text: str) -> Citation:
    """A citation of a passage that is all of ``text``."""
    document = Document("long.md", "Long", "", text)
    (passage, *_) = split(Document("long.md", "Long", "", "x"))
    passage = replace(passage, text=text, start=0, end=len(text), sentences=((0, len(text)),))
    return citation_of(document, passage, text, 0, number=7)


def assert_exact(sources: Sequence[Citation]) -> None:
    for source in sources:
        passage = source.passage
        assert source.document.text[source.start : source.end] == source.quote != ""
        assert source.document.text[passage.start : passage.end] == passage.text
        assert passage.start <= source.start < source.end <= passage.end
        assert all(passage.start <= start < end <= passage.end for start, end in passage.sentences)
        assert all(before[1] <= after[0] for before, after in pairwise(passage.sentences))


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("", 0, 0),
        ("The model was trained on a large collection of text from the web.", 14, 28),  # what tokenizers make of it
        ("175000000000", 12, 16),
        ("基础模型是在广泛数据上训练的模型。", 17, 34),
        ("🚀" * 10, 30, 50),
        ("\n\n\n", 1, 4),
    ],
)
def test_tokens_are_rather_too_many(text: str, least: int, most: int) -> None:
    assert least <= tokens_in(text) <= most


def test_more_text_never_takes_fewer_tokens() -> None:
    text = EN + ZH
    counts = [tokens_in(text[:end]) for end in range(len(text) + 1)]
    assert counts == sorted(counts)


def test_what_fits_is_one_portion() -> None:
    sources = sources_of(EN, ZH)
    assert portions(sources, sum(map(tokens_of, sources))) == [sources]
    assert portions([], 100) == []


def test_portions_keep_the_order_and_the_whole_passages() -> None:
    sources = sources_of(*[EN, ZH] * 6)
    most = 2 * max(map(tokens_of, sources)) + 1
    found = portions(sources, most)
    assert len(found) > 2
    assert [source for portion in found for source in portion] == sources
    assert all(portion and sum(map(tokens_of, portion)) <= most for portion in found)
    for portion, after in pairwise(found):
        assert sum(map(tokens_of, portion)) + tokens_of(after[0]) > most  # none begins before it has to


@pytest.mark.parametrize("text", [EN, ZH, EN + ZH, "one. " * 400, "一。" * 400], ids=["en", "zh", "both", "en+", "zh+"])
def test_a_passage_that_is_too_long_is_cut_at_the_ends_of_sentences(text: str) -> None:
    source = long_source(text.strip())
    most = min(60, tokens_of(source) // 2 + 10)
    found = portions([source], most)
    pieces = [piece for portion in found for piece in portion]
    assert len(pieces) > 1
    assert all(sum(map(tokens_of, portion)) <= most for portion in found)
    assert_exact(pieces)
    assert {piece.number for piece in pieces} == {7}
    assert "".join("".join(piece.quote for piece in pieces).split()) == "".join(text.split())
    assert all(piece.quote.endswith((".", "。", "🚀")) for piece in pieces)


@pytest.mark.parametrize("text", ["word " * 300, "字" * 300, "x" * 900, "😀" * 100], ids=["en", "zh", "one", "emoji"])
def test_a_sentence_that_is_too_long_is_cut_all_the_same(text: str) -> None:
    source = long_source(text.strip())
    pieces = [piece for portion in portions([source], 60) for piece in portion]
    assert all(tokens_of(piece) <= 60 for piece in pieces)
    assert_exact(pieces)
    assert "".join("".join(piece.quote for piece in pieces).split()) == "".join(text.split())
    if " " in text.strip():
        assert all(piece.quote.split() == ["word"] * len(piece.quote.split()) for piece in pieces)


def test_a_piece_that_holds_the_quote_keeps_it() -> None:
    source = long_source("The mill was built in 1871. " * 10)
    quoted = replace(source, quote="built in 1871", start=13, end=26)
    first, *others = [piece for portion in portions([quoted], 60) for piece in portion]
    assert (first.quote, first.start, first.end) == ("built in 1871", 13, 26)
    assert others
    assert_exact([first, *others])


@pytest.mark.parametrize("most", [0, 1, 10])
def test_too_little_room_still_ends(most: int) -> None:
    pieces = [
        piece for portion in portions([long_source("The mill was built in 1871. " * 50)], most) for piece in portion
    ]
    assert_exact(pieces)
    assert "".join("".join(piece.quote for piece in pieces).split()) == "Themillwasbuiltin1871." * 50


def test_a_source_is_read_with_what_stands_above_it() -> None:
    table = "# Mills\n\n## Sails\n\n| Mill | Sails |\n| --- | --- |\n" + "".join(
        f"| Mill number {at} by the river | {at} sails of old linen |\n" for at in range(40)
    )
    *_, last = sources_of(table)
    read = text_of(last)
    assert "Sails" in read.partition("\n")[0]
    assert "| Mill | Sails |" in read or "Mill | Sails" in read
    assert read.endswith(last.passage.text)


def test_what_stands_above_cannot_fill_the_room() -> None:
    source = long_source("The mill was built in 1871.")
    hostile = replace(source, passage=replace(source.passage, title="title " * 5000, context="head " * 5000))
    assert tokens_of(hostile) < 400
    assert len(text_of(hostile).splitlines()) == 3
