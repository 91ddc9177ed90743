"""MCP: a service as tools of language models, whichever way their messages come."""

import json
import logging
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from threading import Event
from typing import Any

from mcp import types
from mcp.shared.version import SUPPORTED_PROTOCOL_VERSIONS

from corpus import FoundationQAError
from ui.api.service import OPERATIONS, Service

PROTOCOL_VERSIONS = frozenset(SUPPORTED_PROTOCOL_VERSIONS)
"""The versions of MCP that are spoken here; a client that asks for another one gets the latest of them."""

Message = dict[str, Any]
"""A message of JSON-RPC 2.0."""

MOST_AT_ONCE = 50
"""Messages of one batch."""

_TITLES = {"ask": "Ask the texts", "search": "Search the texts", "status": "State of the index"}


def tools(*, elsewhere: bool = False, subject: str = "") -> list[types.Tool]:
    """What may be called; ``elsewhere`` tells that answers are written by a model on another machine, ``subject`` what
    the texts are about."""
    about = f" The texts are about {subject}." if subject else ""
    return [
        types.Tool(
            name=operation,
            title=_TITLES[operation],
            description=" ".join(str(getattr(Service, operation).__doc__).split()) + about,
            inputSchema=arguments.model_json_schema(),
            annotations=types.ToolAnnotations(
                readOnlyHint=True, idempotentHint=True, openWorldHint=elsewhere and operation == "ask"
            ),
        )
        for operation, arguments in OPERATIONS.items()
    ]


_INSTRUCTIONS = (
    "Cited answers from English and Chinese texts{about}. Call 'ask' first; quote its citations word for word and name "
    "their titles: they are the authority, whatever is 'written' of them. Where it does not answer, say so, or look "
    "further with 'search'."
)


class _RpcError(Exception):
    """What a message gets instead of a result: a code of JSON-RPC, and why."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class McpServer:
    """Answers MCP's messages with the tools of a service. Safe to be called from several threads.

    It stands on the package's types alone. Its server takes a session, a stream and a task for every message, refuses
    batches and headers that clients do send, and has the wrong error for a method that is not there.

    ``service`` gives what the tools call, and is asked for it at the first call of one: it may take its time.
    ``elsewhere`` tells whether its answers are written by a model on another machine, ``subject`` what the texts are
    about: by that a language model knows when to call.
    """

    def __init__(self, service: Callable[[], Service], *, elsewhere: bool = False, subject: str = "") -> None:
        self._service = service
        offered = [_plain(tool) for tool in tools(elsewhere=elsewhere, subject=subject)]
        self._methods: dict[str, Callable[[Message, Event], Message]] = {
            "initialize": lambda params, _: _initialized(params, subject),
            "ping": lambda *_: {},
            "tools/list": lambda *_: {"tools": offered},
            "tools/call": self._called,
        }

    def reply(self, sent: object, stop: Event | None = None) -> Message | list[Message] | None:
        """The reply to a message, or to a batch of them, as parsed from JSON; None where none is expected.

        It never fails: what is wrong with a message stands in the reply, and a fault of ours in the log.
        Once ``stop`` is set nothing more is written for it.
        """
        stop = stop or Event()
        if not isinstance(sent, list):
            return self._reply(sent, stop)
        if not 0 < len(sent) <= MOST_AT_ONCE:
            return error_reply(None, types.INVALID_REQUEST, f"A batch has 1 to {MOST_AT_ONCE} messages.")
        replies = [reply for each in sent if (reply := self._reply(each, stop)) is not None]
        return replies or None

    def _reply(self, message: object, stop: Event) -> Message | None:
        if not isinstance(message, dict):
            return error_reply(None, types.INVALID_REQUEST, "A message is a JSON object.")
        number, method = message.get("id"), message.get("method")
        if method is None and ("result" in message or "error" in message):
            return None  # a reply; nothing was asked
        if not isinstance(method, str) or isinstance(number, (bool, list, dict)):
            return error_reply(None, types.INVALID_REQUEST, "A message has a method, and an id that is text or number.")
        if number is None:
            return None  # a notification
        try:
            known = self._methods.get(method)
            if known is None:
                raise _RpcError(types.METHOD_NOT_FOUND, f"Method not found: {method}")
            params = message.get("params")
            if not isinstance(params, dict | None):
                raise _RpcError(types.INVALID_PARAMS, "'params' is no JSON object.")
            return {"jsonrpc": "2.0", "id": number, "result": known(params or {}, stop)}
        except _RpcError as error:
            return error_reply(number, error.code, str(error))
        except Exception:
            logging.getLogger(__name__).exception("The call of %s failed.", method)
            return error_reply(number, types.INTERNAL_ERROR, "The program failed; its log says why.")

    def _called(self, params: Message, stop: Event) -> Message:
        name, arguments = params.get("name"), params.get("arguments")
        if not isinstance(name, str) or not isinstance(arguments, dict | None):
            raise _RpcError(types.INVALID_PARAMS, "tools/call needs a 'name', and 'arguments' that are a JSON object.")
        try:
            facts = self._service().until(stop).call(name, arguments or {})
        except FoundationQAError as error:
            return _plain(types.CallToolResult(content=[_text(str(error))], isError=True))
        text = json.dumps(facts, ensure_ascii=False, indent=2)
        return _plain(types.CallToolResult(content=[_text(text)], structuredContent=facts))


def error_reply(number: object, code: int, message: str) -> Message:
    """The reply to the message ``number`` (None: it has none) that says what is wrong with it."""
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}}


def unreadable_reply() -> Message:
    """The reply to what is no JSON."""
    return error_reply(None, types.PARSE_ERROR, "The message is no JSON in UTF-8.")


def _initialized(params: Mapping[str, Any], subject: str) -> Message:
    asked = params.get("protocolVersion")
    return _plain(
        types.InitializeResult(
            protocolVersion=asked if asked in PROTOCOL_VERSIONS else types.LATEST_PROTOCOL_VERSION,
            capabilities=types.ServerCapabilities(tools=types.ToolsCapability(listChanged=False)),
            serverInfo=types.Implementation(name="foundation-qa", version=_version()),
            instructions=_INSTRUCTIONS.format(about=f" about {subject}" if subject else ""),
        )
    )


def _text(text: str) -> types.TextContent:
    return types.TextContent(type="text", text=text)


def _plain(model: types.Result | types.Tool) -> Message:
    return model.model_dump(by_alias=True, mode="json", exclude_none=True)


def _version() -> str:
    try:
        return version("foundation-qa")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0"
