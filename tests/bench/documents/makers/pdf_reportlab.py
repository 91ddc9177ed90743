"""PDFs by ReportLab: fonts that are not in the file, a page that is turned, cells that are fields of a form."""

from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from jobs import Job, Make, MissingTool
from pdf_pages import page_count
from written import Block, Content, Kind

Draw = Callable[[Any, Any], None]
"""What is drawn around the text of a page, on a canvas, of a document."""


def by_reportlab(
    *,
    size: tuple[float, float] = (595, 842),
    columns: int = 1,
    around: Draw | None = None,
    ruled: bool = True,
    form: bool = False,
    turned: bool = False,
) -> Make:
    """Makes pages of ``size`` points in so many ``columns``, with what ``around`` draws; ``form``: the cells of tables
    are fields that were filled in; ``turned``: the pages lie on their side in the file."""

    def make(content: Content, path: Path) -> tuple[str, int]:
        try:
            import reportlab
            from reportlab.pdfbase import pdfmetrics
            from reportlab.pdfbase.cidfonts import UnicodeCIDFont
            from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate
        except ImportError:
            raise MissingTool("the package reportlab is not installed") from None
        font = "STSong-Light" if content.language == "zh-Hans" else "MSung-Light" if content.chinese else "Times-Roman"
        if content.chinese:
            pdfmetrics.registerFont(UnicodeCIDFont(font))
        width, height, margin, gap = *size, 62.0, 20.0
        column = (width - 2 * margin - gap * (columns - 1)) / columns
        frames = [Frame(margin + at * (column + gap), margin, column, height - 2 * margin) for at in range(columns)]
        document = BaseDocTemplate(str(path), pagesize=size, invariant=1, title=content.title, author=content.author)
        template = PageTemplate(frames=frames, onPage=around or (lambda canvas, document: None))
        template.rotation = 90 if turned else 0
        document.addPageTemplates(template)
        document.build([flowable for block in content.blocks for flowable in _flowables(block, font, ruled, form)])
        return f"ReportLab {reportlab.Version}", page_count(path)

    return make


def _flowables(block: Block, font: str, ruled: bool, form: bool) -> Iterator[Any]:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph, Preformatted, Spacer, Table, TableStyle

    bold = {"Times-Roman": "Times-Bold"}.get(font, font)
    wrap = {"wordWrap": "CJK"} if bold == font else {}
    body = ParagraphStyle("body", fontName=font, fontSize=10.5, leading=14.5, spaceAfter=6, **wrap)
    if block.kind is Kind.HEADING:
        points = {1: 18, 2: 14, 3: 12}[block.level]
        yield Paragraph(
            escape(block.text),
            ParagraphStyle("h", body, fontName=bold, fontSize=points, leading=points * 1.25, spaceBefore=8),
        )
    elif block.kind is Kind.TABLE:
        if block.text:
            yield Paragraph(escape(block.text), ParagraphStyle("caption", body, fontSize=9))
        rows: list[Sequence[Any]] = [block.head, *block.rows]
        if form:
            rows = [block.head, *([_Field(cell) for cell in row] for row in block.rows)]
        style = [
            ("FONTNAME", (0, 0), (-1, -1), font),
            ("FONTNAME", (0, 0), (-1, 0), bold),
            ("FONTSIZE", (0, 0), (-1, -1), 9.5),
        ]
        yield Table(rows, style=TableStyle([*style, *([("GRID", (0, 0), (-1, -1), 0.5, "black")] if ruled else [])]))
        yield Spacer(1, 8)
    elif block.kind is Kind.CODE:
        yield Preformatted(block.text, ParagraphStyle("code", fontName="Courier", fontSize=9, leading=11, spaceAfter=6))
    elif block.kind is Kind.ITEM:
        yield Paragraph(f"• {escape(block.plain)}", ParagraphStyle("item", body, leftIndent=14, bulletIndent=4))
    elif block.kind is Kind.NOTE:
        note = ParagraphStyle("note", body, fontSize=8, leading=10)
        yield Paragraph(f"<super>{block.number}</super> {escape(block.plain)}", note)
    else:
        parts = [
            f"<super>{block.number}</super>"
            if run.note
            else f'<font name="{bold}">{escape(run.text)}</font>'
            if run.bold
            else escape(run.text)
            for run in block.runs
        ]
        yield Paragraph("".join(parts), body)


def _field_class() -> type:
    from reportlab.platypus import Flowable

    class Field(Flowable):  # type: ignore[misc]
        """A field of a form with what somebody wrote into it."""

        def __init__(self, said: str) -> None:
            super().__init__()
            self.said, self.width, self.height = said, 110, 16

        def draw(self) -> None:
            """Draw it."""
            self.canv.acroForm.textfield(
                value=self.said,
                fontName="Helvetica",
                fontSize=9,
                width=self.width,
                height=self.height,
                relative=True,
                borderWidth=0,
            )

    return Field


def _Field(said: str) -> Any:
    return _field_class()(said)


def _numbered(canvas: Any, document: Any) -> None:
    canvas.setFont("Times-Italic", 9)
    canvas.drawString(62, 805, "Larkfield Eye Clinic: House Rules")
    canvas.drawCentredString(297, 35, str(document.page))


def _turned(canvas: Any, document: Any) -> None:
    """The page lies on its side in the file, and is turned when it is looked at."""
    canvas.translate(595, 0)
    canvas.rotate(90)


def _jobs() -> Iterator[Job]:
    yield Job(
        file="clinic-reportlab-form.pdf",
        content="clinic_rules",
        form="the cells of the table are fields of a form; notes behind paragraphs, running head, page numbers",
        make=by_reportlab(around=_numbered, form=True),
        furniture=("Larkfield Eye Clinic: House Rules", "{page}"),
    )
    yield Job(
        file="reservoir-reportlab-cid.pdf",
        content="reservoir_rules",
        form="Chinese with a font that is not in the file, two columns, ruled tables",
        make=by_reportlab(columns=2, size=(842, 595)),
    )
    yield Job(
        file="library-reportlab-turned.pdf",
        content="library_rules",
        form="Chinese, a page that is turned when it is looked at, unruled table",
        make=by_reportlab(around=_turned, ruled=False, turned=True, size=(842, 595)),
    )
    yield Job(
        file="prices-reportlab.pdf",
        content="price_list",
        form="unruled tables one below the other, pages of half the size",
        make=by_reportlab(ruled=False, size=(420, 595)),
        held_back=True,
    )


JOBS = tuple(_jobs())
