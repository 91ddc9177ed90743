"""The reader of Jupyter notebooks: what is written in Markdown as it is, code as code, and what it printed in short."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from corpus.document import FileContent, Place, PlaceKind
from corpus.errors import CorpusError
from corpus.files.encodings import decode
from corpus.files.facts import read_facts
from corpus.files.web.code_blocks import fenced
from corpus.files.web.markdown import blocks_in
from corpus.files.web.page_bytes import kind_of
from corpus.files.web.page_facts import iso_date, plain_author, plain_title
from corpus.files.web.tree import Element, parse_html
from corpus.parsing.line_shapes import fence
from corpus.parsing.titles import title_of

_LINES = 20  # of an output; what is longer is data
_COLUMNS = 2_000  # characters of an output
_COLOURS = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07")
_LANGUAGE = re.compile(r"[A-Za-z][\w+#.-]{0,19}")
_TABLE = re.compile(r"<table\b", re.I)
_PICTURES = frozenset({"image/png", "image/jpeg", "image/svg+xml", "png", "jpeg", "svg"})  # of both formats
_LARGEST_TABLE = 200_000  # characters of HTML

Json = Mapping[str, object]


def read_notebook_file(raw: bytes, path: Path) -> FileContent:
    """The cells of a notebook as Markdown, each with its number as its place; pictures are left out."""
    notebook = _parsed(raw, path)
    language = _language_of(notebook)
    parts: list[str] = []
    places: list[Place] = []
    facts: Mapping[str, object] = {}
    at = 0
    for number, cell in enumerate(_cells(notebook, path), 1):
        source = _text(cell.get("source", cell.get("input"))).strip("\n")
        kind = cell.get("cell_type")
        if kind == "raw" and number == 1 and source.lstrip().startswith("---"):
            facts = read_facts(source).values
            continue
        text = "\n\n".join(_blocks(cell, kind, source, language)).strip("\n")
        if not text.strip():
            continue
        parts.append(text)
        places.append(Place(at, at + len(text), PlaceKind.CELL, str(number)))
        at += len(text) + 2
    text = "\n\n".join(parts)
    metadata = _record(notebook.get("metadata"))
    return FileContent(
        text=f"{text}\n" if text else "",
        title=plain_title(_line(facts.get("title")) or _line(metadata.get("title"))) or title_of(text),
        author=_authors(facts.get("author") or metadata.get("authors")),
        date=iso_date(str(facts.get("date") or metadata.get("date") or "")),
        places=tuple(places),
        problems=() if text else ((0, "its cells are empty"),),
    )


def _parsed(raw: bytes, path: Path) -> Json:
    if kind := kind_of(raw):
        raise CorpusError(f"{path} is {kind}, and no notebook as its name says. Give it the suffix of what it is.")
    try:
        notebook = json.loads(decode(raw, path))
    except json.JSONDecodeError as error:
        raise CorpusError(
            f"{path} is no notebook: it is not JSON, line {error.lineno}: {error.msg}. Save it anew from Jupyter."
        ) from None
    except (ValueError, RecursionError):  # a number of thousands of digits; lists in lists
        raise CorpusError(f"{path} is no notebook: its JSON is too large to read. Save it anew from Jupyter.") from None
    if not isinstance(notebook, dict):
        raise CorpusError(f"{path} is no notebook: it is JSON of another kind. Save it anew from Jupyter.")
    return notebook


def _cells(notebook: Json, path: Path) -> Iterator[Json]:
    """The cells in order, of notebooks of the third format as well."""
    lists = [notebook.get("cells")]
    if not isinstance(lists[0], list):
        sheets = notebook.get("worksheets")
        lists = [_record(sheet).get("cells") for sheet in sheets] if isinstance(sheets, list) else []
    if not any(isinstance(each, list) for each in lists):
        raise CorpusError(f"{path} is no notebook: it has no list of cells. Save it anew from Jupyter.")
    for cells in lists:
        yield from (_record(cell) for cell in (cells if isinstance(cells, list) else ()))


def _blocks(cell: Json, kind: object, source: str, language: str) -> Iterator[str]:
    if kind == "heading":
        level = cell.get("level")
        yield f"{'#' * (level if isinstance(level, int) and 0 < level < 7 else 1)} {' '.join(source.split())}"
    elif kind == "markdown":
        yield _closed("\n".join(line.rstrip() for line in source.split("\n")))
    elif kind == "code":
        if source.strip():
            yield fenced("\n".join(line.rstrip() for line in source.split("\n")), language)
        outputs = cell.get("outputs")
        for output in outputs if isinstance(outputs, list) else ():
            yield from _output(_record(output))
    elif source.strip():
        yield fenced(source)


def _closed(text: str) -> str:
    """``text`` with the block of code closed that would go on into the next cell."""
    opened = ""
    for line in text.split("\n"):
        mark = fence(line)
        if not opened:
            opened = mark
        elif mark.startswith(opened) and not line.strip(" >\t" + opened[0]):
            opened = ""
    return f"{text}\n{opened}" if opened else text


def _output(output: Json) -> Iterator[str]:
    """What code printed or gave, shortened; nothing where that is a picture, a warning or a bar of progress."""
    kind = output.get("output_type")
    if kind == "stream":
        if output.get("name", output.get("stream")) != "stderr":
            yield from _shortened(_text(output.get("text")))
    elif kind in ("error", "pyerr"):
        yield from _shortened(f"{_line(output.get('ename'))}: {_line(output.get('evalue'))}")
    else:
        data = _record(output.get("data")) or output
        page = _text(data.get("text/html", data.get("html")))
        if _TABLE.search(page) and len(page) <= _LARGEST_TABLE:
            tables = [table for table in parse_html(page).root.walk() if table.tag == "table"]
            blocks = [_first_lines(block) for table in tables[:1] for block in blocks_in(Element("div", {}, [table]))]
            if blocks:
                yield from blocks
                return
        if written := _text(data.get("text/markdown")).strip():
            yield _closed(written)
        elif not _PICTURES & data.keys():
            yield from _shortened(_text(data.get("text/plain", data.get("text"))))


def _first_lines(block: str) -> str:
    lines = block.split("\n")
    return "\n".join(lines[: _LINES + 2])


def _shortened(text: str) -> Iterator[str]:
    # What a carriage return goes back over is never seen.
    lines = [line.rstrip("\r").rpartition("\r")[2].rstrip() for line in _COLOURS.sub("", text).strip("\n").split("\n")]
    short = "\n".join(lines[:_LINES])[:_COLUMNS].rstrip()
    if short:
        more = len(lines) > _LINES or len("\n".join(lines)) > _COLUMNS
        yield fenced(f"{short}\n…" if more else short, "text")


def _text(value: object) -> str:
    """A text that may be kept as a list of lines; no character in it that is none."""
    if isinstance(value, list):
        value = "".join(line for line in value if isinstance(line, str))
    text = value if isinstance(value, str) else ""
    return re.sub("[\ud800-\udfff\x00]", "\ufffd", text).replace("\r\n", "\n")


def _line(value: object) -> str:
    return " ".join(_text(value).split())


def _record(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _language_of(notebook: Json) -> str:
    metadata = _record(notebook.get("metadata"))
    for said in (
        _record(metadata.get("language_info")).get("name"),
        _record(metadata.get("kernelspec")).get("language"),
    ):
        if isinstance(said, str) and _LANGUAGE.fullmatch(said):
            return said
    return "python"


def _authors(value: object) -> str:
    said: Sequence[object] = value if isinstance(value, list) else [value]
    names = [_line(each.get("name")) if isinstance(each, dict) else _line(each) for each in said]
    return ", ".join(dict.fromkeys(filter(None, map(plain_author, names))))
