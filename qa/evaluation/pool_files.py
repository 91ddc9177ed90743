"""The folder that ``make pools`` measures: paragraphs of two languages, and questions that each one of them answers.

en/ zh/         the paragraphs in each language, twins under one name
en-zh.jsonl     questions in English, whose gold is in zh/; the same for en-en, zh-en, zh-zh
mixed/texts/    each paragraph in one language only
mixed/cross.jsonl, mixed/same.jsonl
                questions in the other language than the paragraph, and in the same one
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from corpus import LANGUAGES, CorpusError, Document, QuestionsError, load_documents
from qa.evaluation.question_files import Question, load_questions


@dataclass(frozen=True, slots=True)
class PoolQuestion:
    """A question, and which texts of a pool answer it."""

    question: Question
    group: str  # "en-zh": its language, and that of what answers; "en" where the pool holds both versions of that
    right: frozenset[str]  # ids of the documents
    paragraph: str  # what was asked about: one name for both versions of it


@dataclass(frozen=True, slots=True)
class Pool:
    """Texts that are searched together, one paragraph each, and what is asked of them."""

    documents: tuple[Document, ...]
    questions: tuple[PoolQuestion, ...]


def single_pools(folder: Path) -> list[Pool]:
    """A pool of each language, asked in every language.

    :class:`CorpusError` where a folder is missing, :class:`QuestionsError` where a file of questions is missing,
    damaged, or not of these texts; for the functions below as well.
    """
    pools = []
    for language in LANGUAGES:
        documents = _documents(folder / language)
        questions = [
            PoolQuestion(each, f"{each.language}-{language}", _right(each), _paragraph(each))
            for asked in LANGUAGES
            for each in _answerable(folder / f"{asked}-{language}.jsonl")
        ]
        pools.append(_checked(documents, questions, folder / language))
    return pools


def mixed_pool(folder: Path) -> Pool:
    """Each paragraph in one language only, asked in the other one and in its own."""
    documents = _documents(folder / "mixed" / "texts")
    questions = []
    for name in ("cross", "same"):
        for each in _answerable(folder / "mixed" / f"{name}.jsonl"):
            answered = each.language if name == "same" else _other(each.language)
            questions.append(PoolQuestion(each, f"{each.language}-{answered}", _right(each), _paragraph(each)))
    return _checked(documents, questions, folder / "mixed" / "texts")


def both_pool(folder: Path) -> Pool:
    """Every paragraph in both languages, asked in both: either version answers. No text names its twin here."""
    # Twins that are declared are merged in ranking (index/search/ranking.py): here they have to be found.
    documents = [
        replace(document, id=_id_in(language, document.id), twin="")
        for language in LANGUAGES
        for document in _documents(folder / language)
    ]
    questions = [
        PoolQuestion(
            each,
            each.language,
            frozenset(_id_in(language, name) for language in LANGUAGES for name in _right(each)),
            _paragraph(each),
        )
        for language in LANGUAGES
        for each in _answerable(folder / f"{language}-{language}.jsonl")
    ]
    return _checked(documents, questions, folder)


def language_in_both(document_id: str) -> str:
    """The language of a document of :func:`both_pool`."""
    return document_id.partition("/")[0]


def _id_in(language: str, name: str) -> str:
    return f"{language}/{name}"


def _other(language: str) -> str:
    return next(other for other in LANGUAGES if other != language)


def _right(question: Question) -> frozenset[str]:
    return frozenset(gold.document_id for gold in question.gold)


def _paragraph(question: Question) -> str:
    return question.gold[0].document_id


def _documents(folder: Path) -> list[Document]:
    if not folder.is_dir():
        layout = "en/, zh/ and mixed/texts/, with their files of questions"
        raise CorpusError(f"There is no folder {folder}. Name one that holds {layout}.")
    return load_documents(folder)


def _answerable(path: Path) -> Iterator[Question]:
    """The questions that texts answer, and that need no earlier ones."""
    found = [each for each in load_questions(path) if each.answerable and not each.history]
    if not found:
        raise QuestionsError(f"The file {path} holds no question with a 'gold' and without a 'history'.")
    yield from found


def _checked(documents: Iterable[Document], questions: Iterable[PoolQuestion], folder: Path) -> Pool:
    """A pool, whose questions have their answers in it."""
    pool = Pool(tuple(documents), tuple(questions))
    ids = {document.id for document in pool.documents}
    for each in pool.questions:
        if missing := sorted(each.right - ids):
            raise QuestionsError(f"The question {each.question.id} names {missing[0]}, which is no text in {folder}.")
    return pool
