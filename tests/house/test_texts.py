"""The built-in texts: each an English and a Chinese twin that say the same, in our own words."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from corpus import BUILT_IN_TEXTS, Document, check_texts, load_documents, split

SEEDS = Path(__file__).parents[2].parent / "shared" / "seeds"

DOCUMENTS = {document.id: document for document in load_documents()}


def front(document: Document) -> dict[str, object]:
    facts = yaml.safe_load(document.text.split("---\n", 2)[1])
    assert isinstance(facts, dict)
    return facts


def test_there_is_nothing_to_mend() -> None:
    report = check_texts(BUILT_IN_TEXTS)
    assert report.problems == ()
    assert report.documents == 2 * report.pairs == len(DOCUMENTS)


@pytest.mark.slow
def test_the_texts_are_written_in_our_own_words() -> None:
    if not SEEDS.is_dir():
        pytest.skip(f"there are no texts of others in {SEEDS}")
    report = check_texts(BUILT_IN_TEXTS, others=SEEDS)
    assert report.problems == ()
    assert report.longest_run > 0  # names and titles are in common


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_text_lies_where_its_language_and_its_twin_say(name: str) -> None:
    facts = front(DOCUMENTS[name])
    assert facts["language"] == name.split("/")[0]
    other = {"en": "zh", "zh": "en"}[name.split("/")[0]]
    assert DOCUMENTS[name].twin == f"{other}/{name.split('/')[1]}"


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_text_rests_on_sources_that_can_be_read(name: str) -> None:
    references = DOCUMENTS[name].references
    addresses = [each.address for each in references if each.address]
    assert len(addresses) >= 3
    assert [each for each in addresses if not re.fullmatch(r"https://[\w.-]+\.\w+/\S+", each)] == []
    assert len(set(addresses)) == len(addresses)


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_the_passages_are_in_the_language_declared(name: str) -> None:
    passages = split(DOCUMENTS[name])
    assert len(passages) > 10
    assert [passage.text for passage in passages if passage.language != front(DOCUMENTS[name])["language"]] == []


def test_the_folders_hold_nothing_else() -> None:
    found = {path.relative_to(BUILT_IN_TEXTS).as_posix() for path in BUILT_IN_TEXTS.rglob("*") if path.is_file()}
    assert found == set(DOCUMENTS) | {"references.yaml", "glossary.yaml"}
    assert [pair for pair in pairwise(sorted(DOCUMENTS)) if pair[0].casefold() == pair[1].casefold()] == []
