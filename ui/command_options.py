"""The options that many commands have in common, and the place to work in that they name."""

from typing import Annotated, TypeVar

import typer

from corpus import LANGUAGES
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
Question = Annotated[str, typer.Argument(metavar="QUESTION", help="In English or Chinese.")]
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
