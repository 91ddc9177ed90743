"""Where a visitor lets an answer be looked for: what is offered, what is asked, what is said and kept of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from records import answer_of

from corpus import ScopeError
from index import PassageIndex, Scope
from qa import Answerer, AnswerKind
from ui.chat.answer_html import answer_html
from ui.chat.calls import ChatCalls, checked_calls
from ui.chat.feedback_log import FeedbackLog
from ui.chat.markdown import turn_markdown
from ui.chat.scope_choice import ChosenScope, choices, known
from ui.chat.turns import Turn, facts, kept, recalled
from ui.html.scope_words import looked_in
from ui.html.visitor_message import visitor_messages
from ui.workspace.settings import Settings
from ui.workspace.workspace import Workplace

QUESTION = "GPT-3 有多少参数？"
Call = Callable[[Any], dict[str, Any]]


@dataclass(frozen=True)
class Text:
    """What the catalogue says of a text."""

    id: str
    title: str = ""
    date: str = ""


@pytest.fixture
def gaps() -> list[Any]:
    return []


@pytest.fixture
def calls(small_index: PassageIndex, tmp_path: Path, gaps: list[Any]) -> dict[str, Call]:
    own = ChatCalls(Answerer(small_index), lambda *gap: gaps.append(gap), FeedbackLog(tmp_path / "feedback.sqlite"))
    return {call.__name__: call for call in checked_calls(own)}


def asked(calls: dict[str, Call], question: str, **scope: Any) -> dict[str, Any]:
    sent = {
        "question": question,
        "history": [],
        "number": 1,
        "scope": {"texts": [], "language": "", "since": ""} | scope,
    }
    return dict(json.loads(json.dumps(calls["ask"](sent))))


def test_folders_and_texts_are_offered_and_found(calls: dict[str, Call]) -> None:
    found = calls["choices"]({"sought": ""})
    assert found["found"] == [
        {"name": "en", "count": 2},
        {"name": "zh", "count": 2},
        {"name": "en/clip.md", "title": "CLIP"},
        {"name": "en/models.md", "title": "Foundation models"},
        {"name": "zh/emergence.md", "title": "涌现与同质化"},
        {"name": "zh/risks.md", "title": "风险"},
    ]
    assert (found["more"], found["dated"]) == (0, False)
    for sought, names in (("涌现", ["zh/emergence.md"]), ("EN/ clip", ["en/clip.md"]), ("zh/", 3), ("zzz", [])):
        named = [each["name"] for each in calls["choices"]({"sought": sought})["found"]]
        assert named == names or len(named) == names


def test_what_a_link_names_is_known_or_not(calls: dict[str, Call]) -> None:
    names = ["zh/risks.md", "zh", "en/", "zh/gone.md", "", "/", "..", "e", "<b>x</b>", "zh"]
    assert calls["known"]({"texts": names}) == {"known": ["zh/risks.md", "zh", "en/", "zh"]}
    assert calls["known"]({"texts": ["ZH/Risks.md", "EN"]}) == {"known": ["ZH/Risks.md", "EN"]}
    assert calls["known"]({"texts": []}) == {"known": []}
    for wrong in (["x" * 1_001], ["x"] * 101, "zh", [7], None):
        assert "hint" in calls["known"]({"texts": wrong})
    decomposed = [Text("e\u0301/tude.md", "Étude", "")]
    assert known(decomposed, ["\u00e9", "\u00e9/tude.md", "e/tude.md"]) == ["\u00e9", "\u00e9/tude.md"]


def test_of_very_many_texts_the_first_are_offered() -> None:
    texts = [Text(f"{number % 3}/{number:05}.md", "Salt", "2021" if number == 700 else "") for number in range(1000)]
    offered = choices(texts, "")
    assert (len(offered["found"]), offered["more"], offered["dated"]) == (100, 903, True)
    assert [each["name"] for each in offered["found"][:4]] == ["0", "1", "2", "0/00000.md"]
    assert [each["name"] for each in choices(texts, "00999")["found"]] == ["0/00999.md"]


def test_only_what_was_chosen_is_asked_and_told(calls: dict[str, Call], gaps: list[Any]) -> None:
    whole = calls["ask"]({"question": QUESTION, "history": [], "number": 1})  # as an older page asks
    assert whole["turn"]["answer"]["kind"] == "answered"
    assert "looked" not in whole["reply"]
    part = asked(calls, QUESTION, texts=["zh"])
    assert part["turn"]["answer"]["kind"] != "answered"
    assert part["turn"]["answer"]["scope"] == {"texts": ["zh"], "language": "", "since": ""}
    assert '<p class="looked">只在这些内容里查找：zh</p>' in part["reply"]
    assert "*只在这些内容里查找：zh*" in part["markdown"]
    assert gaps == []  # another text may answer it
    again = calls["restore"]([part["turn"]])["turns"][0]
    assert (again["reply"], again["markdown"]) == (part["reply"], part["markdown"])


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ({"texts": ["nowhere.md"]}, "索引里没有名为 nowhere.md 的文本或文件夹。"),
        ({"language": "fr"}, "这里没有“fr”这种语言。"),
        ({"since": "2021-13"}, "“2021-13”不是日期。"),
        ({"since": "2021"}, "要查找的文本都没有写日期。"),
        ({"texts": ["en"], "language": "zh"}, "要查找的文本里没有这种语言的内容。"),
        ({"texts": ["/"]}, "要查找的文本名是空的。"),
        ({"texts": ["<b>x</b>"]}, "没有名为 &lt;b&gt;x&lt;/b&gt; 的"),
    ],
)
def test_what_holds_nothing_is_told_in_the_language_of_the_question(
    calls: dict[str, Call], capsys: pytest.CaptureFixture[str], scope: dict[str, Any], said: str
) -> None:
    reply = asked(calls, QUESTION, **scope)
    assert reply["turn"]["answer"] is None
    assert said in reply["reply"]
    assert capsys.readouterr().err == ""  # a visitor's choice is nothing for our log


@pytest.mark.parametrize(
    "scope",
    [
        7,
        {"texts": "en"},
        {"texts": [7]},
        {"texts": ["x"] * 101},
        {"texts": ["x" * 1001]},
        {"since": "2" * 41},
        {"language": 7},
    ],
)
def test_what_no_chooser_of_ours_sends_is_refused(calls: dict[str, Call], scope: Any) -> None:
    assert "hint" in calls["ask"]({"question": QUESTION, "history": [], "number": 1, "scope": scope})


@pytest.mark.parametrize("sent", [None, {}, {"sought": 7}, {"sought": "x" * 1001}, "x"])
def test_what_no_search_of_ours_sends_is_refused(calls: dict[str, Call], sent: Any) -> None:
    assert "hint" in calls["choices"](sent)


@pytest.mark.parametrize("name", ["x" * 5_000, "a\0b", "\ud800"])
def test_a_name_that_no_file_can_have_is_one_of_the_index(texts: Path, name: str) -> None:
    place = Workplace(Settings(), (str(texts),), "")
    assert place.scope([name]).texts == (name,)
    assert place.scope([str(texts / "en")]).texts == ("en",)


def test_suggestions_are_answered_by_what_was_chosen(calls: dict[str, Call], monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Scope] = []

    def answers(self: Answerer, question: str, scope: Scope) -> bool:
        tried.append(scope)
        return True

    monkeypatch.setattr(Answerer, "answers", answers)
    for scope in (Scope(("en/models.md", "zh")), Scope()):
        tried.clear()
        reply = asked(calls, "How many parameters has GPT-3?", texts=list(scope.texts))
        assert calls["suggest"]([reply["turn"]])["questions"]
        assert set(tried) == {scope}


def test_turns_that_were_kept_before_there_were_scopes_are_of_everything() -> None:
    turn = Turn("Why?", kept(answer_of("So.")))
    (old,) = facts((turn,))
    del old["answer"]["scope"]
    assert recalled([old]) == (turn,)


@pytest.mark.parametrize(
    ("scope", "en", "zh"),
    [
        (Scope(), "", ""),
        (Scope(("a", "b.md")), "a, b.md", "a、b.md"),
        (Scope(language="zh"), "中文", "中文"),
        (Scope(("a",), "en", "2021-08"), "a · English · since 2021-08", "a · English · 2021-08 以来"),
        (Scope(tuple("abcdefg")), "a, b, c, d, e, 2 more", "a、b、c、d、e、另有 2 个"),
    ],
)
def test_a_scope_is_named_in_words(scope: Scope, en: str, zh: str) -> None:
    expected = (f"Looked only in: {en}", f"只在这些内容里查找：{zh}") if scope else ("", "")
    assert (looked_in(scope, "en"), looked_in(scope, "zh")) == expected
    assert looked_in(ChosenScope.of(scope), "en") == expected[0]


def test_where_nothing_answers_it_is_told_how_many_texts_were_left_out_without_a_date() -> None:
    vain = replace(answer_of("So."), kind=AnswerKind.NOT_IN_TEXTS, citations=(), scope=Scope(since="2021"))
    told = "Looked only in: since 2021 · Texts that name no date, and were left out: 14."
    for answer, said in ((kept(vain, undated=14), told), (kept(vain), "Looked only in: since 2021")):
        assert f'<p class="looked">{said}</p>' in answer_html(answer, 1)
        assert f"*{said}*" in turn_markdown(Turn("Why?", answer))
        assert recalled(facts((Turn("Why?", answer),)))[0].answer == answer
    answered = replace(vain, kind=AnswerKind.ANSWERED)
    assert "left out" not in answer_html(kept(answered, undated=14), 1)
    chinese = replace(vain, language="zh")
    assert "没有写日期、因此没有查找的文本：14 篇。" in answer_html(kept(chinese, undated=14), 1)


def test_names_are_no_markup() -> None:
    answer = replace(answer_of("So."), scope=Scope(("<b>*x*</b>",)))
    assert "&lt;b&gt;*x*&lt;/b&gt;" in answer_html(kept(answer), 1)
    assert "\\<b\\>\\*x\\*\\</b\\>" in turn_markdown(Turn("Why?", kept(answer)))


@pytest.mark.parametrize(
    "kind", ["unknown", "old", "undated", "language", "empty", "no_language", "no_date", "no_name"]
)
def test_every_kind_of_mistake_has_its_words(kind: str) -> None:
    values = {"name": "a", "near": "b", "since": "2021", "newest": "2020", "undated": 1}
    said = visitor_messages(ScopeError("…", kind, **values))
    assert set(said) == {"en", "zh"}
    assert said["en"] != said["zh"]
