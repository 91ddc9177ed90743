"""The retriever learns from the texts that it may learn from, is kept, and goes on where it was stopped."""

import copy
import gzip
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from qa.training import export, train_retriever
from qa.training.examples import is_held_out
from qa.training.low_rank import SCALE
from qa.training.lower_states import LONGEST, LowerStates, lower_states
from qa.training.retrieval_figures import figures
from qa.training.retrieval_loss import contrast, max_sim, padded
from qa.training.retrieval_texts import KINDS, PassageText, RetrievalTexts, SearchQuestion, retrieval_texts
from qa.training.retriever import LAYERS, Retriever
from qa.training.train_retriever import Schedule, states_of, train

FROZEN, RANK = 11, 2
THINGS = {
    "kettle": "水壶",
    "ladder": "梯子",
    "violin": "小提琴",
    "basket": "篮子",
    "candle": "蜡烛",
    "anchor": "船锚",
    "mirror": "镜子",
    "saddle": "马鞍",
}


def english(thing: str) -> str:
    return f"The {thing} of Ostrava weighs {len(thing) + 3} kilograms and stands in the hall. Nobody may touch it."


def chinese(thing: str) -> str:
    return f"俄斯特拉发的{THINGS[thing]}重{len(thing) + 3}公斤，放在大厅里，任何人都不可以碰它。"


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        lines.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)


def group_of(start: str, share: float, held_out: bool) -> str:
    return next(name for name in (f"{start}{at}" for at in range(999)) if is_held_out(name, share) == held_out)


def own_rows() -> list[dict[str, Any]]:
    """Half of the subjects are held out. Of each thing one passage answers, and another one says something else."""
    rows = []
    answer = {"style": "short", "label": "answer", "answer_en": "in the hall", "answer_zh": "大厅里"}
    none = {"style": "short", "label": "near", "answer_en": "", "answer_zh": ""}
    for at, thing in enumerate(THINGS):
        subject = group_of(f"{thing} ", 0.2, at % 2 == 1)
        where = [
            {"lang": "en", "question": f"Where is the {thing}?"},
            {"lang": "zh", "question": f"{THINGS[thing]}在哪里？"},
        ]
        price = f"A {thing} can be bought for 9 crowns.", f"九克朗买{thing}。"
        for (text_en, text_zh), asked in (((english(thing), chinese(thing)), answer), (price, none)):
            row = {"id": f"{thing}{len(rows)}", "subject": subject, "en": text_en, "zh": text_zh}
            rows.append({**row, "questions": [{**each, **asked} for each in where]})
    return rows


def public_rows() -> list[dict[str, Any]]:
    """An article to learn from, and one that is held out, in both languages."""
    rows = []
    for thing, held_out in (("kettle", False), ("ladder", True)):
        group = group_of(f"squad-{thing}", 0.1, held_out)
        contexts = [english(thing).replace("Ostrava", "Brno"), chinese(thing).replace("俄斯特拉发", "布尔诺")]
        contexts += [f"The oldest {thing} hangs in Pisek.", f"最老的{THINGS[thing]}挂在皮塞克。"]
        for lang_q, lang_p, context, answer in (
            ("en", "en", contexts[0], "in the hall"),
            ("zh", "en", contexts[0], "in the hall"),
            ("en", "en", contexts[2], "Pisek"),
            ("zh", "zh", contexts[1], "大厅里"),
            ("zh", "zh", contexts[3], "皮塞克"),
            ("zh", "zh", contexts[3], ""),
        ):
            row = {"id": f"{thing}{len(rows)}", "group": group, "lang_q": lang_q, "lang_p": lang_p, "context": context}
            start = context.index(answer) if answer else -1
            rows.append({**row, "question": f"{thing} {answer}?", "answer": answer, "start": start})
    return rows


def source_of(held_out: bool) -> str:
    return group_of("guide:guide/", 0.1, held_out).removeprefix("guide:")


