"""An index follows its texts: what changed is embedded, what stayed is kept."""

import shutil
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from corpus import PASSAGE_WIDTH, Document, StoredIndexError, Term, TextFile
from corpus.arguments import texts_of
from index.encoder import Encoder
from index.encoder.progress import Progress, quiet
from index.matching.token_pooling import TOKEN_SHARE
from index.storage.calibration import calibration
from index.storage.manifest import FORMAT, IndexChange, IndexManifest, SegmentFacts
from index.storage.qdrant.settings import QdrantSettings
from index.storage.snapshot import Snapshot
from index.storage.state_files import glossary_bytes, keep_shared, keep_stamps, new_name, storage_errors
from index.storage.store import Store, check_identity, open_store
from index.storage.unread_texts import NONE_UNREAD, UnreadTexts, keep_unread, load_unread
from index.update.arguments import check_token_share, check_width, check_work, documents_of, terms_of
from index.update.embedding import write_segment
from index.update.merge import merge_segments, to_merge
from index.update.plan import Plan, plan
from index.update.spool import remove_spools
from index.update.workers import LOCAL, Workers

_OPENING = timedelta(minutes=1)  # after which nobody is still opening the state before


def update_index(
    folder: str | Path,
    documents: Iterable[Document | TextFile],
    encoder: Encoder,
    *,
    passage_width: int = PASSAGE_WIDTH,
    late_interaction: bool = True,
    corpus: Sequence[str] | None = None,
    glossary: Sequence[Term] | None = None,
    progress: Progress = quiet,
    workers: Workers = LOCAL,
    store: QdrantSettings | None = None,
) -> IndexChange:
    """Make the index in ``folder`` hold exactly ``documents``, and say what that took.

    Of texts that were only found (:func:`corpus.find_texts`), those that cannot have changed are not read. Only
    passages whose text (as the encoder sees it) was not there before are embedded, and what is written grows with what
    changed, not with the index. Nothing is written where nothing changed. Without ``late_interaction`` the index keeps
    no token vectors: it is some 6 kB a passage smaller and finds less. ``corpus`` names the folders the texts came
    from, for those who open the index; ``glossary`` holds their terms; where one is left out, what the index has of it
    stays. ``workers`` read and embed. With a ``store`` the vectors are kept there, and so is what makes up a state; the
    folder then holds this machine's copy of the small files.
    :class:`StoredIndexError` where the index was built with another model or other settings (then
    :func:`rebuild_index` it), or is damaged, and :class:`BusyIndexError`, which is one as well, while another process
    writes it; :class:`CorpusError` where not one text can be read. The index is then as it was. Texts that cannot be
    read among others are told of in the change: what was indexed of them before stays, so that a file that is broken
    for a moment takes no answers away. :class:`EncoderError` where what ``encoder`` returns is no vector. Arguments of
    the wrong kind are a TypeError, those out of range a ValueError; then not even the folder is made.
    """
    kept, documents = open_store(folder, store), documents_of(documents)
    corpus = None if corpus is None else texts_of("corpus", corpus)
    glossary = None if glossary is None else terms_of(glossary)
    check_work(encoder, passage_width, workers)
    with kept.lock():
        old = kept.read_snapshot() if kept.read_manifest() else None
        if old:
            check_identity(kept.folder, old.manifest, encoder, passage_width, late_interaction)
        kept.tidy(old.manifest if old else None)
        if corpus is None:
            corpus = old.manifest.corpus if old else ()
        if glossary is None:
            glossary = old.glossary if old else ()
        settings = _Settings(passage_width, late_interaction, TOKEN_SHARE, tuple(corpus), tuple(glossary))
        known = load_unread(kept.folder)
        before = old.manifest if old else None
        return _write(kept, documents, encoder, settings, progress, old, before, known, workers)


def rebuild_index(
    folder: str | Path,
    documents: Iterable[Document | TextFile],
    encoder: Encoder,
    *,
    passage_width: int = PASSAGE_WIDTH,
    late_interaction: bool = True,
    token_share: float = TOKEN_SHARE,
    corpus: Sequence[str] = (),
    glossary: Sequence[Term] = (),
    progress: Progress = quiet,
    workers: Workers = LOCAL,
    store: QdrantSettings | None = None,
) -> IndexChange:
    """Build the index in ``folder``, or in ``store``, anew, whatever is there; the old one answers until the new one
    is whole. ``token_share`` of the token vectors of a passage are kept, see :mod:`index.matching.token_pooling`; of
    ``corpus`` and ``glossary`` nothing is kept that is not named.

    Raises what :func:`update_index` raises, but where the old one is damaged or was built otherwise.
    """
    kept, documents = open_store(folder, store), documents_of(documents)
    corpus, glossary = texts_of("corpus", corpus), terms_of(glossary)
    check_work(encoder, passage_width, workers)
    check_token_share(token_share)
    with kept.lock():
        settings = _Settings(passage_width, late_interaction, token_share, tuple(corpus), tuple(glossary))
        return _write(kept, documents, encoder, settings, progress, None, _replaced(kept), NONE_UNREAD, workers)


def pending_change(
    folder: str | Path,
    documents: Iterable[Document | TextFile],
    *,
    passage_width: int = PASSAGE_WIDTH,
    store: QdrantSettings | None = None,
) -> IndexChange:
    """What :func:`update_index` would do, without a model and without doing it."""
    start = time.perf_counter()
    kept, documents = open_store(folder, store), documents_of(documents)
    check_width(passage_width)
    old = kept.read_snapshot() if kept.read_manifest() else None
    known = load_unread(kept.folder)
    return plan(documents, passage_width, old, known).change(time.perf_counter() - start)


