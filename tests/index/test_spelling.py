"""Slips of a question are mended; what is no slip is left alone."""

import json
import random
import re
import string
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from costs import costs_at_most
from hypothesis import given, settings
from hypothesis import strategies as st
from states import vocabulary_of

from corpus import Document, load_documents, split
from index import FloatArray, PassageIndex, Snapshot, update_index
from index.encoder import Encoded
from index.search.spelling import mend_slips
from index.storage.word_counts import Vocabulary

ASKED = Path(__file__).parents[2] / "qa" / "evaluation"
NONE: FloatArray = np.empty(0, np.float32)


class Letters:
    """Texts as :func:`mended` asks for them."""

    def __init__(self, *texts: str) -> None:
        self.raw = "\n".join(texts).encode("utf-8")

    def holds(self, piece: str, times: int, reach: int) -> bool:
        return self.raw[:reach].count(piece.encode("utf-8")) >= times

    def first_match(self, pattern: re.Pattern[bytes], reach: int) -> str:
        found = pattern.search(self.raw, 0, reach)
        return found.group().decode("utf-8") if found else ""


def cut(question: str, size: int) -> Encoded:
    """``question`` as a tokenizer would cut it that knows no word longer than ``size`` characters."""
    spans = [(at, min(at + size, len(question))) for at in range(0, len(question), size)]
    return Encoded(NONE, NONE, np.array(spans, np.int32).reshape(-1, 2), NONE)


TEXTS = [
    """# Models

Chinchilla is a language model. It has many parameters, changed by training.

ChatGPT belongs to those language models whose parameters nobody alike knows; it changed much about companies.

Which parameters changed? Those of a model such as Chinchilla, ChatGPT or GPT-3 changed. About them more is known.

A language model of companies, about ChatGPT and Chinchilla: 规模带来涌现能力，模型的参数很多。

The bottom of a network. The bottom of another.

The bottom network was released, and the network of two companies.

Another network was released at the bottom.

They were released. A rareword.
""",
    """# 模型

涌现能力来自规模，多模态模型也有涌现能力。

训练的时候，奖励模型很重要；训练的数据也很多。奖励模型要训练。

多模态的模型。
""",
]
DOCUMENTS = [Document(f"{at}.md", "x", "", text) for at, text in enumerate(TEXTS)]
KNOWN = vocabulary_of(passage for document in DOCUMENTS for passage in split(document, 80))
SAID = Letters(*TEXTS)


def mend(question: str, size: int = 2) -> str:
    return mend_slips(question, cut(question, size), KNOWN, SAID)


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("Who made Chinchila?", "Who made Chinchilla?"),  # left out
        ("the langguage model", "the language model"),  # doubled
        ("a langauge model", "a language model"),  # two changed places
        ("a modle", "a model"),  # also in a short word
        ("what abuot it", "what about it"),
        ("at the bottem", "at the bottom"),  # a vowel
        ("ChatGTP", "ChatGPT"),  # a name is written as the texts write it
        ("how many paramters", "how many parameters"),  # a plural stays one
        ("two compnies", "two companies"),
        ("用Chinchila的paramters吗？", "用Chinchilla的parameters吗？"),
        ("“langauge”，ｍｏｄｅｌ 🎉 modle！", "“language”，ｍｏｄｅｌ 🎉 model！"),
        ("多摸态模型", "多模态模型"),
        ("奖厉模型是什么？", "奖励模型是什么？"),
        ("GPT-3训炼的时候", "GPT-3训练的时候"),
        ("獎厲模型", "獎励模型"),  # the rest stays as it was written
        ("多摸态的langauge", "多模态的language"),
        ("多摸态多摸态", "多模态多模态"),
    ],
)
def test_a_slip_is_mended(question: str, meant: str) -> None:
    assert mend(question) == meant
    assert mend(meant) == meant


