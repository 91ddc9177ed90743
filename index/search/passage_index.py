"""A question finds its passages."""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from corpus import Passage
from corpus.arguments import check_text, shown, whole_number
from index.encoder import Encoder
from index.encoder.checks import check_encoder
from index.matching.words import words_in
from index.search.query import LONGEST_READ
from index.search.retrieval import Retrieval, retrieve
from index.storage.qdrant.settings import QdrantSettings
from index.storage.scope import EVERYTHING, Scope, check_scope
from index.storage.snapshot import Snapshot
from index.storage.store import Store, check_identity, open_store


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

    def __init__(self, store: Store, encoder: Encoder, snapshot: Snapshot) -> None:
        self.folder, self.encoder = store.folder, encoder
        self._store = store
        self._snapshot = snapshot
        self._version: object = None  # of the manifest when it was last read; None: not since the index was opened
        self._following = Lock()

    @classmethod
    def open(cls, folder: str | Path, encoder: Encoder, store: QdrantSettings | None = None) -> "PassageIndex":
        """The index in ``folder``, or in ``store``, of which the folder then holds this machine's copy of small files.

        :class:`StoredIndexError` where there is none, where it is damaged, or where another model built it; TypeError
        where ``encoder`` is none, as the name of one.
        """
        check_encoder(encoder)
        opened = open_store(folder, store)
        return cls(opened, encoder, _checked(opened, encoder))

    def check(self) -> None:
        """:class:`StoredIndexError` where the current state of the index cannot be read; as quick as can be."""
        self._store.check()

    @property
    def snapshot(self) -> Snapshot:
        """The current state of the index, read again if an update has replaced it.

        :class:`StoredIndexError` where a store elsewhere does not answer.
        """
        now = self._store.version()
        if now in (self._version, None):  # an index that was deleted answers as long as somebody has it open
            return self._snapshot
        with self._following:
            if now != self._version:
                self._snapshot = _checked(self._store, self.encoder, self._snapshot)
                # Should it be replaced at this very moment, the next question sees that it is not what was looked at.
                self._version = now
        return self._snapshot

    def search(self, question: str, k: int = 5, scope: Scope = EVERYTHING) -> list[Hit]:
        """The ``k`` passages in ``scope`` that fit ``question`` best, best first.

        Only candidates are ranked, :data:`index.search.ranking.CANDIDATES` of each language, and of two that translate
        each other one is told: there are no more than these, however many the index holds and ``k`` asks for.
        ValueError where ``k`` is not positive. A question without a word finds nothing; of a very long one the first
        :data:`index.search.query.LONGEST_READ` characters are read. :class:`corpus.ScopeError` where nothing is in
        ``scope``.
        """
        check_text("question", question)
        wanted = whole_number("k", k, 1)
        check_scope(scope)
        if not words_in(question[:LONGEST_READ]):
            return []
        return hits_of(self.retrieve(question, scope))[:wanted]

    def left_out(self, scope: Scope) -> int:
        """How many texts ``scope`` leaves out only because they name no date."""
        return scope.left_out(self.snapshot.entries) if scope.since else 0

    def retrieve(self, question: str, scope: Scope = EVERYTHING) -> Retrieval:
        """What the current state holds for ``question`` in ``scope``, with all that a later step may ask about it.

        As far as a question is read, see :meth:`search`.
        """
        check_text("question", question)
        check_scope(scope)
        return retrieve(question, self.encoder, self.snapshot.narrowed(scope))


def check_passages(passages: object) -> None:
    """TypeError where ``passages`` is a path, and not the index that is there."""
    if isinstance(passages, (str, Path)):
        raise TypeError(f"'passages' is {shown(passages)}; expected PassageIndex.open({str(passages)!r}, encoder).")


def hits_of(retrieval: Retrieval) -> list[Hit]:
    """The passages that were found, best first."""
    return [Hit(retrieval.passage(one.row), one.score) for one in retrieval.ranked]


def _checked(store: Store, encoder: Encoder, known: Snapshot | None = None) -> Snapshot:
    snapshot = store.read_snapshot(known)
    check_identity(store.folder, snapshot.manifest, encoder)
    return snapshot
