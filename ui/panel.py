"""A source text, opened beside a list or a map."""

from html import escape

from corpus import Document, Span, language_of
from ui.words import both, label

_TAGS = {"en": "en", "zh": "zh-Hans"}
_BEFORE, _BEHIND = 20_000, 40_000  # characters shown of a long text


def panel_html(document: Document, near: Span = (0, 0), at: int | None = None) -> str:
    """``document`` with a button that closes it; ``near`` is a span pointed out, ``at`` the place to show of a long
    text (by default the start of ``near``)."""
    title = f'<h2 tabindex="-1" lang="{_TAGS[language_of(document.title)]}">{escape(document.title)}</h2>'
    close = (
        f'<button type="button" class="close" data-act="close" aria-label="{label("Close", "关闭")}">'
        f'<span aria-hidden="true">×</span></button>'
    )
    source = "" if document.source == document.id else f'<p class="source">{escape(document.source)}</p>'
    text = _text_html(document, near, near[0] if at is None else at)
    return (
        f'<article class="panel" data-id="{escape(document.id)}"><header><div>{title}{source}</div>{close}</header>'
        f'<div class="panel-text" tabindex="0" role="region" aria-label="{label("Text", "原文")}">{text}</div>'
        f"</article>"
    )


def missing_html(document_id: str) -> str:
    """What is shown in place of a text that the index does not hold."""
    close = f'<button type="button" data-act="close">{both("Close", "关闭")}</button>'
    words = both("This text is not in the index, or has changed. Update the index, then open it again.",
                 "索引中没有这篇文本，或它已有改动。请更新索引后再打开。")  # fmt: skip
    return f'<article class="panel"><p class="problem" role="alert">{words} {escape(document_id)}</p>{close}</article>'


def _text_html(document: Document, near: Span, at: int) -> str:
    text = document.text
    begin, end = max(0, at - _BEFORE), min(len(text), at + _BEHIND)
    first, last = max(begin, near[0]), min(end, near[1])
    body = escape(text[begin:end])
    if first < last:
        body = f"{escape(text[begin:first])}<mark>{escape(text[first:last])}</mark>{escape(text[last:end])}"
    return f'<div class="text plain" lang="{_TAGS[language_of(text[begin : begin + 4000])]}">{body}</div>'
