"""Text without what is not words."""

import pytest

from corpus.wording.plain_text import without_surrogates


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("", ""),
        ("GPT-3 有多少参数？😀", "GPT-3 有多少参数？😀"),
        ("a \ud800 half", "a \ufffd half"),
        ("\udcff\udfff", "\ufffd\ufffd"),  # one each
        ("\ud7ff\ue000", "\ud7ff\ue000"),  # their neighbours
    ],
)
def test_halves_of_characters_are_marked(text: str, mended: str) -> None:
    assert without_surrogates(text) == mended
    assert without_surrogates(text).encode("utf-8").decode("utf-8") == mended
