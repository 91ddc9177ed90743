"""The terms of a glossary as a text of each language, so that a definition can be quoted like anything else."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corpus.document import Document, Passage
from corpus.files.glossary import GLOSSARY_FILE, Term
from corpus.language import LANGUAGES
from corpus.wording.plain_text import readable

_TITLES = {"en": "Glossary", "zh": "术语表"}
_SOURCES = {"en": "Glossary of the texts ({file})", "zh": "这些文本的术语表（{file}）"}
_OTHER_NAMES = {"en": (" (", ", ", ")"), "zh": ("（", "，", "）")}  # what stands before, between and behind them
_IDS = {language: f"glossary.{language}" for language in LANGUAGES}  # no suffix of a text: no file is called so
_BEGINS = re.compile(r"[-+*>#=~`|]|\d+\.")  # a line that is no plain paragraph
_SIGN = re.compile(r"[\\\[!#$&*+<=>^_`{|}~.-]")
_CODES = {"\\": "&#92;", "[": "&#91;"}  # a backslash before these would be one, or begin a formula


@dataclass(frozen=True, slots=True)
class GlossaryText:
    """A glossary in one language."""

    document: Document  # each term a heading, its definition below
    definitions: Mapping[Term, Passage]  # each with one sentence: all of it


def glossary_texts(terms: Sequence[Term]) -> dict[str, GlossaryText]:
    """``terms`` in every language, by language; no text at all where there are no terms."""
    return {language: _text(terms, language) for language in LANGUAGES} if terms else {}


def _text(terms: Sequence[Term], language: str) -> GlossaryText:
    title = _TITLES[language]
    parts, length = [f"# {title}\n"], len(title) + 3
    spans = []
    for term in terms:
        heading, definition = f"\n## {_literal(_names(term, language))}\n\n", _literal(term.definitions[language])
        start = length + len(heading)
        spans.append((start, start + len(definition)))
        parts += [heading, definition, "\n"]
        length = start + len(definition) + 1
    document = Document(
        _IDS[language],
        title,
        _SOURCES[language].format(file=GLOSSARY_FILE),
        "".join(parts),
        twin=next(_IDS[other] for other in LANGUAGES if other != language),
    )
    passages = (
        _passage(document, _names(term, language), language, *span) for term, span in zip(terms, spans, strict=True)
    )
    return GlossaryText(document, dict(zip(terms, passages, strict=True)))


def _passage(document: Document, heading: str, language: str, start: int, end: int) -> Passage:
    text = document.text[start:end]
    digest = hashlib.sha256(f"{heading}\n{text}".encode()).hexdigest()[:12]
    return Passage(
        id=f"{document.id}#{digest}",
        document_id=document.id,
        title=document.title,
        heading=heading,
        context="",
        language=language,
        text=text,
        start=start,
        end=end,
        sentences=((start, end),),
    )


def _names(term: Term, language: str) -> str:
    """The name of ``term``, in brackets those in the other languages and its abbreviation."""
    own = term.names[language]
    others = dict.fromkeys(name for name in (*term.names.values(), term.abbreviation) if name and name != own)
    before, between, behind = _OTHER_NAMES[language]
    return f"{own}{before}{between.join(others)}{behind}" if others else own


def _literal(text: str) -> str:
    """``text``, which knows no markup, on one line of a text that is read as Markdown: nothing of it may be lost."""
    line = " ".join(text.split())
    return line if readable(line) == line and not _BEGINS.match(line) else _SIGN.sub(_written_out, line)


def _written_out(sign: re.Match[str]) -> str:
    return _CODES.get(sign.group()) or f"\\{sign.group()}"
