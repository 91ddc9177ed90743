"""A quote from a file that is no text is cited with its page, slide or cell, wherever a citation is shown."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus import Box, Document, Place, PlaceKind, load_document
from corpus.document import FileContent
from corpus.files import formats
from corpus.files.pdf.pages import PagePicture
from index import PassageIndex, update_index
from qa import Answer, Answerer, Located, State
from ui.api.records import answer_facts
from ui.chat.answer_html import card_html
from ui.chat.citation_html import opened_html, opened_leaf_html
from ui.chat.markdown import turn_markdown
from ui.chat.turns import Turn, facts, kept, recalled
from ui.html.citation_view import citation_view
from ui.html.places import place_view
from ui.terminal.output import print_answer

TEXT = "# Kites\n\nA kite has 3 strings.\n\n风筝有三根线，最长的一根 12 米。🪁\n\nThe tail weighs 40 grams.\n"


def place(quote: str, kind: PlaceKind, label: str, *boxes: Box) -> Place:
    start = TEXT.index(quote)
    return Place(start, start + len(quote), kind, label, boxes)


PLACES = (
    place("# Kites", PlaceKind.PAGE, "1"),
    place("A kite has 3 strings.", PlaceKind.PAGE, "12", Box(72, 90.5, 200, 104)),
    place("风筝有三根线，", PlaceKind.PAGE, "12", Box(72, 110, 300, 124)),
    place("最长的一根 12 米。🪁", PlaceKind.PAGE, "13", Box(72, 72, 180, 86)),
    place("The tail weighs 40 grams.", PlaceKind.PAGE, "14"),
)
KITES = Document("kites.pdf", "Kites", "kites.pdf", TEXT, author="Ada Lark", date="2021-08", places=PLACES)


def answers(folder: Path, encoder: Any, *documents: Document) -> Answerer:
    update_index(folder / "index", documents, encoder)
    return Answerer(PassageIndex.open(folder / "index", encoder), reader="none")


def quoting(answerer: Answerer, quote: str) -> Answer:
    question = {"3 strings": "How many strings has a kite?", "三根线": "风筝有几根线？"}[quote]
    answer = answerer.ask(question)
    assert quote in answer.citations[0].quote
    return answer


def test_the_index_keeps_where_a_text_stands(tmp_path: Path, fake_encoder: Any) -> None:
    quotable = answers(tmp_path, fake_encoder, KITES).passages.snapshot.quotable
    assert quotable["kites.pdf"] == KITES
    assert not update_index(tmp_path / "index", [KITES], fake_encoder).changed
    other = replace(KITES, places=PLACES[:-1])
    change = update_index(tmp_path / "index", [other], fake_encoder)
    assert (change.changed, change.embedded) == (("kites.pdf",), 0)
    assert PassageIndex.open(tmp_path / "index", fake_encoder).snapshot.quotable["kites.pdf"] == other


@pytest.mark.parametrize(
    ("start", "end", "labels"),
    [
        (0, len(TEXT), ["1", "12", "12", "13", "14"]),
        (TEXT.index("3 strings"), TEXT.index("3 strings") + 1, ["12"]),
        (TEXT.index("风"), TEXT.index("🪁") + 1, ["12", "13"]),
        (TEXT.index("最"), TEXT.index("最") + 1, ["13"]),
        (7, 9, []),  # between two
        (len(TEXT) - 1, len(TEXT), []),
    ],
)
def test_a_stretch_has_the_places_that_hold_some_of_it(start: int, end: int, labels: list[str]) -> None:
    assert [each.label for each in KITES.places_in(start, end)] == labels


def test_every_view_of_a_citation_names_its_page(
    tmp_path: Path, fake_encoder: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = quoting(answers(tmp_path, fake_encoder, KITES), "三根线")
    facts = json.loads(json.dumps(answer_facts(answer), ensure_ascii=False))["citations"][0]
    assert facts["place"] == "pp. 12–13"
    assert [each["label"] for each in facts["places"]] == ["12", "13"]
    first = {"kind": "page", "label": "12", "boxes": [[72, 110, 300, 124]], "recognised": False}
    assert facts["places"][0] == first
    print_answer(answer)
    assert "pp. 12–13" in " ".join(capsys.readouterr().out.split())
    view = citation_view(answer.citations[0])
    assert '<span class="words" lang="zh-Hans">第 12–13 页</span>' in card_html(view, 1)
    assert view.place
    assert (view.place.named("en"), view.place.named("zh")) == ("pp. 12–13", "第 12–13 页")


SCANNED = replace(
    KITES, places=tuple(replace(each, recognised=each.label == "13") if each.label != "1" else each for each in PLACES)
)


def test_every_view_of_a_citation_says_what_was_recognised(
    tmp_path: Path, fake_encoder: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    answerer = answers(tmp_path, fake_encoder, SCANNED)
    assert answerer.passages.snapshot.quotable["kites.pdf"] == SCANNED
    answer = quoting(answerer, "三根线")  # on two pages, of which the second is a picture
    said = json.loads(json.dumps(answer_facts(answer), ensure_ascii=False))["citations"][0]
    assert said["place"] == "pp. 12–13, OCR"
    assert [each["recognised"] for each in said["places"]] == [False, True]
    print_answer(answer)
    assert "pp. 12–13, OCR" in " ".join(capsys.readouterr().out.split())
    view = citation_view(answer.citations[0])
    card = card_html(view, 1)
    assert '<span class="recognised"><span class="words" lang="en">read by OCR</span>' in card
    assert '<span class="words" lang="zh-Hans">文字识别</span></span>' in card
    (turn,) = recalled(facts((Turn(answer.question, kept(answer)),)))
    assert "kites.pdf, 第 12–13 页，文字识别, " in turn_markdown(turn)
    located = Located(State.SAME, SCANNED, answer.citations[0].start, answer.citations[0].end)
    picture = PagePicture(data=b"", media_type="image/png", page_count=13, width=595, height=842)
    assert 'class="recognised"' in opened_html(located, "三根线", {})
    assert 'class="recognised"' in opened_leaf_html(located, SCANNED, "三根线", 13, picture)
    assert 'class="recognised"' not in opened_leaf_html(located, KITES, "三根线", 13, picture)
    other = quoting(answerer, "3 strings")
    assert answer_facts(other)["citations"][0]["place"] == "p. 12"
    assert 'class="recognised"' not in card_html(citation_view(other.citations[0]), 1)


def test_a_conversation_of_before_there_was_recognition_can_be_read(tmp_path: Path, fake_encoder: Any) -> None:
    answer = quoting(answers(tmp_path, fake_encoder, KITES), "3 strings")
    before = facts((Turn(answer.question, kept(answer)),))
    del before[0]["answer"]["citations"][0]["place"]["recognised"]
    assert recalled(before) == (Turn(answer.question, kept(answer)),)


def test_an_index_of_before_there_was_recognition_can_be_read(tmp_path: Path, fake_encoder: Any) -> None:
    answers(tmp_path, fake_encoder, KITES)
    held = b"".join(path.read_bytes() for path in (tmp_path / "index").rglob("documents.jsonl"))
    assert [len(each) for each in json.loads(held)["places"]] == [5] * len(PLACES)


def test_a_text_that_is_its_own_file_has_no_place(tmp_path: Path, fake_encoder: Any) -> None:
    answer = quoting(answers(tmp_path, fake_encoder, replace(KITES, id="kites.md", places=())), "3 strings")
    facts = answer_facts(answer)["citations"][0]
    assert (facts["place"], facts["places"]) == (None, [])
    assert 'class="place"' not in card_html(citation_view(answer.citations[0]), 1)


@pytest.mark.parametrize(
    ("kind", "label", "en", "zh"),
    [
        (PlaceKind.PAGE, "3", "p. 3", "第 3 页"),
        (PlaceKind.SLIDE, "3", "slide 3", "第 3 张幻灯片"),
        (PlaceKind.CHAPTER, "2: 帆", "chapter 2: 帆", "章节 2: 帆"),
        (PlaceKind.CELL, "4", "cell 4", "第 4 个单元格"),
        (PlaceKind.RANGE, "Sales!B7", "Sales!B7", "Sales!B7"),
    ],
)
def test_each_kind_of_place_has_its_words(kind: PlaceKind, label: str, en: str, zh: str) -> None:
    view = place_view([Place(0, 1, kind, label)])
    assert view
    assert (view.named("en"), view.named("zh")) == (en, zh)
    two = place_view([Place(0, 1, kind, label), Place(1, 2, kind, "<9>")])
    assert two
    assert "<9>" in two.named("zh")
    assert "<9>" not in two.html


def test_a_reader_tells_author_date_and_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = FileContent(text=TEXT, title="Kites", author="Ada Lark", date="2021-08", places=PLACES)
    monkeypatch.setattr(formats, "READERS", {".pdf": lambda raw, path: content})
    (tmp_path / "kites.pdf").write_bytes(b"%PDF")
    assert load_document(tmp_path / "kites.pdf", "kites.pdf") == KITES


def test_a_conversation_that_is_kept_names_the_page(tmp_path: Path, fake_encoder: Any) -> None:
    answer = quoting(answers(tmp_path, fake_encoder, KITES), "3 strings")
    (turn,) = recalled(facts((Turn(answer.question, kept(answer)),)))
    assert "kites.pdf, p. 12, " in turn_markdown(turn)
