"""A question finds its passages."""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from corpus import Passage
from index.encoder import Encoder
from index.matching.words import words_in
from index.search.retrieval import Retrieval, retrieve
from index.storage.scope import EVERYTHING, Scope
from index.storage.snapshot import Snapshot
from index.storage.store import check_identity, read_snapshot, version


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, and how well it fits."""

    passage: Passage
    score: float  # 0 to 1, higher is closer, comparable between languages and questions; see Standing.score


class PassageIndex:
    """An index, open for questions.

    A search uses the state that is current when it begins: an update by another process is noticed at the
    next search. Searching is safe from several threads.
    """

    def __init__(self, folder: Path, encoder: Encoder, snapshot: Snapshot) -> None:
        self.folder, self.encoder = folder, encoder
        self._snapshot = snapshot
        self._version: object = None  # of the manifest when it was last read; None: not since the index was opened
        self._following = Lock()

    @classmethod
    def open(cls, folder: str | Path, encoder: Encoder) -> "PassageIndex":
        """The index in ``folder``.

        :class:`StoredIndexError` where there is none, where it is damaged, or where another model built it.
        """
        return cls(Path(folder), encoder, _checked(Path(folder), encoder))

    @property
    def snapshot(self) -> Snapshot:
        """The current state of the index, read again if an update has replaced it."""
        now = version(self.folder)
        if now in (self._version, None):  # an index that was deleted answers as long as somebody has it open
            return self._snapshot
        with self._following:
            if now != self._version:
                self._snapshot = _checked(self.folder, self.encoder, self._snapshot)
                # Should it be replaced at this very moment, the next question sees that it is not what was looked at.
                self._version = now
        return self._snapshot

    def search(self, question: str, k: int = 5, scope: Scope = EVERYTHING) -> list[Hit]:
        """The ``k`` passages in ``scope`` that fit ``question`` best, best first.

        There are fewer where the index holds fewer, and never more than twice :data:`index.search.ranking.CANDIDATES`.
        ValueError where ``k`` is not positive. A question without a word finds nothing.
        :class:`corpus.ScopeError` where nothing is in ``scope``.
        """
        if k < 1:
            raise ValueError(f"k must be 1 or more, not {k}")
        if not words_in(question):
            return []
        return hits_of(self.retrieve(question, scope))[:k]

    def retrieve(self, question: str, scope: Scope = EVERYTHING) -> Retrieval:
        """What the current state holds for ``question`` in ``scope``, with all that a later step may ask about it."""
        return retrieve(question, self.encoder, self.snapshot.narrowed(scope))


def hits_of(retrieval: Retrieval) -> list[Hit]:
    """The passages that were found, best first."""
    return [Hit(retrieval.passage(one.row), one.score) for one in retrieval.ranked]


def _checked(folder: Path, encoder: Encoder, known: Snapshot | None = None) -> Snapshot:
    snapshot = read_snapshot(folder, known)
    check_identity(folder, snapshot.manifest, encoder)
    return snapshot
