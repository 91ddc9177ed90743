"""Language models that run on this machine already: where one does, the program says how to use it, and no more."""

import asyncio
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from typing import Any

from ui import terminal

VARIABLE = "FOUNDATION_QA_FIND_MODELS"
"""The environment variable that switches this off: ``0``."""

USUAL_PORTS = (11434, 1234, 8080, 8000, 1337, 5001, 4891)
"""Of Ollama, LM Studio, llama.cpp, vLLM, Jan, KoboldCpp, GPT4All."""

_SECONDS = 0.3  # that all of them have, together
_LARGEST_LIST = 200_000  # bytes
_OURS = "foundation-qa"  # our own page has such a list, too
_NO_WRITERS = ("embed", "bge-", "rerank", "whisper", "tts")  # in the names of models that write nothing


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A language model that a server of this machine offers."""

    base_url: str
    model: str


def tell_of_models(own_port: int) -> Thread | None:
    """Look for language models, and say on stderr how one is used; nobody waits for that. None where it is off.

    Nothing is asked at ``own_port``, where our page will be.
    """
    if os.environ.get(VARIABLE) == "0":
        return None
    ports = [port for port in USUAL_PORTS if port != own_port]
    thread = Thread(target=_tell, args=(ports,), name="model discovery", daemon=True)
    thread.start()
    return thread


def _tell(ports: Sequence[int]) -> None:
    found = None
    with suppress(OSError):  # no more files may be open
        found = find_models(ports)
    if found is not None:
        terminal.warn(
            f"A language model runs at {found.base_url}. To have answers written by it, put this into the file that "
            f"--settings names: {settings_line(found)}"
        )


def settings_line(found: FoundModel) -> str:
    """The line of YAML that names ``found`` as the writer."""
    return f"writer: {{base_url: {json.dumps(found.base_url)}, model: {json.dumps(found.model, ensure_ascii=False)}}}"


def find_models(ports: Sequence[int], seconds: float = _SECONDS) -> FoundModel | None:
    """The first model of the first of ``ports`` that answers, within ``seconds``, with a list of language models.

    Each port is asked once, all at the same time.
    """

    async def all_of_them() -> list[str | None]:
        return await asyncio.gather(*(_first_model(port, seconds) for port in ports))

    found = zip(ports, asyncio.run(all_of_them()), strict=True)
    models = [FoundModel(f"http://127.0.0.1:{port}/v1", model) for port, model in found if model]
    return models[0] if models else None


async def _first_model(port: int, seconds: float) -> str | None:
    with suppress(OSError, TimeoutError, ValueError, RecursionError):  # nobody there, somebody else, or somebody slow
        async with asyncio.timeout(seconds):
            return first_model_of(await _listed(port))
    return None


async def _listed(port: int) -> bytes:
    """What the server at ``port`` answers when it is asked for its models."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(
            f"GET /v1/models HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nAccept: application/json\r\n"
            f"User-Agent: {_OURS}\r\nConnection: close\r\n\r\n".encode("ascii")
        )
        answer = bytearray()
        while len(answer) < _LARGEST_LIST and (more := await reader.read(65536)):
            answer += more
            if _is_whole(answer):
                break
        return bytes(answer)
    finally:
        writer.transport.abort()


def _is_whole(answer: bytes | bytearray) -> bool:
    """Whether as much has come as the answer says that it has; a server may stay after that."""
    head, ended, body = answer.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n") if ended else ():
        name, _, value = line.partition(b":")
        if name == b"content-length" and value.strip().isdigit():
            return len(body) >= int(value)
    return False


def first_model_of(answer: bytes) -> str | None:
    """The first model that may write, in the ``answer`` of a server; None where that is no list of such models.

    ValueError where it is no JSON.
    """
    head, _, body = answer.partition(b"\r\n\r\n")
    if head.partition(b"\r\n")[0].split(b" ")[1:2] != [b"200"]:
        return None
    facts: Any = json.loads(body)
    models = facts.get("data") if isinstance(facts, dict) and facts.get("object") == "list" else None
    if not isinstance(models, list) or not all(isinstance(each, dict) for each in models):
        return None
    if any(each.get("owned_by") == _OURS or each.get("object") != "model" for each in models):
        return None
    names = [name for each in models if isinstance(name := each.get("id"), str) and name.isprintable()]
    writing = [name for name in names if name and not any(mark in name.lower() for mark in _NO_WRITERS)]
    return writing[0] if writing and len(writing[0]) <= 200 else None
