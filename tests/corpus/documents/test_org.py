"""Org files: headlines, lists, tables, blocks and notes."""

from pathlib import Path

import pytest

pytest.importorskip("lxml")

from corpus import CorpusError
from corpus.files.markup import read_org

PATH = Path("kiln.org")


def text_of(source: str) -> str:
    return read_org(source.encode(), PATH).text


def test_title_headlines_and_facts() -> None:
    content = read_org(
        "#+TITLE: 窑炉 /Notes/\n#+AUTHOR: Ann Potter\n#+DATE: <2023-05-01 Mon>\n#+OPTIONS: toc:nil\n# a comment\n"
        "* TODO [#A] Fire the kiln [1/3]   :work:hot:\n:PROPERTIES:\n:ID: abc\n:END:\nSCHEDULED: <2023-05-02 "
        "Tue +1w>\n"
        "窑温一千三百度，\n升温要慢 🔥。\n** Deep\n* COMMENT hidden\nsecret\n** also\n* Last\nWords.\n".encode(),
        PATH,
    )
    assert content.text == (
        "# 窑炉 Notes\n\n## TODO Fire the kiln\n\nScheduled: 2023-05-02 Tue\n\n窑温一千三百度，升温要慢 "
        "🔥。\n\n### Deep\n\n"
        "## Last\n\nWords.\n"
    )
    assert (content.title, content.author, content.date) == ("窑炉 Notes", "Ann Potter", "2023-05-01")


def test_stress_links_dates_and_formulas() -> None:
    assert text_of(
        "*bold* /it/ +old+ =a_b= [[https://example.org][the site]] [[file:pots.org]] <2023-01-01>--<2023-01-03> "
        "\\(a_1\\) $b^2$ costs $5 and $6, H_{2}O \\alpha \\to [cite:@smith; @li] 2*3*4 snake_case_name"
    ) == (
        "bold it ~~old~~ `a_b` the site pots.org 2023-01-01 – 2023-01-03 $a_1$ $b^2$ costs $5 and $6, H2O α → "
        "[smith, li] 2*3*4 snake_case_name\n"
    )


def test_lists_within_lists() -> None:
    source = (
        "- one\n  more\n  - deep\n    - deeper\n- [X] done\n\n3. three\n   #+begin_src python -n\n   x = 1\n  "
        " #+end_src\n4. four\n\n- 窑 :: 烧陶的地方\n"
    )
    assert text_of(source) == (
        "- one more\n  - deep\n    - deeper\n- ☑ done\n\n3. three\n\n   ```python\n   x = 1\n   ```\n4. "
        "four\n\n窑\n: 烧陶的地方\n"
    )


def test_tables_and_captions() -> None:
    source = (
        "#+CAPTION: Heat\n| Year | Heat |\n| <l> | <r10> |\n|------+------|\n| 2020 | *1300* |\n|---+---|\n| "
        "a\\vert{}b | 二 |\n#+TBLFM: $2=3\n"
    )
    assert text_of(source) == "Heat\n\n| Year | Heat |\n| --- | --- |\n| 2020 | 1300 |\n| a\\|b | 二 |\n"


def test_blocks() -> None:
    source = (
        "#+BEGIN_QUOTE\nA quote.\n#+END_QUOTE\n#+begin_verse\none\n  two\n#+end_verse\n#+begin_export "
        "html\n<b>\n#+end_export\n"
        ": fixed\n:   width\n\\begin{equation}\nE = mc^2\n\\end{equation}\n#+begin_note\nMind the door.\n#+end_note\n"
        "#+begin_example\n,* no headline\n#+end_example\n"
    )
    assert text_of(source) == (
        "> A quote.\n\n> one\n> two\n\n```\nfixed\n  width\n```\n\n$$E = mc^2$$\n\nNote: Mind the door.\n\n"
        "```\n* no headline\n```\n"
    )


def test_notes_stand_behind_the_paragraph_that_refers_to_them() -> None:
    source = "Hot [fn:a] and [fn:: said *here*].\n\nNext.\n* Footnotes\n[fn:a] The first,\non two lines.\n"
    assert text_of(source) == "Hot [^1] and [^2].\n\n[^1]: The first, on two lines.\n\n[^2]: said here\n\nNext.\n"


def test_nothing_is_read_from_elsewhere() -> None:
    content = read_org(b'Words.\n#+INCLUDE: "/etc/passwd" src\n', PATH)
    assert content.text == "Words.\n"
    assert content.problems == ((0, "what it takes from elsewhere is not read: /etc/passwd"),)


def test_what_is_not_closed_loses_no_words() -> None:
    assert (
        text_of("#+begin_src c\nint x;\n\n:LOGBOOK:\nwords\n* Next\nmore\n")
        == "int x;\n\n\\:LOGBOOK: words\n\n# Next\n\nmore\n"
    )
    assert text_of("#+macro: a {{{a}}}{{{a}}}\n{{{a}}}\n")


def test_another_kind_of_file_is_told() -> None:
    with pytest.raises(CorpusError, match="is a picture, and no Org file"):
        read_org(b"\x89PNG\r\n", PATH)
