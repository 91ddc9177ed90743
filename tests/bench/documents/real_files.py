"""Files of which nobody has written down what they say: how long they take, and how far two readers agree."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from measures import bare
from read_file import OURS
from readings import Reading, is_markdown, read_in_process, reads

from corpus import Document, readable, split
from corpus.files.document_formats import DOCUMENT_READERS

_WITH = "pdfminer.six"
_WORD = re.compile(r"[\u2e80-\u9fff]|[^\W_\u2e80-\u9fff]+")


def real_table(folder: Path, kinds: Sequence[str], readers: Sequence[str]) -> list[str]:
    """The lines of a Markdown table: for each file below ``folder`` and each reader what it took."""
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in DOCUMENT_READERS]
    lines = [
        f"| file | reader | pages | s | s a page | peak MB | characters | passages | words as {_WITH} |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for path in paths:
        kind = path.suffix.lower()[1:]
        if kinds and kind not in kinds:
            continue
        readings = {reader: read_in_process(reader, path) for reader in readers if reads(reader, kind)}
        pages = readings[OURS].pages or 1
        for reader, reading in readings.items():
            lines.append(_line(path.name, reader, reading, pages, readings.get(_WITH)))
    return lines


def _line(name: str, reader: str, reading: Reading, pages: int, other: Reading | None) -> str:
    if reading.error:
        return f"| {name} | {reader} | {reading.error} | | | | | | |"
    markdown = is_markdown(reader)
    cells = [
        str(pages),
        f"{reading.seconds:.2f}",
        f"{reading.seconds / pages:.3f}",
        f"{reading.megabytes:.0f}",
        str(len(bare(reading.text, markdown=markdown))),
        str(len(split(Document("file.md", "", "", reading.text)))) if reader == OURS else "",
        f"{agreement(readable(reading.text), other.text):.3f}" if other and other is not reading else "",
    ]
    return f"| {name} | {reader} | {' | '.join(cells)} |"


def agreement(text: str, other: str) -> float:
    """Words, or Han characters, that two texts share, over the mean of how many they have; the order is left out."""
    first, second = (Counter(_WORD.findall(each.replace("\u00ad", "").casefold())) for each in (text, other))
    total = first.total() + second.total()
    return 2 * (first & second).total() / total if total else 1.0
