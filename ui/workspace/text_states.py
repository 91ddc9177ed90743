"""The texts in their folders, compared with what the index holds of them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from corpus import CorpusError, Problem, TextFile, find_texts, language_of
from corpus.files.limits import FileLimits
from corpus.wording.plain_text import without_surrogates
from index import Snapshot
from index.storage.unread_texts import NONE_UNREAD, UnreadTexts
from ui.html.language_tags import language_of_text
from ui.workspace.topics import topics_of


class State(StrEnum):
    """How a text stands to the index."""

    CURRENT = "current"  # the index holds it as it is
    CHANGED = "changed"  # the index holds an earlier version
    NEW = "new"  # the index does not hold it yet
    REMOVED = "removed"  # only the index holds it
    UNREADABLE = "unreadable"  # an update keeps what it has of it


@dataclass(frozen=True, slots=True, kw_only=True)
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
    problem: str = ""  # why it cannot be read, or what is wrong with it
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


def survey(
    folders: Sequence[Path],
    snapshot: Snapshot,
    *,
    limits: FileLimits,
    uploads: Path | None = None,
    unread: UnreadTexts = NONE_UNREAD,
) -> Survey:
    """The texts of ``folders`` beside those of ``snapshot``; ``uploads`` is the folder of those that were uploaded.
    Those that were ``unread`` are not read again as long as they are as they were.

    A text that cannot be read says so itself, and does not hide the others.
    """
    entries: dict[str, TextEntry] = {}
    problems = []
    for folder in folders:
        try:
            for text in find_texts(folder, limits=limits):
                if text.id in entries:
                    problems.append(f"Two texts are called {text.id}; the second is {text.path}. Rename one of them.")
                else:
                    uploaded = text.path.name if text.path.parent == uploads else ""
                    entries[text.id] = _present(text, snapshot, uploaded, unread)
        except CorpusError as error:
            problems.append(str(error))
    if not problems:  # else a text may be missing here and be there
        gone = (name for name in snapshot.catalogue if name not in entries)
        entries |= {name: _indexed(name, snapshot, None, State.REMOVED) for name in gone}
    return Survey(_by_topic(entries), datetime.fromisoformat(snapshot.manifest.built), tuple(problems))


def _by_topic(entries: Mapping[str, TextEntry]) -> tuple[TextEntry, ...]:
    """``entries`` with their topics, sorted by them."""
    topics = topics_of({name: entry.twin for name, entry in entries.items()})
    known = [replace(entry, topic=topics[name]) for name, entry in entries.items()]
    return tuple(sorted(known, key=lambda entry: (entry.topic, entry.id)))


def _present(text: TextFile, snapshot: Snapshot, uploaded: str, unread: UnreadTexts) -> TextEntry:
    """A text that was found in a folder; it is read only where it may have changed since it was indexed."""
    edited = None
    try:
        edited = datetime.fromtimestamp(text.path.stat().st_mtime, UTC)
        if text.id in snapshot.catalogue and text.stamp and text.stamp == snapshot.entry(text.id).stamp:
            return _indexed(text.id, snapshot, edited, State.CURRENT, uploaded)
        if problem := unread.problem_of(text):
            return _unreadable(text.id, str(problem), snapshot, edited, uploaded)
        document = text.read()
    except OSError as error:  # such as a link that leads nowhere
        return _unreadable(text.id, f"{text.path} cannot be read: {error.strerror}.", snapshot, edited, uploaded)
    except CorpusError as error:
        return _unreadable(text.id, str(error), snapshot, edited, uploaded)
    said = _said(document.problems)
    if text.id not in snapshot.catalogue:
        language = language_of_text(document.text)
        return TextEntry(
            id=text.id,
            title=document.title,
            languages=(language,),
            passages=0,
            edited=edited,
            state=State.NEW,
            twin=document.twin,
            problem=said,
            uploaded=uploaded,
        )
    state = State.CURRENT if snapshot.documents[text.id] == document else State.CHANGED
    known = _indexed(text.id, snapshot, edited, state, uploaded)
    return replace(known, title=document.title, twin=document.twin, problem=said)


def _indexed(name: str, snapshot: Snapshot, edited: datetime | None, state: State, uploaded: str = "") -> TextEntry:
    """A text as the index knows it."""
    rows, entry = snapshot.rows_of(name), snapshot.entry(name)
    languages = Counter(snapshot.language(row) for row in rows).most_common()
    spoken = tuple(language for language, _ in languages) or (language_of(entry.title),)
    return TextEntry(
        id=name,
        title=entry.title,
        languages=spoken,
        passages=len(rows),
        edited=edited,
        state=state,
        twin=entry.twin,
        problem=_said(entry.problems),
        uploaded=uploaded,
    )


def _unreadable(name: str, problem: str, snapshot: Snapshot, edited: datetime | None, uploaded: str) -> TextEntry:
    """A text that is there and cannot be read: what the index has of it, if it has."""
    # A name that is not UTF-8 could be neither shown nor sent.
    shown, said = without_surrogates(name), without_surrogates(problem)
    if shown in snapshot.catalogue:
        return replace(_indexed(shown, snapshot, edited, State.UNREADABLE, uploaded), problem=said)
    return TextEntry(
        id=shown,
        title=shown,
        languages=(),
        passages=0,
        edited=edited,
        state=State.UNREADABLE,
        problem=said,
        uploaded=uploaded,
    )


def _said(problems: Iterable[Problem]) -> str:
    return "\n".join(map(str, problems))
