"""Where the facts that a text gives about itself end, and the text begins."""

import json
import re
from dataclasses import dataclass
from enum import Enum

from corpus.wording.mark_rules import UNSEEN

_AT_TOP = re.compile(rf"[{UNSEEN}\s]*+")
_RULE = re.compile(r"(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_KEY = r"[A-Za-z_][\w .-]{0,40}?"
_ENTRY = re.compile(rf"(?::|#\+)?({_KEY})[ \t]*:(?=\s|\Z)[^\n]*(?:\n|\Z)")
_PROPERTY = re.compile(r"(?:- )?([\w/.-]{1,60})::(?=\s|\Z)[^\n]*(?:\n|\Z)")
_MORE = re.compile(r"(?:[ \t]+\S|- |#|\[|\]|\}|//)[^\n]*(?:\n|\Z)")  # goes on with the entry above, or says nothing
_BLANK = re.compile(r"[ \t]*(?:\n|\Z)")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
# Neither a blank line nor prose may follow the first rule: then it is a rule, and the text begins below it.
_YAML = re.compile(r"---[ \t]*\n(?=[ \t]*(?:#|[^\s:#-][^:\n]*:(?:\s|$)|-[ \t]+[\w-]+:(?:\s|$)|---|\.\.\.))", re.M)
_PARTED_YAML = re.compile(r"---[ \t]*\n(?:[ \t]*\n)+")
_TOML = re.compile(r"\+\+\+[ \t]*\n((?:(?!\+\+\+).*\n)*+)\+\+\+[ \t]*(?:\n|\Z)")
_SEMICOLONS = re.compile(r";;;[ \t]*\n((?:(?!;;;).*\n)*+);;;[ \t]*(?:\n|\Z)")
_PERCENT = re.compile(r"%[ \t]++\S.*(?:\n(?:%|[ \t]++\S).*){0,3}+(?:\n|\Z)")
_JSON_BEGINS = re.compile(r"\{\s*(?:\"[^\"\n]*+\"\s*:|\}[ \t]*(?:\n|\Z))")
_JSON_ENDS = re.compile(r"^\}[ \t]*(?:\n|\Z)", re.M)
_KNOWN = frozenset(
    "title subtitle author authors date created updated modified lastmod tags tag keywords category categories slug "
    "layout lang language status summary description abstract draft template permalink published excerpt comments "
    "source url link image cover thumbnail weight series toc robots head copyright license id aliases alias type "
    "disqus hide search icon twin references parent nav_order sidebar_position sidebar_label hide_table_of_contents "
    "revision version editor email affiliation banner top mathjax math password save_as translation css".split()
)
# Words that prose begins with as well: alone they are no block.
_ALSO_PROSE = frozenset("summary description abstract status source link comments type id head search version".split())
_SENTENCE = re.compile(r"[.!?。！？]\s*\Z")


class FrontMatterKind(Enum):
    """How a text writes down what it says about itself."""

    YAML = "YAML"
    TOML = "TOML"
    JSON = "JSON"
    LINES = "lines"  # "Key: value" or "key:: value", in no language that could be wrong


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The block at the top of a text, whose values lie in ``text[start:end]``; the text begins at ``after``."""

    kind: FrontMatterKind
    start: int
    end: int
    after: int
    closed: bool = True  # False: the rule that ends it is missing


def find_front_matter(text: str) -> FrontMatter | None:
    """The front matter of ``text``, as Jekyll, Hugo, Zola, Hexo, MkDocs, Pelican, Pandoc, Obsidian, Logseq and others
    write it; None: it has none."""
    top = _AT_TOP.match(text)
    assert top is not None
    at = top.end()
    first = text[at : at + 1]
    if first == "-":
        return _yaml(text, at) or _properties(text, at)
    if first == "+" and (block := _TOML.match(text, at)):
        return FrontMatter(FrontMatterKind.TOML, *block.span(1), block.end())
    if first == ";" and (block := _SEMICOLONS.match(text, at)):
        return FrontMatter(FrontMatterKind.JSON, *block.span(1), block.end())
    if first == "{":
        return _json(text, at)
    if first == "%" and (block := _PERCENT.match(text, at)) and _BLANK.match(text, block.end()):
        if not text[block.end() :].strip():
            return None
        return FrontMatter(FrontMatterKind.LINES, at, block.end(), block.end())
    return _properties(text, at) or _lines(text, at)


def front_matter_end(text: str) -> int:
    """Where the front matter ends and the text begins; 0 without front matter."""
    found = find_front_matter(text)
    return found.after if found else 0


def _yaml(text: str, at: int) -> FrontMatter | None:
    begin = _YAML.match(text, at)
    parted = None if begin else _PARTED_YAML.match(text, at)
    opening = begin or parted
    if not opening:
        return None
    start = opening.end()
    end, keys, _ = _entries(text, start)
    known = bool(keys & _KNOWN)
    if parted and not known:
        return None
    line, prose = start, False
    while line < len(text):
        if rule := _RULE.match(text, line):
            # Below a rule that was forgotten, one far below ends no block but parts the text.
            if prose and known and _BLANK_LINE.search(text, end - 1, line):
                break
            return FrontMatter(FrontMatterKind.YAML, start, line, rule.end())
        prose = prose or (line >= end and not _is_part(text, line))
        line = _next(text, line)
    if not known or not (_BLANK.match(text, end) or len(keys & _KNOWN) > 1):
        return None
    return FrontMatter(FrontMatterKind.YAML, start, end, end, closed=False)


def _is_part(text: str, line: int) -> bool:
    """Whether the line at ``line`` could be one of YAML."""
    return bool(_BLANK.match(text, line) or _ENTRY.match(text, line) or _MORE.match(text, line))


def _lines(text: str, at: int) -> FrontMatter | None:
    """Lines "key: value" down to a blank line (MkDocs, Pelican), or to a rule that no other one opened (Hexo)."""
    end, keys, last = _entries(text, at)
    known = keys & _KNOWN
    if not known or 2 * len(known) < len(keys):
        return None
    if len(keys) == 1 and (known <= _ALSO_PROSE or _SENTENCE.search(last)):
        return None
    if rule := _RULE.match(text, end):
        return FrontMatter(FrontMatterKind.YAML, at, end, rule.end())
    return FrontMatter(FrontMatterKind.LINES, at, end, end) if _BLANK.match(text, end) else None


def _properties(text: str, at: int) -> FrontMatter | None:
    """Lines "key:: value" (Logseq)."""
    end = at
    while end < len(text) and (entry := _PROPERTY.match(text, end)):
        end = entry.end()
    return FrontMatter(FrontMatterKind.LINES, at, end, end) if end > at else None


def _entries(text: str, at: int) -> tuple[int, frozenset[str], str]:
    """Where lines that could be entries end, their keys in lower case, and the last line."""
    keys: set[str] = set()
    last = ""
    while at < len(text):
        entry = _ENTRY.match(text, at)
        if entry:
            keys.add(entry.group(1).strip().lower())
        found = entry or (_MORE.match(text, at) if keys else None)
        if not found:
            break
        last = found.group()
        at = found.end()
    return at, frozenset(keys), last


def _json(text: str, at: int) -> FrontMatter | None:
    if not _JSON_BEGINS.match(text, at):
        return None
    try:
        facts, end = json.JSONDecoder().raw_decode(text, at)
    except (ValueError, RecursionError):
        closing = _JSON_ENDS.search(text, at)
        return FrontMatter(FrontMatterKind.JSON, at, closing.end(), closing.end()) if closing else None
    # A text that is nothing but JSON is no front matter.
    if not isinstance(facts, dict) or not _BLANK.match(text, end) or not text[end:].strip():
        return None
    return FrontMatter(FrontMatterKind.JSON, at, end, _next(text, end))


def _next(text: str, at: int) -> int:
    """Where the line after the one at ``at`` begins."""
    return text.find("\n", at) + 1 or len(text)