def guide_rows() -> list[dict[str, Any]]:
    """A document to learn from, and one that is held out; of each a paragraph is only a label."""
    rows = []
    for source in map(source_of, (False, True)):
        pairs = [(english(thing), chinese(thing).replace("俄斯特拉发", source)) for thing in list(THINGS)[:4]]
        pairs.append((f"Install {source}.", "安装。"))
        rows += [{"source": source, "en": en.replace("Ostrava", source), "zh": zh} for en, zh in pairs]
    return rows


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Our own, public and parallel texts."""
    root = tmp_path_factory.mktemp("texts")
    found = {name: root / name for name in ("own", "public", "parallel")}
    found["own"].mkdir()
    lines = [json.dumps(row, ensure_ascii=False) for row in own_rows()]
    (found["own"] / "a.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_rows(found["public"] / "squad.jsonl.gz", public_rows())
    write_rows(found["parallel"] / "guide.jsonl.gz", guide_rows())
    sentences = [(f"Ida sold number {at}.", f"伊达卖掉了第{at}个。") for at in range(60)]
    sentences.append((sentences[0][0], "第0个已被伊达售出。"))
    pairs = [{"source": "tatoeba", "en": en, "zh": zh} for en, zh in sentences]
    write_rows(found["parallel"] / "tatoeba.jsonl.gz", pairs)
    asked = [{"source": "mkqa", "en": "who is Ida", "zh": "伊达是谁"}]
    write_rows(found["parallel"] / "mkqa-questions.jsonl.gz", asked)
    return found


@pytest.fixture(scope="module")
def texts(folders: dict[str, Path]) -> RetrievalTexts:
    return retrieval_texts(**folders)


def said(texts: RetrievalTexts, numbers: tuple[int, ...]) -> list[str]:
    return [texts.passages[at].text for at in numbers]


def test_both_versions_are_right_and_near_ones_never(texts: RetrievalTexts) -> None:
    assert {question.kind for question in texts.questions} == {"own", "public", "cross", "parallel"}
    for question in texts.questions:
        assert question.right
        assert not set(question.right) & set(question.near)
        both = {texts.passages[at].language for at in question.right}
        assert both == {"en", "zh"} if question.kind in ("own", "parallel") else len(both) == 1
        assert {texts.passages[at].language for at in question.near} <= both
    found = {question.text: question for question in texts.questions}
    assert said(texts, found["Where is the kettle?"].right) == [english("kettle"), chinese("kettle")]
    assert len(found["Where is the kettle?"].near) == 2
    assert found["kettle Pisek?"].near  # the other English one, and not what may be its Chinese twin
    assert {texts.passages[at].language for at in found["kettle Pisek?"].near} == {"en"}
    assert len(found["Ida sold number 0."].right) == 3  # translated in two ways
    assert "who is Ida" not in found
    assert not any("安装" in each.text for each in (*texts.passages, *texts.questions))


def test_a_passage_that_says_the_answer_is_not_near(tmp_path: Path) -> None:
    contexts = ["The kettle stands in Brno.", "The ladder stands in Brno, too.", "The violin is lost."]
    rows = [
        {"id": f"{at}", "group": "kettles", "lang_q": "en", "lang_p": "en", "context": context}
        | {"question": f"Where {at}?", "answer": answer, "start": context.index(answer)}
        for at, (context, answer) in enumerate(zip(contexts, ["Brno", "ladder", "lost"], strict=True))
    ]
    write_rows(tmp_path / "public/squad.jsonl.gz", rows)
    texts = retrieval_texts(tmp_path / "own", tmp_path / "public")
    found = {question.text: set(said(texts, question.near)) for question in texts.questions}
    assert found == {"Where 0?": {contexts[2]}, "Where 1?": {contexts[0], contexts[2]}, "Where 2?": {*contexts[:2]}}


def test_nothing_is_learned_from_what_is_held_out(texts: RetrievalTexts) -> None:
    shares = {"own": 0.2, "public": 0.1, "cross": 0.1, "parallel": 0.1}
    for question in texts.questions:
        assert question.held_out == is_held_out(question.group, shares[question.kind])
    for held_out in (False, True):
        for numbers in texts.numbers(held_out=held_out).values():
            assert numbers
            for question in (texts.questions[at] for at in numbers):
                assert {texts.passages[at].held_out for at in (*question.right, *question.near)} == {held_out}


def test_what_stands_in_a_held_out_group_as_well_is_not_learned_from(tmp_path: Path) -> None:
    rows = [
        {"source": source_of(held_out), "en": english("kettle"), "zh": chinese("kettle")} for held_out in (False, True)
    ]
    write_rows(tmp_path / "parallel/guide.jsonl.gz", rows)
    texts = retrieval_texts(tmp_path / "own", None, tmp_path / "parallel")
    assert [question.group for question in texts.questions] == [f"guide:{source_of(True)}"] * 2


def test_the_same_folders_give_the_same_texts(folders: dict[str, Path], texts: RetrievalTexts) -> None:
    assert retrieval_texts(**folders) == texts
    few = retrieval_texts(**folders, questions=1, rows=2)
    kinds = {kind: [sum(each.kind == kind for each in of.questions) for of in (texts, few)] for kind in KINDS}
    assert kinds["public"][1] == 1 < kinds["public"][0]
    assert kinds["cross"][1] == kinds["cross"][0] > 1  # there are few: all of them
    assert len([each for each in few.questions if each.group.startswith("tatoeba")]) <= 4


def test_max_sim_is_the_weighted_mean_of_what_each_token_finds() -> None:
    chance = np.random.default_rng(0)
    asked = [chance.normal(size=(count, 5)).astype(np.float32) for count in (3, 1)]
    read = [chance.normal(size=(count, 5)).astype(np.float32) for count in (4, 2, 0)]
    weights = [np.array([0.5, 0.3, 0.2], np.float32), np.array([1], np.float32)]
    asked, read = ([each / np.linalg.norm(each, axis=1, keepdims=True) for each in texts] for texts in (asked, read))
    found = max_sim(*([torch.from_numpy(each) for each in texts] for texts in (asked, weights, read)))
    for row, (question, weight) in enumerate(zip(asked, weights, strict=True)):
        for column, passage in enumerate(read[:2]):
            assert found[row, column] == pytest.approx(float((question @ passage.T).max(1) @ weight), abs=1e-6)
    assert found[:, 2].tolist() == pytest.approx([-1, -1])


def test_the_loss_holds_each_language_against_what_is_not_right() -> None:
    scores = torch.tensor([[0.9, 0.8, 0.7, 0.2], [0.1, 0.5, 0.4, 0.6]])
    right = torch.tensor([[True, True, False, False], [False, False, False, True]])
    languages = torch.tensor([0, 1, 0, 1])

    def loss(mine: float, others: list[float]) -> float:
        return float(np.log(sum(np.exp(each / 0.1) for each in (mine, *others))) - mine / 0.1)

    expected = [loss(0.9, [0.7, 0.2]), loss(0.8, [0.7, 0.2]), loss(0.6, [0.1, 0.5, 0.4])]
    assert float(contrast(scores, right, languages, 0.1)) == pytest.approx(np.mean(expected), abs=1e-5)


def test_of_two_right_ones_in_a_language_the_better_counts() -> None:
    scores = torch.tensor([[0.9, 0.1, 0.5]])
    right, languages = torch.tensor([[True, True, False]]), torch.tensor([0, 0, 0])
    expected = np.log(np.exp(9.0) + np.exp(5.0)) - 9.0
    assert float(contrast(scores, right, languages, 0.1)) == pytest.approx(expected, abs=1e-5)


def test_figures_are_those_of_the_rankings() -> None:
    """A stand-in whose vectors are its states: each text is one token, and points where its number says."""
    angles = {"query": [0.0, 90.0, 90.0], "passage": [10.0, 60.0, 20.0, 200.0, 100.0]}
    languages = ("en", "zh", "en", "zh", "zh")
    lower = {role: states_at(degrees) for role, degrees in angles.items()}
    passages = [PassageText(f"{at}", each, True, frozenset({f"group {at % 3}"})) for at, each in enumerate(languages)]
    asked = {"language": "en", "near": (), "held_out": True}
    questions = [
        SearchQuestion(text=f"{at}?", right=right, kind=kind, group=group, **asked)
        for at, (right, kind, group) in enumerate(
            [((0, 1), "own", "group 9"), ((2, 3), "own", "group 9"), ((2,), "cross", "group 1")]
        )
    ]

    def stand_in(states: torch.Tensor, attended: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return states, states[:, 0]

    found = list(figures(stand_in, RetrievalTexts(passages, questions), lower))  # type: ignore[arg-type]
    names, shares = ("set", "scored_by", "languages"), ("questions", "first", "five")
    told = {tuple(line[name] for name in names): [line[name] for name in shares] for line in found}
    # 10 degrees is nearest to 0, but all English passages are near to it, and 60 degrees stands out of the Chinese.
    of_each = {("own", "en-en"): [2, 0.0, 1.0], ("own", "en-zh"): [2, 0.5, 1.0]}
    # 100 and 60 degrees are nearer to 90, but in Chinese and of the question's group: they may be right.
    of_each["cross", "en-en"] = [1, 1.0, 1.0]
    assert told == {(kind, by, pair): of_each[kind, pair] for kind, pair in of_each for by in ("tokens", "whole")}


def states_at(degrees: list[float]) -> LowerStates:
    at = np.radians(degrees)
    states = np.stack([np.cos(at), np.sin(at)], axis=1).astype(np.float16)
    ones = np.ones(len(at))
    return LowerStates(states, np.arange(len(at) + 1), ones.astype(bool), ones.astype(np.float32))


TRAINED = {
    "layers.0.attention.self.query.down": torch.full((2, 3), 0.5),
    "layers.0.attention.self.query.up": torch.tensor([[1.0, -0.25], [0.5, 1.0]]),
    "layers.0.attention.output.LayerNorm.weight": torch.ones(3),
    "layers.1.intermediate.dense.up": torch.ones(4, 2),
    "layers.1.output.LayerNorm.bias": torch.zeros(3),
    "W": torch.ones(2, 3),
    "b": torch.tensor([0.1, 0.2]),
}


def test_what_ships_is_what_was_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.save({"trained": TRAINED}, tmp_path / "retriever.pt")
    monkeypatch.setattr(sys, "argv", ["export", f"{tmp_path}/retriever.pt", "--output", f"{tmp_path}/out.npz"])
    export.main()
    with np.load(tmp_path / "out.npz", allow_pickle=False) as kept:
        shipped = {name: kept[name] * kept[f"{name}.scale"] if f"{name}.scale" in kept else kept[name] for name in kept}
    expected = {
        "l10.q.down": TRAINED["layers.0.attention.self.query.down"],
        "l10.q.up": SCALE * TRAINED["layers.0.attention.self.query.up"],
        "l10.aln.w": torch.ones(3),
        "l11.fi.up": SCALE * torch.ones(4, 2),
        "l11.oln.b": torch.zeros(3),
        "tokens.w": TRAINED["W"],
        "tokens.b": TRAINED["b"],
    }
    assert {name for name in shipped if not name.endswith(".scale")} == expected.keys()
    for name, value in expected.items():
        assert shipped[name] == pytest.approx(value.numpy(), abs=0.01), name


def test_a_reader_ships_under_its_own_names_and_in_its_own_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = {
        "encoder.encoder.layer.4.attention.self.value.up": torch.ones(2, 2),
        "encoder.encoder.layer.4.output.LayerNorm.weight": torch.ones(2),
        "tokens.weight": torch.ones(5, 2),
        "tokens.bias": torch.zeros(5),
    }
    written: dict[str, set[str]] = {}
    monkeypatch.setattr(export, "write_weights", lambda path, tensors: written.update({path.name: set(tensors)}))
    for name, trained in (("reader", reader), ("retriever", TRAINED)):
        torch.save({"trained": trained}, tmp_path / f"{name}.pt")
    monkeypatch.setattr(sys, "argv", ["export", f"{tmp_path}/reader.pt"])
    export.main()
    assert written == {"reader.npz": {"l4.v.up", "l4.oln.w", "reader.w", "reader.b"}}
    monkeypatch.setattr(sys, "argv", ["export", f"{tmp_path}/retriever.pt"])
    with pytest.raises(SystemExit, match="2"):  # none ships: where to is for the caller to say
        export.main()
    assert set(written) == {"reader.npz"}


@pytest.fixture(scope="module")
def layers() -> torch.nn.ModuleList:
    """The upper layers of the model."""
    found = train_retriever.upper_layers(FROZEN)
    assert len(found) == LAYERS - FROZEN
    return found


@pytest.fixture(scope="module")
def retrievers(layers: torch.nn.ModuleList) -> Callable[[], Retriever]:
    """Makes one that has learned nothing, each time the same."""

    def made() -> Retriever:
        torch.manual_seed(0)
        return Retriever(copy.deepcopy(layers), RANK)

    return made


@pytest.fixture(scope="module")
def states(texts: RetrievalTexts, tmp_path_factory: pytest.TempPathFactory) -> dict[str, LowerStates]:
    return states_of(texts, FROZEN, tmp_path_factory.mktemp("states"))


@pytest.mark.sweep
@pytest.mark.model
def test_both_halves_are_the_model(
    texts: RetrievalTexts, states: dict[str, LowerStates], retrievers: Callable[[], Retriever], real_encoder: Any
) -> None:
    numbers = [0, 1, len(texts.passages) - 1]
    given, attended, counted = padded(states["passage"], numbers)
    with torch.no_grad():
        last = retrievers().last_states(given, attended)
        _, whole = retrievers()(given, attended)
    encoded = dict(real_encoder.encode_passages(said(texts, tuple(numbers))))
    read = real_encoder.model.read([f"passage: {text}" for text in said(texts, tuple(numbers))])
    for row in range(len(numbers)):
        own = last[row][attended[row]].numpy()
        assert np.abs(own - read[row].tokens).max() < 0.02
        assert np.linalg.norm(whole[row].numpy() - encoded[row].vector) < 0.02
        assert counted[row].sum() == len(encoded[row].tokens)
    (asked,) = real_encoder.encode_questions([texts.questions[0].text])
    assert states["query"].weights(0) == pytest.approx(asked.weights / asked.weights.sum(), abs=1e-6)


@pytest.mark.model
def test_states_are_made_anew_where_texts_or_layers_differ(tmp_path: Path, real_encoder: Any) -> None:
    told: list[str] = []

    def made(texts: list[str], layers: int) -> tuple[LowerStates, float]:
        found = lower_states(texts, "query", layers, real_encoder.model, tmp_path, told.append)
        return found, (tmp_path / "query.states.npy").stat().st_mtime_ns

    first, when = made(["Who?", "word " * 300], 1)
    assert [first.length(at) for at in range(len(first))][1] == LONGEST
    assert made(["Who?", "word " * 300], 1)[1] == when
    other, later = made(["Who?", "word " * 300], 2)
    assert later > when
    assert not np.array_equal(first.states, other.states)
    assert len(made(["Who?"], 2)[0]) == 1


@pytest.mark.sweep
@pytest.mark.model
def test_it_learns_is_kept_and_goes_on(
    texts: RetrievalTexts,
    states: dict[str, LowerStates],
    retrievers: Callable[[], Retriever],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(train_retriever, "_KEPT", 2)
    monkeypatch.setattr(train_retriever, "_SHOWN", 1)
    monkeypatch.setattr(train_retriever, "_WARMING", 2)
    schedule = Schedule(batch=8, steps=5)
    whole = retrievers()
    before = {name: value.clone() for name, value in whole.state_dict().items()}
    train(whole, texts, states, tmp_path / "whole.pt", schedule)
    changed = {name for name, value in whole.state_dict().items() if not torch.equal(value, before[name])}
    assert changed == set(whole.trained())
    out = capsys.readouterr().out
    losses = [float(each) for each in re.findall(r"tokens ([\d.]+)", out)]
    assert len(losses) == 5
    told = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    assert {(line["set"], line["scored_by"]) for line in told} >= {("own", "tokens"), ("own", "whole")}
    assert all(low <= line["first"] <= high for line in told for low, high in [line["first_interval"]])

    calls = []

    def stopped(*given: Any) -> Any:
        calls.append(given)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return loss_of(*given)

    loss_of = train_retriever.loss_of
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(train_retriever, "loss_of", stopped)
        train(retrievers(), texts, states, tmp_path / "parts.pt", schedule)
    again = retrievers()
    train(again, texts, states, tmp_path / "parts.pt", schedule)
    assert "Going on after 2 steps" in capsys.readouterr().out
    for name, value in again.trained().items():
        torch.testing.assert_close(value, whole.trained()[name], rtol=1e-4, atol=1e-6)
    with pytest.raises(KeyError, match="tensors are trained"):
        again.load({})


@pytest.mark.sweep
@pytest.mark.model
def test_the_loss_falls(
    texts: RetrievalTexts, states: dict[str, LowerStates], retrievers: Callable[[], Retriever]
) -> None:
    retriever = retrievers()
    learned = texts.numbers(held_out=False)
    questions = [each for kind in learned for each in learned[kind][:2]]
    passages = sorted({at for each in questions for at in (*texts.questions[each].right, *texts.questions[each].near)})
    retriever.begin_head(train_retriever._last_states(retriever, states))
    optimizer = torch.optim.AdamW(retriever.trained().values(), lr=2e-3)
    losses = []
    for _ in range(6):
        loss, _ = train_retriever.loss_of(retriever, texts, states, questions, passages)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]


@pytest.mark.sweep
@pytest.mark.model
def test_a_checkpoint_is_read_as_it_was_trained(
    layers: torch.nn.ModuleList, retrievers: Callable[[], Retriever]
) -> None:
    """All layers are handed over, and it takes as many of the upper ones as were trained."""
    trained = {name: torch.randn(value.shape) for name, value in retrievers().trained().items()}
    lower = [torch.nn.Identity() for _ in range(FROZEN)]
    again = Retriever.of_checkpoint(torch.nn.ModuleList([*lower, *copy.deepcopy(layers)]), trained).trained()
    assert again.keys() == trained.keys()
    assert all(torch.equal(again[name], value) for name, value in trained.items())