@dataclass(frozen=True, slots=True)
class _Settings:
    passage_width: int
    late_interaction: bool
    token_share: float
    corpus: tuple[str, ...]
    glossary: tuple[Term, ...]


def _replaced(store: Store) -> IndexManifest | None:
    """The state that a new index replaces, if that can be told."""
    try:
        return store.read_manifest()
    except StoredIndexError:
        return None  # whoever builds anew need not read what was there


def _write(
    store: Store,
    documents: Iterable[Document | TextFile],
    encoder: Encoder,
    settings: _Settings,
    progress: Progress,
    old: Snapshot | None,
    before: IndexManifest | None,
    known: UnreadTexts,
    workers: Workers,
) -> IndexChange:
    start, folder = time.perf_counter(), store.folder
    todo = plan(documents, settings.passage_width, old, known, workers)
    keep_unread(folder, todo.to_remember)  # it took long, and what follows may be interrupted
    if old and todo.empty and old.manifest.corpus == settings.corpus and old.glossary == settings.glossary:
        with storage_errors(folder):
            _refresh(store, old, todo)
        return todo.change(time.perf_counter() - start)
    recovered = 0
    measured = old.calibration if old else calibration(encoder, progress=progress, token_share=settings.token_share)
    with storage_errors(folder):
        if old:
            shared_calibration = (old.manifest.calibration, old.manifest.files[old.manifest.calibration])
        else:
            shared_calibration = keep_shared(folder, "calibration", ".npz", measured.pack())
        segments: tuple[SegmentFacts, ...] = ()
        if old:
            segments = old.manifest.with_removed(_removed(todo, old))
        if not todo.empty:
            place = folder / new_name()
            with _removed_on_failure(place):
                late = settings.late_interaction
                vectors = store.writer(place, encoder.dimension, late)
                facts, recovered = write_segment(place, todo, encoder, late, measured, old, progress, vectors, workers)
            segments += (facts,)
        # After what takes long, and may be interrupted or cancelled.
        shared_glossary = keep_shared(folder, "glossary", ".jsonl", glossary_bytes(settings.glossary))
        stamps = keep_stamps(folder, todo.stamps)
        manifest = IndexManifest(
            format=FORMAT,
            generation=uuid.uuid4().hex,
            encoder_name=encoder.name,
            encoder_digest=encoder.digest,
            dimension=encoder.dimension,
            passage_width=settings.passage_width,
            late_interaction=settings.late_interaction,
            documents=todo.documents,
            passages=todo.passages,
            built=datetime.now(UTC).isoformat(timespec="seconds"),
            calibration=shared_calibration[0],
            glossary=shared_glossary[0],
            files=dict([shared_calibration, shared_glossary]) | stamps,
            segments=segments,
            corpus=settings.corpus,
            stamps=next(iter(stamps), ""),
            before=_names(before),
        )
        store.commit(manifest, before)
    remove_spools(folder)
    with suppress(StoredIndexError):  # the update has landed, and a later one merges and tidies up
        store.tidy(_merge(store, manifest, old))
    return todo.change(time.perf_counter() - start, recovered)


def _refresh(store: Store, old: Snapshot, todo: Plan) -> None:
    """Note how touched files look now, and let go of the state before: in the same state, nobody reads it again."""
    manifest = old.manifest
    if todo.stamps != old.stamps:
        stamps = keep_stamps(store.folder, todo.stamps)
        files = {name: facts for name, facts in manifest.files.items() if name != manifest.stamps}
        manifest = replace(manifest, stamps=next(iter(stamps), ""), files=files | stamps)
    if manifest.before and datetime.now(UTC) - datetime.fromisoformat(manifest.built) > _OPENING:
        manifest = replace(manifest, before=())
    if manifest != old.manifest:
        store.commit(manifest, old.manifest)
        store.tidy(manifest)


def _names(manifest: IndexManifest | None) -> tuple[str, ...]:
    return tuple(segment.name for segment in manifest.segments) if manifest else ()


def _removed(todo: Plan, old: Snapshot) -> dict[str, set[int]]:
    """The documents that count no more: segment name -> their numbers."""
    removed: dict[str, set[int]] = {}
    for segment, number in (old.catalogue[name] for name in (*todo.changed, *todo.removed)):
        removed.setdefault(old.segments[segment].name, set()).add(number)
    return removed


@contextmanager
def _removed_on_failure(place: Path) -> Iterator[None]:
    """Whatever interrupts the writing of the segment ``place`` leaves nothing of it."""
    try:
        yield
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def _merge(store: Store, manifest: IndexManifest, old: Snapshot | None) -> IndexManifest:
    """Merge segments for as long as there are some to merge; the manifest that counts in the end."""
    snapshot = old
    while places := to_merge(manifest.segments):
        snapshot = store.read_snapshot(snapshot)
        place = store.folder / new_name()
        inside = {name for name, (segment, _) in snapshot.catalogue.items() if segment in places}
        outside = {name: stamp for name, stamp in snapshot.stamps.items() if name not in inside}
        try:
            with _removed_on_failure(place):
                vectors = store.writer(place, manifest.dimension, manifest.late_interaction)
                facts = merge_segments(snapshot, places, place, vectors)
                stamps = keep_stamps(store.folder, outside)
            store.commit(
                replace(
                    manifest,
                    generation=uuid.uuid4().hex,
                    segments=(*(each for at, each in enumerate(manifest.segments) if at not in places), facts),
                    stamps=next(iter(stamps), ""),
                    files={name: each for name, each in manifest.files.items() if name != manifest.stamps} | stamps,
                    before=_names(manifest),
                ),
                manifest,
            )
        except (OSError, StoredIndexError):
            break  # the update has landed; what a full disk forbids now is done by a later one
        finally:
            manifest = store.read_manifest() or manifest
    return manifest
