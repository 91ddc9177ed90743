"""A page of a file beside its text: which one a quote stands on, where it is marked, and what is said without it."""

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from small_answerer import HOSTILE, SmallAnswerer, SmallSnapshot
from small_answerer import citation as citation_in

from corpus import Box, CorpusError, Document, Place, PlaceKind
from corpus.files.pdf.pages import PagePicture
from ui.chat.answer_html import answer_html, card_html
from ui.chat.calls import ChatCalls, checked_calls
from ui.chat.leaf_html import first_leaf, leaf_html, quote_boxes
from ui.chat.turns import kept
from ui.html.citation_view import CitationView, citation_view
from ui.html.visitor_message import VisitorError

TEXT = (
    "# Kites\n\nA kite has three strings. The longest is twelve metres long and must\nbe dry.\n\nThe tail is short.\n"
)
TITLE = f"Kites {HOSTILE}"


def place(words: str, page: str, *boxes: Box, kind: PlaceKind = PlaceKind.PAGE) -> Place:
    start = TEXT.index(words)
    return Place(start, start + len(words), kind, page, boxes)


LINES = (
    place("# Kites", "1", Box(72, 50, 200, 70)),
    place("A kite has three strings. The longest is twelve metres long and must", "12", Box(72, 700, 400, 714)),
    place("be dry.", "13", Box(72, 72, 110, 86)),
    place("The tail is short.", "13", Box(72, 90, 180, 104)),
)
KITES = Document("papers/kites & co.pdf", TITLE, "papers/kites & co.pdf", TEXT, places=LINES)
SLIDES = Document(
    "kites.pptx", "Kites", "kites.pptx", TEXT, places=(place("The tail is short.", "4", kind=PlaceKind.SLIDE),)
)
PICTURE = PagePicture(data=b"x", media_type="image/png", page_count=20, width=595.276, height=841.89)


def span(words: str) -> tuple[int, int]:
    start = TEXT.index(words)
    return start, start + len(words)


OVER = span("The longest is twelve metres long and must\nbe dry.")


def test_a_quote_begins_on_a_page() -> None:
    assert first_leaf(KITES, OVER) == 12
    assert first_leaf(KITES, span("The tail")) == 13
    assert first_leaf(SLIDES, span("The tail")) == 0
    assert first_leaf(replace(KITES, places=()), OVER) == 0


def test_its_boxes_are_those_of_the_page_cut_to_its_words() -> None:
    (first,), (second,) = quote_boxes(KITES, OVER, 12), quote_boxes(KITES, OVER, 13)
    assert 72 + 328 * 0.3 < first.left < 72 + 328 * 0.45
    assert (first.top, first.right, first.bottom) == (700, 400, 714)
    assert second == Box(72, 72, 110, 86)
    assert quote_boxes(KITES, OVER, 14) == []


def test_a_leaf_says_what_is_marked_and_nothing_in_it_is_markup() -> None:
    html = leaf_html(KITES, 12, PICTURE, OVER)
    (x, y, width, height) = re.findall(r'<rect x="(.+?)" y="(.+?)" rx=".+?" width="(.+?)" height="(.+?)"/>', html)[0]
    assert float(x) + float(width) == pytest.approx(401.5)
    assert (float(y), float(height)) == (700, 14)
    assert 'viewBox="0 0 595.28 841.89"' in html
    assert 'data-number="12" data-count="20"' in html
    assert f"text=papers%2Fkites%20%26%20co.pdf&amp;of={KITES.digest}&amp;page=12" in html
    assert "Marked on it: “The longest is twelve metres long and must be dry.”" in html
    assert "页上标出了" in html
    assert "<script" not in html and "<img src" not in html
    other = leaf_html(KITES, 14, PICTURE, OVER)
    assert "<rect" not in other
    assert "Nothing is marked on it." in other and "Marked on it" not in other


# What a browser asks for


class Kites(SmallAnswerer):
    """Knows one PDF and some slides."""

    def __init__(self) -> None:
        self.passages = SimpleNamespace(snapshot=SmallSnapshot((KITES, SLIDES)), left_out=lambda scope: 0)


class Drawn:
    """Pictures that are not drawn; ``problem`` is raised instead where there is one."""

    def __init__(self, problem: CorpusError | None = None) -> None:
        self.asked: list[tuple[str, str, int, int]] = []
        self.problem = problem

    def picture(self, *asked: Any) -> PagePicture:
        self.asked.append(asked)
        if self.problem:
            raise self.problem
        return PICTURE


def calls(answerer: SmallAnswerer, pictures: Any = None, **options: Any) -> dict[str, Any]:
    return {call.__name__: call for call in checked_calls(ChatCalls(answerer, pictures=pictures, **options))}


def cited(words: str = "The longest is twelve metres long and must\nbe dry.", document: Document = KITES) -> Any:
    start, _ = span(words)
    return {"document_id": document.id, "digest": document.digest, "quote": words, "start": start, "end": None}


