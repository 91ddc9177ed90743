"""The files of an index: read whole, written beside, replaced in one step.

    INDEX/CURRENT          the name of the generation that counts
    INDEX/<generation>/    manifest.json, documents.jsonl, passages.jsonl, glossary.jsonl, vocabulary.json,
                           vectors.faiss, calibration.npz, and with late interaction codes.bin, tokens.npz

A new generation is written and flushed before CURRENT is replaced, so that at every moment CURRENT names a
whole one. The generation before stays until the next update, for those who are just opening it.
"""

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from corpus import Document, Passage, Reference, StoredIndexError, Term
from index.calibrating import Calibration
from index.encoder import FloatArray
from index.manifest import FILE as MANIFEST
from index.manifest import IndexManifest, damaged
from index.tokens import TokenStore
from index.twins import twin_rows
from index.vocabulary import Vocabulary

CURRENT = "CURRENT"
_PARTIAL = ".partial"
_DOCUMENTS, _PASSAGES, _GLOSSARY = "documents.jsonl", "passages.jsonl", "glossary.jsonl"
_VECTORS, _CALIBRATION = "vectors.faiss", "calibration.npz"


@dataclass(frozen=True, slots=True)
class Members:
    """The passages of one language, so that each language can be searched by itself."""

    rows: NDArray[np.int64]
    selector: faiss.SearchParameters


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of an index, complete and unchanging."""

    generation: str
    manifest: IndexManifest
    documents: Mapping[str, Document]
    passages: tuple[Passage, ...]  # row i of vectors belongs to passage i
    vectors: faiss.Index  # centred unit vectors, (passages, dimension)
    calibration: Calibration
    tokens: TokenStore | None  # None: the index was built without late interaction
    vocabulary: Vocabulary
    glossary: tuple[Term, ...]
    members: Mapping[str, Members]  # language -> its passages
    paragraphs: NDArray[np.int64]  # (passages,): the row of the first passage of each one's paragraph
    twins: NDArray[np.int64]  # (passages,): the row that says the same in the other language, or -1

    def matrix(self) -> FloatArray:
        """All vectors, shape (passages, dimension)."""
        return np.asarray(self.vectors.reconstruct_n(0, self.vectors.ntotal), np.float32).reshape(-1, self.vectors.d)


def current_generation(folder: Path) -> str | None:
    """The name of the generation that counts; None where there is no index in ``folder``."""
    try:
        return (folder / CURRENT).read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _unreadable(folder, error) from error
    except UnicodeDecodeError as error:
        raise damaged(folder, CURRENT) from error


@dataclass(frozen=True, slots=True)
class Stored:
    """What lies on disk."""

    size: int  # bytes of the current state
    passages: int
    late_interaction: bool  # whether token vectors are stored
    corpus: tuple[str, ...]  # folders the texts came from; empty where they were given as documents


def stored(folder: Path) -> Stored | None:
    """What the index in ``folder`` holds; None where there is none."""
    name = current_generation(folder)
    if name is None:
        return None
    try:
        manifest = IndexManifest.read(folder / name, folder)
        size = sum(file.stat().st_size for file in (folder / name).iterdir())
    except FileNotFoundError as error:
        raise damaged(folder, MANIFEST) from error
    except OSError as error:
        raise _unreadable(folder, error) from error
    return Stored(size, manifest.passages, manifest.late_interaction, manifest.corpus)


def read_snapshot(folder: Path) -> Snapshot:
    """The current state of the index in ``folder``.

    :class:`StoredIndexError` where there is none, or where a file is missing or altered.
    """
    while True:
        name = current_generation(folder)
        if name is None:
            raise StoredIndexError(
                f"There is no index in {folder}. Build it with: foundation-qa index update --index {folder}"
            )
        try:
            return _read_generation(folder, name)
        except FileNotFoundError as error:
            # Two updates while we were reading: what CURRENT names now is there.
            if current_generation(folder) == name:
                raise damaged(folder, Path(error.filename or "").name) from error
        except OSError as error:
            raise _unreadable(folder, error) from error


def _unreadable(folder: Path, error: OSError) -> StoredIndexError:
    name = Path(error.filename or "").name
    return StoredIndexError(f"The index {folder} cannot be read: {name}: {error.strerror or error}.")


def _read_generation(folder: Path, name: str) -> Snapshot:
    place = folder / name
    manifest = IndexManifest.read(place, folder)
    for file, digest in manifest.files.items():
        if _sha256(place / file) != digest:
            raise damaged(folder, file)
    documents = {row["id"]: _document(row) for row in _read_lines(place / _DOCUMENTS)}
    passages = tuple(_passage(row, documents) for row in _read_lines(place / _PASSAGES))
    vectors = faiss.deserialize_index(np.fromfile(place / _VECTORS, np.uint8))
    calibration = Calibration.load(place / _CALIBRATION)
    tokens = TokenStore.open(place, calibration.quantizer()) if manifest.late_interaction else None
    glossary = tuple(_term(row) for row in _read_lines(place / _GLOSSARY))
    return Snapshot(
        name,
        manifest,
        documents,
        passages,
        vectors,
        calibration,
        tokens,
        Vocabulary.read(place),
        glossary,
        _members(passages),
        _paragraphs(passages, documents),
        twin_rows(passages, documents, vectors),
    )


def _members(passages: Sequence[Passage]) -> dict[str, Members]:
    members = {}
    for language in sorted({passage.language for passage in passages}):
        rows = np.array([row for row, passage in enumerate(passages) if passage.language == language], np.int64)
        selector = faiss.SearchParameters(sel=faiss.IDSelectorBatch(rows))  # type: ignore[call-arg]  # the stub lacks it
        members[language] = Members(rows, selector)
    return members


def _paragraphs(passages: Sequence[Passage], documents: Mapping[str, Document]) -> NDArray[np.int64]:
    """The row of the first passage of each passage's paragraph: no line break stands between two of one paragraph."""
    first = np.arange(len(passages), dtype=np.int64)
    for row, (before, here) in enumerate(pairwise(passages), 1):
        together = before.document_id == here.document_id
        if together and "\n" not in documents[here.document_id].text[before.end : here.start]:
            first[row] = first[row - 1]
    return first


