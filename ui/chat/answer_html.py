"""An answer becomes HTML: the replies of a chat, and the cards of the passages they cite.

Pure functions from records to strings. Questions, texts, titles and sources come from people and files
nobody vouches for, so every one of them is escaped, or passes through :func:`ui.html.links.linked`, on its way in.
"""

from collections import Counter
from collections.abc import Sequence
from html import escape

from corpus import Term, language_of
from corpus.files.references import shorten
from qa import AnswerKind
from qa.glossary_terms import terms_in
from ui.chat.citation_links import link_html, number_html, own_html, quote_id
from ui.chat.turns import KeptAnswer, Turn, looked_for_in
from ui.chat.written_html import quotes_head_html, thumbs_html, written_html
from ui.html.citation_view import CitationView, ReferenceView
from ui.html.language_tags import name_of, tag
from ui.html.links import linked
from ui.html.shown import is_prose, with_marks
from ui.html.shown_html import prose_html, shown_html
from ui.html.words import each_html, words_html

_CLASSES = {
    AnswerKind.ANSWERED: "answered",
    AnswerKind.NEAREST: "nearest",
    AnswerKind.NOT_IN_TEXTS: "unanswered",
    AnswerKind.SMALL_TALK: "talk",
}
_BEGINNING = 60  # characters of a quote that tell it from others under one heading
_HEADS = {AnswerKind.NEAREST: "answer.nearest", AnswerKind.NOT_IN_TEXTS: "answer.not_in_texts"}


def reply_html(turn: Turn, number: int) -> str:
    """What stands below the question of the ``number``-th turn: the answer, or why there is none."""
    if turn.answer is None:
        return f'<div class="problem" role="alert">{escape(turn.problem)}</div>'
    return answer_html(turn.answer, number)


def answer_html(answer: KeptAnswer, number: int) -> str:
    """The answer: its quotes, each in its language and with an [n] that opens its source; or its own words."""
    head = f"<h3>{own_html(answer, _HEADS[answer.kind])}</h3>" if answer.kind in _HEADS else ""
    paragraphs = answer.text.split("\n\n")
    said = "".join(
        [_quotation(each, number_html(each, number), quote_id(each.number, number)) for each in answer.citations]
        if answer.answered
        else [f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs]
    )
    return (
        f'<div class="answer {_CLASSES[answer.kind]}" id="answer-{number}" tabindex="-1" lang="{tag(answer.language)}">'
        f"{head}{_looked(answer)}{_understood(answer)}{written_html(answer, number)}{quotes_head_html(answer)}"
        f'<div class="said">{said}</div>{_related(answer, number)}'
        f"{_sureness(answer)}</div>{'' if answer.kind is AnswerKind.SMALL_TALK else _tools(answer)}"
    )


def _understood(answer: KeptAnswer) -> str:
    if not answer.understood:
        return ""
    return f'<p class="understood">{own_html(answer, "answer.understood", question=answer.understood)}</p>'


def _looked(answer: KeptAnswer) -> str:
    looked = looked_for_in(answer)
    return f'<p class="looked">{escape(looked)}</p>' if looked else ""


def _sureness(answer: KeptAnswer) -> str:
    """How often answers like this one are right, in words and as a bar."""
    if not answer.answered:
        return ""
    return f'<p class="sureness">{own_html(answer, "answer.confidence")} {_bar(answer.confidence)}</p>'


def _bar(share: float) -> str:
    percent = round(100 * share)
    return f'<span class="bar" aria-hidden="true"><i style="width:{percent}%"></i></span> <span>{percent}%</span>'


def _quotation(citation: CitationView, link: str, name: str = "") -> str:
    """A quote and its ``link``: sentences between quotation marks; items and rows as the list or table they are of.
    ``name`` is the id that what rests on it finds it by."""
    blocks, language = citation.quotation, tag(citation.language)
    named = f' id="{name}"' if name else ""
    if not is_prose(blocks):
        return f'<div class="quote formed" lang="{language}"{named}>{shown_html(blocks, end=f" {link}")}</div>'
    before, _, behind = with_marks(citation.shown).partition(citation.shown)
    return f'<p{named}>{before}<span class="quote" lang="{language}">{prose_html(blocks)}</span>{behind} {link}</p>'


def _related(answer: KeptAnswer, number: int) -> str:
    """Where nothing answers: links to what comes nearest, and what it says where it comes near enough."""
    if not answer.related:
        return ""
    if answer.kind is not AnswerKind.NEAREST:
        places = Counter(each.breadcrumb for each in answer.related)
        items = "".join(
            f"<li>{_place(each, number, begins=places[each.breadcrumb] > 1)}</li>" for each in answer.related
        )
        return f'<p class="label">{own_html(answer, "answer.related")}</p><ul class="related">{items}</ul>'
    items = "".join(f"<li>{_quotation(each, _place(each, number))}</li>" for each in answer.related)
    label = f'<p class="label" id="nearest-{number}">{own_html(answer, "answer.nearest_quotes")}</p>'
    return f'{label}<ul class="related" aria-labelledby="nearest-{number}">{items}</ul>'


def _place(citation: CitationView, number: int, *, begins: bool = False) -> str:
    """A link named by where ``citation`` stands; with how it ``begins`` where others stand there, too."""
    where = citation.breadcrumb
    inner = escape(where)
    if begins:
        beginning = shorten(" ".join(citation.shown.split()), _BEGINNING)
        if is_prose(citation.quotation):
            beginning = with_marks(beginning.strip("“”「」『』"))
        inner += f': <span lang="{tag(citation.language)}">{escape(beginning)}</span>'
    return f'<span lang="{tag(language_of(where))}">{link_html(citation, number, inner, "place")}</span>'


