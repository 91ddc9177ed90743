"""What a text says about itself in its front matter, in whichever way it is written."""

import json
import re
import tomllib
from dataclasses import dataclass, field

from corpus.files.yaml_text import YAML_ERRORS, explain_yaml_error, parse_yaml
from corpus.parsing.front_matter import FrontMatter, FrontMatterKind, find_front_matter

_ENTRY = re.compile(r"^(?:- |:|#\+)?([\w./-][\w ./-]{0,60}?)[ \t]*::?[ \t]++(\S[^\n]*+)", re.M)
_PLACEHOLDER = re.compile(r"\{\{.*?(?:\}\}|$)|<%.*?(?:%>|$)|\{%.*?(?:%\}|$)")
_WORD = re.compile(r"[^\W_]")
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
# What a line says by itself where the block is wrong.
_READ_ALONE = frozenset({"title", "source", "url", "twin", "author", "date"})


@dataclass(frozen=True, slots=True)
class Facts:
    """The values by their keys, and what is wrong with them."""

    values: dict[str, object] = field(default_factory=dict)
    line: int = 0  # 1-based, of the problem; 0: none is told
    problem: str = ""  # empty: there is none


def is_placeholder(value: str) -> bool:
    """Whether ``value`` is nothing but what a template has for it: "{{ title }}"."""
    return bool(_PLACEHOLDER.search(value)) and not _WORD.search(_PLACEHOLDER.sub("", value))


def read_facts(text: str) -> Facts:
    """What the front matter of ``text`` says; keys of other programs than ours in lower case.

    Where it is wrong, as much of it as single lines say; a placeholder of a template says nothing.
    """
    block = find_front_matter(text)
    if block is None:
        return Facts()
    # Lines are counted from the beginning of the file.
    body = "\n" * text.count("\n", 0, block.start) + text[block.start : block.end]
    try:
        values = _parsed(block, body)
    except YAML_ERRORS as error:
        line, problem = _explained(block.kind, error)
        return Facts(_entries(body, _READ_ALONE), line, problem)
    if not block.closed:
        return Facts(values, body.count("\n"), "the front matter is not closed. Write a line --- below it")
    return Facts(values)


def _parsed(block: FrontMatter, body: str) -> dict[str, object]:
    if block.kind is FrontMatterKind.LINES:
        lines = body.strip().split("\n")
        block_of_pandoc = zip(("title", "author", "date"), (line for line in lines if line[:1] == "%"), strict=False)
        said = {key: value for key, line in block_of_pandoc if (value := line[1:].strip())}
        return dict(said) or _entries(body)
    if block.kind is FrontMatterKind.YAML:
        facts = parse_yaml(body)
    elif block.kind is FrontMatterKind.TOML:
        facts = tomllib.loads(body)
    else:
        facts = json.loads(body if body.lstrip().startswith("{") else f"{{{body}}}")
    rows = facts if isinstance(facts, list) else [facts]
    found = {key: value for row in rows if isinstance(row, dict) for key, value in row.items()}
    lowered = {key.lower(): value for key, value in found.items() if isinstance(key, str)}
    return {**lowered, **{key: value for key, value in found.items() if isinstance(key, str)}}


def _entries(body: str, keys: frozenset[str] | None = None) -> dict[str, object]:
    """What lines "key: value" and "key:: value" say, of the ``keys`` alone where they are given."""
    found: dict[str, object] = {}
    for match in _ENTRY.finditer(body):
        key, value = match.group(1).lower(), match.group(2).rstrip()
        if value[0] in "\"'" and value[-1] == value[0] and len(value) > 1:
            value = value[1:-1]
        if (keys is None or key in keys) and not is_placeholder(value) and value[0] not in "[{|>&*!":
            found.setdefault(key, value)
    return found


def _explained(kind: FrontMatterKind, error: Exception) -> tuple[int, str]:
    """The line of ``error``, and what it says with what mends it."""
    if isinstance(error, json.JSONDecodeError):
        return error.lineno, f"the front matter is not JSON: {error.msg}"
    if isinstance(error, tomllib.TOMLDecodeError):
        place = _TOML_PLACE.search(str(error))
        message = _TOML_PLACE.sub("", str(error))
        mend = "Text values need quotation marks"
        return int(place.group(1) or 0) if place else 0, f"the front matter is not TOML: {message}. {mend}"
    where, problem = explain_yaml_error(error, "{}")
    return int(where or 0), f"the front matter is not {kind.value}: {problem.removesuffix('.')}"
