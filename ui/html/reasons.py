"""What the readers of texts say of a file, in the visitor's language.

Readers say in English why a file cannot be read, and what of it was not; indexes keep it. Here a message is found by
its template, the English words with places for values, in ``reasons.XX.toml``, one file for each other language. A
value that is itself words of that file ("a picture") is said in that language, too; any other, such as a name, or what
a library says, stays as it is. Places called ``what`` or ``kind`` hold such words and nothing else, those of
:data:`_NUMBERS` numbers. ``tests/ui/test_reasons.py`` holds the files against the words in the readers' code.
"""

import re
import string
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

_LONGEST = 2_000  # characters of a line; a message of ours is shorter
_DEEPEST = 4  # values within values
_MOST_COLONS = 4  # of a name, before what is said of it
_WORDS = re.compile(r"(?:what|kind)\d?")  # names of places that hold words of the file, or nothing
_NUMBERS = frozenset(
    "byte columns count files first last line members most number page pages rows seconds sheets size slide "
    "slides".split()
)  # of those that hold numbers
_STOP, _BETWEEN, _AFTER_NAME = {"zh": "。"}, {"zh": "；"}, {"zh": "："}
_IT = "it "  # what a problem begins with, in whose place its file's name is put


def reason_in(message: str, language: str) -> str | None:
    """The English ``message``, which may have several lines, in ``language``; None where no line of it is known."""
    lines = message.split("\n")
    found = [_line(line, language) for line in lines]
    if not any(found):
        return None
    return "\n".join(said or line for said, line in zip(found, lines, strict=True))


@dataclass(frozen=True, slots=True)
class _Template:
    """English words with places for values, and the same in another language."""

    patterns: tuple[re.Pattern[str], ...]  # with names as short as can be, then as long
    longest: str  # of its words: what no message lacks that is of this template
    said: str
    whole: bool  # whether it is a message, and not a part of one

    def values_in(self, text: str) -> Iterator[dict[str, str]]:
        """What may stand at its places in ``text``; nothing where that is of another template."""
        if self.longest in text:
            yield from (found.groupdict() for pattern in self.patterns if (found := pattern.fullmatch(text)))


@lru_cache(4_096)
def _line(line: str, language: str) -> str | None:
    if language not in _STOP or not 0 < len(line) <= _LONGEST:
        return None
    plain = line.removesuffix(".")
    said = _said(plain, language, whole=True) or _after_name(plain, language) or _said(plain, language)
    return f"{said}{_STOP[language]}" if said and line.endswith(".") else said


def _after_name(line: str, language: str) -> str | None:
    """What is said of a file that is named first: "a.pdf: page 3 is …"."""
    at = -1
    for _ in range(_MOST_COLONS):
        at = line.find(": ", at + 1)
        if at < 0:
            break
        if said := _said(line[at + 2 :], language, depth=1):
            return f"{line[:at]}{_AFTER_NAME[language]}{said}"
    return None


def _said(text: str, language: str, *, whole: bool = False, depth: int = 0) -> str | None:
    """``text``, a ``whole`` message or a part of one, in ``language``; None where it is of no template."""
    if depth > _DEEPEST:
        return None
    for template in _templates(language):
        if template.whole != whole:
            continue
        for found in template.values_in(text):
            name = found.pop("_name", None)
            values = {key: _value(key, value, language, depth + 1) for key, value in found.items()}
            if not (depth and name) and None not in values.values():
                said = template.said.format(**values)
                return f"{name}{_AFTER_NAME[language]}{said}" if name else said
    return None


def _value(key: str, value: str, language: str, depth: int) -> str | None:
    """``value`` in ``language``, or as it is; None where it has to be words of the file, and is none."""
    if not value or key in _NUMBERS:
        return value
    parts = [_said(part.removesuffix("."), language, depth=depth) for part in value.split("; ")]
    said = _said(value.removesuffix("."), language, depth=depth) if None in parts else None
    said = said or (_BETWEEN[language].join(filter(None, parts)) if None not in parts else None)
    if said is None:
        return None if _WORDS.fullmatch(key) else value
    return f" {said}" if key.startswith("kind") and said[0].isascii() and said[0].isalnum() else said


@cache
def _templates(language: str) -> tuple[_Template, ...]:
    """Those with the most words first: of several that a message is of, the most telling one."""
    words = reasons(language)
    return tuple(_template(english, words[english]) for english in sorted(words, key=_weight, reverse=True))


def reasons(language: str) -> Mapping[str, str]:
    """What ``language``, one of ours but English, has for each English template."""
    text = files("ui.html").joinpath(f"reasons.{language}.toml").read_text(encoding="utf-8")
    return {english: said for table in tomllib.loads(text).values() for english, said in table.items()}


def _weight(english: str) -> int:
    return sum(len(literal) for literal, *_ in string.Formatter().parse(english))


def _template(english: str, said: str) -> _Template:
    fields = [(literal, name) for literal, name, *_ in string.Formatter().parse(english.removesuffix("."))]
    longest = max((literal.removeprefix(_IT) for literal, _ in fields), key=len)
    patterns = dict.fromkeys(_pattern(fields, any_words) for any_words in (".*?", ".*"))
    compiled = tuple(re.compile(pattern, re.DOTALL) for pattern in patterns)
    return _Template(compiled, longest, said.removesuffix("。"), english.endswith("."))


def _pattern(fields: Sequence[tuple[str, str | None]], any_words: str) -> str:
    parts = []
    for number, (literal, name) in enumerate(fields):
        if not number and literal.startswith(_IT):
            literal = literal.removeprefix(_IT)
            parts.append(f"(?:it|(?P<_name>{any_words})) ")
        holds = r"\d[\d,. ]*" if name in _NUMBERS else any_words
        parts += [re.escape(literal), f"(?P<{name}>{holds})" if name is not None else ""]
    return "".join(parts)
