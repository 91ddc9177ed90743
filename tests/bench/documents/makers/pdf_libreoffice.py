"""PDFs by LibreOffice: from a Word file that python-docx writes, and from OpenDocument."""

import tempfile
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from jobs import Job, Make, groups_of, run_tool
from pdf_pages import page_count
from written import Block, Content, Kind

_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{where}:1.0"'
    for name, where in {
        "office": "office", "style": "style", "text": "text", "table": "table", "meta": "meta",
        "fo": "xsl-fo-compatible", "svg": "svg-compatible",
    }.items()
)  # fmt: skip


def to_pdf(source: Path, path: Path, options: str = "") -> str:
    """Have LibreOffice print ``source`` into ``path``; gives its version."""
    with tempfile.TemporaryDirectory() as name:
        profile = f"-env:UserInstallation=file://{name}/profile"
        kind = f"pdf:writer_pdf_Export:{options}" if options else "pdf"
        run_tool(["soffice", profile, "--headless", "--convert-to", kind, "--outdir", name, source])
        path.write_bytes((Path(name) / f"{source.stem}.pdf").read_bytes())
    said = run_tool(["soffice", "--version"])
    return " ".join(said.split()[:2])


def flat_of(content: Content, columns: int, head: str, foot: str, border: str) -> str:
    """``content`` as a flat OpenDocument text; ``foot`` holds "#" for the page's number."""
    body = "\n".join(_group(group) for group in groups_of(content.blocks))
    latin, han = "Liberation Serif", "Droid Sans Fallback"
    fonts = f'style:font-name="{latin}" style:font-name-asian="{han}"'
    number = "<text:page-number text:select-page='current'/>"
    section = (
        f'<style:style style:name="S" style:family="section"><style:section-properties><style:columns '
        f'fo:column-count="{columns}" fo:column-gap="0.8cm"/></style:section-properties></style:style>'
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document {_SPACES} office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.text">
<office:font-face-decls><style:font-face style:name="{latin}" svg:font-family="'{latin}'"/>
<style:font-face style:name="{han}" svg:font-family="'{han}'"/></office:font-face-decls>
<office:styles>
<style:default-style style:family="paragraph"><style:paragraph-properties fo:margin-bottom="0.2cm"/>
<style:text-properties {fonts} fo:font-size="10.5pt" style:font-size-asian="10.5pt" fo:language="en" fo:country="GB"/>
</style:default-style>
{_heading_style(1, 18)}{_heading_style(2, 14)}{_heading_style(3, 12)}
<style:style style:name="Footnote" style:family="paragraph"><style:text-properties fo:font-size="8pt"
 style:font-size-asian="8pt"/></style:style>
</office:styles>
<office:automatic-styles>
<style:page-layout style:name="L"><style:page-layout-properties fo:page-width="17cm" fo:page-height="24cm"
 fo:margin="2cm"/><style:header-style><style:header-footer-properties fo:min-height="0.8cm"/></style:header-style>
<style:footer-style><style:header-footer-properties fo:min-height="0.8cm"/></style:footer-style></style:page-layout>
<style:style style:name="B" style:family="text"><style:text-properties fo:font-weight="bold"
 style:font-weight-asian="bold"/></style:style>
<style:style style:name="C" style:family="table-cell"><style:table-cell-properties fo:padding="0.1cm"
 fo:border="{border}"/></style:style>
<style:style style:name="M" style:family="paragraph"><style:paragraph-properties fo:text-align="center"/></style:style>
{section}
</office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="L">
<style:header><text:p>{escape(head)}</text:p></style:header>
<style:footer><text:p text:style-name="M">{escape(foot).replace("#", number)}</text:p></style:footer>
</style:master-page></office:master-styles>
<office:body><office:text><text:section text:style-name="S" text:name="all">
{body}
</text:section></office:text></office:body></office:document>"""


def _heading_style(level: int, size: int) -> str:
    return (
        f'<style:style style:name="H{level}" style:family="paragraph"><style:paragraph-properties '
        f'fo:margin-top="0.4cm" fo:keep-with-next="always"/><style:text-properties fo:font-weight="bold" '
        f'style:font-weight-asian="bold" fo:font-size="{size}pt" style:font-size-asian="{size}pt"/></style:style>'
    )


def _group(group: Sequence[Block]) -> str:
    first = group[0]
    if first.kind is Kind.HEADING:
        level = first.level
        return f'<text:h text:style-name="H{level}" text:outline-level="{level}">{escape(first.text)}</text:h>'
    if first.kind is Kind.ITEM:
        return "".join(f"<text:p>{_sign(each, at)} {_words(each, [])}</text:p>" for at, each in enumerate(group, 1))
    if first.kind is Kind.CODE:
        return "".join(f"<text:p>{escape(line)}</text:p>" for line in first.text.split("\n"))
    if first.kind is Kind.TABLE:
        caption = f"<text:p>{escape(first.text)}</text:p>" if first.text else ""
        rows = "".join(
            f"<table:table-row>{''.join(_cell(cell, bold=not at) for cell in row)}</table:table-row>"
            for at, row in enumerate((first.head, *first.rows))
        )
        columns = f'<table:table-column table:number-columns-repeated="{len(first.head)}"/>'
        return f"{caption}<table:table>{columns}{rows}</table:table>"
    return f"<text:p>{_words(first, group[1:])}</text:p>"


def _sign(item: Block, at: int) -> str:
    return f"{at}." if item.numbered else "•"


def _cell(text: str, *, bold: bool) -> str:
    said = f'<text:span text:style-name="B">{escape(text)}</text:span>' if bold else escape(text)
    return f'<table:table-cell table:style-name="C"><text:p>{said}</text:p></table:table-cell>'


def _words(block: Block, notes: Sequence[Block]) -> str:
    parts = []
    left = iter(notes)
    for run in block.runs:
        if run.note:
            note = next(left)
            parts.append(
                f'<text:note text:note-class="footnote"><text:note-citation>{note.number}</text:note-citation>'
                f'<text:note-body><text:p text:style-name="Footnote">{_words(note, [])}</text:p></text:note-body>'
                "</text:note>"
            )
        else:
            said = escape(run.text)
            parts.append(f'<text:span text:style-name="B">{said}</text:span>' if run.bold else said)
    return "".join(parts)


def by_opendocument(columns: int, head: str, foot: str, border: str = "0.5pt solid #000000", options: str = "") -> Make:
    """Makes it of an OpenDocument text."""

    def make(content: Content, path: Path) -> tuple[str, int]:
        with tempfile.TemporaryDirectory() as name:
            source = Path(name) / "file.fodt"
            source.write_text(flat_of(content, columns, head, foot, border), encoding="utf-8")
            version = to_pdf(source, path, options)
        return f"{version} from OpenDocument", page_count(path)

    return make


def by_word(style: str, head: str) -> Make:
    """Makes it of a Word file whose tables have ``style``, with ``head`` above each page; without notes."""

    def make(content: Content, path: Path) -> tuple[str, int]:
        import docx
        from docx.oxml.ns import qn

        word = docx.Document()
        normal = word.styles["Normal"]
        normal.font.name = "Liberation Sans"
        normal.element.rPr.rFonts.set(qn("w:eastAsia"), "Droid Sans Fallback")
        word.sections[0].header.paragraphs[0].text = head
        for block in content.blocks:
            _add(word, block, style)
        with tempfile.TemporaryDirectory() as name:
            source = Path(name) / "file.docx"
            word.save(str(source))
            version = to_pdf(source, path)
        return f"{version} from Word by python-docx", page_count(path)

    return make


def _add(word: Any, block: Block, style: str) -> None:
    if block.kind is Kind.HEADING:
        word.add_heading(block.text, block.level - 1)
    elif block.kind is Kind.TABLE:
        if block.text:
            word.add_paragraph(block.text, "Caption")
        table = word.add_table(0, len(block.head), style)
        for row in (block.head, *block.rows):
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    elif block.kind is not Kind.NOTE:
        named = {Kind.ITEM: "List Number" if block.numbered else "List Bullet"}.get(block.kind, "Normal")
        paragraph = word.add_paragraph(style=named)
        for run in block.runs:
            paragraph.add_run(run.text).bold = run.bold


_TAGGED = '{"UseTaggedPDF":{"type":"boolean","value":"true"},"ExportBookmarks":{"type":"boolean","value":"true"}}'


def _jobs() -> Iterator[Job]:
    yield Job(
        file="tea-libreoffice-odt.pdf",
        content="tea_cooperative",
        form="Chinese, one column, ruled table, notes at the foot, head and page numbers, tagged, outline",
        make=by_opendocument(1, "云栖茶叶合作社", "第 # 页", options=_TAGGED),
        furniture=("云栖茶叶合作社", "第 {page} 页"),
    )
    yield Job(
        file="ferry-libreoffice-odt-columns.pdf",
        content="ferry_study",
        form="two columns in a section, table without rules, notes at the foot",
        make=by_opendocument(2, "Ferry study", "- # -", border="none"),
        furniture=("Ferry study", "- {page} -"),
    )
    yield Job(
        file="prices-libreoffice-docx.pdf",
        content="price_list",
        form="from Word: ruled tables, head on each page, untagged",
        make=by_word("Table Grid", "Hollis & Daughter"),
        leaves_out=("note",),
        furniture=("Hollis & Daughter",),
    )
    yield Job(
        file="manual-libreoffice-docx.pdf",
        content="metro_safety",
        form="from Word: Chinese, tables shaded without rules down, numbered steps",
        make=by_word("Light Shading Accent 1", "RX-3"),
        leaves_out=("note",),
        furniture=("RX-3",),
    )
    yield Job(
        file="museum-libreoffice-docx.pdf",
        content="tide_museum",
        form="from Word: tables with rules across alone, head on each page",
        make=by_word("Light List Accent 2", "Tide Museum, Osk"),
        leaves_out=("note",),
        furniture=("Tide Museum, Osk",),
        held_back=True,
    )
    yield Job(
        file="letters-libreoffice-odt-columns.pdf",
        content="lighthouse_letters",
        form="prose in two columns, head and page numbers, tagged, outline",
        make=by_opendocument(2, "Letters from Grindle Head", "Page #", options=_TAGGED),
        furniture=("Letters from Grindle Head", "Page {page}"),
        held_back=True,
    )


JOBS = tuple(_jobs())
