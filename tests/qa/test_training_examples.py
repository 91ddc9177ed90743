"""What a reader learns from: each question beside the passages that the program makes of a text."""

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest

from qa.training.examples import Asked, Read, for_training, is_held_out, own_questions, public_questions

EN = "The mill was built in 1871. It has four sails.\n\n## Today\n\nA museum since 1990, it opens on Sundays."
ZH = "磨坊建于1871年。它有四片风帆。\n\n## 如今\n\n1990年起是博物馆，星期日开放。"


def row(**more: Any) -> dict[str, Any]:
    questions = [
        {"lang": "en", "style": "short", "question": "When does it open?", "label": "answer", "answer_en": "on Sundays",
         "answer_zh": "星期日"},
        {"lang": "zh", "style": "short", "question": "谁建的？", "label": "near", "answer_en": "", "answer_zh": ""},
    ]  # fmt: skip
    return {"id": "x1", "subject": "a mill", "form": "prose", "en": EN, "zh": ZH, "questions": questions, **more}


def asked_of(tmp_path: Path, *rows: dict[str, Any]) -> list[Asked]:
    lines = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in rows)
    (tmp_path / "x.jsonl").write_text(lines, encoding="utf-8")
    return list(own_questions(tmp_path))


def test_a_question_is_asked_of_the_passages_of_each_language(tmp_path: Path) -> None:
    found = asked_of(tmp_path, row())
    assert [(each.question, each.label) for each in found] == [
        ("When does it open?", "answer"),
        ("谁建的？", "near"),
        ("When does it open?", "answer"),
        ("谁建的？", "near"),
    ]
    for each in found:
        answers = [read.text[slice(*read.answer)] for read in each.passages if read.answer[0] >= 0]
        assert answers == ([] if each.label == "near" else ["on Sundays"] if "Sunday" in str(each) else ["星期日"])
        assert len(each.passages) == 2
        assert each.group == "a mill"
    assert "Today" in found[0].passages[1].before + found[0].passages[1].text


def test_an_answer_that_no_passage_holds_whole_is_not_asked_for(tmp_path: Path) -> None:
    questions = [{**row()["questions"][0], "answer_en": EN[20:90], "answer_zh": "1871年"}]
    assert [each.passages[0].text[:2] for each in asked_of(tmp_path, row(questions=questions))] == ["磨坊"]


def test_public_questions_are_read_likewise(tmp_path: Path) -> None:
    rows = [
        {"id": "1", "group": "g", "lang_q": "en", "lang_p": "en", "question": "When?", "context": EN,
         "answer": "1871", "start": EN.index("1871")},
        {"id": "2", "group": "g", "lang_q": "zh", "lang_p": "en", "question": "谁？", "context": EN, "answer": "",
         "start": -1},
    ]  # fmt: skip
    path = tmp_path / "set.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.writelines(json.dumps(each, ensure_ascii=False) + "\n" for each in rows)
    found = {each.question: each for each in public_questions(path, 10)}
    assert [read.text[slice(*read.answer)] for read in found["When?"].passages if read.answer[0] >= 0] == ["1871"]
    assert (found["谁？"].label, found["谁？"].answered) == ("near", False)
    assert len(public_questions(path, 1)) == 1


@pytest.mark.parametrize("seed", range(20))
def test_what_is_learned_from_keeps_its_answer_or_loses_it_whole(tmp_path: Path, seed: int) -> None:
    asked = asked_of(tmp_path, row())[0]
    other = Read("", "Something else.")
    learned = for_training(asked, [other], random.Random(seed))
    assert for_training(asked, [other], random.Random(seed), made=False).label == "answer"
    right = [read for read in learned.passages if read.answer[0] >= 0]
    assert [read.text[slice(*read.answer)] for read in right] == ["on Sundays"]
    wrong = [read for read in learned.passages if read.answer[0] < 0]
    assert wrong
    assert all("on Sundays" not in read.text for read in wrong)
    assert "when does it open" in learned.question.lower()
    assert learned.label == "answer"


def test_subjects_are_held_out_for_good() -> None:
    subjects = [f"subject {number}" for number in range(2000)]
    held = [each for each in subjects if is_held_out(each, 0.2)]
    assert 0.17 < len(held) / len(subjects) < 0.23
    assert held == [each for each in subjects if is_held_out(each, 0.2)]
    assert {each for each in subjects if is_held_out(each, 0.1)} < set(held)


def of_falcons(question: str, language: str) -> Asked:
    text = "The Falcon 2 flew in 1994 from Kourou." if language == "en" else "猎鹰 Falcon 2 于1994年在库鲁起飞。"
    start = text.index("1994")
    read = Read("", text, (start, start + 4), ((0, len(text)),))
    return Asked(question=question, language=language, label="answer", group="rockets", passages=(read,))


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("When did the Falcon 2 fly from Kourou?", "en"),
        ("Falcon 2 是什么时候起飞的？", "zh"),
        ("它1994年飞了吗？", "zh"),
    ],
)
def test_a_question_about_another_one_is_not_answered(question: str, language: str) -> None:
    other = Read("", "Later the Albatross went up from Esrange.")
    chance = random.Random(0)
    learned = [for_training(of_falcons(question, language), [other], chance) for _ in range(200)]
    changed = [each for each in learned if each.label == "near"]
    assert 5 < len(changed) < 60
    for each in changed:
        assert not each.answered
        assert question not in each.question
    assert all(each.answered for each in learned if each.label == "answer")


def test_a_passage_may_have_lost_what_answers() -> None:
    text = "The mill has four sails. It was built in 1871. It is closed."
    start = text.index("1871")
    units = ((0, 24), (25, 46), (47, len(text)))  # its sentences
    read = Read("", text, (start, start + 4), units)
    asked = Asked(question="When?", language="en", label="answer", group="mills", passages=(read,))
    learned = [for_training(asked, [], random.Random(seed)) for seed in range(40)]
    bare = {each.text for one in learned for each in one.passages if each.answer[0] < 0 and len(one.passages) > 1}
    assert bare == {"The mill has four sails. It is closed."}