def test_a_page_is_asked_for_with_the_quote_or_by_its_number() -> None:
    pictures = Drawn()
    leaf = calls(Kites(), pictures)["leaf"]
    reply = leaf({**cited(), "number": None, "width": 800})
    assert (reply["number"], reply["count"]) == (12, 20)
    assert reply["html"].count("<rect") == 1
    assert "Show the text" in reply["html"]
    assert leaf({**cited(), "number": 13, "width": 800})["html"].count("<rect") == 1
    assert leaf({**cited(), "number": 14, "width": 800})["html"].count("<rect") == 0
    assert pictures.asked == [(KITES.id, KITES.digest, number, 800) for number in (12, 13, 14)]
    begun = {**cited("The longest"), "end": OVER[1]}  # as an address has it
    assert leaf({**begun, "number": 13, "width": 800})["html"].count("<rect") == 1


@pytest.mark.parametrize(
    "wrong",
    [{"number": 0}, {"number": -1}, {"number": "x"}, {"number": 1.5}, {"width": 0}, {"width": None}, {"start": -1}],
)
def test_what_is_no_call_is_refused(wrong: dict[str, Any]) -> None:
    pictures = Drawn()
    reply = calls(Kites(), pictures)["leaf"]({**cited(), "number": 1, "width": 800} | wrong)
    assert (pictures.asked == [] and "html" not in reply) or wrong == {"number": "12"}


def test_a_quote_that_has_moved_is_marked_where_it_stands_now_and_one_that_is_gone_has_no_page() -> None:
    answerer = Kites()
    leaf = calls(answerer, Drawn())["leaf"]
    moved = replace(KITES, text="\n" + TEXT, places=tuple(replace(p, start=p.start + 1, end=p.end + 1) for p in LINES))
    answerer.passages.snapshot.documents[KITES.id] = moved
    reply = leaf({**cited(), "number": None, "width": 800})
    assert "The quote stands here now." in reply["html"] and moved.digest in reply["html"]
    assert reply["html"].count("<rect") == 1
    answerer.passages.snapshot.documents[KITES.id] = replace(KITES, text="Another text.")
    assert "hint" in leaf({**cited(), "number": None, "width": 800})
    del answerer.passages.snapshot.documents[KITES.id]
    assert "can no longer be found" in leaf({**cited(), "number": None, "width": 800})["hint"]


@pytest.mark.parametrize(
    ("pictures", "said"),
    [
        (None, "has no pages"),
        (Drawn(VisitorError("originals.changed")), "has changed since it was read"),
        (Drawn(CorpusError("/srv/texts/kites.pdf is locked <b>.")), "kites.pdf is locked &lt;b&gt;."),
    ],
)
def test_why_there_is_no_page_is_said(pictures: Any, said: str) -> None:
    reply = calls(Kites(), pictures)["leaf"]({**cited(), "number": 12, "width": 800})
    assert list(reply) == ["hint"]
    assert said in reply["hint"]
    assert "/srv" not in reply["hint"]


def test_slides_have_no_page_and_their_text_names_the_place() -> None:
    called = calls(Kites(), Drawn())
    asked = cited("The tail is short.", SLIDES)
    assert "hint" in called["leaf"]({**asked, "number": 4, "width": 800})
    html = called["open"]({**asked, "twin": False, "at": None})["html"]
    assert "slide 4" in html
    assert 'class="view"' not in html


@pytest.mark.parametrize(("pictures", "share"), [(Drawn(), True), (Drawn(), False), (None, False)])
def test_the_text_offers_the_page_and_the_file_where_there_are_any(pictures: Any, share: bool) -> None:
    called = calls(Kites(), pictures, share_originals=share)
    html = called["open"]({**cited(), "twin": False, "at": None})["html"]
    assert ("Show page 12" in html) == (pictures is not None)
    assert ("originals/file?text=papers%2Fkites%20%26%20co.pdf&amp;of=" in html) == share
    assert "pp. 12–13" in html


# Cards and links


def view(document: Document, words: str) -> CitationView:
    return citation_view(citation_in(1, document, words))


def test_a_card_shows_the_page_and_the_text() -> None:
    card = card_html(view(KITES, "The longest"), 3)
    shown, read = re.findall(r'<a class="(?:show-leaf|read)" href="#(.+?)" data-turn="3"', card)
    assert shown == f"{read}&amp;page=12"
    assert "Show page 12" in card and "查看第 12 页" in card
    other = card_html(view(SLIDES, "The tail"), 3)
    assert "slide 4" in other
    assert "show-leaf" not in other and "page=" not in other


def test_the_number_behind_a_quote_opens_the_page() -> None:
    from records import answer_of

    citation = citation_in(1, KITES, "The longest")
    html = answer_html(kept(answer_of("“The longest” [1]", [citation])), 1)
    assert re.search(r'<a class="cite" href="#[^"]+&amp;page=12"', html)


def test_pages_of_other_files_are_not_offered() -> None:
    assert view(replace(KITES, id="kites.docx"), "The longest").page == ""
    assert view(replace(KITES, id="KITES.PDF"), "The longest").page == "12"
