"""The measure of plain questions: what counts as right, of which model, and what as a definition."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from records import answer_of, citation_of, term_of
from rich.table import Table

from corpus import LANGUAGES, Document, load_documents, split
from index import PassageIndex, update_index
from qa import Answer, Answerer, Citation
from qa.evaluation.definitions import defines, term_questions
from qa.evaluation.model_facts import (
    MANNERS,
    Attribute,
    Model,
    PlainQuestion,
    is_right,
    load_models,
    plain_questions,
)
from qa.evaluation.plain_questions import (
    PlainOutcome,
    ask_models,
    ask_terms,
    stated_table,
    terms_table,
    unstated_table,
    wrong_lines,
)

MODELS = load_models()


def model(name: str) -> Model:
    (found,) = [each for each in MODELS if each.names["en"] == name]
    return found


def asked(name: str, attribute: Attribute) -> PlainQuestion:
    return PlainQuestion(model=model(name), attribute=attribute, language="en", manner="short", question="?")


def quoted(text: str, above: str = "Models") -> Citation:
    """A citation of ``text``, which stands below a heading."""
    document = Document("a.md", "A", "a.md", f"# A\n\n## {above}\n\n{text}\n")
    (passage,) = split(document)
    return citation_of(document, passage, text, document.text.index(text))


def test_every_model_is_asked_of_in_eight_wordings() -> None:
    questions = list(plain_questions(MODELS))
    assert len(MODELS) > 45
    assert len({each.question for each in questions}) == len(questions)
    for each in MODELS:
        assert not set(each.stated) & set(each.unstated)
        of_it = [question for question in questions if question.model is each]
        assert len(of_it) == 8 * (len(each.stated) + len(each.unstated))
        wordings = {(question.attribute, question.language, question.manner) for question in of_it}
        assert len(wordings) == len(of_it)
    assert {question.manner for question in questions} == set(MANNERS)
    assert {question.question for question in questions} >= {
        "Who made GPT-3?",
        "GPT-3 是谁做的？",
        "文心一言 是谁做的？",
    }
    assert sum(question.stated for question in questions) > 4 * sum(not question.stated for question in questions) > 800


@pytest.mark.slow
def test_the_texts_say_what_the_file_says_in_both_languages() -> None:
    quotes = [
        citation_of(document, passage, document.text[start:end], start)
        for document in load_documents()
        for passage in split(document)
        for start, end in passage.sentences
    ]
    unsaid = [
        (question.model.names["en"], str(question.attribute), question.language)
        for question in plain_questions(MODELS)
        if question.stated and question.manner == MANNERS[0]
        if not any(
            quote.passage.language == question.language and is_right(question, quote, MODELS, ()) for quote in quotes
        )
    ]
    assert unsaid == []


@pytest.mark.parametrize(
    ("name", "attribute", "text", "right"),
    [
        ("GPT-3", Attribute.PARAMETERS, "GPT-3 has 175 billion parameters.", True),
        ("GPT-3", Attribute.PARAMETERS, "GPT-3 有 1750 亿参数。", True),
        ("GPT-3", Attribute.PARAMETERS, "GPT-3 has 13 billion parameters.", False),
        ("GPT-3", Attribute.PARAMETERS, "InstructGPT (1.3 billion) beat GPT-3 with 175 billion.", True),
        ("GPT-3", Attribute.PARAMETERS, "OPT has 175 billion parameters.", False),
        ("GPT-3", Attribute.PARAMETERS, "OPT has 175 billion parameters, GPT-3 came before.", False),
        ("GPT-3", Attribute.PARAMETERS, "GPT-3.5 has 175 billion parameters.", False),
        ("GPT-2", Attribute.PARAMETERS, "GPT-2 has 11.5 billion parameters.", False),
        ("BERT", Attribute.PARAMETERS, "BERT-Large (2018) has 340 million, GPT-3 (2020) 175 billion.", True),
        ("GPT-4", Attribute.PARAMETERS, "OpenAI has not published the parameters of GPT-4.", True),
        ("GPT-3", Attribute.WHO, "GPT-3, published by OpenAI in May 2020, is large.", True),
        ("GPT-3", Attribute.WHO, "GPT-3 由 OpenAI 于 2020 年 5 月发布。", True),
        ("GPT-3", Attribute.WHO, "| GPT-3 | OpenAI, May 2020 | 175 billion |", True),
        ("Switch Transformer", Attribute.WHO, "谷歌 2021 年 1 月的 Switch Transformer 达到了万亿级。", True),
        ("GPT-4", Attribute.WHO, "According to OpenAI, GPT-4 passed an exam.", False),
        ("GPT-4", Attribute.WHO, "OpenAI 没有公布 GPT-4 的参数量。", False),
        ("BERT", Attribute.WHO, "InstructGPT, released by OpenAI, and BERT.", False),
        ("GPT-3", Attribute.WHO, "InstructGPT, released by OpenAI in January 2022, was liked more than GPT-3.", False),
        ("CLIP", Attribute.WHO, "CLIP and DALL·E were presented by OpenAI in January 2021.", True),
        ("GPT-3", Attribute.WHEN, "BERT (2018) came before GPT-3 (2020).", True),
        ("BERT", Attribute.WHEN, "BERT came before GPT-3, which dates from October 2018.", True),  # it is named first
        ("GPT-4o", Attribute.WHEN, "After GPT-4 (March 2023) came GPT-4o (May 2024).", True),
        ("GPT-4", Attribute.WHEN, "GPT-4o came in March 2023.", False),
        ("DALL·E", Attribute.WHAT, "DALL·E 2 is a text-to-image model.", False),
        ("DALL·E 2", Attribute.WHAT, "DALL·E 2 is a text-to-image model.", True),
        ("BERT", Attribute.WHAT, "ESM-2, a protein language model, guesses amino acids as BERT guesses words.", False),
    ],
)  # fmt: skip
def test_a_quote_is_right_of_the_model_it_speaks_of(name: str, attribute: Attribute, text: str, right: bool) -> None:
    assert is_right(asked(name, attribute), quoted(text), MODELS, ()) is right


def test_a_quote_that_names_none_stands_for_the_model_above_it() -> None:
    question = asked("GPT-3", Attribute.PARAMETERS)
    assert is_right(question, quoted("It has 175 billion parameters.", "GPT-3 in 2020"), MODELS, ())
    assert not is_right(question, quoted("It has 175 billion parameters.", "OPT in 2022"), MODELS, ())
    assert not is_right(question, quoted("OPT has 175 billion parameters.", "GPT-3 in 2020"), MODELS, ())


def test_a_definition_of_the_glossary_needs_no_name() -> None:
    definition = "OpenAI's language model of May 2020 with 175 billion parameters."
    question, term = asked("GPT-3", Attribute.WHAT), term_of("GPT-3", "GPT-3", definition, "语言模型。")
    assert is_right(question, quoted(definition), MODELS, (term,))
    assert not is_right(question, quoted(definition), MODELS, ())


def test_what_the_texts_leave_out_no_quote_says() -> None:
    assert not is_right(asked("ChatGPT", Attribute.PARAMETERS), quoted("ChatGPT has 7 parameters."), MODELS, ())


def cells(table: Table) -> dict[str, list[str]]:
    """The rows of a table by their first cell."""
    columns = [list(column.cells) for column in table.columns]
    return {str(row[0]): [str(cell) for cell in row[1:]] for row in zip(*columns, strict=True)}


def outcome(question: PlainQuestion, *right: bool, answered: bool = True) -> PlainOutcome:
    citations = [quoted("First fact.")] if answered else []
    return PlainOutcome(question, answer_of("", citations, question=question.question), right)


def test_tables_count_first_quotes_and_one_of_three() -> None:
    question, other = asked("GPT-3", Attribute.WHO), asked("BERT", Attribute.WHO)
    unstated = asked("ChatGPT", Attribute.PARAMETERS)
    outcomes = [
        outcome(question, True),
        outcome(question, False, True),
        outcome(other, False, False, False, True),
        outcome(other, answered=False),
        outcome(unstated),
        outcome(unstated, answered=False),
    ]
    row = cells(stated_table(outcomes))[str(Attribute.WHO)]
    assert [row[0], *(cell.split(" ")[0] for cell in row[1:])] == ["4", ".75", ".25", ".50"]
    assert cells(unstated_table(outcomes))["all"][0] == "2"
    assert cells(unstated_table(outcomes))[str(Attribute.PARAMETERS)][1].startswith(".50")
    assert cells(unstated_table(outcomes))[str(Attribute.WHO)] == ["0", ""]
    assert len(list(wrong_lines(outcomes, [], []))) == 4


@pytest.fixture
def index_of(tmp_path: Path, fake_encoder: Any) -> Callable[[str], PassageIndex]:
    def made(text: str) -> PassageIndex:
        update_index(tmp_path / "index", [Document("en/a.md", "Models", "en/a.md", text)], fake_encoder)
        return PassageIndex.open(tmp_path / "index", fake_encoder)

    return made


FACTS = "# Models\n\nGPT-3 was published by OpenAI in May 2020 and has {size} billion parameters.\n"


@pytest.mark.parametrize(("size", "share"), [("175", 1.0), ("17", 0.0)])
def test_a_fact_that_is_wrong_in_the_texts_is_seen(
    size: str, share: float, index_of: Callable[[str], PassageIndex]
) -> None:
    outcomes = ask_models(Answerer(index_of(FACTS.format(size=size))), [model("GPT-3")])
    answered = [each for each in outcomes if each.answer.answered and each.asked.attribute is Attribute.PARAMETERS]
    assert len(answered) >= 3
    assert sum(each.first for each in answered) / len(answered) == share
    who = [each.first for each in outcomes if each.answer.answered and each.asked.attribute is Attribute.WHO]
    assert who
    assert all(who)


TERM = term_of(
    "carbon footprint",
    "碳足迹",
    "The greenhouse-gas emissions caused by building and running a model, stated in tonnes.",
    "构建和运行模型所造成的温室气体排放，以吨计。",
)


@pytest.mark.parametrize(
    ("quote", "defined"),
    [
        ("The carbon footprint is the emissions that building a model has caused, in tonnes.", True),
        ("碳足迹是构建、运行一个模型造成的温室气体排放。", True),
        (TERM.definitions["en"], True),
        (TERM.definitions["zh"], True),
        (
            "Training a model causes greenhouse-gas emissions of many tonnes, by building and running.",
            False,
        ),  # of what?
        ("The carbon footprint of foundation models is large.", False),
        ("碳足迹的大小取决于在哪里训练、怎样训练。", False),
    ],
)
def test_a_definition_names_its_term_and_says_what_it_is(quote: str, defined: bool) -> None:
    assert defines(answer_of(f"“{quote}” [1]", [quoted(quote)]), TERM, [TERM]) is defined


def test_a_longer_name_is_another_term() -> None:
    term = term_of("print", "印记", "A mark that is left by something heavy on the ground.", "重物留在地上的痕迹。")
    other = term_of("blue print", "蓝印记", "A drawing.", "一种图。")
    quote = "A blue print is a heavy mark left on the ground."
    answer = answer_of("", [quoted(quote)])
    assert defines(answer, term, [term])
    assert not defines(answer, term, [term, other])


def test_a_definition_may_be_shown_before_the_quotes() -> None:
    quote = quoted("The carbon footprint of foundation models is large.")
    assert defines(answer_of(f"{TERM.definitions['en']}\n\n“{quote.quote}” [1]", [quote]), TERM, [TERM])


def test_a_refusal_and_a_later_quote_define_nothing() -> None:
    right, wrong = quoted(TERM.definitions["en"]), quoted("Something else.")
    assert not defines(answer_of(TERM.definitions["en"], related=[right]), TERM, [TERM])
    assert not defines(answer_of("", [wrong, right]), TERM, [TERM])


def test_terms_are_asked_in_both_languages_and_counted(index_of: Callable[[str], PassageIndex]) -> None:
    assert {each.language for each in term_questions([TERM])} == set(LANGUAGES)
    answerer = Answerer(index_of(f"# Cost\n\nThe carbon footprint: {TERM.definitions['en']}\n"))
    found = cells(terms_table(ask_terms(answerer, [TERM]), [TERM]))
    assert found["all"][0] == "4"
    answered: Sequence[tuple[Any, Answer]] = [(each, answer_of("", [])) for each in term_questions([TERM])]
    assert cells(terms_table(answered, [TERM]))["all"][2].startswith(".00")
    assert found["en"][2].startswith("1.00")
