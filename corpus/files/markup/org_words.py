"""The words of a line of Org: links, notes, dates, formulas and what is stressed."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html.entities import html5

from corpus.files.markup.elements import Child, formula, made, note_mark

_DEEPEST = 6  # stress within stress
_BEFORE = r"(?<![^\s\-({'\"\[\u200b，。；：！？、（“《「—*/_+])"
_BEHIND = r"(?=[\s\-.,;:!?'\")}\]\\\[\u200b，。；：！？、）”》」—*/_+]|$)"
_PICTURE = re.compile(r"(?:file:|https?:|\./|[\w./~-])\S*\.(?:png|jpe?g|gif|svg|webp|bmp|tiff?|pdf)", re.I)
_KIND = re.compile(r"(?:file|id|attachment|elisp|shell|doi|info|help|fuzzy|docview):(?://)?", re.I)
_TOKEN = re.compile(
    r"\[\[(?P<target>(?:[^\[\]\n\\]|\\.|\n(?!\s*\n))+)\](?:\[(?P<said>(?:[^\]]|\](?!\]))+?)\])?\]"
    r"|\[fn:(?P<note>[\w-]*)(?::(?P<inline>(?:[^\[\]]|\[[^\[\]]*\]){1,4000}))?\]"
    r"|\[cite(?:/[\w/-]*)?:(?P<cited>[^\[\]\n]+)\]"
    r"|<<<?(?P<radio>[^<>\n]+)>>>?"
    r"|(?P<date>[<\[]\d{4}-\d\d-\d\d[^<>\[\]\n]*[>\]])(?:--?(?P<until>[<\[]\d{4}-\d\d-\d\d[^<>\[\]\n]*[>\]]))?"
    r"|<%%\([^<>\n]*\)>|@@(?:[^@\n]|@(?!@))*@@|\[\d*(?:/\d*|%)\]|[<](?P<address>https?://[^<>\s]+)>"
    r"|\{\{\{(?P<macro>[A-Za-z][\w-]*)(?:\((?P<given>[^{}\n]*)\))?\}\}\}"
    r"|\b(?:src_\w+(?:\[[^\]\n]*\])?)\{(?P<program>[^{}\n]*)\}"
    r"|\\\[(?P<display>(?:[^\\\n]|\\[^\]\[]|\n(?!\s*\n)){1,2000})\\\]|\\\((?P<math>(?:[^\\\n]|\\[^()]|\n(?!\s*\n)){1,2000})\\\)"
    r"|\$\$(?P<dollars>[^$\n]+)\$\$|(?<![\w$])\$(?P<dollar>[^\s$](?:[^$\n]{0,300}[^\s$,.])?)\$(?![\w$])"
    rf"|{_BEFORE}(?P<quoting>[=~])(?P<code>[^\s=~](?:[^\n]{{0,400}}?\S)??)(?P=quoting){_BEHIND}"
    rf"|{_BEFORE}(?P<mark>[*/_+])(?P<stressed>[^\s*/_+](?:(?:[^\n]|\n(?!\s*\n)){{0,400}}?\S)??)(?P=mark){_BEHIND}"
    r"|(?<=\w)_\{(?P<below>[^{}\n]*)\}|(?<=[\w)\]])\^\{(?P<above>[^{}\n]*)\}"
    r"|\\\\[ \t]*(?:\n|$)(?P<broken>)|\\(?P<entity>[A-Za-z]+\d*)(?:\{\}|(?![A-Za-z]))"
    r"|(?P<address_in_line>https?://[^\s<>\[\]]+)"
)
_ENTITIES = {
    "nbsp": " ", "to": "→", "dots": "…", "ldots": "…", "vert": "|", "under": "_", "slash": "/", "deg": "°", "EUR": "€",
    "ast": "*", "backslash": "\\", "tilde": "~", "checkmark": "✓", "LaTeX": "LaTeX", "TeX": "TeX", "copy": "©",
    "plus": "+",
}  # fmt: skip


@dataclass(slots=True)
class Words:
    """Reads words; notes are numbered as the text refers to them."""

    macros: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)  # the names of notes, with their numbers
    inline_notes: dict[str, str] = field(default_factory=dict)  # number -> what is said where it is referred to
    _depth: int = 0

    def of(self, text: str) -> list[Child]:
        """The elements and words of ``text``."""
        if self._depth > _DEEPEST:
            return [text]
        self._depth += 1
        found: list[Child] = []
        at = 0
        for match in _TOKEN.finditer(text):
            found.append(text[at : match.start()])
            found += self._token(match)
            at = match.end()
        self._depth -= 1
        return [*found, text[at:]]

    def _token(self, match: re.Match[str]) -> list[Child]:
        for name, convert in _TOKENS.items():
            if (said := match.group(name)) is not None:
                return convert(self, said, match)
        return []

    def _link(self, target: str, match: re.Match[str]) -> list[Child]:
        said = match.group("said")
        if said is not None:
            return [] if _PICTURE.fullmatch(said) else self.of(said)
        if _PICTURE.fullmatch(target):
            return []
        return [_KIND.sub("", target).lstrip("*#").replace("\\", "")]

    def _note(self, name: str, match: re.Match[str]) -> list[Child]:
        inline = match.group("inline")
        if not name and inline is None:
            return [match.group()]
        if not name or name not in self.notes:
            number = str(len(self.notes) + 1)
            self.notes[name or f"\0{number}"] = number
        else:
            number = self.notes[name]
        if inline is not None:
            self.inline_notes[number] = inline.strip()
        return [note_mark(number)]

    def _cited(self, keys: str, match: re.Match[str]) -> list[Child]:
        return [f"[{', '.join(each.strip().replace('@', '') for each in keys.split(';'))}]"]

    def _radio(self, words: str, match: re.Match[str]) -> list[Child]:
        return [words] if match.group().startswith("<<<") else []

    def _date(self, date: str, match: re.Match[str]) -> list[Child]:
        until = match.group("until")
        return [f"{_day(date)} – {_day(until)}" if until else _day(date)]

    def _itself(self, words: str, match: re.Match[str]) -> list[Child]:
        return [words]

    def _macro(self, name: str, match: re.Match[str]) -> list[Child]:
        given = [each.strip() for each in (match.group("given") or "").split(",")]
        body = self.macros.get(name.lower())
        if body is None:
            return [", ".join(filter(None, given))]
        return self.of(re.sub(r"\$(\d)", lambda at: (given[int(at.group(1)) - 1 :] or [""])[0], body))

    def _code(self, code: str, match: re.Match[str]) -> list[Child]:
        return [made("code", code)]

    def _formula(self, tex: str, match: re.Match[str]) -> list[Child]:
        return [formula(tex, display=match.group().startswith(("\\[", "$$")))]

    def _stressed(self, words: str, match: re.Match[str]) -> list[Child]:
        return [made("s" if match.group("mark") == "+" else "em", *self.of(words))]

    def _below(self, words: str, match: re.Match[str]) -> list[Child]:
        return [made("sub", *self.of(words))]

    def _above(self, words: str, match: re.Match[str]) -> list[Child]:
        return [made("sup", *self.of(words))]

    def _broken(self, words: str, match: re.Match[str]) -> list[Child]:
        return [made("br")]

    def _entity(self, name: str, match: re.Match[str]) -> list[Child]:
        return [_ENTITIES.get(name) or html5.get(f"{name};", match.group())]


def _day(date: str) -> str:
    """A date without what says how it is repeated."""
    return re.sub(r"\s+[.+]*[+-]+\d+\w(?:/\d+\w)?", "", date[1:-1]).strip()


_TOKENS: dict[str, Callable[[Words, str, re.Match[str]], list[Child]]] = {
    "target": Words._link,
    "note": Words._note,
    "cited": Words._cited,
    "radio": Words._radio,
    "date": Words._date,
    "address": Words._itself,
    "macro": Words._macro,
    "program": Words._code,
    "display": Words._formula,
    "math": Words._formula,
    "dollars": Words._formula,
    "dollar": Words._formula,
    "code": Words._code,
    "stressed": Words._stressed,
    "below": Words._below,
    "above": Words._above,
    "broken": Words._broken,
    "entity": Words._entity,
    "address_in_line": Words._itself,
}
