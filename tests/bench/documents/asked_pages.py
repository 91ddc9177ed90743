"""Questions on the PDFs of the bench, and whether an answer's page and marks are right: ``make bench-asked-documents``.

One PDF of each content is indexed, with makers in turn, and all questions of these contents are asked of all of them
with the offline model and its reader. Three things are judged of the first quote, or of the first that answers:

- right: it covers the stretch that answers;
- page: it names a page that this stretch stands on by PDFium's plain text, without our reader;
- boxes: the letters whose middle lies in its boxes, by PDFium again, hold .95 of those of the quote and of the stretch,
  and are at most 1.6 times as many as the quote's.

The boxes of all sentences that could be quoted from any of the PDFs are judged likewise.

``--draw FOLDER`` keeps the pages with the boxes marked, to be looked at.
"""

import argparse
import io
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from manifest import FILES, MadeFile, load_files
from page_letters import LetterPage, folded, pages_of, pages_with
from PIL import Image, ImageDraw
from written import Question, load_contents

from corpus import Box, Document, Span, load_document, load_documents, readable, split
from corpus.files.pdf import boxes_of
from corpus.files.pdf.pages import draw_page
from index import PassageIndex, SentenceEncoder, rebuild_index
from qa import Answer, Answerer, Citation
from qa.evaluation.intervals import shown_share

