"""How many pages of a file are read by recognising what is written on them, and how long that may take."""

import re

from corpus.files.ocr.recogniser import is_installed

MOST_SCANS = 300
"""Pages of one file."""

SECONDS_A_SCAN = 15.0
"""On average. A processor of today takes two; others may be slower, or busy with something else."""

_PICTURE = re.compile(rb"/Subtype\s*/Image\b")
_OTHERS = 10  # pages that are drawn without a picture


def scans_allowed(raw: bytes) -> int:
    """How many pages of the PDF ``raw`` are read so: as many as it has pictures, which it cannot hide, and a few."""
    return min(sum(1 for _ in _PICTURE.finditer(raw)) + _OTHERS, MOST_SCANS)


def seconds_for_scans(raw: bytes) -> float:
    """How long reading those of the PDF ``raw`` may take."""
    return SECONDS_A_SCAN * scans_allowed(raw) if is_installed() else 0.0
