"""The JSON that clients of OpenAI's chat completions read: a completion, its chunks, models."""

import re
import secrets
import time
from collections.abc import Sequence

from qa import Answer, Citation
from qa.writing import Written
from ui.api.openai_content import link
from ui.api.openai_request import QUOTED, WRITTEN
from ui.api.records import Facts, answer_facts, citations_facts
from ui.html.citation_view import citation_view

_CHUNK = "chat.completion.chunk"
_TOKENS = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+|[^\w\s]")
_OURS = ("question", "language", "answered", "kind", "confidence", "understood", "unknown", "seconds", "written")


class ChatReply:
    """The parts of one reply of ``model``, a plain one or one in chunks; ``with_usage`` tells of it in the latter."""

    def __init__(self, model: str, *, with_usage: bool = False) -> None:
        self._head = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time()), "model": model}
        self._with_usage = with_usage

    def completion(self, content: str, further: Facts, usage: Facts) -> Facts:
        """The whole of it, with the ``further`` fields of its message."""
        message = {"role": "assistant", "content": content, "refusal": None, **further}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return {**self._head, "object": _CHUNK.removesuffix(".chunk"), "choices": [choice], "usage": usage}

    def chunk(self, delta: Facts, *, last: bool = False) -> Facts:
        """A part of it: what the message has more of now."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": "stop" if last else None}
        return self._chunk([choice], None)

    def usage_chunk(self, usage: Facts) -> Facts:
        """The very last part."""
        return self._chunk([], usage)

    def _chunk(self, choices: list[Facts], usage: Facts | None) -> Facts:
        told = {"usage": usage} if self._with_usage else {}
        return {**self._head, "object": _CHUNK, "choices": choices, **told}


def further_fields(answer: Answer, written: Written | None, page: str) -> Facts:
    """What a message has beside its content: ``citations`` as all our JSON has them, each with a ``link`` to our page,
    which is at ``page``, and ``foundation_qa``, what is told of the answer."""
    facts = answer_facts(answer, written)
    ours = {name: facts[name] for name in _OURS} | {"related": _linked(answer.related, page)}
    if written and facts["written"]:
        ours["written"] = facts["written"] | {"sources": _linked(written.sources, page)}
    return {"citations": _linked(answer.citations, page), "foundation_qa": ours}


def _linked(citations: Sequence[Citation], page: str) -> list[Facts]:
    return [
        facts | {"link": link(page, citation_view(each)) if page else None}
        for each, facts in zip(citations, citations_facts(citations), strict=True)
    ]


def usage_of(asked: str, content: str) -> Facts:
    """How much was read and said, in tokens of our own: a word, a Chinese character or a punctuation mark each."""
    read, said = (len(_TOKENS.findall(each)) for each in (asked, content))
    return {"prompt_tokens": read, "completion_tokens": said, "total_tokens": read + said}


def model_facts(model: str, created: int) -> Facts:
    """A model as a list of them has it."""
    return {"id": model, "object": "model", "created": created, "owned_by": "foundation-qa"}


def models_facts(created: int) -> Facts:
    """All models that may be asked."""
    return {"object": "list", "data": [model_facts(each, created) for each in (WRITTEN, QUOTED)]}


LAST_EVENT = "data: [DONE]\n\n"
"""After which nothing comes."""
