"""The files of an index: read from disk as they are needed, replaced in one step.

    INDEX/manifest.json             what the index is, and which segments make up its current state
    INDEX/<segment>/                see index.storage.segment
    INDEX/calibration-<digest>.npz  what was measured of the model
    INDEX/glossary-<digest>.jsonl   the terms that the texts come with
    INDEX/stamps-<digest>.json      of texts that were touched and not changed: how their files look now
    INDEX/unread.json              which texts could not be read, see index.storage.unread_texts
    INDEX/lock                      whoever writes holds it

Every file is written once, down to the disk, before the manifest that names it takes the place of the one before. So
at every moment the manifest names a whole index. What it does not name is removed by the next update, except for
the segments of the state before: somebody may be just opening it.
"""

import json
import re
import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import xxhash

from corpus import StoredIndexError, Term
from index.disk import replace_file
from index.encoder import Encoder
from index.storage.calibration import Calibration
from index.storage.files import FileFacts, altered
from index.storage.manifest import MANIFEST, IndexManifest, damaged_error, other_format_error
from index.storage.segment import Segment
from index.storage.snapshot import Snapshot
from index.storage.token_vectors import COMPARED_WHOLE, TOKENS

_OLDER = "CURRENT"  # the file that an index up to format 3 had instead of a manifest
_BESIDE = r"(\.[0-9a-f]{8})?\.partial"  # while a file is being written, see index.disk
_OURS = re.compile(
    rf"segment-[0-9a-f]{{12}}|(calibration|glossary|stamps)-[0-9a-f]{{16}}\.\w+({_BESIDE})?|manifest\.json{_BESIDE}"
    rf"|{_OLDER}|\d{{8}}T\d{{6}}-[0-9a-f]{{8}}(\.partial)?"  # those of an index up to format 3
)


def new_name() -> str:
    """A name for a new segment."""
    return f"segment-{uuid.uuid4().hex[:12]}"


def read_manifest(folder: Path) -> IndexManifest | None:
    """The current state of the index in ``folder``; None where there is no index.

    :class:`StoredIndexError` where it is damaged, or of another format.
    """
    try:
        raw = (folder / MANIFEST).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        if (folder / _OLDER).exists():
            raise other_format_error(folder, "3 or older") from None
        return None
    except OSError as error:
        raise unreadable_error(folder, error) from error
    return IndexManifest.parse(raw, folder)


def version(folder: Path) -> tuple[int, int, int] | None:
    """What differs as soon as the index has another state, without reading it; None where there is no index."""
    try:
        facts = (folder / MANIFEST).stat()
    except OSError:
        return None
    return facts.st_ino, facts.st_mtime_ns, facts.st_size


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """What an index takes and holds on disk."""

    size: int  # bytes of the current state
    passages: int
    late_interaction: bool  # whether token vectors are stored
    corpus: tuple[str, ...]  # folders the texts came from; empty where they were given as documents


def index_facts(folder: Path) -> IndexFacts | None:
    """What the index in ``folder`` holds; None where there is none."""
    manifest = read_manifest(folder)
    if manifest is None:
        return None
    size = sum(facts.size for facts in manifest.files.values()) + sum(segment.size for segment in manifest.segments)
    return IndexFacts(size, manifest.passages, manifest.late_interaction, manifest.corpus)


def read_snapshot(folder: Path, known: Snapshot | None = None) -> Snapshot:
    """The current state of the index in ``folder``; what it has in common with the state ``known`` is not read again.

    :class:`StoredIndexError` where there is none, or where a file is missing or altered.
    """
    while True:
        manifest = read_manifest(folder)
        if manifest is None:
            raise StoredIndexError(
                f"There is no index in {folder}. Build it with: foundation-qa index update --index {folder}"
            )
        if known and manifest.generation == known.generation:
            return known
        try:
            return _opened(folder, manifest, known)
        except OSError as error:
            # Two updates while we were reading: what the manifest names now is there.
            if (latest := read_manifest(folder)) and latest.generation != manifest.generation:
                continue
            if isinstance(error, FileNotFoundError):
                raise damaged_error(folder, _shown(folder, error)) from error
            raise unreadable_error(folder, error) from error


def unreadable_error(folder: Path, error: OSError) -> StoredIndexError:
    """The error for an index that the system does not let us read."""
    shown = f"{_shown(folder, error)}: " if error.filename else ""
    return StoredIndexError(f"The index {folder} cannot be read: {shown}{error.strerror or error}.")


