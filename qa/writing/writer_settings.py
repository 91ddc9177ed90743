"""Which language model writes, where it is, and what it may take."""

import math
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from corpus.api_key import key_file_warnings, read_key
from corpus.errors import SettingsError
from corpus.server_address import check_address, check_encrypted, place_of


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterSettings:
    """The setting ``writer``, without the key itself. :class:`corpus.SettingsError` for what means nothing."""

    base_url: str  # of a server that speaks OpenAI's chat completions: http://127.0.0.1:11434/v1
    model: str  # as that server calls it
    api_key_env: str = ""  # the environment variable that holds the key; empty: none does
    api_key_file: str = ""  # a file that holds the key and nothing else; empty: none does
    allow_http: bool = False  # let a key travel unencrypted to another machine
    first_word_seconds: float = 60.0  # until the model says anything; it may have to be loaded, and reads first
    pause_seconds: float = 20.0  # between two pieces of what it says
    seconds: float = 180.0  # to its end
    at_once: int = 2  # answers that are being written at a time
    reads: int = 4096  # tokens that it reads and writes together
    most_tokens: int = 800  # of one answer, its thoughts included where it thinks aloud

    def __post_init__(self) -> None:
        parts = check_address("base_url", self.base_url, "http://127.0.0.1:11434/v1")
        if parts.path.rstrip("/").endswith("/chat/completions"):
            raise SettingsError(f"'base_url' is {self.base_url!r}; leave out /chat/completions: it is added.")
        if not self.model.strip() or not self.model.isprintable():
            raise SettingsError(f"'model' is {self.model!r}; expected a name, such as the server's list of models has.")
        for name, least, most in _BOUNDS:
            value = getattr(self, name)
            if not (math.isfinite(value) and least <= value <= most):
                raise SettingsError(f"{name!r} is {value}; expected {least} to {most}.")
        if self.most_tokens >= self.reads:
            raise SettingsError(
                f"'most_tokens' is {self.most_tokens}, and 'reads' is {self.reads}: nothing is left for the quotes. "
                f"Name fewer of the former, or what the model really reads."
            )
        if self.api_key_env and self.api_key_file:
            raise SettingsError("'api_key_env' and 'api_key_file' both name a key; leave out one.")
        if self._has_key and not self.allow_http:
            check_encrypted("base_url", self.base_url, self.place)

    @property
    def _address(self) -> SplitResult:
        return urlsplit(self.base_url)

    @property
    def _has_key(self) -> bool:
        return bool(self.api_key_env or self.api_key_file)

    @property
    def is_encrypted(self) -> bool:
        """Whether what is sent travels encrypted."""
        return self._address.scheme == "https"

    @property
    def place(self) -> str:
        """The host that what the model reads is sent to; empty where that is this machine."""
        return place_of(self._address.hostname or "")

    def key(self) -> str:
        """The key; empty for none. :class:`corpus.SettingsError`, which does not repeat it, where it is not there."""
        return read_key(self.api_key_env, self.api_key_file, "writer")

    def warnings(self) -> list[str]:
        """What whoever runs this should know: who else may read the key, or what is sent."""
        found = key_file_warnings(self.api_key_file)
        if self.place and not self.is_encrypted:
            found.append(
                f"Questions and passages travel unencrypted to {self.place}: 'base_url' of 'writer' begins with http."
            )
        return found


_BOUNDS: tuple[tuple[str, float, float], ...] = (
    ("first_word_seconds", 0.1, 3600),
    ("pause_seconds", 0.1, 3600),
    ("seconds", 0.1, 3600),
    ("at_once", 1, 100),
    ("reads", 512, 10_000_000),
    ("most_tokens", 16, 100_000),
)
