"""The second collection, whose name ends with -files: what makes up a state beside its vectors. It holds no vectors.

    kind "file"      a part of a file: name, part, data in Base64, owner, touched
    kind "batch"     passages that are or were being sent: batch, owner, touched
    kind "state"     one point, the current state: generation, manifest, the text that a folder has as manifest.json,
                     and retired, the segments that older states needed and when they were replaced

A state follows another in one step: the point of the state is replaced only if it still is the one that the new one was
made from, which Qdrant decides (a conditional update). So of two writers on two machines one is told that the other was
faster, whatever either has read. (Aliases of collections could be switched in one step as well, but each state would be
a copy of the whole collection, and a switch has no condition.)
"""

import base64
import math
import secrets
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from index.storage.files import FileFacts, FileWriter
from index.storage.qdrant.client import Connection, NoCollectionError
from index.storage.qdrant.collections import make_collection, make_payload_indexes
from index.storage.qdrant.points import consistency
from index.storage.qdrant.settings import FILES, QdrantSettings

_SPACE = uuid.UUID("6f1b6a52-0f4d-4b7e-9d55-1d2f9f5f0a10")  # of the names of our points
_PART = 1 << 20  # bytes of a part
_AT_ONCE = 4  # parts that travel together: less than a server takes by default
_GIVEN_UP = timedelta(days=1)  # after which nobody is still sending
_STATE = str(uuid.uuid5(_SPACE, "state"))


@dataclass(frozen=True, slots=True)
class StatePoint:
    """The point of the current state."""

    generation: str
    manifest: str
    retired: Mapping[str, str] = field(default_factory=dict)  # segment -> since when it is not needed, ISO 8601


@dataclass(frozen=True, slots=True)
class Sent:
    """A batch of passages, or a file, that is or was being sent."""

    name: str  # of the file, or the number of the batch
    owner: str  # which folder of which machine sent it
    touched: str  # when the last of it was sent, ISO 8601

    def may_go(self, owner: str) -> bool:
        """Whether ``owner`` may take it for left over, if nobody needs it: it is its own, or nobody's any more."""
        old = datetime.now(UTC) - datetime.fromisoformat(self.touched) > _GIVEN_UP
        return self.owner == owner or old


