"""Text without what is not words."""

import pytest

from corpus import Document, encoder_text, split
from corpus.wording.plain_text import hyphens_in, without_surrogates


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("", ""),
        ("GPT-3 有多少参数？😀", "GPT-3 有多少参数？😀"),
        ("a \ud800 half", "a \ufffd half"),
        ("\udcff\udfff", "\ufffd\ufffd"),  # one each
        ("\ud7ff\ue000", "\ud7ff\ue000"),  # their neighbours
    ],
)
def test_halves_of_characters_are_marked(text: str, mended: str) -> None:
    assert without_surrogates(text) == mended
    assert without_surrogates(text).encode("utf-8").decode("utf-8") == mended


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("Four-\nteen sails", "Fourteen sails"),
        ("a well-\nkept boat", "a well-kept boat"),
        ("the ship-to-\nshore line", "the ship-to-shore line"),
        ("a soft\u00ad\nened rope", "a softened rope"),
        ("> thir-\n> ty ropes", "> thirty ropes"),
        ("short-\nand long-range", "short-\nand long-range"),
        ("at https://example.org/quiet-\nharbour/map", "at https://example.org/quiet-harbour/map"),
        ("Fish -\nand chips", "Fish -\nand chips"),
        ("Anna-\nMaria", "Anna-\nMaria"),
        ("绳子-\n长", "绳子-\n长"),
    ],
)
def test_a_word_that_a_line_end_parts_is_one(text: str, joined: str) -> None:
    parts, at = [], 0
    for start, end, left in hyphens_in(text):
        parts += [text[at:start], left]
        at = end
    assert "".join([*parts, text[at:]]) == joined


def test_an_encoder_sees_whole_words_and_none_that_are_struck_out() -> None:
    text = "The mast is thir-\nty feet ~~and sixty inches~~ high, as the old ship-\nwright wrote it down in his book.\n"
    (passage,) = split(Document("a.md", "a", "a.md", text))
    assert encoder_text(passage) == "The mast is thirty feet high, as the old shipwright wrote it down in his book."
