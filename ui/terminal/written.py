"""A written answer in the shell: sentence by sentence where somebody watches, else once it is whole."""

from collections.abc import Sequence
from threading import Event

from rich.console import Console

from qa import Answer, Citation
from qa.writing import Writer, Written, WrittenSentence
from ui.html.written_words import notes, whose, why_struck
from ui.terminal.plain import plain


def print_written(writer: Writer, answer: Answer, out: Console, err: Console) -> tuple[Citation, ...]:
    """Print what ``writer`` writes of ``answer``, each sentence after its check, and whose words that are.

    On a terminal sentences that do not hold are shown struck; elsewhere they are told on ``err``. It gives the passages
    that were read beside the answer's own quotes. KeyboardInterrupt, after which nothing more is written.
    """
    shown: list[WrittenSentence] = []
    written: Written | None = None
    stop = Event()
    try:
        for event in writer.write(answer, stop):
            if isinstance(event, Written):
                written = event
            elif isinstance(event, WrittenSentence) and out.is_terminal and event not in shown:
                out.print(_piece(event, first=not shown), end="")
                shown.append(event)
    except KeyboardInterrupt:
        if shown:
            out.print("\n")
        err.print("[yellow]The writing was stopped.[/]")
        raise
    finally:
        stop.set()
    if shown:
        out.print()
    if written is None:
        return ()
    if _shown(out, written) != shown:
        if shown:  # what was shown sentence by sentence is not what counts in the end
            out.print("\n[dim]In the end:[/]")
        _print_whole(written, out)
    _print_struck(written, out, err)
    _print_facts(written, out)
    return written.sources


def _shown(out: Console, written: Written) -> list[WrittenSentence]:
    """What there is to be seen of it."""
    return [each for each in written.sentences if out.is_terminal or each.verdict.holds]


def _print_whole(written: Written, out: Console) -> None:
    sentences = _shown(out, written)
    out.print("".join(_piece(each, first=not number) for number, each in enumerate(sentences)))


def _print_struck(written: Written, out: Console, err: Console) -> None:
    struck: Sequence[WrittenSentence] = () if out.is_terminal else written.sentences
    for each in struck:
        if not each.verdict.holds:
            err.print(f"[dim]Struck: {plain(each.text)} ({plain(why_struck(each, 'en'))})[/]")


def _print_facts(written: Written, out: Console) -> None:
    out.print(f"[dim]{plain(whose(written, 'en'))}[/]")
    if noted := notes(written, "en"):
        style = "dim" if written.holds and not written.trouble else "yellow"
        out.print(f"[{style}]{plain(noted)}[/]")
    out.print()


def _piece(sentence: WrittenSentence, *, first: bool) -> str:
    """A sentence as markup, after others if it is not the ``first``."""
    said = plain(f"{sentence.text} {sentence.marks}".rstrip())
    if not sentence.verdict.holds:
        said = f"[dim strike]{said}[/] [dim]({plain(why_struck(sentence, 'en'))})[/]"
    return sentence.joined(said, first=first)
