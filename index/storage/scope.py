"""A part of the texts that a question is asked of: some of them, those in one language, those that are new enough."""

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import compress
from pathlib import PurePosixPath

from rapidfuzz import fuzz, process

from corpus import LANGUAGES, ScopeError
from corpus.arguments import shown, texts_of
from corpus.wording.dates import iso_date
from index.storage.segment import Entry

_NEAR, _SHOWN = 60, 3  # how alike names are that are shown instead of one that is none, 0 to 100; how many of them


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question is asked of; all texts where nothing is said.

    :class:`corpus.ScopeError` where ``language`` or ``since`` is no such thing, or a name is empty; TypeError where
    ``texts`` is a single str.
    """

    # Ids of documents and folders of them ("notes" or "notes/"); kept sorted, without "/". See named_in for their case.
    texts: tuple[str, ...] = ()
    language: str = ""  # of passages, one of LANGUAGES, in capitals or not
    since: str = ""  # ISO 8601, as exact as wanted: "2021", "2021-08", "2021-08-16"; see allows_date

    def __post_init__(self) -> None:
        object.__setattr__(self, "texts", tuple(sorted({_plain(text) for text in texts_of("texts", self.texts)})))
        language = self.language.lower()
        if language not in ("", *LANGUAGES):
            raise ScopeError(
                f"There is no language {self.language!r} here; expected one of: {', '.join(LANGUAGES)}.",
                "no_language",
                name=self.language,
            )
        object.__setattr__(self, "language", language)
        day = iso_date(self.since)
        if self.since and not day:
            raise ScopeError(
                f"{self.since!r} is no date. Write it as 2021, 2021-08 or 2021-08-16.", "no_date", name=self.since
            )
        object.__setattr__(self, "since", day)

    def __bool__(self) -> bool:
        """Whether it is less than everything."""
        return bool(self.texts or self.language or self.since)

    def entries(self, entries: Collection[Entry]) -> list[Entry]:
        """Those of ``entries`` that its texts and its date leave, in their order; what is in them is not looked at.

        :class:`corpus.ScopeError` where one of its texts is none of them, or the date leaves nothing.
        """
        named = self._named(entries)
        dated = [entry for entry in named if self.allows_date(entry.date)]
        if named and not dated:
            raise _too_old(self.since, named)
        return dated

    def left_out(self, entries: Collection[Entry]) -> int:
        """How many of ``entries`` it leaves out only because they name no date."""
        if not self.since:
            return 0
        return sum(not entry.date for entry in self._inside(entries)[0])

    def allows_date(self, date: str) -> bool:
        """Whether a text of this ``date`` is new enough: as far as both are told, and not where it tells none."""
        shared = min(len(date), len(self.since))
        return not self.since or (bool(date) and date[:shared] >= self.since[:shared])

    def _named(self, entries: Collection[Entry]) -> list[Entry]:
        inside, unknown = self._inside(entries)
        if unknown:
            raise _unknown(unknown, [_name_of(entry) for entry in entries])
        return inside

    def _inside(self, entries: Collection[Entry]) -> tuple[list[Entry], str]:
        """Those of ``entries`` that its texts name, and the first of its texts that names none; empty: all do."""
        if not self.texts:
            return list(entries), ""
        names = [_name_of(entry) for entry in entries]
        found = named_in(names, self.texts)
        wanted = {name for name in found if name is not None}
        below = tuple(f"{name}/" for name in wanted)
        inside = list(compress(entries, [name in wanted or name.startswith(below) for name in names]))
        return inside, next((text for text, name in zip(self.texts, found, strict=True) if name is None), "")


EVERYTHING = Scope()


def check_scope(scope: object) -> None:
    """TypeError where ``scope`` is no :class:`Scope`, as a language or the name of a text."""
    if not isinstance(scope, Scope):
        raise TypeError(f"'scope' is {shown(scope)}; expected a Scope, as Scope(['notes/']) or Scope(language='en').")


def named_in(ids: Collection[str], texts: Iterable[str]) -> list[str | None]:
    """What each of ``texts`` is called among ``ids`` (in NFC) and their folders; None where nothing is called so.

    As it is written, or else in other capitals, where that is one thing alone.
    """
    names = {*ids, *(folder for each in ids for folder in folders_of(each))}
    wanted = list(texts)
    folded: dict[str, list[str]] = {}
    if not names.issuperset(wanted):  # most are written as they are
        for name in names:
            folded.setdefault(name.casefold(), []).append(name)
    alike = {text: folded.get(text.casefold(), []) for text in wanted if text not in names}
    return [text if text in names else alike[text][0] if len(alike[text]) == 1 else None for text in wanted]


def folders_of(document_id: str) -> list[str]:
    """The folders that a text lies in, the innermost first: "a/b" and "a" of "a/b/c.md"."""
    parts = document_id.split("/")[:-1]
    return ["/".join(parts[:end]) for end in range(len(parts), 0, -1)]


def nothing_in(scope: Scope, texts: int) -> ScopeError:
    """What to say where the ``texts`` that are left hold no passage, or none in the language of ``scope``."""
    if not scope.language:
        return ScopeError("The texts that were asked for hold nothing that could be found.", "empty")
    return ScopeError(
        f"Nothing in the {texts} texts that were asked for is in the language {scope.language!r}. "
        f"Leave the language out, or ask other texts.",
        "language",
        name=scope.language,
    )


def _name_of(entry: Entry) -> str:
    return unicodedata.normalize("NFC", entry.id)


def _plain(text: str) -> str:
    name = unicodedata.normalize("NFC", text).removeprefix("./").rstrip("/")
    if not name:
        raise ScopeError("The name of a text to ask is empty. Name a text or a folder, or leave it out.", "no_name")
    return name


def _unknown(text: str, ids: Collection[str]) -> ScopeError:
    names = {*ids, *(f"{folder}/" for each in ids for folder in folders_of(each))}
    near = _near(text, names)
    shown = ", ".join(near)
    told = f"Near by: {shown}." if near else f"There are, for example: {', '.join(sorted(names)[:_SHOWN])}."
    return ScopeError(
        f"The index has no text and no folder called {text}. {told}", "unknown", name=text, near=shown or "–"
    )


def _near(text: str, names: Iterable[str]) -> list[str]:
    """The names that ``text`` is most likely meant for, the likeliest first."""
    # Whoever mistypes leaves most of a name as it is; whoever leaves out the folder, or the suffix, has the last part.
    wholes = {name: name.lower() for name in names}
    lasts = {name: PurePosixPath(whole).stem for name, whole in wholes.items()}
    best: dict[str, float] = {}
    for wanted, choices in ((text.lower(), wholes), (PurePosixPath(text.lower()).stem, lasts)):
        for _, score, name in process.extract(wanted, choices, scorer=fuzz.ratio, limit=_SHOWN, score_cutoff=_NEAR):
            best[name] = max(score, best.get(name, 0.0))
    return sorted(best, key=lambda name: (-best[name], name))[:_SHOWN]


def _too_old(since: str, entries: Collection[Entry]) -> ScopeError:
    dates = [entry.date for entry in entries if entry.date]
    undated = len(entries) - len(dates)
    newest = f" The newest is of {max(dates)}." if dates else ""
    texts = "The text that was asked for is not" if len(entries) == 1 else f"None of the {len(entries)} texts is"
    told = f" {undated} of them name no date: a text says its own in its front matter (date: 2021-08-16)."
    return ScopeError(
        f"{texts} of {since} or later.{newest}{told if undated else ''}",
        "old" if dates else "undated",
        since=since,
        undated=undated,
        newest=max(dates, default=""),
    )
