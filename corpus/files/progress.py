"""How far the reading of one long file is: readers tell it, and whoever waits for them hears it.

A reader counts what it goes through (:func:`counted`), and need not know who listens. That is the same within the
process of a reader (:mod:`corpus.files.document_process`), which hands it on, and in the process that waits for it.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

from corpus.document import PlaceKind

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class FileProgress:
    """How far the reading of a file is."""

    name: str = ""  # the id of its document
    kind: PlaceKind = PlaceKind.PAGE  # what is counted
    done: int = 0
    total: int = 0  # 0: not known, or its reader counts nothing


OnFileProgress = Callable[[FileProgress], None]
"""Called now and then while a file is read; what it raises ends the reading."""


def unheard(reading: FileProgress) -> None:
    """The listener of somebody who does not want to hear any."""


_listener: ContextVar[OnFileProgress | None] = ContextVar("listener", default=None)
_name: ContextVar[str] = ContextVar("name", default="")


@contextmanager
def heard_by(listener: OnFileProgress) -> Iterator[None]:
    """Within the block ``listener`` hears how far the files are that this thread reads."""
    before = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(before)


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Within the block the file that becomes the document ``name`` is read."""
    before = _name.set(name)
    try:
        yield
    finally:
        _name.reset(before)


def tell(kind: PlaceKind, done: int, total: int) -> None:
    """Say that ``done`` of ``total`` are read."""
    if listener := _listener.get():
        listener(FileProgress(_name.get(), kind, done, total))


def counted(kind: PlaceKind, items: Iterable[Item], total: int) -> Iterator[Item]:
    """The ``items``, of which there are ``total``; each is told of before it is read, and the end."""
    for done, item in enumerate(items):
        tell(kind, done, total)
        yield item
    tell(kind, total, total)
