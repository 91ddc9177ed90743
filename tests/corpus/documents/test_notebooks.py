"""Notebooks: what is written, what is programmed, and what that printed."""

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("lxml")

from corpus import CorpusError
from corpus.files.web import WEB_READERS, read_notebook

PATH = Path("kiln.ipynb")


def notebook(*cells: dict[str, Any], **metadata: Any) -> bytes:
    return json.dumps({"nbformat": 4, "metadata": metadata, "cells": cells}, ensure_ascii=False).encode()


def words(*lines: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "source": [f"{line}\n" for line in lines]}


def code(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": list(outputs), "execution_count": 3}


def printed(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def given(**data: Any) -> dict[str, Any]:
    return {"output_type": "execute_result", "data": {key.replace("_", "/"): value for key, value in data.items()}}


def test_cells_are_read_in_order_with_their_places() -> None:
    raw = notebook(
        words("# 烧窑记录", "", "The *kiln* holds 40 pots."),
        code("pots = 40\nprint(pots)", printed("40\n")),
        words("窑温一千三百度。"),
    )
    content = read_notebook(raw, PATH)
    assert content.text == (
        "# 烧窑记录\n\nThe *kiln* holds 40 pots.\n\n```python\npots = 40\nprint(pots)\n```\n\n```text\n40\n```\n\n"
        "窑温一千三百度。\n"
    )
    assert content.title == "烧窑记录"
    assert [(place.label, content.text[place.start : place.end].split("\n")[0]) for place in content.places] == [
        ("1", "# 烧窑记录"), ("2", "```python"), ("3", "窑温一千三百度。"),
    ]  # fmt: skip


def test_outputs_are_short_and_pictures_warnings_and_colours_left_out() -> None:
    long = "\n".join(f"row {number}" for number in range(500))
    raw = notebook(
        code("a", printed(long)),
        code("b", printed("be careful", "stderr"), given(image_png="AAAA", text_plain="<Figure>")),
        code("c", printed("\x1b[31mred\x1b[0m"), printed("1%\r50%\r100%\n")),
        code("d", {"output_type": "error", "ename": "KilnError", "evalue": "too hot", "traceback": ["..."]}),
    )
    text = read_notebook(raw, PATH).text
    assert "row 19\n…\n```" in text
    assert "row 20" not in text
    assert "careful" not in text
    assert "Figure" not in text
    assert "```text\nred\n```" in text
    assert "```text\n100%\n```" in text
    assert "KilnError: too hot" in text


def test_a_table_that_was_shown_is_a_table() -> None:
    rows = "<thead><tr><th></th><th>clay</th></tr></thead><tbody><tr><th>0</th><td>red</td></tr></tbody>"
    page = f"<div><table>{rows}</table></div>"
    text = read_notebook(notebook(code("df", given(text_html=page, text_plain="   clay"))), PATH).text
    assert "|  | clay |\n| --- | --- |\n| 0 | red |" in text
    assert "   clay" not in text


def test_a_block_that_is_not_closed_ends_with_its_cell() -> None:
    text = read_notebook(notebook(words("```", "open"), words("# After")), PATH).text
    assert text == "```\nopen\n```\n\n# After\n"
    fence = read_notebook(notebook(code("a = '```'")), PATH).text
    assert fence == "````python\na = '```'\n````\n"


def test_a_notebook_says_what_it_is() -> None:
    raw = notebook(
        words("text"), title="Firing", authors=[{"name": "Ada Brandt"}, {"name": "林青"}], kernelspec={"language": "R"}
    )
    content = read_notebook(raw, PATH)
    assert (content.title, content.author) == ("Firing", "Ada Brandt, 林青")
    front = {"cell_type": "raw", "source": "---\ntitle: Firing log\nauthor: Ada Brandt\ndate: 2024-03-01\n---"}
    content = read_notebook(notebook(front, words("text")), PATH)
    assert (content.title, content.author, content.date, content.text) == (
        "Firing log",
        "Ada Brandt",
        "2024-03-01",
        "text\n",
    )
    assert [place.label for place in content.places] == ["2"]


def test_a_notebook_of_the_third_format() -> None:
    cells = [
        {"cell_type": "heading", "level": 2, "source": ["Clay"]},
        {"cell_type": "code", "input": ["1 + 1"], "outputs": [{"output_type": "pyout", "text": ["2"]}]},
    ]
    raw = json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}], "metadata": {}}).encode()
    assert read_notebook(raw, PATH).text == "## Clay\n\n```python\n1 + 1\n```\n\n```text\n2\n```\n"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"{", "kiln.ipynb is no notebook: it is not JSON, line 1"),
        (b"[]", "kiln.ipynb is no notebook: it is JSON of another kind"),
        (b"{}", "kiln.ipynb is no notebook: it has no list of cells"),
        (b"[" * 100_000, "kiln.ipynb is no notebook: its JSON is too large"),
        (b"%PDF-1.4", "kiln.ipynb is a PDF, and no notebook"),
    ],
)
def test_what_is_no_notebook_is_said(raw: bytes, message: str) -> None:
    with pytest.raises(CorpusError, match=re.escape(message)):
        read_notebook(raw, PATH)


def test_a_notebook_without_words_is_a_problem() -> None:
    assert read_notebook(notebook(), PATH).problems == ((0, "its cells are empty"),)


def test_a_damaged_notebook_is_read_or_refused() -> None:
    raw = notebook(words("# A", "b"), code("c", printed("d"), given(text_html="<table><tr><td>1</table>")), title="x")
    odd: list[Any] = [None, 3, [], {}, "x", [None], {"a": 1}]
    dice = random.Random(8)
    for _ in range(200):
        damaged = bytearray(raw[: dice.randint(1, len(raw))] if dice.random() < 0.3 else raw)
        for _ in range(dice.randint(1, 4)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        mixed = json.loads(raw)
        cell = dice.choice(mixed["cells"])
        cell[dice.choice(list(cell))] = dice.choice(odd)
        mixed[dice.choice(["metadata", "cells", "nbformat"])] = dice.choice([*odd, mixed["cells"]])
        for each in (bytes(damaged), json.dumps(mixed).encode()):
            try:
                WEB_READERS[".ipynb"](each, PATH).text.encode()
            except CorpusError as error:
                assert str(error).startswith("kiln.ipynb")


def test_what_stands_for_a_picture_in_an_old_notebook_is_left_out() -> None:
    drawn = {"output_type": "display_data", "png": "iVBORw0KGgo=", "text": ["<Figure size 640x480>"]}
    cell = {"cell_type": "code", "input": "plot(kiln)", "outputs": [drawn]}
    raw = json.dumps({"nbformat": 3, "worksheets": [{"cells": [cell]}]}).encode()
    assert read_notebook(raw, PATH).text == "```python\nplot(kiln)\n```\n"
