"""Words of a file read back as they are, whatever signs they have, and become no structure."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import readable
from corpus.files.office import escapes
from corpus.files.office.markdown import Writer
from corpus.parsing.blocks import BlockKind, blocks_of

SIGNS = [
    *"ab1 中。#*_~`<>|[]()!{}^&;:=-+/$%@.\"'", "\\", "**", "```", "[^1]", "<table>", "<!--", "-->", "&amp;", "==", "%%",
    "[x](y)", "![a](b)", "$a$", "\\(", "\\)", "#tag", "::", "---", "<br>", "😀", "，",
]  # fmt: skip
WORDS = st.lists(st.sampled_from(SIGNS), min_size=1, max_size=12).map("".join)


def seen(text: str) -> str:
    """As :func:`readable` shows it: the bars of tables and white space are one blank each."""
    return " ".join(text.replace("|", " ").split())


@pytest.mark.slow
@settings(max_examples=500, deadline=None, derandomize=True)
@given(WORDS)
def test_a_paragraph_is_read_as_it_is(words: str) -> None:
    text = escapes.paragraph(f"Ay {words}")
    assert seen(readable(text)) == seen(f"Ay {words}")
    blocks = blocks_of(f"{text} Words of one more sentence that ends here.\n")
    assert [block.kind for block in blocks] == [BlockKind.PROSE]


@pytest.mark.slow
@settings(max_examples=500, deadline=None, derandomize=True)
@given(WORDS)
def test_the_beginning_of_a_paragraph_is_no_structure(words: str) -> None:
    text = escapes.paragraph(f"{words} and so the boat sails on until it is late.")
    blocks = blocks_of(f"Before it.\n\n{text}\n")
    if not words.lstrip().startswith(("1.", "1)")):  # a number that somebody typed
        assert [block.kind for block in blocks] == [BlockKind.PROSE] * 2
    assert seen(readable(text)) == seen(f"{words} and so the boat sails on until it is late.")


@pytest.mark.slow
@settings(max_examples=500, deadline=None, derandomize=True)
@given(WORDS)
def test_a_cell_is_one_cell(words: str) -> None:
    table = f"| Name | Words |\n|---|---|\n| a | {escapes.cell(words)} |\n| b | c |\n"
    rows = [block for block in blocks_of(table) if block.kind is BlockKind.ROW]
    assert len(rows) == len(blocks_of(table)) == 3
    row = table[rows[1].start : rows[1].end]
    assert seen(readable(row)) == seen(f"a {words}")
    assert row.replace("\\|", "").count("|") == 3


@pytest.mark.slow
@settings(max_examples=300, deadline=None, derandomize=True)
@given(WORDS)
def test_a_heading_is_one_heading(words: str) -> None:
    text = f"# {escapes.heading(f'A {words}')}\n\nBelow it.\n"
    heading, _ = blocks_of(text)
    assert heading.kind is BlockKind.HEADING
    assert seen(readable(text[heading.start : heading.end])) == seen(f"A {words}")


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("2 * 3 = 6, snake_case, 5 < 6 & 7", "2 * 3 = 6, snake_case, 5 < 6 & 7"),
        ("See https://example.org/a_b?c=1&d=*2* now", "See https://example.org/a_b?c=1&d=*2* now"),
        ("costs $5 or $6", "costs $5 or $6"),
        ("1. typed number", "1. typed number"),
        ("• typed bullet", "• typed bullet"),
        ("C:\\temp\\new", "C:\\temp\\new"),
    ],
)
def test_what_needs_no_escape_has_none(words: str, written: str) -> None:
    assert escapes.paragraph(words) == written


def test_signs_of_our_own_in_a_file_are_left_out() -> None:
    assert escapes.paragraph(escapes.clean("a\ufdd0b\ufdd1\ufdd2c\x00\x07d")) == "abc d"


@pytest.mark.parametrize(
    "words", ["*" * 20_000, "[a](" * 5_000, "`a " * 8_000, "<b" * 9_000, "\\" * 20_000, "$a" * 9_000]
)
def test_hostile_words_cost_no_more_than_others(words: str) -> None:
    start = time.perf_counter()
    escapes.paragraph(words)
    assert time.perf_counter() - start < 3


def test_signs_in_different_cells_or_items_do_not_pair() -> None:
    words = ["*a", "b* _c", "d_ `e", "f` ==g", "h== [[i", "j]] $k", "l$ <b", "m> %%n", "o%%"]
    writer = Writer()
    writer.row(["Name", "Words"])
    writer.rule(2)
    for at in range(0, len(words) - 1, 2):
        writer.row([escapes.cell(word) for word in words[at : at + 2]])
    assert seen(readable(writer.text)) == seen(f"Name Words {' '.join(words[:8])}")
    writer = Writer()
    for word in words:
        writer.item(word, "-", 0)
    assert seen(readable(writer.text)) == seen(" ".join(f"- {word}" for word in words))
