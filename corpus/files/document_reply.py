"""What the process says that opens documents (:mod:`corpus.files.document_process`), checked: a file may have taken it
over. KeyError, TypeError and ValueError tell of what no process of ours says."""

from itertools import pairwise
from typing import Any, NamedTuple

from corpus.document import Box, FileContent, Place, PlaceKind

Counted = tuple[PlaceKind, int] | None  # the pages, slides or chapters of a file, where its reader counts them
MOST_COUNTED = 10_000_000
UNSAID = "no process of ours says such a thing"  # told to nobody but a developer
_LONGEST_NUMBER = 9  # figures
_LARGEST = 1e12
_LONGEST_MESSAGE = 20_000  # characters


class Reply(NamedTuple):
    """What it says of a file, and what it makes of it."""

    said: dict[str, Any]
    made: bytes
    counted: Counted


def how_far(said: Any) -> tuple[PlaceKind, int, int]:
    """What is counted in a file, how many are done, and how many there are."""
    kind, done, total = PlaceKind(said["kind"]), said["done"], said["total"]
    if not (type(done) is type(total) is int and 0 <= done <= total <= MOST_COUNTED):
        raise ValueError(f"{done!r} of {total!r} are done")
    return kind, done, total


def fault_of(reply: Reply) -> str:
    """Why a file cannot be read, in a message; empty where it can."""
    fault = reply.said.get("error", "")
    if not isinstance(fault, str) or len(fault) > _LONGEST_MESSAGE:
        raise TypeError(UNSAID)
    return fault


def content_of(reply: Reply) -> tuple[FileContent, Counted]:
    """What a file holds, and what was counted in it."""
    said = dict(reply.said)
    given, problems, references = (said.pop(name) for name in ("places", "problems", "references"))
    places = tuple(_place(*each, length=len(said["text"])) for each in given)
    if any(one.end > other.start for one, other in pairwise(places)):
        raise ValueError(UNSAID)
    content = FileContent(
        places=places,
        problems=tuple((check_whole(line), _check_text(message)) for line, message in problems),
        references=tuple(_check_text(each) for each in references),
        **{name: _check_text(each) for name, each in said.items()},
    )
    return content, reply.counted


def _place(start: int, end: int, kind: str, label: str, boxes: Any, recognised: bool, *, length: int) -> Place:
    if not 0 <= check_whole(start) <= check_whole(end) <= length or type(recognised) is not bool:
        raise ValueError(UNSAID)
    drawn = tuple(Box(*(check_number(number) for number in box)) for box in boxes)
    label = _check_text(label)
    if kind == PlaceKind.PAGE and not (label.isascii() and label.isdecimal() and len(label) < _LONGEST_NUMBER):
        raise ValueError(UNSAID)
    return Place(start, end, PlaceKind(kind), label, drawn, recognised=recognised)


def _check_text(given: Any) -> str:
    if not isinstance(given, str):
        raise TypeError(UNSAID)
    given.encode("utf-8")  # half of a pair of surrogates is no character
    return given


def check_whole(given: Any) -> int:
    """``given`` where it is a whole number."""
    if type(given) is not int:
        raise TypeError(UNSAID)
    return given


def check_number(given: Any) -> float:
    """``given`` where it is a number, neither endless nor larger than any length in a document."""
    if type(given) not in (int, float) or not -_LARGEST < given < _LARGEST:
        raise TypeError(UNSAID)
    return float(given)
