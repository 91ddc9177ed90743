"""Whether a question that names a term asks what it means: told for any term, and fitted to questions read twice."""

from collections import Counter
from typing import Any

import numpy as np
import pytest

from index import PassageIndex
from index.search.query import encode_query
from qa.definition_questions import asks_for_definition, frame_of
from qa.definitions import definitions_for
from qa.read_evidence import PASSAGE_FEATURES, passage_features
from qa.reading import Reading
from qa.training.definition_questions import load_questions

ASKED = load_questions()
MEANT = [
    ("What is a quern-stone?", "quern-stone"),
    ("quern-stone?", "quern-stone"),
    ("waht does Quern-Stone meen", "quern-stone"),
    (
        "I am reading about old mills 🌾 and keep meeting the word quern-stone: could you tell me what that is?",
        "quern-stone",
    ),
    ("什么是石磨盘？", "石磨盘"),
    ("石磨盘是什么意思", "石磨盘"),
    ("请问这里说的ｑｕｅｒｎ－ｓｔｏｎｅ指的是什么？🙏", "quern-stone"),
    ("文章里老说 quern-stone，这到底是啥？", "quern-stone"),
]
OTHER = [
    ("What does a quern-stone weigh?", "quern-stone"),
    ("What is wrong with the quern-stone that they found?", "quern-stone"),
    ("Which museum does the quern-stone belong to?", "quern-stone"),
    ("Explain why a quern-stone wears out so soon.", "quern-stone"),
    ("In milling, what is meant by the bedding of the lower stone?", "milling"),
    ("石磨盘是谁发明的？", "石磨盘"),
    ("石磨盘的缺点是什么？", "石磨盘"),
    ("请解释石磨盘为什么磨损得这么快？🙏", "石磨盘"),
    ("quern-stone 和水磨有什么区别？", "quern-stone"),
]


@pytest.mark.parametrize(
    ("question", "name", "meant"),
    [(*each, True) for each in MEANT] + [(*each, False) for each in OTHER],
)
def test_what_a_term_means_is_told_from_what_else_is_asked(
    real_index: PassageIndex, real_encoder: Any, question: str, name: str, meant: bool
) -> None:
    sure = asks_for_definition(encode_query(question, real_encoder, real_index.snapshot), (name,))
    assert sure is not None
    assert (sure > 0.5) == meant


@pytest.mark.parametrize(
    "question",
    ["CLIP 用什么图像训练？", "What is CLIP's training?", "Is BLOOM multilingual?", "Which languages does PaLM know?"],
)
def test_a_word_of_another_of_its_names_is_none_of_the_name(built_in_index: PassageIndex, question: str) -> None:
    snapshot = built_in_index.snapshot
    retrieval = built_in_index.retrieve(question)
    definitions = definitions_for(question, snapshot)
    assert definitions
    readings = [Reading(answers=0.0, said=(0, 0), located=0.0, sentences=())] * len(definitions)
    evidence = passage_features(retrieval, [0.5] * len(definitions), definitions, readings, len(definitions))
    assert not evidence[:, PASSAGE_FEATURES.index("definition")].any()


def test_only_what_stands_beside_the_name_is_looked_at(small_index: PassageIndex, fake_encoder: Any) -> None:
    def frame(question: str, *names: str) -> Any:
        return frame_of(encode_query(question, fake_encoder, small_index.snapshot), names)

    alone = frame("CLIP", "CLIP", "Contrastive Language-Image Pre-training")
    assert not alone[:-1].any()
    assert alone[-1] == 1
    assert frame("What is CLIP?", "PaLM")[-1] == 0
    assert 0 < frame("What is CLIP?", "CLIP")[-1] < 1
    # To the fake encoder a word is the same beside any other.
    assert np.allclose(frame("What is CLIP?", "CLIP"), frame("What is PaLM?", "PaLM"), atol=1e-5)
    assert not np.allclose(frame("What is CLIP?", "CLIP"), frame("Who made CLIP?", "CLIP"), atol=1e-5)
    assert frame("？", "CLIP").shape == alone.shape


def test_of_another_encoder_nothing_is_said(small_index: PassageIndex, fake_encoder: Any) -> None:
    query = encode_query("What is CLIP?", fake_encoder, small_index.snapshot)
    assert asks_for_definition(query, ("CLIP",)) is None


def test_each_term_is_asked_for_in_both_ways_and_languages() -> None:
    assert len({each.question for each in ASKED}) == len(ASKED) > 3_000
    assert [each.question for each in ASKED if each.name not in each.question] == []
    for asks in (True, False):
        for language in ("en", "zh"):
            counts = Counter(each.term for each in ASKED if each.asks_definition == asks and each.language == language)
            assert len(counts) > 400
            assert set(counts.values()) <= {
                1,
                2,
                3,
                4,
            }  # what the second reader doubted was left out, and two hands took some terms both
