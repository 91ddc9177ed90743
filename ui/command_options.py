"""The options that many commands have in common, and the place to work in that they name."""

from typing import Annotated

import typer

from corpus.files.formats import SUFFIXES
from ui.workspace.settings import load_settings
from ui.workspace.workspace import Workplace

Corpus = Annotated[
    list[str] | None,
    typer.Option(
        "--corpus",
        metavar="FOLDER",
        help=f"Folder of texts ({', '.join(SUFFIXES)}); repeatable. Default: the built-in texts.",
    ),
]
Index = Annotated[
    str | None, typer.Option("--index", metavar="FOLDER", help="Folder of the index. Default: one in your data folder.")
]
SettingsFile = Annotated[str | None, typer.Option("--settings", metavar="FILE", help="YAML file of settings.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Question = Annotated[str, typer.Argument(metavar="QUESTION", help="In English or Chinese.")]


def workplace_of(corpus: list[str] | None, index: str | None, settings: str | None) -> Workplace:
    """Where a command works that was given these options."""
    loaded = load_settings(settings)
    return Workplace(loaded, tuple(corpus or loaded.corpus), index or loaded.index)