class FilesCollection:
    """The collection beside the one that ``settings`` name. All raises :class:`StoredIndexError`."""

    def __init__(self, connected: Connection, settings: QdrantSettings) -> None:
        self._connection, self._settings, self.name = connected, settings, f"{settings.collection}{FILES}"
        self._reading: dict[str, Any] = {}
        self._after: dict[str, Any] = {}  # of what was just written: it has to be seen, whichever replica answers
        if not settings.embedded:
            most = replace(settings, read_consistency=settings.read_consistency or "majority")
            self._reading["consistency"], self._after["consistency"] = consistency(settings), consistency(most)

    def make(self) -> None:
        """Make it, if it is not there, and what of it is missing."""
        with self._connection.asking(f"look for the collection {self.name!r}") as client:
            there = client.collection_exists(self.name)
        if not there:
            settings, options = self._settings, dict[str, Any]()
            if not settings.embedded:
                options = {
                    "replication_factor": settings.replicas,
                    "write_consistency_factor": settings.write_consistency,
                    "on_disk_payload": True,
                }
            make_collection(self._connection, self.name, {}, options)
        kinds = {"kind": "keyword", "name": "keyword", "generation": "keyword", "part": "integer"}
        make_payload_indexes(self._connection, self.name, kinds)

    def state(self, *, whole: bool = True, written: bool = False) -> StatePoint | None:
        """The current state, if there is one; without its manifest unless ``whole`` is wanted. What was ``written``
        just now is seen."""
        try:
            with self._connection.asking("read the state of the index") as client:
                wanted = True if whole else ["generation"]
                options = self._after if written else self._reading
                found = client.retrieve(self.name, [_STATE], with_payload=wanted, **options)
        except NoCollectionError:
            return None
        if not found:
            return None
        payload = found[0].payload or {}
        return StatePoint(payload.get("generation", ""), payload.get("manifest", ""), payload.get("retired") or {})

    def replace_state(self, new: StatePoint, generation: str) -> bool:
        """Make ``new`` the current state if that of ``generation`` still is (empty: if there is none); whether it is
        now."""
        from qdrant_client import models

        same = models.FieldCondition(key="generation", match=models.MatchValue(value=generation))
        payload = {"kind": "state", "generation": new.generation, "manifest": new.manifest, "retired": new.retired}
        point = models.PointStruct(id=_STATE, vector={}, payload=payload)
        options = {} if self._settings.embedded else {"ordering": models.WriteOrdering.STRONG}
        with self._connection.asking("replace the state of the index") as client:
            client.upsert(self.name, [point], wait=True, update_filter=models.Filter(must=[same]), **options)
        now = self.state(written=True)
        return now is not None and now.manifest == new.manifest

    def begin_batch(self, owner: str) -> int:
        """The number of a new batch that ``owner`` sends."""
        from qdrant_client import models

        never = models.Filter(must=[models.FieldCondition(key="kind", match=models.MatchValue(value="none"))])
        while True:
            number = secrets.randbelow(2**31 - 1) + 1
            point, nonce = self._batch_point(number, owner), secrets.token_hex(8)
            point.payload["nonce"] = nonce
            with self._connection.asking("begin to keep passages") as client:
                client.upsert(self.name, [point], wait=True, update_filter=never)
                (kept,) = client.retrieve(self.name, [point.id], with_payload=True, **self._after)
            if (kept.payload or {}).get("nonce") == nonce:
                return number

    def touch_batch(self, number: int, owner: str) -> None:
        """Say that ``owner`` still sends batch ``number``."""
        with self._connection.asking("keep passages") as client:
            client.upsert(self.name, [self._batch_point(number, owner)], wait=True)

    def batches(self) -> dict[int, Sent]:
        """All batches whose passages may be there, by number."""
        return {int(each.name): each for each in self._sent("batch", "batch")}

    def _batch_point(self, number: int, owner: str) -> Any:
        from qdrant_client import models

        payload = {"kind": "batch", "batch": number, "owner": owner, "touched": _now()}
        return models.PointStruct(id=_id("batch", number), vector={}, payload=payload)

    def forget_batches(self, numbers: Iterable[int]) -> None:
        """Let nothing say any more that there are passages of them."""
        self._remove([_id("batch", number) for number in numbers])

    def files(self) -> dict[str, Sent]:
        """All files that are there, each at least in part, by name."""
        return {each.name: each for each in self._sent("file", "name")}

    def _sent(self, kind: str, name: str) -> Iterator[Sent]:
        for each in self._scrolled(kind, [name, "owner", "touched"]):
            yield Sent(str(each[name]), each["owner"], each["touched"])

    def send(self, files: Mapping[str, Path], owner: str) -> None:
        """Keep each of ``files`` under its name. Raises OSError unchanged."""
        waiting: list[tuple[str, int, bytes]] = []
        for name, path in files.items():
            with path.open("rb") as stream:
                for part, data in enumerate(_parts_of(stream)):
                    if sum(len(each) for *_, each in waiting) + len(data) > _AT_ONCE * _PART:
                        self._send(waiting, owner)
                        waiting = []
                    waiting.append((name, part, data))
        self._send(waiting, owner)

    def _send(self, parts: list[tuple[str, int, bytes]], owner: str) -> None:
        from qdrant_client import models

        facts, points = {"kind": "file", "owner": owner, "touched": _now()}, []
        for name, part, data in parts:
            payload = facts | {"name": name, "part": part, "data": base64.b64encode(data).decode("ascii")}
            points.append(models.PointStruct(id=_id(name, part), vector={}, payload=payload))
        if points:
            with self._connection.asking("keep files") as client:
                client.upsert(self.name, points, wait=True)

    def fetch(self, name: str, facts: FileFacts, path: Path) -> bool:
        """Write what is kept under ``name`` into ``path``; whether that is what ``facts`` say. Raises OSError
        unchanged."""
        writer = FileWriter(path)
        try:
            for data in self._parts(name, math.ceil(facts.size / _PART)):
                writer.write(data)
            return writer.close() == facts
        finally:
            writer.abandon()

    def read(self, name: str) -> bytes:
        """What is kept under ``name``; nothing where nothing is."""
        return b"".join(self._parts(name, 1 << 20))

    def _parts(self, name: str, count: int) -> Iterator[bytes]:
        """The parts of a file from the first on: ``count``, or what is there."""
        for begin in range(0, count, _AT_ONCE):
            ids = [_id(name, part) for part in range(begin, min(begin + _AT_ONCE, count))]
            with self._connection.asking(f"fetch {name}") as client:
                found = client.retrieve(self.name, ids, with_payload=["part", "data"], **self._reading)
            for each in sorted((each.payload or {} for each in found), key=lambda payload: payload["part"]):
                yield base64.b64decode(each["data"])
            if len(found) < len(ids):
                return

    def remove(self, names: Iterable[str]) -> None:
        """Remove what is kept under ``names``."""
        from qdrant_client import models

        if wanted := sorted(names):
            one = models.FieldCondition(key="name", match=models.MatchAny(any=wanted))
            with self._connection.asking("remove files") as client:
                client.delete(self.name, models.FilterSelector(filter=models.Filter(must=[one])), wait=True)

    def _remove(self, ids: list[str]) -> None:
        if ids:
            with self._connection.asking("remove what is not needed") as client:
                client.delete(self.name, ids, wait=True)

    def _scrolled(self, kind: str, wanted: list[str]) -> Iterator[dict[str, Any]]:
        from qdrant_client import models

        conditions = [models.FieldCondition(key="kind", match=models.MatchValue(value=kind))]
        if kind == "file":
            conditions.append(models.FieldCondition(key="part", match=models.MatchValue(value=0)))
        offset = None
        while True:
            try:
                with self._connection.asking("list what is kept") as client:
                    found, offset = client.scroll(
                        self.name,
                        models.Filter(must=conditions),
                        limit=256,
                        offset=offset,
                        with_payload=wanted,
                        **self._reading,
                    )
            except NoCollectionError:
                return
            yield from (each.payload or {} for each in found)
            if offset is None:
                return


def _parts_of(stream: IO[bytes]) -> Iterator[bytes]:
    while part := stream.read(_PART):
        yield part


def _id(name: str, part: int) -> str:
    return str(uuid.uuid5(_SPACE, f"{name}\0{part}"))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
