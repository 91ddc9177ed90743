"""What a writer reads for an answer beside its quotes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_reader import FakeReader
from records import answer_of, citation_of

from corpus import language_of, load_documents
from index import PassageIndex, Scope, update_index
from qa import Answer, Answerer, AnswerKind, Citation
from qa.reading import NO_READER
from qa.writing.portions import tokens_of
from qa.writing.sources import sources_of

MOST = 100_000

MODELS = {
    "alpha": ("Alpha is a large language model", "Alpha 是大语言模型"),
    "beta": ("Beta is a large language model", "Beta 是大语言模型"),
    "gamma": ("Gamma is a large image model", "Gamma 是大图像模型"),
    "delta": ("Delta is a large image model", "Delta 是大图像模型"),
    "omega": ("Omega is a large language model", "Omega 是大语言模型"),
}
YEARS = dict(zip(MODELS, range(2016, 2021), strict=True))


def models_text(language: str) -> str:
    sections = [
        f"## {name.capitalize()}\n\n{said[0]}. It was released by the company in {YEARS[name]}.\n"
        if language == "en"
        else f"## {name.capitalize()}\n\n{said[1]}。它由公司在{YEARS[name]}年发布。\n"
        for name, said in MODELS.items()
    ]
    return "\n".join(sections)


@pytest.fixture
def build(tmp_path: Path, fake_encoder: Any) -> Callable[[dict[str, str]], PassageIndex]:
    def over(texts: dict[str, str]) -> PassageIndex:
        for name, text in texts.items():
            path = tmp_path / "own" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        update_index(tmp_path / "own-index", load_documents(tmp_path / "own"), fake_encoder)
        return PassageIndex.open(tmp_path / "own-index", fake_encoder)

    return over


@pytest.fixture
def pair(build: Callable[[dict[str, str]], PassageIndex]) -> PassageIndex:
    """A text in two languages, and one about something else."""
    return build(
        {
            "en/models.md": f"---\ntitle: Five models\ntwin: zh/models.md\n---\n\n{models_text('en')}",
            "zh/models.md": f"---\ntitle: 五个模型\ntwin: en/models.md\n---\n\n{models_text('zh')}",
            "en/tea.md": "# Tea\n\nTea is drunk with milk by the sea, and rice is eaten with fish.\n",
        }
    )


def asked(passages: PassageIndex, question: str, scope: Scope | None = None) -> Answer:
    return Answerer(passages, NO_READER).ask(question, (), scope or Scope())


def answered(passages: PassageIndex, question: str, quote: str) -> Answer:
    """An answer that quotes the first passage that holds ``quote``, whatever is asked."""
    passage = next(each for each in passages.snapshot.passages if quote in each.text)
    document = passages.snapshot.documents[passage.document_id]
    start = passage.start + passage.text.index(quote)
    language = language_of(question)
    return answer_of("", [citation_of(document, passage, quote, start)], question=question, language=language)


def assert_sound(sources: Sequence[Citation], answer: Answer) -> None:
    assert [source.number for source in sources] == list(range(1, len(sources) + 1))
    assert tuple(sources[: len(answer.citations)]) == answer.citations
    ids = [source.passage.id for source in sources]
    assert len(set(ids)) == len(ids)
    for source in sources:
        assert source.document.text[source.start : source.end] == source.quote
    for source in sources[len(answer.citations) :]:
        assert source.quote == source.passage.text
        assert (source.start, source.end) == (source.passage.start, source.passage.end)
        assert source.document.id == source.passage.document_id
        assert 0 <= source.score <= 1


def test_an_ordinary_question_has_its_quotes_for_sources(small_index: PassageIndex) -> None:
    for question in ("How many parameters has GPT-3?", "GPT-3 有多少参数？"):
        answer = asked(small_index, question)
        assert answer.answered
        assert sources_of(answer, small_index, MOST) == list(answer.citations)
        assert sources_of(answer, small_index, 0) == list(answer.citations)


@pytest.mark.parametrize(
    "question", ["Who won the chess game on Mars?", "List all chess games on Mars!", "Hello!", "你好"]
)
def test_where_nothing_answers_there_is_nothing_to_read(small_index: PassageIndex, question: str) -> None:
    answer = asked(small_index, question)
    assert not answer.answered
    assert sources_of(answer, small_index, MOST) == []


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("List all large models with the year in which they were released.", "en"),
        ("列出所有大模型和发布的年份", "zh"),
        ("列出所有大模型和發佈的年份", "zh"),
    ],
)
def test_a_whole_set_is_read_beyond_the_quotes(pair: PassageIndex, question: str, language: str) -> None:
    answer = asked(pair, question)
    assert answer.answered
    sources = sources_of(answer, pair, MOST)
    assert_sound(sources, answer)
    read = " ".join(source.passage.text for source in sources)
    assert all(str(year) in read for year in YEARS.values())
    # Of two versions that say the same only the one in the reader's language.
    assert {source.passage.language for source in sources[len(answer.citations) :]} == {language}
    assert "Tea" not in read


def test_versions_that_no_text_names_are_read_once(build: Callable[[dict[str, str]], PassageIndex]) -> None:
    """The two texts do not say that they are each other's."""
    passages = build({"a.md": f"# Models\n\n{models_text('en')}", "b.md": f"# 模型\n\n{models_text('zh')}"})
    answer = answered(passages, "列出所有大语言模型发布的年份", "Alpha 是大语言模型")
    sources = sources_of(answer, passages, MOST)
    assert_sound(sources, answer)
    further = [source.passage for source in sources[len(answer.citations) :]]
    assert {passage.language for passage in further} == {"zh"}


