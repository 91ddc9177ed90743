"""Server-sent events: what happens, in JSON, as it happens."""

import json
from typing import Any

EVENT_STREAM = "text/event-stream"
"""The media type of events."""

# Some clients take these for ends of lines, and what ends a line ends an event.
_LINE_ENDS = {ord(each): f"\\u{ord(each):04x}" for each in "\u0085\u2028\u2029"}


def event(facts: Any) -> str:
    """``facts`` as an event."""
    return f"data: {json.dumps(facts, ensure_ascii=False).translate(_LINE_ENDS)}\n\n"
