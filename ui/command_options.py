"""The options that many commands have in common, and the place to work in that they name."""

from typing import Annotated, TypeVar

import typer

from corpus import LANGUAGES, language_of
from corpus.files.formats import SUFFIXES
from ui.workspace.settings import load_settings
from ui.workspace.workspace import Workplace

Value = TypeVar("Value", str, list[str])


def not_empty(value: Value | None) -> Value | None:
    """The value of an option; wrong usage where it is empty, as "$FOLDER" is where nobody has set that.

    An empty path would mean the folder that the command was started in, and any other empty value nothing at all.
    """
    if value is not None and not all(each.strip() for each in ([value] if isinstance(value, str) else value)):
        raise typer.BadParameter("it is empty, as an unset variable is. Give a value, or leave the option out.")
    return value


Corpus = Annotated[
    list[str] | None,
    typer.Option(
        "--corpus",
        metavar="FOLDER",
        callback=not_empty,
        help=f"Folder of texts ({', '.join(SUFFIXES)}); repeatable. Default: the built-in texts.",
    ),
]
Index = Annotated[
    str | None,
    typer.Option(
        "--index", metavar="FOLDER", callback=not_empty, help="Folder of the index. Default: one in your data folder."
    ),
]
SettingsFile = Annotated[
    str | None, typer.Option("--settings", metavar="FILE", callback=not_empty, help="YAML file of settings.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
NoWriter = Annotated[
    bool, typer.Option("--no-writer", help="Answer in quotes alone, also where the settings name a writer.")
]
MOST_HITS = 96
"""Passages that a search can find, as over REST; not imported from there, which would take ``--help`` twice as long."""


def _usable(question: str) -> str:
    """``question``; typer's wrong usage where it is empty or too long, as it is over REST."""
    from qa.small_talk import unusable  # later: a command that asks nothing starts sooner

    if told := unusable(question):
        raise typer.BadParameter(told[language_of(question)])
    return question


def _all_usable(questions: list[str] | None) -> list[str] | None:
    return [_usable(each) for each in questions] if questions else None


Question = Annotated[str, typer.Argument(metavar="QUESTION", help="In English or Chinese.", callback=_usable)]
After = Annotated[
    list[str] | None,
    typer.Option(
        "--after",
        metavar="QUESTION",
        help="An earlier question, which this one follows up; repeatable, the oldest first.",
        callback=_all_usable,
    ),
]
Count = Annotated[int, typer.Option("-k", min=1, max=MOST_HITS, help="How many passages.")]
In = Annotated[
    list[str] | None,
    typer.Option(
        "--in",
        metavar="TEXT",
        help="Look only in this text or folder of texts: its name as citations give it, or its path; repeatable.",
    ),
]
Language = Annotated[
    str | None,
    typer.Option(
        "--language",
        metavar="|".join(LANGUAGES),
        callback=not_empty,
        help="Look only in what is written in this language.",
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="DATE",
        callback=not_empty,
        help="Look only in texts of this date or later (2021, 2021-08, 2021-08-16); those that name none are left out.",
    ),
]

Ray = Annotated[
    str | None,
    typer.Option(
        "--ray",
        metavar="ADDRESS",
        help="Read and embed on a Ray cluster: 'auto', 'host:port', 'ray://host:port'; 'local' starts one here.",
    ),
]
RayWorkers = Annotated[
    int | None,
    typer.Option(
        "--ray-workers", metavar="N", min=1, help="How many workers there. Default: one for each of its processors."
    ),
]


def workplace_of(corpus: list[str] | None, index: str | None, settings: str | None) -> Workplace:
    """Where a command works that was given these options."""
    loaded = load_settings(settings)
    return Workplace(loaded, tuple(corpus or loaded.corpus), index or loaded.index)
