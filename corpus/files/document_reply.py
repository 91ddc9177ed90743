"""What the process says that opens documents (:mod:`corpus.files.document_process`), checked: a file may have taken it
over. KeyError, TypeError and ValueError tell of what no process of ours says."""

from typing import Any, NamedTuple

from corpus.document import Box, FileContent, Place, PlaceKind

Counted = tuple[PlaceKind, int] | None  # the pages, slides or chapters of a file, where its reader counts them
_MOST_COUNTED = 10_000_000


class Reply(NamedTuple):
    """What it says of a file, and what it makes of it."""

    said: dict[str, Any]
    made: bytes
    counted: Counted


def how_far(said: Any) -> tuple[PlaceKind, int, int]:
    """What is counted in a file, how many are done, and how many there are."""
    kind, done, total = PlaceKind(said["kind"]), said["done"], said["total"]
    if not (type(done) is type(total) is int and 0 <= done <= total <= _MOST_COUNTED):
        raise ValueError(f"{done!r} of {total!r} are done")
    return kind, done, total


def content_of(reply: Reply) -> tuple[FileContent, Counted]:
    """What a file holds, and what was counted in it."""
    said = dict(reply.said)
    places = tuple(
        Place(start, end, PlaceKind(kind), label, tuple(Box(*box) for box in boxes), recognised=recognised)
        for start, end, kind, label, boxes, recognised in said.pop("places")
    )
    problems = tuple((line, message) for line, message in said.pop("problems"))
    references = tuple(said.pop("references"))
    if not all(each is None or isinstance(each, str) for each in (*references, *said.values())):
        raise TypeError("a text, a title or the like is none")
    content = FileContent(places=places, problems=problems, references=references, **said)
    return content, reply.counted


def drawing_of(reply: Reply) -> tuple[dict[str, Any], bytes]:
    """Facts of a drawing, and the drawing."""
    return reply.said, reply.made
