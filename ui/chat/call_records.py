"""What a visitor's browser sends with its calls; checked before anything is done with it."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from qa.small_talk import LONGEST_QUESTION
from ui.chat.scope_choice import ANYWHERE, MOST_CHOSEN, ChosenScope, Sought
from ui.chat.turns import MOST_TURNS, Stretch


@dataclass(frozen=True, slots=True)
class AskCall:
    """A question, with the earlier ones of its conversation, oldest first."""

    question: str  # one that is too long gets a hint that says so
    history: Annotated[tuple[Annotated[str, Field(max_length=LONGEST_QUESTION)], ...], Field(max_length=MOST_TURNS)]
    number: Annotated[int, Field(ge=1, le=MOST_TURNS)]  # of the turn, 1-based
    scope: ChosenScope = ANYWHERE
    writes: bool = False  # whether the visitor wants what a language model writes, who then may be asked what is meant
    place: Annotated[str, Field(max_length=300)] = ""  # that the visitor knows what it reads to be sent to


@dataclass(frozen=True, slots=True)
class ChoicesCall:
    """What is looked for among the texts and folders to choose from."""

    sought: Sought


@dataclass(frozen=True, slots=True)
class KnownCall:
    """Names of texts and folders that a link brings."""

    texts: Annotated[tuple[Sought, ...], Field(max_length=MOST_CHOSEN)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A citation that is opened. One that comes from an address has its ``end``, and of its quote the beginning
    alone."""

    document_id: Stretch
    digest: Stretch
    quote: Stretch
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCall(Cited):
    """A citation whose text is wanted, see :func:`ui.chat.citation_html.opened_html`."""

    twin: bool
    at: Annotated[int, Field(ge=0)] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafCall(Cited):
    """A citation of whose file a page is wanted, see :func:`ui.chat.citation_html.opened_leaf_html`."""

    number: Annotated[int, Field(ge=1)] | None  # of the page, 1-based; None: the one that the quote begins on
    width: Annotated[int, Field(ge=1)]  # pixels that its picture is to have


@dataclass(frozen=True, slots=True)
class DrawCall:
    """A turn that is to be drawn anew."""

    turn: Any  # which ui.chat.turns checks
    number: Annotated[int, Field(ge=1, le=MOST_TURNS)]


@dataclass(frozen=True, slots=True)
class WriteCall(AskCall):
    """A question whose answer is to be written."""
