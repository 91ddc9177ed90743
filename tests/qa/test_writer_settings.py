"""Which language model writes: its address, its key, and who could read either."""

import os
from pathlib import Path
from typing import Any

import pytest

from corpus import SettingsError
from qa.writing.writer_settings import WriterSettings

HERE, THERE = "http://127.0.0.1:11434/v1", "https://api.example.org/v1"
KEY = "sk-secret-0123456789"


def made(base_url: str = HERE, model: str = "qwen", **more: Any) -> WriterSettings:
    return WriterSettings(base_url=base_url, model=model, **more)


@pytest.mark.parametrize(
    ("base_url", "place"),
    [
        (HERE, ""),
        ("http://localhost:1234/v1", ""),
        ("HTTP://LOCALHOST/v1", ""),
        ("http://[::1]:8080/v1/", ""),
        ("http://127.8.9.1/v1", ""),
        ("http://0.0.0.0:8000/v1", ""),
        ("http://192.168.1.7:8000/v1", "192.168.1.7"),
        ("http://[2001:db8::1]:8000/v1", "2001:db8::1"),
        (THERE, "api.example.org"),
        ("https://API.example.org:8443", "api.example.org"),
        ("http://localhost.example.org/v1", "localhost.example.org"),
        ("http://127.0.0.1.example.org/v1", "127.0.0.1.example.org"),
    ],
)
def test_where_what_it_reads_is_sent_to(base_url: str, place: str) -> None:
    assert made(base_url).place == place


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "127.0.0.1:11434",
        "localhost",
        "ftp://127.0.0.1/v1",
        "http://",
        "http:///v1",
        "http://127.0.0.1:0/v1",
        "http://127.0.0.1:99999/v1",
        "http://127.0.0.1:port/v1",
        "http://[::1/v1",
        "http://exa mple.org/v1",
        "http://127.0.0.1/v1\n",
        "http://127.0.0.1/v1?key=1",
        "http://127.0.0.1/v1#top",
    ],
)
def test_what_is_no_address_is_named(base_url: str) -> None:
    with pytest.raises(SettingsError, match=r"'base_url' is .*expected an address such as http") as caught:
        made(base_url)
    assert repr(base_url) in str(caught.value)


def test_an_address_with_a_password_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingsError, match="api_key_env") as caught:
        made(f"https://me:{KEY}@example.org/v1")
    assert KEY not in str(caught.value)


def test_the_address_of_the_completions_themselves_is_refused() -> None:
    with pytest.raises(SettingsError, match="leave out /chat/completions"):
        made(f"{HERE}/chat/completions")


@pytest.mark.parametrize("model", ["", "  ", "a\nb", "a\x1b[31m"])
def test_what_is_no_model_is_named(model: str) -> None:
    with pytest.raises(SettingsError, match="'model' is"):
        made(model=model)


def test_a_key_does_not_travel_unencrypted() -> None:
    for named in ({"api_key_env": "MY_KEY"}, {"api_key_file": "key.txt"}):
        with pytest.raises(SettingsError, match=r"unencrypted to 192\.168\.1\.7.*allow_http: true"):
            made("http://192.168.1.7/v1", **named)
        for allowed in (
            made(THERE, **named),
            made(HERE, **named),
            made("http://192.168.1.7/v1", allow_http=True, **named),
        ):
            assert allowed.model == "qwen"
    assert made("http://192.168.1.7/v1").key() == ""


def test_a_key_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", f"{KEY}\n")
    read = made(api_key_env="MY_KEY")
    assert read.key() == KEY
    assert KEY not in repr(read)
    monkeypatch.setenv("MY_KEY", " ")
    with pytest.raises(SettingsError, match="MY_KEY, which is not set"):
        read.key()


@pytest.mark.parametrize("value", ["two words", "two\nlines", "schlüssel", "x" * 5000])
def test_what_is_no_key_is_not_repeated(value: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MY_KEY", value)
    (tmp_path / "key.txt").write_text(value, encoding="utf-8")
    for named in ({"api_key_env": "MY_KEY"}, {"api_key_file": str(tmp_path / "key.txt")}):
        with pytest.raises(SettingsError, match="holds no key") as caught:
            made(**named).key()
        assert value not in str(caught.value)


@pytest.mark.parametrize("value", [KEY, "gsk_0123456789abcdef", "A" * 60])
def test_a_key_where_a_variable_is_named_is_not_repeated(value: str) -> None:
    with pytest.raises(SettingsError, match="the key itself never stands there") as caught:
        made(api_key_env=value).key()
    assert value not in str(caught.value)


def test_a_key_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "key.txt"
    read = made(api_key_file=str(path))
    with pytest.raises(SettingsError, match=r"key\.txt of 'api_key_file' cannot be read: No such file"):
        read.key()
    path.write_bytes(b"\xef\xbb\xbf" + KEY.encode() + b"\r\n")
    assert read.key() == KEY
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="not UTF-8"):
        read.key()
    path.write_bytes(b"")
    with pytest.raises(SettingsError, match="holds no key"):
        read.key()


@pytest.mark.skipif(os.name != "posix", reason="files have no such mode there")
def test_a_key_that_others_may_read_is_warned_about(tmp_path: Path) -> None:
    path = tmp_path / "key.txt"
    path.write_text(KEY, encoding="utf-8")
    path.chmod(0o640)
    (warning,) = made(api_key_file=str(path)).warnings()
    assert f"chmod 600 {path}" in warning
    assert KEY not in warning
    path.chmod(0o600)
    assert made(api_key_file=str(path)).warnings() == []


def test_what_is_sent_unencrypted_is_warned_about() -> None:
    (warning,) = made("http://models.example/v1").warnings()
    assert "unencrypted to models.example" in warning
    assert made(THERE).warnings() == made(HERE).warnings() == []
