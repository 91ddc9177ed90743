"""Where a visitor lets an answer be looked for: what can be chosen, and what was."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Protocol
from unicodedata import normalize

from pydantic import Field

from index import Scope
from index.storage.scope import folders_of, named_in

MOST_CHOSEN = 100
"""Texts and folders that may be chosen at once."""

_OFFERED = 100  # texts and folders that are offered at once; a search finds the others
_LONGEST_NAME = 1_000  # characters

Sought = Annotated[str, Field(max_length=_LONGEST_NAME)]


class Listed(Protocol):
    """What the catalogue says of a text; :class:`index.storage.segment.Entry` has it."""

    @property
    def id(self) -> str:
        """The path of the text."""

    @property
    def title(self) -> str:
        """Its title."""

    @property
    def date(self) -> str:
        """Its date, or nothing."""


@dataclass(frozen=True, slots=True)
class ChosenScope:
    """What a visitor's browser says of a scope; what is no scope is told when it is asked."""

    texts: Annotated[tuple[Sought, ...], Field(max_length=MOST_CHOSEN)] = ()
    language: Annotated[str, Field(max_length=20)] = ""
    since: Annotated[str, Field(max_length=40)] = ""

    @classmethod
    def of(cls, scope: Scope) -> "ChosenScope":
        """What the browser keeps of ``scope``."""
        return cls(scope.texts[:MOST_CHOSEN], scope.language, scope.since)

    @property
    def scope(self) -> Scope:
        """What to ask; :class:`corpus.ScopeError` where it is no scope."""
        return Scope(self.texts, self.language, self.since)


ANYWHERE = ChosenScope()


def choices(entries: Iterable[Listed], sought: str) -> dict[str, Any]:
    """What a visitor may choose among ``entries``: the folders and texts whose names hold all words of ``sought``.

    Folders come first, each with the number of its texts. ``more`` tells how many are left out, ``dated`` whether any
    text says its date.
    """
    words = _folded(sought).split()
    folders: Counter[str] = Counter()
    texts: list[Listed] = []
    dated = False
    for entry in entries:
        folders.update(folders_of(entry.id))
        dated = dated or bool(entry.date)
        if _holds(f"{entry.id}\n{entry.title}", words):
            texts.append(entry)
    found = [{"name": name, "count": folders[name]} for name in sorted(folders) if _holds(f"{name}/", words)]
    found += [{"name": entry.id, "title": entry.title} for entry in sorted(texts, key=lambda entry: entry.id)]
    return {"found": found[:_OFFERED], "more": max(len(found) - _OFFERED, 0), "dated": dated}


def known(entries: Iterable[Listed], texts: Iterable[str]) -> list[str]:
    """Those of ``texts`` that name a text of ``entries`` or a folder of them."""
    sent = list(texts)
    wanted = [normalize("NFC", text).removesuffix("/") for text in sent]
    found = named_in([normalize("NFC", entry.id) for entry in entries], wanted)
    return [text for text, name in zip(sent, found, strict=True) if name is not None]


def _holds(name: str, words: list[str]) -> bool:
    plain = _folded(name)
    return all(word in plain for word in words)


def _folded(text: str) -> str:
    return normalize("NFKC", text).casefold()  # "ＧＰＴ" is "gpt"
