"""Links from an answer to what it cites, and the answer's own words around them."""

from html import escape

from ui.chat.turns import KeptAnswer
from ui.html.citation_view import CitationView
from ui.html.words import unseen_html, word


def own_html(answer: KeptAnswer, key: str, **values: object) -> str:
    """Words of the answer itself, as HTML: it speaks the question's language, not the page's."""
    return escape(word(key, answer.speaks, **values))


def quote_id(citation: int, turn: int) -> str:
    """The id of the quote of the citation with this number in the ``turn``-th turn."""
    return f"quote-{turn}-{citation}"


def number_html(citation: CitationView, turn: int, attributes: str = "") -> str:
    """The [n] behind what rests on ``citation`` in the ``turn``-th turn."""
    inner = f"{unseen_html('answer.source')}[{citation.number}]"
    return link_html(citation, turn, inner, "cite", citation.page, attributes)


def link_html(citation: CitationView, turn: int, inner: str, names: str, page: str = "", attributes: str = "") -> str:
    """A link that opens the ``turn``-th turn's ``citation`` in the reader, at the ``page`` of its file if there is
    one, else in its text; with more ``attributes``."""
    address = f"{citation.address}&page={page}" if page else citation.address
    return (
        f'<a class="{names}" href="#{escape(address)}" data-turn="{turn}" '
        f'data-citation="{citation.number}"{attributes}>{inner}</a>'
    )
