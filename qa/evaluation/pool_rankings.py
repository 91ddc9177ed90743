"""How the texts of a pool are ranked for its questions, and what such a ranking is worth.

Texts are ranked, not passages: a text stands where the best of its passages does.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import ir_measures
import numpy as np
from ir_measures import AP, RR, Success, nDCG

from index import Encoder, FloatArray, Snapshot
from index.search.query import encode_query
from index.search.retrieval import retrieve_query
from qa.evaluation.pool_files import Pool, PoolQuestion, language_in_both

Query = TypeVar("Query")

_MEASURES = {"recall@1": Success @ 1, "recall@5": Success @ 5, "ndcg@10": nDCG @ 10, "map": AP, "reciprocal": RR}


@dataclass(frozen=True, slots=True)
class Rankings:
    """What was found for each of some questions."""

    documents: tuple[tuple[str, ...], ...]  # ids, best first, each once; what is missing was not found
    embedding: tuple[float, ...]  # seconds that it took to embed each question
    searching: tuple[float, ...]  # seconds that the search took then


def rank_by_program(snapshot: Snapshot, encoder: Encoder, pool: Pool) -> Rankings:
    """As the program ranks: what :func:`index.search.retrieval.retrieve` does, its two steps timed."""
    return _rankings(
        pool,
        lambda question: encode_query(question, encoder, snapshot),
        lambda query: [one.row for one in retrieve_query(query, encoder, snapshot).ranked],
        lambda row: snapshot.passages[row].document_id,
    )


def rank_by_vectors(texts: Sequence[tuple[str, str]], encoder: Encoder, pool: Pool) -> Rankings:
    """By the cosine of whole vectors, as the model gives them with its prompts: not centred, nothing added.

    ``texts`` are documents' ids, each with what is embedded: the whole document, or one passage of it.
    """
    found = {at: encoded.vector for at, encoded in encoder.encode_passages([text for _, text in texts])}
    vectors = np.stack([found[at] for at in range(len(texts))])

    def nearest(vector: FloatArray) -> list[int]:
        order: list[int] = np.argsort(-(vectors @ vector), kind="stable").tolist()
        return order

    return _rankings(
        pool, lambda question: encoder.encode_questions([question])[0].vector, nearest, lambda row: texts[row][0]
    )


def _rankings(
    pool: Pool,
    embed: Callable[[str], Query],
    search: Callable[[Query], Sequence[int]],
    document_of: Callable[[int], str],
) -> Rankings:
    """Embed and search one question after the other."""
    documents, embedding, searching = [], [], []
    for each in pool.questions:
        start = time.perf_counter()
        query = embed(each.question.question)
        embedded = time.perf_counter()
        rows = search(query)
        searching.append(time.perf_counter() - embedded)
        embedding.append(embedded - start)
        documents.append(tuple(dict.fromkeys(map(document_of, rows))))
    return Rankings(tuple(documents), tuple(embedding), tuple(searching))


def values_of(pool: Pool, rankings: Rankings) -> dict[str, list[float]]:
    """What each ranking is worth: a value a question for each figure, in their order.

    recall@k: whether a right document is among the first k. ndcg@10 as in MIRACL (Zhang et al. 2023,
    https://arxiv.org/abs/2210.09984). map: average precision over all right documents, as in LAReQA (Roy et al. 2020,
    https://arxiv.org/abs/2004.05484); one that was not found counts nothing. rank: the place of the first right
    document; the last one of the pool where none was found. reciprocal: one over it, nothing
    where none was found. own_language_first: whether the first document is in the question's language, right or not;
    of a pool that holds everything in both languages.
    """
    names = [str(number) for number in range(len(pool.questions))]
    right = {name: dict.fromkeys(each.right, 1) for name, each in zip(names, pool.questions, strict=True)}
    scored = {
        name: {found: float(-place) for place, found in enumerate(ranked)}
        for name, ranked in zip(names, rankings.documents, strict=True)
    }
    measured = {
        (one.query_id, one.measure): float(one.value)
        for one in ir_measures.iter_calc(list(_MEASURES.values()), right, scored)
    }
    values = {figure: [measured[name, measure] for name in names] for figure, measure in _MEASURES.items()}
    pairs = list(zip(pool.questions, rankings.documents, strict=True))
    values["rank"] = [float(_first_place(each, ranked, len(pool.documents))) for each, ranked in pairs]
    values["own_language_first"] = [
        float(ranked[:1] != () and language_in_both(ranked[0]) == each.question.language) for each, ranked in pairs
    ]
    return values


def _first_place(asked: PoolQuestion, ranked: Sequence[str], last: int) -> int:
    return next((place for place, found in enumerate(ranked, 1) if found in asked.right), last)
