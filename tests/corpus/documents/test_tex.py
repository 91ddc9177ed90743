"""LaTeX: articles, books and slides, in English and Chinese."""

from pathlib import Path

import pytest

pytest.importorskip("pylatexenc")
pytest.importorskip("lxml")

from corpus import CorpusError, Document, PlaceKind, split
from corpus.files.markup import read_tex

PATH = Path("kiln.tex")


def text_of(body: str, preamble: str = "") -> str:
    source = f"\\documentclass{{article}}\n{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}\nafter"
    return read_tex(source.encode(), PATH).text


def test_title_sections_and_facts() -> None:
    content = read_tex(
        "\\documentclass{article}\\usepackage{graphicx}\n\\title[Short]{Firing the \\emph{Kiln}\\thanks{Paid.}}\n"
        "\\author{Ann Potter\\inst{1} \\and 李伟}\\date{16 August 2021}\n\\begin{document}\\maketitle\n"
        "\\begin{abstract}Words.\\end{abstract}\n\\section{Heat}\nHot -- very 🔥. % "
        "secret\nNext\n\n\\subsection*{Deep}\nMore.\n"
        "\\paragraph{Clay} Red.\n\\end{document}".encode(),
        PATH,
    )
    assert content.text == (
        "# Firing the Kiln\n\n## Abstract\n\nWords.\n\n## Heat\n\nHot – very 🔥. Next\n\n### "
        "Deep\n\nMore.\n\nClay. Red.\n"
    )
    assert (content.title, content.author, content.date) == ("Firing the Kiln", "Ann Potter, 李伟", "2021-08-16")


def test_accents_quotes_and_commands_of_the_author() -> None:
    preamble = "\\newcommand{\\kiln}{Lower Kiln}\\newcommand\\pot[2][small]{a #1 pot of #2}\\def\\x{ten}"
    assert text_of(
        "Na\\\"ive caf\\'e \\o{} ``a'' `b' --- \\kiln{} \\pot{clay}, \\pot[big]{tin} \\x~pots, 10\\% \\& \\$5.",
        preamble,
    ) == ("Naïve café ø “a” ‘b’ — Lower Kiln a small pot of clay, a big pot of tin ten pots, 10% & $5.\n")


def test_lists() -> None:
    source = (
        "\\begin{itemize}\\item one\\item two\\begin{enumerate}[label=(a)]\\item deep\\end{enumerate}\\end{itemize}"
    )
    assert text_of(source) == "- one\n- two\n  1. deep\n"
    assert text_of("\\begin{description}\\item[窑] 烧陶。\\item[Glaze] A layer.\\end{description}") == (
        "窑\n: 烧陶。\n\nGlaze\n: A layer.\n"
    )


def test_tables_have_their_heads_and_captions() -> None:
    table = (
        "\\begin{table}\\centering\\caption{Heat}\\label{t}\\begin{tabular}{lrr}\\toprule Year & "
        "\\multicolumn{2}{c}{Heat}\\\\"
        "\\cmidrule(lr){2-3} & Low & High\\\\\\midrule \\multirow{2}{*}{2020} & 900 & a\\textbar b\\\\ & 910 "
        "& 1310\\\\\\bottomrule"
        "\\end{tabular}\\end{table} See Table~\\ref{t}."
    )
    assert text_of(table) == (
        "Table 1: Heat\n\n| Year | Heat Low | Heat High |\n| --- | --- | --- |\n| 2020 | 900 | a\\|b |\n| "
        "2020 | 910 | 1310 |\n\n"
        "See Table 1.\n"
    )
    ruled = (
        "\\begin{tabular}{|l|l|}\\hline A & B\\\\\\hline 1 & \\begin{itemize}\\item x\\item "
        "y\\end{itemize}\\\\\\hline\\end{tabular}"
    )
    assert text_of(ruled) == "| A | B |\n| --- | --- |\n| 1 | x; y |\n"


def test_a_long_table_has_its_head_once() -> None:
    source = (
        "\\begin{longtable}{ll}\\caption{Long}\\\\\\toprule A & B\\\\\\midrule\\endfirsthead A & "
        "B\\\\\\midrule\\endhead "
        "1 & 2\\\\3 & 4\\\\\\bottomrule\\end{longtable}"
    )
    assert text_of(source) == "Table 1: Long\n\n| A | B |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |\n"


