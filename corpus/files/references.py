"""What a text rests on: sources that a folder lists once, and that sections name by their keys.

``references.yaml`` in the folder of texts::

    wei2022:
      authors: Wei et al.
      year: 2022
      title: Emergent Abilities of Large Language Models. TMLR
      address: https://arxiv.org/abs/2206.07682

and below a heading of a text, invisible to its readers::

    <!-- references: wei2022, brown2020 -->

A front matter may list keys or whole lines under ``references``: they stand for the whole text.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from corpus.document import Reference
from corpus.errors import CorpusError
from corpus.files.presence import facts_at
from corpus.files.yaml_text import read_yaml

REFERENCES_FILE = "references.yaml"
LONGEST_LINE = 2_000
"""Characters of a source, and of its address; all visitors of a page get them."""

_ADDRESS = re.compile(r"https?://\S+")
_FIELDS = {"authors": str, "year": int, "title": str, "address": str}


def load_references(folder: Path) -> dict[str, Reference]:
    """The sources that ``folder`` lists, by key; none where it has no such file.

    :class:`CorpusError` where the file is no list of sources, or the folder cannot be read.
    """
    path = folder / REFERENCES_FILE
    if facts_at(path) is None:
        return {}
    rows = read_yaml(path)
    if not isinstance(rows, dict):
        raise CorpusError(f"{path} lists no sources. Write 'key:' lines, each with authors, year, title and address.")
    return {str(key): _reference(path, str(key), row) for key, row in rows.items()}


def _reference(path: Path, key: str, row: object) -> Reference:
    if not isinstance(row, dict) or not row.get("authors") or not row.get("title"):
        raise CorpusError(f"In {path}: {key!r} needs 'authors' and 'title' (and where it has them 'year', 'address').")
    for name, value in row.items():
        if name not in _FIELDS:
            raise CorpusError(f"In {path}: {key!r} has an unknown field {name!r}. Known: {', '.join(_FIELDS)}.")
        if type(value) is not _FIELDS[name]:  # True is an int as well
            expected = "a number" if _FIELDS[name] is int else "text (in quotes)"
            raise CorpusError(f"In {path}: {name!r} of {key!r} is {value!r}; expected {expected}.")
    authors, title, year = row["authors"].rstrip(), row["title"].rstrip(), row.get("year")
    by = f"{authors} ({year})." if year else authors if authors.endswith(".") else f"{authors}."
    return Reference(key, f"{by} {title}", row.get("address", ""))


def resolve_references(names: Iterable[str], listed: Mapping[str, Reference]) -> tuple[Reference, ...]:
    """The sources called ``names``; a name that is not ``listed`` is taken for a whole line."""
    return tuple(listed.get(name) or _whole_line(name) for name in dict.fromkeys(names))


def shorten(line: str, longest: int) -> str:
    """``line`` with at most ``longest`` characters, the last of them an ellipsis where something is left out.

    >>> shorten("基础模型", 4), shorten("Foundation", 4)
    ('基础模型', 'Fou…')
    """
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _whole_line(line: str) -> Reference:
    last = line.split()[-1:]  # the address is the last thing in a line, maybe right behind a full-width mark
    address = _ADDRESS.search(last[0].rstrip(".,;。，；")) if last else None
    if not address or len(address.group()) > LONGEST_LINE:  # half an address leads elsewhere
        return Reference(line, shorten(line, LONGEST_LINE), "")
    return Reference(line, shorten(line[: line.rindex(address.group())].rstrip(), LONGEST_LINE), address.group())
