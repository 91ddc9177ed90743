"""An index follows its texts: what changed is embedded, what stayed is kept."""

import hashlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from corpus import PASSAGE_WIDTH, CorpusError, Document, Passage, StoredIndexError, Term, encoder_text, split
from index.calibrating import Calibration, calibration
from index.encoder import Encoder, FloatArray
from index.manifest import FORMAT, IndexChange, IndexManifest
from index.storing import Snapshot, current_generation, read_snapshot, write_snapshot
from index.tokens import TokenWriter, sentence_numbers
from index.vocabulary import Vocabulary
from index.weights import Progress, quiet


def update_index(
    folder: str | Path,
    documents: Iterable[Document],
    encoder: Encoder,
    *,
    passage_width: int = PASSAGE_WIDTH,
    late_interaction: bool = True,
    corpus: Sequence[str] = (),
    glossary: Sequence[Term] = (),
    progress: Progress = quiet,
) -> IndexChange:
    """Make the index in ``folder`` hold exactly ``documents``, and say what that took.

    Only passages whose text (as the encoder sees it) was not there before are embedded. Nothing is written
    where nothing changed. Without ``late_interaction`` the index keeps no token vectors: it is some 12 kB a
    passage smaller and finds less. ``corpus`` names the folders the texts came from, for those who open the index;
    ``glossary`` holds their terms.
    :class:`StoredIndexError` where the index was built with another model or other settings (then
    :func:`rebuild_index` it), is damaged, or is being written by someone else.
    """
    folder = Path(folder)
    with _writing(folder):
        old = read_snapshot(folder) if current_generation(folder) else None
        if old:
            check_identity(folder, old.manifest, encoder, passage_width, late_interaction)
        settings = _Settings(passage_width, late_interaction, tuple(corpus), tuple(glossary))
        return _write(folder, list(documents), encoder, settings, progress, old)


def rebuild_index(
    folder: str | Path,
    documents: Iterable[Document],
    encoder: Encoder,
    *,
    passage_width: int = PASSAGE_WIDTH,
    late_interaction: bool = True,
    corpus: Sequence[str] = (),
    glossary: Sequence[Term] = (),
    progress: Progress = quiet,
) -> IndexChange:
    """Build the index in ``folder`` anew, whatever is there; the old one answers until the new one is whole."""
    folder = Path(folder)
    with _writing(folder):
        settings = _Settings(passage_width, late_interaction, tuple(corpus), tuple(glossary))
        return _write(folder, list(documents), encoder, settings, progress, None)


def pending_change(
    folder: str | Path, documents: Iterable[Document], *, passage_width: int = PASSAGE_WIDTH
) -> IndexChange:
    """What :func:`update_index` would do, without a model and without doing it."""
    start = time.perf_counter()
    old = read_snapshot(Path(folder)) if current_generation(Path(folder)) else None
    plan = _plan(list(documents), passage_width, old)
    return plan.change(time.perf_counter() - start)


def check_identity(
    folder: Path,
    manifest: IndexManifest,
    encoder: Encoder,
    passage_width: int | None = None,
    late_interaction: bool | None = None,
) -> None:
    """:class:`StoredIndexError` where the index was not built with this encoder (and these settings, if given)."""
    differences = []
    if manifest.encoder_digest != encoder.digest:
        built = _named(manifest.encoder_name, manifest.encoder_digest)
        differences.append(f"the model {built}, not {_named(encoder.name, encoder.digest)}")
    if passage_width is not None and manifest.passage_width != passage_width:
        differences.append(f"passages of {manifest.passage_width} columns, not {passage_width}")
    if late_interaction is not None and manifest.late_interaction != late_interaction:
        with_tokens, without = "token vectors (late_interaction)", "without"
        built, wanted = (with_tokens, without) if manifest.late_interaction else ("no " + with_tokens, "with them")
        differences.append(f"{built}, not {wanted}")
    if differences:
        raise StoredIndexError(
            f"The index {folder} was built with {' and '.join(differences)}. Use the settings it was built with, "
            f"or build it again with: foundation-qa index rebuild --index {folder}"
        )


def _named(name: str, digest: str) -> str:
    return f"{name!r} ({digest[:12]})"


