"""The arguments of what the program offers to other programs: their types and limits, and what is wrong with one.

A type holds all that is known of an argument. Checks, messages and the schemas of MCP are made of these.
"""

from collections.abc import Callable, Mapping
from inspect import signature
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model

from corpus import FoundationQAError
from corpus.parsing.plain_text import without_surrogates
from index.search.ranking import CANDIDATES
from qa.small_talk import LONGEST_QUESTION

MOST_HITS = 2 * CANDIDATES
"""Passages that a search can find: so many candidates of each of two languages."""

LONGEST_HISTORY = 100
"""Earlier questions; only the last few of them are used."""


class RequestError(FoundationQAError):
    """What a caller sent cannot be used; the message says what is wrong with it."""


def _tidied(text: object) -> object:
    return without_surrogates(text).strip() if isinstance(text, str) else text


_Text = Annotated[str, Field(min_length=1, max_length=LONGEST_QUESTION), BeforeValidator(_tidied)]

QuestionArgument = Annotated[
    _Text,
    Field(description="One question, in English or Chinese. Name what it is about; ask for one thing at a time."),
]
HistoryArgument = Annotated[
    list[_Text] | None,
    Field(
        max_length=LONGEST_HISTORY,
        description="Earlier questions of this conversation, oldest first, so that a follow-up such as "
        "'And how big is it?' is understood. Leave it out for a question that stands alone.",
    ),
]
CountArgument = Annotated[
    int, Field(strict=True, ge=1, le=MOST_HITS, description="How many passages to return.")
]  # strict: neither "5" nor true

_COUNT = f"a whole number from 1 to {MOST_HITS}"
_EXPECTED = {  # kind of pydantic's error -> what would be right
    "string_type": "a text",
    "list_type": "a list of texts",
    "int_type": _COUNT,
    "greater_than_equal": _COUNT,
    "less_than_equal": _COUNT,
}


def arguments_of(method: Callable[..., Any]) -> type[BaseModel]:
    """A model called like ``method`` that takes its arguments, by name and without ``self``, and no others."""
    _, *parameters = signature(method).parameters.values()
    fields: dict[str, Any] = {
        each.name: (each.annotation, ... if each.default is each.empty else each.default) for each in parameters
    }
    model: type[BaseModel] = create_model(method.__name__, __config__=ConfigDict(extra="forbid"), **fields)
    return model


def checked(model: type[BaseModel], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """``arguments``, tidied, with the defaults of those left out; :class:`RequestError` for the first that is wrong."""
    # Not left to pydantic: it cannot tell the name of one that holds half a character.
    if unknown := sorted(set(arguments) - set(model.model_fields)):
        expected = ", ".join(model.model_fields) or "nothing"
        raise RequestError(f"{model.__name__} does not know {', '.join(map(repr, unknown))}; expected: {expected}.")
    try:
        return dict(model.model_validate(dict(arguments)))
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
    name, *numbers = problem["loc"]
    named = repr("".join((str(name), *(f"[{number}]" for number in numbers))))
    raise RequestError(_message(model.__name__, named, problem["type"], problem["input"]))


def _message(operation: str, named: str, kind: str, value: Any) -> str:
    match kind:
        case "missing":
            return f"{operation} needs a {named}."
        case "string_too_short":
            return f"{named} is empty; expected a text."
        case "string_too_long":
            return (
                f"{named} has {len(value):,} characters; at most {LONGEST_QUESTION:,} are allowed. Please shorten it."
            )
        case "too_long":
            return f"{named} has {len(value):,} questions; at most {LONGEST_HISTORY} are allowed."
        case _:
            return f"{named} is {_shown(value)}; expected {_EXPECTED[kind]}."


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 40 else f"{shown[:40]}…"
