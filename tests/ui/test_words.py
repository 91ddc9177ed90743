"""The page's own words: the files of all languages hold the same keys, those that the program asks for."""

import ast
import json
import re
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus import LANGUAGES
from ui.html.words import each_html, label, unseen_html, word, words_html, words_script

UI = Path(__file__).parents[2] / "ui"
FOLDER = UI / "html"


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


def asked_for() -> tuple[set[str], set[str]]:
    """The keys that modules and scripts name, and the beginnings of those that they put together."""
    keys: set[str] = set()
    beginnings: set[str] = set()
    for path in UI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                keys.add(node.value)
            elif isinstance(node, ast.JoinedStr) and isinstance(first := node.values[0], ast.Constant):
                beginnings.add(str(first.value))
    for path in UI.rglob("*.js"):
        keys |= set(re.findall(r'(?:words|unseen|tell|label)\("([^"]+)"', path.read_text(encoding="utf-8")))
    return keys, beginnings


def test_the_program_asks_for_every_key_and_for_no_other() -> None:
    known = {key.removesuffix(".one").removesuffix(".other") for key in lines(LANGUAGES[0])}
    tables = {key.partition(".")[0] for key in known}
    keys, beginnings = asked_for()
    composed = tuple(each for each in beginnings if each.partition(".")[0] in tables and "." in each)
    assert sorted(key for key in known - keys if not key.startswith(composed)) == []
    # What looks like a key: a name of a table, and one word.
    wanted = {key for key in keys if re.fullmatch(rf"(?:{'|'.join(tables)})\.[a-z_]+", key)}
    assert sorted(wanted - known - beginnings) == []


def test_one_and_many_are_told_apart() -> None:
    said = [(word("time.day", "en", count=count), word("time.day", "zh", count=count)) for count in (1, 2)]
    assert said == [("1 day ago", "1 天前"), ("2 days ago", "2 天前")]


def test_the_scripts_get_all_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def table() -> dict[str, Any]:
        head, _, rest = words_script().partition(">")
        inside, end, nothing = rest.partition("</script>")
        assert (head, end, nothing) == ('<script type="application/json" id="page-words"', "</script>", "")
        return dict(json.loads(inside))

    assert table()["languages"] == [{"code": "en", "tag": "en"}, {"code": "zh", "tag": "zh-Hans"}]
    both = zip(lines("en").items(), lines("zh").values(), strict=True)
    assert table()["lines"] == {key: [english, chinese] for (key, english), chinese in both}
    hostile = "</script><script>alert(1)</script><!--"
    monkeypatch.setattr("ui.html.words._words", lambda language: {"page": {"title": hostile}})
    assert table()["lines"] == {"page.title": [hostile, hostile]}