def test_both_of_two_that_are_compared_are_read(build: Callable[[dict[str, str]], PassageIndex]) -> None:
    many = "\n\n".join(
        f"## Part {at}\n\nThe large model Alpha differs from other models in part {at}." for at in range(40)
    )
    passages = build({"a.md": f"# Alpha\n\n{many}\n", "b.md": f"# Models\n\n{models_text('en')}"})
    for question in (
        "How does the large model Alpha differ from other models, such as Omega?",
        "大模型 Alpha 和 Omega 有什么不同？",
    ):
        answer = answered(passages, question, "The large model Alpha differs from other models in part 0.")
        sources = sources_of(answer, passages, MOST)
        assert_sound(sources, answer)
        first = [source.passage.text for source in sources[1:7]]
        assert any("Omega" in text for text in first)
        assert any("Alpha" in text for text in first)


def test_what_does_not_fit_is_left_out_by_rank(pair: PassageIndex) -> None:
    answer = asked(pair, "List all large models with the year in which they were released.")
    every = sources_of(answer, pair, MOST)
    assert len(every) > len(answer.citations) + 1
    for most in (0, *(sum(map(tokens_of, every[:count])) for count in range(1, len(every) + 1))):
        sources = sources_of(answer, pair, most)
        assert sources == every[: len(sources)]
        assert sum(map(tokens_of, sources)) <= most or sources == list(answer.citations)
    assert sources_of(answer, pair, sum(map(tokens_of, every))) == every


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("Summarise this text.", "en/models.md"),
        ("Summarise “Five models”.", "en/models.md"),
        ("总结这篇文章", "zh/models.md"),
        ("总结《Five models》这篇文章的主要内容", "zh/models.md"),
    ],
)
def test_a_text_that_is_summarised_is_read_in_its_order(pair: PassageIndex, question: str, document: str) -> None:
    scope = Scope(texts=("en/models.md", "zh/models.md"))
    for kind in (AnswerKind.NOT_IN_TEXTS, AnswerKind.NEAREST, AnswerKind.SMALL_TALK):  # whatever the quotes say
        answer = replace(answer_of("", kind=kind, question=question), scope=scope)
        sources = sources_of(answer, pair, MOST)
        assert_sound(sources, answer)
        rows = pair.snapshot.rows_of(document)
        assert [source.passage.id for source in sources] == [pair.snapshot.passages[row].id for row in rows]
        assert [source.start for source in sources] == sorted(source.start for source in sources)


