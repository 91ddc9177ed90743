"""The page's own words in both languages; the visitor sees one of them at a time."""

from html import escape


def both(english: str, chinese: str) -> str:
    """Words as HTML in both languages: the page's style shows the half that the visitor reads."""
    return (
        f'<span class="words" lang="en">{escape(english)}</span>'
        f'<span class="words" lang="zh-Hans">{escape(chinese)}</span>'
    )


def unseen(english: str, chinese: str) -> str:
    """Words as HTML that screen readers alone get, in both languages as :func:`both`."""
    return f'<span class="unseen">{both(english, chinese)}</span>'


def label(english: str, chinese: str) -> str:
    """Words where only plain text can stand (labels, titles): the page's script picks a half."""
    return f"{english} / {chinese}"
