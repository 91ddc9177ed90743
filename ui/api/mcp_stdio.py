"""MCP over standard input and output, for clients that start the program themselves: a message a line."""

import json
from queue import SimpleQueue
from threading import Lock, Thread
from typing import BinaryIO

from ui.api.mcp_tools import McpServer, unreadable_reply

_LONGEST_LINE = 8_000_000  # bytes
_AT_ONCE = 4  # messages that are answered at a time


def converse(server: McpServer, incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """Answer each line of ``incoming`` with one of ``outgoing`` until it ends, and what was asked is answered.

    Whoever asks for something quick gets it while something slow is being worked on. OSError where ``incoming`` fails;
    a client that does not listen any more is no error.
    """
    lines: SimpleQueue[bytes | None] = SimpleQueue()
    writing = Lock()

    def answer() -> None:
        while (line := lines.get()) is not None:
            reply = _reply(server, line)
            if reply is None:
                continue
            with writing:
                try:
                    outgoing.write(json.dumps(reply, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
                    outgoing.flush()
                except BrokenPipeError:  # it has left
                    return

    # Daemons: a client that ends this program waits for nobody.
    workers = [Thread(target=answer, name="mcp", daemon=True) for _ in range(_AT_ONCE)]
    for worker in workers:
        worker.start()
    while line := _line(incoming):
        lines.put(line)
    for _ in workers:
        lines.put(None)
    for worker in workers:
        worker.join()


def _line(incoming: BinaryIO) -> bytes:
    """The next line; empty at the end. Of one that is too long the beginning, which is no JSON."""
    line = incoming.readline(_LONGEST_LINE)
    rest = line
    while rest and not rest.endswith(b"\n"):
        rest = incoming.readline(_LONGEST_LINE)
    return line


def _reply(server: McpServer, line: bytes) -> object:
    if not line.strip():
        return None
    try:
        sent = json.loads(line)
    except (ValueError, RecursionError):
        return unreadable_reply()
    return server.reply(sent)
