"""The seam of the whole vectors: an index needs no more of what keeps them than its protocols say."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from corpus import load_documents
from index import FloatArray, PassageIndex, rebuild_index, update_index
from index.storage.files import FileFacts
from index.storage.manifest import Cells, SegmentFacts
from index.storage.vectors import VectorStore, VectorWriter

KEPT: dict[tuple[str, str], FloatArray] = {}  # by segment and language


class Elsewhere:
    """Vectors that are kept in no file."""

    def __init__(self, vectors: FloatArray, rows: NDArray[np.int64]) -> None:
        self._vectors, self.rows = vectors, rows

    def search(
        self, question: FloatArray, count: int, only: NDArray[np.bool_] | None = None, *, exact: bool = False
    ) -> tuple[FloatArray, NDArray[np.int64]]:
        scores = self._vectors @ question
        best = np.argsort(-scores, kind="stable")
        best = best[only[best]][:count] if only is not None else best[:count]
        return scores[best], self.rows[best]

    def of(self, rows: NDArray[np.int64]) -> FloatArray:
        return self._vectors[np.searchsorted(self.rows, rows)]


class Sender:
    """Takes vectors there."""

    def __init__(self) -> None:
        self._parts: list[FloatArray] = []

    def add(self, vectors: FloatArray) -> None:
        self._parts.append(vectors.copy())

    def write(self, place: Path, language: str) -> tuple[Mapping[str, FileFacts], Cells | None]:
        KEPT[place.name, language] = np.concatenate(self._parts)
        return {}, None


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(place: Path, facts: SegmentFacts, rows: Mapping[str, NDArray[np.int64]]) -> Mapping[str, VectorStore]:
        return {language: Elsewhere(KEPT[place.name, language], own) for language, own in rows.items() if len(own)}

    def sender(dimension: int) -> VectorWriter:
        return Sender()

    KEPT.clear()
    monkeypatch.setattr("index.storage.segment.open_vectors", opened)
    monkeypatch.setattr("index.storage.kept_vectors.vector_writer", sender)


def told(index: PassageIndex) -> Any:
    """What three questions find."""
    questions = ("Who released GPT-3?", "什么是同质化？", "How much electricity does training take?")
    return [[(hit.passage, pytest.approx(hit.score, abs=1e-5)) for hit in index.search(each)] for each in questions]


def test_vectors_may_be_kept_elsewhere(
    small_index: PassageIndex, texts: Path, tmp_path: Path, fake_encoder: Any, edit: Any, request: Any
) -> None:
    expected = told(small_index)
    edit(texts / "en" / "models.md", "175 billion", "many")
    update_index(small_index.folder, load_documents(texts), fake_encoder, corpus=[str(texts)])
    after = told(small_index)
    assert after != expected
    edit(texts / "en" / "models.md", "many", "175 billion")

    request.getfixturevalue("elsewhere")
    folder = tmp_path / "other"
    rebuild_index(folder, load_documents(texts), fake_encoder)
    opened = PassageIndex.open(folder, fake_encoder)
    assert list(folder.rglob("*.faiss")) == []
    assert sorted(language for _, language in KEPT) == ["en", "zh"]
    assert told(opened) == expected
    edit(texts / "en" / "models.md", "175 billion", "many")
    assert update_index(folder, load_documents(texts), fake_encoder).embedded == 1
    assert told(opened) == after  # what was removed is found no more
    assert told(PassageIndex.open(folder, fake_encoder)) == after
