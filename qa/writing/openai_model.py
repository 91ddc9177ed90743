"""A language model behind OpenAI's chat completions: Ollama, LM Studio, llama.cpp, vLLM, a cloud."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from threading import BoundedSemaphore, Event
from typing import TYPE_CHECKING, Any

from corpus.errors import SettingsError
from qa.writing.chat_model import Message, Trouble, WritingError
from qa.writing.writer_settings import WriterSettings

if TYPE_CHECKING:
    import openai

    from qa.writing.model_connection import ModelConnection

_LOOKS_EVERY = 0.1  # seconds between two looks whether somebody wants no more
_MOST_NAMED = 8  # models that a message names


class OpenAIModel:
    """See :class:`qa.writing.ChatModel`. Each call runs in a thread of its own, which ends with the call.

    A text that ends because ``most_tokens`` are reached is not whole: after its last piece comes ``BROKEN_OFF``.
    Nothing is tried twice: that takes as long again, and the reader has the quotes meanwhile.
    """

    def __init__(self, settings: WriterSettings, *, busy_after: float = 2.0) -> None:
        """:class:`corpus.SettingsError` where the key cannot be read, or the client library is not installed.

        ``busy_after``: seconds that a call waits for others to end.
        """
        try:
            import httpx2  # here, where it is first known that they are needed
            import openai  # noqa: F401
        except ImportError as error:
            raise SettingsError(
                "A writer needs a client library that is not installed: pip install 'foundation-qa[writer]'"
            ) from error
        self.settings = settings
        self._key, self._busy_after = settings.key(), busy_after
        self._room = BoundedSemaphore(settings.at_once)
        self._context = httpx2.create_ssl_context() if settings.is_encrypted else None
        self._not_taken: set[str] = set()  # parameters that the server says it does not take

    @property
    def name(self) -> str:
        """The model's, as its server calls it."""
        return self.settings.model

    @property
    def place(self) -> str:
        """Where what it reads is sent to: the host of its address; empty where that is this machine."""
        return self.settings.place

    @property
    def reads(self) -> int:
        """Tokens that it can read and write together."""
        return self.settings.reads

    def stream(self, messages: Sequence[Message], stop: Event, most_tokens: int = 0) -> Iterator[str]:
        """What it says next, piece by piece; see :meth:`qa.writing.ChatModel.stream`."""
        from qa.writing.model_call import ModelCall
        from qa.writing.model_connection import ModelConnection

        most = min(most_tokens or self.settings.most_tokens, self.settings.most_tokens)
        if not self._enter(stop):
            return
        connection = ModelConnection(self._key, self._context, self.settings.seconds, most)
        call = ModelCall(self._said(list(messages), most, connection), connection, self.settings, self._room.release)
        try:
            yield from call.pieces(stop)
        finally:
            call.end()

    def _enter(self, stop: Event) -> bool:
        """Wait for room; False where nobody wants the answer any more."""
        until = time.monotonic() + self._busy_after
        while not stop.is_set():
            if self._room.acquire(timeout=min(_LOOKS_EVERY, self._busy_after)):
                return True
            if time.monotonic() >= until:
                raise WritingError(
                    Trouble.BUSY,
                    f"{self.settings.at_once} answers are being written already: "
                    f"'at_once' of 'writer' in the settings allows no more.",
                )
        return False

    def _said(self, messages: list[Message], most: int, connection: "ModelConnection") -> Iterator[str | None]:
        """What it says over ``connection``, as :func:`qa.writing.model_speech.speech`."""
        from qa.writing.model_faults import fault_of
        from qa.writing.model_speech import speech

        try:
            with ExitStack() as stack:
                chunks = stack.enter_context(self._open(self._client(stack, connection), messages, most))
                yield from speech(chunks, self.settings, most, connection)
        except Exception as error:
            fault = fault_of(error, self.settings, connection, self._key)
            if fault is None or fault is error:
                raise
            if fault.trouble is Trouble.NO_MODEL:
                fault = WritingError(fault.trouble, f"{fault} {self._offered(connection)}".strip())
            # Some servers repeat the key that they do not take, and a log would show it with the cause.
            raise fault from (None if self._key else error)

    def _client(self, stack: ExitStack, connection: "ModelConnection") -> "openai.OpenAI":
        import openai

        http = stack.enter_context(connection.client(proxies=bool(self.place)))
        # The connection adds our key, if there is one; without a word here the library takes that of the environment.
        client = openai.OpenAI(api_key="none", base_url=self.settings.base_url, http_client=http, max_retries=0)
        return stack.enter_context(client)

    def _open(self, client: "openai.OpenAI", messages: list[Message], most: int) -> Any:
        """The stream of an answer. What the server says it does not take is left out, now and later."""
        sent: Any = [{"role": message.role, "content": message.text} for message in messages]
        while True:
            tokens = "max_completion_tokens" if "max_tokens" in self._not_taken else "max_tokens"
            options: dict[str, Any] = {tokens: most, "temperature": 0.0}
            if "temperature" in self._not_taken:
                del options["temperature"]
            try:
                return client.chat.completions.create(model=self.name, messages=sent, stream=True, **options)
            except Exception as error:
                name = getattr(error, "param", None)
                unsupported = getattr(error, "code", None) in ("unsupported_parameter", "unsupported_value")
                if not unsupported or name not in ("max_tokens", "temperature") or name not in options:
                    raise
                self._not_taken.add(str(name))

    def _offered(self, connection: "ModelConnection") -> str:
        """What models the server offers, as a sentence; empty where it does not say."""
        import openai

        from qa.writing.model_faults import GARBLED

        try:
            with ExitStack() as stack:
                listed: Any = self._client(stack, connection).models.list()
                names = [str(each.id) for each in listed.data]
        except (openai.OpenAIError, WritingError, OSError, *GARBLED):
            return ""  # then the fault alone is told
        shown = ", ".join(name[:80] for name in names[:_MOST_NAMED] if name.isprintable())
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        return f"It has: {shown}{more}." if shown else "It has none."
