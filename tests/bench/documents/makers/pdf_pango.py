"""PDFs by Pango and Cairo, which GTK programs print with: lines at their places, and no word of what they are."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from jobs import Job, Make, run_tool
from pdf_pages import page_count
from written import Content

_SCRIPT = Path(__file__).with_name("pango_script.txt")
_PYTHON = "/usr/bin/python3"  # Debian's, which has Debian's bindings


def by_pango(font: str, head: str) -> Make:
    """Makes it with ``font`` and ``head`` above each page; tables are columns at tab stops."""

    def make(content: Content, path: Path) -> tuple[str, int]:
        blocks = [asdict(block) | {"plain": block.plain} for block in content.blocks]
        said = json.dumps({"blocks": blocks, "font": font, "head": head, "out": str(path)})
        version = run_tool([_PYTHON, "-c", _SCRIPT.read_text(encoding="utf-8"), said])
        return version.strip(), page_count(path)

    return make


def _jobs() -> Iterator[Job]:
    yield Job(
        file="temple-pango.pdf",
        content="harbor_temple",
        form="Chinese (traditional), lines without any structure, unruled table, head and page number on each page",
        make=by_pango("Droid Sans Fallback", "鯤港鎮元宵遶境"),
        furniture=("鯤港鎮元宵遶境", "{page}/{pages}"),
    )
    yield Job(
        file="minutes-pango.pdf",
        content="allotment_minutes",
        form="lines without any structure, unruled table with empty cells, head and page number on each page",
        make=by_pango("DejaVu Serif", "Brook Street"),
        furniture=("Brook Street", "{page}/{pages}"),
        held_back=True,
    )


JOBS = tuple(_jobs())