def _shown(folder: Path, error: OSError) -> str:
    path = Path(error.filename or "")
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name


def _opened(folder: Path, manifest: IndexManifest, known: Snapshot | None) -> Snapshot:
    if known and known.manifest.files == manifest.files:
        calibration, glossary, stamps = known.calibration, known.glossary, known.stamps
    else:
        if name := altered(folder, manifest.files):
            raise damaged_error(folder, name)
        calibration = Calibration.load(folder / manifest.calibration)
        glossary = _read_glossary(folder / manifest.glossary)
        stamps = _read_stamps(folder / manifest.stamps) if manifest.stamps else {}
    open_ones = {segment.name: segment for segment in known.segments} if known else {}
    code_size = calibration.four_bits().size if manifest.late_interaction else None
    segments = []
    for facts in manifest.segments:
        if facts.name not in open_ones:
            large = TOKENS in facts.files and facts.files[TOKENS].size > COMPARED_WHOLE
            if name := altered(folder / facts.name, facts.files, (TOKENS,) if large else ()):
                raise damaged_error(folder, f"{facts.name}/{name}")
            open_ones[facts.name] = Segment(folder / facts.name, facts, code_size)
        segments.append(open_ones[facts.name])
    return Snapshot(manifest, segments, calibration, glossary, stamps)


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


def keep_shared(folder: Path, stem: str, suffix: str, data: bytes) -> tuple[str, FileFacts]:
    """Keep ``data`` in a file of ``folder`` whose name tells what is in it; its name and facts.

    Raises OSError unchanged.
    """
    name = f"{stem}-{xxhash.xxh3_64_hexdigest(data)}{suffix}"
    facts = FileFacts(len(data), xxhash.xxh3_128_hexdigest(data))
    if (folder / name).is_dir():
        shutil.rmtree(folder / name)
    if not (folder / name).exists() or altered(folder, {name: facts}):
        replace_file(folder / name, data)
    return name, facts


def glossary_bytes(glossary: Sequence[Term]) -> bytes:
    """The terms as the bytes of their file."""
    return "".join(json.dumps(term.row(), ensure_ascii=False) + "\n" for term in glossary).encode("utf-8")


def keep_stamps(folder: Path, stamps: Mapping[str, str]) -> dict[str, FileFacts]:
    """Keep ``stamps``, if there are any, in a file of ``folder``: its name and facts. Raises OSError unchanged."""
    if not stamps:
        return {}
    data = json.dumps(stamps, ensure_ascii=False, sort_keys=True).encode("utf-8")
    return dict([keep_shared(folder, "stamps", ".json", data)])


def _read_stamps(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8") as stream:
        stamps: dict[str, str] = json.load(stream)
    return stamps


def _read_glossary(path: Path) -> tuple[Term, ...]:
    with path.open(encoding="utf-8", newline="\n") as stream:
        rows = [json.loads(line) for line in stream]
    return tuple(Term.of_row(row) for row in rows)


@contextmanager
def storage_errors(folder: Path) -> Iterator[None]:
    """Errors of the disk while the index in ``folder`` is being written become :class:`StoredIndexError`."""
    try:
        yield
    except OSError as error:
        raise StoredIndexError(
            f"The index {folder} cannot be written: {error.strerror or error}. The index that was there is unchanged."
        ) from error


def commit(folder: Path, manifest: IndexManifest) -> None:
    """Make ``manifest``, all of whose files are on the disk, the current state, in one step.

    Raises OSError unchanged.
    """
    replace_file(folder / MANIFEST, manifest.text().encode("utf-8"))


def tidy(folder: Path, manifest: IndexManifest | None) -> None:
    """Remove what no state needs any more, and what an update that did not finish left behind.

    ``manifest`` is the current state; None: there is no index yet. What cannot be removed, as where somebody still
    reads it, is left to the next update.
    """
    kept: set[str] = set()
    if manifest:
        kept = {*(segment.name for segment in manifest.segments), *manifest.before, *manifest.files}
    with suppress(OSError):
        for place in folder.iterdir():
            if _OURS.fullmatch(place.name) and place.name not in kept:
                if place.is_dir():
                    shutil.rmtree(place, ignore_errors=True)
                else:
                    with suppress(OSError):
                        place.unlink()
