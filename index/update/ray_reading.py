"""The texts that workers on a cluster read: in batches, and in the order they came in.

A machine that sees the folder of the texts reads a file there, if it looks as it does here. To one that does not, the
bytes are sent; after the first such file all are.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from corpus import Document, Passage, Problem, TextFile
from corpus.document import PlaceKind
from corpus.files.formats import is_document, largest
from corpus.files.progress import naming, tell
from index.update.ray_actor import Look, ReadText, absolute, look_of
from index.update.ray_pool import Task
from index.update.workers import Arrival, file_to_read

FILES = 16
"""To a task, of those that are read in a moment; of the others one."""
_SENT = 8_000_000  # bytes of files to a task, about


@dataclass(slots=True, eq=False)
class _Place:
    """The place of a text in the line."""

    arrival: Arrival
    file: TextFile | None  # that is still to be read

    def fill(self, document: Document | Problem, passages: Sequence[Passage] | None = None) -> None:
        """Its text is read."""
        self.arrival = replace(self.arrival, document=document, passages=passages)
        self.file = None


class Line:
    """``arrivals`` on their way through workers: of so many (``most``) at a time some are being read."""

    def __init__(self, arrivals: Iterable[Arrival], passage_width: int, most: int) -> None:
        self._source, self._passage_width, self._most = iter(arrivals), passage_width, most
        self._places: deque[_Place] = deque()
        self._unseen: deque[_Place] = deque()  # those whose bytes are to be sent
        self._exhausted = False
        self._sends = False  # whether a worker did not see a file

    @property
    def ended(self) -> bool:
        """Whether all have come and gone."""
        return self._exhausted and not self._places

    def known(self) -> Iterator[Arrival]:
        """Those at the head of the line that are read, or need not be."""
        while self._places and self._places[0].file is None:
            yield self._places.popleft().arrival

    def tell(self) -> None:
        """Say which file is waited for."""
        if self._places and (file := self._places[0].file):
            with naming(file.id):
                tell(PlaceKind.PAGE, 0, 0)

    def next_task(self) -> Task | None:
        """Files for a worker; None: there are none now."""
        return self._to_send() or self._to_read() or self._to_send()

    def take(self, task: Task, found: Sequence[ReadText | None]) -> None:
        """Note what a worker ``found`` in the files of ``task``."""
        for place, read in zip(task.note, found, strict=True):
            if read is None:
                self._sends = True
                self._unseen.append(place)
            else:
                place.fill(*read)

    def _to_read(self) -> Task | None:
        batch: list[tuple[_Place, tuple[TextFile, Look]]] = []
        while not self._exhausted and len(self._places) < self._most and not self._sends:
            place = self._next()
            if place is None or place.file is None:
                continue
            look = look_of(place.file)
            if look is None or look[0] > largest(place.file.id, place.file.limits):
                place.fill(place.file.try_to_read())  # that is soon told
                continue
            batch.append((place, (absolute(place.file), look)))
            if len(batch) == FILES or is_document(place.file.id):
                break
        while self._sends and not self._exhausted and len(self._places) < self._most and len(self._unseen) < FILES:
            place = self._next()
            if place is not None and place.file is not None:
                self._unseen.append(place)
        if not batch:
            return None
        return Task("read", ([each for _, each in batch], self._passage_width), [place for place, _ in batch])

    def _to_send(self) -> Task | None:
        batch: list[tuple[_Place, tuple[TextFile, bytes]]] = []
        size = 0
        while self._unseen and len(batch) < FILES and size < _SENT:
            place = self._unseen.popleft()
            assert place.file is not None, "read already"
            look = look_of(place.file)
            raw = None
            if look is not None and look[0] <= largest(place.file.id, place.file.limits):
                with suppress(OSError):
                    raw = place.file.path.read_bytes()
            if raw is None:
                place.fill(place.file.try_to_read())  # and there it is told why
                continue
            size += len(raw)
            batch.append((place, (absolute(place.file), raw)))
            if is_document(place.file.id):
                break
        if not batch:
            return None
        return Task("read_sent", ([each for _, each in batch], self._passage_width), [place for place, _ in batch])

    def _next(self) -> _Place | None:
        arrival = next(self._source, None)
        if arrival is None:
            self._exhausted = True
            return None
        place = _Place(arrival, file_to_read(arrival))
        self._places.append(place)
        return place
