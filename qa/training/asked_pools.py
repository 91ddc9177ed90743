"""Texts of held-out subjects in one index each, as a user would have them, and the questions that are asked of it."""

import gzip
import json
import random
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from corpus import BUILT_IN_TEXTS, Document, Term, glossary_texts, load_documents, load_glossary
from corpus.document import Span
from qa.evaluation.definitions import may_be_fitted_to
from qa.evaluation.question_files import Question, gold_spans, load_questions
from qa.training.examples import is_held_out, marked_names, other_number
from qa.training.named_questions import NamedQuestion
from qa.training.train import HELD_OUT, OWN

_PARTS = 3  # of our own, with some 130 texts each
_MADE = 120  # far and invented questions of all pools of one name together
_ABOUT_MODELS = re.compile(r"\bmodels?\b|模型|\bAI\b|人工智能", re.I)  # more than one pool may answer those
_SYLLABLES = ("bra", "dol", "fen", "gar", "hul", "kes", "lim", "mor", "nax", "pol", "ril", "sun", "tov", "vor", "zel")
_TERM_WORDINGS = {
    "en": ("What does {term} mean?", "Define {term}.", "Can you tell me what {term} is?"),
    "zh": ("{term}指的是什么？", "什么叫{term}？", "请解释一下{term}"),
}
TERMS = "terms"  # the pool that asks for them
PASSING = "passing"  # the label of a question that also names what no text holds, and does not ask about it
FITTING = Path(__file__).parent.parent / "evaluation" / "fitting.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolQuestion:
    """A question to the texts of a pool."""

    question: str
    language: str
    # answer, passing (the same, and names what no text holds), near, invented (a name put in that no text holds), other
    # (asked about such a name), far
    label: str
    group: str  # what must not be parted in a cross-validation
    gold: dict[str, list[Span]]  # document id -> where it is answered; empty: it is not
    history: tuple[str, ...] = ()
    facts: tuple[re.Pattern[str], ...] = ()  # a definition that holds them all answers, too
    term: Term | None = None  # whose definition is asked for, which other passages may give, too


@dataclass(frozen=True, slots=True)
class Pool:
    """Texts, and what is asked of them."""

    name: str
    documents: list[Document]
    questions: list[PoolQuestion]
    glossary: tuple[Term, ...] = ()


