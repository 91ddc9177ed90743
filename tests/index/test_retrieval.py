"""What was found for a question can be asked further, and no passage is compared with the question twice."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpus import load_documents
from index import FloatArray, PassageIndex, update_index
from index.matching.maxsim import best_matches
from index.search.token_matches import TokenMatches
from index.storage.token_vectors import Tokens, TokenSimilarities
from qa import Answerer

QUESTIONS = [
    "How many parameters has GPT-3?",
    "什么是涌现？",
    "GPT-3 有多少參數？🎉",
    "Who coined the term 基础模型 in 2021?",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_passage_is_compared_with_a_question_twice(
    small_index: PassageIndex, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    compared: Counter[int] = Counter()
    compare = Tokens.compare

    def counted(tokens: Tokens, rows: Any, question: FloatArray) -> TokenSimilarities:
        compared.update(np.asarray(rows).tolist())
        return compare(tokens, rows, question)

    monkeypatch.setattr(Tokens, "compare", counted)
    assert Answerer(small_index).ask(question).confidence > 0
    assert len(compared) > 3
    assert set(compared.values()) == {1}


@pytest.mark.parametrize("question", QUESTIONS)
def test_without_token_vectors_no_passage_is_encoded_twice(
    texts: Path, tmp_path: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    update_index(tmp_path / "dense", load_documents(texts), fake_encoder, late_interaction=False)
    answerer = Answerer(PassageIndex.open(tmp_path / "dense", fake_encoder))
    encoded: Counter[str] = Counter()
    encode = fake_encoder.encode_passages
    monkeypatch.setattr(fake_encoder, "encode_passages", lambda those: encoded.update(those) or encode(those))
    assert answerer.ask(question).confidence > 0
    assert set(encoded.values()) == {1}


def test_what_is_compared_bit_by_bit_is_what_is_compared_at_once(small_index: PassageIndex) -> None:
    snapshot = small_index.snapshot
    query = small_index.retrieve(QUESTIONS[0]).query
    tokens = snapshot.tokens
    assert tokens is not None
    everything = np.arange(len(snapshot.passages))
    whole = tokens.compare(everything, query.tokens)
    matches = TokenMatches.of(query, snapshot, small_index.encoder)
    for rows in ([5, 2], [2, 3, 5, 5], [], [0], everything.tolist()[::-1]):
        best = matches.best(np.array(rows, np.int64))
        assert best.shape == (len(rows), len(query.tokens))
        np.testing.assert_allclose(best, best_matches(whole.values, whole.starts)[rows], atol=1e-6)
    for row in everything.tolist():
        values, sentences = matches.tokens_of(row)
        part = slice(whole.starts[row], whole.starts[row + 1])
        np.testing.assert_allclose(values, whole.values[part], atol=1e-6)
        np.testing.assert_array_equal(sentences, whole.sentences[part])


def test_the_text_of_a_span_is_what_stands_there_in_the_document(small_index: PassageIndex) -> None:
    retrieval = small_index.retrieve(QUESTIONS[1])
    for one in retrieval.ranked:
        passage = retrieval.passage(one.row)
        document = small_index.snapshot.documents[passage.document_id]
        for span in (*passage.sentences, (passage.start, passage.end)):
            assert retrieval.text(one.row, span) == document.text[slice(*span)]
