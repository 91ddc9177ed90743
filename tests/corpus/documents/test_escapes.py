"""Words of a document read back as they are, whatever signs they have, and become no structure."""

import html
import random
import re
from collections.abc import Callable, Sequence

import pytest
from costs import costs_at_most
from lanes import sweep

from corpus import readable
from corpus.files.escapes import Context, beginning, escaped, escaped_spans
from corpus.parsing.blocks import BlockKind, blocks_of, heading_text
from corpus.parsing.front_matter import find_front_matter

SIGNS = (
    "* ** *** _ __ ___ ` `` ``` ~ ~~ ~~~ [ ] ( ) [[ ]] [^ [^1] [^1]: ^1 ^[ ! !! !!! < > </ <!-- --> # ## ####### ＃ "
    "＃＃ - -- --- - + +++ +-- = == === { } {{ }} {% %} {# #} {#a} {:toc} % %% %%% $ $$ $5 \\ \\\\ \\( \\) \\[ \\] "
    "\\begin{a} \\end{a} | || : :: ::: ; ;;; & && &amp; &lt; &#42; @ @[toc] [toc] [1]: [//]: id:: title: Date: ' "
    "\" , . ! ? / ~/ 1. 2) 12. 1986. 100) (1) • · – — 1 x ab word Text. 中文 。 ， ： ！ ？ 、 （ ） 【 】 “ ” 《 "
    "》 ＊ ＿ ｀ ｜ ＜ ＞ ［ ］ 甲。 😀 🙂 👩‍🚀 é ﬁ Ω <b> </b> <br> <br/> <table> <td> </td> <h1> <script> <div "
    "<pre> <p hidden> <del> </del> <s> <sup>1</sup> <List> [x](y) ![a](b) [a][b] [[c|d]] $a$ $x_1$ $a*b$ $$c$$ "
    "#tag ((a)) `code` ``a`b`` **b** *i* _i_ ~~s~~ ==m== --- *** 2*3 a*b* snake_case x_1 __init__ C# C:\\temp 5<6 "
    "a>b A&B"
).split(" ")  # fmt: skip
SPACED = [
    "https://example.org/a_b?c=*d* ",
    "www.example.org ",
    "data:,x ",
    "\u3000",
    "title: A\n",
    "---\n",
    "+++\n",
]
PARTS = [*SIGNS, *SPACED, "- ", "1. ", "\n- ", "\n1. ", *[" "] * 40]
TYPED = re.compile(r"[^\S\n]*(?:\d{1,3}[.)、．]|[•·]|[(（]\d{1,2}[)）]|[–—]\s)")  # lists that somebody typed stay lists


def some_words(dice: random.Random, *, lines: bool) -> str:
    """Random words, with no white space around lines and none twice; ``lines``: there may be several. None is made of
    bars and dashes alone: that is the line below the header of a table to whoever looks."""
    parts = [*PARTS, *["\n"] * 15] if lines else PARTS
    while True:
        text = "".join(dice.choice(parts) for _ in range(dice.randint(1, 14)))
        text = "\n".join(line for each in text.split("\n") if (line := " ".join(each.split())).strip("|:- "))
        text = text if lines else " ".join(text.split())
        if text.strip("|:- "):
            return text


def seen(text: str) -> str:
    """As :func:`readable` shows it: white space is one blank, and bars may be those of a table."""
    return bare(readable(text))


def bare(words: str) -> str:
    """``words`` as :func:`seen` gives them if all is well."""
    return " ".join(words.replace("|", " ").split())


def are_prose(words: Sequence[str]) -> bool:
    """Whether nobody would take a line of ``words`` for an item that was typed, or for a formula."""
    lines = [line for each in words for line in each.split("\n")]
    return not any(TYPED.match(line) or line.startswith(("$$", "\\[")) for line in lines)


def kinds_of(text: str) -> list[BlockKind]:
    return [block.kind for block in blocks_of(text)]


def check_paragraphs(words: list[str]) -> None:
    text = "\n\n".join(["# Title", *(escaped(each) for each in words)]) + "\n"
    assert seen(text) == " ".join(["Title", *map(bare, words)])
    if are_prose(words):
        # Short lines below each other may be the rows of a table, as in any text.
        likely = {BlockKind.PROSE, BlockKind.ROW} if any("\n" in each for each in words) else {BlockKind.PROSE}
        assert set(kinds_of(text)[1:]) <= likely


def check_items(words: list[str]) -> None:
    text = "\n".join("- " + escaped(each, Context.ITEM).replace("\n", "\n  ") for each in words) + "\n"
    assert seen(text) == " ".join(f"- {bare(each)}" for each in words)
    if are_prose(words):
        assert kinds_of(text) == [BlockKind.ITEM] * len(words)


def check_headings(words: list[str]) -> None:
    text = "\n\n".join(f"## {escaped(each, Context.HEADING)}\n\nIt says so." for each in words) + "\n"
    assert kinds_of(text) == [BlockKind.HEADING, BlockKind.PROSE] * len(words)
    headings = [block for block in blocks_of(text) if block.kind is BlockKind.HEADING]
    assert [seen(heading_text(text, each)) for each in headings] == [bare(each) for each in words]