def own_pools(folders: Sequence[Path] = (OWN,), parts: int = _PARTS, *, held_out: bool = True) -> list[Pool]:
    """Subjects of our own, the ``held_out`` ones or all others: a third of them in English, a third in Chinese, a third
    in both.

    They are in so many ``parts``, each as large as a folder that somebody keeps: how sure an answer is depends on how
    much there is to be taken for one. Without the questions that are far from their passage, and those near to one of
    several neighbours: another passage may well answer them.
    """
    pools = [Pool("own", [], []) for _ in range(parts)]
    paths = [path for folder in folders for path in sorted(folder.glob("*.jsonl"))]
    rows = [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    shared = {subject for subject, count in Counter(row["subject"] for row in rows).items() if count > 1}
    for row in rows:
        subject = row["subject"]
        if is_held_out(subject, HELD_OUT["own"]) == held_out:
            pool = pools[zlib.crc32(f"part of {subject}".encode()) % parts]
            texts = {f"{language}/{row['id']}.md": language for language in _languages_of(subject)}
            pool.documents.extend(_document(place, row[language]) for place, language in texts.items())
            taken = ("answer",) if subject in shared else ("answer", "near")
            pool.questions.extend(
                _own_question(row, each, texts) for each in row["questions"] if each["label"] in taken
            )
    return pools


def _languages_of(subject: str) -> tuple[str, ...]:
    return (("en",), ("zh",), ("en", "zh"))[zlib.crc32(f"language of {subject}".encode()) % 3]


def _own_question(row: dict[str, Any], asked: dict[str, Any], texts: dict[str, str]) -> PoolQuestion:
    gold = {}
    if asked["label"] == "answer":
        for place, language in texts.items():
            start = row[language].index(asked[f"answer_{language}"])
            gold[place] = [(start, start + len(asked[f"answer_{language}"]))]
    return PoolQuestion(
        question=asked["question"], language=asked["lang"], label=asked["label"], group=row["subject"], gold=gold
    )


def public_pools(folder: Path, questions: int = 400) -> Iterator[Pool]:
    """Held-out articles of public sets, all paragraphs of each article, in one pool a language."""
    rows: dict[str, list[dict[str, Any]]] = {"en": [], "zh": []}
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if is_held_out(row["group"], HELD_OUT["public"]):
                    rows[row["lang_p"]].append(row)
    for language, found in rows.items():
        chosen = random.Random(0).sample(found, min(questions, len(found)))
        groups = {row["group"] for row in chosen}
        places = {row["context"]: "" for row in found if row["group"] in groups}
        places = {text: f"{language}/{number}.md" for number, text in enumerate(places)}
        asked = [
            PoolQuestion(
                question=row["question"],
                language=row["lang_q"],
                label="answer" if row["answer"] else "near",
                group=row["group"],
                gold={places[row["context"]]: [(row["start"], row["start"] + len(row["answer"]))]}
                if row["answer"]
                else {},
            )
            for row in chosen
        ]
        yield Pool(f"public {language}", [_document(place, text) for text, place in places.items()], asked)


def built_in_pool() -> Pool:
    """The built-in texts, and the half of our questions to them that may be fitted to."""
    documents = load_documents()
    known = {document.id: document for document in documents}
    asked = [_asked(each, known) for each in load_questions(FITTING)]
    return Pool("built-in", documents, asked, load_glossary(BUILT_IN_TEXTS))


def term_pool() -> Pool:
    """The built-in texts, and what those terms of their glossary mean that may be fitted to, in other words than
    :mod:`qa.evaluation.definitions` asks in."""
    glossary = load_glossary(BUILT_IN_TEXTS)
    texts = glossary_texts(glossary).values()
    asked = []
    for term in filter(may_be_fitted_to, glossary):
        places = [(each.document.id, each.definitions[term]) for each in texts]
        gold = {document_id: [(passage.start, passage.end)] for document_id, passage in places}
        for language, wordings in _TERM_WORDINGS.items():
            for wording in wordings:
                asked.append(
                    PoolQuestion(
                        question=wording.format(term=term.names[language]),
                        language=language,
                        label="answer",
                        group=term.names["en"],
                        gold=gold,
                        term=term,
                    )
                )
    return Pool(TERMS, load_documents(), asked, glossary)


def _asked(question: Question, documents: dict[str, Document]) -> PoolQuestion:
    return PoolQuestion(
        question=question.question,
        language=question.language,
        label="answer" if question.answerable else "near",
        group=next((gold.document_id.partition("/")[2] for gold in question.gold), question.id),
        gold=gold_spans(question, documents),
        history=question.history,
        facts=question.facts,
    )


def with_far_ones(pools: Sequence[Pool]) -> list[Pool]:
    """``pools``, each asked some answerable questions of those with other texts, too, which it does not answer.

    That of the terms is not: it has the texts of another, and would be asked the same.
    """
    found = []
    for pool in pools:
        if pool.name == TERMS:
            found.append(pool)
            continue
        own = {document.text for document in pool.documents}
        others = [other for other in pools if own.isdisjoint(document.text for document in other.documents)]
        strange = [asked for other in others for asked in other.questions if asked.gold and not asked.term]
        each = _MADE // sum(other.name == pool.name for other in pools)
        far = [
            replace(asked, label="far", gold={}, history=(), facts=())
            for asked in random.Random(0).sample(strange, min(each, len(strange)))
            if not (asked.history or _ABOUT_MODELS.search(asked.question))
        ]
        found.append(replace(pool, questions=[*pool.questions, *far]))
    return found


def with_invented_names(pools: Sequence[Pool], most: int = _MADE) -> list[Pool]:
    """``pools``, each asked some of its questions again of a name, a version or a year that none of its texts holds.

    So many questions at ``most`` are made for all pools of one name together.
    """
    return [_with_invented_names(pool, most // sum(other.name == pool.name for other in pools)) for pool in pools]


def with_named_ones(pools: Sequence[Pool], named: Sequence[NamedQuestion]) -> list[Pool]:
    """``pools``, each asked those of its questions again that are ``named``: with a name that no text holds in passing,
    which it answers, and about another one, which it does not."""
    of = {(each.subject, each.question): each for each in named}
    found = []
    for pool in pools:
        again = [
            (asked, of[key])
            for asked in pool.questions
            if asked.gold and not asked.term and (key := (asked.group, asked.question)) in of
        ]
        passing = [replace(asked, question=each.passing, label=PASSING) for asked, each in again]
        others = [replace(asked, question=each.other, label="other", gold={}, facts=()) for asked, each in again]
        found.append(replace(pool, questions=[*pool.questions, *passing, *others]))
    return found


def _with_invented_names(pool: Pool, most: int) -> Pool:
    """``pool``, asked so many of its questions again, see :func:`with_invented_names`."""
    held = "\n".join(f"{document.title}\n{document.text}" for document in pool.documents)
    folded, chance = held.casefold(), random.Random(0)
    invented: list[PoolQuestion] = []
    for asked in chance.sample(pool.questions, len(pool.questions)):
        spans = marked_names(asked.question, held) if asked.gold and not asked.history else []
        if spans and len(invented) < most:
            start, end = chance.choice(spans)
            name = asked.question[start:end]
            made_up = "".join(chance.choices(_SYLLABLES, k=2)).title()
            other = other_number(name, chance) if name[-1].isdigit() else made_up
            if other.casefold() not in folded:
                question = asked.question[:start] + other + asked.question[end:]
                invented.append(replace(asked, question=question, label="invented", gold={}, facts=(), term=None))
    return replace(pool, questions=[*pool.questions, *invented])


def _document(place: str, text: str) -> Document:
    return Document(place, "", Path(place).stem, text)