@pytest.mark.parametrize(
    "question",
    [
        "",
        "？！ 🎉",
        "What has changed about the language model?",  # words of the texts
        "alive",  # not: alike; nor are other short words with one letter more, less or another
        "modal mode abou",
        "charged",  # not: changed
        "a bottle",  # an ending is no slip
        "releaser releasing",
        "models companies",
        "Zhinchilla",  # first letters are right
        "rareward",  # what the texts hold once may be a slip itself
        "GPT-4 and GPT-33 and 175B and 2021",
        "langauge2 2langauge lang_auge me@langauge",  # names, not words
        "xqzzyk unknownword quetzal",
        "ｌａｎｇａｕｇｅ",
        "LLM llms CNN",
        "模型的参数",
        "多模态",
        "大数据时代",  # unknown, but like nothing
        "多能态模型",  # 能 sounds unlike 模
        "涌现",
        "摸",
        "摸摸",
        "什么是摸鱼？",
        "多 摸 态",
    ],
)
def test_what_is_no_slip_is_left_alone(question: str) -> None:
    assert mend(question) == question


def test_a_word_that_the_tokenizer_knows_is_no_slip() -> None:
    assert mend("a langauge model", size=50) == "a langauge model"


def test_a_word_and_an_ending_are_no_slip() -> None:
    question = "released networker"
    documents = [Document(f"{at}.md", "", "", "A networkxer.") for at in range(3)]
    known = vocabulary_of(passage for document in documents for passage in split(document))
    ending = Encoded(NONE, NONE, np.array([(0, 8), (9, 16), (16, 18)], np.int32), NONE)
    assert mend_slips(question, ending, known, Letters()) == question
    assert mend_slips(question, cut(question, 3), known, Letters()) == "released networkxer"


def test_nothing_is_known_of_no_texts() -> None:
    nothing = vocabulary_of(())
    for question in ("a langauge modle", "多摸态模型"):
        assert mend_slips(question, cut(question, 2), nothing, Letters()) == question


@given(st.text(alphabet="多摸模态型奖厉励 aelmodgu，🎉現现", max_size=30))
@settings(deadline=None)
def test_a_mended_question_is_about_as_long_and_needs_no_more(question: str) -> None:
    once = mend(question)
    assert abs(len(once) - len(question)) <= len(question) / 4
    assert mend(once) == once


@pytest.mark.parametrize("unit", ["langauge ", "多摸态", "多摸态 ", "xqzzyk ", "魑魅魍魉", "a", "奖厉模型langauge，"])
def test_a_long_question_costs_no_more_than_its_length(unit: str) -> None:
    question = unit * (100_000 // len(unit))
    read = Encoded(NONE, NONE, cut(question, 2).spans[:512], NONE)  # a model reads no more
    with costs_at_most(2):
        mend_slips(question, read, KNOWN, SAID)


def test_what_the_model_does_not_read_is_left_alone() -> None:
    question = "多摸态模型。" * 3
    read = Encoded(NONE, NONE, cut(question, 2).spans[:4], NONE)
    assert mend_slips(question, read, KNOWN, SAID) == "多模态模型。多摸态模型。多摸态模型。"


def test_only_so_much_of_the_texts_is_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    for question, meant in (("多摸态模型", "多模态模型"), ("ChatGTP", "ChatGPT")):
        assert mend(question) == meant
    early = [len(SAID.raw[: SAID.raw.index(word) + len(word)]) for word in (b"ChatGPT", "多模态的模".encode())]
    monkeypatch.setattr("index.search.spelling._REACH", early[0] - 1)
    assert (mend("ChatGTP"), mend("多摸态模型")) == ("chatgpt", "多摸态模型")
    monkeypatch.setattr("index.search.spelling._REACH", early[0])
    assert (mend("ChatGTP"), mend("多摸态模型")) == ("ChatGPT", "多摸态模型")
    monkeypatch.setattr("index.search.spelling._REACH", early[1])
    assert mend("多摸态模型") == "多模态模型"


PIECES = st.text("多模态 aX🎉", min_size=1, max_size=4)


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory, fake_encoders: Any) -> Snapshot:
    """An index of several segments, none of whose documents was changed or removed."""
    folder, encoder = tmp_path_factory.mktemp("several"), fake_encoders("small", 16)
    texts = ["多模态模型 aXa。\n多模态\n", "态态态 aX 🎉🎉\n", "X多模 a\n\n模态aaa\n", "态\n"]
    for count in (1, 3, 4):
        documents = [Document(f"{at}.md", "", "", text) for at, text in enumerate(texts[:count])]
        update_index(folder, documents, encoder, late_interaction=False)
    return PassageIndex.open(folder, encoder).snapshot


