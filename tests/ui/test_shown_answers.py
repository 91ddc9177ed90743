"""Rows and items in answers, wherever an answer is shown: JSON keeps the exact quote and says how a person reads it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from records import answer_of, citation_of

from corpus import Document, split
from index import PassageIndex, update_index
from qa import Answer, Answerer, AnswerKind, phrases
from ui.api.records import answer_facts, hits_facts
from ui.api.service import Service
from ui.terminal.output import print_answer, print_hits

METALS = Document(
    "metals.md",
    "Metals",
    "metals.md",
    "# Metals\n\nMetals and what they weigh:\n\n| Metal | Weight | Use |\n| --- | --- | --- |\n"
    "| **Gold** | heavy metal | coins |\n| Silver | light metal | spoons |\n\n## Rice\n\nHow rice is made food:\n\n"
    "1. Wash the rice in water.\n2. Cook the rice with salt.\n\n## 船\n\n“船”在海上飞。\n",
)


@pytest.fixture
def passages(tmp_path: Path, fake_encoder: Any) -> PassageIndex:
    update_index(tmp_path / "index", [METALS], fake_encoder)
    return PassageIndex.open(tmp_path / "index", fake_encoder)


def quoting(*quotes: str, related: bool = False) -> Answer:
    """An answer of these quotes from the text, as the answerer makes it."""
    cited = []
    for number, quote in enumerate(quotes, 1):
        start = METALS.text.index(quote)
        passage = next(each for each in split(METALS) if each.start <= start < each.end)
        cited.append(citation_of(METALS, passage, quote, start, number=number))
    if related:
        return answer_of("The texts do not say.", related=cited)
    return answer_of("\n\n".join(f"“{each.quote}” [{each.number}]" for each in cited), cited)


ROW = "**Gold** | heavy metal | coins"
STEPS = "Wash the rice in water.\n2. Cook the rice with salt."
SHOWN = "Metal: Gold · Weight: heavy metal · Use: coins"


def test_json_has_the_exact_quote_and_how_a_person_reads_it() -> None:
    facts = answer_facts(quoting(ROW, STEPS, "“船”在海上飞。"))
    assert [each["quote"] for each in facts["citations"]] == [ROW, STEPS, "“船”在海上飞。"]
    shown = [SHOWN, "1. Wash the rice in water.\n2. Cook the rice with salt.", "“船”在海上飞。"]
    assert [each["shown"] for each in facts["citations"]] == shown
    assert facts["shown"] == "\n\n".join(f"{each} [{number}]" for number, each in enumerate(shown, 1))
    assert f"“{ROW}” [1]" in facts["text"]
    for each in facts["citations"]:
        assert METALS.text[each["start"] : each["end"]] == each["quote"]
    facts = answer_facts(quoting(ROW, related=True))
    assert facts["shown"] == facts["text"] == "The texts do not say."
    assert facts["related"][0]["shown"] == SHOWN


def test_the_shell_shows_rows_and_items_as_the_page_does(capsys: pytest.CaptureFixture[str]) -> None:
    print_answer(quoting(ROW, STEPS))
    printed = capsys.readouterr().out
    assert printed.startswith(f"{SHOWN} [1]\n\n1. Wash the rice in water.\n2. Cook the rice with salt. [2]\n")
    assert "|" not in printed
    print_answer(quoting(ROW, related=True))
    assert SHOWN in capsys.readouterr().out


@pytest.mark.parametrize("said", [*phrases.NEAREST.values(), "Not [red]this[/] or “那个” [1]."])
def test_what_is_nearest_is_told_from_an_answer_and_from_what_is_related(
    capsys: pytest.CaptureFixture[str], said: str
) -> None:
    near = replace(quoting(ROW, "“船”在海上飞。", related=True), kind=AnswerKind.NEAREST, text=said)
    facts = answer_facts(near)
    assert (facts["kind"], facts["answered"], facts["citations"]) == ("nearest", False, [])
    assert facts["text"] == facts["shown"] == said
    assert [each["quote"] for each in facts["related"]] == [ROW, "“船”在海上飞。"]
    assert set(facts) == set(answer_facts(quoting(ROW)))
    print_answer(near)
    first, *rest = capsys.readouterr().out.splitlines()
    assert first == said
    assert [line.split()[0] for line in rest] == ["nearest", "Metal:", "nearest", "“船”在海上飞。"]
    assert rest[1] == f"    {SHOWN}"
    print_answer(quoting(ROW, related=True))
    assert "nearest" not in capsys.readouterr().out


def test_passages_that_are_found_are_readable_as_well(
    passages: PassageIndex, capsys: pytest.CaptureFixture[str]
) -> None:
    hits = passages.search("Which metal is heavy?", 5)
    facts = hits_facts("Which metal is heavy?", hits, passages.snapshot.documents, 0.1)
    (row,) = [hit for hit in facts["hits"] if "Gold" in hit["text"]]
    assert SHOWN in row["shown"]
    assert "| **Gold**" in row["text"]
    print_hits(hits, passages.snapshot.documents)
    printed = capsys.readouterr().out
    assert SHOWN in printed
    assert "**" not in printed


@pytest.mark.parametrize(
    "question", ["Which metal is heavy?", "How is rice made food with salt?", "船在海上飞吗？", "?"]
)
def test_no_answer_shows_raw_markup(passages: PassageIndex, question: str) -> None:
    service = Service(Answerer(passages), lambda: pytest.fail("nobody asked for it"))
    facts = service.ask(question)
    for each in (facts, *facts["citations"], *facts["related"], *service.search(question)["hits"]):
        assert not any(sign in each["shown"] for sign in ("|", "**", "##", "““"))
        assert each["shown"]