class _writing:
    """The right to write an index; one process at a time has it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = FileLock(folder / "lock", timeout=0)

    def __enter__(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.lock.acquire()
        except Timeout as error:
            raise StoredIndexError(
                f"The index {self.folder} is being updated by another process. Try again when it is done."
            ) from error
        except OSError as error:
            raise StoredIndexError(
                f"The index {self.folder} cannot be written: {error.strerror or error}. "
                f"Name another folder with --index."
            ) from error

    def __exit__(self, *exception: object) -> None:
        self.lock.release()


@dataclass(frozen=True, slots=True)
class _Settings:
    passage_width: int
    late_interaction: bool
    corpus: tuple[str, ...]
    glossary: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """The passages that the index will have, and where the vector of each comes from."""

    documents: Sequence[Document]
    digests: dict[str, str]
    passages: list[Passage]
    rows: list[int]  # of each passage: row of its vector in the old index, or -1
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    def change(self, seconds: float) -> IndexChange:
        embedded = sum(row < 0 for row in self.rows)
        return IndexChange(
            self.added,
            self.changed,
            self.removed,
            len(self.documents),
            len(self.passages),
            embedded,
            len(self.rows) - embedded,
            round(seconds, 3),
        )


def _plan(documents: Sequence[Document], passage_width: int, old: Snapshot | None) -> _Plan:
    before = dict(old.manifest.documents) if old else {}
    digests = {document.id: _digest(document) for document in documents}
    if len(digests) < len(documents):
        (name, _), *_ = Counter(document.id for document in documents).most_common(1)
        raise CorpusError(f"Two documents are called {name}: an index tells them apart by their ids. Rename one.")
    kept: dict[str, list[tuple[Passage, int]]] = {}
    rows_by_text: dict[str, int] = {}
    for row, passage in enumerate(old.passages if old else ()):
        kept.setdefault(passage.document_id, []).append((passage, row))
        rows_by_text.setdefault(_text_key(passage), row)
    passages: list[Passage] = []
    rows: list[int] = []
    for document in documents:
        if before.get(document.id) == digests[document.id]:
            for passage, row in kept.get(document.id, ()):
                passages.append(passage)
                rows.append(row)
        else:
            for passage in split(document, passage_width):
                passages.append(passage)
                rows.append(rows_by_text.get(_text_key(passage), -1))
    return _Plan(
        documents,
        digests,
        passages,
        rows,
        added=tuple(name for name in digests if name not in before),
        changed=tuple(name for name in digests if name in before and before[name] != digests[name]),
        removed=tuple(name for name in before if name not in digests),
    )


def _write(
    folder: Path,
    documents: Sequence[Document],
    encoder: Encoder,
    settings: _Settings,
    progress: Progress,
    old: Snapshot | None,
) -> IndexChange:
    start = time.perf_counter()
    plan = _plan(documents, settings.passage_width, old)
    if not plan.passages:
        raise CorpusError(
            "The texts hold no passage: nothing that has a letter or a digit in it. The index is unchanged."
        )
    same = old and old.manifest.corpus == settings.corpus and old.glossary == settings.glossary
    if same and not (plan.added or plan.changed or plan.removed):
        return plan.change(time.perf_counter() - start)
    measured = old.calibration if old else calibration(encoder, progress=progress)
    manifest = IndexManifest(
        FORMAT,
        encoder.name,
        encoder.digest,
        encoder.dimension,
        settings.passage_width,
        settings.late_interaction,
        plan.digests,
        len(plan.passages),
        datetime.now(UTC).isoformat(timespec="seconds"),
        {},
        settings.corpus,
    )

    def write_vectors(place: Path) -> FloatArray:
        if not settings.late_interaction:
            return _vectors(plan, encoder, measured, old, None, progress)
        with TokenWriter(place, len(plan.passages)) as writer:
            vectors = _vectors(plan, encoder, measured, old, writer, progress)
            writer.finish()
        return vectors

    vocabulary = _vocabulary(plan, old)
    write_snapshot(folder, manifest, documents, plan.passages, settings.glossary, vocabulary, measured, write_vectors)
    return plan.change(time.perf_counter() - start)


def _vocabulary(plan: _Plan, old: Snapshot | None) -> Vocabulary:
    if not old:
        return Vocabulary.of(plan.passages)
    before, after = Counter(map(_text_key, old.passages)), Counter(map(_text_key, plan.passages))
    gone, come = before - after, after - before
    return old.vocabulary.changed(_taken(old.passages, gone), _taken(plan.passages, come))


def _taken(passages: Iterable[Passage], counts: Counter[str]) -> Iterator[Passage]:
    """As many of ``passages`` for each text as ``counts`` says."""
    left = Counter(counts)
    for passage in passages:
        key = _text_key(passage)
        if left[key] > 0:
            left[key] -= 1
            yield passage


def _vectors(
    plan: _Plan,
    encoder: Encoder,
    measured: Calibration,
    old: Snapshot | None,
    writer: TokenWriter | None,
    progress: Progress,
) -> FloatArray:
    """The centred unit vector of each passage of the plan, shape (passages, dimension); tokens go to ``writer``."""
    rows = np.asarray(plan.rows, np.int64)
    vectors = np.empty((len(rows), encoder.dimension), np.float32)
    if old:
        vectors[rows >= 0] = old.matrix()[rows[rows >= 0]]
        if writer and old.tokens:
            for kept in np.flatnonzero(rows >= 0).tolist():
                writer.copy(kept, old.tokens, int(rows[kept]))
    new = np.flatnonzero(rows < 0)
    quantizer = measured.quantizer()
    texts = [encoder_text(plan.passages[row]) for row in new]
    for number, encoded in encoder.encode_passages(texts, progress) if texts else ():
        row = int(new[number])
        passage = plan.passages[row]
        vectors[row] = measured.passages.centred(encoded.vector, passage.language)
        if writer:
            tokens = measured.passages.centred_tokens(encoded.tokens, passage.language)
            codes = quantizer.compute_codes(tokens) if len(tokens) else np.empty((0, quantizer.code_size), np.uint8)
            writer.add(row, codes, sentence_numbers(passage, encoded))
    return vectors


def _digest(document: Document) -> str:
    """A digest of all that an index keeps of a document."""
    references = (part for each in document.references for part in (each.key, each.text, each.address))
    parts = (document.title, document.source, document.twin, *references, document.text)
    return hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()[:32]


def _text_key(passage: Passage) -> str:
    """What two passages with the same vector have in common."""
    return f"{passage.language}\0{encoder_text(passage)}\0{passage.text}"
