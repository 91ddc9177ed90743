"""PDFs by groff, whose PostScript Ghostscript distils: the old way of Unix, hyphenated, with ligatures."""

import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from jobs import Job, Make, groups_of, run_tool
from pdf_pages import page_count
from written import Block, Content, Kind


def source_of(content: Content, columns: int, head: str) -> str:
    """``content`` in the macros of ms, with ``head`` above each page."""
    body = "\n".join(_group(group) for group in groups_of(content.blocks))
    number = f".ds LH {head}\n.ds CH\n.ds RH\n.ds CF Page %\n.P1\n"
    return f"{number}.nr PS 10\n.nr VS 13\n.ds DY\n{'.2C' if columns == 2 else ''}\n{body}\n".replace("\n\n", "\n")


def _escaped(text: str) -> str:
    said = text.replace("\\", "\\e").replace("−", "\\[mi]").replace("'", "\\[aq]")
    return f"\\&{said}" if said.startswith((".", "\\[aq]")) else said


def _group(group: Sequence[Block]) -> str:
    first = group[0]
    if first.kind is Kind.HEADING:
        size = {1: "+8", 2: "+3", 3: "+1"}[first.level]
        return f".SH\n\\s{size}{_escaped(first.text)}\\s0\n"
    if first.kind is Kind.ITEM:
        return "\n".join(
            f".IP {f'{at}.' if item.numbered else '•'} 3\n{_words(item)}" for at, item in enumerate(group, 1)
        )
    if first.kind is Kind.CODE:
        return f".DS I\n.ft C\n{first.text}\n.ft\n.DE"
    if first.kind is Kind.TABLE:
        rows = "\n".join("\t".join(map(_escaped, row)) for row in (first.head, *first.rows))
        caption = f".LP\n{_escaped(first.text)}\n" if first.text else ""
        columns = " ".join(["lb"] * len(first.head)) + "\n" + " ".join(["l"] * len(first.head))
        return f"{caption}.TS\nallbox;\n{columns}.\n{rows}\n.TE"
    notes = "".join(f"\n.FS\n{_escaped(note.plain)}\n.FE" for note in group[1:])
    return f".LP\n{_words(first)}{notes}"


def _words(block: Block) -> str:
    return "".join(
        "\\**" if run.note else f"\\fB{_escaped(run.text)}\\fP" if run.bold else _escaped(run.text)
        for run in block.runs
    )


def by_groff(columns: int, head: str) -> Make:
    """Makes it in so many ``columns``."""

    def make(content: Content, path: Path) -> tuple[str, int]:
        with tempfile.TemporaryDirectory() as name:
            source, printed = Path(name) / "file.ms", Path(name) / "file.ps"
            source.write_text(source_of(content, columns, head), encoding="utf-8")
            printed.write_text(run_tool(["groff", "-k", "-t", "-ms", "-Tps", source]), encoding="utf-8")
            run_tool(["gs", "-q", "-dBATCH", "-dNOPAUSE", "-sDEVICE=pdfwrite", f"-sOutputFile={path}", printed])
        version = re.search(r"[\d.]+", run_tool(["groff", "--version"]))
        return (
            f"groff {version.group() if version else ''} and Ghostscript {run_tool(['gs', '--version']).strip()}",
            page_count(path),
        )

    return make


def _jobs() -> Iterator[Job]:
    yield Job(
        file="museum-groff-ghostscript.pdf",
        content="tide_museum",
        form="distilled from PostScript: hyphenated, ligatures, boxed tables, notes at the foot, heads",
        make=by_groff(1, "Tide Museum 2031"),
        furniture=("Tide Museum 2031", "Page {page}"),
    )
    yield Job(
        file="mast-groff-ghostscript.pdf",
        content="wind_mast_manual",
        form="distilled from PostScript: code, numbered steps, boxed table, notes at the foot, heads",
        make=by_groff(1, "Anemo 40"),
        furniture=("Anemo 40", "Page {page}"),
        held_back=True,
    )


JOBS = tuple(_jobs())
