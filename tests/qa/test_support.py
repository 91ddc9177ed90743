"""The check of written sentences: by form always, by what it has learned as far as that goes."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from qa.evaluation.support_figures import CLAIMS, judge, precision, recall
from qa.writing.support import SupportCheck
from qa.writing.written import Verdict

PASSAGE = (
    "CLIP was presented by OpenAI in January 2021. It was trained on 400 million pairs of a picture and a text, and "
    "compares both in one space."
)
ABROAD = "CLIP 由 OpenAI 于 2021 年 1 月发布，用 4 亿个图文对训练，在同一个空间里比较图像和文字。"
MODELS = (
    "Models of language\nGPT-3, with 175 billion parameters, shows what one model for many tasks means: through a "
    "prompt in plain language it adapts to tasks for which it was not explicitly trained, with decent results on most."
)
CARRIED = "GPT-3, with 175 billion parameters, adapts to tasks for which it was not explicitly trained"
FLOORS = {"precision": 0.62, "recall": 0.46}


@pytest.fixture(scope="module")
def check(real_encoder: Any) -> SupportCheck:
    return SupportCheck(real_encoder)


@pytest.mark.slow
@pytest.mark.parametrize("passage", [PASSAGE, ABROAD], ids=["en", "zh"])
@pytest.mark.parametrize(
    ("sentence", "verdict", "detail"),
    [
        ("CLIP was presented by OpenAI in January 2021.", Verdict.SUPPORTED, ""),
        ("CLIP compares images and text in one space.", Verdict.SUPPORTED, ""),
        ("CLIP 由 OpenAI 于 2021 年 1 月发布。", Verdict.SUPPORTED, ""),
        ("CLIP was trained on 40 million pairs of a picture and a text.", Verdict.NUMBER, "40 million"),
        ("CLIP 于 2022 年 1 月发布。", Verdict.NUMBER, "2022"),
        ("GPT-4 was presented in January 2021.", Verdict.NAME, "GPT-4"),
    ],
)
def test_what_is_there_holds_and_what_is_not_is_named(
    check: SupportCheck, sentence: str, verdict: Verdict, detail: str, passage: str
) -> None:
    found, support, missing = check.judge(sentence, [passage])
    assert (found, missing) == (verdict, detail)
    assert 0 <= support <= 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "sentence",
    [
        "Cheese tastes best when it has ripened for a long time in a cool cellar.",
        "长城是为了防御北方的游牧民族而修建的。",
    ],
)
def test_what_is_about_something_else_is_struck(check: SupportCheck, sentence: str) -> None:
    for passage in (PASSAGE, ABROAD):
        verdict, _, _ = check.judge(sentence, ["Another passage about models.", passage])
        assert not verdict.holds


@pytest.mark.slow
@pytest.mark.parametrize(
    "passage",
    [
        PASSAGE,
        # One of the carried ones that are struck, a fifth: the logit is -1.06, and was -.97 with the check of before.
        pytest.param(ABROAD, marks=pytest.mark.xfail(reason="unsure of a figure in another language", strict=True)),
    ],
    ids=["en", "zh"],
)
def test_a_figure_that_is_put_otherwise_holds(check: SupportCheck, passage: str) -> None:
    verdict, _, _ = check.judge("CLIP was trained on 400 million pairs of a picture and a text.", [passage])
    assert verdict.holds


@pytest.mark.slow
@pytest.mark.parametrize("sentence", ["It took 31 years to build.", "前后建了 31 年。"])
def test_a_difference_of_figures_is_left_to_the_model(
    check: SupportCheck, monkeypatch: pytest.MonkeyPatch, sentence: str
) -> None:
    passages = ["The dam was begun in 1958.", "大坝 1989 年完工。"]
    for said, verdict, detail in ((12.0, Verdict.SUPPORTED, ""), (-12.0, Verdict.NUMBER, "31")):
        monkeypatch.setattr(check, "logit", lambda *_, said=said: said)
        found, support, missing = check.judge(sentence, passages)
        assert (found, missing) == (verdict, detail)
        without = check.judge(sentence.replace("31 years", "years").replace("31 年", "多年"), passages)[1]
        assert support == pytest.approx(without)  # it speaks neither for the sentence nor against it
        other, less, missing = check.judge(sentence.replace("31", "47"), passages)
        assert less < support
        assert (other, missing) == (Verdict.NUMBER, "47")  # whatever the model says


@pytest.mark.slow
@pytest.mark.parametrize("sentence", ["", "😀", "x" * 5_000, "\x00\ud800", "的" * 3_000])
def test_odd_sentences_are_judged_as_well(check: SupportCheck, sentence: str) -> None:
    _, support, _ = check.judge(sentence, [PASSAGE, "", "\ud800" * 4, "词" * 9_000])
    assert 0 <= support <= 1


@pytest.mark.slow
def test_the_check_strikes_what_it_was_measured_to_strike(check: SupportCheck, tmp_path: Path) -> None:
    """Floors below what ``python -m qa.evaluation.support_figures`` prints, by half of an interval; on half of its
    pairs."""
    rows = [json.loads(line) for line in CLAIMS.read_text(encoding="utf-8").splitlines()]
    rows.sort(key=lambda row: (row["supported"], row["change"]))
    every_second = tmp_path / "claims.jsonl"  # of each kind
    every_second.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows[::2]), encoding="utf-8")
    judged = judge(check, every_second)
    assert sum(one.supported for one in judged) == len(judged) / 2 == 100
    assert precision(judged) > FLOORS["precision"]
    assert recall(judged) > FLOORS["recall"]
    struck = Counter(one.change for one in judged if one.struck and one.supported)
    assert struck["paraphrase"] < 13


@pytest.mark.slow
def test_what_stands_there_holds(check: SupportCheck) -> None:
    assert check.judge(f"{CARRIED}.", [MODELS])[0].holds


@pytest.mark.slow
@pytest.mark.parametrize("end", [" and kills whoever uses it.", ", and nobody ever used it."])
def test_a_sentence_that_is_longer_than_what_is_read_of_it_does_not_hold(check: SupportCheck, end: str) -> None:
    verdict, support, _ = check.judge(" and ".join([CARRIED] * 6) + end, [MODELS])
    assert not verdict.holds
    assert support == 0


@pytest.mark.slow
@pytest.mark.parametrize("babble", ["x" * 200, "x" * 1000, "啊" * 300, "GPT-3 is " + "very " * 90 + "bad."])
def test_babble_does_not_hold(check: SupportCheck, babble: str) -> None:
    assert not check.judge(babble, [MODELS])[0].holds


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ("Sure, here is the answer.", Verdict.UNSUPPORTED),  # the passage denies something, this does not
        ("Nobody wants a model of the weather.", Verdict.UNSUPPORTED),  # both do
    ],
)
def test_what_denies_nothing_is_no_denial(check: SupportCheck, sentence: str, verdict: Verdict) -> None:
    assert check.judge(sentence, [MODELS])[0] is verdict


@pytest.mark.slow
def test_a_denial_is_called_one(check: SupportCheck) -> None:
    passage = MODELS.replace("for which it was not explicitly trained", "of many kinds")
    assert check.judge("GPT-3 does not adapt to any task.", [passage])[0] is Verdict.NEGATION
