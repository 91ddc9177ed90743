"""Headings become questions, or nothing: none is offered as it stands."""

from pathlib import Path
from typing import Any, cast

import pytest
from fake_reader import FakeReader
from records import term_of

from corpus import BUILT_IN_TEXTS, load_documents, load_glossary, split
from index import PassageIndex, Scope, update_index
from index.storage.scope import EVERYTHING
from qa import Answerer
from ui.chat.calls import ChatAnswerer
from ui.chat.first_questions import first_questions
from ui.chat.section_questions import section_question, term_question
from ui.html.breadcrumbs import last_heading
from ui.server.site import assemble_page
from ui.workspace.settings import Settings
from ui.workspace.subject import subject_of
from ui.workspace.workspace import Workplace

GLOSSARY = (
    term_of("attention", "注意力", "A weight.", "一种权重。"),
    term_of("BERT", "BERT", "A model.", "一种模型。"),
)
TEXT = "Dogs bark. A dog called Rex barks, as Rex does. The training of dogs, and costs of it."
ABOUT = "What do the texts say about {}?"


@pytest.mark.parametrize(
    ("heading", "asked"),
    [
        ("Why dogs are loud", "Why are dogs loud?"),
        ("What a dog is", "What is a dog?"),
        ("What dogs are good for", "What are dogs good for?"),
        ("How Rex barks at night", "Can you tell me how Rex barks at night?"),
        ("Who feeds the dogs", "Who feeds the dogs?"),
        ("What made it loud", "What made it loud?"),
        ("How loud must a dog be?", "How loud must a dog be?"),
        ("Training of dogs", ABOUT.format("training of dogs")),
        ("Rex and other dogs", ABOUT.format("Rex and other dogs")),
        ("The breeds at a glance", "Which breeds do the texts name?"),
        ("From wolf to dog", ABOUT.format("the way from wolf to dog")),
        ("BARK: many sounds, one voice", "What is BARK?"),
        ("Rex, a dog of ours", "What is Rex?"),
        ("Food", "What does “All about dogs” say about food?"),
        ("1.2 **Training** of dogs {#train}", ABOUT.format("training of dogs")),
        ("Attention", "What does “attention” mean?"),
        ("BERT", "What is BERT?"),
        ("History", "What is the history of all about dogs?"),
        # What makes no question alone.
        ("Was it loud?", ""),
        ("Who barks", ""),
        ("Why this name", ""),
        ("An old dog with new tricks?", ""),
        ("Delivered straight to the kennel", ""),
        ("Louder, faster, wider", ""),
        ("References", ""),
        ("Table of contents", ""),
        ("2021", ""),
        ("— ✓ —", ""),
        ("", ""),
        ("标题", ""),
        ("dogs " * 20, ""),
    ],
)
def test_an_english_heading(heading: str, asked: str) -> None:
    assert section_question(heading, "All about dogs", TEXT, "en", GLOSSARY) == asked


@pytest.mark.parametrize(
    ("heading", "asked"),
    [
        ("为什么狗会叫", "为什么狗会叫？"),
        ("狗怎样认路？", "狗怎样认路？"),
        ("什么是狗", "什么是狗？"),
        ("2022 年改变了什么", "2022 年改变了什么？"),
        ("训练狗要花多少钱", "训练狗要花多少钱？"),
        ("狗的训练方法", "关于狗的训练方法，资料中怎么说？"),
        ("常见犬种一览", "资料中提到了哪些常见犬种？"),
        ("三个犬种一览", "资料中提到了哪三个犬种？"),
        ("从狼到狗", "从狼到狗是怎样发展的？"),
        ("食物：肉与骨头", "关于食物，《狗的一切》中怎么说？"),
        ("Rex：我们的狗", "什么是 Rex？"),
        ("1. 狗的训练方法", "关于狗的训练方法，资料中怎么说？"),
        ("注意力", "什么是注意力？"),
        ("历史", "狗的一切有怎样的历史？"),
        ("风险", "狗的一切有哪些风险？"),
        # What makes no question alone.
        ("谁在叫", ""),
        ("有没有上限", ""),
        ("门槛降低了", ""),
        ("狗老了，路要慢走", ""),
        ("更大、更快", ""),
        ("旧瓶装新酒？", ""),
        ("2021 年：许多新狗", ""),
        ("参考文献", ""),
    ],
)
def test_a_chinese_heading(heading: str, asked: str) -> None:
    assert section_question(heading, "狗的一切", "狗会叫。", "zh", GLOSSARY) == asked


