"""A model of several vectors a text, named in a settings file: the commands work with it as with any other."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from stock_models import multi_vector_model, saved

from ui import cli

pytestmark = pytest.mark.model


@pytest.fixture
def house(tmp_path: Path, texts: Path) -> Path:
    """The settings file beside the texts and the model, which it names by its folder."""
    saved(multi_vector_model(whole=True), tmp_path / "model")
    path = tmp_path / "house.yaml"
    path.write_text("corpus: texts\nindex: index\nencoder: model\nreader: none\n", encoding="utf-8")
    return path


@pytest.fixture
def run(house: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Runs a command with those settings: its status, what it printed, and its message on one line."""

    def command(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["foundation-qa", *arguments, "--settings", str(house)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        captured = capsys.readouterr()
        return int(left.value.code or 0), captured.out, " ".join(captured.err.split())

    return command


def test_the_commands_work_with_it(run: Any, house: Path, texts: Path, edit: Any) -> None:
    status, _, error = run("index", "update")
    assert status == 0, error
    assert "truncated" not in error  # whoever asks cannot help it that such a model reads but so many tokens
    edit(texts / "en/clip.md", "400 million", "500 million")
    assert run("index", "update")[0] == 0
    status, told, error = run("index", "status", "--json")
    assert (status, json.loads(told)["embedded"]) == (0, 0), error
    for question, words in [
        ("How many parameters has GPT-3?", "175 billion parameters"),
        ("How many pairs of images does CLIP learn from?", "500 million pairs"),
        ("同质化是指什么？", "同质化是指许多应用"),
    ]:
        status, told, error = run("search", question, "--json")
        assert status == 0, error
        assert words in json.loads(told)["hits"][0]["text"]
        status, told, error = run("ask", question, "--json")
        assert status == 0, error
        assert words in json.loads(told)["text"]

    edit(house.parent / "model/config_sentence_transformers.json", '"[Q] "', '"[W] "')
    status, told, error = run("ask", "Who?")
    assert (status, told) == (1, "")
    assert "was built with the model" in error
    assert "index rebuild" in error

    (house.parent / "model/2_Dense/model.safetensors").unlink()
    status, told, error = run("index", "rebuild")
    assert (status, told) == (1, "")
    assert "cannot be loaded: it is half a multi-vector model: 2_Dense/model.safetensors is missing" in error
    assert error.count("Error") == 1
