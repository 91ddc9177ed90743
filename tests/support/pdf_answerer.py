"""A text of three pages in a PDF, and answers that quote it, for pages that are served without a model."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

from pdf_files import CHINESE, HEIGHT, WIDTH, pdf, write
from records import answer_of
from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas
from small_answerer import EN, EN_QUESTION, ZH, SmallAnswerer, SmallSnapshot, citation

from corpus import load_document
from corpus.files.limits import LIMITS
from qa import Answer
from ui.workspace.originals import Originals
from ui.workspace.page_pictures import PagePictures

ID = "harbour/tide log.pdf"
TITLE = "The log of a small harbour"
HEAD = "Harbour office, third edition"
QUESTION = "小船中午以前离开要付多少？"
QUOTE = "A boat that leaves before noon pays half of the fee, and one that stays over night pays it twice."
NEXT_QUESTION = "Who watches the lamp at night?"
NEXT_QUOTE = "The lamp on the mole is watched by two people who change places every four hours until the sun is up."
CHINESE_QUESTION = "港口的灯什么时候点亮？"
CHINESE_QUOTE = "港口的灯在日落前一刻钟点亮。"
_QUOTED = {
    QUESTION: ((ID, "A boat that leaves"), (EN.id, "A foundation model is")),
    NEXT_QUESTION: ((ID, "The lamp on the mole"),),
    CHINESE_QUESTION: ((ID, CHINESE_QUOTE[:6]),),
    EN_QUESTION: ((EN.id, "A foundation model is"),),
}
_FIRST = (
    "The harbour office keeps a log of every boat that ties up at the quay, with the hour and the draught.",
    *("A boat that leaves before noon pays half of the fee, and one that stays", "over night pays it twice."),
    "Nobody has to call ahead, but the crane is free for those who did so.",
)
_SECOND = (
    "Fog is rare here in summer and common in March, when the ferry waits for the pilot.",
    *("The lamp on the mole is watched by two people who change places every", "four hours until the sun is up."),
    "Their names stand in the log beside the weather.",
)


def three_pages(colour: str = "#2f6f8f") -> bytes:
    """The PDF."""

    def drawn(canvas: Canvas, *lines: str) -> float:
        canvas.setFillColor(HexColor(colour))
        canvas.rect(72, HEIGHT - 250, WIDTH - 144, 90, stroke=0, fill=1)
        canvas.setFillColor(HexColor("#222222"))
        return write(canvas, lines, top=300, size=12)

    def first(canvas: Canvas) -> None:
        write(canvas, [TITLE], size=20)
        drawn(canvas, *_FIRST)

    def second(canvas: Canvas) -> None:
        write(canvas, ["Nights"], size=16)
        drawn(canvas, *_SECOND)

    def third(canvas: Canvas) -> None:
        write(canvas, ["灯"], size=16, font=CHINESE)
        write(canvas, ["港口的灯在日落前一刻钟点亮。看守每四小时换班一次，直到天亮。"], top=300, size=12, font=CHINESE)

    return pdf(first, second, third, title=TITLE)


class PdfAnswerer(SmallAnswerer):
    """Quotes the PDF that it puts into ``folder``, and a text beside it."""

    glossary = ()

    def __init__(self, folder: Path) -> None:
        self.file = folder / ID
        self.file.parent.mkdir(parents=True)
        self.file.write_bytes(three_pages())
        self.document = load_document(self.file, ID)
        texts = SmallSnapshot((self.document, EN, ZH))
        self.passages = SimpleNamespace(snapshot=texts, left_out=lambda scope: 0)
        indexed = SimpleNamespace(
            generation="1", documents=texts.documents, stamps={}, entry=lambda name: SimpleNamespace(stamp="")
        )
        self.pictures = PagePictures(Originals(lambda: [folder], lambda: indexed, LIMITS))

    def ask(self, question: str, history: Sequence[str] = (), *scope: object, rewriting: bool = True) -> Answer:
        documents = self.passages.snapshot.documents
        quoted = [(documents[name], words) for name, words in _QUOTED.get(question, ())]
        citations = [citation(number, *pair) for number, pair in enumerate(quoted, 1)]
        return answer_of("\n\n".join(each.quote for each in citations), citations, question=question, confidence=0.8)
