"""PDFs by WeasyPrint: HTML in pages, with running heads, notes at the foot, columns."""

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from html_pages import html_of
from jobs import Job, Make, MissingTool
from pdf_pages import page_count
from written import Content

_BASE = (
    "body { font: 10pt/1.4 'Liberation Serif', 'Droid Sans Fallback'; text-align: justify } h1 { font-size: 18pt } "
    "h2 { font-size: 13pt } h3 { font-size: 11pt } table { border-collapse: collapse; margin: 1em auto } "
    "td, th { padding: 2pt 8pt; text-align: left } caption { font-size: 9pt; margin-bottom: 4pt } "
    ".note { font-size: 8pt } "
)
_RULED = "td, th { border: .5pt solid #444 } "
_FOOTNOTES = ".note { float: footnote; text-align: left } "


def by_weasyprint(style: str, *, notes: str = "float", tagged: bool = False) -> Make:
    """Makes it with ``style`` behind what all have."""

    def make(content: Content, path: Path) -> tuple[str, int]:
        try:
            import weasyprint
        except ImportError:
            raise MissingTool("the package weasyprint is not installed") from None
        page = html_of(content, _BASE + style, notes=notes)
        weasyprint.HTML(string=page).write_pdf(path, **({"pdf_variant": "pdf/ua-1"} if tagged else {}))
        return f"WeasyPrint {version('weasyprint')}", page_count(path)

    return make


def _jobs() -> Iterator[Job]:
    yield Job(
        file="minutes-weasyprint.pdf",
        content="allotment_minutes",
        form="one column, ruled table with empty cells, running head, page numbers at the foot, tagged",
        make=by_weasyprint(
            _RULED + "@page { size: A5; margin: 20mm 18mm; @top-right { content: 'Allotment Society' } "
            "@bottom-center { content: counter(page) ' / ' counter(pages) } } "
            "@page :first { @top-right { content: none } }",
            tagged=True,
        ),
        furniture=("Allotment Society", "{page} / {pages}"),
    )
    yield Job(
        file="yearbook-weasyprint-columns.pdf",
        content="beekeepers_yearbook",
        form="two columns with hyphens below a title across, unruled tables, running heads, notes behind paragraphs",
        make=by_weasyprint(
            "body { columns: 2; column-gap: 8mm; hyphens: auto; font-size: 9pt } h1 { column-span: all } "
            "td, th { padding: 1pt 4pt; font-size: 8pt } "
            "@page { size: A4; margin: 22mm 18mm; @top-left { content: 'Yearbook 2029' } "
            "@top-right { content: 'Page ' counter(page) } }",
            notes="end",
        ),
        furniture=("Yearbook 2029", "Page {page}"),
    )
    yield Job(
        file="ferry-weasyprint-columns.pdf",
        content="ferry_study",
        form="two columns, hyphenated, notes at the foot, ruled table, running heads",
        make=by_weasyprint(
            _RULED
            + _FOOTNOTES
            + "body { columns: 2; hyphens: auto } h1 { column-span: all } td, th { padding: 2pt 4pt } "
            "@page { size: A4; margin: 25mm 20mm; @top-center { content: 'Journal of Small Ferries 12 (2028)' } "
            "@bottom-right { content: counter(page) } @footnote { border-top: .5pt solid; padding-top: 4pt } }",
        ),
        furniture=("Journal of Small Ferries 12 (2028)", "{page}"),
        held_back=True,
    )


JOBS = tuple(_jobs())