def test_a_summary_begins_with_the_quotes_where_there_are_some(pair: PassageIndex) -> None:
    scope = Scope(texts=("en/models.md", "zh/models.md"))
    answer = asked(pair, "Give me a summary of Five models", scope)
    sources = sources_of(answer, pair, MOST)
    assert_sound(sources, answer)
    assert set(pair.snapshot.rows_of("en/models.md")) <= {
        row for source in sources for row in pair.snapshot.rows_of(source.document.id)
    }
    assert len(sources) >= len(pair.snapshot.rows_of("en/models.md"))


def test_a_long_text_that_does_not_fit_is_read_all_over(build: Callable[[dict[str, str]], PassageIndex]) -> None:
    for text in (
        "# Long\n\n"
        + "\n\n".join(f"The fact number {at} is about the sea and the ships that sail it." * 5 for at in range(64)),
        "# Long\n\n" + "\n\n".join(f"## Part {at}\n\nThe fact number {at} is about the sea." for at in range(64)),
    ):
        passages = build({"long.md": text})
        answer = answer_of("", kind=AnswerKind.NOT_IN_TEXTS, question="Summarise this text.")
        every = sources_of(answer, passages, MOST)
        some = sources_of(answer, passages, sum(map(tokens_of, every)) // 4)
        assert_sound(some, answer)
        assert 3 < len(some) <= len(every) // 3
        assert some[0].start == every[0].start
        starts = [source.start for source in some]
        assert starts == sorted(starts)
        length = len(every[0].document.text)
        quarters = [sum(at * length <= 4 * start < (at + 1) * length for start in starts) for at in range(4)]
        assert min(quarters) > 0
        assert max(quarters) <= 2 * min(quarters) + 1


def test_a_summary_of_something_else_stays_refused(pair: PassageIndex) -> None:
    for question in ("Summarise the chess games on Mars.", "总结火星上的象棋比赛", "Summarise this text."):
        answer = answer_of("", kind=AnswerKind.NOT_IN_TEXTS, question=question)
        assert sources_of(answer, pair, MOST) == []  # of all three texts none is "this" one


def test_what_a_follow_up_was_understood_as_is_looked_for(pair: PassageIndex) -> None:
    answer = asked(pair, "List all large models with the year in which they were released.")
    follow_up = answer_of("", answer.citations, question="And the others?")
    assert sources_of(follow_up, pair, MOST) == list(answer.citations)
    understood = replace(follow_up, understood=answer.question)
    assert len(sources_of(understood, pair, MOST)) > len(answer.citations)


def test_only_the_scope_is_read(pair: PassageIndex) -> None:
    scope = Scope(texts=("zh",))
    answer = asked(pair, "List all large models with the year in which they were released.", scope)
    assert answer.answered
    assert {source.document.id for source in sources_of(answer, pair, MOST)} == {"zh/models.md"}


def test_a_quote_of_the_reader_is_read_with_its_passage(small_index: PassageIndex) -> None:
    answer = Answerer(small_index, FakeReader("175")).ask("How many parameters has GPT-3?")
    (source, *_) = sources_of(answer, small_index, MOST)
    assert len(source.quote) < len(source.passage.text)
    assert source.number == 1


def test_no_source_has_a_number_of_three_digits(build: Callable[[dict[str, str]], PassageIndex]) -> None:
    text = "# Long\n\n" + "\n\n".join(f"## Part {at}\n\nThe fact number {at} is about the sea." for at in range(150))
    answer = answer_of("", kind=AnswerKind.NOT_IN_TEXTS, question="Summarise this text.")
    sources = sources_of(answer, build({"long.md": text}), 1_000_000)
    assert [source.number for source in sources] == [*range(1, 100)]
    assert sources[-1].start > len(text) * 9 // 10  # they are of all of it
