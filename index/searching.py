"""A question finds its passages."""

from dataclasses import dataclass
from pathlib import Path

from corpus import Passage, language_of
from index.encoder import Encoder
from index.storing import Snapshot, current_generation, read_snapshot
from index.updating import check_identity


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, and how close it is."""

    passage: Passage
    score: float  # cosine of centred vectors, -1 to 1, higher is closer, comparable between languages


class PassageIndex:
    """An index, open for questions.

    A search uses the state that is current when it begins: an update by another process is noticed at the
    next search. Searching is safe from several threads.
    """

    def __init__(self, folder: Path, encoder: Encoder, snapshot: Snapshot) -> None:
        self.folder, self.encoder = folder, encoder
        self._snapshot = snapshot

    @classmethod
    def open(cls, folder: str | Path, encoder: Encoder) -> "PassageIndex":
        """The index in ``folder``; StoredIndexError where there is none, it is damaged, or another model built it."""
        snapshot = _checked(Path(folder), encoder)
        return cls(Path(folder), encoder, snapshot)

    @property
    def snapshot(self) -> Snapshot:
        """The current state of the index, read again if an update has replaced it."""
        if current_generation(self.folder) not in (self._snapshot.generation, None):
            self._snapshot = _checked(self.folder, self.encoder)
        return self._snapshot

    def search(self, question: str, k: int = 5) -> list[Hit]:
        """The ``k`` passages closest to ``question``, best first; fewer where the index holds fewer.

        ValueError where ``k`` is not positive. A question without a word finds nothing.
        """
        return search(self.snapshot, self.encoder, question, k)


def search(snapshot: Snapshot, encoder: Encoder, question: str, k: int) -> list[Hit]:
    """:meth:`PassageIndex.search` in one given state of the index."""
    if k < 1:
        raise ValueError(f"k must be 1 or more, not {k}")
    if not question.strip():
        return []
    language = language_of(question)
    vector = snapshot.means.centred_questions(encoder.encode_questions([question]), [language])
    hits: list[Hit] = []
    for members in snapshot.members.values():
        scores, rows = snapshot.vectors.search(vector, min(k, len(members.rows)), params=members.selector)
        # A question is a little closer to one language than to the other also after centring.
        usual = float(vector[0] @ members.centroid)
        hits += [
            Hit(snapshot.passages[row], float(score) - usual) for score, row in zip(scores[0], rows[0], strict=True)
        ]
    return sorted(hits, key=lambda hit: -hit.score)[:k]


def _checked(folder: Path, encoder: Encoder) -> Snapshot:
    snapshot = read_snapshot(folder)
    check_identity(folder, snapshot.manifest, encoder)
    return snapshot
