"""The switch for written answers, beside the question; ``static/writing.js`` turns it."""

from html import escape

from qa.writing import ChatModel
from ui.html.words import label, unseen_html, words_html


def switch_html(model: ChatModel | None) -> str:
    """The switch, off at first; nothing where no ``model`` writes."""
    if model is None:
        return ""
    return (
        f'<button type="button" class="write icon" aria-pressed="false" title="{escape(label("writer.switch"))}" '
        f'data-place="{escape(model.place)}">{unseen_html("writer.switch")}</button>'
    )


def switch_note_html(model: ChatModel | None) -> str:
    """Where the quotes are sent to, or would be; nothing where they stay on this machine."""
    if model is None or not model.place:
        return ""
    return (
        f'<div class="sends" role="status"><p class="off">{words_html("writer.would_send", place=model.place)}</p>'
        f'<p class="on" hidden>{words_html("writer.sends", place=model.place)}</p></div>'
    )
