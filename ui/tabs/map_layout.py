"""Where each passage lies on the map of the texts, and which topic it belongs to."""

import hashlib
import io
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus import LANGUAGES, language_of
from index import FloatArray, Snapshot
from index.disk import replace_file
from index.user_folders import cache_folder
from ui.tabs.map_projection import level, means, placed, project, sampled
from ui.workspace.topics import topics_of

_KEPT = 8  # layouts in the cache folder; one takes some 16 kB


@dataclass(frozen=True, slots=True)
class Topic:
    """A text, and its translation if it has one."""

    titles: Mapping[str, str]  # by language, every known one; another's where there is no text in it
    passages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Atlas:
    """One state of the index, laid out."""

    snapshot: Snapshot
    rows: NDArray[np.int64]  # (points,): the passages that have a place, in order; of many, a sample
    vectors: FloatArray  # (points, dimension), level
    centres: Mapping[str, FloatArray]  # language -> what was taken off its vectors to make them level
    places: FloatArray  # (points, 2), from -1 to 1
    topics: tuple[Topic, ...]  # in the order of their texts' ids
    topic_of: NDArray[np.int64]  # (passages,): number of the topic of each passage

    @property
    def complete(self) -> bool:
        """Whether every passage has a place."""
        return len(self.rows) == len(self.snapshot.passages)

    def place(self, rows: Sequence[int]) -> FloatArray:
        """Places of the passages ``rows``, (rows, 2); those outside of the sample lie amid their neighbours."""
        wanted = np.asarray(rows, np.int64).reshape(-1)
        at = np.minimum(np.searchsorted(self.rows, wanted), len(self.rows) - 1)
        places = self.places[at]
        missing = self.rows[at] != wanted
        if missing.any():
            places = places.copy()
            places[missing] = placed(_level(self.snapshot, wanted[missing], self.centres), self.vectors, self.places)
        return places


class Cartographer:
    """Lays out the states of an index, each once; safe to be asked from several threads.

    Layouts stay in the user's cache folder, so that a page that is served anew need not wait.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or cache_folder() / "maps"
        self._drawing = threading.Lock()
        self._atlas: Atlas | None = None

    def atlas(self, snapshot: Snapshot) -> Atlas:
        """The atlas of ``snapshot``; the first time takes seconds, and others who ask meanwhile wait for it."""
        with self._drawing:
            if self._atlas is None or self._atlas.snapshot is not snapshot:
                rows = sampled(_names(snapshot))
                centres = means(snapshot.vectors(rows), [snapshot.language(row) for row in rows])
                vectors = _level(snapshot, rows, centres)
                topics, topic_of = _topics(snapshot)
                self._atlas = Atlas(
                    snapshot=snapshot,
                    rows=rows,
                    vectors=vectors,
                    centres=centres,
                    places=self._layout(vectors),
                    topics=topics,
                    topic_of=topic_of,
                )
            return self._atlas

    def _layout(self, vectors: FloatArray) -> FloatArray:
        # The name says what is laid out and not of which state: two indexes may hold the same passages.
        file = self._folder / f"{hashlib.sha256(vectors.tobytes()).hexdigest()[:32]}.npy"
        with suppress(OSError, ValueError, EOFError):  # not there, or damaged: then it is drawn anew
            places = np.load(file, allow_pickle=False)
            if places.shape == (len(vectors), 2) and places.dtype == np.float32:
                return np.asarray(places, np.float32)
        places = project(vectors)
        with suppress(OSError):  # a cache folder that cannot be written costs time and nothing else
            self._keep(file, places)
        return places

    def _keep(self, file: Path, places: FloatArray) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        data = io.BytesIO()
        np.save(data, places)
        replace_file(file, data.getvalue(), durable=False, private=True)
        old = sorted(self._folder.glob("*.npy"), key=lambda each: each.stat().st_mtime)[:-_KEPT]
        for each in old:
            each.unlink(missing_ok=True)


def _names(snapshot: Snapshot) -> list[str]:
    """A name for each passage that it keeps as long as its document stays as it is."""
    names = [""] * len(snapshot.passages)
    for document_id in snapshot.catalogue:
        for number, row in enumerate(snapshot.rows_of(document_id)):
            names[row] = f"{document_id}#{number}"
    return names


def _level(snapshot: Snapshot, rows: NDArray[np.int64], centres: Mapping[str, FloatArray]) -> FloatArray:
    languages = [snapshot.language(row) for row in rows]
    # A language that the sample lacks has nothing to be taken off.
    known = {each: centres.get(each, np.zeros(snapshot.manifest.dimension, np.float32)) for each in set(languages)}
    return level(snapshot.vectors(rows), languages, known)


def _topics(snapshot: Snapshot) -> tuple[tuple[Topic, ...], NDArray[np.int64]]:
    """The topics, and the number of the topic of each passage."""
    members: dict[str, list[str]] = {}
    leaders = topics_of({name: snapshot.entry(name).twin for name in snapshot.catalogue})
    for name in sorted(snapshot.catalogue):
        members.setdefault(leaders[name], []).append(name)
    topic_of = np.zeros(len(snapshot.passages), np.int64)
    topics = []
    for number, leader in enumerate(sorted(members)):
        spans = [snapshot.rows_of(name) for name in members[leader]]
        for span in spans:
            topic_of[span.start : span.stop] = number
        titles = [snapshot.entry(name).title for name in members[leader]]
        topics.append(_topic(titles, sum(map(len, spans))))
    return tuple(topics), topic_of


def _topic(titles: Sequence[str], passages: int) -> Topic:
    known = {language_of(title): title for title in reversed(titles)}
    return Topic({language: known.get(language, titles[0]) for language in LANGUAGES}, passages)
