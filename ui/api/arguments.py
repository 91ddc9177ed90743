"""The arguments of what the program offers to other programs: their types and limits, and what is wrong with one.

A type holds all that is known of an argument. Checks, messages and the schemas of MCP are made of these.
"""

from collections.abc import Callable, Mapping, Sequence, Sized
from inspect import signature
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model

from corpus import LANGUAGES, FoundationQAError
from corpus.wording.plain_text import without_surrogates
from index.search.ranking import CANDIDATES
from qa.small_talk import LONGEST_QUESTION, unusable

if TYPE_CHECKING:
    from index import Scope

MOST_HITS = len(LANGUAGES) * CANDIDATES
"""Passages that a search can find: so many candidates of each language."""

LONGEST_HISTORY = 100
"""Earlier questions; only the last few of them are used."""

MOST_TEXTS = 100
"""Texts and folders that a question may name to be asked of."""

_LONGEST_NAME = 1_000  # characters


class RequestError(FoundationQAError):
    """What a caller sent cannot be used; the message says what is wrong with it."""


def _tidied(text: object) -> object:
    return without_surrogates(text).strip() if isinstance(text, str) else text


_Text = Annotated[str, Field(min_length=1, max_length=LONGEST_QUESTION), BeforeValidator(_tidied)]


def _with_a_word(question: str) -> str:
    """Nothing but signs is an empty question, too: a search finds nothing for it."""
    if unusable(question):
        raise ValueError("it holds no word")  # pydantic makes a "value_error" of it
    return question


QuestionArgument = Annotated[
    _Text,
    AfterValidator(_with_a_word),
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


_Name = Annotated[str, Field(min_length=1, max_length=_LONGEST_NAME), BeforeValidator(_tidied)]

TextsArgument = Annotated[
    list[_Name] | None,
    Field(
        max_length=MOST_TEXTS,
        description="Look only in these texts: a 'document_id' as citations give it, or a folder of them, such as "
        "'notes/'. Leave it out to look in all texts.",
    ),
]
LanguageArgument = Annotated[
    str | None,
    Field(
        description="Look only in what is written in this language; the question may be in another one.",
        json_schema_extra={"enum": [*LANGUAGES, None]},
    ),
]


def _written(date: object) -> object:
    """A year may come as a number."""
    return str(date) if isinstance(date, int) and not isinstance(date, bool) else _tidied(date)


SinceArgument = Annotated[
    str | None,
    Field(
        max_length=_LONGEST_NAME,
        description="Look only in texts of this date or later: '2021', '2021-08' or '2021-08-16'. Texts that name no "
        "date are left out.",
    ),
    BeforeValidator(_written),
]


WriteArgument = Annotated[
    bool | None,
    Field(
        strict=True,
        description="Whether a language model is to write what the quotes say in sentences, in 'written'. Leave it out "
        "to have it where this server has a model; false is quicker, and sends nothing to one.",
    ),
]


def scope_of(texts: Sequence[str] | None, language: str | None, since: str | None) -> "Scope":
    """What a caller wants to be asked; :class:`corpus.ScopeError` where that is no such thing."""
    from index import Scope  # later: the shell prints sooner what it has without an index

    return Scope(tuple(texts or ()), language or "", since or "")


def _whole(number: object) -> object:
    """For JSON 5.0 is a whole number, and there are programs that write every number with a point."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


CountArgument = Annotated[
    int,
    Field(strict=True, ge=1, le=MOST_HITS, description="How many passages to return."),
    BeforeValidator(_whole),
]

_NO_COUNT = f"{{name}} is {{shown}}; expected a whole number from 1 to {MOST_HITS}."
_MESSAGES = {  # by pydantic's kind of error
    "missing": "{operation} needs a {name}.",
    "string_type": "{name} is {shown}; expected a text.",
    "string_too_short": "{name} is empty; expected a text.",
    "value_error": "{name} is {shown}, which holds no word; expected a question.",
    "string_too_long": "{name} has {length:,} characters; at most {max_length:,} are allowed. Please shorten it.",
    "list_type": "{name} is {shown}; expected a list of texts.",
    "too_long": "{name} has {length:,} {members}; at most {max_length} are allowed.",
    "bool_type": "{name} is {shown}; expected true or false.",
    "int_type": _NO_COUNT,
    "greater_than_equal": _NO_COUNT,
    "less_than_equal": _NO_COUNT,
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
        raise RequestError(_message(model.__name__, error)) from error


def _message(operation: str, error: ValidationError) -> str:
    problem = error.errors(include_url=False)[0]
    first, *rest = problem["loc"]
    name = repr("".join((str(first), *(f"[{number}]" for number in rest))))
    value, limits = problem["input"], problem.get("ctx", {})
    length = len(value) if isinstance(value, Sized) else 0
    shown = repr(value)
    shown = shown if len(shown) <= 40 else f"{shown[:40]}…"
    members = "questions" if first == "history" else first
    values = {"operation": operation, "name": name, "length": length, "shown": shown, "members": members}
    return _MESSAGES[problem["type"]].format(**values, **limits)
