"""Whether a question that names a term asks what it means: told for any term, and fitted to questions read twice."""

import json
from collections import Counter
from typing import Any

import numpy as np
import pytest

from corpus import language_of
from index import PassageIndex
from index.search.query import encode_query
from qa.answerer import Answerer
from qa.definition_questions import asks_for_definition, words_of_names
from qa.definitions import definitions_for
from qa.glossary_terms import name_spans
from qa.question_frames import frame_of
from qa.read_evidence import PASSAGE_FEATURES, passage_features
from qa.reading import Reading
from qa.training.definition_questions import QUESTIONS, load_questions

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


def test_what_stands_around_the_name_is_looked_at(small_index: PassageIndex, fake_encoder: Any) -> None:
    def frame(question: str, *names: str) -> Any:
        query = encode_query(question, fake_encoder, small_index.snapshot)
        return frame_of(query, words_of_names(query, names))

    alone = frame("CLIP", "CLIP", "Contrastive Language-Image Pre-training")
    beside, share, before, after, name = np.split(alone, np.cumsum([dimension := len(alone) // 4, 1, *[dimension] * 2]))
    assert share == 1
    assert not any(part.any() for part in (beside, before, after))
    assert name.any()
    assert frame("What is CLIP?", "PaLM")[dimension] == 0
    assert 0 < frame("What is CLIP?", "CLIP")[dimension] < 1
    # To the fake encoder a word is the same beside any other.
    assert np.allclose(
        frame("What is CLIP?", "CLIP")[:-dimension], frame("What is PaLM?", "PaLM")[:-dimension], atol=1e-5
    )
    assert not np.allclose(frame("What is CLIP?", "CLIP"), frame("Who made CLIP?", "CLIP"), atol=1e-5)
    assert frame("？", "CLIP").shape == alone.shape
    # Which of two is asked for is told by where they stand.
    assert not np.allclose(
        frame("What is CLIP beside PaLM?", "CLIP"), frame("What is PaLM beside CLIP?", "CLIP"), atol=1e-5
    )


def test_of_another_encoder_nothing_is_said(small_index: PassageIndex, fake_encoder: Any) -> None:
    query = encode_query("What is CLIP?", fake_encoder, small_index.snapshot)
    assert asks_for_definition(query, ("CLIP",)) is None


@pytest.mark.parametrize(
    ("question", "asked_for", "other"),
    [
        ("What is a tailrace in milling?", "tailrace", "milling"),
        ("Where milling is described they keep saying tailrace. What is a tailrace?", "tailrace", "milling"),
        ("In brewing, what does the word sparging mean?", "sparging", "brewing"),
        ("讲水磨的书里老说“尾水槽”，尾水槽是什么？", "尾水槽", "水磨"),
        ("水磨里说的尾水槽是什么意思？🙏", "尾水槽", "水磨"),
        ("双层石磨盘是什么？", "双层石磨盘", "石磨盘"),
        ("What is a floating mill?", "floating mill", "mill"),
    ],
)
def test_of_two_terms_the_one_that_is_asked_for_is_told(
    real_index: PassageIndex, real_encoder: Any, question: str, asked_for: str, other: str
) -> None:
    query = encode_query(question, real_encoder, real_index.snapshot)
    meant, named = (asks_for_definition(query, (name,)) for name in (asked_for, other))
    assert meant is not None
    assert named is not None
    assert meant > 0.5 > named


def test_what_a_benchmark_in_ai_is_begins_with_what_a_benchmark_is(built_in_index: PassageIndex) -> None:
    answer = Answerer(built_in_index).ask("What is a benchmark in AI?")
    assert answer.citations[0].quote.startswith("A fixed set of tasks")


@pytest.mark.parametrize(
    ("full", "plain"),
    [
        ("ＣＬＩＰ是什么？", "CLIP是什么？"),
        ("What is ＧＰＴ－３?", "What is GPT-3?"),
        ("ＧＰＴ－３．５ 有多少参数？🤖", "GPT-3.5 有多少参数？🤖"),
    ],
)
def test_a_name_in_full_width_letters_is_that_name(built_in_index: PassageIndex, full: str, plain: str) -> None:
    wide, narrow = (built_in_index.retrieve(question).query for question in (full, plain))
    assert [len(word.text) for word in wide.words] == [len(word.text) for word in narrow.words]
    assert np.allclose(wide.tokens, narrow.tokens, atol=1e-5)
    definitions = definitions_for(plain, built_in_index.snapshot)
    assert definitions
    assert definitions_for(full, built_in_index.snapshot) == definitions


@pytest.mark.parametrize("question", ["Who made GPT-3.5?", "GPT-3.5 有多少参数？", "ＧＰＴ－３．５是什么？"])
def test_another_version_is_another_name(built_in_index: PassageIndex, question: str) -> None:
    (gpt_3,) = definitions_for({"en": "GPT-3?", "zh": "GPT-3 是什么"}[language_of(question)], built_in_index.snapshot)
    assert gpt_3 not in definitions_for(question, built_in_index.snapshot)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("I mean GPT-3. 2020?", "GPT-3"),
        ("What are GPT-3's parameters?", "GPT-3"),
        ("What did they train with RLHF.12?", "RLHF"),
        ("CLIP.2021 年的论文说什么？", "CLIP"),
        ("ＣＬＩＰ．２０２１年发布，是什么？", "CLIP"),
    ],
)
def test_a_name_may_end_a_sentence_or_have_a_footnote(built_in_index: PassageIndex, question: str, name: str) -> None:
    (meant,) = definitions_for(
        {"en": f"{name}?", "zh": f"{name} 是什么"}[language_of(question)], built_in_index.snapshot
    )
    assert meant in definitions_for(question, built_in_index.snapshot)


def test_a_name_in_both_widths_is_one(built_in_index: PassageIndex) -> None:
    (gpt_3,) = definitions_for("GPT-3 是什么", built_in_index.snapshot)
    assert definitions_for("ＧＰＴ－３ 和 GPT-3 是什么", built_in_index.snapshot) == [gpt_3]


@pytest.mark.parametrize(
    ("question", "names", "named"),
    [
        ("How much memory, 16GB or 24GB, does CLIP need?", ["CLIP"], ["CLIP"]),
        ("On a 16GB card (not 24GB): what is CLIP?", ["CLIP"], ["CLIP"]),
        ("4bit或8bit量化下LoRA是什么？", ["LoRA"], ["LoRA"]),
        ("Poincaré and résumé: what is CLIP?", ["CLIP"], ["CLIP"]),
        ("What is GPT-5?", ["GPT"], []),
        ("What are embeddings? Is an embedding a vector?", ["embedding"], ["embeddings", "embedding"]),
        ("讲水磨的书里说的尾水槽是什么？", ["水磨"], ["水", "磨"]),
        ("ＣＬＩＰ 和 ＧＰＴ－３ 有什么区别？🤔", ["GPT-3"], ["ＧＰＴ－３"]),
    ],
)
def test_words_of_a_name_are_those_that_stand_in_it(
    real_index: PassageIndex, real_encoder: Any, question: str, names: list[str], named: list[str]
) -> None:
    query = encode_query(question, real_encoder, real_index.snapshot)
    frame = frame_of(query, words_of_names(query, names))
    dimension = query.tokens.shape[1]
    of_names = [next(word for word in query.words if word.text == text) for text in named]
    rows = [row for word in of_names for row in word.tokens]
    mean = query.tokens[rows].mean(axis=0) if rows else np.zeros(dimension)
    assert np.allclose(frame[-dimension:], mean / 2, atol=1e-5)


def test_the_labelled_questions_are_whole() -> None:
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    asked = [each["question"] for row in rows for each in row["questions"]]
    assert len(set(asked)) == len(asked) > 5_000
    assert len(ASKED) > 6_000
    assert [each.question for each in ASKED if not name_spans(each.question, [each.name])] == []
    for asks in (True, False):
        for language in ("en", "zh"):
            assert (
                len({each.subject for each in ASKED if (each.asks_definition, each.language) == (asks, language)}) > 400
            )


def test_many_questions_name_two_terms() -> None:
    counts = Counter(each.question for each in ASKED)
    assert sum(count == 2 for count in counts.values()) > 900
    assert max(counts.values()) == 2