def write_snapshot(
    folder: Path,
    manifest: IndexManifest,
    documents: Iterable[Document],
    passages: Sequence[Passage],
    glossary: Iterable[Term],
    vocabulary: Vocabulary,
    calibration: Calibration,
    write_vectors: Callable[[Path], FloatArray],
) -> None:
    """Write a new generation and make it the current one, in one step; the digests in ``manifest`` are filled in.

    ``write_vectors`` gets the folder of the new generation, writes the token vectors there (if the index has
    any) and returns the passages' vectors. :class:`StoredIndexError` where the disk or the permissions do not
    allow it; the old state then stays.
    """
    name = f"{manifest.built.replace(':', '').replace('-', '')[:15]}-{uuid.uuid4().hex[:8]}"
    work = folder / f"{name}{_PARTIAL}"
    try:
        work.mkdir(parents=True)
        _write_lines(work / _DOCUMENTS, (asdict(document) for document in documents))
        _write_lines(work / _PASSAGES, (_passage_row(passage) for passage in passages))
        _write_lines(work / _GLOSSARY, (asdict(term) for term in glossary))
        vocabulary.write(work)
        index = faiss.IndexFlatIP(manifest.dimension)
        index.add(np.ascontiguousarray(write_vectors(work), np.float32))
        (work / _VECTORS).write_bytes(faiss.serialize_index(index).tobytes())
        calibration.save(work / _CALIBRATION)
        _with_digests(manifest, work).write(work)
        for file in work.iterdir():
            _flush(file)
        os.replace(work, folder / name)
        pointer = folder / f"{CURRENT}{_PARTIAL}"
        pointer.write_text(name + "\n", encoding="utf-8")
        _flush(pointer)
        previous = _previous_generation(folder)
        os.replace(pointer, folder / CURRENT)
    except OSError as error:
        raise StoredIndexError(
            f"The index {folder} cannot be written: {error.strerror or error}. The index that was there is unchanged."
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _remove_others(folder, {name, previous})


def _with_digests(manifest: IndexManifest, place: Path) -> IndexManifest:
    facts = asdict(manifest) | {"files": {file.name: _sha256(file) for file in sorted(place.iterdir())}}
    return IndexManifest(**facts)


def _previous_generation(folder: Path) -> str | None:
    try:
        return current_generation(folder)
    except StoredIndexError:
        return None  # whoever builds anew need not read what was there


def _remove_others(folder: Path, keep: set[str | None]) -> None:
    """Remove the generations that nobody opens any more, and what a crashed update left behind."""
    for place in folder.iterdir():
        if place.is_dir() and place.name not in keep and ((place / MANIFEST).exists() or place.name.endswith(_PARTIAL)):
            shutil.rmtree(place, ignore_errors=True)


def _flush(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for row in rows:
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def _read_lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="\n") as stream:
        for line in stream:
            yield json.loads(line)


def _document(row: dict[str, Any]) -> Document:
    references = tuple(Reference(**reference) for reference in row.pop("references"))
    return Document(**row, references=references)


def _term(row: dict[str, Any]) -> Term:
    return Term(**row | {"variants": tuple(row["variants"])})


def _passage_row(passage: Passage) -> dict[str, Any]:
    """The passage without what its document holds already: its text is a slice of the document's."""
    row = asdict(passage)
    del row["text"], row["title"]
    return row


def _passage(row: dict[str, Any], documents: Mapping[str, Document]) -> Passage:
    document = documents[row["document_id"]]
    row["sentences"] = tuple((start, end) for start, end in row["sentences"])
    row["references"] = tuple(row["references"])
    return Passage(**row, title=document.title, text=document.text[row["start"] : row["end"]])
