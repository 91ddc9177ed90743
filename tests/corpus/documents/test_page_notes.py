"""Notes of pages and books: below what refers to them, unless they are a list of their own."""

from pathlib import Path

import pytest

pytest.importorskip("lxml")

from costs import costs_at_most

from corpus.files.web import read_html

MARK = '<sup id="r{0}"><a href="#n{0}">{0}</a></sup>'
BACK = '<a href="#r{0}">↩</a>'


def markdown(body: str) -> str:
    return read_html(f"<title>Kiln</title><body>{body}".encode(), Path("page.html")).text


def noted(at: int) -> str:
    return f"<p>The kiln of yard {at} is fired with beech, as it always was.{MARK.format(at)}</p>"


@pytest.mark.parametrize(
    "notes",
    [
        f'<hr><ol><li id="n1">Since 1911.{BACK.format(1)}</li><li id="n2"><p>Not in May. </p></li></ol>',
        '<div class="notes"><p id="n1"><a href="#r1">1</a> Since 1911.</p><p id="n2">Not in May.</p></div>',
        '<aside id="n1"><p>Since 1911.</p></aside><aside id="n2"><p>Not in May.</p></aside>',
        '<dl id="n1"><dt>[<a href="#r1">1</a>]</dt><dd>Since 1911.</dd></dl>'
        '<dl id="n2"><dt>2</dt><dd>Not in May.</dd></dl>',
    ],
)
def test_a_note_stands_below_its_paragraph(notes: str) -> None:
    text = markdown(f"<article><h2>Fire</h2>{noted(1)}<h2>Wood</h2>{noted(2)}<p>The end.</p>{notes}</article>")
    said = [block for block in text.strip().split("\n\n") if not block.startswith("#")]
    assert said[1].split() == "[^1]: Since 1911.".split()
    assert said[3].split() == "[^2]: Not in May.".split()
    assert said[4:] == ["The end."]


def test_a_note_of_an_item_or_a_cell_stands_below_the_list_or_the_table() -> None:
    listed = f"<ul><li>Beech{MARK.format(1)}</li><li>Oak</li></ul>"
    body = f"{listed}<table><tr><th>Wood</th><th>Days</th></tr><tr><td>Ash{MARK.format(2)}</td>"
    text = markdown(
        f'{body}<td>3</td></tr></table><p>The end.</p><ol><li id="n1">Dry.</li><li id="n2">Green.</li></ol>'
    )
    assert [block[:6] for block in text.split("\n\n")] == ["- Beec", "[^1]: ", "| Wood", "[^2]: ", "The en"]


def test_notes_below_a_heading_of_their_own_stay_there() -> None:
    text = markdown(
        f'{noted(1)}{noted(2)}<h2>Sources</h2><ol><li id="n1">Brandt 1911.</li><li id="n2">Wick 1920.</li></ol>'
    )
    assert text.endswith("## Sources\n\n1. Brandt 1911.\n2. Wick 1920.\n")


def test_a_link_within_the_page_takes_nothing_along() -> None:
    text = markdown(
        '<p>See the <a href="#end">end</a>, and mind the glaze.</p><p>Words.</p><p id="end">The end of it all.</p>'
    )
    assert [block[:5] for block in text.split("\n\n")] == ["See t", "Words", "The e"]


def test_notes_of_a_page_that_word_saved_are_kept() -> None:
    text = markdown(
        "<div class=WordSection1><h1>Kiln</h1><p class=MsoNormal>Fired with beech.<a href='#_ftn1' name='_ftnref1'>"
        "<span class=MsoFootnoteReference>[1]</span></a></p><p class=MsoNormal>The end of the whole matter is ash, and "
        "ash is good for beans, which the potters grow behind the kiln.</p></div><div><hr><div id=ftn1>"
        "<p class=MsoFootnoteText><a href='#_ftnref1' name='_ftn1'><span class=MsoFootnoteReference>[1]</span></a> "
        "Never with pine.</p></div></div>"
    )
    assert text.startswith("# Kiln\n\nFired with beech.[^1]\n\n[^1]: Never with pine.\n\nThe end")


def test_paragraphs_that_word_marks_as_items_are_items() -> None:
    sign = "<span style='mso-list:Ignore'>{}<span>&nbsp;&nbsp; </span></span>"
    items = [(1, "·", "Beech"), (1, "·", "Oak"), (2, "o", "dry"), (1, "·", "Ash")]
    body = "".join(
        f"<p class=MsoListParagraph style='mso-list:l0 level{level} lfo1'>{sign.format(mark)}{words}</p>"
        for level, mark, words in items
    )
    steps = "".join(f"<p style='mso-list:l1 level1 lfo2'>{sign.format(f'{at}.')}Step</p>" for at in (3, 4))
    assert markdown(f"<p>Woods:</p>{body}<p>Then:</p>{steps}") == (
        "Woods:\n\n- Beech\n- Oak\n  - dry\n- Ash\n\nThen:\n\n3. Step\n4. Step\n"
    )


@pytest.mark.slow
def test_many_notes_take_no_long_time() -> None:
    paragraphs = "".join(map(noted, range(2_000)))
    notes = "".join(f'<div id="n{at}"><p>Note {at}.{BACK.format(at)}</p></div>' for at in range(2_000))
    with costs_at_most(60):  # where others compute as well
        assert "[^1999]: Note 1999." in markdown(f"{paragraphs}<hr>{notes}")
