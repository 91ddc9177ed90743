"""A glossary as texts: readable, exact, and whatever its terms are called, nothing of them is lost."""

import pytest
from records import term_of

from corpus import BUILT_IN_TEXTS, LANGUAGES, Term, glossary_texts, language_of, load_glossary, readable, split
from corpus.files.formats import is_text
from corpus.parsing.block import BlockKind
from corpus.parsing.blocks import blocks_of

EMERGENCE = term_of("emergence", "涌现", "Behaviour that nobody built in.", "没有人设计过的行为。", "", ("emergent",))
LEARNING = term_of("reinforcement learning", "强化学习", "Learning by reward. It is slow.", "靠奖励学习。", "RL")
ALPHA = term_of("AlphaFold", "AlphaFold", "It folds.", "它会折叠。", "AlphaFold")
TERMS = (LEARNING, EMERGENCE, ALPHA)

EN = """# Glossary

## reinforcement learning (强化学习, RL)

Learning by reward. It is slow.

## emergence (涌现)

Behaviour that nobody built in.

## AlphaFold

It folds.
"""
ZH = """# 术语表

## 强化学习（reinforcement learning，RL）

靠奖励学习。

## 涌现（emergence）

没有人设计过的行为。

## AlphaFold

它会折叠。
"""


def test_terms_are_headings_with_their_definitions_below() -> None:
    made = glossary_texts(TERMS)
    assert {language: each.document.text for language, each in made.items()} == {"en": EN, "zh": ZH}
    assert glossary_texts(list(TERMS)) == made
    english, chinese = made["en"].document, made["zh"].document
    assert (english.title, chinese.title) == ("Glossary", "术语表")
    assert (english.twin, chinese.twin) == (chinese.id, english.id)
    assert "glossary.yaml" in english.source
    assert "glossary.yaml" in chinese.source
    assert english.digest != glossary_texts(TERMS[:2])["en"].document.digest


def test_no_file_of_a_text_is_called_as_they_are() -> None:
    assert not any(is_text(each.document.id) for each in glossary_texts(TERMS).values())


def test_without_terms_there_is_no_text() -> None:
    assert glossary_texts(()) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_definition_is_a_passage_of_one_sentence_below_the_names_of_its_term(language: str) -> None:
    made = glossary_texts(TERMS)[language]
    assert tuple(made.definitions) == TERMS
    for term, passage in made.definitions.items():
        assert passage.text == made.document.text[passage.start : passage.end] == term.definitions[language]
        assert passage.sentences == ((passage.start, passage.end),)
        assert (passage.document_id, passage.title) == (made.document.id, made.document.title)
        assert (passage.language, passage.context) == (language, "")
        assert term.names[language] in passage.heading
    assert made.definitions[ALPHA].heading == "AlphaFold"
    assert len({passage.id for passage in made.definitions.values()}) == len(TERMS)


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "the <b>bold</b> one, <!-- hidden -->",
        "**bold**, _slanted_ and ~~struck~~",
        "`code` and $x^2$",
        "[a link](https://example.org/x_y)",
        "![a picture](x.png) [[a page]] [^1]",
        "R&D &amp; more",
        "C:\\folder\\*",
        "# no heading",
        "- no item",
        "1. no item",
        "> 90 %",
        "--- no rule",
        "{{1+1}} {#id}",
        "<!-- references: key -->",
        "C# (a language)",
        "[MASK], <EOS> and snake_case",
    ],
)
def test_what_would_be_markup_is_said_as_it_is(words: str) -> None:
    term = term_of(words, f"术语 {words}", words, f"这是 {words} 的意思。")
    for language, made in glossary_texts((LEARNING, term, EMERGENCE)).items():
        passage = made.definitions[term]
        assert made.document.text[passage.start : passage.end] == passage.text
        assert readable(passage.text) == term.definitions[language]
        paragraphs = {(each.start, each.end) for each in blocks_of(made.document.text) if each.kind is BlockKind.PROSE}
        assert paragraphs == {(each.start, each.end) for each in made.definitions.values()}
        assert passage.heading.startswith(term.names[language])
        above = made.document.text[: passage.start].splitlines()[-2]
        assert readable(above) == passage.heading
        assert [each.heading for each in split(made.document)][::2] == [
            made.definitions[LEARNING].heading,
            made.definitions[EMERGENCE].heading,
        ]


def test_line_breaks_of_a_program_s_own_terms_make_no_paragraphs() -> None:
    term = Term({"en": "a\nb", "zh": "甲\n\n乙"}, {"en": "One.\n\n# Two.", "zh": "一。\n二。"})
    made = glossary_texts((term,))["en"]
    assert made.definitions[term].text == "One. # Two."
    assert made.document.text == "# Glossary\n\n## a b (甲 乙)\n\nOne. # Two.\n"


def test_the_built_in_glossary_reads_as_it_was_written() -> None:
    terms = load_glossary(BUILT_IN_TEXTS)
    for language, made in glossary_texts(terms).items():
        assert [passage.text for passage in made.definitions.values()] == [each.definitions[language] for each in terms]
        assert language_of(made.document.text) == language
        headings = [passage.heading for passage in made.definitions.values()]
        assert [passage.heading for passage in split(made.document)] == headings
        assert all(f"\n\n## {heading}\n\n" in made.document.text for heading in headings)
