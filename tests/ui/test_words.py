"""The page's own words: the files of all languages hold the same keys, and the same places for values."""

import string
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus import LANGUAGES
from ui.html.words import each_html, label, unseen_html, word, words_html

FOLDER = Path(__file__).parents[2] / "ui" / "html"


def lines(language: str) -> dict[str, str]:
    tables = tomllib.loads((FOLDER / f"words.{language}.toml").read_text(encoding="utf-8"))
    return {key: text for table, rows in tables.items() for key, text in _flat(rows, table)}


def _flat(rows: dict[str, Any], before: str) -> Iterator[tuple[str, str]]:
    for key, value in rows.items():
        if isinstance(value, dict):
            assert set(value) == {"one", "other"}, f"{before}.{key}"
            # A language without plurals may say both forms alike, but has to say both.
        yield from [(f"{before}.{key}", value)] if isinstance(value, str) else _flat(value, f"{before}.{key}")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_language_says_the_same(language: str) -> None:
    first, other = lines(LANGUAGES[0]), lines(language)
    assert list(first) == list(other)
    assert [key for key in first if places(first[key]) != places(other[key])] == []
    assert [key for key, text in other.items() if not text.strip()] == []


def test_words_are_shown_in_every_language_and_escaped() -> None:
    shown = each_html({"en": "a < b", "zh": "甲 < 乙"})
    assert shown.count('class="words"') == len(LANGUAGES)
    assert "a &lt; b" in shown
    key = next(iter(lines("en")))
    assert word(key, "en") in words_html(key)
    assert unseen_html(key).startswith('<span class="unseen">')
    assert label(key) == f"{word(key, 'en')} / {word(key, 'zh')}"
    with pytest.raises(KeyError):
        word("languages.klingon", "en")
