"""Where in its file a stretch of a text stands, in words: "p. 12", "第 12 页", "slides 3–4"."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from corpus import Place
from ui.html.words import word, words_html


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """The places of a stretch, from the first to the last."""

    kind: Literal["page", "slide", "chapter", "cell", "range", "row"]  # see corpus.PlaceKind
    first: str
    last: str  # the same as the first where there is one alone

    def named(self, language: str) -> str:
        """It in the words of ``language``."""
        return word(self._key, language, first=self.first, last=self.last)

    @property
    def html(self) -> str:
        """It in the words of every language, as the page has them."""
        return words_html(self._key, first=self.first, last=self.last)

    @property
    def _key(self) -> str:
        return f"place.{self.kind}" if self.first == self.last else f"place.{self.kind}s"


def place_view(places: Sequence[Place]) -> PlaceView | None:
    """The ``places`` of a stretch, in order; None where there are none."""
    if not places:
        return None
    return PlaceView(kind=places[0].kind.value, first=places[0].label, last=places[-1].label)
