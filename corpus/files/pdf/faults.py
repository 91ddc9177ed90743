"""What of a PDF could not be read, page by page, and what is said of it."""

from collections.abc import Sequence
from enum import Enum
from itertools import pairwise
from pathlib import Path

from corpus.files.ocr.limits import MOST_SCANS
from corpus.files.ocr.recogniser import COMMAND


class Fault(Enum):
    """What is wrong with a page: what is said of one, and of several."""

    SCAN = (
        f"holds no text: it is a picture, as a scanner makes it, and was not read. To have it read, run: {COMMAND}",
        f"hold no text: they are pictures, as a scanner makes them, and were not read. To have them read, run: "
        f"{COMMAND}",
    )
    TOO_MANY = (
        f"is a picture, as a scanner makes it, and was not read: {MOST_SCANS} such pages of a file are. Split it",
        f"are pictures, as a scanner makes them, and were not read: {MOST_SCANS} such pages of a file are. Split it",
    )
    NO_WRITING = (
        "holds no text: it is a picture, and the text recognition (OCR) finds nothing written on it",
        "hold no text: they are pictures, and the text recognition (OCR) finds nothing written on them",
    )
    UNCLEAR = (
        "was read in part: some of its writing is too unclear for the text recognition (OCR)",
        "were read in part: some of their writing is too unclear for the text recognition (OCR)",
    )
    UNREAD = (
        "was read in part: the file does not say which letters some of its signs are",
        "were read in part: the file does not say which letters some of their signs are",
    )
    DAMAGED = ("is damaged, and could not be read", "are damaged, and could not be read")


class Faults:
    """Those of one file, with its ``path``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pages: dict[Fault, list[int]] = {fault: [] for fault in Fault}

    def add(self, fault: Fault, page: int) -> None:
        """Note that the page with this number has it."""
        self._pages[fault].append(page)

    def problems(self) -> tuple[tuple[int, str], ...]:
        """As the reader of a format tells them."""
        return tuple(
            (0, f"page {first} {fault.value[0]}" if first == last else f"pages {first} to {last} {fault.value[1]}")
            for fault, numbers in self._pages.items()
            for first, last in _runs(numbers)
        )

    def nothing(self, count: int) -> str:
        """Why none of the ``count`` pages holds any text."""
        path, pages = self._path, self._pages
        if pages[Fault.DAMAGED]:
            if count == 1:
                return f"{path} is damaged: its page cannot be read. Export it anew."
            return f"{path} is damaged: none of its {count} pages can be read. Export it anew."
        if pages[Fault.UNREAD]:
            return (
                f"{path} cannot be read: it does not say which letters its signs are. Export it anew, with its fonts."
            )
        pictures = "its page is a picture" if count == 1 else f"its {count} pages are pictures"
        if pages[Fault.SCAN]:
            return (
                f"{path} holds no text: {pictures}, as a scanner makes them. To have the writing on them recognised, "
                f"run: {COMMAND}"
            )
        if pages[Fault.UNCLEAR]:
            return (
                f"{path} holds no text: {pictures}, and what is written there is too unclear for the text recognition "
                f"(OCR). Scan it anew, straight and with 200 dots an inch or more."
            )
        if pages[Fault.NO_WRITING]:
            return f"{path} holds no text: {pictures}, and the text recognition (OCR) finds nothing written on them."
        empty = "its page is empty" if count == 1 else f"its {count} pages are empty"
        return f"{path} holds no text: {empty}."


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Numbers that follow one another as one run: the first and the last."""
    breaks = [at for at, (number, following) in enumerate(pairwise(numbers), 1) if following != number + 1]
    bounds = [0, *breaks, len(numbers)] if numbers else []
    return [(numbers[start], numbers[end - 1]) for start, end in pairwise(bounds)]
