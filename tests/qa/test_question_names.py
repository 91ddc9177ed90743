"""What a question names is told from how it begins, and found however it is written."""

import random

import pytest

from corpus import Document
from qa.question_names import is_shouted, names_asked_for, words_and_names
from qa.training.asked_pools import Pool, PoolQuestion, with_invented_names
from qa.training.examples import Asked, Read, for_training
from qa.training.han_names import HanNames


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How heavy is the Tern-5?", ["tern5"]),
        ("How heavy is the tern 5?", ["5"]),  # it may be five terns
        ("How heavy is the Tern 5?", ["tern5"]),
        ("tern5多重", ["tern5"]),
        ("ＴＥＲＮ－５有多重？🙂", ["tern5"]),
        ("Tern 5 是谁做的", ["tern5"]),
        ("Was the Tern-2.5b built in 1994?", ["tern2.5b", "1994"]),
        ("In 1994, what did the HMS Lark weigh?", ["1994", "hms", "lark"]),
        ("Hello, who are you? What is it?", []),
        ("WHAT DOES THE LARK WEIGH? TERN-5?", ["tern5"]),
        ("What Does The Lark Weigh?", []),
        ("Lark or Tern?", ["tern"]),
        ("wHAT dOES tHE lARK wEIGH?", []),
        ("Who made HMS Lark?", ["hms", "lark"]),
        ("你好，这是什么？", []),
        ("它占 50% 还是 3,000 份？", ["50%", "3,000"]),
        ("云雀和 PaX 谁重？", ["pax"]),
    ],
)
def test_names_and_numbers_are_found(question: str, expected: list[str]) -> None:
    assert [" ".join(sorted(name.words)) for name in names_asked_for(question)] == expected


@pytest.mark.parametrize(
    ("question", "shouted"),
    [
        ("HOW HEAVY IS IT?", True),
        ("hOW HEAVY IS THE TERN?", True),
        ("How Heavy Is It?", False),
        ("How heavy is it?", False),
        ("CLIP?", False),
        ("CLIP 是什么？", False),
        ("多重？", False),
    ],
)
def test_capitals_throughout_are_told(question: str, shouted: bool) -> None:
    assert is_shouted(question) is shouted


@pytest.mark.parametrize("text", ["The Tern-5 flies.", "TERN 5 会飞。", "tern5，六吨", "Ｔｅｒｎ－５"])
def test_a_name_is_held_however_it_is_written(text: str) -> None:
    (name,) = names_asked_for("How heavy is the Tern-5?")
    assert name.words <= words_and_names(text)


@pytest.mark.parametrize(
    "text", ["The Tern-4 flies.", "The Tern-5.1 and the Stern-5.", "Tern-55, 5 terns", "第 5 只燕鸥"]
)
def test_another_version_is_another_name(text: str) -> None:
    (name,) = names_asked_for("Tern-5 多重？")
    assert not name.words <= words_and_names(text)


def test_questions_of_a_pool_are_asked_of_what_no_text_holds() -> None:
    text = "The Tern-5 by Ada Lark weighs 60 t."
    gold = {"en/tern.md": [(8, 12)]}
    asked = [
        PoolQuestion(question=question, language="en", label="answer", group="tern", gold=gold)
        for question in ("What did Lark make?", "What does it weigh?", "Does the Tern-5 weigh 60 t?")
    ]
    unanswered = PoolQuestion(question="Where is the Tern-5?", language="en", label="near", group="tern", gold={})
    (pool,) = with_invented_names([Pool("p", [Document("en/tern.md", "Tern", "", text)], [*asked, unanswered])])
    assert pool.questions[:4] == [*asked, unanswered]
    made = pool.questions[4:]
    assert sorted(each.question.split()[0] for each in made) == ["Does", "What"]
    for each in made:
        assert (each.label, each.gold, each.group) == ("invented", {}, "tern")
        assert each.question not in {one.question for one in asked}
    (one,) = with_invented_names([Pool("p", pool.documents, asked)], most=1)
    assert len(one.questions) == 4


def zh(group: str, question: str, text: str) -> Asked:
    read = Read("", text, (0, 2), ((0, len(text)),))
    return Asked(question=question, language="zh", label="answer", group=group, passages=(read,))


def test_names_without_capitals_are_exchanged_as_well() -> None:
    questions = [
        zh("reservoir", "清溪水库什么时候建成的？", "清溪水库建于1958年，什么时候都可以钓鱼。"),
        zh("tower", "望江楼什么时候建成的？", "望江楼高三十米，什么时候都可以参观。"),
    ]
    names = HanNames(questions)
    assert [each.question[slice(*span)] for each in questions for span in names.within(each)] == ["清溪水库", "望江楼"]
    learned = [for_training(questions[0], [], random.Random(seed), names) for seed in range(60)]
    other = [each for each in learned if each.label == "near"]
    assert other
    assert all("望江楼什么时候" in each.question and not each.answered for each in other)
