"""Where an index is kept, and how its states follow each other."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from corpus import StoredIndexError
from corpus.arguments import path_of, shown
from index.encoder import Encoder
from index.storage.folder_store import FolderStore
from index.storage.kept_vectors import PassageWriter
from index.storage.manifest import IndexManifest
from index.storage.qdrant.settings import QdrantSettings
from index.storage.snapshot import Snapshot


class Store(Protocol):
    """What keeps the states of one index: a folder alone, or something else with a folder beside it.

    All that is read and written raises :class:`StoredIndexError` where it cannot be, and OSError unchanged where a
    method says so.
    """

    folder: Path  # of this machine's files of the index: all of them, or a copy of the small ones

    @property
    def shown(self) -> str:
        """Where the index is, and what it takes there, as ``index status`` says it; empty: in the folder."""
        ...

    def read_manifest(self) -> IndexManifest | None:
        """The current state; None where there is no index."""
        ...

    def version(self) -> object:
        """What differs as soon as the index has another state, without reading it.

        None where there is no index any more, and whoever has it open can go on with it; :class:`StoredIndexError`
        where they cannot.
        """
        ...

    def read_snapshot(self, known: Snapshot | None = None) -> Snapshot:
        """The current state, open; what it has in common with the state ``known`` is not read again."""
        ...

    def check(self) -> None:
        """Whether the current state can be read, as quickly as that can be told."""
        ...

    def lock(self) -> AbstractContextManager[None]:
        """The right to write, which is one's alone on this machine."""
        ...

    def writer(self, place: Path, dimension: int, late_interaction: bool) -> PassageWriter:
        """What takes the vectors of a new segment in the folder ``place``."""
        ...

    def commit(self, manifest: IndexManifest, before: IndexManifest | None) -> None:
        """Make ``manifest``, all of whose files are in the folder, the state that follows ``before``, in one step.

        Raises OSError unchanged.
        """
        ...

    def tidy(self, manifest: IndexManifest | None) -> None:
        """Remove what no state needs any more, and what an update that did not finish left behind.

        ``manifest`` is the current state; None: there is no index yet. What cannot be removed, as where somebody still
        reads it, is left to the next update.
        """
        ...


def open_store(folder: str | Path, settings: QdrantSettings | None = None) -> Store:
    """What keeps the index whose folder is ``folder``; without ``settings`` the folder does. Nothing is read yet.

    :class:`StoredIndexError` where no folder can be called so.
    """
    folder = path_of("folder", folder, StoredIndexError)
    if settings is None:
        return FolderStore(folder)
    _check_settings(settings)
    from index.storage.qdrant.store import QdrantStore

    return QdrantStore(folder, settings)


def _check_settings(settings: object) -> None:
    if not isinstance(settings, QdrantSettings):
        raise TypeError(f"'store' is {shown(settings)}; expected QdrantSettings, as QdrantSettings(url='http://…').")


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """What an index takes and holds."""

    size: int  # bytes of the files of the current state
    passages: int
    late_interaction: bool  # whether token vectors are stored
    corpus: tuple[str, ...]  # folders the texts came from; empty where they were given as documents
    store: str = ""  # where it is, and what it takes there; empty: in its folder


def index_facts(folder: Path, settings: QdrantSettings | None = None) -> IndexFacts | None:
    """What the index holds whose folder is ``folder``; None where there is none."""
    store = open_store(folder, settings)
    manifest = store.read_manifest()
    if manifest is None:
        return None
    size = sum(facts.size for facts in manifest.files.values()) + sum(segment.size for segment in manifest.segments)
    return IndexFacts(size, manifest.passages, manifest.late_interaction, manifest.corpus, store.shown)


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
    elif manifest.dimension != encoder.dimension:
        differences.append(f"vectors of {manifest.dimension} numbers, not {encoder.dimension}")
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
    beginning, dash, version = digest.rpartition("-")  # the same weights may be run in another way
    short = f"{beginning[:12]}{dash}{version}" if version.isdigit() and len(version) < 3 else digest[:12]
    return f"{name!r} ({short})"
