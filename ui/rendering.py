"""An answer becomes HTML: the turns of a chat, and the cards of the passages they cite.

Pure functions from records to strings. Questions, texts, titles and sources come from people and files
nobody vouches for, so every one of them passes through :func:`_text` or :func:`_linked` on its way in.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

from corpus import Reference, Term, language_of, references_of
from qa.answer import Answer, Citation
from qa.terms import terms_in
from ui.words import both

_LANGUAGE_TAGS = {"en": "en", "zh": "zh-Hans"}
_LANGUAGE_NAMES = {"en": "English", "zh": "中文"}
_ADDRESS = re.compile(r"https?://[^\s<>\"'`“”‘’（）【】「」『』《》，。；：、！？]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a chat. With neither answer nor problem it is still being worked on."""

    question: str
    answer: Answer | None = None
    problem: str = ""  # why there is no answer, in words for the visitor


def question_html(question: str) -> str:
    """What the visitor asked, as it was typed."""
    return f'<div class="question" lang="{_tag(language_of(question))}">{_text(question)}</div>'


def reply_html(turn: Turn, number: int) -> str:
    """What stands below the question of the ``number``-th turn: the answer, the problem, or a sign of work."""
    if turn.problem:
        return f'<div class="problem" role="alert">{_text(turn.problem)}</div>'
    if turn.answer is None:
        dots = '<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>'
        return f'<div class="working" role="status">{dots}{both("Reading the texts", "正在查找原文")}</div>'
    return answer_html(turn.answer, number)


def answer_html(answer: Answer, number: int) -> str:
    """The answer's text; each [n] of a citation leads to its card, and the quotes carry their language."""
    kind = "answer" if answer.answered else "answer unanswered"
    body = "".join(_answer_part(part, answer, number) for part in _answer_parts(answer))
    meant = ""
    if answer.understood:
        label = "理解为：" if answer.language == "zh" else "Understood as:"
        meant = f'<p class="understood">{_text(label)} {_text(answer.understood)}</p>'
    return (
        f'<div class="{kind}" id="answer-{number}" tabindex="-1" lang="{_tag(answer.language)}">{meant}{body}'
        f"{_sureness(answer)}</div>"
    )


def _sureness(answer: Answer) -> str:
    """How often answers like this one are right, in words and as a bar."""
    if not answer.answered:
        return ""
    percent = round(100 * answer.confidence)
    words = f"把握 {percent}%" if answer.language == "zh" else f"Confidence {percent}%"
    return (
        f'<p class="sureness"><meter min="0" max="100" value="{percent}" aria-hidden="true"></meter> {_text(words)}</p>'
    )


def _answer_parts(answer: Answer) -> list[str]:
    # Quotes first: a "[1]" inside a quoted text is the author's, not a citation of this answer.
    quotes = sorted({citation.quote for citation in answer.citations if citation.quote}, key=len, reverse=True)
    parts = "|".join([*(re.escape(quote) for quote in quotes), r"\[\d+\]"])
    return re.split(f"({parts})", answer.text)


def _answer_part(part: str, answer: Answer, number: int) -> str:
    for citation in answer.citations:
        if part == citation.quote:
            return f'<span class="quote" lang="{_tag(citation.passage.language)}">{_text(part)}</span>'
        if part == f"[{citation.number}]":
            target = f"source-{number}-{citation.number}"
            label = _text(f"Source {citation.number} / 出处 {citation.number}")
            return f'<a class="cite" href="#{target}" data-jump="{target}" aria-label="{label}">{_text(part)}</a>'
    return _text(part)


def sources_html(turns: Sequence[Turn], glossary: Sequence[Term] = ()) -> str:
    """The cards of every turn's citations, and the terms they use; only the last turn's are shown, the others wait
    for a click on [n]. Before the first question, the whole ``glossary``."""
    answers = [(number, turn.answer) for number, turn in enumerate(turns, 1) if turn.answer is not None]
    sections = [_section(answer, number, glossary, shown=number == answers[-1][0]) for number, answer in answers]
    if not sections:
        sections = [
            f'<p class="empty">'
            f"{both('The passages behind an answer appear here.', '回答所依据的原文段落会显示在这里。')}</p>",
            _glossary(glossary, both("Glossary", "术语表")),
        ]
    return f'<div class="sources" role="region" tabindex="0" aria-label="Sources / 出处">{"".join(sections)}</div>'


def _section(answer: Answer, number: int, glossary: Sequence[Term], shown: bool) -> str:
    shown_passages = (*answer.citations, *answer.related)
    cards = "".join(card_html(citation, number) for citation in shown_passages)
    if answer.related:
        cards = f'<p class="related">{both("Related, but no answer:", "相关段落，但不是回答：")}</p>{cards}'
    none = f'<p class="empty">{both("No passage is cited.", "没有引用原文。")}</p>'
    question = f'<p class="asked" lang="{_tag(answer.language)}">{_text(answer.question)}</p>'
    said = " ".join([answer.understood or answer.question, *(citation.quote for citation in shown_passages)])
    used = [term for term, _ in terms_in(said, glossary)]
    terms = _glossary(used, both("Terms used here", "这里用到的术语")) if shown_passages else ""
    return f'<section id="sources-{number}"{"" if shown else " hidden"}>{question}{cards or none}{terms}</section>'


