"""Of a passage that was found the sentences are quoted that answer."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from costs import costs_at_most

from corpus import Passage, load_documents
from index import PassageIndex, Snapshot, update_index
from index.search.ranking import Ranked
from index.search.retrieval import retrieve
from qa.question_kinds import QuestionKind, question_kind
from qa.quotes import LONGEST, QUOTES, RETRIEVED, Quote, best_quotes, select_quotes

Quoting = Callable[..., list[str]]


@pytest.fixture
def over(tmp_path: Path, fake_encoder: Any) -> Callable[..., Snapshot]:
    """The index of texts, each a paragraph of its own document."""

    def build(*texts: str) -> Snapshot:
        folder = tmp_path / "texts"
        folder.mkdir()
        for number, text in enumerate(texts):
            (folder / f"{number:03}.md").write_text(text + "\n", encoding="utf-8")
        update_index(tmp_path / "index", load_documents(folder), fake_encoder)
        return PassageIndex.open(tmp_path / "index", fake_encoder).snapshot

    return build


@pytest.fixture
def quoted(over: Callable[..., Snapshot], fake_encoder: Any) -> Quoting:
    """The best stretches of texts for a question; every one is checked to lie within its passage, at its sentences."""

    def run(question: str, *texts: str) -> list[str]:
        snapshot = over(*texts)
        found = best_quotes(retrieve(question, fake_encoder, snapshot), question_kind(question))
        for quote in found:
            passage = snapshot.passages[quote.ranked.row]
            assert quote.span[0] in {start for start, _ in passage.sentences}
            assert quote.span[1] in {end for _, end in passage.sentences}
            assert passage.start <= quote.span[0] < quote.span[1] <= passage.end
        leads = [quote.ranked.lead for quote in found]
        assert leads == sorted(leads, reverse=True)
        assert len({quote.ranked.row for quote in found}) == len(found) <= RETRIEVED
        return [text_of(snapshot, quote) for quote in found]

    return run


def text_of(snapshot: Snapshot, quote: Quote) -> str:
    """What stands there in the document, which is what the quote says."""
    text = snapshot.documents[snapshot.passages[quote.ranked.row].document_id].text[slice(*quote.span)]
    assert text == quote.text == snapshot.text(quote.ranked.row, quote.span)
    return text


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        (
            "How many parameters has the zeppelin model?",
            "The zeppelin model has parameters. The zeppelin model has 17 parameters. A river is water.",
            "17 parameters",
        ),
        ("齐柏林模型有多少参数？", "齐柏林模型有参数。齐柏林模型的参数共有一百七十亿个。河里有鱼。", "一百七十亿"),
        ("齊柏林模型有多少參數？", "齐柏林模型有参数，发布于 2020 年。齐柏林模型有１７亿个参数。🚀", "１７亿"),
        (
            "When was the zeppelin released?",
            "The zeppelin was released by a company. The zeppelin was released in 2021. A river is water.",
            "2021",
        ),
        ("齐柏林是哪一年发布的？", "齐柏林由一家公司发布。齐柏林发布于2021年。", "2021年"),
    ],
)
def test_the_kind_asked_for_is_quoted(quoted: Quoting, question: str, text: str, answer: str) -> None:
    assert answer in quoted(question, text)[0]


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        (
            "What is a zeppelin?",
            "What is a zeppelin? The zeppelin is an airship that crossed the ocean.",
            "The zeppelin is an airship that crossed the ocean.",
        ),
        (
            "Which models has the zeppelin company released?",
            "The zeppelin company has released these models: The zeppelin company released Galleon, a large model.",
            "Galleon",
        ),
        ("什么是齐柏林？", "什么是齐柏林？齐柏林是一种飞机。", "齐柏林是一种飞机。"),
        ("什么是齐柏林？", "“什么是齐柏林？” 齐柏林是一种飞机。", "齐柏林是一种飞机。"),
    ],
)
def test_a_question_or_an_announcement_is_not_quoted_where_an_answer_follows(
    quoted: Quoting, question: str, text: str, answer: str
) -> None:
    best = quoted(question, text)[0]
    assert answer in best
    assert not best.startswith(("What", "什么", "“什么"))


def test_a_text_of_questions_alone_is_still_quoted(quoted: Quoting) -> None:
    assert quoted("What is a zeppelin?", "What is a zeppelin?") == ["What is a zeppelin?"]


def test_a_passage_that_only_announces_steps_back(over: Callable[..., Snapshot], fake_encoder: Any) -> None:
    snapshot = over("What is a zeppelin?", "A zeppelin is an airship.", "齐柏林飞艇如下：")
    retrieval = retrieve("What is a zeppelin?", fake_encoder, snapshot)
    ranked = {one.row: one.lead for one in retrieval.ranked}
    found = best_quotes(retrieval, QuestionKind.FACT)
    lost = {text_of(snapshot, quote): ranked[quote.ranked.row] - quote.ranked.lead for quote in found}
    assert lost["A zeppelin is an airship."] == 0
    assert min(lost["What is a zeppelin?"], lost["齐柏林飞艇如下："]) > 0.1


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (
            "What are the risks of the zeppelin?",
            "The zeppelin risks are bias. The zeppelin risks are energy cost. The zeppelin risks are high.",
        ),
        ("齐柏林有哪些风险？", "齐柏林的风险是偏见。齐柏林的风险是能源。齐柏林的风险是成本。"),
    ],
)
def test_neighbours_that_fit_as_well_are_quoted_together(quoted: Quoting, question: str, text: str) -> None:
    assert quoted(question, text)[0] == text


def test_a_broad_question_gets_no_less_than_a_narrow_one(over: Callable[..., Snapshot], fake_encoder: Any) -> None:
    snapshot = over("The zeppelin is an airship. The zeppelin was built in a city. Water is in the river. It rains.")
    retrieval = retrieve("Where was the zeppelin built?", fake_encoder, snapshot)
    narrow = best_quotes(retrieval, QuestionKind.FACT)[0]
    broad = best_quotes(retrieval, QuestionKind.LIST)[0]
    assert broad.span[0] <= narrow.span[0] < narrow.span[1] <= broad.span[1]
    assert "The zeppelin was built in a city." in text_of(snapshot, narrow)
    assert "It rains" not in text_of(snapshot, narrow)


def lead(snapshot: Snapshot, row: int, value: float) -> Quote:
    """The whole passage in ``row``, with a lead."""
    passage: Passage = snapshot.passages[row]
    return Quote(Ranked(row, value, 0.5), passage, (passage.start, passage.end), passage.text)


def test_further_quotes_are_near_the_best_one(over: Callable[..., Snapshot]) -> None:
    snapshot = over("The zeppelin flies.", "Rain falls on trees.", "鱼在河里。", "黄金是金属。")
    for kind in QuestionKind:
        near = [lead(snapshot, row, 0.5 - 0.01 * row) for row in range(4)]
        assert select_quotes(near, kind) == near[:QUOTES]
        far = [near[0], lead(snapshot, 1, 0.1), lead(snapshot, 2, 0.09)]
        assert select_quotes(far, kind) == near[:1]
    between = [lead(snapshot, 0, 0.5), lead(snapshot, 1, 0.35)]
    assert (len(select_quotes(between, QuestionKind.LIST)), len(select_quotes(between, QuestionKind.NUMBER))) == (
        2,
        1,
    )
    assert select_quotes([], QuestionKind.FACT) == []


def test_nothing_is_said_twice(over: Callable[..., Snapshot]) -> None:
    snapshot = over(
        "The zeppelin crossed the ocean.",
        "**The zeppelin** crossed the ocean",
        "ＴＨＥ ＺＥＰＰＥＬＩＮ crossed the ocean!",
        "齐柏林飞艇横渡大洋。",
        "齊柏林飛艇橫渡大洋。",
    )
    answer = select_quotes([lead(snapshot, row, 0.5) for row in range(len(snapshot.passages))], QuestionKind.LIST)
    assert [text_of(snapshot, quote) for quote in answer] == ["The zeppelin crossed the ocean.", "齐柏林飞艇横渡大洋。"]


def test_an_answer_has_a_length(over: Callable[..., Snapshot]) -> None:
    snapshot = over(
        " ".join(f"the zeppelin has part{number}" for number in range(9)) + ".",
        " ".join(f"鱼{number}号" for number in range(30)) + "。",
        "黄金是金属。",
    )
    first, second, third = (lead(snapshot, row, 0.5) for row in range(3))
    document = snapshot.documents[snapshot.passages[first.ranked.row].document_id]
    assert len(document.text) < LONGEST
    assert select_quotes([first, second, third], QuestionKind.FACT) == [first, second, third]
    # As long as they are, two of them would be too much: the third still fits.
    grown = replace(second, text=second.text + "。" * LONGEST)
    assert select_quotes([first, grown, third], QuestionKind.FACT) == [first, third]
    assert select_quotes([grown, first, third], QuestionKind.FACT) == [grown]


@pytest.mark.parametrize(
    "step", ["Let the {} zeppelin land on the field and wait for it.", "让第{}艘飞艇降落，然后等待。"]
)
def test_the_second_half_of_a_list_follows_the_first(over: Callable[..., Snapshot], step: str) -> None:
    steps = "\n".join(f"{number}. {step.format(f'{number} 🎉 part{number}')}" for number in range(1, 25))
    snapshot = over(f"# Steps\n\n{steps}", "Rain falls on trees.")
    first, second, *_, other = (
        replace(lead(snapshot, row, 0.5 - 0.01 * row), span=(passage.start, passage.end), text=f"part of {row}")
        for row, passage in enumerate(snapshot.passages)
    )
    assert second.passage.document_id == first.passage.document_id != other.passage.document_id
    for kind in QuestionKind:
        assert select_quotes([first, other, second], kind) == [first, second, other]
        assert select_quotes([other, first, second], kind) == [other, first, second]
        assert select_quotes([second, other, first], kind) == [second, other, first]  # the best one is first


def test_a_scrap_is_no_quote(over: Callable[..., Snapshot]) -> None:
    snapshot = over("CLIP learns from images.", "😀", "是")
    candidates = [lead(snapshot, row, 0.5) for row in range(len(snapshot.passages))]
    assert [text_of(snapshot, quote) for quote in select_quotes(candidates, QuestionKind.FACT)] == [
        "CLIP learns from images."
    ]


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["?", "→", "：”", "a", "多", "1", "? ", "“", "。", "A-1", "│ "])
def test_a_hostile_text_is_quoted_in_the_time_of_its_length(quoted: Quoting, unit: str) -> None:
    text = f"The zeppelin flies {(unit * 20_000)[:20_000]} x. The zeppelin has 17 parameters."
    with costs_at_most(8):
        assert quoted("How many parameters has the zeppelin?", text)


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        (
            "Who built the zeppelin?",
            "Who built the zeppelin\n\nA company did. It was large. It was in a city.",
            "A company did.",
        ),
        (
            "Who built the zeppelin?",
            "# Log\n\n## Zeppelin\n\nA company built it in a city.",
            "A company built it in a city.",
        ),
        ("齐柏林停在哪里？", "**齐柏林停在哪里呀**\n\n停在城市。那里有河。河里有鱼。", "停在城市。"),
    ],
)
def test_a_line_that_repeats_the_question_is_no_answer(quoted: Quoting, question: str, text: str, answer: str) -> None:
    assert answer in quoted(question, text)[0]


def test_a_question_alone_loses_what_an_answer_keeps(over: Callable[..., Snapshot], fake_encoder: Any) -> None:
    snapshot = over("Who built the zeppelin", "The zeppelin was built by a company.")
    retrieval = retrieve("Who built the zeppelin?", fake_encoder, snapshot)
    ranked = {one.row: one.lead for one in retrieval.ranked}
    lost = {
        text_of(snapshot, quote): ranked[quote.ranked.row] - quote.ranked.lead
        for quote in best_quotes(retrieval, QuestionKind.FACT)
    }
    assert lost["The zeppelin was built by a company."] == 0
    assert lost["Who built the zeppelin"] > 0.1


def test_a_statement_in_the_words_of_the_question_is_an_answer(
    over: Callable[..., Snapshot], fake_encoder: Any
) -> None:
    snapshot = over("The zeppelin was built in a city.")
    retrieval = retrieve("Was the zeppelin built in a city?", fake_encoder, snapshot)
    (quote,) = best_quotes(retrieval, QuestionKind.FACT)
    assert quote.ranked.lead == retrieval.ranked[0].lead


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("When was the zeppelin released?", "# Log\n\n## Zeppelin 2.0 (2021-05-04)\n\n- A large model.", "2021-05-04"),
        (
            "When was the zeppelin released?",
            "# Log\n\n## Zeppelin 2.0 (2021-05-04)\n\n- A large model.",
            "A large model",
        ),
        ("What is the zeppelin cost?", "Zeppelin notes\n\nThe zeppelin cost is 17 gold\n\nRain falls.", "17 gold"),
    ],
)
def test_a_heading_that_states_the_answer_is_quoted(quoted: Quoting, question: str, text: str, answer: str) -> None:
    assert answer in quoted(question, text)[0]


@pytest.mark.parametrize(
    ("first", "second", "said", "added"),
    [
        ("It has 175 billion parameters.", "参数量为1750亿。", "1750亿", False),
        ("It has 175 billion parameters.", "There are 175 billion of them, all trained.", "175 billion", False),
        ("It has 175 billion parameters.", "There are 13 billion of them, all trained.", "13 billion", True),
        ("It has 175 billion parameters.", "All of it was trained at once.", "", True),
    ],
)
def test_what_was_asked_for_is_said_once(
    over: Callable[..., Snapshot], first: str, second: str, said: str, added: bool
) -> None:
    snapshot = over(first, second)
    best, other = (lead(snapshot, row, 0.5) for row in range(2))
    quotes = [replace(best, value=2.0, said="175 billion"), replace(other, value=1.0, said=said)]
    assert select_quotes(quotes, QuestionKind.NUMBER) == quotes[: 1 + added]
    assert select_quotes(quotes, QuestionKind.LIST) == quotes