def _tools(answer: KeptAnswer) -> str:
    sources = len(answer.citations) + len(answer.sources) + len(answer.related)
    shown = ""
    if sources:
        shown = f'<button type="button" class="show-sources">{words_html("answer.sources")} ({sources})</button>'
    return (
        f'<div class="tools">{shown}'
        f'<button type="button" class="copy">{words_html("answer.copy")}</button>{thumbs_html()}</div>'
    )


def cards_html(turn: Turn, number: int, glossary: Sequence[Term]) -> str:
    """The cards of the ``number``-th turn's citations, and the terms they use."""
    answer = turn.answer
    if answer is None:
        return ""
    shown = (*answer.citations, *answer.sources, *answer.related)
    cards = "".join(card_html(citation, number) for citation in shown)
    if answer.related:
        cards = _apart(cards, answer.kind, number)
    none = f'<p class="empty">{words_html("cards.none")}</p>'
    said = " ".join([answer.understood or turn.question, *(citation.quote for citation in shown)])
    used = [term for term, _ in terms_in(said, glossary)]
    terms = glossary_html(used, words_html("cards.terms")) if shown else ""
    question = f'<p class="asked" lang="{tag(language_of(turn.question))}">{escape(turn.question)}</p>'
    return f"{question}{cards or none}{terms}"


def _apart(cards: str, kind: AnswerKind, number: int) -> str:
    """The ``cards`` of what is no answer, below a line that says so."""
    if kind is not AnswerKind.NEAREST:
        return f'<p class="label">{words_html("cards.related")}</p>{cards}'
    label = f'<p class="label" id="nearest-cards-{number}">{words_html("cards.nearest")}</p>'
    return f'<section class="nearest" aria-labelledby="nearest-cards-{number}">{label}{cards}</section>'


def _name(name: str, language: str) -> str:
    return f'<span lang="{tag(language)}">{escape(name)}</span>'


def glossary_html(terms: Sequence[Term], summary: str) -> str:
    """Terms with their names and definitions in both languages, to be unfolded; ``summary`` is HTML."""
    if not terms:
        return ""
    rows = "".join(
        f"<dt>{' · '.join(_name(name, language) for language, name in term.names.items())}"
        f"{f' · {escape(term.abbreviation)}' if term.abbreviation else ''}</dt>"
        f"<dd>{each_html(term.definitions)}</dd>"
        for term in terms
    )
    return (
        f'<details class="glossary"><summary>{summary} <span>({len(terms)})</span></summary><dl>{rows}</dl></details>'
    )


def card_html(citation: CitationView, turn_number: int) -> str:
    """One cited passage: where it is from, its text with the quote marked, and what that text rests on."""
    card = f"source-{turn_number}-{citation.number}"
    name = escape(name_of(citation.language))
    number = f'<span class="number">{citation.number}</span>'
    title = f'<h3 id="{card}-title" lang="{tag(language_of(citation.title))}">{escape(citation.title)}</h3>'
    read = link_html(citation, turn_number, words_html("cards.read"), "read")
    if page := citation.page:
        read = f"{link_html(citation, turn_number, words_html('leaf.show', page=page), 'show-leaf', page)} {read}"
    place = f'<span class="place">{citation.place.html}</span>' if citation.place else ""
    return (
        f'<article class="card" id="{card}" tabindex="-1" aria-labelledby="{card}-title">'
        f'<header>{number}<div class="where">{title}{_heading(citation)}</div></header>'
        f'<p class="facts"><span class="language" lang="{tag(citation.language)}">{name}</span>'
        f"{place}"
        f'<span class="fit">{words_html("cards.fit")} {_bar(citation.score)}</span></p>'
        f"{_context(citation)}"
        f'<blockquote class="passage" lang="{tag(citation.language)}">{_passage(citation)}</blockquote>'
        f"<footer><p>{read}</p>{_source(citation)}</footer></article>"
    )


def _heading(citation: CitationView) -> str:
    shown = citation.headings
    return f'<p class="heading" lang="{tag(language_of(shown))}">{escape(shown)}</p>' if shown else ""


def _context(citation: CitationView) -> str:
    context = citation.context
    if not context or context in f"{citation.before}{citation.quote}{citation.after}":
        return ""
    return f'<p class="context" lang="{tag(language_of(context))}">{escape(context)}</p>'


def _passage(citation: CitationView) -> str:
    blocks = citation.passage
    return prose_html(blocks, marked=True) if is_prose(blocks) else shown_html(blocks, marked=True)


def _source(citation: CitationView) -> str:
    """Where the passage is from: the source that its text names, or else the first that it rests on; then its file."""
    named = "" if citation.source == citation.document_id else citation.source
    references = citation.references
    if not named and references:
        named, references = references[0].line, references[1:]
    label = f'<span class="label">{words_html("answer.source")}</span>'
    file = f'<p class="file">{escape(citation.document_id)}</p>'
    if not named:
        return f'<p class="source">{label} {escape(citation.document_id)}</p>'
    return f'<p class="source">{label} {linked(named)}</p>{_references(references)}{file}'


def _references(references: Sequence[ReferenceView]) -> str:
    if not references:
        return ""
    items = "".join(f"<li>{linked(each.line)}</li>" for each in references)
    summary = f"{words_html('cards.references')} <span>({len(references)})</span>"
    return f'<details class="references"><summary>{summary}</summary><ul>{items}</ul></details>'
