"""What a Ray cluster does to those who use it, without one: whatever fails there is told in a line."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from house import ROOT

from corpus.errors import ClusterError
from index.update import ray_cluster
from index.update.ray_actor import program_versions
from index.update.ray_cluster import Head, connected, signals_held
from index.update.ray_pool import Pool, Task

exceptions = pytest.importorskip("ray.exceptions", reason="Ray is not installed")


def fail(error: Exception) -> Callable[..., Any]:
    def failing(*_: object, **__: object) -> Any:
        raise error

    return failing


def cluster(place: str = "", **does: Any) -> Any:
    """What looks like the library, as far as it is used; its head is at ``place``."""
    return SimpleNamespace(
        exceptions=exceptions,
        util=SimpleNamespace(client=SimpleNamespace(ray=SimpleNamespace(is_connected=lambda: not place))),
        get_runtime_context=lambda: SimpleNamespace(gcs_address=place),
        kill=lambda actor: None,
        **does,
    )


def done(ray: Any, start: Callable[[], Any]) -> None:
    """Let one worker do one thing."""
    pool = Pool(ray, start, 1, lambda facts: None, pytest.fail, 1.0)
    list(pool.done(lambda: Task("read", ()), lambda: None))


WORKER = SimpleNamespace(facts=SimpleNamespace(remote=lambda: "first word"))
FAULTS = [BrokenPipeError(32, "Broken pipe"), exceptions.ObjectStoreFullError("Broken pipe")]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("where", ["start", "wait", "get"])
def test_what_the_cluster_raises_is_its_own_fault(where: str, fault: Exception) -> None:
    # Where files are written an OSError would mean that they cannot be.
    does: dict[str, Any] = {"wait": lambda all_of_them, **_: (all_of_them, []), "get": fail(fault)}
    if where == "wait":
        does["wait"] = fail(fault)
    with pytest.raises(ClusterError, match=r"^The Ray cluster fails: .*Broken pipe.*\. The index is as it was, and"):
        done(cluster(**does), fail(fault) if where == "start" else lambda: WORKER)


def test_a_head_without_the_program_is_told() -> None:
    with pytest.raises(ClusterError, match=r"^The head of the Ray cluster lacks the package 'index': install the same"):
        done(cluster(), fail(ModuleNotFoundError("No module named 'index'", name="index")))


def test_what_others_raise_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = Pool(cluster(), lambda: WORKER, 1, lambda facts: None, pytest.fail, 1.0)
    with pytest.raises(BrokenPipeError):
        list(pool.done(fail(BrokenPipeError()), lambda: None))


def test_a_head_that_is_gone_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_cluster, "_PATIENCE", 0.05)
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(ray_cluster, "time", SimpleNamespace(monotonic=lambda: clock.now))
    with socket.create_server(("127.0.0.1", 0)) as server:
        head = Head(cluster(f"127.0.0.1:{server.getsockname()[1]}"))
        for clock.now in (1.0, 100.0):
            head.check()
    for clock.now in (100.01, 105.0):  # it is not asked each time, and may begin anew
        head.check()
    clock.now = 111.0
    with pytest.raises(
        ClusterError, match=r"head of the Ray cluster is gone: .+\. The index is as it was, and what is"
    ):
        head.check()


@contextmanager
def heard_in(heard: list[str]) -> Iterator[None]:
    def hear(number: int, _: object) -> None:
        heard.append(signal.Signals(number).name)

    before = {number: signal.signal(number, hear) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_a_signal_is_heard_after_a_call() -> None:
    heard: list[str] = []
    with heard_in(heard):
        with signals_held():
            signal.raise_signal(signal.SIGTERM)
            assert heard == []
        assert heard == ["SIGTERM"]
        with signals_held():
            signal.raise_signal(signal.SIGINT)
            assert heard == ["SIGTERM", "SIGINT"]


def test_where_one_does_not_wait_a_second_signal_is_heard_at_once() -> None:
    heard: list[str] = []
    with heard_in(heard), signals_held(signal.SIGINT, signal.SIGTERM):
        signal.raise_signal(signal.SIGINT)
        assert heard == []
        signal.raise_signal(signal.SIGTERM)
        assert heard == ["SIGTERM"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_connecting_is_not_broken_off_by_a_signal(number: signal.Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    ray = pytest.importorskip("ray", reason="Ray is not installed")

    def init(*_: object, **__: object) -> None:
        signal.raise_signal(number)
        assert heard == []

    monkeypatch.setattr(ray, "init", init)
    monkeypatch.setattr(ray, "shutdown", lambda: None)
    with heard_in(heard), connected("local"):
        assert heard == [number.name]


def test_a_signal_that_ray_takes_for_itself_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    ray = pytest.importorskip("ray", reason="Ray is not installed")

    def init(*_: object, **__: object) -> None:
        signal.signal(signal.SIGTERM, lambda number, _: sys.exit(number))
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(ray, "init", init)
    monkeypatch.setattr(ray, "shutdown", lambda: None)
    with heard_in(heard), pytest.raises(SystemExit), connected("local"):
        pass
    assert heard == ["SIGTERM"]


@pytest.mark.slow  # a program of its own
def test_a_lost_connection_is_not_looked_for_by_ray() -> None:
    lines = """
import time
from index.update.ray_cluster import _library
ray, begun = _library(), time.monotonic()
try:
    ray.put(1)
except ray.exceptions.RayError:
    assert time.monotonic() - begun < 30
else:
    raise SystemExit("it found one")
"""
    subprocess.run([sys.executable, "-c", lines], check=True, cwd=ROOT)


def test_each_library_that_decides_what_is_read_is_compared() -> None:
    here = program_versions()
    for name in ("markdown-it-py", "charset-normalizer", "pyyaml"):  # which every installation has
        assert re.match(r"\d", here[name])


def test_elsewhere_the_connection_tells() -> None:
    Head(cluster()).check()
