"""The setting ``store``: what it may be, and commands on an index that Qdrant keeps."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus import SettingsError
from index.storage.qdrant.settings import QdrantSettings
from ui import cli
from ui.workspace.settings import Settings, load_settings
from ui.workspace.workspace import Workplace

STORE = "store: {kind: qdrant, url: 'http://127.0.0.1:6333'"


def settings(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path)


def test_a_store_is_named_by_its_kind_and_address(tmp_path: Path) -> None:
    assert settings(tmp_path, "index: idx").store is None
    read = settings(tmp_path, STORE + ", collection: ours, shards: 3, api_key_file: key.txt, timeout: 5}").store
    assert read == QdrantSettings(
        url="http://127.0.0.1:6333", collection="ours", shards=3, api_key_file=str(tmp_path / "key.txt"), timeout=5
    )
    assert (read.place, read.embedded) == ("", False)
    embedded = settings(tmp_path, "store: {kind: qdrant, path: vectors}").store
    assert embedded == QdrantSettings(path=str(tmp_path / "vectors"))
    assert (embedded.place, embedded.embedded) == ("", True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("store: qdrant", ["'store' is 'qdrant'", "kind: qdrant"]),
        ("store: {url: 'http://a'}", ["'store' lacks 'kind'"]),
        ("store: {kind: redis, url: 'http://a'}", ["'kind' is 'redis'", "qdrant"]),
        ("store: {kind: qdrant}", ["either 'url'", "or 'path'"]),
        (STORE + ", path: x}", ["either 'url'", "or 'path'"]),
        (STORE + ", colection: x}", ["unknown key 'colection'", "Did you mean 'collection'?"]),
        (STORE + ", collection: a/b}", ["'collection' is 'a/b'", "letters"]),
        (STORE + ", collection: ..}", ["'collection' is '..'", "letters"]),
        (STORE + ", collection: 湖🙂}", ["'collection' is '湖🙂'", "letters"]),
        (STORE + f", collection: {'湖' * 70}}}", ["at most 200 bytes"]),
        (STORE + ", collection: ours-files}", ["'collection' is 'ours-files'", "the second collection"]),
        ('store: {kind: qdrant, path: "a\\0b"}', ["'store' holds a character of no text"]),
        ("corpus: &a [*a]", ["'corpus'", "list of folders"]),
        ('corpus: ["a\\0b"]', ["'corpus' holds a character of no text"]),
        (STORE + ", shards: 0}", ["'shards' is 0", "1 to"]),
        (STORE + ", shards: 1.5}", ["'shards' is 1.5", "a whole number"]),
        (STORE + ", on_disk: 1}", ["'on_disk' is 1", "true or false"]),
        (STORE + ", quantisation: half}", ["'quantisation' is 'half'", "scalar"]),
        (STORE + ", read_consistency: most}", ["'read_consistency' is 'most'", "majority"]),
        (STORE + ", timeout: .nan}", ["'timeout' is nan"]),
        (STORE + ", api_key_env: A, api_key_file: b}", ["leave out one"]),
        ("store: {kind: qdrant, url: '127.0.0.1:6333'}", ["'url' is '127.0.0.1:6333'", "an address such as"]),
        ("store: {kind: qdrant, url: 'http://me:secret@a'}", ["holds a name or a password"]),
        ("store: {kind: qdrant, url: 'http://a.example', api_key_env: A}", ["unencrypted to a.example", "allow_http"]),
    ],
)
def test_a_slip_is_named_with_its_file_and_value(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(tmp_path, text)
    assert all(word in str(caught.value) for word in ["settings.yaml", *words])
    assert "secret" not in str(caught.value)


def test_what_is_not_kept_or_read_by_others_is_told(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k", encoding="utf-8")
    (tmp_path / "key").chmod(0o644)
    elsewhere = QdrantSettings(url="http://vectors.example", api_key_file=str(tmp_path / "key"), allow_http=True)
    told = " ".join(elsewhere.warnings())
    assert "chmod 600" in told
    assert "unencrypted to vectors.example" in told
    (one,) = QdrantSettings(path=str(tmp_path), shards=2, quantisation="scalar").warnings()
    assert one == "An embedded Qdrant knows no 'shards', 'quantisation' of 'store'; a server does."
    assert QdrantSettings(path=str(tmp_path)).warnings() == []


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://a", "http://a:6333"),
        ("https://a/", "https://a:6333"),
        ("https://a:443/b/", "https://a:443/b"),
        ("http://[::1]", "http://[::1]:6333"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_an_address_is_shown_with_the_port_that_is_called(url: str, address: str) -> None:
    assert QdrantSettings(url=url).address == address
    client = pytest.importorskip("qdrant_client").QdrantClient(url=url, check_compatibility=False)
    assert str(client._client.rest_uri).rstrip("/") == address


def test_an_index_that_nobody_named_is_another_one_in_another_store() -> None:
    stores = [
        None,
        QdrantSettings(url="http://a"),
        QdrantSettings(url="http://b"),
        QdrantSettings(url="http://a", collection="c"),
        QdrantSettings(path="a"),
    ]
    folders = [Workplace(Settings(store=store), (), "").folder for store in stores]
    assert len(set(folders)) == len(folders)
    assert Workplace(Settings(store=QdrantSettings(url="http://a", timeout=1)), (), "").folder == folders[1]


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fake_encoders: Any, tmp_path: Path, texts: Path
) -> Iterator[Callable[..., tuple[int, str, str]]]:
    """Runs a command on the texts, with the fake encoder for the model and an embedded Qdrant for the store."""
    pytest.importorskip("qdrant_client")
    from index.storage.qdrant.client import close_connections

    monkeypatch.setattr("index.SentenceEncoder", lambda name, progress: fake_encoders())
    monkeypatch.setenv("COLUMNS", "200")
    path = tmp_path / "settings.yaml"
    path.write_text("corpus: texts\nreader: none\nstore: {kind: qdrant, path: vectors, shards: 2}\n", encoding="utf-8")

    def command(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["foundation-qa", *map(str, arguments), "--settings", str(path)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        captured = capsys.readouterr()
        return left.value.code or 0, captured.out, captured.err  # type: ignore[return-value]

    yield command
    close_connections()


def test_commands_work_on_an_index_that_qdrant_keeps(run: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    status, out, err = run("index", "status")
    assert (status, "store" in out) == (0, False)
    assert " ".join(err.split()) == "An embedded Qdrant knows no 'shards' of 'store'; a server does."
    assert run("index", "update")[0] == 0
    status, out, _ = run("index", "status")
    assert status == 0
    assert f"collection 'foundation-qa' of Qdrant at {tmp_path / 'vectors'}: " in out.replace("\n", "")
    status, out, _ = run("ask", "How many parameters does GPT-3 have?", "--json")
    assert status == 0
    assert "175 billion" in out
    path = tmp_path / "texts" / "en" / "models.md"
    path.write_text(path.read_text(encoding="utf-8").replace("175 billion", "176 billion"), encoding="utf-8")
    assert "176 billion" in run("ask", "How many parameters does GPT-3 have?", "--json")[1]  # it follows its texts
    assert run("index", "rebuild")[0] == 0
    assert run("search", "GPT-3", "--json")[0] == 0


def test_a_key_that_is_not_there_is_told(run: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text(f"{STORE}, api_key_file: none.txt}}\n", encoding="utf-8")
    status, _, err = run("index", "status")
    assert status == 1
    assert "none.txt of 'api_key_file' cannot be read" in " ".join(err.split())


def test_a_store_that_cannot_be_reached_is_told_in_a_line(
    run: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    (tmp_path / "settings.yaml").write_text(
        "corpus: texts\nstore: {kind: qdrant, url: 'http://127.0.0.1:9'}\n", encoding="utf-8"
    )
    for command in (("index", "status"), ("index", "update"), ("ask", "What?")):
        status, _, err = run(*command)
        assert status == 1
        assert "Error: Qdrant at http://127.0.0.1:9 cannot be reached to" in " ".join(err.split())
        assert "Traceback" not in err


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text")
def test_a_folder_whose_name_is_no_utf_8_is_indexed_and_read_again(
    run: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    folder = tmp_path / os.fsdecode(b"no \xff UTF-8")
    (tmp_path / "texts").rename(folder)
    for store in ("store: {kind: qdrant, path: vectors}\n", ""):
        (tmp_path / "settings.yaml").write_text(f"reader: none\n{store}", encoding="utf-8")
        for more in ((), ("--index", tmp_path / f"index{len(store)}")):
            assert run("index", "update", "--corpus", folder, *more)[0] == 0
            status, out, _ = run("ask", "How many parameters does GPT-3 have?", "--json", "--corpus", folder, *more)
            assert (status, "175 billion" in out) == (0, True)
        assert "175 billion" in run("ask", "How many parameters does GPT-3 have?", "--json", *more)[1]
    assert Workplace(Settings(), (str(folder),), "").gap_log.suffix == ".sqlite"
