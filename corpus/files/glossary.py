"""The terms of a field in every language, as a folder of texts may list them in ``glossary.yaml``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.arguments import path_of
from corpus.errors import CorpusError
from corpus.files.presence import facts_at
from corpus.files.yaml_text import read_yaml
from corpus.language import LANGUAGES

GLOSSARY_FILE = "glossary.yaml"
_DEFINITIONS = {language: f"definition_{language}" for language in LANGUAGES}  # what the list calls them
_REQUIRED = (*LANGUAGES, *_DEFINITIONS.values())
_FIELDS = (*_REQUIRED, "abbreviation", "variants")


@dataclass(frozen=True, slots=True)
class Term:
    """One thing and all that it is called."""

    names: Mapping[str, str]  # by language, in the order of LANGUAGES
    definitions: Mapping[str, str]  # likewise; one line each
    abbreviation: str = ""
    variants: tuple[str, ...] = ()  # other names, in any language

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> "Term":
        """The term that an entry of a glossary says (keys ``en``, ``definition_en``, …), all of its fields there."""
        return cls(
            {language: row[language] for language in LANGUAGES},
            {language: row[key] for language, key in _DEFINITIONS.items()},
            row["abbreviation"],
            tuple(row["variants"]),
        )

    def row(self) -> dict[str, Any]:
        """The entry of a glossary that says this term; see :meth:`of_row`."""
        definitions = {key: self.definitions[language] for language, key in _DEFINITIONS.items()}
        return {**self.names, **definitions, "abbreviation": self.abbreviation, "variants": self.variants}

    def __hash__(self) -> int:
        return hash(frozenset(self.names.items()))

    @property
    def forms(self) -> tuple[str, ...]:
        """Every name of it, each once."""
        names = (*self.names.values(), self.abbreviation, *self.variants)
        return tuple(dict.fromkeys(name for name in names if name))


def load_glossary(*folders: str | Path) -> tuple[Term, ...]:
    """The terms that ``folders`` list, in their order; of two folders' entries for one term the first.

    One term is what has one name in the first language. :class:`CorpusError` where a file is no glossary, where two of
    its terms share a name, or where a folder cannot be read.
    """
    terms: dict[str, Term] = {}
    for folder in folders:
        path = path_of("folders", folder, CorpusError) / GLOSSARY_FILE
        for term in _terms(path) if facts_at(path) else ():
            terms.setdefault(_name(term).casefold(), term)
    return tuple(terms.values())


def _terms(path: Path) -> list[Term]:
    rows = read_yaml(path)
    if not isinstance(rows, list):
        raise CorpusError(f"{path} is no glossary: write a list, one '- {LANGUAGES[0]}: …' entry a term.")
    terms = [_term(path, number, row) for number, row in enumerate(rows, 1)]
    owners: dict[str, Term] = {}
    for term in terms:
        for form in term.forms:
            other = owners.setdefault(form.casefold(), term)
            if other is not term:
                raise CorpusError(f"In {path}: {form!r} is a name of two terms, {_name(other)!r} and {_name(term)!r}.")
    return terms


def _name(term: Term) -> str:
    return term.names[LANGUAGES[0]]


def _term(path: Path, number: int, row: object) -> Term:
    if not isinstance(row, dict):
        keys = ", ".join(f"'{language}: …'" for language in LANGUAGES)
        raise CorpusError(f"In {path}: entry {number} is {row!r}; expected {keys} and the rest.")
    name = repr(row.get(LANGUAGES[0], f"entry {number}"))
    _refuse(path, name, [key for key in row if key not in _FIELDS], "has an unknown field")
    _refuse(path, name, [key for key in _REQUIRED if not row.get(key)], "lacks")
    variants = row.get("variants") or []
    if not isinstance(variants, list):
        raise CorpusError(f"In {path}: 'variants' of {name} is {variants!r}; expected a list.")
    texts = {key: _text(path, name, key, row.get(key) or "") for key in (*_REQUIRED, "abbreviation")}
    return Term.of_row({**texts, "variants": [_text(path, name, "variants", variant) for variant in variants]})


def _text(path: Path, name: str, key: str, value: object) -> str:
    if not isinstance(value, str):
        raise CorpusError(f"In {path}: {key!r} of {name} is {value!r}; expected text (in quotes).")
    return " ".join(value.split())


def _refuse(path: Path, name: str, keys: Iterable[object], what: str) -> None:
    for key in keys:
        raise CorpusError(f"In {path}: {name} {what} {key!r}.")
