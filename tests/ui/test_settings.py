"""The settings file: what it sets, and what its errors say."""

from pathlib import Path
from typing import Any

import pytest

from corpus import PASSAGE_WIDTH, SettingsError
from qa.writing.writer_settings import WriterSettings
from ui.workspace.settings import Settings, load_settings
from ui.workspace.workspace import Workplace

WRITER = "writer: {base_url: 'http://127.0.0.1:11434/v1', model: qwen"


def settings(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path)


def test_no_file_and_an_empty_file_mean_the_defaults(tmp_path: Path) -> None:
    assert load_settings(None) == settings(tmp_path, "") == settings(tmp_path, "# nothing\n") == Settings()
    assert Settings().passage_width == PASSAGE_WIDTH


def test_folders_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    read = settings(tmp_path, "corpus: [texts, /elsewhere]\nindex: idx\nencoder: model\npassage_width: 300\n")
    assert read.corpus == (str(tmp_path / "texts"), "/elsewhere")
    assert (read.index, read.encoder) == (str(tmp_path / "idx"), str(tmp_path / "model"))
    assert read.passage_width == 300
    assert settings(tmp_path, "corpus: 语料").corpus == (str(tmp_path / "语料"),)
    assert settings(tmp_path, "encoder: org/name").encoder == "org/name"


def test_what_the_texts_do_not_answer_is_kept_unless_that_is_switched_off(tmp_path: Path) -> None:
    assert settings(tmp_path, "index: idx").log_gaps
    assert not settings(tmp_path, "log_gaps: false").log_gaps


def test_originals_are_shared_where_that_is_said_alone(tmp_path: Path) -> None:
    assert not settings(tmp_path, "index: idx").share_originals
    assert settings(tmp_path, "share_originals: true").share_originals


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("passage_widht: 300", ["passage_widht", "Did you mean 'passage_width'"]),
        ("passage_width: wide", ["passage_width", "'wide'", "whole number"]),
        ("passage_width: true", ["passage_width", "True"]),
        ("passage_width: 5", ["5", "100 to 4000"]),
        ("largest_file_mb: -1", ["-1", "more than 0"]),
        ("largest_file_mb: .nan", ["nan"]),
        ("largest_document_mb: 2000", ["'largest_document_mb'", "2000", "at most 1000"]),
        ("largest_document_mb: much", ["'much'", "a number"]),
        ("largest_upload_mb: 0", ["'largest_upload_mb' is 0", "more than 0"]),
        ("most_upload_pages: 2.5", ["2.5", "whole number"]),
        ("most_upload_pages: 30000", ["at most 20000"]),
        ("all_uploads_mb: true", ["True", "a number"]),
        ("log_gaps: sometimes", ["log_gaps", "'sometimes'", "true or false"]),
        ("share_originals: 1", ["share_originals", "1", "true or false"]),
        ("corpus: []", ["corpus", "list of folders"]),
        ("corpus: [1]", ["corpus", "[1]"]),
        ("index: ''", ["index", "a folder"]),
        ("index: ' '", ["index", "a folder"]),
        ("corpus: ['']", ["corpus", "['']", "a folder, or a list of folders"]),
        ("corpus: ''", ["corpus", "['']"]),
        ("corpus: [texts, ' ']", ["corpus", "['texts', ' ']"]),
        ("- a\n- b", ["key: value"]),
        ("a: b: c", ["not YAML", "line 1"]),
        ("index: 2021-13-45", ["not YAML"]),
        ("index: " + "[" * 5000, ["not YAML"]),
        ("7: x", ["unknown key 7"]),
        ("writer: qwen", ["'writer' is 'qwen'", "base_url"]),
        ("writer: []", ["'writer' is []", "base_url"]),
        ("writer: {model: qwen}", ["'writer' lacks 'base_url'"]),
        ("writer: {base_url: 'http://127.0.0.1/v1'}", ["'writer' lacks 'model'"]),
        (WRITER + ", modell: x}", ["unknown key 'modell'", "Did you mean 'model'?", "api_key_env"]),
        (WRITER + ", api_key: x}", ["unknown key 'api_key'", "Did you mean 'api_key_"]),
        (WRITER + ", 7: x}", ["unknown key 7"]),
        (WRITER + ", at_once: many}", ["'at_once' is 'many'", "a whole number"]),
        (WRITER + ", at_once: true}", ["'at_once' is True", "a whole number"]),
        (WRITER + ", at_once: 1.5}", ["'at_once' is 1.5", "a whole number"]),
        (WRITER + ", at_once: 0}", ["'at_once' is 0", "1 to 100"]),
        (WRITER + ", seconds: .nan}", ["'seconds' is nan"]),
        (WRITER + ", seconds: '9'}", ["'seconds' is '9'", "a number"]),
        (WRITER + ", seconds: 0}", ["'seconds' is 0", "0.1 to 3600"]),
        (WRITER + ", allow_http: 1}", ["'allow_http' is 1", "true or false"]),
        (WRITER + ", reads: 100}", ["'reads' is 100", "512"]),
        (WRITER + ", reads: 600, most_tokens: 600}", ["'most_tokens' is 600", "'reads' is 600"]),
        (WRITER + ", api_key_env: A, api_key_file: b}", ["'api_key_env'", "'api_key_file'", "leave out one"]),
        ("encoder: \x01", ["not YAML"]),
    ],
)
def test_a_slip_is_named_with_its_file_and_value(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(tmp_path, text)
    assert all(word in str(caught.value) for word in ["settings.yaml", *words])


def test_a_writer_is_named_by_its_address_and_model(tmp_path: Path) -> None:
    assert settings(tmp_path, "index: idx").writer is None
    read = settings(tmp_path, WRITER + ", seconds: 9, api_key_file: key.txt}").writer
    assert read == WriterSettings(
        base_url="http://127.0.0.1:11434/v1", model="qwen", seconds=9, api_key_file=str(tmp_path / "key.txt")
    )
    assert (read.reads, read.place) == (4096, "")


def test_what_stands_where_a_key_is_named_is_not_repeated(tmp_path: Path) -> None:
    for lines in ("api_key_env: [sk-secret]", "api_key_file: {sk-secret: 1}", "api_key: sk-secret"):
        with pytest.raises(SettingsError) as caught:
            settings(tmp_path, f"{WRITER}, {lines}}}")
        assert "sk-secret" not in str(caught.value)


def test_there_is_a_writer_where_the_settings_name_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], small_index: Any
) -> None:
    without = Workplace(Settings(), (), "")
    assert without.writer(small_index) is None
    assert not without.writes_elsewhere
    here = Workplace(settings(tmp_path, WRITER + "}"), (), "")
    made = here.writer(small_index)
    assert made is not None
    assert (made.model.name, made.model.place, made.passages) == ("qwen", "", small_index)
    assert not here.writes_elsewhere
    assert capsys.readouterr().err == ""
    elsewhere = Workplace(settings(tmp_path, "writer: {base_url: 'http://models.example/v1', model: m}"), (), "")
    assert elsewhere.writes_elsewhere
    assert elsewhere.writer(small_index) is not None
    assert "unencrypted to models.example" in " ".join(capsys.readouterr().err.split())
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    with pytest.raises(SettingsError, match="NO_SUCH_KEY, which is not set"):
        Workplace(settings(tmp_path, WRITER + ", api_key_env: NO_SUCH_KEY}"), (), "").writer(small_index)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"index: caf\xe9")
    for name in ("missing.yaml", ".", "latin.yaml"):
        with pytest.raises(SettingsError, match="settings file"):
            load_settings(tmp_path / name)
