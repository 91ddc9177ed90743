"""What there is to answer the questions of :mod:`qa.training.asked_pools` with: asked once, and kept to fit to it."""

import hashlib
import pickle
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus import FoundationQAError
from index import FloatArray, PassageIndex, SentenceEncoder, rebuild_index
from index.disk import replace_file
from index.encoder.adapted_weights import digest_of
from index.matching.token_pooling import TOKEN_SHARE
from index.search.retrieval import retrieve
from index.storage.manifest import FORMAT as INDEX_FORMAT
from qa import (
    definition_questions,
    question_frames,
    question_kinds,
    question_names,
    quotes,
    read_evidence,
    read_quotes,
    unknown_names,
)
from qa.definitions import definitions_for
from qa.evaluation import definitions as judged
from qa.evaluation.definitions import quote_defines
from qa.evaluation.question_files import holds_facts
from qa.follow_ups import resolve_follow_up
from qa.question_kinds import QuestionKind, question_kind
from qa.quotes import Quote
from qa.read_quotes import DEFINITION, evidence_of, quotes_of, read_passages
from qa.reading import OFFLINE_READER, Reader, open_reader
from qa.reading.weights import FILE
from qa.small_talk import reply_to_small_talk
from qa.training.asked_pools import (
    Pool,
    PoolQuestion,
    built_in_pool,
    own_pools,
    public_pools,
    term_pool,
    with_far_ones,
    with_invented_names,
    with_named_ones,
)
from qa.training.named_questions import load_named_questions
from qa.unknown_names import UnknownName


@dataclass(frozen=True, slots=True)
class Seen:
    """What there was to answer one question of a pool with."""

    pool: str
    asked: PoolQuestion
    evidence: FloatArray  # (passages, features)
    right: NDArray[np.bool_]  # (passages,): whether each holds the answer
    quotes: tuple[Quote, ...]  # of each passage, in their order
    language: str  # of the question as it was understood
    kind: QuestionKind
    unknown: tuple[UnknownName, ...]


def look(pools: Iterable[Pool], encoder: SentenceEncoder, reader: Reader) -> list[Seen]:
    """Ask every question of every pool."""
    seen = []
    for pool in pools:
        with tempfile.TemporaryDirectory() as folder:
            rebuild_index(folder, pool.documents, encoder, glossary=pool.glossary)
            snapshot = PassageIndex.open(folder, encoder).snapshot
            for asked in pool.questions:
                if reply_to_small_talk(asked.question):
                    continue
                meant = resolve_follow_up(asked.question, asked.history, snapshot.glossary)
                retrieval = retrieve(meant, encoder, snapshot)
                query = retrieval.query
                read = read_passages(retrieval, reader, definitions_for(query.text, snapshot))
                if not read:
                    continue
                kind = question_kind(query.text)
                found = quotes_of(retrieval, read, [0.0] * len(read), kind)
                right = np.array([_is_right(asked, quote, pool) for quote in found])
                unknown = tuple(unknown_names.unknown_names(retrieval, [quote.passage for quote in found]))
                evidence = evidence_of(retrieval, read)
                seen.append(Seen(pool.name, asked, evidence, right, tuple(found), query.language, kind, unknown))
            sys.stdout.write(f"{pool.name}: {len(pool.documents)} texts, {len(pool.questions)} questions\n")
            sys.stdout.flush()
    return seen


def _is_right(asked: PoolQuestion, quote: Quote, pool: Pool) -> bool:
    """Whether the passage answers: it is where the answer stands, or says the same as one that nobody listed."""
    passage = quote.passage
    if asked.term and quote_defines(quote.text, asked.term, pool.glossary):
        return True
    if quote.ranked.row == DEFINITION and holds_facts(quote.text, asked.facts):
        return True
    return any(
        2 * (min(passage.end, end) - max(passage.start, start)) >= end - start
        for start, end in asked.gold.get(passage.document_id, ())
    )


def answer_pools(public: Path | None, kept: Path | None) -> list[Seen]:
    """What there is to answer every question with: what ``kept`` holds of it, or asked now and kept there."""
    pools = [*own_pools(), *(public_pools(public) if public else ()), built_in_pool(), term_pool()]
    pools = with_named_ones(with_invented_names(with_far_ones(pools)), load_named_questions())
    of = _digest(pools)
    if kept and kept.exists():
        try:
            before = pickle.loads(kept.read_bytes())  # what this program wrote
            same, found = before["of"] == of, before["seen"]
        except Exception as error:  # whatever another file makes of it
            raise FoundationQAError(f"{kept} is nothing that was kept here ({error}). Name another file.") from error
        if not same:
            raise FoundationQAError(
                f"{kept} was kept of another reader, other questions or other numbers. To ask anew, remove it."
            )
        return list(found)
    if kept:  # said before half an hour is spent
        check_writable(kept)
    encoder = SentenceEncoder()
    reader = open_reader(OFFLINE_READER, encoder)
    assert reader is not None
    found = look(pools, encoder, reader)
    if kept:
        replace_file(kept, pickle.dumps({"of": of, "seen": found}))
    return found


def _digest(pools: Sequence[Pool]) -> str:
    """What tells whether other numbers would be found: the reader, what is asked of which texts, and how."""
    index = f"{INDEX_FORMAT} {TOKEN_SHARE}"
    digest = hashlib.sha256(f"{digest_of(FILE)} {index} {pools}".encode("utf-8", "surrogatepass"))
    told_by = (question_kinds, question_names, question_frames, definition_questions, unknown_names)
    modules = (*told_by, quotes, read_evidence, read_quotes, judged, sys.modules[__name__])
    for path in (*(Path(str(module.__file__)) for module in modules), unknown_names.FILE, definition_questions.FILE):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def check_writable(place: Path) -> None:
    """FoundationQAError where the file ``place`` cannot be."""
    try:
        with tempfile.TemporaryFile(dir=place.parent):
            pass
    except OSError as error:
        raise FoundationQAError(f"{place} cannot be written: {error.strerror}. Name another file.") from error
