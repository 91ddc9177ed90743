"""What the processes of ``make bench`` do: each side works in one of its own, without the other's threads and memory.

``python -m worker ours|stock FOLDER ...`` does the job in each line of stdin and says how many seconds that took;
``python -m worker prepare|page|profile FOLDER ...`` does one thing and says what it found. All in JSON.
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from processes import megabytes

from corpus import FoundationQAError
from ui import terminal

if TYPE_CHECKING:
    from corpus import Document
    from ui.workspace.workspace import Workplace

_PART = "part.json"  # the texts that are built, as an encoder sees them


def workplace() -> "Workplace":
    """Where somebody works who names nothing: the built-in texts, the offline model."""
    from ui.workspace.settings import load_settings
    from ui.workspace.workspace import Workplace

    return Workplace(load_settings(None), (), "")


def part_of(documents: "Sequence[Document]", passages: int) -> "list[Document]":
    """As many texts as make about so many passages, in turn of each language."""
    from corpus import split

    languages = sorted({document.id.split("/")[0] for document in documents})
    ordered = [[each for each in documents if each.id.startswith(f"{language}/")] for language in languages]
    chosen: list[Document] = []
    found = 0
    for same in zip(*ordered, strict=False):
        for document in same:
            if found < passages:
                chosen.append(document)
                found += len(split(document))
    return chosen


def prepare(place: Path, passages: int) -> dict[str, Any]:
    """Bring the index of the built-in texts up to date, and write what the stock side reads into ``place``."""
    import numpy as np
    import stock
    from page_load import ASKED

    from corpus import encoder_text, split
    from index import offline_model
    from qa.evaluation.question_files import load_questions

    ours = workplace()
    snapshot = ours.answerer(follow=True).passages.snapshot
    texts = [encoder_text(passage) for passage in snapshot.passages]
    # The same model: its vectors agree with those of torch to a cosine of .99999, and are there much sooner.
    encoded = dict(ours.encoder.encode_passages(texts))
    stock.write(np.stack([encoded[at].vector for at in range(len(texts))]), texts, place)
    part = [encoder_text(one) for document in part_of(ours.documents(), passages) for one in split(document)]
    (place / _PART).write_text(json.dumps(part, ensure_ascii=False), encoding="utf-8")
    # None twice: what was asked before may be answered from a cache.
    asked = dict.fromkeys(question.question for question in load_questions(ASKED) if not question.history)
    return {"model": str(offline_model()), "passages": len(texts), "part": len(part), "questions": list(asked)}


@dataclass(frozen=True, slots=True)
class Side:
    """What one side does, with its model loaded."""

    search: Callable[[str], int]  # the five passages that fit a question best; how many they are
    build: Callable[[Path], int]  # an index of the part of the texts in a new folder; how many passages


def our_side(passages: int) -> Side:
    """Ours, as its documentation says."""
    from index import PassageIndex, SentenceEncoder, rebuild_index

    encoder = SentenceEncoder()
    opened = PassageIndex.open(workplace().folder, encoder)
    part = part_of(workplace().documents(), passages)
    return Side(
        lambda question: len(opened.search(question, 5)), lambda folder: rebuild_index(folder, part, encoder).embedded
    )


def stock_side(place: Path, model: str) -> Side:
    """That of :mod:`stock`."""
    import stock

    loaded = stock.load(model)
    index, texts = stock.read(place)
    part = json.loads((place / _PART).read_text(encoding="utf-8"))

    def build(folder: Path) -> int:
        stock.build(loaded, part, folder)
        return len(part)

    return Side(lambda question: len(stock.search(loaded, index, texts, question, 5)), build)


def work(side: Side, place: Path) -> None:
    """Do what each line of stdin says, and say how long that took."""
    for line in sys.stdin:
        job = json.loads(line)
        with TemporaryDirectory(dir=place) as folder:  # a new one each time: nothing is taken over from the last
            begin = time.perf_counter()
            count = side.search(job["search"]) if "search" in job else side.build(Path(folder))
            _say({"seconds": time.perf_counter() - begin, "count": count})


def page(questions: Sequence[str]) -> dict[str, Any]:
    """Serve the page, open it and ask ``questions``: seconds until it was there, and its memory in MB."""
    from page_load import bear, server

    begin = time.perf_counter()
    with server() as served:
        started = time.perf_counter() - begin
        connection = HTTPConnection(urlsplit(served.address).netloc, timeout=60)
        connection.request("GET", "/")
        status = connection.getresponse().status
        connection.close()
        load = bear(served.address, questions, 1, len(questions))
    if status != 200 or load.errors:
        sys.exit(f"The page answered with status {status}; errors: {', '.join(load.errors)}")
    return {"seconds": started, "megabytes": megabytes(resource.getrusage(resource.RUSAGE_CHILDREN))}


def _say(facts: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def main(command: str, place: str, *rest: str) -> None:
    """What the command line says."""
    if command == "ours":
        work(our_side(int(rest[0])), Path(place))
    elif command == "stock":
        work(stock_side(Path(place), rest[0]), Path(place))
    elif command == "prepare":
        _say(prepare(Path(place), int(rest[0])))
    elif command == "page":
        _say(page(rest))
    else:
        from profiles import profile

        from index import PassageIndex, SentenceEncoder

        _say(profile(PassageIndex.open(workplace().folder, SentenceEncoder()), rest))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except FoundationQAError as error:
        terminal.fail(str(error))
        sys.exit(1)
