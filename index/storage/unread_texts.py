"""Which texts could not be read, and why: such a one is not read again until it changes.

    INDEX/unread.json              of such texts: how their files looked, and what was said of them

It is no part of any state of the index. Where it is lost or damaged, those texts are read once more.
"""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path

import xxhash

from corpus import Problem, TextFile
from corpus.files.formats import READERS_VERSION
from index.disk import replace_file

_FILE = "unread.json"
_US = "foundation-qa"
_NAME = re.compile(r"[\w.-]+")


@dataclass(frozen=True, slots=True)
class UnreadTexts:
    """Texts that could not be read."""

    texts: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # document id -> how its file looked, message

    def problem_of(self, text: TextFile) -> Problem | None:
        """Why ``text`` cannot be read, if that was found out and it is as it was."""
        look, message = self.texts.get(text.id, ("", ""))
        return Problem(text.id, 0, message) if look and look == _look(text) else None


NONE_UNREAD = UnreadTexts()


def unread_texts_of(found: Mapping[str, tuple[TextFile, Problem]]) -> UnreadTexts:
    """What to remember of texts that could not be read now, by their ids."""
    looks = {name: (_look(text), problem.message) for name, (text, problem) in found.items()}
    return UnreadTexts({name: each for name, each in looks.items() if each[0]})


def load_unread(folder: Path) -> UnreadTexts:
    """What the index in ``folder`` remembers of them; nothing where the readers are others now."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        facts = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        if facts["readers"] == _readers():
            return UnreadTexts(
                {str(name): (str(look), str(message)) for name, (look, message) in facts["texts"].items()}
            )
    return NONE_UNREAD


def keep_unread(folder: Path, texts: UnreadTexts) -> None:
    """Remember ``texts``, and no others; where the disk does not let us, nothing is."""
    if texts == load_unread(folder):
        return
    facts = {"readers": _readers(), "texts": texts.texts}
    with suppress(OSError):
        replace_file(folder / _FILE, json.dumps(facts, ensure_ascii=False, indent=1).encode("utf-8"))


def _look(text: TextFile) -> str:
    """What differs as soon as reading ``text`` may end otherwise; empty where that cannot be told."""
    named = text.id.isascii() or text.id == text.id.encode("utf-8", "replace").decode("utf-8")
    return f"{text.stamp}-{text.limits.text}-{text.limits.document}" if text.stamp and named else ""


@cache
def _readers() -> str:
    """A digest of what texts are read with: this program and all that it can use, as far as it is installed."""
    try:
        names = {match.group() for each in metadata.requires(_US) or () if (match := _NAME.match(each))}
    except metadata.PackageNotFoundError:
        names = set()
    versions = [f"readers {READERS_VERSION}"]
    for name in sorted({_US, *names}):
        with suppress(metadata.PackageNotFoundError):
            versions.append(f"{name} {metadata.version(name)}")
    return xxhash.xxh3_64_hexdigest("\n".join(versions).encode())
