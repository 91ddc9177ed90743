"""The terms of a field in both languages, as a folder of texts may list them in ``glossary.yaml``."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from corpus.errors import CorpusError
from corpus.files.references import read_yaml

FILE = "glossary.yaml"


@dataclass(frozen=True, slots=True)
class Term:
    """One thing and all that it is called."""

    en: str
    zh: str
    definition_en: str  # one line
    definition_zh: str
    abbreviation: str = ""
    variants: tuple[str, ...] = ()  # other names, in either language

    @property
    def forms(self) -> tuple[str, ...]:
        """Every name of it, each once."""
        return tuple(dict.fromkeys(form for form in (self.en, self.zh, self.abbreviation, *self.variants) if form))


_KNOWN = [field.name for field in fields(Term)]


def load_glossary(*folders: Path) -> tuple[Term, ...]:
    """The terms that ``folders`` list, in their order; of two folders' entries for one English term the first.

    :class:`CorpusError` where a file is no glossary, or where two of its terms share a name.
    """
    terms: dict[str, Term] = {}
    for folder in folders:
        for term in _terms(folder / FILE) if (folder / FILE).exists() else ():
            terms.setdefault(term.en.casefold(), term)
    return tuple(terms.values())


def _terms(path: Path) -> list[Term]:
    rows = read_yaml(path)
    if not isinstance(rows, list):
        raise CorpusError(f"{path} is no glossary: write a list, one '- en: …' entry a term.")
    terms = [_term(path, number, row) for number, row in enumerate(rows, 1)]
    owners: dict[str, Term] = {}
    for term in terms:
        for form in term.forms:
            other = owners.setdefault(form.casefold(), term)
            if other is not term:
                raise CorpusError(f"In {path}: {form!r} is a name of two terms, {other.en!r} and {term.en!r}.")
    return terms


def _term(path: Path, number: int, row: object) -> Term:
    if not isinstance(row, dict):
        raise CorpusError(f"In {path}: entry {number} is {row!r}; expected 'en: …', 'zh: …' and the rest.")
    name = repr(row.get("en", f"entry {number}"))
    _refuse(path, name, [key for key in row if key not in _KNOWN], "has an unknown field")
    required = ("en", "zh", "definition_en", "definition_zh")
    _refuse(path, name, [key for key in required if not row.get(key)], "lacks")
    variants = row.get("variants") or []
    if not isinstance(variants, list):
        raise CorpusError(f"In {path}: 'variants' of {name} is {variants!r}; expected a list.")
    texts = {key: _text(path, name, key, row.get(key) or "") for key in (*required, "abbreviation")}
    return Term(**texts, variants=tuple(_text(path, name, "variants", variant) for variant in variants))


def _text(path: Path, name: str, key: str, value: object) -> str:
    if not isinstance(value, str):
        raise CorpusError(f"In {path}: {key!r} of {name} is {value!r}; expected text (in quotes).")
    return " ".join(value.split())


def _refuse(path: Path, name: str, keys: Iterable[object], what: str) -> None:
    for key in keys:
        raise CorpusError(f"In {path}: {name} {what} {key!r}.")
