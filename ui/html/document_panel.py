"""A source text, opened beside a list or a map."""

from collections.abc import Mapping
from html import escape

from corpus import Document, Span, language_of
from ui.html.document import text_html
from ui.html.language_tags import language_of_text, tag
from ui.html.links import linked
from ui.html.original_address import original_link_html
from ui.html.words import unseen_html, words_html


def panel_html(
    documents: Mapping[str, Document],
    document_id: str,
    mark: Span = (0, 0),
    at: int | None = None,
    *,
    place: str,
    share: bool = False,
) -> str:
    """The text ``document_id`` with a button that closes it, and one for its translation.

    ``mark`` is a span pointed out; ``at`` the place to show of a long text, by default the start of ``mark``.
    ``place`` is the id of the element that it is opened in; a page has several. With ``share`` the file that the text
    was read from can be downloaded.
    """
    document = documents.get(document_id)
    if document is None:
        return _missing_html(document_id)
    # Named by its title, and not in an attribute: of a label in all languages page.js leaves one.
    heading = f"{place}-title"
    title = f'<h2 id="{heading}" tabindex="-1" lang="{tag(language_of(document.title))}">{escape(document.title)}</h2>'
    source = "" if document.source == document.id else f'<p class="source">{linked(document.source)}</p>'
    file = original_link_html(document) if share else ""
    close = f'<button type="button" class="close" data-act="close">{unseen_html("text.close")}</button>'
    begin = None if at is None else min(at, len(document.text))
    text = text_html(document, mark, at=begin)
    return (
        f'<article class="panel" data-id="{escape(document.id)}">'
        f"<header><div>{title}{source}{_twin(documents, document)}{file}</div>{close}</header>"
        f'<div class="panel-text" tabindex="0" role="region" aria-labelledby="{heading}">{text}</div>'
        f"</article>"
    )


def _twin(documents: Mapping[str, Document], document: Document) -> str:
    twin = documents.get(document.twin)
    if twin is None:
        return ""
    words = words_html(f"languages.read_in_{language_of_text(twin.text)}")
    return f'<button type="button" class="twin" data-act="open" data-id="{escape(twin.id)}">{words}</button>'


def _missing_html(document_id: str) -> str:
    """What is shown in place of a text that the index does not hold."""
    words = words_html("text.missing")
    close = f'<button type="button" data-act="close">{words_html("text.close")}</button>'
    return f'<article class="panel"><p class="problem" role="alert">{words} {escape(document_id)}</p>{close}</article>'
