"""The shell commands for those who write texts: check them, begin new ones."""

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from corpus import BUILT_IN_TEXTS, CorpusError, check_texts, new_pair
from ui import terminal
from ui.command_options import not_empty

corpus_app = typer.Typer(help="Check the texts, or begin a new pair of them.", no_args_is_help=True)

Folder = Annotated[
    str | None,
    typer.Option(
        "--corpus", metavar="FOLDER", callback=not_empty, help="Folder of texts. Default: the built-in texts."
    ),
]


@corpus_app.command("check")
def corpus_check(
    corpus: Folder = None,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER", callback=not_empty, help="Texts of others, of which ours must share no sentence."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check for what cannot be read or is not finished, and, in a folder kept with twins or references, front matter,
    twins, figures, references and paragraphs; exit status 1 if something is wrong.
    """
    report = check_texts(Path(corpus or BUILT_IN_TEXTS), others=Path(against) if against else None)
    if as_json:
        facts = asdict(report)
        terminal.print_json(facts | {"problems": [problem._asdict() for problem in report.problems]})
    else:
        terminal.print_report(report)
    if report.problems:
        raise typer.Exit(1)


@corpus_app.command("new")
def corpus_new(
    title: Annotated[str, typer.Argument(metavar="TITLE", help="English title.")],
    chinese: Annotated[str, typer.Option("--zh", metavar="TITLE", help="Chinese title.", prompt="Chinese title")],
    corpus: Folder = None,
) -> None:
    """Begin a text: a skeleton in English and its Chinese twin, ready to be written."""
    if corpus is None and "site-packages" in BUILT_IN_TEXTS.parts:
        raise CorpusError(
            "The built-in texts of an installed package are not to be edited: an upgrade would lose them. "
            "Name a folder of your own with --corpus FOLDER."
        )
    for path in new_pair(Path(corpus or BUILT_IN_TEXTS), title, chinese):
        terminal.tell(f"Written: {path}")
    named = f" --corpus {shlex.quote(corpus)}" if corpus else ""
    terminal.tell(f"Write both, then run: foundation-qa corpus check{named}")
