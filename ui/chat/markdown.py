"""Answers and conversations as Markdown, to be copied or saved: every quote with its citation."""

import re
from collections.abc import Sequence
from datetime import datetime

from ui.chat.turns import KeptAnswer, KeptCitation, Turn
from ui.html.breadcrumbs import place
from ui.html.language_tags import name_of

_SIGNS = re.compile(r"[\\`*_\[\]<>#|~&$]")
_AT_LINE_START = re.compile(r"^([ \t]*)(?:([-+=:])|(\d{1,9})([.)]))", re.MULTILINE)
_WORDS = {
    "en": ("Sources", "Related, but no answer", "Confidence {:.0%}", "Understood as: {}", "characters {}–{}"),
    "zh": ("出处", "相关段落，但不是回答", "把握 {:.0%}", "理解为：{}", "第 {}–{} 个字符"),
}


def conversation_markdown(turns: Sequence[Turn], when: datetime) -> str:
    """The whole conversation ``turns``, as a Markdown file."""
    title = "# Foundation model Q&A · 基础模型问答"
    return "\n\n".join([title, f"{when:%Y-%m-%d %H:%M}", *(turn_markdown(turn) for turn in turns)]) + "\n"


def turn_markdown(turn: Turn) -> str:
    """A question and its answer; what the texts say stands there as it is, whatever it would mean in Markdown."""
    parts = [f"## {_escaped(' '.join(turn.question.split()))}"]
    if turn.problem:
        parts.append(_escaped(turn.problem))
    if turn.answer is not None:
        parts += _answer_parts(turn.answer)
    return "\n\n".join(parts)


def _answer_parts(answer: KeptAnswer) -> list[str]:
    sources, related, confidence, understood, _ = _WORDS["zh" if answer.language == "zh" else "en"]
    parts = []
    if answer.understood:
        parts.append(f"*{understood.format(_escaped(answer.understood))}*")
    if answer.answered:
        parts += [f"{_quoted(f'“{each.quote}”')} [{each.number}]" for each in answer.citations]
        parts.append(confidence.format(answer.confidence))
    else:
        parts.append(_escaped(answer.text))
    for name, citations in ((sources, answer.citations), (related, answer.related)):
        if citations:
            rows = [_source(each, answer, with_quote=citations is answer.related) for each in citations]
            parts.append(f"**{name}**\n\n" + "\n".join(rows))
    return parts


def _source(citation: KeptCitation, answer: KeptAnswer, *, with_quote: bool) -> str:
    """A line of the list of sources: where it stands, and what that place rests on."""
    where = place(citation.title, citation.heading)
    language = name_of(citation.language)
    characters = _WORDS["zh" if answer.language == "zh" else "en"][4].format(
        citation.start, citation.start + len(citation.quote)
    )
    rows = [f"{citation.number}. {_line(where)} ({language}; {_line(citation.document_id)}, {characters})"]
    if citation.source != citation.document_id:
        rows.append(f"   - {_line(citation.source)}")
    rows += [f"   - {_line(f'{each.text} {each.address}'.rstrip())}" for each in citation.references]
    if with_quote:
        rows.append(f"   - “{_line(citation.quote)}”")
    return "\n".join(rows)


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in _escaped(text.strip()).split("\n"))


def _line(text: str) -> str:
    return _escaped(" ".join(text.split()))


def _escaped(text: str) -> str:
    """``text`` with every sign that Markdown or HTML would read something into taken literally."""
    plain = _SIGNS.sub(lambda sign: "\\" + sign.group(), text)
    return _AT_LINE_START.sub(lambda m: m[1] + (f"\\{m[2]}" if m[2] else f"{m[3]}\\{m[4]}"), plain)