_COVERED, _MUCH = 0.95, 1.6  # of the letters of a quote: as many are in its boxes at least, and at most
_VERSION = re.compile(r",? (?:Version )?\d.*| from .*")
_WIDTH = 900  # pixels
_MARK = (255, 200, 0, 110)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question and what came back."""

    file: MadeFile
    question: Question
    answer: Answer
    place: int  # among the quotes, 0-based, of the first that answers; -1: none does
    true_pages: frozenset[int]  # none: the stretch that answers is not found in PDFium's text
    faults: tuple[str, ...]  # of the boxes of the quote that is looked at

    @property
    def first(self) -> bool:
        """Whether the first quote answers."""
        return self.place == 0

    @property
    def found(self) -> bool:
        """Whether one of the quotes does."""
        return self.place >= 0

    @property
    def citation(self) -> Citation | None:
        """The quote that is looked at: the first that answers, else the first."""
        return self.answer.citations[max(self.place, 0)] if self.answer.citations else None

    @property
    def page_right(self) -> bool:
        """Whether it names a page that the answer stands on."""
        return self.found and bool(self.true_pages.intersection(self._named))

    @property
    def boxes_right(self) -> bool:
        """Whether its boxes lie on it."""
        return self.found and not self.faults

    @property
    def all_right(self) -> bool:
        """Whether the first quote answers, on the right page, with the right boxes."""
        return self.first and self.page_right and self.boxes_right

    @property
    def of(self) -> str:
        """ "en, text zh": the languages of the question and of the text."""
        return f"{self.question.language}, text {'zh' if load_contents()[self.file.content].chinese else 'en'}"

    @property
    def _named(self) -> list[int]:
        cited = self.citation
        return [int(place.label) for place in cited.document.places_in(cited.start, cited.end)] if cited else []

    def __str__(self) -> str:
        cited = self.citation
        said = [f"{self.file.file}: {self.question.ask}"]
        if not self.answer.answered:
            said.append(f"no answer ({self.answer.kind.value}, {self.answer.confidence:.2f})")
        elif not self.first:
            said.append(f"the first quote is another: {self.answer.citations[0].quote[:60]!r}")
        if cited and self.found and not self.true_pages:
            said.append("PDFium's text has no such stretch: its page is not known")
        elif cited and self.found and not self.page_right:
            said.append(f"page {sorted(set(self._named))}, and not {sorted(self.true_pages)}")
        return "; ".join([*said, *self.faults])


_COLUMNS: Mapping[str, Callable[[Asked], bool]] = {
    "first quote right": lambda one: one.first,
    "among three": lambda one: one.found,
    "page right": lambda one: one.page_right,
    "boxes right": lambda one: one.boxes_right,
    "first quote, page and boxes": lambda one: one.all_right,
}


def chosen_files() -> list[MadeFile]:
    """A PDF of each content, with makers in turn: those of a content with less choice first."""
    choice: dict[str, list[MadeFile]] = {}
    for file in _pdfs():
        choice.setdefault(file.content, []).append(file)
    used: Counter[str] = Counter()
    chosen = []
    for _, files in sorted(choice.items(), key=lambda one: (len(one[1]), one[0])):
        file = min(files, key=lambda file: (used[_VERSION.sub("", file.maker)], file.file))
        used[_VERSION.sub("", file.maker)] += 1
        chosen.append(file)
    return sorted(chosen, key=lambda file: file.file)


def _pdfs() -> list[MadeFile]:
    return [file for file in load_files() if file.kind == "pdf"]


def ask_all(files: Sequence[MadeFile], folder: Path) -> Iterator[Asked]:
    """The questions of all ``files``, asked of an index of them that is made in ``folder``."""
    texts = folder / "texts"
    texts.mkdir()
    for file in files:
        (texts / file.file).write_bytes(file.path.read_bytes())
    encoder = SentenceEncoder()
    rebuild_index(folder / "index", load_documents(texts), encoder)
    answerer = Answerer(PassageIndex.open(folder / "index", encoder))
    pages = {file.file: pages_of(file.path) for file in files}
    for file in files:
        for question in load_contents()[file.content].questions:
            yield judged(file, question, answerer.ask(question.ask), pages)


def judged(file: MadeFile, question: Question, answer: Answer, pages: Mapping[str, Sequence[LetterPage]]) -> Asked:
    """What is right of ``answer``; ``pages`` are those of each file."""
    stretch = folded(question.answer)
    right = [cited.document.id == file.file and stretch in folded(readable(cited.quote)) for cited in answer.citations]
    place = right.index(True) if any(right) else -1
    faults: list[str] = []
    if answer.citations:
        cited = answer.citations[max(place, 0)]
        wanted = question.answer if place >= 0 else ""
        faults = box_faults(cited.document, (cited.start, cited.end), pages[cited.document.id], wanted)
    true_pages = frozenset(pages_with(question.answer, pages[file.file]))
    return Asked(file=file, question=question, answer=answer, place=place, true_pages=true_pages, faults=tuple(faults))


def box_faults(document: Document, span: Span, pages: Sequence[LetterPage], stretch: str = "") -> list[str]:
    """What is wrong with the boxes of the quote ``span``, which is to hold ``stretch``."""
    inside: Counter[str] = Counter()
    for number, boxes in marks_of(document, span).items():
        inside += pages[number - 1].within(boxes)
    quote = Counter(folded(readable(document.text[slice(*span)])))
    faults = []
    for name, wanted in (("quote", quote), ("answer", Counter(folded(stretch)))):
        share = (wanted & inside).total() / max(wanted.total(), 1)
        if wanted and share < _COVERED:
            faults.append(f"boxes hold {share:.2f} of the {name}, without {''.join((wanted - inside).elements())!r}")
    if inside.total() > _MUCH * quote.total():
        faults.append(f"boxes hold {inside.total()} letters, and the quote {quote.total()}")
    return faults


def marks_of(document: Document, span: Span) -> dict[int, list[Box]]:
    """The boxes of a quote by page."""
    marks: dict[int, list[Box]] = {}
    for number, box in boxes_of(document.places, span, document.text):
        marks.setdefault(number, []).append(box)
    return marks


def judge_sentences() -> tuple[int, list[str]]:
    """How many sentences the PDFs hold that could be quoted, and those whose boxes are wrong, with why."""
    count, wrong = 0, []
    for file in _pdfs():
        document, pages = load_document(file.path, file.file), pages_of(file.path)
        for span in (span for passage in split(document) for span in passage.sentences):
            count += 1
            faults = box_faults(document, span, pages)
            wrong += [f"{file.file}: {document.text[slice(*span)]!r}: {'; '.join(faults)}"] if faults else []
    return count, wrong


def table_of(asked: Sequence[Asked]) -> list[str]:
    """The lines of a table by languages: shares, with 95 % intervals by drawing contents anew."""
    lines = [f"| question | questions | {' | '.join(_COLUMNS)} |", "|---" * (len(_COLUMNS) + 2) + "|"]
    for group in [*sorted({one.of for one in asked}), "all"]:
        own = [one for one in asked if group in (one.of, "all")]
        contents = [one.file.content for one in own]
        shares = [shown_share([right(one) for one in own], contents) for right in _COLUMNS.values()]
        lines.append(f"| {group} | {len(own)} | {' | '.join(shares)} |")
    return lines


def draw_marks(one: Asked, name: str, folder: Path) -> None:
    """Keep the pages that the quote of ``one`` stands on, as it is marked."""
    cited = one.citation
    if not cited:
        return
    path = FILES / cited.document.id
    for number, boxes in marks_of(cited.document, (cited.start, cited.end)).items():
        leaf = draw_page(path.read_bytes(), path, number, _WIDTH)
        picture = Image.open(io.BytesIO(leaf.data)).convert("RGBA")
        scale = picture.width / leaf.width
        marks = Image.new("RGBA", picture.size)
        for box in boxes:
            ImageDraw.Draw(marks).rectangle([side * scale for side in box], fill=_MARK)
        Image.alpha_composite(picture, marks).convert("RGB").save(folder / f"{name}-page-{number}.png")


def main() -> None:
    """The command ``make bench-asked-documents``."""
    parser = argparse.ArgumentParser(description="Whether answers from PDFs are right, with their pages and marks.")
    parser.add_argument("--draw", type=Path, metavar="FOLDER", help="keep pictures of the pages with the marks")
    options = parser.parse_args()
    files = chosen_files()
    with tempfile.TemporaryDirectory() as folder:
        asked = list(ask_all(files, Path(folder)))
    print(f"{len(files)} PDFs: {', '.join(file.file for file in files)}\n")
    print("\n".join(table_of(asked)))
    three = sum(one.page_right and one.boxes_right for one in asked)
    print(
        f"\nWith the right page and boxes {three} of {len(asked)} are answered, "
        f"{sum(one.all_right for one in asked)} by the first quote."
    )
    failed = [f"- {one}" for one in asked if not one.all_right or one.faults]
    print("\nWhat is wrong:\n\n" + ("\n".join(failed) or "- nothing"))
    count, wrong = judge_sentences()
    print(f"\nBoxes of {count - len(wrong)} of {count} sentences of {len(_pdfs())} PDFs are right.")
    print("\n".join(["", *(f"- {line}" for line in wrong)]))
    if options.draw:
        options.draw.mkdir(parents=True, exist_ok=True)
        for at, one in enumerate(asked, 1):
            draw_marks(one, f"{at:02}-{one.file.path.stem}", options.draw)


if __name__ == "__main__":
    main()
