"""The reader learns, is kept, and goes on where it was stopped."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from qa.reading.pairs import LONGEST, pair_of
from qa.training.batches import chunks_of, labelled, tensors_of
from qa.training.compare import verdicts_of
from qa.training.examples import Asked, Read, own_questions
from qa.training.held_out import Verdict, differences, figures, judge
from qa.training.model import Reader
from qa.training.train import OWN, Schedule, Sets, train

pytestmark = pytest.mark.model


@pytest.fixture(autouse=True)
def _drawn_anew_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """How wide the intervals of the figures are is tried elsewhere."""
    monkeypatch.setattr("qa.training.held_out._RESAMPLES", 100)


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    from index.encoder.e5_openvino import open_offline

    return open_offline().tokenizer


@pytest.fixture(scope="module")
def questions() -> list[Asked]:
    found = list(own_questions(OWN))
    return (
        [next(each for each in found if each.label == label) for label in ("answer", "near", "far")]
        + found[:3]
        + found[-6:]
    )


@pytest.fixture(scope="module")
def readers() -> Callable[[], Reader]:
    """Makes one that has learned nothing, each time the same; the model is read from its folder once."""
    from transformers import AutoModel

    from index.encoder.e5_export import offline_model

    encoder = AutoModel.from_pretrained(offline_model())

    def made() -> Reader:
        torch.manual_seed(0)
        return Reader(copy.deepcopy(encoder), frozen=11, rank=2)

    return made


@pytest.mark.parametrize("before", ["", "绳缆作坊\n价格"])
@pytest.mark.parametrize(
    ("text", "answer"), [("The rope is 40 metres long. 🎉", "40 metres"), ("绳子长四十米，重九公斤。", "九公斤")]
)
def test_tokens_find_their_answer(tokenizer: Any, before: str, text: str, answer: str) -> None:
    start = text.index(answer)
    read = Read(before, text, (start, start + len(answer)), ((0, len(text)),))
    right = labelled(tokenizer, "How long, 多长？", read)
    pair = right.pair
    assert right.answers
    assert text[pair.places[right.start][0] : pair.places[right.end][1]].strip() == answer
    assert pair.places[pair.first][0] < 0 or not before
    assert [at for at, belongs in enumerate(right.belongs) if belongs] == pair.tokens_in((0, len(text)))
    assert not labelled(tokenizer, "How long?", Read(before, text)).answers


def test_what_does_not_fit_is_no_answer(tokenizer: Any) -> None:
    long = "The rope is long. " * 200
    right = labelled(tokenizer, "Who?", Read("", f"{long}Ida made it.", (len(long), len(long) + 3)))
    assert len(right.pair.ids) == LONGEST
    assert not right.answers


def test_a_batch_is_parted_by_length_and_nothing_is_lost(tokenizer: Any) -> None:
    pairs = [pair_of(tokenizer, "Who?", "", "word " * count) for count in (90, 3, 50, 4, 91, 5)]
    chunks = chunks_of(pairs, 2)
    assert sorted(at for chunk in chunks for at in chunk) == list(range(6))
    assert [sorted(chunk) for chunk in chunks] == [[1, 3], [2, 5], [0, 4]]
    ids, attended, readable = tensors_of([pairs[1], pairs[2]])
    assert ids.shape == attended.shape == readable.shape
    assert attended.sum() == len(pairs[1].ids) + len(pairs[2].ids)
    assert not readable[0, : pairs[1].first].any()


@pytest.mark.sweep
def test_it_learns_is_kept_and_goes_on(
    readers: Callable[[], Reader],
    tokenizer: Any,
    questions: list[Asked],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sets = Sets(questions[:4], {"own": questions[4:] + questions[:3]})
    reader, out = readers(), tmp_path / "reader.pt"
    before = {name: value.clone() for name, value in reader.state_dict().items()}
    train(reader, tokenizer, sets, out, Schedule(batch=2, epochs=1.0))
    changed = {name for name, value in reader.state_dict().items() if not torch.equal(value, before[name])}
    assert changed == set(reader.trained())
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert 0 <= told["auc_near"] <= 1
    assert told["± auc_near"] > 0
    again = readers()
    train(again, tokenizer, sets, out, Schedule(batch=2, epochs=2.0))
    assert "Going on after 2 steps" in capsys.readouterr().out
    assert torch.load(out, weights_only=True)["step"] == 4
    with pytest.raises(KeyError, match="tensors are trained"):
        again.load({})


@pytest.mark.sweep
def test_figures_are_those_of_the_verdicts(
    readers: Callable[[], Reader], tokenizer: Any, questions: list[Asked]
) -> None:
    verdicts = judge(readers(), tokenizer, questions)
    assert [each.asked for each in verdicts] == questions
    assert all(0 <= each.said[0] <= each.said[1] <= len(each.read.text) for each in verdicts)
    found = figures(verdicts)
    assert {"auc_near", "auc_far", "refused_near", "passage", "overlap", "exact"} < set(found)
    assert found["exact"] <= found["overlap"] <= found["passage"]


@pytest.mark.sweep
def test_a_checkpoint_is_read_as_it_was_trained(
    readers: Callable[[], Reader], tokenizer: Any, questions: list[Asked], tmp_path: Path
) -> None:
    out = tmp_path / "reader.pt"
    reader = readers()
    train(reader, tokenizer, Sets(questions[:2], {}), out, Schedule(batch=2, epochs=1.0))
    few = questions[:6]
    again = verdicts_of(out, {"own": few})["own"]
    assert [each.logit for each in again] == pytest.approx(
        [each.logit for each in judge(reader, tokenizer, few)], abs=0.05
    )
    assert {value for values in differences(again, again).values() for value in values} == {0.0}


def test_differences_are_of_the_same_questions() -> None:
    read = Read("", "Ida made it.", (0, 3))
    labels = {"answer": read, "near": Read("", "Ida left.")}
    asked = [
        Asked(question="Who?", language="en", label=label, group=str(group), passages=(passage,))
        for group in range(20)
        for label, passage in labels.items()
    ]
    worse = [Verdict(each, 0.0, each.passages[0], (0, 3)) for each in asked]
    better = [Verdict(each, float(each.label == "answer"), each.passages[0], (0, 3)) for each in asked]
    found = differences(worse, better)
    assert found["auc_near"] == (0.5, 0.5, 0.5)
    assert found["overlap"] == (0.0, 0.0, 0.0)
