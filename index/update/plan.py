"""What an update has to do, found out before anything is done."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from corpus import CorpusError, Document, Passage, Problem, TextFile, split, unread_message
from index.storage.manifest import IndexChange
from index.storage.segment import origin_facts
from index.storage.snapshot import Snapshot
from index.storage.unread_texts import NONE_UNREAD, UnreadTexts, unread_texts_of
from index.update.workers import LOCAL, Arrival, Workers


@dataclass(frozen=True, slots=True)
class Incoming:
    """A document that is new or has changed, and where its passages come from."""

    document: Document
    digest: str
    stamp: str
    passages: Sequence[Passage]
    known: Sequence[tuple[int, int] | None]  # of each passage: segment and row of one with the same vectors, or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The way from one state of an index to the next."""

    incoming: tuple[Incoming, ...]
    added: tuple[str, ...]  # document ids
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    documents: int  # afterwards
    passages: int  # afterwards
    stamps: dict[str, str]  # document id -> stamp, where a text was touched and has not changed
    problems: tuple[Problem, ...] = ()  # see IndexChange
    unread: tuple[str, ...] = ()  # likewise
    to_remember: UnreadTexts = NONE_UNREAD  # of those

    @property
    def embedded(self) -> int:
        """How many passages have to be embedded."""
        return sum(each is None for incoming in self.incoming for each in incoming.known)

    @property
    def empty(self) -> bool:
        """Whether no text has changed."""
        return not (self.added or self.changed or self.removed)

    def change(self, seconds: float, recovered: int = 0) -> IndexChange:
        """What it did, or would do, in ``seconds``; so many passages were ``recovered`` instead of embedded."""
        embedded = self.embedded - recovered
        return IndexChange(
            added=self.added,
            changed=self.changed,
            removed=self.removed,
            documents=self.documents,
            passages=self.passages,
            embedded=embedded,
            reused=self.passages - embedded,
            seconds=round(seconds, 3),
            problems=self.problems,
            unread=self.unread,
        )


def plan(
    documents: Iterable[Document | TextFile],
    passage_width: int,
    old: Snapshot | None,
    unreadable: UnreadTexts = NONE_UNREAD,
    workers: Workers = LOCAL,
) -> Plan:
    """What makes an index in the state ``old`` hold exactly ``documents``.

    A :class:`corpus.TextFile` with the stamp it had when it was indexed is not read, nor is one that is
    known to be ``unreadable`` as it is. One that cannot be read stays as it was indexed, and keeps none of the others
    from being so. The others are read by ``workers``.
    :class:`CorpusError` where two documents have one id, or where no passage is left.
    """
    before = old.catalogue if old else {}
    seen: set[str] = set()
    incoming: list[tuple[Arrival, Document, str, str]] = []
    added: list[str] = []
    changed: list[str] = []
    stamps = dict(old.stamps) if old else {}
    kept = 0
    problems: list[Problem] = []
    unread: list[str] = []
    remembered: dict[str, tuple[TextFile, Problem]] = {}
    left_out = 0
    for arrival in workers.read(_arrivals(documents, old, unreadable, seen), passage_width):
        each, entry, document = arrival.text, arrival.entry, arrival.document
        stamp = each.stamp if isinstance(each, TextFile) else ""
        if arrival.unchanged and entry:
            kept += entry.count
            problems += entry.problems
            continue
        assert document is not None, "not read"
        if isinstance(document, Problem):
            if isinstance(each, TextFile):
                remembered[each.id] = each, document
            problems.append(document)
            unread.append(document.document_id)
            kept += entry.count if entry else 0
            left_out += entry is None
            continue
        problems += document.problems
        digest = digest_of(document)
        if entry and entry.digest == digest:
            kept += entry.count
            if stamp:
                stamps[each.id] = stamp
            continue
        stamps.pop(each.id, None)
        (changed if entry else added).append(each.id)
        incoming.append((arrival, document, digest, stamp))
    removed = tuple(sorted(each for each in before if each not in seen))
    for name in removed:
        stamps.pop(name, None)
    found = [
        split(document, passage_width) if arrival.passages is None else arrival.passages
        for arrival, document, _, _ in incoming
    ]
    passages = kept + sum(len(each) for each in found)
    if not passages:
        if unread:
            raise CorpusError(unread_message([each for each in problems if each.document_id in unread]))
        raise CorpusError(
            "The texts hold no passage: nothing that has a letter or a digit in it. The index is unchanged."
        )
    known = iter(old.find([passage for each in found for passage in each]) if old else ())
    return Plan(
        incoming=tuple(
            Incoming(document, digest, stamp, own, [next(known, None) for _ in own])
            for (_, document, digest, stamp), own in zip(incoming, found, strict=True)
        ),
        added=tuple(added),
        changed=tuple(changed),
        removed=removed,
        documents=len(seen) - left_out,
        passages=passages,
        stamps=stamps,
        problems=tuple(problems),
        unread=tuple(unread),
        to_remember=unread_texts_of(remembered),
    )


def _arrivals(
    documents: Iterable[Document | TextFile], old: Snapshot | None, unreadable: UnreadTexts, seen: set[str]
) -> Iterator[Arrival]:
    """Each of ``documents`` with what is known of it without reading it; its id joins ``seen``."""
    for each in documents:
        if each.id in seen:
            raise CorpusError(
                f"Two documents are called {each.id}: an index tells them apart by their ids. Rename one."
            )
        seen.add(each.id)
        entry = None
        if old and each.id in old.catalogue:
            segment, number = old.catalogue[each.id]
            entry = old.segments[segment].entries[number]
        if not isinstance(each, TextFile):
            yield Arrival(text=each, entry=entry, document=each)
        elif old and entry and each.stamp and old.stamps.get(each.id, entry.stamp) == each.stamp:
            yield Arrival(text=each, entry=entry, unchanged=True)
        else:
            yield Arrival(text=each, entry=entry, document=unreadable.problem_of(each))


def digest_of(document: Document) -> str:
    """A digest of all that an index keeps of a document."""
    references = (part for each in document.references for part in (each.key, each.text, each.address))
    problems = (f"{line} {message}" for _, line, message in document.problems)
    parts = [document.title, document.source, document.twin, *references, *problems, document.text]
    if origin := origin_facts(document):  # of a text that is its own file there is none, and its digest stays
        parts.append(json.dumps(origin, ensure_ascii=False))
    return hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()[:32]
