"""What a language model says, in the chunks that its server sends."""

from collections.abc import Iterable, Iterator
from typing import Any

from qa.writing.chat_model import Trouble, WritingError
from qa.writing.model_connection import ModelConnection
from qa.writing.thoughts import Thoughts
from qa.writing.writer_settings import WriterSettings

_LETTERS_A_TOKEN = 16  # at most; blanks, and words said again and again, are tokens of many letters


def speech(
    chunks: Iterable[Any], settings: WriterSettings, most: int, connection: ModelConnection
) -> Iterator[str | None]:
    """The text of ``chunks``, which came over ``connection``, at most ``most`` tokens of it.

    Empty pieces are signs of life: it is thinking. None comes where it has said all, and then the rest of the chunks is
    awaited. :class:`qa.writing.WritingError` where it says nothing, or not to the end.
    """
    thoughts, size, any_chunk, any_word, ended = Thoughts(), 0, False, False, ""
    for chunk in chunks:
        if ended:
            continue  # the count of its tokens comes last
        any_chunk = True
        choice = _first(getattr(chunk, "choices", None))
        delta = getattr(choice, "delta", None)
        if refusal := getattr(delta, "refusal", None):
            raise WritingError(Trouble.DECLINED, f"{settings.model!r} refuses: {str(refusal)[:200]!r}")
        text = _text(getattr(delta, "content", None))
        thought = _text(getattr(delta, "reasoning_content", None) or getattr(delta, "reasoning", None))
        size += len(text) + len(thought)
        if size > _LETTERS_A_TOKEN * most:
            raise WritingError(Trouble.SLOW, f"{settings.model!r} never ends: it was to write {most} tokens at most.")
        if text or thought:
            said = thoughts.said(text)
            any_word = any_word or bool(said.strip())
            yield said
        ended = str(getattr(choice, "finish_reason", None) or "")
        if ended:
            yield from _end(ended, thoughts, any_word, settings, most)
    if not ended:
        _check_end(connection, settings, any_chunk)
        yield from _end("stop", thoughts, any_word, settings, most)


def _end(reason: str, thoughts: Thoughts, any_word: bool, settings: WriterSettings, most: int) -> Iterator[str | None]:
    """What comes after all chunks with words, where the server says ``reason`` for their end."""
    rest = thoughts.rest()
    if rest.strip():
        any_word = True
        yield rest
    if reason == "content_filter":
        raise WritingError(Trouble.DECLINED, f"{settings.base_url} filters what {settings.model!r} would say.")
    if reason in ("error", "abort"):
        raise WritingError(Trouble.BROKEN_OFF, f"{settings.model!r} at {settings.base_url} broke off: {reason!r}.")
    if not any_word:
        spent = f" It thought for {most} tokens: raise 'most_tokens' of 'writer'." if reason == "length" else ""
        raise WritingError(Trouble.EMPTY, f"{settings.model!r} at {settings.base_url} said nothing.{spent}")
    if reason == "length":
        raise WritingError(
            Trouble.BROKEN_OFF,
            f"{settings.model!r} was cut off: it may write {most} tokens ('most_tokens' of 'writer'), "
            f"and read and write {settings.reads} together ('reads').",
        )
    yield None


def _check_end(connection: ModelConnection, settings: WriterSettings, any_chunk: bool) -> None:
    """It hung up, and gave no reason: what it says is whole where it marked its end."""
    if connection.says_done:
        return
    if connection.taken and not any_chunk:
        raise WritingError(
            Trouble.FAILED,
            f"What {settings.base_url} sends is no answer of a language model ({connection.kind or 'no media type'}); "
            f"mostly 'base_url' ends with /v1.",
        )
    raise WritingError(
        Trouble.BROKEN_OFF, f"The language model at {settings.base_url} hung up before its answer ended."
    )


def _first(choices: Any) -> Any:
    return choices[0] if isinstance(choices, list) and choices else None


def _text(content: Any) -> str:
    """The text of what stands where a text is expected; some servers send a list of parts, thoughts among them."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict) and part.get("type") == "text"]
        return "".join(part for part in parts if isinstance(part, str))
    return ""