def check_cells(words: list[str]) -> None:
    rows = [words[:2], words[1:], ["a", "b"]]
    first, *rest = [f"| {' | '.join(escaped(cell, Context.CELL) for cell in row)} |" for row in rows]
    text = "\n".join([first, "|---|---|", *rest]) + "\n"
    assert kinds_of(text) == [BlockKind.ROW] * 3
    assert [seen(text[each.start : each.end]) for each in blocks_of(text)] == [bare(" ".join(row)) for row in rows]
    assert [line.replace("\\|", "").count("|") for line in text.splitlines()] == [3] * 4


CHECKS: dict[Context, Callable[[list[str]], None]] = {
    Context.PARAGRAPH: check_paragraphs,
    Context.ITEM: check_items,
    Context.HEADING: check_headings,
    Context.CELL: check_cells,
}


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [range(1_000), sweep(range(1_000, 4_000))], ids=["some", "many"])
@pytest.mark.parametrize("context", Context)
def test_any_words_are_read_as_they_are_beside_any_others(context: Context, seeds: range) -> None:
    for seed in seeds:
        dice = random.Random(seed)
        words = [some_words(dice, lines=context in (Context.PARAGRAPH, Context.ITEM)) for _ in range(3)]
        if seed % 2 and context is Context.PARAGRAPH:
            words = [f"{each}\nand so the boat sails on until it is late." for each in words]
        CHECKS[context](words)


@pytest.mark.parametrize("context", Context)
def test_stretches_of_words_are_found_again(context: Context) -> None:
    for seed in range(300):
        dice = random.Random(seed)
        words = " ".join(some_words(dice, lines=False) for _ in range(3)).replace("\\", "")
        cuts = sorted(dice.randrange(len(words) + 1) for _ in range(4))
        spans = [(cuts[0], cuts[1]), (cuts[2], cuts[3])]
        text, moved = escaped_spans(words, spans, context, begins=True)
        for (start, end), (begin, finish) in zip(spans, moved, strict=True):
            assert bare(unescaped(text[begin:finish])) == bare(words[start:end]), words


def unescaped(text: str) -> str:
    """Without the escapes, and nothing else."""
    return re.sub(
        r"\\([!-/:-@\[-`{-~])|(&(?:lt|#\d+);)", lambda each: each.group(1) or html.unescape(each.group(2)), text
    )


@pytest.mark.parametrize("context", Context)
@pytest.mark.parametrize(
    "words",
    [
        "2 * 3 = 6, snake_case, 5 < 6 & 7",
        "See https://example.org/a_b?c=1&d=*2* now",
        "costs $5 or $6",
        "1. typed number",
        "• typed bullet",
        "C:\\temp\\new",
        "[1] and (a), C# at 5 %",
    ],
)
def test_what_needs_no_escape_has_none(words: str, context: Context) -> None:
    assert escaped(words, context) == words


@pytest.mark.parametrize("words", ["$x_1 + y_1$", "\\(a_b*c*\\)", "\\[ a_1 *b* \\]", "$$ a_1 $$"])
def test_a_formula_is_left_alone(words: str) -> None:
    assert escaped(words) == words


@pytest.mark.parametrize(
    "first",
    [
        "Date: 5 May",
        "title: A boat\nauthor: M. Ellery",
        "---\ntitle: A\n---",
        "+++\na = 1\n+++",
        "id:: 5",
        "% A",
        '{"a": 1}',
    ],
)
def test_what_a_file_begins_with_is_no_front_matter(first: str) -> None:
    text = f"{beginning(escaped(first))}\n\nIt says so.\n"
    assert find_front_matter(text) is None
    assert seen(text) == bare(f"{first} It says so.")
    assert escaped_spans(first, [], begins=True)[0] == beginning(escaped(first))


def test_the_beginning_of_a_file_that_is_none_is_left_alone() -> None:
    assert beginning("Note: it says so.") == "Note: it says so."


def test_what_is_markdown_already_stays() -> None:
    assert escaped([("a* ", False), ("`b*`", True), (" [", False), ("^1", False)]) == "a* `b*` &#91;^1"
    assert escaped([("`a|b`", True)], Context.CELL) == "\\`a\\|b\\`"


@pytest.mark.slow
@pytest.mark.parametrize("context", Context)
@pytest.mark.parametrize(
    "words",
    ["*" * 20_000, "[a](" * 5_000, "`a " * 8_000, "<b" * 9_000, "\\" * 20_000, "$a" * 9_000, "\\begin{a}" * 3_000,
     "{#" * 9_000 + "}", "_a" * 9_000, "[[" * 9_000, "![a]" * 5_000, "a::" * 6_000, "-\n" * 9_000,
     "http://a.b/*c " * 3_000],
)  # fmt: skip
def test_hostile_words_cost_no_more_than_others(words: str, context: Context) -> None:
    with costs_at_most(3):
        escaped(words, context)
