"""What only names a place in a text is no statement of it."""

import pytest
from records import citation_of

from corpus import Document, split
from qa.answer import Citation
from qa.writing.heads import only_names

DOCUMENT = Document(
    "models.md",
    "Models of language",
    "models.md",
    "# Models of language\n\n## Sizes of the largest\n\n"
    "| Model | Parameters |\n| --- | --- |\n| GPT-3 | 175 billion |\n\n"
    "## 规模与门槛\n\n规模越大，能力越强。\n",
)


@pytest.fixture
def sources() -> list[Citation]:
    passages = split(DOCUMENT)
    return [
        citation_of(DOCUMENT, each, each.text, each.start, number=number) for number, each in enumerate(passages, 1)
    ]


@pytest.mark.parametrize(
    "said",
    [
        "Models of language",
        "**Models of language**: Sizes of the largest",
        "Models of language.",
        "Sizes of the largest models of language",
        "规模与门槛",
        "Models of language: 规模与门槛",
    ],
)
def test_a_head_is_a_name(sources: list[Citation], said: str) -> None:
    assert only_names(said, sources)


@pytest.mark.parametrize(
    "said",
    [
        "GPT-3 has 175 billion parameters.",
        "The largest models of language have great sizes.",
        "规模越大，能力越强。",
        "",
    ],
)
def test_a_statement_is_none(sources: list[Citation], said: str) -> None:
    assert not only_names(said, sources)
