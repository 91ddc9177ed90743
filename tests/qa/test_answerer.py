"""Questions become answers made of exact quotes, or an honest "not in the texts"."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus import EncoderError, load_documents
from index import PassageIndex, update_index
from qa import Answer, Answerer, AnswerKind
from qa.confidence import shipped_confidence

Build = Callable[[dict[str, str]], Answerer]

NOT_IN_THE_TEXTS = {
    "en": "The texts do not say. Nothing in them answers this question.",
    "zh": "资料中没有提到：没有找到能回答这个问题的内容。",
}
NEAREST = {
    "en": "The texts do not say exactly this; nearest is what is quoted below. It may not answer the question.",
    "zh": "资料中没有直接说到这一点；最接近的是下面引用的内容，不一定能回答这个问题。",
}
HOSTILE = (
    "\"'<script>alert(1)</script> {{7*7}} ${x} [1] [a](javascript:b) %s \\1 \x1b[31m ../../etc/passwd; DROP TABLE x"
)
WORDLESS = ["😀", "🙂🚀🚀", "???", "。。。", "“”", "\x00", "\u200b\u202e", "—", "\ufeff"]


HOSTILE_QUESTIONS = [
    "x" * 10_000,
    "基础模型" * 2_500,
    "how many parameters " * 500,
    "😀 How many parameters has GPT-3? 🚀",
    "ＧＰＴ－３有多少参数？",
    "GPT-3的参数量 how many",
    HOSTILE,
    f"How many parameters has GPT-3? {HOSTILE}",
    "How many\r\nparameters\x00has\u2028GPT-3?",
    "\ud800 a lone half of a character",
    "e\u0301" * 200,
    "的",
]
UNRELATED = [
    "Who won the chess game on Mars?",
    "火星上的象棋比赛谁赢了？",
    "How do I bake sourdough bread?",
    "怎样腌制酸菜？",
]


@pytest.fixture
def answerer(small_index: PassageIndex) -> Answerer:
    return Answerer(small_index)


@pytest.fixture
def build(tmp_path: Path, fake_encoder: Any) -> Build:
    """Builds an answerer over texts of its own."""

    def over(texts: dict[str, str]) -> Answerer:
        for name, text in texts.items():
            path = tmp_path / "own" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        update_index(tmp_path / "own-index", load_documents(tmp_path / "own"), fake_encoder)
        return Answerer(PassageIndex.open(tmp_path / "own-index", fake_encoder))

    return over


def assert_sound(answer: Answer, question: str) -> None:
    """What holds for every answer, whatever was asked."""
    assert answer.question == question
    assert answer.language in ("en", "zh")
    assert answer.seconds >= 0
    assert answer.answered == bool(answer.citations)
    assert len(answer.citations) <= 3
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    for citation in answer.citations:
        assert citation.document.text[citation.start : citation.end] == citation.quote
        assert citation.document.id == citation.passage.document_id
        assert citation.passage.start <= citation.start < citation.end <= citation.passage.end
        assert citation.quote == citation.quote.strip() != ""
        assert 0 <= citation.score <= 1
    assert len({(citation.document.id, citation.start) for citation in answer.citations}) == len(answer.citations)
    assert 0 <= answer.confidence <= 1
    assert not (answer.answered and answer.related)
    assert [related.number for related in answer.related] == list(range(1, len(answer.related) + 1))
    for related in answer.related:
        assert related.document.text[related.start : related.end] == related.quote != ""
    assert answer.related or answer.kind is not AnswerKind.NEAREST
    quoted = "\n\n".join(f"“{citation.quote}” [{citation.number}]" for citation in answer.citations)
    assert answer.text == quoted or (not answer.answered and answer.text)


@pytest.mark.parametrize(
    ("question", "language", "quote"),
    [
        ("How many parameters has GPT-3?", "en", "GPT-3 has 175 billion parameters."),
        ("什么是涌现？", "zh", "涌现是指系统的行为并非由人明确设计，而是从训练中隐式产生的。"),
        ("GPT-3 有多少参数？", "zh", "GPT-3 has 175 billion parameters."),
        ("What bias do language models repeat?", "en", "语言模型会重复训练数据中的偏见，例如把护士默认为女性。"),
    ],
)
def test_a_question_is_answered_by_quotes_in_either_language(
    answerer: Answerer, question: str, language: str, quote: str
) -> None:
    answer = answerer.ask(question)
    assert_sound(answer, question)
    assert (answer.answered, answer.language) == (True, language)
    # What stands right behind it may be quoted with it.
    assert answer.citations[0].quote.startswith(quote)
    assert answer.text.startswith(f"“{answer.citations[0].quote}” [1]")


@pytest.mark.parametrize(
    ("question", "language"), [("Who won the chess game on Mars?", "en"), ("火星上的象棋比赛谁赢了？", "zh")]
)
def test_what_the_texts_do_not_say_is_not_answered(answerer: Answerer, question: str, language: str) -> None:
    answer = answerer.ask(question)
    assert_sound(answer, question)
    assert (answer.answered, answer.citations) == (False, ())
    assert answer.language == language
    assert answer.text.startswith(NOT_IN_THE_TEXTS[language])
    assert (answer.text == NOT_IN_THE_TEXTS[language]) is not bool(answer.related)


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("How many parameters has GPT-3?", "en"),
        ("什么是涌现？", "zh"),
        ("GPT-3 有多少 parameters？", "zh"),
        ("Is 涌现 an emergent property of GPT-3?", "en"),
    ],
)
def test_what_comes_near_an_answer_is_quoted_as_that(
    answerer: Answerer, monkeypatch: pytest.MonkeyPatch, question: str, language: str
) -> None:
    sure = answerer.ask(question).confidence

    def asked(threshold: float) -> Answer:
        model = replace(shipped_confidence(), thresholds={"en": 0.0, "zh": 0.0, language: threshold})
        monkeypatch.setattr("qa.answerer.shipped_confidence", lambda: model)
        answer = answerer.consult(question).answer  # not from memory
        assert_sound(answer, question)
        assert (answer.language, answer.confidence) == (language, sure)
        return answer

    kinds = {share: asked(sure * share).kind for share in (1.0, 1.01, 2.0, 2.01)}
    assert kinds == {1.0: "answered", 1.01: "nearest", 2.0: "nearest", 2.01: "not_in_texts"}
    near = asked(2 * sure)
    assert (near.text, near.answered, near.citations) == (NEAREST[language], False, ())
    assert near.related == asked(3 * sure).related
    for user in ("answerer", "consideration"):
        monkeypatch.setattr(f"qa.{user}.REMOTE", 2.0)  # all that is found is about something else
    far = asked(2 * sure)
    assert (far.kind, far.text, far.related) == ("not_in_texts", NOT_IN_THE_TEXTS[language], ())


def test_an_answer_says_how_the_question_was_understood(answerer: Answerer) -> None:
    assert answerer.ask("How many parameters has GPT-3?").understood == ""
    follow_up = answerer.ask("How many parameters has it?", ["When was GPT-3 released?"])
    assert follow_up.understood == "How many parameters has GPT-3?"
    assert follow_up.citations[0].quote == "GPT-3 has 175 billion parameters."


@pytest.mark.parametrize(
    ("said", "part"),
    [("Hello!", "Ask me"), ("谢谢！", "不客气"), ("Write me a poem", "only quote"), ("你是谁？", "原文")],
)
def test_small_talk_is_answered_in_its_language(answerer: Answerer, said: str, part: str) -> None:
    answer = answerer.ask(said, ["How many parameters has GPT-3?"])
    assert_sound(answer, said)
    assert part in answer.text
    assert (answer.answered, answer.related, answer.confidence) == (False, (), 0)


@pytest.mark.parametrize("question", ["", " ", "\t\n", "\u3000", "\u00a0"])
def test_an_empty_question_gets_a_hint(answerer: Answerer, question: str) -> None:
    answer = answerer.ask(question)
    assert_sound(answer, question)
    assert not answer.answered
    assert "question" in answer.text
    assert answer.text not in NOT_IN_THE_TEXTS.values()


@pytest.mark.parametrize("question", WORDLESS)
def test_a_question_without_a_word_is_not_answered(answerer: Answerer, question: str) -> None:
    answer = answerer.ask(question)
    assert_sound(answer, question)
    assert not answer.answered


@pytest.mark.parametrize("question", HOSTILE_QUESTIONS)
def test_whatever_is_asked_the_quotes_are_exact(answerer: Answerer, question: str) -> None:
    assert_sound(answerer.ask(question), question)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"question": None}, r"'question' is None \(NoneType\); expected a str"),
        ({"question": b"GPT-3?"}, r"'question' is b'GPT-3\?' \(bytes\); expected a str"),
        (
            {"history": "What is GPT-3?"},
            r"'history' is .* \(str\); expected a sequence of str, as \['What is GPT-3\?'\]",
        ),
        ({"history": None}, r"'history' is None \(NoneType\); expected a sequence of str"),
        ({"history": ["What is GPT-3?", 3]}, r"'history' holds 3 \(int\) at 1; expected a sequence of str"),
        ({"scope": "en"}, r"'scope' is 'en' \(str\); expected a Scope, as .*Scope\(language='en'\)"),
    ],
)
def test_an_argument_of_the_wrong_kind_is_named(answerer: Answerer, said: dict[str, Any], message: str) -> None:
    asking = [answerer.ask, answerer.consult, answerer.consider, *([] if "history" in said else [answerer.answers])]
    for ask in asking:
        with pytest.raises(TypeError, match=message):
            ask(**{"question": "How big is it?", **said})


def test_an_answerer_is_made_of_an_index_and_a_reader(small_index: PassageIndex) -> None:
    with pytest.raises(
        TypeError, match=r"'passages' is 'my-index' \(str\); expected PassageIndex\.open\('my-index', enc"
    ):
        Answerer("my-index")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"'reader' is 5 \(int\); expected a Reader, or the name of one"):
        Answerer(small_index, 5)  # type: ignore[arg-type]
    with pytest.raises(EncoderError, match=r"name of the reader is empty: ''\. Set 'reader' to 'offline', to 'none'"):
        Answerer(small_index, "")
    leaning = Answerer(small_index, "none", lambda question, history: 7)  # type: ignore[arg-type, return-value]
    with pytest.raises(TypeError, match=r"'rewrite\(…\)' is 7 \(int\); expected a str"):
        leaning.ask("And how fast is it?", ["Where do zebras live?"])


def test_emoji_and_full_width_letters_do_not_hide_the_question(answerer: Answerer) -> None:
    plain = answerer.ask("How many parameters has GPT-3?").citations[0]
    for question in (
        "😀 How many parameters has GPT-3? 🚀",
        "Ｈｏｗ ｍａｎｙ ｐａｒａｍｅｔｅｒｓ ｈａｓ ＧＰＴ－３？",
    ):
        assert answerer.ask(question).citations[0].quote == plain.quote


def test_hostile_text_is_quoted_as_it_stands(build: Build) -> None:
    line = f"The zeppelin says {HOSTILE.replace(chr(27), '')} and nothing else."
    answerer = build({"hostile.md": f"# Zeppelin\n\nThe balloon is silent.\n\n{line}\n"})
    answer = answerer.ask("What says the zeppelin?")
    assert_sound(answer, "What says the zeppelin?")
    assert line.startswith(answer.citations[0].quote)
    assert "<script>alert(1)</script> {{7*7}} ${x} [1]" in answer.text


def test_quotes_are_exact_behind_characters_of_any_size(build: Build) -> None:
    front = "😀👩‍👩‍👧 e\u0301 𝔘𝔫𝔦 \u202e㊙️"
    answerer = build({"wide.md": f"# Wide\n\n{front} stands here. The zeppelin crossed the ocean in 1928. {front}\n"})
    answer = answerer.ask("When crossed the zeppelin the ocean?")
    assert_sound(answer, "When crossed the zeppelin the ocean?")
    assert answer.citations[0].quote == "The zeppelin crossed the ocean in 1928."


def test_a_table_row_is_quoted_as_it_stands(build: Build) -> None:
    table = "| Ship | Year |\n| --- | --- |\n| Zeppelin | 1928 |\n| Galleon | 1588 |\n"
    answerer = build({"ships.md": f"# Ships\n\nA list of ships.\n\n{table}"})
    answer = answerer.ask("When sailed the galleon?")
    assert_sound(answer, "When sailed the galleon?")
    assert "Galleon | 1588" in answer.citations[0].quote


def test_the_same_words_are_quoted_once(build: Build) -> None:
    line = "The zeppelin crossed the ocean in 1928."
    answerer = build({"a.md": f"# One\n\n{line}\n", "b.md": f"# Two\n\n{line}\n", "c.md": f"# Three\n\n**{line}**\n"})
    answer = answerer.ask("When crossed the zeppelin the ocean?")
    assert_sound(answer, "When crossed the zeppelin the ocean?")
    assert len(answer.citations) == 1


SHIPS = {
    "zeppelin.md": "# Zeppelin\n\nThe zeppelin is an airship. The zeppelin was built in Friedrichshafen.\n",
    "galleon.md": "# Galleon\n\nThe galleon is a sailing vessel. The galleon was built in Seville.\n",
}


@pytest.mark.parametrize(("earlier", "place"), [("zeppelin", "Friedrichshafen"), ("galleon", "Seville")])
def test_a_follow_up_is_about_what_was_asked_before(build: Build, earlier: str, place: str) -> None:
    answerer = build(SHIPS)
    answer = answerer.ask("Where was it built?", history=("How are you?", f"What is the {earlier}?"))
    assert_sound(answer, "Where was it built?")
    assert place in answer.text
    assert answer.citations[0].document.id == f"{earlier}.md"


@pytest.mark.parametrize(("earlier", "place"), [("齐柏林飞艇", "腓特烈港"), ("盖伦帆船", "塞维利亚")])
def test_a_chinese_follow_up_is_about_what_was_asked_before(build: Build, earlier: str, place: str) -> None:
    ships = {"齐柏林飞艇": "腓特烈港", "盖伦帆船": "塞维利亚"}
    answerer = build(
        {
            f"{name}.md": f"# {name}\n\n{name}是一种交通工具。\n\n{name}在{where}制造。\n"
            for name, where in ships.items()
        }
    )
    answer = answerer.ask("它在哪里制造？", history=[f"{earlier}是什么？"])
    assert_sound(answer, "它在哪里制造？")
    assert answer.citations[0].document.id == f"{earlier}.md"
    assert place in answer.text


def test_a_question_that_stands_alone_is_not_led_astray_by_earlier_ones(build: Build) -> None:
    answerer = build(SHIPS)
    alone = answerer.ask("What is a galleon?")
    after = answerer.ask("What is a galleon?", history=("What is a zeppelin?",))
    assert (after.text, after.citations) == (alone.text, alone.citations)


def test_an_answer_follows_an_edited_text(build: Build) -> None:
    answerer = build(SHIPS)
    before = answerer.ask("Where was the zeppelin built?")
    build({"zeppelin.md": SHIPS["zeppelin.md"].replace("Friedrichshafen", "Berlin")})
    after = answerer.ask("Where was the zeppelin built?")
    assert "Friedrichshafen" in before.text
    assert "Berlin" in after.text
    assert "Friedrichshafen" not in after.text
    # An answer keeps the text it was made from.
    assert_sound(before, "Where was the zeppelin built?")
    assert_sound(after, "Where was the zeppelin built?")


def test_the_answer_is_the_same_every_time(answerer: Answerer) -> None:
    first, second = answerer.ask("什么是涌现？"), answerer.ask("什么是涌现？")
    assert (first.text, first.citations) == (second.text, second.citations)


def test_what_is_retrieved_holds_what_is_cited(answerer: Answerer) -> None:
    consulted = answerer.consult("How many parameters has GPT-3?")
    scores = [hit.score for hit in consulted.hits]
    assert scores == sorted(scores, reverse=True)
    found = [hit.passage for hit in consulted.hits]
    assert all(citation.passage in found for citation in consulted.answer.citations)


def test_several_threads_get_the_answers_that_one_gets(answerer: Answerer) -> None:
    questions = ["How many parameters has GPT-3?", "什么是涌现？", "Who won the chess game on Mars?", ""] * 10
    alone = [answerer.ask(question) for question in questions[:4]] * 10
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(answerer.ask, questions))
    assert [(each.text, each.citations) for each in together] == [(each.text, each.citations) for each in alone]


@pytest.mark.slow
def test_answers_stay_whole_while_the_index_changes(build: Build) -> None:
    answerer = build(SHIPS)
    question = "Where was the zeppelin built?"
    done = threading.Event()

    def asking() -> set[str]:
        texts = set()
        while not done.is_set():
            answer = answerer.ask(question)
            assert_sound(answer, question)
            texts.add(answer.text)
        return texts

    with ThreadPoolExecutor(3) as threads:
        asked = [threads.submit(asking) for _ in range(3)]
        try:
            for place in ("Berlin", "Hamburg", "Potsdam", "Stuttgart"):
                build({"zeppelin.md": SHIPS["zeppelin.md"].replace("Friedrichshafen", place)})
        finally:
            done.set()
    assert len(set.union(*(each.result() for each in asked))) > 1
    assert "Stuttgart" in answerer.ask(question).text


def test_the_real_model_answers_across_languages_and_admits_what_it_does_not_find(
    real_index: PassageIndex,
) -> None:
    answerer = Answerer(real_index)
    quotes = {
        "GPT-3 有多少参数？": "GPT-3 has 175 billion parameters.",
        "How many parameters has GPT-3?": "GPT-3 has 175 billion parameters.",
        "What does emergence mean?": "涌现是指系统的行为并非由人明确设计，而是从训练中隐式产生的。",
        "涌现是什么意思？": "涌现是指系统的行为并非由人明确设计，而是从训练中隐式产生的。",
    }
    for question, quote in quotes.items():
        assert answerer.ask(question).citations[0].quote.startswith(quote)
    for question in (*quotes, *UNRELATED, *HOSTILE_QUESTIONS):
        assert_sound(answerer.ask(question), question)
    assert [question for question in (*UNRELATED, *WORDLESS) if answerer.ask(question).answered] == []


def test_a_question_asked_again_is_answered_from_memory_until_the_index_changes(
    answerer: Answerer, texts: Path, fake_encoder: Any, edit: Callable[[Path, str, str], None], monkeypatch: Any
) -> None:
    asked: list[str] = []
    encode = fake_encoder.encode_questions
    monkeypatch.setattr(fake_encoder, "encode_questions", lambda those: asked.extend(those) or encode(those))
    question = "How many parameters has GPT-3?"
    first = answerer.ask(question)
    again = answerer.ask(question)
    assert len(asked) == 1
    assert replace(again, seconds=first.seconds) == first
    answerer.ask(question, ["What is CLIP?"])  # another conversation may mean another thing
    answerer.ask("How many parameters has it?", ["When was GPT-3 released?"])
    assert len(asked) == 3
    edit(texts / "en" / "models.md", "175 billion", "many")
    update_index(answerer.passages.folder, load_documents(texts), fake_encoder)
    assert "many" in answerer.ask(question).text
    assert len(asked) == 4


def test_only_so_many_answers_are_remembered(answerer: Answerer, fake_encoder: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("qa.memory._MOST", 3)
    answerer = Answerer(answerer.passages)
    calls: list[int] = []
    encode = fake_encoder.encode_questions
    monkeypatch.setattr(fake_encoder, "encode_questions", lambda those: calls.append(1) or encode(those))
    questions = [f"How many parameters has GPT-{number}?" for number in range(3)]
    for question in [*questions, questions[0], "What is CLIP?", questions[0], questions[1]]:
        answerer.ask(question)
    assert len(calls) == 5  # the one that was not asked for longest was forgotten


def test_an_answer_from_very_long_texts_is_not_kept(build: Build, monkeypatch: Any) -> None:
    monkeypatch.setattr("qa.memory._LARGEST", 10)
    answerer = build({"a.md": "GPT-3 has 175 billion parameters. It is a model."})
    first = answerer.ask("How many parameters has GPT-3?")
    assert answerer.ask("How many parameters has GPT-3?").citations[0] is not first.citations[0]
