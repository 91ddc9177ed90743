"""What went wrong with a language model's server, as a trouble, and as a message that says what mends it."""

import re
from collections.abc import Mapping

import httpx2
import openai

from qa.writing.chat_model import Trouble, WritingError
from qa.writing.model_connection import ModelConnection
from qa.writing.writer_settings import WriterSettings

_LONGEST_SAID = 300  # characters of what the server says that a message repeats
_TOO_LONG = re.compile(  # OpenAI and vLLM, llama.cpp and its Python server, Ollama, LM Studio, others
    r"context_length_exceeded|exceed_context_size|string_above_max_length|max_model_len"
    r"|context.{0,12}(length|size|window)|maximum (model|input|prompt) length"
    r"|(prompt|input|request|messages?)\b.{0,30} too (long|large|many)|too many (input |prompt )?tokens",
    re.IGNORECASE | re.DOTALL,
)
_NO_MODEL = re.compile(
    r"model_not_found|\bmodel\b.{0,200}?\b(not found|does not exist|not exist|unknown|not loaded)"
    r"|no models? (is |are )?loaded|unknown model|invalid model",
    re.IGNORECASE | re.DOTALL,
)
GARBLED = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What reading an answer raises that is none."""


def fault_of(error: Exception, settings: WriterSettings, connection: ModelConnection, key: str) -> WritingError | None:
    """What ``error`` means; None where it is not of the server's making. No message holds ``key``."""
    trouble, message = (
        (error.trouble, str(error)) if isinstance(error, WritingError) else _told(error, settings, connection)
    )
    if trouble is None:
        return None
    return WritingError(trouble, message.replace(key, "…") if key else message)


def _told(error: Exception, settings: WriterSettings, connection: ModelConnection) -> tuple[Trouble | None, str]:
    place = settings.base_url
    if isinstance(error, openai.APIStatusError):
        return _refused(error, settings)
    if isinstance(error, openai.APIConnectionError):
        return _cut_off(error.__cause__, settings, connection)
    if isinstance(error, openai.APIError):  # it says so in the middle of an answer
        said = said_by(error)
        if _TOO_LONG.search(said):
            return Trouble.TOO_LONG, too_long(settings, said)
        return Trouble.FAILED, f"The language model at {place} broke off with an error: {said}"
    if isinstance(error, GARBLED):
        return Trouble.FAILED, f"What {place} sends is no answer of a language model ({connection.kind or 'no type'})."
    if isinstance(error, (ImportError, OSError, openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL)):
        return Trouble.FAILED, f"The language model at {place} cannot be called: {_one_line(str(error))}"
    return None, ""


def _cut_off(cause: BaseException | None, settings: WriterSettings, connection: ModelConnection) -> tuple[Trouble, str]:
    place, why = settings.base_url, _one_line(str(cause or "")).rstrip(".")
    mends = "Start its server, or mend 'base_url' of 'writer' in the settings."
    if isinstance(cause, (httpx2.ConnectError, httpx2.ConnectTimeout)):
        reason = "it does not take the connection" if isinstance(cause, httpx2.ConnectTimeout) else why
        return Trouble.AWAY, f"No language model answers at {place}: {reason}. {mends}"
    if isinstance(cause, httpx2.ProxyError):
        return Trouble.AWAY, f"The proxy of the environment does not lead to {place}: {why}."
    if isinstance(cause, httpx2.TimeoutException):
        return Trouble.SLOW, f"The language model at {place} says nothing any more."
    if isinstance(cause, httpx2.DecodingError):
        return Trouble.FAILED, f"What {place} sends cannot be unpacked: {why}."
    spoke = connection.status or "disconnect" in why or isinstance(cause, httpx2.NetworkError)
    if spoke:
        return Trouble.BROKEN_OFF, f"The language model at {place} broke off the connection: {why}."
    return Trouble.FAILED, f"What answers at {place} speaks no HTTP: {why}. {mends}"


def _refused(error: openai.APIStatusError, settings: WriterSettings) -> tuple[Trouble, str]:
    status, said, place = error.status_code, said_by(error), settings.base_url
    quoted = f": {said}" if said else "."
    if status in (429, 503, 529):
        if "insufficient_quota" in said:
            return Trouble.FAILED, f"The account for {place} is used up{quoted}"
        return Trouble.BUSY, f"The language model at {place} is busy ({status}){quoted}"
    if status == 413 or _TOO_LONG.search(said):
        return Trouble.TOO_LONG, too_long(settings, said)
    if status in (400, 403, 404, 422) and (_NO_MODEL.search(said) or (status == 404 and re.search(r"\bmodel\b", said))):
        return Trouble.NO_MODEL, f"{place} has no model {settings.model!r}{quoted}"
    if status in (401, 403):
        key = settings.api_key_env or settings.api_key_file
        named = "'api_key_env'" if settings.api_key_env else "'api_key_file'"
        what = f"does not take the key that {named} names" if key else "wants a key: name it with 'api_key_env'"
        return Trouble.NOT_ALLOWED, f"{place} {what} ({status}){quoted}"
    if 300 <= status < 400:
        to = _one_line(error.response.headers.get("location", "")) or "elsewhere"
        return (
            Trouble.FAILED,
            f"{place} sends on to {to}, which is not followed: name the address itself in 'base_url'.",
        )
    if status == 404:
        hint = "" if settings.base_url.rstrip("/").endswith("/v1") else " Mostly 'base_url' ends with /v1."
        return Trouble.FAILED, f"There are no chat completions at {place} (404){quoted}{hint}"
    return Trouble.FAILED, f"The language model at {place} answers with an error ({status}){quoted}"


def too_long(settings: WriterSettings, said: str) -> str:
    """The message where what the model is to read does not fit."""
    return (
        f"What {settings.model!r} at {settings.base_url} is to read is too long for it; 'reads' of 'writer' is "
        f"{settings.reads}: name what it really reads, or start its server with more{f': {said}' if said else '.'}"
    )


def said_by(error: openai.APIError) -> str:
    """What the server says of its error, as one line; empty where it says nothing."""
    body = error.body
    if isinstance(body, Mapping):
        told = body.get("message") or body.get("detail") or body.get("error") or ""
        marks = [str(mark) for mark in (body.get("code"), body.get("type")) if isinstance(mark, str) and mark]
        return _one_line(" ".join([*(f"[{mark}]" for mark in marks), str(told)]))
    said = str(body or "")
    return "a page of HTML" if said.lstrip().startswith("<") else _one_line(said)


def _one_line(said: str) -> str:
    """``said`` by a stranger, for a terminal and a log."""
    line = "".join(letter if letter.isprintable() else " " for letter in said[: 4 * _LONGEST_SAID])
    line = " ".join(line.split())
    return line if len(line) <= _LONGEST_SAID else f"{line[: _LONGEST_SAID - 1]}…"
