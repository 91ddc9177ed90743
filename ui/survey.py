"""The texts in their folders, compared with what the index holds of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from corpus import CorpusError, Document, Reference, language_of, load_document
from corpus.loading import text_files
from corpus.references import load_references
from index import Snapshot

_TELLING = 4_000  # characters that tell the language of a text


class State(StrEnum):
    """How a text stands to the index."""

    CURRENT = "current"  # the index holds it as it is
    CHANGED = "changed"  # the index holds an earlier version
    NEW = "new"  # the index does not hold it yet
    REMOVED = "removed"  # only the index holds it
    UNREADABLE = "unreadable"  # an update would stop at it


@dataclass(frozen=True, slots=True)
class TextEntry:
    """One text of the corpus, or one that was."""

    id: str
    title: str  # the id where it cannot be read
    languages: tuple[str, ...]  # of its passages, the most frequent first; before it is indexed, of the whole
    passages: int  # in the index
    edited: datetime | None  # when its file was last written, UTC; None: there is no file
    state: State
    twin: str = ""  # id of its translation; empty: it names none
    topic: str = ""  # what a text and its translation have in common: the first of their ids
    problem: str = ""  # why it cannot be read
    uploaded: str = ""  # its name among the uploads; empty: it is none


@dataclass(frozen=True, slots=True)
class Survey:
    """All texts, those of a topic one after the other."""

    entries: tuple[TextEntry, ...]
    built: datetime  # when the index was last written, UTC
    problems: tuple[str, ...] = ()  # of whole folders

    def count(self, *states: State) -> int:
        """How many texts are in one of ``states``."""
        return sum(entry.state in states for entry in self.entries)


def survey(folders: Sequence[Path], snapshot: Snapshot, *, largest_file: int, uploads: Path | None = None) -> Survey:
    """The texts of ``folders`` beside those of ``snapshot``; ``uploads`` is the folder of those that were uploaded.

    A text that cannot be read says so itself, and does not hide the others.
    """
    spoken: dict[str, Counter[str]] = {}
    for passage in snapshot.passages:
        spoken.setdefault(passage.document_id, Counter())[passage.language] += 1
    entries: dict[str, TextEntry] = {}
    problems = []
    for folder in folders:
        try:
            listed = load_references(folder)
            for path in text_files(folder):
                name = path.relative_to(folder).as_posix()
                if name in entries:
                    problems.append(f"Two texts are called {name}; the second is {path}. Rename one of them.")
                else:
                    uploaded = path.name if path.parent == uploads else ""
                    entries[name] = _present(path, name, largest_file, listed, snapshot, spoken, uploaded)
        except CorpusError as error:
            problems.append(str(error))
    if not problems:  # else a text may be missing here and be there
        gone = (document for name, document in snapshot.documents.items() if name not in entries)
        entries |= {document.id: _indexed(document, spoken, None, State.REMOVED) for document in gone}
    return Survey(_by_topic(entries), datetime.fromisoformat(snapshot.manifest.built), tuple(problems))


def _by_topic(entries: Mapping[str, TextEntry]) -> tuple[TextEntry, ...]:
    """``entries`` with their topics, sorted by them; one of a text and its translation may be silent about the
    other."""
    topics = {name: name for name in entries}
    for entry in entries.values():
        if entry.twin in entries:
            topics[entry.id] = topics[entry.twin] = min(topics[entry.id], topics[entry.twin])
    known = [replace(entry, topic=topics[name]) for name, entry in entries.items()]
    return tuple(sorted(known, key=lambda entry: (entry.topic, entry.id)))


def _present(
    path: Path,
    name: str,
    largest_file: int,
    listed: Mapping[str, Reference],
    snapshot: Snapshot,
    spoken: Mapping[str, Counter[str]],
    uploaded: str,
) -> TextEntry:
    """The text in the file ``path``."""
    try:
        edited = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        document = load_document(path, name, largest_file, listed)
    except OSError as error:  # such as a link that leads nowhere
        return _unreadable(name, f"{path} cannot be read: {error.strerror}.", None, uploaded)
    except CorpusError as error:
        return _unreadable(name, str(error), edited, uploaded)
    before = snapshot.documents.get(name)
    state = State.NEW if before is None else State.CURRENT if before == document else State.CHANGED
    return _indexed(document, spoken, edited, state, uploaded)


def _indexed(
    document: Document, spoken: Mapping[str, Counter[str]], edited: datetime | None, state: State, uploaded: str = ""
) -> TextEntry:
    counts = spoken.get(document.id, Counter())
    languages = tuple(language for language, _ in counts.most_common())
    return TextEntry(
        document.id,
        document.title,
        languages or (language_of(document.text[:_TELLING]),),
        counts.total(),
        edited,
        state,
        document.twin,
        uploaded=uploaded,
    )


def _unreadable(name: str, problem: str, edited: datetime | None, uploaded: str) -> TextEntry:
    # A name that is not UTF-8 could be neither shown nor sent.
    shown = name.encode("utf-8", "replace").decode("utf-8")
    said = problem.encode("utf-8", "replace").decode("utf-8")
    return TextEntry(shown, shown, (), 0, edited, State.UNREADABLE, problem=said, uploaded=uploaded)
