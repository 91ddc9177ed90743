"""Small pieces that the tabs tell things with, as HTML."""

from datetime import UTC, datetime
from html import escape

from ui.html.bilingual import both
from ui.html.language_tags import name_of, tag

_FAULT = ("The program failed; its log says why.", "程序出错，原因见日志。")
_STEPS = (  # seconds, English, Chinese
    (365 * 86400, "year", "年"),
    (30 * 86400, "month", "个月"),
    (86400, "day", "天"),
    (3600, "hour", "小时"),
    (60, "minute", "分钟"),
)


def problem_html(message: str, note: str = "") -> str:
    """A message of this program to the visitor, and a ``note`` that is HTML."""
    return f'<p class="problem" role="alert">{escape(message)} {note}</p>'


def fault_html() -> str:
    """What is shown where this program has a fault; the log gets the traceback."""
    return f'<p class="problem" role="alert">{both(*_FAULT)}</p>'


def ago_html(moment: datetime, now: datetime | None = None) -> str:
    """How long ago ``moment`` is, in both languages; the moment itself shows when pointed at."""
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    words = both("just now", "刚刚")
    for step, english, chinese in _STEPS:
        if seconds >= step:
            count = int(seconds // step)
            words = both(f"{count} {english}{'s' if count > 1 else ''} ago", f"{count} {chinese}前")
            break
    exact = moment.astimezone(UTC)
    return f'<time datetime="{exact.isoformat(timespec="seconds")}" title="{exact:%Y-%m-%d %H:%M} UTC">{words}</time>'


def language_html(language: str) -> str:
    """The name of a language, in that language."""
    return f'<span class="spoken" lang="{tag(language)}">{name_of(language)}</span>'
