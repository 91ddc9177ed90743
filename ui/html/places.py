"""Where in its file a stretch of a text stands, in words: "p. 12", "第 12 页", "slides 3–4", "p. 12, OCR"."""

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
    recognised: bool = False  # some of it was read off a picture by text recognition (OCR)

    def named(self, language: str) -> str:
        """It in the words of ``language``."""
        named = word(self._key, language, first=self.first, last=self.last)
        return word("place.recognised", language, place=named) if self.recognised else named

    @property
    def html(self) -> str:
        """It in the words of every language, as the page has them, with a sign of what was recognised."""
        named = words_html(self._key, first=self.first, last=self.last)
        sign = f' <span class="recognised">{words_html("place.sign")}</span>' if self.recognised else ""
        return f"{named}{sign}"

    @property
    def _key(self) -> str:
        return f"place.{self.kind}" if self.first == self.last else f"place.{self.kind}s"


def place_view(places: Sequence[Place]) -> PlaceView | None:
    """The ``places`` of a stretch, in order; None where there are none."""
    if not places:
        return None
    recognised = any(place.recognised for place in places)
    return PlaceView(kind=places[0].kind.value, first=places[0].label, last=places[-1].label, recognised=recognised)
