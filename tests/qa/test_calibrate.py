"""How sure answers of a reader are is fitted to questions of whole folders of texts."""

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_reader import FakeReader

from corpus import Document, Term
from qa.confidence import Confidence
from qa.read_evidence import ANSWER_FEATURES, PASSAGE_FEATURES
from qa.training import answered_pools, calibrate
from qa.training.asked_pools import Pool, PoolQuestion

LAKES = ("Ada", "Bodo", "Cleo", "Dora", "Emil", "Fritz", "Gerd", "Hilde", "Ida", "Jan", "Karla", "Lotte")
TERM = Term({"en": "tide", "zh": "潮汐"}, {"en": "Water that comes and goes.", "zh": "涨落的水。"})


@pytest.fixture(scope="module")
def pool() -> Pool:
    texts = {f"{name}.md": f"Lake {name} is {at + 3} metres deep. 🎉" for at, name in enumerate(LAKES)}
    documents = [Document(place, place, "", text) for place, text in texts.items()]

    def asked(question: str, language: str, group: str, **more: Any) -> PoolQuestion:
        label = "answer" if more["gold"] else "near"
        return PoolQuestion(question=question, language=language, label=label, group=group, **more)

    questions = []
    for name in LAKES:
        gold = {f"{name}.md": [(0, len(texts[f"{name}.md"]))]}
        questions += [
            asked(f"How deep is Lake {name}?", "en", name, gold=gold),
            asked(f"{name} 湖有多深？", "zh", name, gold=gold),
            asked(f"Who dug Lake {name}?", "en", name, gold={}),
            asked(f"谁挖了 {name} 湖？", "zh", name, gold={}),
        ]
    defined = [asked(f"What is a {TERM.names['en']}?", "en", "tide", gold={"glossary.en": [(0, 90)]}, term=TERM)]
    return Pool("lakes", documents, [*questions, *defined, asked("Hello!", "en", "none", gold={})], (TERM,))


@pytest.fixture(scope="module")
def seen(pool: Pool, fake_encoders: Any) -> list[answered_pools.Seen]:
    with pytest.MonkeyPatch.context() as patch:  # nothing of that kind is fitted to the fake encoder
        patch.setattr("qa.read_evidence.asks_for_definition", lambda query, names: 0.9)
        return answered_pools.look([pool], fake_encoders(), FakeReader("deep", TERM.definitions["en"]))


def test_every_question_is_asked_and_right_is_what_holds_its_answer(
    pool: Pool, seen: list[answered_pools.Seen]
) -> None:
    assert [each.asked for each in seen] == pool.questions[:-1], "small talk is no question"
    for each in seen:
        assert each.evidence.shape == (len(each.quotes), len(PASSAGE_FEATURES))
        held = [quote.passage.document_id in each.asked.gold for quote in each.quotes]
        assert each.right.tolist() == held
    (defined,) = (each for each in seen if each.asked.term)
    assert (defined.evidence[:, PASSAGE_FEATURES.index("definition")] > 0).tolist() == defined.right.tolist()
    assert sum(defined.right) == 1


def test_a_definition_that_holds_what_is_asked_for_answers(fake_encoders: Any) -> None:
    text = Document("sea.md", "Sea", "", "The sea is deep, and its water comes and goes.")
    asked = PoolQuestion(
        question="What is a tide?",
        language="en",
        label="answer",
        group="sea",
        gold={"sea.md": [(0, len(text.text))]},
        facts=(re.compile("comes and goes"),),
    )
    (seen,) = answered_pools.look([Pool("sea", [text], [asked], (TERM,))], fake_encoders(), FakeReader("comes"))
    assert seen.right.tolist() == [True, True]
    other = replace(asked, facts=(re.compile("twice a day"),))
    (seen,) = answered_pools.look([Pool("sea", [text], [other], (TERM,))], fake_encoders(), FakeReader("comes"))
    assert seen.right.tolist() == [True, False]


def test_what_is_fitted_tells_right_answers_from_others(seen: list[answered_pools.Seen]) -> None:
    facts: Any
    facts, (line,) = calibrate.calibrate(seen)
    assert tuple(facts["passage"]["features"]) == PASSAGE_FEATURES
    assert tuple(facts["answer"]["features"]) == ANSWER_FEATURES
    passage = Confidence(**facts["passage"])
    right, others = (
        np.mean([passage.of(row) for each in seen for row in each.evidence[each.right == kind]]) for kind in (1, 0)
    )
    assert right > 2 * others
    assert line["questions"] == len(seen)
    assert line["three"] == "1.000 (1.000 to 1.000)"
    assert 0.9 < float(str(line["first"]).split()[0]) <= 1, line


def test_what_was_found_is_fitted_to_anew_without_asking(
    seen: list[answered_pools.Seen], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "seen.pickle"
    monkeypatch.setattr(answered_pools, "own_pools", list)
    monkeypatch.setattr(answered_pools, "built_in_pool", lambda: Pool("built-in", [], []))
    monkeypatch.setattr(answered_pools, "term_pool", lambda: Pool("terms", [], []))
    monkeypatch.setattr(answered_pools, "open_reader", lambda *_: FakeReader())
    monkeypatch.setattr(answered_pools, "look", lambda *_: seen)
    said = []
    for time in ("asked", "kept"):
        output = tmp_path / f"{time}.json"
        monkeypatch.setattr(sys, "argv", ["calibrate", "--seen", str(kept), "--output", str(output)])
        calibrate.main()
        said.append((capsys.readouterr().out, json.loads(output.read_text(encoding="utf-8"))))
        monkeypatch.setattr(answered_pools, "look", lambda *_: pytest.fail("it was asked before"))
    assert said[0] == said[1]
    assert kept.stat().st_size < 1_000_000
    (tmp_path / "other").write_bytes(b"{}")
    monkeypatch.setattr(answered_pools, "own_pools", lambda: [Pool("own", [Document("a.md", "A", "", "A kite.")], [])])
    for file, output, told in (
        ("seen.pickle", "never.json", "was kept of another reader"),
        ("other", "never.json", "is nothing that was kept here"),
        (".", "never.json", "is nothing that was kept here"),
        ("none/seen", "never.json", "none/seen cannot be written: No such file"),
        ("seen.pickle", "none/never.json", "never.json cannot be written: No such file"),
    ):
        place = [str(tmp_path / each) for each in (file, output)]
        monkeypatch.setattr(sys, "argv", ["calibrate", "--seen", place[0], "--output", place[1]])
        with pytest.raises(SystemExit, match=told):
            calibrate.main()
    assert not (tmp_path / "never.json").exists()
