"""Small pieces that the tabs tell things with, as HTML."""

from datetime import UTC, datetime
from html import escape

from corpus import FoundationQAError
from ui.html.language_tags import name_of, tag
from ui.html.visitor_message import visitor_messages
from ui.html.words import each_html, words_html

_STEPS = (  # seconds, the key of their words
    (365 * 86400, "time.year"),
    (30 * 86400, "time.month"),
    (86400, "time.day"),
    (3600, "time.hour"),
    (60, "time.minute"),
)


def problem_html(problem: FoundationQAError | str, note: str = "") -> str:
    """What is wrong, in every language, see :func:`ui.html.visitor_message.visitor_messages`; a ``note`` is HTML."""
    return f'<p class="problem" role="alert">{each_html(visitor_messages(problem))} {note}</p>'


def fault_html() -> str:
    """What is shown where this program has a fault; the log gets the traceback."""
    return f'<p class="problem" role="alert">{words_html("messages.fault")}</p>'


def ago_html(moment: datetime, now: datetime | None = None) -> str:
    """How long ago ``moment`` is, in every language; the moment itself shows when pointed at."""
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    words = words_html("time.now")
    for step, key in _STEPS:
        if seconds >= step:
            words = words_html(key, count=int(seconds // step))
            break
    exact = moment.astimezone(UTC)
    return f'<time datetime="{exact.isoformat(timespec="seconds")}" title="{exact:%Y-%m-%d %H:%M} UTC">{words}</time>'


def language_html(language: str) -> str:
    """The name of a language, in that language."""
    return f'<span class="spoken" lang="{tag(language)}">{escape(name_of(language))}</span>'
