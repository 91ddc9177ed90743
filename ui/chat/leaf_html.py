"""A page of the file that a citation stands in, as a picture with the quote marked on it: a leaf.

(A page, in this program, is the web page that a visitor has open.)
"""

from collections.abc import Sequence
from html import escape

from corpus import Box, Document, PlaceKind, Span, language_of
from corpus.files.pdf import boxes_of
from corpus.files.pdf.pages import PagePicture
from ui.html.original_address import picture_address
from ui.html.shown import fragment_blocks, plain_text
from ui.html.words import words_html

_AROUND = 1.5  # points that a mark is wider than what it marks, on each side
_LONGEST = 400  # characters of a quote that the picture is described with


def first_leaf(document: Document, span: Span) -> int:
    """The number of the page that ``span`` of ``document`` begins on; 0: it stands on none."""
    places = document.places_in(*span)
    return int(places[0].label) if places and places[0].kind is PlaceKind.PAGE else 0


def quote_boxes(document: Document, span: Span, number: int) -> list[Box]:
    """Where on the page ``number`` the quote ``span`` of ``document`` stands, line by line."""
    return [box for page, box in boxes_of(document.places, span, document.text) if page == number]


def leaf_html(document: Document, number: int, picture: PagePicture, span: Span) -> str:
    """The page ``number`` of ``document`` with the quote ``span`` marked on it.

    The picture gets its address from the page's script, which knows how wide it is to be.
    """
    boxes = quote_boxes(document, span, number)
    quote = document.text[slice(*span)]
    said = plain_text(fragment_blocks("", quote), language_of(quote))[:_LONGEST]
    marked = words_html("leaf.marked", quote=said) if boxes else words_html("leaf.unmarked")
    name = words_html("leaf.name", page=number, title=document.title)
    address = escape(picture_address(document.id, document.digest, number))
    width, height = max(picture.width, 1.0), max(picture.height, 1.0)
    return (
        f'<div class="leaf" role="img" aria-labelledby="leaf-name" data-number="{number}" '
        f'data-count="{picture.page_count}" style="aspect-ratio: {width:.2f} / {height:.2f}">'
        f'<img alt="" data-address="{address}">'
        f'<svg viewBox="0 0 {width:.2f} {height:.2f}" preserveAspectRatio="none" aria-hidden="true">'
        f"{_marks(boxes)}</svg>"
        f'</div><p id="leaf-name" class="unseen">{name} {marked}</p>'
    )


def show_leaf_html(number: int) -> str:
    """A button that shows the page ``number`` in place of the text."""
    return f'<button type="button" class="view" data-number="{number}">{words_html("leaf.show", page=number)}</button>'


def show_text_html() -> str:
    """A button that shows the text in place of its page."""
    return f'<button type="button" class="view">{words_html("leaf.text")}</button>'


def _marks(boxes: Sequence[Box]) -> str:
    return "".join(
        f'<rect x="{box.left - _AROUND:.2f}" y="{box.top:.2f}" rx="1.5" '
        f'width="{max(box.right - box.left, 0) + 2 * _AROUND:.2f}" height="{max(box.bottom - box.top, 0):.2f}"/>'
        for box in boxes
    )
