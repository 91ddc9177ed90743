"""The built-in texts: each an English and a Chinese twin that say the same, in our own words."""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import chain, pairwise
from pathlib import Path

import pytest
import yaml

from corpus import BUILT_IN_TEXTS, Document, load_documents, split, width

SEEDS = Path(__file__).parent.parent.parent / "shared" / "seeds"
WIDEST_PARAGRAPH = 700  # columns
SHARED = 60  # characters; a longer run in common with a text of others is not in our own words

DOCUMENTS = {document.id: document for document in load_documents()}
ENGLISH = sorted(name for name in DOCUMENTS if name.startswith("en/"))

MONTHS = "January February March April May June July August September October November December".split()
UNITS = {
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "万亿": 10**12,
    "亿": 10**8,
    "万": 10**4,
    "": 1,
}
NUMBER = re.compile(
    r"(?<![\d.])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?:[\s-]?(thousand|million|billion|trillion|万亿|亿|万))?"
)


def body(document: Document) -> str:
    return document.text.split("---\n", 2)[2]


def front(document: Document) -> dict[str, object]:
    facts = yaml.safe_load(document.text.split("---\n", 2)[1])
    assert isinstance(facts, dict)
    return facts


def sections(document: Document) -> list[str]:
    return re.split(r"(?m)^## .*$", body(document))


def prose(document: Document) -> Iterator[str]:
    """Paragraphs and list items; tables are laid out by rows."""
    for line in body(document).splitlines():
        if not line.startswith(("#", "|")):
            yield line


def numbers(text: str) -> set[Decimal]:
    """The values that ``text`` writes with digits, in either language's units, and its months."""
    for month, name in enumerate(MONTHS, 1):
        text = re.sub(rf"\b{name}\b", f" {month} ", text)
    text = re.sub(r"20 世纪 (\d0) 年代", r"19\1", text)
    text = re.sub(r"(\d) (and|to) ([\d.]+ (million|billion|trillion))", r"\1 \4 \2 \3", text)  # "7 to 65 billion"
    return {
        (Decimal(whole.replace(",", "") + part) * UNITS[unit]).normalize() for whole, part, unit in NUMBER.findall(text)
    }


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_text_says_what_it_is_and_what_it_rests_on(name: str) -> None:
    facts = front(DOCUMENTS[name])
    assert {"title", "language", "twin", "references"} <= set(facts)
    assert facts["language"] == name.split("/")[0]
    assert facts["title"] == DOCUMENTS[name].title
    assert f"# {facts['title']}\n" in body(DOCUMENTS[name])
    references = DOCUMENTS[name].references
    assert len(references) >= 3
    assert [each for each in references if not re.search(r"https://[\w.-]+\.\w+/\S+$", each)] == []
    assert len(set(references)) == len(references)


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_text_has_a_twin_that_points_back(name: str) -> None:
    twin = str(front(DOCUMENTS[name])["twin"])
    other = {"en": "zh", "zh": "en"}[name.split("/")[0]]
    assert twin.startswith(f"{other}/")
    assert front(DOCUMENTS[twin])["twin"] == name
    assert DOCUMENTS[twin].references == DOCUMENTS[name].references


@pytest.mark.parametrize("name", ENGLISH)
def test_twins_have_the_same_headings_lists_and_tables(name: str) -> None:
    def shape(document: Document) -> list[str]:
        lines = (line for line in body(document).splitlines() if line)
        return [match.group() if (match := re.match(r"#+ |- |\d+\. |\|", line)) else "p" for line in lines]

    twin = DOCUMENTS[str(front(DOCUMENTS[name])["twin"])]
    assert shape(DOCUMENTS[name]) == shape(twin)


@pytest.mark.parametrize("name", ENGLISH)
def test_twins_name_the_same_numbers_section_by_section(name: str) -> None:
    twin = DOCUMENTS[str(front(DOCUMENTS[name])["twin"])]
    differing = {}
    for at, (english, chinese) in enumerate(zip(sections(DOCUMENTS[name]), sections(twin), strict=True)):
        if other := numbers(english) ^ numbers(chinese):
            differing[at] = sorted(format(value, "f") for value in other)
    assert differing == {}


def test_numbers_are_compared_by_value() -> None:
    assert numbers("1.75 billion in May") == numbers("5 月，17.5 亿")
    assert numbers("680,000 hours, 4.5 million, 1.4 trillion") == numbers("68 万小时，450 万，1.4 万亿")
    assert numbers("7 to 65 billion") == numbers("70 亿到 650 亿")
    assert numbers("GPT-3 in 2020") != numbers("2020 年的 GPT-4")


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_the_passages_are_in_the_language_declared(name: str) -> None:
    passages = split(DOCUMENTS[name])
    assert len(passages) > 10
    assert [passage.text for passage in passages if passage.language != front(DOCUMENTS[name])["language"]] == []


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_no_paragraph_is_long(name: str) -> None:
    assert [line for line in prose(DOCUMENTS[name]) if width(line) > WIDEST_PARAGRAPH] == []


def test_the_texts_are_written_in_our_own_words() -> None:
    if not SEEDS.is_dir():
        pytest.skip(f"there are no texts of others in {SEEDS}")

    def runs(text: str) -> set[str]:
        text = "".join(text.split()).casefold()
        return {text[at : at + SHARED] for at in range(len(text) - SHARED + 1)}

    others = set(chain.from_iterable(runs(document.text) for document in load_documents(SEEDS)))
    assert len(others) > 10_000
    for document in DOCUMENTS.values():
        # References are titles and addresses: they must be the same.
        assert sorted(runs(body(document)) & others) == [], document.id


def test_the_folders_hold_nothing_else() -> None:
    found = {path.relative_to(BUILT_IN_TEXTS).as_posix() for path in BUILT_IN_TEXTS.rglob("*") if path.is_file()}
    assert found == set(DOCUMENTS)
    assert [pair for pair in pairwise(sorted(DOCUMENTS)) if pair[0].casefold() == pair[1].casefold()] == []
