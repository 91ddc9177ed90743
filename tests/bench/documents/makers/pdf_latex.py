"""PDFs by LaTeX: articles in one column and two, notes at the foot, tables with rules across alone, an outline."""

import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from jobs import Job, Make, groups_of, run_tool
from pdf_pages import page_count
from written import Block, Content, Kind

_SIGNS = {sign: f"\\{sign}" for sign in "#$%&_{}"} | {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "−": "\\ensuremath{-}",
}  # fmt: skip


def _escaped(text: str) -> str:
    return "".join(_SIGNS.get(sign, sign) for sign in text)


def source_of(content: Content, kind: str, setting: str, *, ruled: bool = False) -> str:
    """The source of ``content`` as an article, with ``setting`` in its preamble."""
    body = "\n\n".join(_group(group, ruled) for group in groups_of(content.blocks[1:]))
    return (
        f"\\documentclass{kind}\n"
        "\\usepackage{booktabs,fancyhdr}\n\\setlength{\\headheight}{14pt}\n"
        f"{setting}\n"
        f"\\title{{{_escaped(content.title)}}}\n\\author{{{_escaped(content.author)}}}\n\\date{{{content.date}}}\n"
        f"\\begin{{document}}\n\\maketitle\n\n{body}\n\n\\end{{document}}\n"
    )


def _group(group: Sequence[Block], ruled: bool) -> str:
    first = group[0]
    if first.kind is Kind.HEADING:
        return f"\\{'section' if first.level == 2 else 'subsection'}*{{{_escaped(first.text)}}}"
    if first.kind is Kind.ITEM:
        kind = "enumerate" if first.numbered else "itemize"
        items = "\n".join(f"\\item {_words(each, [])}" for each in group)
        return f"\\begin{{{kind}}}\n{items}\n\\end{{{kind}}}"
    if first.kind is Kind.CODE:
        return f"\\begin{{verbatim}}\n{first.text}\n\\end{{verbatim}}"
    if first.kind is Kind.TABLE:
        return _table(first, ruled)
    return _words(first, group[1:])


def _table(block: Block, ruled: bool) -> str:
    columns = ("|l" * len(block.head) + "|") if ruled else "l" * len(block.head)
    top, middle, bottom = ("\\hline",) * 3 if ruled else ("\\toprule", "\\midrule", "\\bottomrule")
    lines = [" & ".join(map(_escaped, row)) + r" \\" + ("\\hline" if ruled else "") for row in block.rows]
    head = " & ".join(map(_escaped, block.head)) + r" \\"
    caption = f"{_escaped(block.text)}\\\\[4pt]\n" if block.text else ""
    table = "\n".join([f"\\begin{{tabular}}{{{columns}}}", top, head, middle, *lines, "" if ruled else bottom])
    return f"\\begin{{center}}\n\\small {caption}{table}\n\\end{{tabular}}\n\\end{{center}}"


def _words(block: Block, notes: Sequence[Block]) -> str:
    parts = []
    left = iter(notes)
    for run in block.runs:
        if run.note:
            parts.append(f"\\footnote{{{_words(next(left), [])}}}")
        else:
            parts.append(f"\\textbf{{{_escaped(run.text)}}}" if run.bold else _escaped(run.text))
    return "".join(parts)


def by_latex(kind: str, setting: str = "", *, ruled: bool = False, engine: str = "xelatex") -> Make:
    """Makes it as a ``\\documentclass`` of ``kind`` with ``setting``."""

    def make(content: Content, path: Path) -> tuple[str, int]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "file.tex").write_text(source_of(content, kind, setting, ruled=ruled), encoding="utf-8")
            for _ in range(2):
                said = run_tool([engine, "-interaction=nonstopmode", "-halt-on-error", "file.tex"], folder)
            path.write_bytes((folder / "file.pdf").read_bytes())
        version = re.search(r"(?:XeTeX|pdfTeX), Version \S+ \(TeX Live \d+", said)
        return f"{version.group() if version else engine})", page_count(path)

    return make


_HEADS = r"\pagestyle{fancy}\fancyhf{}\fancyhead[L]{%s}\fancyhead[R]{\thepage}\renewcommand{\headrulewidth}{0.4pt}"
_LATIN = r"\usepackage{fontspec}\setmainfont{Latin Modern Roman}"


def _jobs() -> Iterator[Job]:
    yield Job(
        file="ferry-latex-columns.pdf",
        content="ferry_study",
        form="article in two columns, hyphenated, notes at the foot, rules across, page numbers, outline",
        make=by_latex(
            "[twocolumn,10pt]{article}", r"\usepackage[T1]{fontenc}\usepackage[hidelinks]{hyperref}", engine="pdflatex"
        ),
        furniture=("{page}",),
    )
    yield Job(
        file="river-latex-columns.pdf",
        content="river_survey",
        form="Chinese article in two columns, notes at the foot, rules across, page numbers",
        make=by_latex("[twocolumn,UTF8,fontset=fandol]{ctexart}"),
        furniture=("{page}",),
    )
    yield Job(
        file="letters-latex-heads.pdf",
        content="lighthouse_letters",
        form="prose in small pages, running head with page number",
        make=by_latex(
            "[11pt]{article}",
            _LATIN + r"\usepackage[paperwidth=14cm,paperheight=21cm,margin=2cm]{geometry}" + _HEADS % "Letters",
        ),
        furniture=("Letters",),
    )
    yield Job(
        file="mast-latex-ruled.pdf",
        content="wind_mast_manual",
        form="a report with ruled tables, code, numbered steps, notes",
        make=by_latex("[11pt]{article}", _LATIN, ruled=True),
        furniture=("{page}",),
    )
    yield Job(
        file="yearbook-latex-heads.pdf",
        content="beekeepers_yearbook",
        form="both sides of a sheet, heads that alternate, rules across, notes at the foot, numbered items",
        make=by_latex(
            "[11pt,twoside]{article}",
            r"\usepackage{fontspec}\setmainfont{Liberation Serif}"
            r"\usepackage[paperwidth=17cm,paperheight=24cm,margin=2.2cm]{geometry}\pagestyle{fancy}\fancyhf{}"
            r"\fancyhead[LE]{Marrow Valley}\fancyhead[RO]{Yearbook 2029}\fancyfoot[C]{\thepage}",
        ),
        furniture=("Marrow Valley", "Yearbook 2029", "{page}"),
        held_back=True,
    )
    yield Job(
        file="tea-latex-ruled.pdf",
        content="tea_cooperative",
        form="Chinese, one column, ruled table, note at the foot, page numbers",
        make=by_latex("[UTF8,fontset=fandol,a5paper]{ctexart}", ruled=True),
        furniture=("{page}",),
    )


JOBS = tuple(_jobs())
