"""The files of a state of an index, in a folder: written once, named by a manifest, removed when no state needs them.

FOLDER/<segment>/                see index.storage.segment
FOLDER/calibration-<digest>.npz  what was measured of the model
FOLDER/glossary-<digest>.jsonl   the terms that the texts come with
FOLDER/stamps-<digest>.json      of texts that were touched and not changed: how their files look now
"""

import json
import re
import shutil
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import xxhash

from corpus import StoredIndexError, Term
from index.disk import replace_file
from index.storage.calibration import Calibration
from index.storage.files import FileFacts, altered
from index.storage.kept_vectors import StateVectors
from index.storage.manifest import IndexManifest
from index.storage.segment import Segment
from index.storage.snapshot import Snapshot

OLDER = "CURRENT"
"""The file that an index up to format 3 had instead of a manifest."""

_BESIDE = r"(\.[0-9a-f]{8})?\.partial"  # while a file is being written, see index.disk
_OURS = re.compile(
    rf"segment-[0-9a-f]{{12}}({_BESIDE})?|(calibration|glossary|stamps)-[0-9a-f]{{16}}\.\w+({_BESIDE})?"
    rf"|manifest\.json{_BESIDE}"
    rf"|{OLDER}|\d{{8}}T\d{{6}}-[0-9a-f]{{8}}(\.partial)?"  # those of an index up to format 3
)

Whole = Callable[[Path, Mapping[str, FileFacts]], None]
"""Sees to it that a folder holds these files as they were written, or raises StoredIndexError; OSError unchanged."""

VectorsOf = Callable[[Sequence[Segment], Calibration], StateVectors | None]
"""The vectors of the segments of a state; None: they lie in their files."""


def new_name() -> str:
    """A name for a new segment."""
    return f"segment-{uuid.uuid4().hex[:12]}"


def open_state(
    folder: Path, manifest: IndexManifest, known: Snapshot | None, whole: Whole, vectors_of: VectorsOf
) -> Snapshot:
    """The state that ``manifest`` names, whose files lie in ``folder``; what it has in common with the state ``known``
    is not read again. Raises OSError unchanged."""
    if known and known.manifest.files == manifest.files:
        calibration, glossary, stamps = known.calibration, known.glossary, known.stamps
    else:
        whole(folder, manifest.files)
        calibration = Calibration.load(folder / manifest.calibration)
        glossary = _read_glossary(folder / manifest.glossary)
        stamps = _read_stamps(folder / manifest.stamps) if manifest.stamps else {}
    open_ones = {segment.name: segment for segment in known.segments} if known else {}
    code_size = calibration.four_bits().size if manifest.late_interaction else None
    for facts in manifest.segments:
        if facts.name not in open_ones:
            whole(folder / facts.name, facts.files)
            open_ones[facts.name] = Segment(folder / facts.name, facts, code_size)
    segments = [open_ones[facts.name] for facts in manifest.segments]
    return Snapshot(manifest, segments, calibration, glossary, stamps, vectors_of(segments, calibration))


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


def remove_all_but(folder: Path, kept: Collection[str]) -> None:
    """Remove what is ours in ``folder`` and not named ``kept``, and what an update that did not finish left behind.

    What cannot be removed, as where somebody still reads it, is left to the next time.
    """
    with suppress(OSError):
        for name in ours_in(folder):
            place = folder / name
            if name in kept:
                continue
            if place.is_dir():
                shutil.rmtree(place, ignore_errors=True)
            else:
                with suppress(OSError):
                    place.unlink()


def ours_in(folder: Path) -> list[str]:
    """The names of what lies in ``folder`` and is part of some state, or was to be. Raises OSError unchanged."""
    return [place.name for place in folder.iterdir() if _OURS.fullmatch(place.name)]
