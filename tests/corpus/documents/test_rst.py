"""reStructuredText: what its author wrote, and what Sphinx adds to the language."""

from pathlib import Path

import pytest

pytest.importorskip("docutils")
pytest.importorskip("lxml")

from corpus import CorpusError, Document, split
from corpus.files.markup import read_rst

PATH = Path("kiln.rst")


def text_of(source: str) -> str:
    return read_rst(source.encode(), PATH).text


def test_title_sections_and_facts() -> None:
    content = read_rst(
        "======\n窑炉手册\n======\n\n:Author: Ann Potter\n:Date: 16 August 2021\n:url: https://example.org/kiln\n\n"
        "Words.\n\nFiring\n======\n\nHot 🔥。\n\nDeep\n----\n\n窑温一千三百度，\n升温要慢。\n".encode(),
        PATH,
    )
    assert content.text == ("# 窑炉手册\n\nWords.\n\n## Firing\n\nHot 🔥。\n\n### Deep\n\n窑温一千三百度，升温要慢。\n")
    assert (content.title, content.author, content.date) == ("窑炉手册", "Ann Potter", "2021-08-16")
    assert content.source == "https://example.org/kiln"
    assert content.problems == ()


def test_lists_and_definitions() -> None:
    assert text_of(
        "- one\n\n  - deep\n\n- two\n\n3. three\n4. four\n\nterm : str\n   Meaning.\n\n:field: Its words.\n"
    ) == ("- one\n  - deep\n- two\n\n3. three\n4. four\n\nterm (str)\n: Meaning.\n\nfield\n: Its words.\n")


def test_tables_of_every_kind_have_their_heads() -> None:
    grid = "+----+------+\n| A  | B    |\n+====+======+\n| 1  | - x  |\n|    | - y|z|\n+----+------+\n"
    simple = "==  ==\nA   B\n==  ==\n1   二\n==  ==\n"
    rows = '.. csv-table:: Pots\n   :header: Name, Count\n\n   "Jar, large", 4\n'
    listed = ".. list-table::\n   :header-rows: 1\n\n   * - A\n     - B\n   * - 1\n     - 2\n"
    assert text_of(grid) == "| A | B |\n| --- | --- |\n| 1 | x; y\\|z |\n"
    assert text_of(simple) == "| A | B |\n| --- | --- |\n| 1 | 二 |\n"
    assert text_of(rows) == "Pots\n\n| Name | Count |\n| --- | --- |\n| Jar, large | 4 |\n"
    assert text_of(listed) == "| A | B |\n| --- | --- |\n| 1 | 2 |\n"


def test_notes_stand_behind_the_paragraph_that_refers_to_them() -> None:
    text = text_of("Hot [1]_ and [Potter2001]_.\n\nNext.\n\n.. [1] A note.\n.. [Potter2001] Potter, *Pots*.\n")
    assert text == "Hot [^1] and [Potter2001].\n\n[^1]: A note.\n\n[Potter2001] Potter, Pots.\n\nNext.\n"


def test_what_sphinx_knows_is_read_for_its_words() -> None:
    source = (
        "See :ref:`how it burns <burning>`, :doc:`/pots`, :py:func:`~kiln.fire` and :menuselection:`File --> "
        "Save`.\n\n"
        ".. toctree::\n   :maxdepth: 2\n\n   secret\n\n.. seealso:: More words.\n\n"
        ".. py:function:: fire(pots: int) -> None\n   :module: kiln\n\n   Fires them.\n\n"
        ".. versionadded:: 3.2\n   The door.\n\n.. code-block:: python\n   :emphasize-lines: 1\n\n   def f(): "
        "pass\n\n"
        ".. autofunction:: kiln.cool\n\n.. whatever:: Some *words*\n   :option: 1\n\n   Below.\n"
    )
    content = read_rst(source.encode(), PATH)
    assert content.text == (
        "See how it burns, /pots, `fire` and File > Save.\n\nSee also: More words.\n\n"
        "`fire(pots: int) -> None`\n: Fires them.\n\nNew in version 3.2: The door.\n\n"
        "```python\ndef f(): pass\n```\n\n`kiln.cool`\n\nSome words\n\nBelow.\n"
    )
    assert content.problems == ()


def test_what_it_refers_to_elsewhere_is_no_error() -> None:
    content = read_rst(b"About |release| and `Other page`_ or other_.\n\n.. note:: Mind it.\n\n.. a comment\n", PATH)
    assert content.text == "About release and Other page or other.\n\nNote: Mind it.\n"
    assert content.problems == ()


def test_one_text_leaves_no_names_for_the_next() -> None:
    source = "A :ref:`word`.\n"
    alone = text_of(source)
    text_of(".. role:: ref(literal)\n\n.. default-role:: literal\n\n:ref:`x` `y`\n")
    assert text_of(source) == alone == "A word.\n"
    assert text_of("`y`\n") == "y\n"


def test_what_would_read_as_markup_is_no_markup() -> None:
    text = text_of("\\* star, and so on.\n\n# hash and <b>tag</b> and ``a|b``\n\n1986\\. A year.\n")
    (passage,) = split(Document("kiln.rst", "kiln", "kiln", text))
    assert passage.heading == ""
    assert "# " not in [line[:2] for line in text.split("\n")]


def test_nothing_is_read_from_elsewhere() -> None:
    content = read_rst(
        b".. include:: /etc/passwd\n\n.. raw:: html\n\n   <script>alert(1)</script>\n\n"
        b".. csv-table::\n   :file: /etc/passwd\n\n.. |now| date::\n\nNow |now| here.\n",
        PATH,
    )
    assert "root:" not in content.text
    assert "script" not in content.text
    assert not any(sign.isdigit() for sign in content.text)
    assert (0, "what it takes from elsewhere is not read: include /etc/passwd, raw html") in content.problems


def test_what_cannot_be_made_out_is_told_with_its_line() -> None:
    content = read_rst(b"Words.\n\n+---+\n| a |\n+--\n\nMore.\n", PATH)
    assert [line for line, _ in content.problems] == [5]
    assert "Malformed table" in content.problems[0][1]
    assert content.text == "Words.\n\n```\n+---+\n| a |\n+--\n```\n\nMore.\n"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (b"%PDF-1.7", "is a PDF, and no reStructuredText"),
        (b"a\0b", "zero bytes"),
        (b"- " * 20_000 + b"a", "too deeply"),
        (b".. |a| replace:: |b| |b|\n.. |b| replace:: |a| |a|\n\n|a|\n", "substitutes"),
        (b"a" * 1_000_001, "a line of 1,000,001 characters"),
    ],
)
def test_one_message_says_what_is_wrong(source: bytes, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        read_rst(source, PATH)
