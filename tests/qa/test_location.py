"""A citation of an earlier conversation is found again, or said to be gone."""

from pathlib import Path
from typing import Any

import pytest

from corpus import Document, load_documents
from index import PassageIndex, update_index
from qa import Answerer, State, locate

QUOTE = "涌现能力在小模型里看不到🙂。"
TEXT = f"# 涌现\n\n{QUOTE}\n\nIt was seen in 2022.\n"


def located(text: str | None, quote: str = QUOTE) -> tuple[State, str]:
    """What became of ``quote`` when TEXT became ``text``, and what the place found holds."""
    old = Document("a.md", "A", "a.md", TEXT)
    documents = {} if text is None else {"a.md": Document("a.md", "A", "a.md", text)}
    found = locate(documents, "a.md", old.digest, quote, TEXT.index(quote))
    return found.state, found.document.text[found.start : found.end] if found.document else ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TEXT, (State.SAME, QUOTE)),
        ("Above, something new.\n\n" + TEXT, (State.MOVED, QUOTE)),
        (TEXT + "More.", (State.MOVED, QUOTE)),
        (TEXT.replace("看不到", "看得到"), (State.CHANGED, "")),
        ("", (State.CHANGED, "")),
        (None, (State.REMOVED, "")),
    ],
)
def test_what_became_of_a_citation(text: str | None, expected: tuple[State, str]) -> None:
    assert located(text) == expected


def test_a_line_that_was_wrapped_anew_is_found() -> None:
    new = TEXT.replace("It was seen in 2022.", "Some say: It was\nseen  in 2022.")
    assert located(new, "It was seen in 2022.") == (State.MOVED, "It was\nseen  in 2022.")


def test_of_several_places_the_nearest_counts() -> None:
    quote = "The same sentence."
    old = Document("a.md", "A", "a.md", f"{'x' * 100} {quote}")
    new = Document("a.md", "A", "a.md", f"{quote} {'y' * 90} {quote} {'z' * 90} {quote}")
    found = locate({"a.md": new}, "a.md", old.digest, quote, 101)
    assert (found.state, found.start) == (State.MOVED, new.text.index(quote, 1))


def test_a_short_quote_is_not_looked_for_elsewhere() -> None:
    assert located("2022 was a year. " + TEXT, "2022") == (State.CHANGED, "")
    assert located(TEXT + "More.", "2022") == (State.MOVED, "2022")


def test_signs_of_regular_expressions_are_plain_characters() -> None:
    quote = "f(x) = [a-z]* + (b|c)?"
    old = Document("a.md", "A", "a.md", quote)
    new = Document("a.md", "A", "a.md", f"# New\n\n{quote}")
    assert locate({"a.md": new}, "a.md", old.digest, quote, 0).start == 7


@pytest.mark.parametrize("start", [-3, 10_000])
def test_a_place_that_never_was_is_no_citation(start: int) -> None:
    document = Document("a.md", "A", "a.md", TEXT)
    assert locate({"a.md": document}, "a.md", document.digest, QUOTE, start).state is State.MOVED
    assert locate({"a.md": document}, "a.md", document.digest, "never written there", start).state is State.CHANGED


def test_a_citation_of_an_earlier_answer_is_located_in_the_index_as_it_is(
    small_index: PassageIndex, texts: Path, fake_encoder: Any
) -> None:
    answerer = Answerer(small_index)
    cited = answerer.ask("How many parameters has GPT-3?").citations[0]

    def now() -> tuple[State, str]:
        found = answerer.locate(cited.document.id, cited.digest, cited.quote, cited.start)
        return found.state, found.document.text[found.start : found.end] if found.document else ""

    assert now() == (State.SAME, cited.quote)
    path = texts / cited.document.id
    path.write_text("A line above.\n\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    update_index(small_index.folder, load_documents(texts), fake_encoder)
    assert now() == (State.MOVED, cited.quote)
    path.unlink()
    update_index(small_index.folder, load_documents(texts), fake_encoder)
    assert now() == (State.REMOVED, "")


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("涌现能力在小模型里看不到，在大模型里才有。", "涌现能力在小模型里\n看不到，\n在大模型里才有。"),
        ("涌现能力在小模型里\n看不到，在大模型里才有。", "涌现能力在小模型里看不到，在大模型里才有。"),
        ("GPT-3 有 1750 亿个参数，很多。", "GPT-3有1750\n亿个参数，很多。"),
    ],
)
def test_a_chinese_line_that_was_wrapped_anew_is_found(quote: str, text: str) -> None:
    old, new = Document("a.md", "A", "a.md", quote), Document("a.md", "A", "a.md", f"# 新\n\n{text}\n")
    found = locate({"a.md": new}, "a.md", old.digest, quote, 0)
    assert (found.state, new.text[found.start : found.end]) == (State.MOVED, text)


def test_words_are_not_joined_by_a_new_line_break() -> None:
    old, new = (
        Document("a.md", "A", "a.md", "the rapist was caught"),
        Document("a.md", "A", "a.md", "therapist was caught"),
    )
    assert locate({"a.md": new}, "a.md", old.digest, "the rapist was caught", 0).state is State.CHANGED