@given(PIECES, st.integers(0, 5), st.integers(0, 90))
@settings(deadline=None)
def test_an_index_tells_what_its_texts_say(several: Snapshot, piece: str, times: int, reach: int) -> None:
    assert len(several.segments) == 3
    parts, left = [], reach
    for document in several.documents.values():
        parts.append(document.text.encode("utf-8")[:left])
        left -= len(parts[-1])
    wanted = piece.encode("utf-8")
    found = sum(part[at:].startswith(wanted) for part in parts for at in range(len(part)))
    assert several.holds(piece, times, reach) == (found >= times)
    pattern = re.compile(re.escape(wanted), re.IGNORECASE)
    expected = next((match.group().decode("utf-8") for part in parts if (match := pattern.search(part))), "")
    assert several.first_match(pattern, reach) == expected


def test_a_text_that_is_gone_says_nothing(tmp_path: Path, fake_encoders: Any) -> None:
    encoder = fake_encoders("small", 16)
    texts = {"a.md": "CHATGPT，多模态。多模态。", "b.md": "ChatGPT.", "c.md": "Others.", "d.md": "More."}
    for gone in ("", "a.md", "b.md"):
        kept = [Document(name, "", "", text) for name, text in texts.items() if not gone or name > gone]
        update_index(tmp_path, kept, encoder)
        snapshot = PassageIndex.open(tmp_path, encoder).snapshot
        form = snapshot.first_match(re.compile(b"chatgpt", re.IGNORECASE), 10**6)
        assert form == {"": "CHATGPT", "a.md": "ChatGPT", "b.md": ""}[gone]
        assert snapshot.holds("多模态", 2, 10**6) == (gone == "")


@lru_cache(maxsize=1)
def built_in() -> tuple[Vocabulary, Letters]:
    documents = load_documents()
    return vocabulary_of(p for document in documents for p in split(document)), Letters(*(d.text for d in documents))


def asked(kind: str) -> list[str]:
    """The questions about the built-in texts that are, or are not, of the kind ``typo``."""
    files = [ASKED / f"{half}.jsonl" for half in ("fitting", "regression")]
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    rows = [json.loads(line) for line in lines]
    return [row["question"] for row in rows if (row["kind"] == "typo") == (kind == "typo")]


def changed(questions: list[str], encoder: Any) -> list[tuple[str, str]]:
    """Those of ``questions`` that are changed, and into what."""
    vocabulary, texts = built_in()
    # Only those need the model that would be changed if it knew no word at all.
    doubtful = [each for each in questions if mend_slips(each, cut(each, 1), vocabulary, texts) != each]
    encoded = encoder.encode_questions(doubtful)
    pairs = [(each, mend_slips(each, one, vocabulary, texts)) for each, one in zip(doubtful, encoded, strict=True)]
    return [(before, after) for before, after in pairs if before != after]


def test_questions_without_slips_are_not_changed(real_encoder: Any) -> None:
    questions = asked("other")
    assert len(questions) > 500
    assert len(changed(questions, real_encoder)) <= 2, changed(questions, real_encoder)


def test_most_questions_with_slips_are_mended(real_encoder: Any) -> None:
    questions = asked("typo")
    found = dict(changed(questions, real_encoder))
    assert len(questions) > 30
    assert len(found) >= 0.6 * len(questions), sorted(set(questions) - set(found))
    assert any(
        after == "What is the bottom layer of the foundation model stack usually made of?" for after in found.values()
    )
    assert found["人累偏好这种评判方法具体怎么做？"] == "人类偏好这种评判方法具体怎么做？"


def test_a_letter_changed_at_random_is_mended_or_left_but_made_nothing_else(real_encoder: Any) -> None:
    chance = random.Random(7)
    words = ["foundation", "transformer", "parameters", "homogenization", "instruction", "emergence", "diffusion"]
    slips = {}
    for word in words:
        for _ in range(6):
            at = chance.randrange(1, len(word) - 1)
            letter = chance.choice([*string.ascii_lowercase, ""])
            slips[f"What about {word[:at]}{letter}{word[at + 1 :]}?"] = f"What about {word}?"
    slips = {slip: meant for slip, meant in slips.items() if slip != meant}
    found = changed(list(slips), real_encoder)
    assert len(found) > 0.7 * len(slips)
    assert [(slip, after) for slip, after in found if after != slips[slip]] == []
