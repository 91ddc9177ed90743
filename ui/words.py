"""The page's own words, in both languages; the page shows one of them at a time."""

from html import escape


def both(english: str, chinese: str) -> str:
    """Words as HTML, in both languages: style and script of the page show the half that the visitor reads."""
    return f'<span lang="en">{escape(english)}</span> <span lang="zh-Hans">{escape(chinese)}</span>'


def label(english: str, chinese: str) -> str:
    """Words where only plain text can stand (labels, placeholders, titles); the page's script picks the half."""
    return f"{english} / {chinese}"
