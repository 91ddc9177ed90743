"""The workers of an update on a Ray cluster: one on each processor, which read, split and embed.

Files are read where they are, if the machines see them, and sent if not. Passages go out in the groups that the local
encoder would see, and their vectors come back: bytes are the same then, on processors that calculate the same.
"""

import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType

from corpus import Passage, encoder_text
from corpus.arguments import whole_number
from corpus.errors import ClusterError
from index.encoder import Encoder, SentenceEncoder
from index.encoder.encoder import in_order, together
from index.update.passage_coder import PassageCoder
from index.update.ray_actor import Actor, Coded, Coding, WorkerFacts, program_versions
from index.update.ray_cluster import connected
from index.update.ray_pool import Pool, Task
from index.update.ray_reading import FILES, Line
from index.update.spool import Vectors
from index.update.workers import Arrival, OnEmbedded

_GROUP = 256  # passages to a task, about: some seconds of work, and some MB of vectors
_AHEAD = 4  # tasks for each worker that are under way, or done and waiting for their turn to be written
_PATIENCE = 120.0  # seconds until a worker has to be there


class RayWorkers:
    """Workers on the Ray cluster at ``address`` (see :func:`connected`), for indexes with ``encoder``: within a with
    block.

    ``make`` makes the same encoder on another machine; for a :class:`SentenceEncoder` that is known. ``count`` is how
    many there are (default: one for each processor of the cluster); ``told`` hears what a person should know.
    ValueError where ``count`` is not positive.
    :class:`ClusterError` where the cluster cannot be reached, has no processor, runs another version of the program or
    another model, and where a worker raises something.
    """

    def __init__(
        self,
        address: str,
        encoder: Encoder,
        make: Callable[[], Encoder] | None = None,
        *,
        count: int | None = None,
        told: Callable[[str], None] = lambda line: None,
        group: int = _GROUP,
        patience: float = _PATIENCE,
    ) -> None:
        if make is None and not isinstance(encoder, SentenceEncoder):
            raise TypeError("Say how workers make this encoder: RayWorkers(..., make=...).")
        if count is not None:
            count = whole_number("count", count, 1)
        self._address, self._encoder, self._make = address, encoder, make or _maker(encoder.name)
        self._wanted, self._told, self._group, self._patience = count, told, group, patience
        self._stack = ExitStack()
        self._pool: Pool | None = None
        self.count = 0
        """How many workers there are to be; known within the block."""

    def __enter__(self) -> "RayWorkers":
        with ExitStack() as stack:
            ray = stack.enter_context(connected(self._address))
            processors = int(ray.cluster_resources().get("CPU", 0))
            self.count = self._wanted or processors
            if processors < 1:
                raise ClusterError(f"The Ray cluster at {self._address} has no processor.")
            if self.count > processors:
                raise ClusterError(
                    f"{self.count} workers are wanted, and the Ray cluster at {self._address} has {processors} "
                    f"processor{'s' if processors > 1 else ''}."
                )
            # One that is lost is replaced by the pool, which knows what it had to do.
            kind = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(Actor)
            start = partial(kind.remote, self._make)
            self._pool = Pool(ray, start, self.count, self._check, self._told, self._patience)
            stack.callback(self._pool.close)
            self._put = ray.put
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool = None
        self._stack.close()

    @property
    def pool(self) -> Pool:
        """The workers themselves."""
        if self._pool is None:
            raise RuntimeError(
                "Workers on a Ray cluster are there within a with block: with RayWorkers(...) as workers."
            )
        return self._pool

    def _check(self, facts: WorkerFacts) -> None:
        """:class:`ClusterError` where a worker would make something else of the same text."""
        ours = program_versions()
        other = [
            f"{name} {facts.versions.get(name)} (here: {ours[name]})"
            for name in ours
            if ours[name] != facts.versions.get(name)
        ]
        if other:
            raise ClusterError(
                f"The worker on {facts.host} would read other words: it has {', '.join(other)}. "
                f"Install the same versions on all machines of the cluster."
            )
        if facts.model != self._encoder.digest:
            raise ClusterError(
                f"The worker on {facts.host} has another model by the name {self._encoder.name!r}: {facts.model} "
                f"(here: {self._encoder.digest}). Install the same one on all machines of the cluster."
            )

    def read(self, arrivals: Iterable[Arrival], passage_width: int) -> Iterator[Arrival]:
        """See :class:`index.update.workers.Workers`."""
        line = Line(arrivals, passage_width, _AHEAD * self.count * FILES)
        while not line.ended:
            for task, found in self.pool.done(line.next_task, line.tell):
                line.take(task, found)
                yield from line.known()
            yield from line.known()

    def embed(
        self, windows: Iterable[Sequence[Passage]], coder: PassageCoder, report: OnEmbedded
    ) -> Iterator[tuple[int, Iterable[tuple[int, Vectors]]]]:
        """See :class:`index.update.workers.Workers`."""
        source = enumerate(windows)
        coding: object = None
        size = _size_of_groups(coder.encoder, self._group)
        waiting: deque[Task] = deque()
        left: dict[int, int] = {}  # groups of each window that are not done
        held: dict[int, int] = {}  # passages of those windows, and of others behind the first of them
        embedded = 0

        def next_task() -> Task | None:
            nonlocal coding
            while not waiting and sum(held.values()) <= _AHEAD * self.count * size:
                number, window = next(source, (-1, ()))
                if number < 0:
                    return None
                if coding is None:
                    coding = self._put(Coding(uuid.uuid4().hex, coder.late_interaction, coder.measured))
                groups = list(_groups(window, size))
                waiting.extend(Task("embed", (coding, [window[at] for at in rows]), (number, rows)) for rows in groups)
                left[number], held[number] = len(groups), len(window)
            return waiting.popleft() if waiting else None

        def beat() -> None:
            report(embedded)

        for task, coded in self.pool.done(next_task, beat):
            number, rows = task.note
            embedded += len(rows)
            left[number] -= 1
            for each in list(held):  # those before the first that is not done are written
                if left[each]:
                    break
                del held[each], left[each]
            yield number, _vectors(rows, coded)
            report(embedded)  # once they are kept: it may be what ends the work


def _maker(name: str) -> Callable[[], Encoder]:
    """Makes the encoder ``name`` in a worker, which has one processor."""
    folder = Path(name)
    return partial(SentenceEncoder, str(folder.resolve()) if folder.is_dir() else name, threads=1)


def _size_of_groups(encoder: Encoder, about: int) -> int:
    """How many passages go to a worker at once: whole batches of the encoder, so that each is what it is here."""
    batch = together(encoder)
    return max(1, about // batch) * batch


def _groups(window: Sequence[Passage], size: int) -> Iterator[list[int]]:
    """The numbers of the passages of ``window`` that go to a worker together."""
    order = in_order([encoder_text(passage) for passage in window])
    for start in range(0, len(order), size):
        yield order[start : start + size]


def _vectors(rows: Sequence[int], coded: Coded) -> Iterator[tuple[int, Vectors]]:
    for number, row in enumerate(rows):
        yield row, coded.of(number)
