"""PDFs as a browser prints them: with the date, the title and the page's number around it, or with the page's own."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from html_pages import html_of
from jobs import Job, Make, MissingTool
from pdf_pages import page_count
from written import Content

_STYLE = (
    "body { font: 15px/1.5 'DejaVu Sans', 'Droid Sans Fallback', sans-serif } table { border-collapse: collapse } "
    ".note { font-size: 12px; color: #444 } "
)
_SMALL = "font-size: 8px; width: 100%; padding: 0 12mm; display: flex; justify-content: space-between"
_AROUND = {
    "display_header_footer": True,
    "header_template": f'<div style="{_SMALL}"><span>12/4/29, 10:12 AM</span><span class="title"></span></div>',
    "footer_template": f'<div style="{_SMALL}"><span>https://clinic.example/rules</span><span>'
    '<span class="pageNumber"></span>/<span class="totalPages"></span></span></div>',
    "margin": {"top": "18mm", "bottom": "18mm", "left": "14mm", "right": "14mm"},
}


def by_chromium(style: str, printed: Mapping[str, Any]) -> Make:
    """Makes it with ``style``, ``printed`` so."""

    def make(content: Content, path: Path) -> tuple[str, int]:
        from playwright.sync_api import sync_playwright

        program = shutil.which("chromium")
        if not program:
            raise MissingTool("chromium is not installed")
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
            page = browser.new_page()
            page.set_content(html_of(content, _STYLE + style))
            page.pdf(path=str(path), **printed)
            version = browser.version
            browser.close()
        return f"Chromium {version}", page_count(path)

    return make


def _jobs() -> Iterator[Job]:
    yield Job(
        file="clinic-chromium.pdf",
        content="clinic_rules",
        form="printed from a browser with date, title, address and page numbers, table with lines between rows",
        make=by_chromium(
            "tr { border-bottom: 1px solid #999 } td, th { padding: 4px 10px; text-align: left }", _AROUND
        ),
        furniture=("12/4/29, 10:12 AM", "https://clinic.example/rules", "{page}/{pages}"),
    )
    yield Job(
        file="library-chromium.pdf",
        content="library_rules",
        form="Chinese page of a browser, tagged, striped table without rules, nothing around it",
        make=by_chromium(
            "tbody tr:nth-child(odd) { background: #eee } td, th { padding: 4px 14px; text-align: left }",
            {
                "format": "A4",
                "tagged": True,
                "outline": True,
                "margin": {"top": "15mm", "left": "15mm", "right": "15mm"},
            },
        ),
    )
    yield Job(
        file="temple-chromium.pdf",
        content="harbor_temple",
        form="Chinese (traditional), printed from a browser with page numbers, ruled table, serifs",
        make=by_chromium(
            "td, th { border: 1px solid #333; padding: 4px 10px } h1 { text-align: center }",
            {**_AROUND, "format": "A5", "header_template": "<span></span>"},
        ),
        furniture=("https://clinic.example/rules", "{page}/{pages}"),
        held_back=True,
    )


JOBS = tuple(_jobs())
