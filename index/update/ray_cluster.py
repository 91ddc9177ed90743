"""The connection to a Ray cluster: made within seconds or not at all, and quiet."""

import logging
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, ModuleType
from typing import Any

from corpus.errors import ClusterError, reason_of

EXTRA = "python -m pip install 'foundation-qa[ray]'"
_LIBRARIES = ("grpc", "ray")
_CLIENT = "ray://"
_FOUND = ("auto", "local")  # what no machine is called
_ENDS = [int(getattr(signal, name)) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
_PATIENCE = 3.0  # seconds that a machine may take to say that it is there
_GONE = 10.0  # seconds that the head of a cluster may be away, as while it begins anew
KEPT = "The index is as it was, and what is embedded so far is kept."
_ASKED = "/ray.rpc.NodeInfoGcsService/GetClusterId", "/ray.rpc.RayletDriver/ClusterInfo"
"""What a cluster answers, and what it answers where it takes programs from elsewhere ("ray://")."""
# Seconds; Ray itself waits for a minute and more for what does not answer.
_QUICKLY = {"RAY_py_gcs_connect_timeout_s": "5", "RAY_gcs_rpc_server_connect_timeout_s": "2"}


@contextmanager
def connected(address: str) -> Iterator[ModuleType]:
    """Within the block this process has a cluster: the library ``ray``, to use it with.

    ``address`` is what ``ray.init`` takes: "auto", "ray://host:port", "host:port"; "local" starts one on this machine,
    for the block. One that this process is connected to already is used as it is, and stays.
    :class:`ClusterError` where there is none, or Ray is not installed.
    """
    ray = _library()
    if ray.is_initialized():
        yield ray
        return
    _check_address(address)
    try:
        with signals_held(signal.SIGINT, *_ENDS):
            _connect(ray, address)
    except BaseException as error:
        ray.shutdown()  # of what had begun
        if isinstance(error, SystemExit):  # how Ray answers SIGTERM as it begins, if no handler but its own hears it
            signal.raise_signal(signal.SIGTERM)
        if not isinstance(error, (ConnectionError, RuntimeError, ValueError, OSError, AssertionError)):
            raise
        why = " ".join(str(error).split())  # of which the first line alone may say nothing
        why = why[:300].rstrip(".") or type(error).__name__
        if address == "local" or isinstance(error, ConnectionError):
            raise ClusterError(_not_reached(address, why)) from error
        raise ClusterError(  # it answers, as one does that runs another version
            f"The Ray cluster at {address} cannot be used: {why}. The index is as it was."
        ) from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _library() -> ModuleType:
    """Ray, which is to tell nobody that it is used."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    # And nothing about its workers: it would print that among our output, and of those that are lost we tell ourselves.
    os.environ.setdefault("RAY_DEDUP_LOGS_SKIP_REGEX", "^")
    # What a coming version does anyway, and this one warns of.
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    # Once a connection is lost, each further call would look for a cluster by itself, for more than a minute.
    os.environ["RAY_ENABLE_AUTO_CONNECT"] = "0"
    try:
        import grpc  # noqa: F401  # which Ray can do without, and we not
        import ray
    except ImportError as error:
        if error.name in _LIBRARIES:
            raise ClusterError(f"Embedding on a cluster needs Ray, which is not installed. Run: {EXTRA}") from None
        raise ClusterError(f"Ray, which embeds on a cluster, cannot be loaded: {reason_of(error)}.") from error
    library: ModuleType = ray
    return library


def _connect(ray: ModuleType, address: str) -> None:
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.CRITICAL}
    if address == "local":
        ray.init(address, include_dashboard=False, **options)
        return
    quickly = {name: value for name, value in _QUICKLY.items() if name not in os.environ}
    os.environ.update(quickly)
    try:
        ray.init(address, **options)
        # What the head logs, which Ray shows from here on: what goes wrong we tell ourselves.
        logging.getLogger("ray.util.client.logsclient").setLevel(logging.CRITICAL)
    finally:
        for name in quickly:
            os.environ.pop(name, None)


@contextmanager
def signals_held(*numbers: int) -> Iterator[None]:
    """Within the block, which is to be short, a call of Ray is not broken off by a first signal of ``numbers``
    (default: those that end a program but for that of Ctrl-C); after it the signal is heard, a second one at once.

    What a handler of ours raises amid such a call is lost, and printed. And Ray takes SIGTERM for itself as it begins.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[tuple[int, FrameType | None]] = []
    before = {number: signal.getsignal(number) for number in numbers or _ENDS}

    def hear(number: int, frame: FrameType | None) -> None:
        heard.append((number, frame))
        handler = before[number]
        if len(heard) > 1 and callable(handler):
            handler(number, frame)

    for number, handler in before.items():
        if callable(handler):
            signal.signal(number, hear)
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is not None:  # one of a library, which cannot be put back
                signal.signal(number, handler)
    for number, frame in heard:
        handler = before[number]
        if callable(handler):
            handler(number, frame)


def _check_address(address: str) -> None:
    """:class:`ClusterError` where nothing of Ray can be there."""
    if address == "auto":
        address = os.environ.get("RAY_ADDRESS") or address  # as Ray has it
    if address in _FOUND:
        return
    host, _, port = address.removeprefix(_CLIENT).rpartition(":")
    if not re.fullmatch(r"[^/\s]+", host) or not re.fullmatch("[0-9]+", port):
        raise ClusterError(
            f"{address!r} is no address of a Ray cluster; expected 'auto', 'local', 'host:port', or 'ray://host:port'."
        )
    try:
        with socket.create_connection((host.strip("[]"), int(port)), _PATIENCE):
            pass
    except (OSError, OverflowError, UnicodeError) as error:
        raise ClusterError(_not_reached(address, getattr(error, "strerror", None) or reason_of(error))) from error
    if os.environ.get("RAY_USE_TLS", "0") != "1" and (why := _refusal(f"{host}:{port}", address.startswith(_CLIENT))):
        raise ClusterError(_not_reached(address, why))


def _refusal(target: str, as_client: bool) -> str:
    """Why ``target`` is not what Ray can be told to use; empty where it may be.

    Ray would try it for half a minute or longer, and not say.
    """
    import grpc

    another = "something is there that is no Ray"
    refused = {grpc.StatusCode.UNAVAILABLE: another, grpc.StatusCode.DEADLINE_EXCEEDED: another}
    refused[grpc.StatusCode.UNIMPLEMENTED] = (
        "that is no port for programs from elsewhere; try it without 'ray://'"
        if as_client
        else "that is not the port of its head (6379 by default), but perhaps 'ray://' for programs from elsewhere"
    )
    if os.environ.get("RAY_AUTH_MODE") != "token":
        refused[grpc.StatusCode.UNAUTHENTICATED] = (
            "it wants a token; set the environment variable RAY_AUTH_MODE=token, and have the cluster's token in "
            "~/.ray/auth_token"
        )
    with grpc.insecure_channel(target, options=[("grpc.enable_http_proxy", 0)]) as channel:
        try:
            channel.unary_unary(_ASKED[as_client])(b"", timeout=_PATIENCE)
        except grpc.RpcError as error:
            return refused.get(error.code(), "")
    return ""


class Head:
    """The head of the cluster that ``ray`` is connected to. Where it is gone, Ray says nothing, and after a minute ends
    the program."""

    def __init__(self, ray: ModuleType) -> None:
        found = "" if ray.util.client.ray.is_connected() else ray.get_runtime_context().gcs_address
        host, _, port = found.rpartition(":")
        self._place = (host.strip("[]"), int(port)) if port else None  # None: what we are connected to tells us
        self._seen = self._asked = time.monotonic()

    def check(self) -> None:
        """:class:`ClusterError` where it has been gone for some time; it is asked now and then, not at each call."""
        now = time.monotonic()
        if self._place is None or now - self._asked < _PATIENCE:
            return
        try:
            with socket.create_connection(self._place, _PATIENCE):
                self._seen = time.monotonic()
        except OSError as error:
            if now - self._seen > _GONE:
                raise ClusterError(
                    f"The head of the Ray cluster is gone: {error.strerror or reason_of(error)}. {KEPT}"
                ) from error
        self._asked = time.monotonic()


def _not_reached(address: str, why: str) -> str:
    if address == "local":
        return f"Ray cannot be started on this machine: {why}. The index is as it was."
    found = (
        f"No Ray cluster answers at {address}: {why}" if address != "auto" else "No Ray cluster runs on this machine"
    )
    return (
        f"{found}. Start one with 'ray start --head', or name another with --ray ADDRESS; from a machine that is none "
        f"of its nodes it is 'ray://host:10001'. The index is as it was."
    )
