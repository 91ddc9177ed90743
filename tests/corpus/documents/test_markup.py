"""Damaged and hostile texts in languages of markup, and what all of their readers share."""

import random
from pathlib import Path

import pytest

pytest.importorskip("docutils")
pytest.importorskip("pylatexenc")
pytest.importorskip("lxml")

from corpus import CorpusError
from corpus.files.document_formats import DOCUMENT_READERS
from corpus.files.folders import find_texts, load_documents
from corpus.files.markup import MARKUP_READERS

WHOLE = {
    ".rst": (
        "窑炉\n====\n\n:Author: Ann\n\nHot [1]_ *it* ``x`` :ref:`a <b>` |v|.\n\n.. [1] Note。\n\n- a\n\n  - b\n\n"
        "+---+---+\n| A | B |\n+===+===+\n| 1 | 2 |\n+---+---+\n\n.. note:: Mind.\n\n.. code-block:: "
        "python\n\n   x = 1\n\n"
        ".. |v| replace:: five\n\n.. math:: a = b\n\nDeep\n----\n\nEnd。\n"
    ),
    ".org": (
        "#+TITLE: 窑炉\n* TODO A :t:\n:P:\n:END:\nHot *b* /i/ [fn:1] [[a][b]] $x$。\n- a\n  - b\n- t :: d\n| A "
        "| B |\n|---+---|\n"
        "| 1 | 2 |\n#+begin_src c\nint x;\n#+end_src\n#+begin_quote\nq\n#+end_quote\n** B\n[fn:1] Note。\n"
    ),
    ".tex": (
        "\\documentclass{ctexart}\\newcommand{\\x}[1]{a #1}\\title{窑炉}\\begin{document}\\section{A}\\label{a}H"
        "ot \\x{b} $y^2$ "
        "\\footnote{Note。} \\ref{a} \\cite{k} \\verb|z|\\begin{itemize}\\item a\\item "
        "b\\end{itemize}\\begin{table}\\caption{T}"
        "\\begin{tabular}{ll}A & B\\\\\\hline 1 & \\multicolumn{2}{c}{2}\\\\\\end{tabular}\\end{table}\\begin{"
        "align}a &= b\\\\c\\end{align}"
        "\\begin{verbatim}x % y\\end{verbatim}\\end{document}"
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("suffix", WHOLE)
def test_a_damaged_text_is_read_or_refused(suffix: str) -> None:
    raw = WHOLE[suffix].encode()
    path = Path(f"kiln{suffix}")
    signs = b"\\{}[]$%&#*_|`:.-+=<>\n\n  ~"
    dice = random.Random(8)
    for number in range(200):
        damaged = bytearray(raw[: dice.randint(1, len(raw))] if dice.random() < 0.3 else raw)
        for _ in range(dice.randint(1, 8)):
            at = dice.randrange(len(damaged))
            damaged[at] = dice.choice(signs) if number % 2 else dice.randrange(256)
        if number % 5 == 0:
            at = dice.randrange(len(damaged))
            damaged[at:at] = damaged[at : at + 40] * 20
        try:
            content = MARKUP_READERS[suffix](bytes(damaged), path)
        except CorpusError as error:
            assert str(error).startswith(f"kiln{suffix}")
        else:
            content.text.encode()
            assert all(0 <= place.start < place.end <= len(content.text) for place in content.places)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("suffix", "source"),
    [
        (".rst", "\n".join(f"{' ' * depth}- a" for depth in range(300))),
        (".rst", "*" * 20_000),
        (".rst", "+--" * 1_000 + "+\n" + "|  " * 1_000 + "|"),
        (".org", "\n".join(f"{' ' * depth}- a" for depth in range(300))),
        (".org", "*/_" * 300 + "a"),
        (".org", "#+begin_quote\n" * 5_000),
        (".org", "\\(" * 10_000),
        (".org", "#+macro: a {{{b}}}{{{b}}}\n#+macro: b {{{a}}}{{{a}}}\n{{{a}}}"),
        (".tex", "\\newcommand{\\a}{\\b\\b}\\newcommand{\\b}{\\a\\a}\\a"),
        (".tex", "\\begin{verbatim}" * 5_000),
        (".tex", "\\def\\x{" * 5_000),
        (".tex", "\\title{" * 5_000),
        (".tex", "$" * 2_001),
        (".tex", "\\begin{tabular}{l}\\multicolumn{99999999}{l}{a}&\\multirow{99999999}{*}{b}\\\\c\\end{tabular}"),
    ],
)
def test_a_hostile_text_ends(suffix: str, source: str) -> None:
    try:
        assert len(MARKUP_READERS[suffix](source.encode(), Path(f"kiln{suffix}")).text) < 10 * len(source) + 1_000
    except CorpusError as error:
        assert str(error).startswith(f"kiln{suffix}")


def test_they_are_read_the_same_each_time() -> None:
    for suffix, source in WHOLE.items():
        read = MARKUP_READERS[suffix]
        assert read(source.encode(), Path(suffix)) == read(source.encode(), Path(suffix))


@pytest.mark.slow
def test_a_folder_of_them_is_read_in_processes_of_their_own(tmp_path: Path) -> None:
    for suffix, source in WHOLE.items():
        (tmp_path / f"kiln{suffix}").write_text(source, encoding="utf-8")
        assert suffix in DOCUMENT_READERS
    assert len(find_texts(tmp_path)) == 3
    documents = load_documents(tmp_path)
    assert [document.title for document in documents] == ["窑炉"] * 3
    assert all("Note。" in document.text for document in documents)
