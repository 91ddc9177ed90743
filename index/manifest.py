"""What an index says about itself, and what an update did to it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus import StoredIndexError

FORMAT = 3
"""Raised whenever the files of an index change their meaning."""

FILE = "manifest.json"


@dataclass(frozen=True, slots=True)
class IndexManifest:
    """The identity of an index: an index is used only with the encoder and settings it was built with."""

    format: int
    encoder_name: str
    encoder_digest: str
    dimension: int  # numbers in a vector
    passage_width: int  # columns
    late_interaction: bool  # whether token vectors are stored
    documents: Mapping[str, str]  # document id -> digest of its text
    passages: int
    built: str  # UTC, ISO 8601
    files: Mapping[str, str]  # file name -> sha256
    corpus: tuple[str, ...] = ()  # folders the texts came from; empty where they were given as documents

    def write(self, folder: Path) -> None:
        """Write it into ``folder``."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        (folder / FILE).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path, shown: Path) -> "IndexManifest":
        """The manifest in ``folder``; :class:`StoredIndexError` (which calls the index ``shown``) where it is
        damaged or of another format."""
        try:
            facts = json.loads((folder / FILE).read_text(encoding="utf-8"))
            if facts["format"] != FORMAT:
                raise StoredIndexError(
                    f"The index {shown} has format {facts['format']}; this version reads format {FORMAT}. "
                    f"Build it again with: foundation-qa index rebuild --index {shown} --corpus FOLDER"
                )
            facts["corpus"] = tuple(facts["corpus"])
            return cls(**facts)
        except (ValueError, KeyError, TypeError) as error:
            raise damaged(shown, FILE) from error


def damaged(shown: Path, name: str) -> StoredIndexError:
    """The error for a file of an index that does not hold what was written into it."""
    # Where the texts are, only the manifest says, and only CURRENT where the manifest is.
    texts = " --corpus FOLDER" if name in (FILE, "CURRENT") else ""
    return StoredIndexError(
        f"The index {shown} is damaged: {name} is not what was written. "
        f"Build it again with: foundation-qa index rebuild --index {shown}{texts}"
    )


@dataclass(frozen=True, slots=True)
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
