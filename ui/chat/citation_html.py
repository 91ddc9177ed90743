"""A citation is opened: its text as it is now, at the place of the quote, with what has become of it."""

from collections.abc import Mapping
from html import escape

from corpus import Document, language_of
from corpus.files.pdf.pages import PagePicture
from qa import Located, State
from ui.chat.leaf_html import first_leaf, leaf_html, show_leaf_html, show_text_html
from ui.html.document import counterpart, text_html
from ui.html.language_tags import language_of_text, tag
from ui.html.links import linked
from ui.html.original_address import original_link_html
from ui.html.places import PlaceView, place_view
from ui.html.shown import fragment_blocks, plain_text
from ui.html.words import words_html


def opened_html(
    located: Located,
    quote: str,
    documents: Mapping[str, Document],
    *,
    twin: bool = False,
    at: int | None = None,
    leaves: bool = False,
    share: bool = False,
) -> str:
    """What the reader shows of a citation of ``quote`` that was ``located``.

    ``twin`` opens the text in the other language instead, where there is one, at what says the same; ``at`` shows
    the part of a long text around that offset instead of the part around the quote. With ``leaves`` the pages of files
    can be shown, with ``share`` the files can be downloaded.
    """
    document = located.document
    if document is None:
        return _title(words_html("answer.source")) + _notice("citation.removed", quote)
    other = documents.get(document.twin) if document.twin else None
    if twin and other is not None:
        near = counterpart(document, located.start, other)
        back = _switch("citation.back", twin=False)
        return _head(other) + back + _file(other, share) + text_html(other, near=near, at=near[0] if at is None else at)
    switch = _switch(f"languages.read_in_{language_of_text(other.text)}", twin=True) if other else ""
    span = (located.start, located.end)
    number = first_leaf(document, span) if leaves else 0
    view = show_leaf_html(number) if number else ""
    place = place_view(document.places_in(*span))
    named = _place(place) if place else ""
    head = _head(document) + named + view + switch + _file(document, share)
    return head + _state(located, quote) + text_html(document, span, at=at)


def opened_leaf_html(
    located: Located, document: Document, quote: str, number: int, picture: PagePicture, *, share: bool = False
) -> str:
    """The same as the page ``number`` of the file of ``document``, where ``quote`` stands there still."""
    span = (located.start, located.end)
    leaf, place = leaf_html(document, number, picture, span), place_view(document.places_in(*span))
    # Which page it is stands above the picture; that its words were recognised stands nowhere else.
    named = _place(place) if place and place.recognised else ""
    return _head(document) + named + show_text_html() + _file(document, share) + _state(located, quote) + leaf


def _place(place: PlaceView) -> str:
    return f'<p class="place">{place.html}</p>'


def _state(located: Located, quote: str) -> str:
    if located.state is State.MOVED:
        return _notice("citation.moved", "")
    return _notice("citation.changed", quote) if located.state is State.CHANGED else ""


def _notice(key: str, quote: str) -> str:
    shown = plain_text(fragment_blocks("", quote), language_of(quote))
    said = f'<blockquote lang="{tag(language_of(quote))}">{escape(shown)}</blockquote>' if quote else ""
    return f'<div class="changed" role="status">{words_html(key)}{said}</div>'


def _file(document: Document, share: bool) -> str:
    return original_link_html(document) if share else ""


def _head(document: Document) -> str:
    title = _title(f'<span lang="{tag(language_of(document.title))}">{escape(document.title)}</span>')
    return f'{title}<p class="source">{linked(document.source)}</p>'


def _title(inner: str) -> str:
    return f'<h2 id="reader-title" tabindex="-1">{inner}</h2>'


def _switch(key: str, *, twin: bool) -> str:
    return f'<button type="button" class="twin" data-twin="{"yes" if twin else "no"}">{words_html(key)}</button>'
