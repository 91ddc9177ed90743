"""A citation is opened: its text as it is now, at the place of the quote, with what has become of it."""

from collections.abc import Mapping
from html import escape

from corpus import Document, language_of
from qa import Located, State
from ui.html.bilingual import both
from ui.html.document import counterpart, text_html
from ui.html.language_tags import READ_IN, language_of_text, tag
from ui.html.links import linked

_CHANGED = ("The source has changed since.", "原文在此之后有改动。")
_WHERE = {
    State.MOVED: ("The quote stands here now.", "引文现在位于此处。"),
    State.CHANGED: ("It no longer holds this quote:", "其中已没有这段引文："),
}
_REMOVED = ("This source is no longer among the texts. It said:", "资料中已没有这篇原文。引文曾是：")


def opened_html(
    located: Located, quote: str, documents: Mapping[str, Document], *, twin: bool = False, at: int | None = None
) -> str:
    """What the reader shows of a citation of ``quote`` that was ``located``.

    ``twin`` opens the text in the other language instead, where there is one, at what says the same; ``at`` shows
    the part of a long text around that offset instead of the part around the quote.
    """
    document = located.document
    if document is None:
        return _title(both("Source", "出处")) + _notice(both(*_REMOVED), quote)
    other = documents.get(document.twin) if document.twin else None
    if twin and other is not None:
        near = counterpart(document, located.start, other)
        back = _switch(both("Back to the citation", "回到引文"), twin=False)
        return _head(other) + back + text_html(other, near=near, at=near[0] if at is None else at)
    switch = _switch(both(*READ_IN[language_of_text(other.text)]), twin=True) if other else ""
    span = (located.start, located.end)
    return _head(document) + switch + _state(located, quote) + text_html(document, span, at=at)


def _state(located: Located, quote: str) -> str:
    if located.state is State.SAME:
        return ""
    english, chinese = (f"{a} {b}" for a, b in zip(_CHANGED, _WHERE[located.state], strict=True))
    return _notice(both(english, chinese), quote if located.state is State.CHANGED else "")


def _notice(words: str, quote: str) -> str:
    said = f'<blockquote lang="{tag(language_of(quote))}">{escape(quote)}</blockquote>' if quote else ""
    return f'<div class="changed" role="status">{words}{said}</div>'


def _head(document: Document) -> str:
    title = _title(f'<span lang="{tag(language_of(document.title))}">{escape(document.title)}</span>')
    return f'{title}<p class="source">{linked(document.source)}</p>'


def _title(inner: str) -> str:
    return f'<h2 id="reader-title" tabindex="-1">{inner}</h2>'


def _switch(words: str, *, twin: bool) -> str:
    return f'<button type="button" class="twin" data-twin="{"yes" if twin else "no"}">{words}</button>'
