"""What is wrong with texts: those that cannot be read, and those that were read without a part of them."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from ui.terminal.output import warn

if TYPE_CHECKING:
    from corpus import Problem
    from index import IndexChange

STATUS = "foundation-qa index status"
"""The command that lists all of it."""


def warn_of_problems(change: "IndexChange", known: Collection[str] = (), command: str = STATUS) -> None:
    """What an update found wrong with the texts, all of it at once; nothing where all is well.

    Of what is ``known`` (problems as strings) only the count is told, and the ``command`` that lists it.
    """
    unread = [each for each in change.problems if each.document_id in change.unread]
    partly = [each for each in change.problems if each.document_id not in change.unread]
    kinds = ((unread, "cannot be read; the index keeps what it had of that."), (partly, "read in part."))
    for problems, said in kinds:
        if fresh := [each for each in problems if str(each) not in known]:
            verb = "" if problems is unread else "was " if _count(fresh) == 1 else "were "
            warn("\n".join([f"{_texts(fresh)} {verb}{said} In the texts:", *map(str, fresh)]))
    old = [[each for each in problems if str(each) in known] for problems, _ in kinds]
    told = [
        f"{_texts(problems)} {said}" for problems, said in zip(old, ("unread", "read in part"), strict=True) if problems
    ]
    if told:
        warn(f"As told before: {', '.join(told)}. What is wrong with them: {command}")


def _count(problems: "Sequence[Problem]") -> int:
    return len({each.document_id for each in problems})


def _texts(problems: "Sequence[Problem]") -> str:
    count = _count(problems)
    return f"{count} text" if count == 1 else f"{count} texts"
