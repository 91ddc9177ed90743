"""What speaks for an answer, and how sure that makes it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from costs import costs_at_most

from index import FloatArray, PassageIndex
from qa import Answerer, confidence
from qa.confidence import FILE, Confidence, shipped_confidence, shipped_passage_confidence, shipped_read_confidence
from qa.evaluation.fit import fit, samples
from qa.evaluation.question_files import Gold, Question
from qa.evidence import FEATURES
from qa.question_kinds import QuestionKind
from qa.quotes import Quote, select_quotes
from qa.read_evidence import (
    ANSWER_FEATURES,
    PASSAGE_FEATURES,
    answer_features,
    without_definitions,
)
from qa.read_quotes import DEFINITION
from qa.unknown_names import UnknownName, unknown_names


def seen(answerer: Answerer, question: str) -> dict[str, float]:
    """The evidence for the answer to ``question``, by name."""
    return dict(zip(FEATURES, answerer.consider(question).features.tolist(), strict=True))


@pytest.fixture
def answerer(small_index: PassageIndex) -> Answerer:
    return Answerer(small_index)


@pytest.mark.parametrize(
    "question",
    [
        "How many parameters has GPT-3?",
        "GPT-3的参数量 how many",
        "ＧＰＴ－３有多少參數？🚀",
        "Who won the chess game on Mars?",
        "的",
        "x" * 900,
        "how many " * 100,
    ],
)
def test_evidence_is_as_many_finite_numbers_as_there_are_names(answerer: Answerer, question: str) -> None:
    found = answerer.consider(question)
    assert found.features.shape == (len(FEATURES),)
    assert np.isfinite(found.features).all()
    assert 0 <= shipped_confidence().of(found.features) <= 1
    shares = seen(answerer, question)
    assert all(0 <= shares[name] <= 1.001 for name in ("shared", "names_lacking", "unknown", "length", "lost"))
    assert {shares[name] for name in ("foreign", "no_such_thing", "chinese")} <= {0, 1}


def test_a_passage_that_holds_what_was_asked_has_the_better_evidence(answerer: Answerer) -> None:
    right = seen(answerer, "How many parameters has GPT-3?")
    wrong = seen(answerer, "How many chess games has Mars won?")
    assert right["lead"] > wrong["lead"]
    assert right["shared"] > wrong["shared"]
    assert right["unknown"] < wrong["unknown"]


def test_a_name_that_the_passage_lacks_is_noticed(answerer: Answerer) -> None:
    assert seen(answerer, "How many parameters has GPT-3?")["names_lacking"] == 0
    assert seen(answerer, "How many parameters has GPT-7?")["names_lacking"] == 1
    assert seen(answerer, "How many parameters has ＧＰＴ－７?")["names_lacking"] == 1
    assert seen(answerer, "How many parameters has ＧＰＴ－３?")["names_lacking"] == 0


@pytest.mark.parametrize(("question", "foreign"), [("GPT-3 有多少参数？", 1), ("什么是涌现？", 0)])
def test_the_language_of_question_and_passage_is_noticed(answerer: Answerer, question: str, foreign: int) -> None:
    found = seen(answerer, question)
    assert (found["foreign"], found["chinese"]) == (foreign, 1)


def test_a_quote_without_the_number_asked_for_is_noticed(answerer: Answerer) -> None:
    assert seen(answerer, "How many parameters has GPT-3?")["no_such_thing"] == 0
    assert seen(answerer, "How many images does bias repeat in language models?")["no_such_thing"] == 1


def test_where_nothing_is_found_nothing_is_sure(answerer: Answerer) -> None:
    for said in ("", "😀", "Hello!", "谢谢"):
        answer = answerer.ask(said)
        assert (answer.confidence, answer.answered, answer.related) == (0, False, ())


def made_up(count: int = 600, *, clear: float = 3.0) -> tuple[FloatArray, list[bool], list[bool]]:
    """Evidence whose lead tells the right answers from the wrong ones; a fifth has no answer."""
    random = np.random.default_rng(7)
    answerable = random.random(count) > 0.2
    right = answerable & (random.random(count) > 0.2)
    evidence = random.standard_normal((count, len(FEATURES))).astype(np.float32)
    evidence[:, FEATURES.index("lead")] += clear * right
    evidence[:, FEATURES.index("chinese")] = random.random(count) > 0.5
    return evidence, right.tolist(), answerable.tolist()


def test_a_fit_tells_right_answers_from_wrong_ones() -> None:
    evidence, right, answerable = made_up()
    model = fit(evidence, right, answerable)
    sure = np.array([model.of(row) for row in evidence])
    assert ((sure > 0) & (sure < 1)).all()
    assert sure[right].mean() > 0.85
    assert sure[~np.array(right)].mean() < 0.3
    assert ((sure > 0.5) == right).mean() > 0.9
    # Probabilities: on average as sure as right.
    assert sure.mean() == pytest.approx(np.mean(right), abs=0.02)
    assert int(np.abs(model.coefficients).argmax()) == FEATURES.index("lead")


def test_the_thresholds_refuse_the_share_of_answerable_questions_they_may() -> None:
    evidence, right, answerable = made_up(clear=1.0)
    model = fit(evidence, right, answerable)
    chinese = evidence[:, FEATURES.index("chinese")] > 0
    sure = np.array([model.of(row) for row in evidence])
    for language, members in (("en", ~chinese), ("zh", chinese)):
        refused = sure[members & np.array(answerable)] < model.thresholds[language]
        assert refused.mean() == pytest.approx(0.05, abs=0.02)
        lacking = sure[members & ~np.array(answerable)] < model.thresholds[language]
        assert lacking.mean() > refused.mean()


def test_a_fit_can_be_written_and_is_the_same_every_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = fit(*made_up())
    assert fit(*made_up()) == model
    model.write(tmp_path / "numbers.json")
    monkeypatch.setattr(confidence, "FILE", tmp_path / "numbers.json")
    shipped_confidence.cache_clear()
    try:
        assert shipped_confidence() == model
    finally:
        monkeypatch.undo()
        shipped_confidence.cache_clear()


def test_numbers_that_were_fitted_to_other_features_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = json.loads(FILE.read_text(encoding="utf-8"))
    facts["features"] = facts["features"][::-1]
    (tmp_path / "other.json").write_text(json.dumps(facts), encoding="utf-8")
    monkeypatch.setattr(confidence, "FILE", tmp_path / "other.json")
    shipped_confidence.cache_clear()
    try:
        with pytest.raises(RuntimeError, match="make fit"):
            shipped_confidence()
    finally:
        monkeypatch.undo()
        shipped_confidence.cache_clear()


def test_the_shipped_numbers_fit_the_features() -> None:
    model = shipped_confidence()
    assert model.features == FEATURES
    assert {len(each) for each in (model.means, model.scales, model.coefficients)} == {len(FEATURES)}
    assert min(model.scales) > 0
    assert set(model.thresholds) == {"en", "zh"}
    assert all(0 < threshold < 1 for threshold in model.thresholds.values())
    # More of what speaks for an answer makes it surer, more of what speaks against it less sure.
    usual = np.array(model.means, np.float32)
    for name, sign in (("lead", 1), ("stands_out", 1), ("weakest", 1), ("lost", -1), ("unknown", -1)):
        more = usual.copy()
        more[FEATURES.index(name)] += 2 * model.scales[FEATURES.index(name)]
        assert sign * (model.of(more) - model.of(usual)) > 0, name


@pytest.mark.parametrize("size", [1e3, -1e3, 1e5, -1e5])
def test_confidence_stays_between_0_and_1_whatever_the_evidence(size: float) -> None:
    model = shipped_confidence()
    assert 0 <= model.of(np.full(len(FEATURES), size, np.float32)) <= 1
    for place in range(len(FEATURES)):
        evidence = np.array(model.means, np.float32)
        evidence[place] = size
        assert 0 <= model.of(evidence) <= 1


def test_what_is_below_the_threshold_is_not_answered(answerer: Answerer, monkeypatch: pytest.MonkeyPatch) -> None:
    question = "How many parameters has GPT-3?"
    sure = answerer.ask(question).confidence
    for threshold, answered in ((sure - 0.01, True), (sure + 0.01, False)):
        model = Confidence(
            **{name: getattr(shipped_confidence(), name) for name in Confidence.__slots__ if name != "thresholds"},
            thresholds={"en": threshold, "zh": 1 - threshold},
        )
        monkeypatch.setattr("qa.answerer.shipped_confidence", lambda model=model: model)
        answer = answerer.consult(question).answer  # not from memory
        assert (answer.answered, answer.confidence) == (answered, sure)
        assert bool(answer.related) is not answered


def test_the_samples_to_fit_to_are_the_answers_judged(answerer: Answerer) -> None:
    def ask(text: str, *gold: Gold) -> Question:
        return Question(id="q", language="en", question=text, kind="factoid", gold=gold, facts=(), history=())

    parameters = Gold("en/models.md", "GPT-3 has 175 billion parameters.")
    text = "How many parameters has GPT-3?"
    evidence, right, answerable = samples(
        answerer, [ask(text, parameters), ask(text, Gold("en/clip.md", "")), ask(text), ask("Hello!", parameters)]
    )
    assert (right, answerable) == ([True, False, False], [True, True, False])
    assert evidence.shape == (3, len(FEATURES))
    assert (evidence[0] == answerer.consider(text).features).all()


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["x", "它", "GPT-3 ", "how ", "多", "1 ", "Zq7 "])
def test_a_long_question_takes_no_longer_than_its_length(answerer: Answerer, unit: str) -> None:
    with costs_at_most(5):
        assert np.isfinite(answerer.consider((unit * 2000)[:2000]).features).all()


def with_features(names: tuple[str, ...], changed: dict[str, float]) -> FloatArray:
    return np.array([changed.get(name, 0.5) for name in names], np.float32)


@pytest.mark.parametrize("first", [-7.9, -1.0, 2.0, 8.0])
@pytest.mark.parametrize("lead", [-0.2, 0.3, 0.7])
@pytest.mark.parametrize("native", [True, False])
def test_a_name_that_no_text_holds_only_lowers_what_the_reader_s_answers_are_worth(
    first: float, lead: float, native: bool
) -> None:
    sure, said = shipped_read_confidence(), {"first": first, "lead": lead}
    held = with_features(ANSWER_FEATURES, said | {"unknown_far": 0, "unknown_read": 0})
    unknown = {"unknown_far": 2 * max(0.6 - lead, 0), "unknown_read": 2 * native * (first + 8)}
    change = sure.logit(with_features(ANSWER_FEATURES, said | unknown)) - sure.logit(held)
    assert change < 0 or (change == 0 and not native and lead > 0.6)
    assert min(sure.coefficients[:2]) > 0 > max(sure.coefficients[2:])
    # Who reads more surely that it answers is believed more, also then.
    more = {"first": first + 0.1, "unknown_read": 2 * native * (first + 8.1)}
    assert sure.logit(with_features(ANSWER_FEATURES, said | unknown | more)) > sure.logit(
        with_features(ANSWER_FEATURES, said | unknown)
    )


def test_a_definition_may_be_quoted_first_and_makes_an_answer_no_surer(small_index: PassageIndex) -> None:
    retrieval = small_index.retrieve("How many parameters has GPT-3?")
    quotes = []
    for one, value in zip(retrieval.ranked, (3.0, 1.0, -2.0), strict=False):
        passage = retrieval.passage(one.row)
        quotes.append(Quote(one, passage, (passage.start, passage.end), passage.text, value, passage.text))
    surest, further, far = quotes
    row = replace(surest.ranked, row=DEFINITION)
    definition = replace(surest, ranked=row, text="What a kite is made of.", value=-3.0, said="a kite")
    candidates = [definition, surest, further, far]
    assert select_quotes(candidates, QuestionKind.LIST) == [definition, surest, further]
    other = replace(definition, text="Where the wind blows it.", value=-4.0, said="the wind")
    assert select_quotes([definition, other, surest, further], QuestionKind.LIST) == [definition, surest, further]
    assert select_quotes([surest, definition, further], QuestionKind.LIST) == [surest, further]
    repeated = replace(definition, text=" ".join(surest.text.split()[:4]))
    assert select_quotes([repeated, surest], QuestionKind.FACT) == [repeated, surest], "the best is never lost"
    alone = answer_features("en", (), [surest, further, far])
    assert answer_features("en", (), candidates).tolist() == alone.tolist()
    evidence = np.ones((2, len(PASSAGE_FEATURES)), np.float32)
    plain = without_definitions(evidence)
    assert plain.sum() == evidence.sum() - 2
    assert not plain[:, PASSAGE_FEATURES.index("definition")].any()


def test_what_is_unknown_is_told_to_the_confidence(answerer: Answerer, small_index: PassageIndex) -> None:
    def read(question: str) -> dict[str, float]:
        retrieval = small_index.retrieve(question)
        best = retrieval.ranked[0]
        quote = Quote(best, retrieval.passage(best.row), (0, 1), "", value=1.0)
        unknown = unknown_names(retrieval, [quote.passage])
        told = answer_features(retrieval.query.language, unknown, [quote])
        return dict(zip(ANSWER_FEATURES, told.tolist(), strict=True))

    assert {read("How many parameters has GPT-3?")[name] for name in ("unknown_far", "unknown_read")} == {0}
    sure = -np.log(1 - 0.8)  # as nothing was fitted to this encoder
    for question, lowered in (("How many parameters has GPT-7?", 9 * sure), ("GPT-7 有多少参数？", 0)):
        unknown = read(question)  # the figures stand in English alone
        assert unknown["unknown_read"] == pytest.approx(lowered)
        assert unknown["unknown_far"] == pytest.approx(sure * max(0.6 - unknown["lead"], 0))


def test_a_name_counts_as_far_as_it_is_asked_about(small_index: PassageIndex) -> None:
    retrieval = small_index.retrieve("How many parameters has GPT-7?")
    best = retrieval.ranked[0]
    quote = Quote(best, retrieval.passage(best.row), (0, 1), "", value=1.0)

    def told(*asked: float) -> list[float]:
        names = [UnknownName("GPT-7", each) for each in asked]
        features = dict(zip(ANSWER_FEATURES, answer_features("en", names, [quote]).tolist(), strict=True))
        assert (features["first"], features["lead"]) == (1, pytest.approx(best.lead))
        return [features["unknown_far"], features["unknown_read"]]

    assert told() == told(0.0) == [0, 0]
    assert told(0.5)[1] == pytest.approx(9 * np.log(2))
    assert told(0.1, 0.5) == told(0.5), "what is asked about most surely counts"
    assert told(0.5)[1] < told(0.75)[1] < told(0.99)[1]
    assert told(1.0)[1] == 9 * 5, "nothing is surer than that"


def test_what_a_definition_says_is_worth_more_than_the_same_elsewhere() -> None:
    worth = [shipped_passage_confidence().of(with_features(PASSAGE_FEATURES, {"definition": each})) for each in (0, 1)]
    assert worth[0] < worth[1]


def test_a_name_that_a_passage_lacks_lowers_what_it_is_worth() -> None:
    passage = shipped_passage_confidence()
    without = with_features(PASSAGE_FEATURES, {"names_lacking": 0})
    assert passage.of(with_features(PASSAGE_FEATURES, {"names_lacking": 1})) < passage.of(without)