def _glossary(terms: Sequence[Term], summary: str) -> str:
    """Terms with their names and definitions in both languages, to be unfolded."""
    if not terms:
        return ""
    rows = "".join(
        f'<dt><span lang="en">{_text(term.en)}</span> · <span lang="zh-Hans">{_text(term.zh)}</span>'
        f"{f' · {_text(term.abbreviation)}' if term.abbreviation else ''}</dt>"
        f'<dd><span lang="en">{_text(term.definition_en)}</span> '
        f'<span lang="zh-Hans">{_text(term.definition_zh)}</span></dd>'
        for term in terms
    )
    return (
        f'<details class="glossary"><summary>{summary} <span>({len(terms)})</span></summary><dl>{rows}</dl></details>'
    )


def card_html(citation: Citation, turn_number: int) -> str:
    """One cited passage: where it is from, its text with the quote marked, and what that text rests on."""
    passage, document = citation.passage, citation.document
    back = f"answer-{turn_number}"
    card = f"source-{turn_number}-{citation.number}"
    name = _text(_LANGUAGE_NAMES.get(passage.language, passage.language))
    title = f'<h3 id="{card}-title" lang="{_tag(language_of(passage.title))}">{_text(passage.title)}</h3>'
    return (
        f'<article class="card" id="{card}" tabindex="-1" aria-labelledby="{card}-title">'
        f'<header><a class="number" href="#{back}" data-jump="{back}" '
        f'aria-label="{citation.number}: back to the answer / 回到回答">{citation.number}</a>'
        f'<div class="where">{title}{_heading(citation)}</div>'
        f'<span class="language" lang="{_tag(passage.language)}">{name}</span></header>'
        f"{_context(citation)}"
        f'<blockquote class="passage" lang="{_tag(passage.language)}">{_marked(citation)}</blockquote>'
        f'<footer><p class="source"><span class="label">{both("Source", "出处")}</span> {_linked(document.source)}</p>'
        f"{_references(references_of(document, passage))}</footer></article>"
    )


def _heading(citation: Citation) -> str:
    passage = citation.passage
    # The heading of the whole text mostly repeats its title.
    parts = passage.heading.removeprefix(passage.title).removeprefix(" > ") if passage.heading else ""
    if not parts:
        return ""
    return f'<p class="heading" lang="{_tag(language_of(parts))}">{_text(parts.replace(" > ", " › "))}</p>'


def _context(citation: Citation) -> str:
    context = citation.passage.context
    if not context or context in citation.passage.text:
        return ""
    return f'<p class="context" lang="{_tag(language_of(context))}">{_text(context)}</p>'


def _marked(citation: Citation) -> str:
    """The passage, cut from the document by its offsets, with the quote between ``<mark>`` and ``</mark>``."""
    text = citation.document.text
    start = min(citation.passage.start, citation.start)
    end = max(citation.passage.end, citation.end)
    before, quote, after = text[start : citation.start], text[citation.start : citation.end], text[citation.end : end]
    return f"{_text(before)}<mark>{_text(quote)}</mark>{_text(after)}"


def _references(references: Sequence[Reference]) -> str:
    if not references:
        return ""
    items = "".join(f"<li>{_linked(f'{each.text} {each.address}'.rstrip())}</li>" for each in references)
    summary = f"{both('References', '参考文献')} <span>({len(references)})</span>"
    return f'<details class="references"><summary>{summary}</summary><ul>{items}</ul></details>'


def _linked(text: str) -> str:
    """``text``, its http and https addresses as links; any other scheme stays plain text."""
    pieces, end = [], 0
    for match in _ADDRESS.finditer(text):
        address = _trimmed(match.group())
        if not _is_web(address):
            continue
        pieces.append(_text(text[end : match.start()]))
        end = match.start() + len(address)
        target = escape(address, quote=True)
        pieces.append(f'<a href="{target}" target="_blank" rel="noopener noreferrer nofollow">{_text(address)}</a>')
    return "".join(pieces) + _text(text[end:])


def _trimmed(address: str) -> str:
    """``address`` without the punctuation of the sentence around it; a closing bracket stays if it was opened."""
    while address.endswith((".", ",", ";", ":", "!", "?", "*", ")", "]", "}")):
        if address[-1] == ")" and address.count("(") >= address.count(")"):
            break
        address = address[:-1]
    return address


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:  # such as http://[
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)


def _tag(language: str) -> str:
    return escape(_LANGUAGE_TAGS.get(language, language), quote=True)


def _text(text: str) -> str:
    return escape(text, quote=True)
