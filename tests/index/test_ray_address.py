"""A Ray cluster that is not there is told in a line, and soon; so is that Ray is not installed."""

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

import pytest

from corpus.errors import ClusterError
from index import SentenceEncoder
from index.update.ray_cluster import connected
from index.update.ray_workers import RayWorkers


@pytest.mark.parametrize("count", [0, -1])
def test_there_is_at_least_one_worker(count: int) -> None:
    with pytest.raises(ValueError, match=f"count must be 1 or more, not {count}"):
        RayWorkers("auto", SentenceEncoder(), count=count)


@contextmanager
def answering(said: bytes) -> Iterator[str]:
    """The address of a server that says this to everybody, and no more."""
    callers: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with suppress(OSError):  # the end of the server, or of whoever called
                while True:
                    caller, _ = server.accept()
                    callers.append(caller)
                    caller.sendall(said)

        thread = Thread(target=answer)
        thread.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}"
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)  # which ends the waiting, as closing does not
            thread.join()
            for caller in callers:
                caller.close()


def told(address: str) -> str:
    """What is said of ``address``."""
    pytest.importorskip("ray", reason="Ray is not installed")
    begun = time.monotonic()
    with pytest.raises(ClusterError) as raised, connected(address):
        pass
    assert time.monotonic() - begun < 20
    return str(raised.value)


WRONG = ["somewhere", "127.0.0.1:", ":6379", "127.0.0.1:port", "http://127.0.0.1:6379", ""]
WRONG += ["127.0.0.1:６３７９", " 127.0.0.1:6379", "127.0.0.1:6379\n", "ray://", "AUTO", "🎉"]


@pytest.mark.parametrize("address", WRONG)
def test_what_is_no_address_is_told(address: str) -> None:
    assert told(address).startswith(
        f"{address!r} is no address of a Ray cluster; expected 'auto', 'local', 'host:port'"
    )


@pytest.mark.parametrize("prefix", ["", "ray://"])
def test_nobody_at_an_address_is_told(prefix: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    line = told(f"{prefix}127.0.0.1:{port}")
    assert line.startswith(f"No Ray cluster answers at {prefix}127.0.0.1:{port}: Connection refused. Start one with")
    assert line.endswith("The index is as it was.")


@pytest.mark.parametrize("address", ["nowhere.invalid:6379", "127.0.0.1:99999"])
def test_an_address_that_cannot_be_is_told(address: str) -> None:
    assert told(address).startswith(f"No Ray cluster answers at {address}: ")


@pytest.mark.slow
@pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""])
@pytest.mark.parametrize("prefix", ["", "ray://"])
def test_something_else_at_an_address_is_told(prefix: str, said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.update.ray_cluster._PATIENCE", 0.5)
    with answering(said) as address:
        line = told(prefix + address)
    assert line.startswith(f"No Ray cluster answers at {prefix}{address}: something is there that is no Ray. Start one")


def test_where_auto_finds_nothing_that_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))  # where Ray would have noted one
    monkeypatch.setattr("ray._private.services.find_gcs_addresses", cache(set[str]))
    assert told("auto").startswith("No Ray cluster runs on this machine. Start one with 'ray start --head'")


def test_an_address_in_the_environment_is_the_one_that_auto_means(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "somewhere")
    assert told("auto").startswith("'somewhere' is no address of a Ray cluster")


@pytest.mark.parametrize("library", ["ray", "grpc"])
def test_without_ray_it_is_said_what_installs_it(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if library == "ray":
        monkeypatch.setitem(sys.modules, "grpc", ModuleType("grpc"))
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ClusterError, match=r"Run: python -m pip install 'foundation-qa\[ray\]'$"), connected("auto"):
        pass


def test_a_broken_ray_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "ray.py").write_text("raise ImportError('libray.so: no such file')\n", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "grpc", ModuleType("grpc"))
    monkeypatch.delitem(sys.modules, "ray", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    with (
        pytest.raises(ClusterError, match=r"Ray, .*, cannot be loaded: libray\.so: no such file\.$"),
        connected("auto"),
    ):
        pass


def test_a_cluster_of_another_version_is_no_cluster_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    ray = pytest.importorskip("ray", reason="Ray is not installed")

    def init(*_: object, **__: object) -> None:
        raise RuntimeError("Version mismatch:\nThe cluster was started with Ray 2.1.")

    monkeypatch.setattr("index.update.ray_cluster._check_address", lambda address: None)
    monkeypatch.setattr(ray, "init", init)
    assert told("head:6379") == (
        "The Ray cluster at head:6379 cannot be used: Version mismatch: The cluster was started with Ray 2.1. "
        "The index is as it was."
    )


def test_what_had_begun_ends_with_who_ends_the_connecting(monkeypatch: pytest.MonkeyPatch) -> None:
    ray = pytest.importorskip("ray", reason="Ray is not installed")
    ended: list[bool] = []

    def init(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ray, "init", init)
    monkeypatch.setattr(ray, "shutdown", lambda: ended.append(True))
    with pytest.raises(KeyboardInterrupt), connected("local"):
        pass
    assert ended == [True]


def test_an_encoder_of_ones_own_is_made_by_whoever_brings_it(fake_encoder: Any) -> None:
    with pytest.raises(TypeError, match="make="):
        RayWorkers("auto", fake_encoder)
    RayWorkers("auto", fake_encoder, partial(type(fake_encoder)))
    RayWorkers("auto", SentenceEncoder())


def test_outside_of_its_block_nobody_works() -> None:
    with pytest.raises(RuntimeError, match="with RayWorkers"):
        next(RayWorkers("auto", SentenceEncoder()).read(iter(()), 250))