@pytest.mark.parametrize(
    ("title", "language", "asked"),
    [
        ("What is a dog?", "en", "What is the history of a dog?"),
        ("What a dog is", "en", "What is the history of a dog?"),
        ("Dogs", "en", "What is the history of dogs?"),
        ("Rex", "en", "What is the history of Rex?"),
        ("Why do dogs bark?", "en", "What does “Why do dogs bark?” say about history?"),
        ("什么是狗", "zh", "狗有怎样的历史？"),
        ("狗是什么？", "zh", "狗有怎样的历史？"),
        ("狗为什么叫？", "zh", "关于历史，《狗为什么叫？》中怎么说？"),
    ],
)
def test_a_general_heading_is_asked_of_what_the_title_names(title: str, language: str, asked: str) -> None:
    heading = {"en": "History", "zh": "历史"}[language]
    assert section_question(heading, title, f"{TEXT} dogs", language, ()) == asked


@pytest.mark.slow
def test_of_the_built_in_texts_no_heading_is_offered_as_it_stands() -> None:
    glossary = load_glossary(BUILT_IN_TEXTS)
    headings, asked = set(), set()
    for document in load_documents():
        for passage in split(document):
            if heading := last_heading(passage.heading):
                headings.add(heading)
                asked.add(section_question(heading, passage.title, document.text, passage.language, glossary))
    assert all(each.endswith(("?", "？")) for each in asked - {""})
    assert len(asked) > 0.8 * len(headings)
    assert {each for each in headings & asked if not each.endswith(("?", "？"))} == set()


def test_a_term_is_asked_for_by_its_name() -> None:
    assert term_question(GLOSSARY[0], "en") == "What does “attention” mean?"
    assert term_question(GLOSSARY[0], "zh") == "什么是注意力？"


class AskedInVain:
    """Knows the texts of an index, and answers no question that holds ``unknown``."""

    glossary = ()

    def __init__(self, passages: PassageIndex, unknown: str = "") -> None:
        self.passages, self.unknown, self.asked = passages, unknown, list[str]()

    def answers(self, question: str, scope: Scope = EVERYTHING) -> bool:
        self.asked.append(question)
        return not self.unknown or self.unknown not in question


def test_own_texts_begin_with_questions_that_they_answer(tmp_path: Path, fake_encoder: Any) -> None:
    headings = {"boiler": "Care of the boiler", "roof": "Leaks in the roof", "bees": "Winter food of bees", "plain": ""}
    texts = tmp_path / "own"
    texts.mkdir()
    for name, heading in headings.items():
        said = f"## {heading}\n\nIt is done in May. 🐝\n" if heading else "No heading here.\n"
        (texts / f"{name}.md").write_text(f"# {name}\n\n{said}", encoding="utf-8")
    (texts / "锅炉.md").write_text("# 锅炉\n\n## 锅炉的保养\n\n每年五月做一次。\n", encoding="utf-8")
    update_index(tmp_path / "index", load_documents(texts), fake_encoder)
    passages = PassageIndex.open(tmp_path / "index", fake_encoder)
    offered = first_questions(cast(ChatAnswerer, AskedInVain(passages, unknown="bees")))
    assert [language for _, language in offered] == ["zh", "en", "en"]
    assert [question for question, _ in offered][1:] == [
        ABOUT.format("care of the boiler"),
        ABOUT.format("leaks in the roof"),
    ]
    assert "锅炉的保养" in offered[0][0]
    assert first_questions(cast(ChatAnswerer, AskedInVain(passages, unknown=""))) != offered
    in_vain = AskedInVain(passages, unknown=" ")
    assert first_questions(cast(ChatAnswerer, in_vain)) == offered[:1]
    assert len(in_vain.asked) == 4


@pytest.mark.parametrize(
    ("own", "shown"), [(False, "Ask about foundation models"), (True, "Ask your texts")], ids=["built-in", "own"]
)
def test_the_page_speaks_of_the_texts_that_it_has(
    texts: Path, small_index: PassageIndex, monkeypatch: pytest.MonkeyPatch, own: bool, shown: str
) -> None:
    made: list[str] = []
    monkeypatch.setattr("ui.chat.view.gr.HTML", lambda value, **_: made.append(value))
    place = Workplace(Settings(), (str(texts),) if own else (), str(small_index.folder) if own else None)
    assert ("texts" in subject_of(place)) == own
    assemble_page(place, Answerer(small_index, FakeReader("175"))).views[0].mount()
    assert shown in made[0]
    assert ("What is a foundation model?" in made[0]) is not own