def test_notes_citations_formulas_and_references() -> None:
    source = (
        "\\section{One}\\label{s}Hot\\footnote{A note.} as in \\cite[p.~3]{a} and \\cite{other}, $E = mc^2$, "
        "\\begin{equation}\\label{e}a = b\\end{equation} see \\eqref{e}, \\autoref{s}, \\ref{lost}.\n\nNext."
        "\\begin{thebibliography}{9}\\bibitem{a} Smith. Pots.\\end{thebibliography}"
    )
    assert text_of(source) == (
        "# One\n\nHot[^1] as in [1, p. 3] and [other], $E = mc^2$, $$a = b$$ see (1), Section 1, "
        "lost.\n\n[^1]: A note.\n\n"
        "Next.\n\n# References\n\n[1] Smith. Pots.\n"
    )


def test_code_is_kept_as_it_is() -> None:
    source = (
        "\\verb|x_y%| and \\url{https://example.org/a_b%20c}\n\\begin{lstlisting}[language=Python]\nx = 5 % "
        "3\n\\end{lstlisting}\n"
        "\\begin{comment}secret\\end{comment}\\begin{tikzpicture}\\node{secret};\\end{tikzpicture}"
    )
    assert text_of(source) == "`x_y%` and https://example.org/a_b%20c\n\n```python\nx = 5 % 3\n```\n"


def test_a_chinese_book_has_chapters_as_places() -> None:
    content = read_tex(
        "\\documentclass{ctexbook}\\newtheorem{thm}{定理}[chapter]\\begin{document}\\chapter{烧制}\n窑温一千三百"
        "度，\n升温要慢。\n"
        "\\begin{figure}\\includegraphics{a.png}\\caption{剖面}\\label{f}\\end{figure}如图\\ref{f}所示。\n"
        "\\begin{thm}火大则热。\\end{thm}\\chapter*{后记}完。\\end{document}".encode("gb18030"),
        PATH,
    )
    assert content.text == (
        "# 烧制\n\n窑温一千三百度，升温要慢。\n\n图 1.1: 剖面\n\n如图1.1所示。\n\n定理 1.1. 火大则热。\n\n# "
        "后记\n\n完。\n"
    )
    places = [(place.kind, place.label, content.text[place.start : place.end][:6]) for place in content.places]
    assert places == [(PlaceKind.CHAPTER, "1: 烧制", "# 烧制\n\n"), (PlaceKind.CHAPTER, "后记", "# 后记\n\n")]


def test_slides_are_places() -> None:
    content = read_tex(
        b"\\documentclass{beamer}\\title{Kilns}\\begin{document}\\frame{\\titlepage}\\section{Basics}\n"
        b"\\begin{frame}<1->[fragile]{What it is}{Below}\\begin{itemize}\\item<1-> A \\alert<2>{hot} "
        b"box\\pause\\end{itemize}"
        b"\\end{frame}\\begin{frame}\\frametitle{Cost}\\begin{block}{Mind}The "
        b"door.\\end{block}\\note{hidden}\\end{frame}"
        b"\\end{document}",
        PATH,
    )
    assert content.text == (
        "# Kilns\n\n## Basics\n\n### What it is\n\nBelow\n\n- A hot box\n\n### Cost\n\nMind\n\nThe door.\n"
    )
    assert [(place.kind, place.label) for place in content.places][-2:] == [
        (PlaceKind.SLIDE, "2"),
        (PlaceKind.SLIDE, "3"),
    ]


def test_a_quote_reads_as_it_is_read() -> None:
    text = text_of("\\section{A \\# sign}\n\\# hash, a\\_b, $<$b$>$tag$<$/b$>$ and 2 * 3 * 4.")
    (passage,) = split(Document("kiln.tex", "kiln", "kiln", text))
    assert passage.heading == "A # sign"
    assert len(passage.sentences) == 1


def test_nothing_is_read_from_elsewhere_or_run_without_end() -> None:
    content = read_tex(b"Words. \\input{/etc/passwd}\\include{b} \\def\\x{\\x\\x}\\x \\immediate\\write18{ls}", PATH)
    assert "root:" not in content.text
    assert [message for _, message in content.problems] == [
        "what it takes from elsewhere is not read: /etc/passwd, b",
        "its own commands say themselves without end, and were left out",
    ]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (b"%PDF-1.7", "is a PDF, and no LaTeX file"),
        (b"a\0b", "zero bytes"),
        (b"{" * 20_000 + b"}" * 20_000, "too deeply"),
        (b"\\begin{itemize}\\item " * 3_000, "too deeply"),
    ],
)
def test_one_message_says_what_is_wrong(source: bytes, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        read_tex(source, PATH)
