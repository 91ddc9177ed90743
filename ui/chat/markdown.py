"""Answers and conversations as Markdown, to be copied or saved: every quote with its citation."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from corpus import LANGUAGES
from qa import AnswerKind
from ui.chat.turns import KeptAnswer, KeptSentence, KeptWriting, Turn, looked_for_in
from ui.chat.written_html import blocks_of
from ui.html.citation_view import CitationView
from ui.html.language_tags import name_of
from ui.html.markdown_signs import escaped as _escaped
from ui.html.markdown_signs import on_one_line as _line
from ui.html.markdown_signs import quoted as _quoted
from ui.html.words import word
from ui.html.written_words import notes, whose, why_struck


def conversation_markdown(turns: Sequence[Turn], when: datetime) -> str:
    """The whole conversation ``turns``, as a Markdown file."""
    title = " · ".join(word("markdown.title", language) for language in LANGUAGES)
    return "\n\n".join([f"# {title}", f"{when:%Y-%m-%d %H:%M}", *(turn_markdown(turn) for turn in turns)]) + "\n"


def turn_markdown(turn: Turn) -> str:
    """A question and its answer; what the texts say stands there as it is, whatever it would mean in Markdown."""
    parts = [f"## {_escaped(' '.join(turn.question.split()))}"]
    if turn.problem:
        parts.append(_escaped(turn.problem))
    if turn.answer is not None:
        parts += _answer_parts(turn.answer)
    return "\n\n".join(parts)


def _answer_parts(answer: KeptAnswer) -> list[str]:
    looked = looked_for_in(answer)
    parts = [f"*{_escaped(looked)}*"] if looked else []
    if answer.understood:
        parts.append(f"*{word('answer.understood', answer.speaks, question=_escaped(answer.understood))}*")
    if answer.written:
        parts += _written_parts(answer, answer.written)
    if answer.answered:
        parts += [f"{_quoted(each.said)} [{each.number}]" for each in answer.citations]
        parts.append(word("markdown.confidence", answer.speaks, share=answer.confidence))
    else:
        parts.append(_escaped(answer.text))
    apart = "cards.nearest" if answer.kind is AnswerKind.NEAREST else "cards.related"
    for key, citations in (("answer.sources", (*answer.citations, *answer.sources)), (apart, answer.related)):
        if citations:
            rows = [_source(each, answer.speaks, with_quote=each not in answer.citations) for each in citations]
            parts.append(f"**{word(key, answer.speaks)}**\n\n" + "\n".join(rows))
    return parts


def _written_parts(answer: KeptAnswer, written: KeptWriting) -> list[str]:
    """What a language model wrote, struck out what does not hold; then what introduces the quotes."""
    told = replace(written, model=_line(written.model), place=_line(written.place))
    parts = [f"**{whose(told, answer.speaks)}**"]
    for block in blocks_of(written.sentences):
        said = " ".join(_sentence(each, answer.speaks) for each in block)
        parts.append(f"- {said}" if block[0].begins_item else said)
    if noted := notes(told, answer.speaks):
        parts.append(noted)
    return [*parts, f"**{word('written.quotes', answer.speaks)}**"]


def _sentence(sentence: KeptSentence, speaks: str) -> str:
    said = _line(sentence.text)
    if sentence.verdict.holds:
        return f"{said} {sentence.marks}"
    why = why_struck(replace(sentence, detail=_line(sentence.detail)), speaks)
    return f"~~{said}~~ {sentence.marks} ({why})"


def _source(citation: CitationView, speaks: str, *, with_quote: bool) -> str:
    """A line of the list of sources, in the language ``speaks``: where it stands, and what that place rests on."""
    characters = word("markdown.characters", speaks, start=citation.start, end=citation.end)
    place = f", {_line(citation.place.named(speaks))}" if citation.place else ""
    where = f"{name_of(citation.language)}; {_line(citation.document_id)}{place}, {characters}"
    rows = [f"{citation.number}. {_line(citation.breadcrumb)} ({where})"]
    if citation.source != citation.document_id:
        rows.append(f"   - {_line(citation.source)}")
    rows += [f"   - {_line(each.line)}" for each in citation.references]
    if with_quote:
        rows.append(f"   - {_line(citation.said)}")
    return "\n".join(rows)
