"""The pairs that the check of written sentences learns from, and those that measure it, are in the form they need."""

import json
import random
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from house import ROOT
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline

from corpus import BUILT_IN_TEXTS, language_of
from qa.training.changed_sentences import SeenSentences, changed_sentence
from qa.training.claims import HELD_OUT, PAIRS, held_out_pairs, own_claims, unrelated_claims, written_claims
from qa.training.examples import is_held_out

UNSEEN = ROOT / "qa/training/unseen"  # for the next training
FILES = sorted([*PAIRS.glob("*.jsonl"), *UNSEEN.glob("pairs/*.jsonl")])
MEASURED = ROOT / "qa/evaluation/claims.jsonl"
CARRIED = {"paraphrase", "merged", "inferred", "copy"}
NOT_CARRIED = {"number", "name", "date", "negation", "relation", "added", "generalised"}


def rows(path: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


PASSAGES = [*(ROOT / "qa/training/own").glob("*.jsonl"), *UNSEEN.glob("*.jsonl")]
OWN = {row["id"]: row for path in PASSAGES for row in rows(path)}


@pytest.mark.parametrize("path", [*FILES, MEASURED], ids=lambda path: path.stem)
def test_half_of_the_pairs_are_carried_in_each_pair_of_languages(path: Any) -> None:
    found: Counter[tuple[str, str, bool]] = Counter()
    for row in rows(path):
        assert row["change"] in (CARRIED if row["supported"] else NOT_CARRIED), row["id"]
        assert row["sentence"] == row["sentence"].strip() != "", row["id"]
        found[language_of(row["sentence"]), language_of(row["passages"][0]), row["supported"]] += 1
    for first in ("en", "zh"):
        for second in ("en", "zh"):
            carried, not_carried = found[first, second, True], found[first, second, False]
            assert carried > 30 or path == MEASURED
            assert abs(carried - not_carried) <= 0.15 * carried


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_passages_are_slices_of_our_own(path: Any) -> None:
    texts = [text for own in OWN.values() for text in (own["en"], own["zh"])]
    for row in rows(path):
        own = OWN[row["subject"]]
        for passage in row["passages"]:
            there = passage in own["en"] or passage in own["zh"]
            assert there or any(passage in text for text in texts), row["id"]


def test_what_measures_was_not_learned_from() -> None:
    learned = {row["sentence"] for path in FILES for row in rows(path)}
    measured = rows(MEASURED)
    assert len(measured) == 400
    assert len({row["sentence"] for row in measured}) == 400
    assert not learned & {row["sentence"] for row in measured}
    built_in = [path.read_text(encoding="utf-8") for path in sorted(BUILT_IN_TEXTS.rglob("*.md"))]
    of_ours = [row for row in measured if any(row["passages"][0] in text for text in built_in)]
    assert len(of_ours) == 200


def test_held_out_subjects_are_apart() -> None:
    held = {claim.group for claim in held_out_pairs(PAIRS)}
    claims = [claim for path in PAIRS.glob("*.jsonl") for claim in written_claims(path)]
    assert 0.05 < len([claim for claim in claims if claim.group in held]) / len(claims) < 0.3
    assert all(is_held_out(group, HELD_OUT) for group in held)


@pytest.mark.slow
def test_a_sentence_alone_does_not_give_away_whether_it_is_carried() -> None:
    claims = [claim for path in FILES for claim in written_claims(path)][::3]
    texts, carried = [claim.text for claim in claims], [claim.supported for claim in claims]
    model = make_pipeline(TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 3)), LogisticRegression(max_iter=1000))
    groups = [claim.group for claim in claims]
    unseen = cross_val_predict(model, texts, carried, groups=groups, cv=GroupKFold(5), method="predict_proba")[:, 1]
    assert roc_auc_score(carried, unseen) < 0.62


@pytest.mark.slow
def test_claims_of_our_own_questions_are_half_carried_and_the_same_each_time(tmp_path: Path) -> None:
    shutil.copy(ROOT / "qa/training/own/n.jsonl", tmp_path)
    first, second = (list(own_claims(tmp_path, SeenSentences(), random.Random(0))) for _ in range(2))
    assert first == second
    share = sum(claim.supported for claim in first) / len(first)
    assert 0.35 < share < 0.55
    for claim in first:
        assert claim.kind in {"answered", "unanswered", "said"} or not claim.supported
        if claim.kind == "said":
            assert claim.supported


@pytest.mark.parametrize(
    ("sentence", "passage"),
    [
        ("The harbour at Tolvik was dredged in 1968, before Skaro grew larger.", "The harbour was dredged in 1968."),
        ("托尔维克港于1968年疏浚，大多可以停靠更大的渡轮。", "托尔维克港于1968年疏浚。"),
    ],
)
def test_one_thing_of_a_sentence_is_changed(sentence: str, passage: str) -> None:
    elsewhere = ["Nobody may touch the kettle, which hangs by the door.", "水壶挂在门边，任何人都不可以碰它。"]
    found = {changed_sentence(sentence, passage, (), elsewhere, random.Random(seed)) for seed in range(60)}
    changed = {each for each in found if each}
    assert {kind for kind, _ in changed} >= {"other_number", "turned", "added"}
    assert all(text != sentence and text not in passage for _, text in changed)


def test_claims_beside_other_passages_are_not_carried() -> None:
    claims = [claim for path in FILES for claim in written_claims(path)]
    found = list(unrelated_claims(claims, 0.2, random.Random(0)))
    assert 0.15 < len(found) / len(claims) < 0.25
    groups = {claim.text: claim.group for claim in claims}
    passages = {claim.passages: claim.group for claim in claims}
    for claim in found:
        assert not claim.supported
        assert groups[claim.text] == claim.group != passages[claim.passages]
        assert is_held_out(claim.group, HELD_OUT) == is_held_out(passages[claim.passages], HELD_OUT)
