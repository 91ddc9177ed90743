"""The page's own words, by key: one file a language beside this one, ``words.en.toml`` and ``words.zh.toml``.

A key names a table and a line of it ("chat.ask"). A line may hold places for values ("{count} texts"), and may be a
table of two forms, ``one`` and ``other``, between which the value ``count`` chooses. ``tests/ui/test_words.py`` holds
the files against one another, and against the keys that the program asks for.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from corpus import LANGUAGES
from ui.html.language_tags import tag


def word(key: str, language: str, **values: object) -> str:
    """The words called ``key`` in ``language``, plain text, with ``values`` put in; KeyError where there are none."""
    table, _, line = key.partition(".")
    found = _words(language)[table][line]
    if isinstance(found, dict):
        found = found["one" if values["count"] in (1, "1") else "other"]
    return str(found.format(**values) if values else found)


def words_html(key: str, **values: object) -> str:
    """The words called ``key`` as HTML in every language: the page's style shows the one that the visitor reads."""
    return each_html({language: word(key, language, **values) for language in LANGUAGES})


def unseen_html(key: str, **values: object) -> str:
    """Words as HTML that screen readers alone get, in every language as :func:`words_html`."""
    return f'<span class="unseen">{words_html(key, **values)}</span>'


def label(key: str, **values: object) -> str:
    """Words where only plain text can stand (labels, titles), in every language: the page's script picks one."""
    return " / ".join(word(key, language, **values) for language in LANGUAGES)


def each_html(texts: Mapping[str, str]) -> str:
    """What is said in every language, ``texts`` by language, as HTML of which the page shows one."""
    return "".join(
        f'<span class="words" lang="{tag(language)}">{escape(texts[language])}</span>' for language in LANGUAGES
    )


def words_script() -> str:
    """All words as an element for the head of the page: JSON, for ``static/page.js``.

    ``languages`` has for each language its code and its tag, ``lines`` for each key what it says in each of them.
    """
    spoken = [dict(_lines(language)) for language in LANGUAGES]
    table = {
        "languages": [{"code": language, "tag": tag(language)} for language in LANGUAGES],
        "lines": {key: [lines[key] for lines in spoken] for key in spoken[0]},
    }
    inert = json.dumps(table, ensure_ascii=False).replace("<", "\\u003c")  # no word ends the element
    return f'<script type="application/json" id="page-words">{inert}</script>'


def _lines(language: str) -> Iterator[tuple[str, str]]:
    """Keys and words; of a line with two forms each of them."""
    for table, lines in _words(language).items():
        for line, found in lines.items():
            forms = found if isinstance(found, dict) else {"": found}
            yield from ((f"{table}.{line}.{form}".removesuffix("."), text) for form, text in forms.items())


@cache
def _words(language: str) -> dict[str, dict[str, Any]]:
    text = files("ui.html").joinpath(f"words.{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
