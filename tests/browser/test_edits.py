"""Texts that are edited while their page is served and watched, in a real browser."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from visits import ask

pytestmark = pytest.mark.slow

Edit = Callable[[Path, str, str], None]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def served(texts: Path, tmp_path: Path, real_encoder: Any) -> Iterator[str]:
    """The address of a page that is served while its texts are watched, as a user starts it."""
    options = ["--watch", "--port", "0", "--corpus", str(texts), "--index", str(tmp_path / "index")]
    command = [sys.executable, "-m", "ui", "serve", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
        process.terminate()


def test_what_is_saved_is_quoted_on_the_page_soon(
    served: str, texts: Path, browser: Any, edit: Edit, tmp_path: Path
) -> None:
    page = browser.new_page(locale="en-US")
    try:
        page.goto(served)

        def asked(question: str) -> str:
            return str(ask(page, question).locator(".answer").inner_text())

        for question, old, new in (
            ("How many parameters does GPT-3 have?", "175 billion", "175,000 million 🎉"),
            ("How many parameters does GPT-3 have?", "175,000 million 🎉", "十七个"),
        ):
            assert old in asked(question)
            edit(texts / "en" / "models.md", old, new)
            saved = time.monotonic()
            while new not in asked(question):
                assert time.monotonic() - saved < 30

        (texts / "en" / "broken <b>.md").write_bytes(b"\0")
        page.locator("#notice .words[lang=en]").get_by_text("broken <b>.md is not a text").wait_for()
        assert "十七个" in asked("How many parameters does GPT-3 have?")
        (texts / "en" / "broken <b>.md").unlink()
        page.locator("#notice .words[lang=en]").get_by_text("is not a text").wait_for(state="detached")
    finally:
        page.close()
