"""Documents whose words are known (``tests/bench/documents``) are read as well as they were when that was measured."""

from dataclasses import asdict

import pytest
import yaml

pytest.importorskip("pypdfium2")
pytest.importorskip("lxml")

from bench import FIGURES
from manifest import FILES, MadeFile, load_files
from measures import Truth, bare, measure
from written import Block, Content, Kind, load_contents

from corpus.files.formats import READERS

MADE = load_files()
KEPT = yaml.safe_load(FIGURES.read_text(encoding="utf-8"))
MARGIN = 0.011  # a block, a heading or a row more or less is more than that
TITLE, FIRST, SECOND = (
    Block(kind=Kind.HEADING, text="The pier", level=1),
    Block(kind=Kind.PARAGRAPH, text="It was built of **oak** in 1804, and it is still there."),
    Block(kind=Kind.PARAGRAPH, text="Boats tie up at its far end, where the water is deep."),
)
TABLE = Block(kind=Kind.TABLE, text="", head=("Boat", "Fee"), rows=(("Yawl", "€4"), ("Ketch", "€6")))


def truth(*blocks: Block, furniture: tuple[str, ...] = (), pages: int = 1) -> Truth:
    content = Content(name="", title="", author="", date="", language="en", blocks=blocks, questions=())
    return Truth(content, blocks, furniture, pages)


@pytest.mark.slow
@pytest.mark.parametrize("file", MADE, ids=[file.file for file in MADE])
def test_a_document_is_read_as_well_as_it_was(file: MadeFile) -> None:
    content = READERS[f".{file.kind}"](file.path.read_bytes(), file.path)
    figures = asdict(measure(file.truth, content.text, markdown=True))
    worse = {
        name: (figures[name], kept)
        for name, kept in KEPT[file.file].items()
        if (figures[name] > kept + MARGIN if name == "furniture" else figures[name] < kept - MARGIN)
    }
    assert worse == {}


def test_all_files_are_listed_and_measured_and_small() -> None:
    names = {path.name for path in FILES.iterdir() if path.suffix != ".yaml"}
    assert names == {file.file for file in MADE} == set(KEPT)
    assert sum(file.path.stat().st_size for file in MADE) < 2_500_000


def test_contents_are_of_both_languages_and_ask_in_both() -> None:
    contents = load_contents().values()
    assert {content.language[:2] for content in contents} == {"en", "zh"}
    assert {question.language for content in contents for question in content.questions} == {"en", "zh"}
    assert all(len(content.questions) == 3 for content in contents)


def test_what_is_read_whole_has_full_figures() -> None:
    text = f"# The pier\n\nIt was built of **oak** in 1804, and it is sti\u00adll there.\n\n{SECOND.plain}\n"
    figures = measure(truth(TITLE, FIRST, SECOND), text, markdown=True)
    assert (figures.recall, figures.order, figures.headings, figures.added) == (1, 1, 1, 0)


def test_what_is_lost_moved_or_added_costs_its_share() -> None:
    lost = measure(
        truth(TITLE, FIRST, SECOND),
        "# The pier\n\nBoats tie up at its far end, where the water is deep.",
        markdown=True,
    )
    whole = sum(len(bare(block.plain)) for block in (TITLE, FIRST, SECOND))
    assert lost.recall == pytest.approx(1 - len(bare(FIRST.plain)) / whole, abs=0.1)
    assert lost.order == pytest.approx(2 / 3)
    moved = measure(truth(TITLE, FIRST, SECOND), f"The pier\n\n{SECOND.plain}\n\n{FIRST.plain}\n\nMore", markdown=True)
    assert moved.order == pytest.approx(2 / 3)
    assert moved.headings == 0
    assert moved.added == pytest.approx(4 / (whole + 4))


def test_a_row_counts_where_its_header_is_shown_with_it() -> None:
    table = "| Boat | Fee |\n| --- | --- |\n| Yawl | €4 |\n| Ketch | €6 |\n"
    assert measure(truth(TITLE, TABLE), f"# The pier\n\n{table}", markdown=True).rows == 1
    assert measure(truth(TITLE, TABLE), "# The pier\n\nBoat Fee\n\nYawl €4\n\nKetch €6\n", markdown=True).rows == 0


def test_running_heads_and_numbers_are_counted_by_pages() -> None:
    said = truth(FIRST, SECOND, furniture=("Harbour office", "{page}"), pages=2)
    clean, one = f"{FIRST.plain}\n\n{SECOND.plain}\n", f"Harbour office\n\n{FIRST.plain}\n\n{SECOND.plain}\n"
    assert measure(said, clean, markdown=True).furniture == 0
    assert measure(said, one, markdown=True).furniture == 0.5
    assert measure(said, f"{one}\n2\n", markdown=True).furniture == 1
