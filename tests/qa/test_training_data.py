"""The questions that the reader learns from are in the form that it needs, and give their labels away nowhere."""

import json
import re
from collections import Counter
from typing import Any

import pytest
from house import ROOT
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline

from corpus import language_of

FOLDER = ROOT / "qa/training"
FILES = sorted(path for folder in ("own", "unseen") for path in (FOLDER / folder).glob("*.jsonl"))
FORMS = {"prose", "table", "list", "definition", "timeline", "notes", "faq", "steps"}
STYLES = {"short", "polite", "long", "sloppy", "mixed"}
EVALUATED = re.compile(r"GPT|\bBERT\b|\bCLIP\b|\bPaLM\b|LLaMA|[Ff]oundation model|[Ll]anguage model|大模型|语言模型")


def rows(path: Any) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


PASSAGES = [row for path in FILES for row in rows(path)]
CONVERSATIONS = rows(FOLDER / "conversations.jsonl")


def questions(label: str) -> list[dict[str, Any]]:
    return [each for row in PASSAGES for each in row["questions"] if each["label"] == label]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_passage_has_a_dozen_questions_or_two_and_exact_answers(path: Any) -> None:
    for row in rows(path):
        asked = row["questions"]
        dozens = len(asked) // 12  # an article of several sections has two
        assert dozens in (1, 2)
        assert row["form"] in FORMS, row["id"]
        assert language_of(row["en"]) == "en", row["id"]
        assert language_of(row["zh"]) == "zh", row["id"]
        assert Counter(each["lang"] for each in asked) == {"en": 6 * dozens, "zh": 6 * dozens}, row["id"]
        assert len({each["question"] for each in asked}) == 12 * dozens, row["id"]
        labels = Counter(each["label"] for each in asked)
        assert 5 * dozens <= labels["answer"] <= 6 * dozens, row["id"]
        assert 4 * dozens <= labels["near"] <= 6 * dozens, row["id"]
        assert 1 <= labels["far"] <= 2 * dozens, row["id"]
        for each in asked:
            assert each["style"] in STYLES, row["id"]
            for language in ("en", "zh"):
                answer = each[f"answer_{language}"]
                assert bool(answer) == (each["label"] == "answer"), row["id"]
                assert answer in row[language], row["id"]
                assert answer == answer.strip(), row["id"]


def test_there_are_many_and_no_two_alike() -> None:
    assert len(PASSAGES) >= 1400
    assert max(Counter(row["subject"] for row in PASSAGES).values()) <= 6  # neighbours, as notes of one folder are
    for key in ("id", "en", "zh"):
        assert [each for each, count in Counter(row[key] for row in PASSAGES).items() if count > 1] == []
    assert {row["form"] for row in PASSAGES} == FORMS


def test_nothing_is_about_the_texts_that_are_evaluated() -> None:
    assert [row["id"] for row in PASSAGES if EVALUATED.search(row["en"] + row["zh"])] == []
    about = [row["id"] for row in PASSAGES for each in row["questions"] if EVALUATED.search(each["question"])]
    assert about == []


@pytest.mark.slow
@pytest.mark.parametrize(("language", "analyzer"), [("en", "word"), ("zh", "char")])
@pytest.mark.parametrize(("folder", "most"), [("own", 0.66), ("unseen", 0.64)])
def test_the_wording_hardly_tells_the_label(language: str, analyzer: str, folder: str, most: float) -> None:
    """What a classifier makes of the questions alone: an area of .5 would be nothing at all."""
    asked = [
        (each["question"], each["label"] == "answer", row["id"])
        for path in FILES
        if path.parent.name == folder
        for row in rows(path)
        for each in row["questions"]
        if each["lang"] == language and each["label"] != "far"
    ]
    texts, answered, groups = zip(*asked, strict=True)
    words = TfidfVectorizer(analyzer=analyzer, ngram_range=(1, 2), min_df=3)
    model = make_pipeline(words, LogisticRegression(max_iter=1000))
    folds = GroupKFold(5)
    told = cross_val_predict(model, texts, answered, groups=groups, cv=folds, method="predict_proba")[:, 1]
    assert roc_auc_score(answered, told) < most


def test_a_turn_that_stands_alone_means_itself() -> None:
    assert len(CONVERSATIONS) > 300
    for each in CONVERSATIONS:
        assert len(each["turns"]) == len(each["meant"]) == len(each["kind"]), each["id"]
        for turn, meant, kind in zip(each["turns"], each["meant"], each["kind"], strict=True):
            assert kind in ("alone", "followup"), each["id"]
            assert meant.strip(), each["id"]
            assert kind == "followup" or meant == turn, each["id"]
