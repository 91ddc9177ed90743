"""Which Qdrant keeps an index, and how."""

import math
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from corpus.api_key import key_file_warnings, read_key
from corpus.errors import SettingsError
from corpus.server_address import check_address, check_encrypted, place_of

IN_MEMORY = ":memory:"
"""The ``url`` of an embedded Qdrant that keeps nothing: for tests."""

FILES = "-files"
"""The end of the name of the second collection."""

_KINDS = ("qdrant",)
_PORT = 6333  # where the client calls if 'url' names none
_LONGEST_NAME = 200  # bytes: with what is added to it, it has to be a name of a folder
_QUANTISATIONS = ("none", "scalar", "binary", "product")
_CONSISTENCIES = ("", "majority", "quorum", "all")
_BOUNDS: tuple[tuple[str, float, float], ...] = (
    ("timeout", 0.1, 3600),
    ("grpc_port", 1, 65535),
    ("shards", 1, 10_000),
    ("replicas", 1, 100),
    ("write_consistency", 1, 100),
    ("hnsw_ef", 1, 100_000),
    ("cache_mb", 0, 1_000_000),
    ("batch", 1, 10_000),
    ("keep_seconds", 0, 864_000),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QdrantSettings:
    """The setting ``store``, without the key itself. :class:`corpus.SettingsError` for what means nothing."""

    kind: str = "qdrant"
    url: str = ""  # of a server or a cluster: http://127.0.0.1:6333; 6333 is the port where it names none
    path: str = ""  # instead of it: the folder of an embedded Qdrant, for one process and some 20,000 passages
    collection: str = "foundation-qa"  # and a second one, whose name ends with -files
    api_key_env: str = ""  # the environment variable that holds the key; empty: none does
    api_key_file: str = ""  # a file that holds the key and nothing else; empty: none does
    allow_http: bool = False  # let a key travel unencrypted to another machine
    timeout: float = 30.0  # seconds, of one request
    prefer_grpc: bool = False  # speak gRPC where the client can
    grpc_port: int = 6334
    shards: int = 1  # this and what follows is handed to Qdrant when the collection is made:
    replicas: int = 1
    write_consistency: int = 1  # replicas that have to have what is written
    quantisation: str = "none"  # "none", "scalar", "binary" or "product": what is searched first
    on_disk: bool = False  # whole vectors on disk, not in memory
    read_consistency: str = ""  # "majority", "quorum" or "all": replicas that have to agree; empty: one answers
    exact: bool = False  # compare all vectors, without Qdrant's graph
    hnsw_ef: int = 384  # vectors of a shard that a search keeps in view; with 100 it misses some, see SCALE.md
    compressed: bool = False  # take answers compressed: less on a slow line, and slower on a fast one
    cache_mb: float = 256.0  # of fetched vectors, that are kept in memory
    batch: int = 256  # passages sent at a time
    keep_seconds: float = 60.0  # how long what an older state needs stays: longer than anybody takes to answer

    def __post_init__(self) -> None:
        if self.kind not in _KINDS:
            raise SettingsError(f"'kind' is {self.kind!r}; expected one of: {', '.join(_KINDS)}.")
        if bool(self.url) == bool(self.path):
            raise SettingsError(
                "Name either 'url', as http://127.0.0.1:6333, or 'path', the folder of an embedded Qdrant."
            )
        if self.url not in ("", IN_MEMORY):
            check_address("url", self.url, "http://127.0.0.1:6333")
        self._check_collection()
        for name, least, most in _BOUNDS:
            value = getattr(self, name)
            if not (math.isfinite(value) and least <= value <= most):
                raise SettingsError(f"{name!r} is {value}; expected {least} to {most}.")
        for name, known in (("quantisation", _QUANTISATIONS), ("read_consistency", _CONSISTENCIES)):
            if getattr(self, name) not in known:
                raise SettingsError(
                    f"{name!r} is {getattr(self, name)!r}; expected one of: {', '.join(filter(None, known))}."
                )
        if self.api_key_env and self.api_key_file:
            raise SettingsError("'api_key_env' and 'api_key_file' both name a key; leave out one.")
        if self._has_key and not self.allow_http:
            check_encrypted("url", self.url, self.place)

    def _check_collection(self) -> None:
        """It becomes the name of a folder, and a second one stands beside it."""
        name = self.collection
        long = len(name.encode("utf-8", "replace")) > _LONGEST_NAME
        if not re.fullmatch(r"[\w.-]+", name) or not name.strip(".") or long:
            raise SettingsError(
                f"'collection' is {name!r}; expected letters, digits, '.', '-' and '_', at most {_LONGEST_NAME} bytes."
            )
        if name.endswith(FILES):
            raise SettingsError(f"'collection' is {name!r}; the end {FILES!r} is that of the second collection.")

    @property
    def _address(self) -> SplitResult:
        return urlsplit(self.url)

    @property
    def _has_key(self) -> bool:
        return bool(self.api_key_env or self.api_key_file)

    @property
    def embedded(self) -> bool:
        """Whether it runs in this process."""
        return bool(self.path) or self.url == IN_MEMORY

    @property
    def address(self) -> str:
        """Where it is, for a message, with the port that is called."""
        if self.embedded:
            return self.path or self.url
        parts = self._address
        place = parts.netloc if parts.port else f"{parts.netloc.rstrip(':')}:{_PORT}"
        return parts._replace(netloc=place).geturl().rstrip("/")

    @property
    def identity(self) -> str:
        """What differs as soon as the index is another one."""
        return f"{self.kind} {self.address} {self.collection}"

    @property
    def place(self) -> str:
        """The host that texts are sent to; empty where that is this machine."""
        return "" if self.embedded else place_of(self._address.hostname or "")

    def key(self) -> str:
        """The key; empty for none. :class:`corpus.SettingsError`, which does not repeat it, where it is not there."""
        return read_key(self.api_key_env, self.api_key_file, "store")

    def warnings(self) -> list[str]:
        """What whoever runs this should know: who else may read the key or the texts, and what is not kept."""
        found = key_file_warnings(self.api_key_file)
        if self.place and self._address.scheme == "http":
            found.append(f"Texts travel unencrypted to {self.place}: 'url' of 'store' begins with http.")
        if self.embedded:
            default = type(self)(url=IN_MEMORY)
            names = ("shards", "replicas", "write_consistency", "quantisation", "on_disk", "read_consistency")
            lost = [name for name in names if getattr(self, name) != getattr(default, name)]
            if lost:
                found.append(f"An embedded Qdrant knows no {', '.join(map(repr, lost))} of 'store'; a server does.")
        return found
