"""What an index says about itself, and what an update did to it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import xxhash

from corpus import Problem, StoredIndexError
from index.storage.files import FileFacts

FORMAT = 7
"""Raised whenever the files of an index change their meaning, or a text is read or split in another way."""

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Cells:
    """How vectors are searched where comparing them one by one would take too long, see index.storage.faiss_vectors."""

    factory: str  # as faiss.index_factory takes it
    visited: int  # cells that a search visits
    recall: float  # recall@10 against exact search, measured when it was built


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFacts:
    """One segment: texts that were indexed together, in a folder of that name."""

    name: str
    documents: int  # the removed ones among them
    passages: int
    files: Mapping[str, FileFacts]
    cells: Mapping[str, Cells] = field(default_factory=dict)  # language -> how its vectors are searched, if not exactly
    removed: tuple[int, ...] = ()  # numbers of its documents that have been changed or removed since

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(facts.size for facts in self.files.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexManifest:
    """The identity of an index, and the segments that make up its current state.

    An index is used only with the encoder and settings it was built with.
    """

    format: int
    generation: str  # another one for every state
    encoder_name: str
    encoder_digest: str
    dimension: int  # numbers in a vector
    passage_width: int  # columns
    late_interaction: bool  # whether token vectors are stored
    documents: int
    passages: int
    built: str  # UTC, ISO 8601
    calibration: str  # name of the file
    glossary: str  # name of the file
    files: Mapping[str, FileFacts]  # those two and the next one
    segments: tuple[SegmentFacts, ...]
    corpus: tuple[str, ...] = ()  # folders the texts came from; empty where they were given as documents
    stamps: str = ""  # name of the file with the stamps of texts that were touched but not changed; empty: none
    before: tuple[str, ...] = ()  # segments of the state before: somebody may be just opening it

    def text(self) -> str:
        """The manifest as the text of its file."""
        facts = asdict(self)
        facts["checksum"] = _checksum(facts)
        text = json.dumps(facts, ensure_ascii=False, indent=1) + "\n"
        # A folder whose name is no UTF-8: JSON has the same escapes.
        return text.encode("utf-8", "backslashreplace").decode("utf-8")

    @classmethod
    def parse(cls, raw: bytes, shown: Path) -> "IndexManifest":
        """The manifest whose file holds ``raw``; :class:`StoredIndexError` (which calls the index ``shown``) where it
        is damaged or of another format."""
        try:
            facts = json.loads(raw.decode("utf-8"))
            found = facts["format"]
            if isinstance(found, int) and found != FORMAT:
                raise other_format_error(shown, found)
            checksum = facts.pop("checksum")
            if checksum != _checksum(facts):
                raise damaged_error(shown, MANIFEST)
            facts["files"] = _files(facts["files"])
            facts["segments"] = tuple(_segment(segment) for segment in facts["segments"])
            for name in ("corpus", "before"):
                facts[name] = tuple(facts[name])
            return cls(**facts)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise damaged_error(shown, MANIFEST) from error

    @property
    def needed(self) -> set[str]:
        """What has to be there for this state and the one before: names of segments and of files beside them."""
        return {*(segment.name for segment in self.segments), *self.before, *self.files}

    def with_removed(self, removed: Mapping[str, set[int]]) -> tuple[SegmentFacts, ...]:
        """The segments once the documents ``removed`` (segment name -> numbers) are gone."""
        return tuple(
            replace(segment, removed=tuple(sorted({*segment.removed, *removed.get(segment.name, ())})))
            for segment in self.segments
        )


def _checksum(facts: Mapping[str, Any]) -> str:
    return xxhash.xxh3_128(json.dumps(facts, sort_keys=True).encode("utf-8")).hexdigest()


def _files(facts: Mapping[str, Any]) -> dict[str, FileFacts]:
    return {name: FileFacts(**each) for name, each in facts.items()}


def _segment(facts: dict[str, Any]) -> SegmentFacts:
    facts["files"] = _files(facts["files"])
    facts["cells"] = {language: Cells(**each) for language, each in facts["cells"].items()}
    facts["removed"] = tuple(facts["removed"])
    return SegmentFacts(**facts)


def other_format_error(shown: Path, found: object) -> StoredIndexError:
    """The error for an index that another version of this program built."""
    return StoredIndexError(
        f"The index {shown} has format {found}; this version reads format {FORMAT}. "
        f"Build it again with: foundation-qa index rebuild --index {shown} --corpus FOLDER"
    )


def damaged_error(shown: Path, name: str) -> StoredIndexError:
    """The error for a file of an index that does not hold what was written into it."""
    texts = " --corpus FOLDER" if name == MANIFEST else ""  # where the texts are, only the manifest says
    return StoredIndexError(
        f"The index {shown} is damaged: {name} is not what was written. "
        f"Build it again with: foundation-qa index rebuild --index {shown}{texts}"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexChange:
    """What an update did, or would do."""

    added: tuple[str, ...]  # document ids
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    documents: int  # afterwards
    passages: int  # afterwards
    embedded: int  # passages whose vector was computed
    reused: int  # passages whose vector was there
    seconds: float
    problems: tuple[Problem, ...] = ()  # of all texts, those of texts that were not read again among them
    unread: tuple[str, ...] = ()  # ids of texts that cannot be read; what was indexed of them before stays

    @property
    def empty(self) -> bool:
        """Whether no text has changed."""
        return not (self.added or self.changed or self.removed)
