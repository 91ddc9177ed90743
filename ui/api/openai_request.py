"""What a client of OpenAI's chat completions asks for: a question with those before it, and how it wants the reply."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from corpus import FoundationQAError
from qa.small_talk import LONGEST_QUESTION
from ui.api.arguments import LONGEST_HISTORY, RequestError, checked
from ui.api.service import OPERATIONS

WRITTEN, QUOTED = "foundation-qa", "foundation-qa-quotes"
"""What may be asked: answers in sentences where the server has a model that writes them, and exact quotes alone."""

_ROLES = ("assistant", "developer", "function", "system", "tool", "user")


class OpenAIError(FoundationQAError):
    """A request that cannot be answered: the status of the reply, and the part of the request that is wrong."""

    def __init__(self, message: str, param: str | None = None, status: int = 400, code: str | None = None) -> None:
        super().__init__(message)
        self.param, self.status, self.code = param, status, code


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """A request that can be answered."""

    model: str  # WRITTEN or QUOTED
    question: str
    history: tuple[str, ...]  # earlier questions, oldest first
    streams: bool  # whether the reply comes piece by piece
    with_usage: bool  # whether such a reply ends with its usage

    @property
    def asked(self) -> str:
        """All that was read of it."""
        return "\n".join((*self.history, self.question))


def chat_request(body: bytes) -> ChatRequest:
    """The request in ``body``; :class:`OpenAIError` where it cannot be answered, or not as it wants to be."""
    given = _parsed(body)
    model = known_model(given.get("model"))
    _refuse_what_would_mislead(given)
    streams = _switch(given, "stream")
    options = given.get("stream_options")
    if not isinstance(options, dict | None):
        raise OpenAIError("'stream_options' is no JSON object.", "stream_options")
    *history, question = _questions(given.get("messages"))
    try:
        asked = checked(OPERATIONS["ask"], {"question": question, "history": _usable(history)})
    except RequestError as error:
        raise OpenAIError(f"In the last message of the user: {error}", "messages") from error
    return ChatRequest(
        model=model,
        question=asked["question"],
        history=tuple(asked["history"]),
        streams=streams,
        with_usage=_switch(options or {}, "include_usage"),
    )


def known_model(model: object) -> str:
    """The ``model`` that is named, if it is one of ours."""
    if not isinstance(model, str):
        raise OpenAIError(f"The request names no 'model'; expected {WRITTEN} or {QUOTED}.", "model")
    if model not in (WRITTEN, QUOTED):
        told = f"There is no model {model[:99]!r} here; expected {WRITTEN} or {QUOTED}."
        raise OpenAIError(told, "model", 404, "model_not_found")
    return model


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as error:  # no JSON, no UTF-8, or nested without end
        raise OpenAIError("The body is no JSON in UTF-8.") from error
    if not isinstance(given, dict):
        raise OpenAIError("The body is no JSON object.")
    return given


def _refuse_what_would_mislead(given: Mapping[str, Any]) -> None:
    """What changes how a model draws its words (temperature, seed and so on) changes nothing here, and harms nothing;
    who relies on one of these would take the reply for something that it is not."""
    if given.get("n") not in (None, 1):
        raise OpenAIError("There is one answer to a question: leave out 'n', or let it be 1.", "n")
    form = given.get("response_format")
    if form is not None and not (isinstance(form, dict) and form.get("type") == "text"):
        told = "Answers are text, and take no other form: leave out 'response_format'. Their parts come in 'citations'."
        raise OpenAIError(told, "response_format")
    if given.get("modalities") not in (None, [], ["text"]):
        raise OpenAIError("Answers are text alone: leave out 'modalities'.", "modalities")
    if given.get("audio") is not None:
        raise OpenAIError("Answers are text alone: leave out 'audio'.", "audio")
    for name in ("tool_choice", "function_call"):
        if given.get(name) not in (None, "auto", "none"):
            raise OpenAIError(f"No tools are called here: leave out {name!r}, or let it be 'none'.", name)


def _switch(given: Mapping[str, Any], name: str) -> bool:
    value = given.get(name)
    if not isinstance(value, bool | None):
        raise OpenAIError(f"{name!r} is neither true nor false.", name)
    return bool(value)


def _questions(messages: object) -> list[str]:
    """What the user said, oldest first; at least one text. What a system says is no business of the texts."""
    if not isinstance(messages, list) or not messages:
        raise OpenAIError("The request has no 'messages'; expected a list of at least one.", "messages")
    said: list[tuple[int, object]] = []
    for number, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in _ROLES:
            expected = ", ".join(_ROLES)
            raise OpenAIError(f"messages[{number}] has no role; expected one of: {expected}.", f"messages[{number}]")
        if message["role"] == "user":
            said.append((number, message.get("content")))
    if not said:
        raise OpenAIError("No message is of the user: there is nothing to answer.", "messages")
    *before, (last, question) = said
    return [*(_text(content, number, refusing=False) for number, content in before), _text(question, last)]


def _text(content: object, number: int, *, refusing: bool = True) -> str:
    """The text of a message; what is none is refused, or left out."""
    if isinstance(content, str):
        return content
    place = f"messages[{number}].content"
    texts: list[str] = []
    for part in content if isinstance(content, list) else [None]:
        kind, text = (part.get("type"), part.get("text")) if isinstance(part, dict) else (None, None)
        if kind == "text" and isinstance(text, str):
            texts.append(text)
        elif refusing and isinstance(kind, str) and kind != "text":
            raise OpenAIError(f"{place} holds {kind[:40]!r}: questions are asked in text alone.", place)
        elif refusing:
            raise OpenAIError(f"{place} is neither a text nor a list of parts with one.", place)
    return "\n".join(texts)


def _usable(history: list[str]) -> list[str]:
    """Earlier questions without what is none, or was too long to be answered."""
    return [each for each in history if 0 < len(each.strip()) <= LONGEST_QUESTION][-LONGEST_HISTORY:]
