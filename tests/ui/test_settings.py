"""The settings file: what it sets, and what its errors say."""

from pathlib import Path

import pytest

from corpus import PASSAGE_WIDTH, SettingsError
from ui.workspace.settings import Settings, load_settings


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
        ("- a\n- b", ["key: value"]),
        ("a: b: c", ["not YAML", "line 1"]),
        ("index: 2021-13-45", ["not YAML"]),
        ("index: " + "[" * 5000, ["not YAML"]),
        ("7: x", ["unknown key 7"]),
        ("encoder: \x01", ["not YAML"]),
    ],
)
def test_a_slip_is_named_with_its_file_and_value(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(tmp_path, text)
    assert all(word in str(caught.value) for word in ["settings.yaml", *words])


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"index: caf\xe9")
    for name in ("missing.yaml", ".", "latin.yaml"):
        with pytest.raises(SettingsError, match="settings file"):
            load_settings(tmp_path / name)
