"""PDFs by Typst, whose Python package holds the compiler: two columns, notes, tables, tagged from version 0.14 on."""

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from jobs import Job, Make, MissingTool, groups_of
from pdf_pages import page_count
from written import Block, Content, Kind

_SIGNS = "\\#*_$@<>`[]~/=+-'\""


def _escaped(text: str) -> str:
    return "".join(f"\\{sign}" if sign in _SIGNS else sign for sign in text)


def source_of(content: Content, setting: str, *, numbered: bool = False, ruled: bool = True) -> str:
    """The source of ``content``, with ``setting`` above it."""
    blocks = "\n\n".join(_group(group, content, ruled) for group in groups_of(content.blocks))
    font = "Droid Sans Fallback"
    fonts = f'("Libertinus Serif", "{font}")' if content.chinese else '"Libertinus Serif"'
    language = "zh" if content.chinese else "en"
    numbering = '"1.1"' if numbered else "none"
    return (
        f'#set document(title: "{content.title}", author: "{content.author}")\n'
        f'#set text(font: {fonts}, lang: "{language}", size: 10.5pt)\n'
        f"#set par(justify: true)\n#set heading(numbering: {numbering})\n{setting}\n\n{blocks}\n"
    )


def _group(group: list[Block], content: Content, ruled: bool) -> str:
    first = group[0]
    if first.kind is Kind.HEADING:
        return f"{'=' * first.level} {_escaped(first.text)}"
    if first.kind is Kind.ITEM:
        return "\n".join(f"{'+' if each.numbered else '-'} {_words(each, [])}" for each in group)
    if first.kind is Kind.CODE:
        return f"```\n{first.text}\n```"
    if first.kind is Kind.TABLE:
        head = f"table.header({', '.join(f'[*{_escaped(cell)}*]' for cell in first.head)})"
        cells = ", ".join(f"[{_escaped(cell)}]" for row in first.rows for cell in row)
        stroke = "" if ruled else "stroke: none, "
        columns = ", ".join(["auto"] * len(first.head))
        caption = f"#align(center)[{_escaped(first.text)}]\n\n" if first.text else ""
        return f"{caption}#align(center, table(columns: ({columns}), {stroke}{head}, {cells}))"
    return _words(first, group[1:])


def _words(block: Block, notes: list[Block]) -> str:
    parts = []
    left = iter(notes)
    for run in block.runs:
        if run.note:
            parts.append(f"#footnote[{_words(next(left), [])}]")
        else:
            parts.append(f"#strong[{_escaped(run.text)}]" if run.bold else _escaped(run.text))
    return "".join(parts)


def by_typst(setting: str, *, numbered: bool = False, ruled: bool = True) -> Make:
    """Makes it with ``setting``."""

    def make(content: Content, path: Path) -> tuple[str, int]:
        try:
            import typst
        except ImportError:
            raise MissingTool("the package typst is not installed") from None
        source = source_of(content, setting, numbered=numbered, ruled=ruled)
        path.write_bytes(typst.compile(source.encode()))
        return f"Typst {version('typst')}", page_count(path)

    return make


def _jobs() -> Iterator[Job]:
    yield Job(
        file="museum-typst-columns.pdf",
        content="tide_museum",
        form="two columns, notes at the foot, ruled tables, running head, tagged",
        make=by_typst(
            '#set page(paper: "a4", columns: 2, header: [#h(1fr) Tide Museum of Osk], '
            'footer: context [#h(1fr) Page #counter(page).display("1 of 1", both: true) #h(1fr)])'
        ),
        furniture=("Tide Museum of Osk", "Page {page} of {pages}"),
    )
    yield Job(
        file="reservoir-typst.pdf",
        content="reservoir_rules",
        form="one column, notes at the foot, unruled tables, page numbers, tagged",
        make=by_typst('#set page(paper: "a5", numbering: "— 1 —")', ruled=False),
        furniture=("— {page} —",),
    )
    yield Job(
        file="hut-typst-columns.pdf",
        content="mountain_hut",
        form="Chinese (traditional), two columns, ruled table, note at the foot, page numbers",
        make=by_typst('#set page(paper: "a5", columns: 2, numbering: "1 / 1")'),
        furniture=("{page} / {pages}",),
        held_back=True,
    )


JOBS = tuple(_jobs())
