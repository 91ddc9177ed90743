"""Who reads the texts of an update and embeds their passages: this process, or others that it asks.

What comes out is the same, whoever does it, and so is its order.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from corpus import Document, Passage, Problem, TextFile
from index.storage.segment import Entry
from index.update.passage_coder import PassageCoder
from index.update.spool import Vectors

OnEmbedded = Callable[[int], None]
"""Called now and then with how many passages are embedded; what it raises ends the work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A text on its way into an index."""

    text: Document | TextFile
    entry: Entry | None = None  # what the index has of it
    unchanged: bool = False  # it is as it was indexed, and need not be read
    document: Document | Problem | None = None  # None: not read
    passages: Sequence[Passage] | None = None  # None: not split


class Workers(Protocol):
    """What does the work of an update that takes long."""

    def read(self, arrivals: Iterable[Arrival], passage_width: int) -> Iterator[Arrival]:
        """Each of ``arrivals``, in order; those that are neither unchanged nor have a document get one, or a problem,
        and may be split as well."""

    def embed(
        self, windows: Iterable[Sequence[Passage]], coder: PassageCoder, report: OnEmbedded
    ) -> Iterator[tuple[int, Iterable[tuple[int, Vectors]]]]:
        """What ``coder`` makes of the passages of ``windows``: parts of it, in whatever order they are done.

        A part is the number of its window, and of some of its passages their numbers there and their vectors. Each is
        to be gone through before the next is asked for; those passages that the encoder sees together are always the
        same. A window is asked for when there is nobody who works on what came before.
        """


class LocalWorkers:
    """This process."""

    def read(self, arrivals: Iterable[Arrival], passage_width: int) -> Iterator[Arrival]:
        """See :class:`Workers`."""
        for each in arrivals:
            text = file_to_read(each)
            yield replace(each, document=text.try_to_read()) if text else each

    def embed(
        self, windows: Iterable[Sequence[Passage]], coder: PassageCoder, report: OnEmbedded
    ) -> Iterator[tuple[int, Iterable[tuple[int, Vectors]]]]:
        """See :class:`Workers`."""
        before = 0  # passages of the windows that are done

        def told(done: int, _: int) -> None:
            report(before + done)

        for number, window in enumerate(windows):
            yield number, coder.coded(window, told)
            before += len(window)


def file_to_read(arrival: Arrival) -> TextFile | None:
    """The file that somebody has to read, if there is one."""
    wanted = not arrival.unchanged and arrival.document is None
    return arrival.text if wanted and isinstance(arrival.text, TextFile) else None


LOCAL = LocalWorkers()
