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

import yaml

from corpus.document import Reference
from corpus.errors import CorpusError

FILE = "references.yaml"
LONGEST_LINE = 2_000
"""Characters of a source, and of its address; all visitors of a page get them."""

_ADDRESS = re.compile(r"https?://\S+")
_FIELDS = {"authors": str, "year": int, "title": str, "address": str}


def load_references(folder: Path) -> dict[str, Reference]:
    """The sources that ``folder`` lists, by key; none where it has no such file.

    :class:`CorpusError` where the file is no list of sources.
    """
    path = folder / FILE
    if not path.exists():
        return {}
    rows = read_yaml(path)
    if not isinstance(rows, dict):
        raise CorpusError(f"{path} lists no sources. Write 'key:' lines, each with authors, year, title and address.")
    return {str(key): _reference(path, str(key), row) for key, row in rows.items()}


def read_yaml(path: Path) -> object:
    """What the YAML file ``path`` holds; :class:`CorpusError` where it cannot be read."""
    try:
        return parse_yaml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror}.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: not UTF-8, or a date like 2021-13-45
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark else ""
        raise CorpusError(
            f"{path} is not YAML in UTF-8{line}: {getattr(error, 'problem', None) or error}. "
            f"A value that holds a colon needs quotation marks."
        ) from error


def parse_yaml(text: str) -> object:
    """What ``text`` says in YAML; a :class:`yaml.YAMLError`, ValueError or RecursionError where it is none."""
    return yaml.load(text, Loader=_Loader)


class _Loader(yaml.SafeLoader):
    """YAML without what a few hostile lines could fill the memory with."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            problem = "an alias (*name): write the value out, or put it in quotation marks"
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.constructor.ConstructorError(None, None, problem, mark)
        return super().compose_node(parent, index)

    def construct_yaml_str(self, node: yaml.ScalarNode) -> str:
        value: str = super().construct_yaml_str(node)
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise yaml.constructor.ConstructorError(None, None, "half of a character (\\ud800)", node.start_mark)
        return value

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        if len(node.value) > 100:  # Python shows no number of more than 4300 digits
            raise yaml.constructor.ConstructorError(None, None, "a number of many digits", node.start_mark)
        return super().construct_yaml_int(node)


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_yaml_int)
_Loader.add_constructor("tag:yaml.org,2002:str", _Loader.construct_yaml_str)


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


def resolved(names: Iterable[str], listed: Mapping[str, Reference]) -> tuple[Reference, ...]:
    """The sources called ``names``; a name that is not ``listed`` is taken for a whole line."""
    return tuple(listed.get(name) or _line(name) for name in dict.fromkeys(names))


def cut(line: str, longest: int) -> str:
    """``line`` with at most ``longest`` characters, the last of them an ellipsis where something is left out.

    >>> cut("基础模型", 4), cut("Foundation", 4)
    ('基础模型', 'Fou…')
    """
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _line(line: str) -> Reference:
    last = line.split()[-1:]  # the address is the last thing in a line, maybe right behind a full-width mark
    address = _ADDRESS.search(last[0].rstrip(".,;。，；")) if last else None
    if not address or len(address.group()) > LONGEST_LINE:  # half an address leads elsewhere
        return Reference(line, cut(line, LONGEST_LINE), "")
    return Reference(line, cut(line[: line.rindex(address.group())].rstrip(), LONGEST_LINE), address.group())
