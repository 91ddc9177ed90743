"""Files of evaluation questions: their form, and where the gold stands."""

import json
from pathlib import Path

import pytest

from corpus import Document, Passage, QuestionsError
from qa.evaluation.question_files import Gold, Question, gold_spans, load_questions, overlaps_gold

DOCUMENT = Document("a.md", "A", "a.md", "First fact. Second fact. 第一。First fact.")
OTHER = Document("b.md", "B", "b.md", "First fact.")
DOCUMENTS = {each.id: each for each in (DOCUMENT, OTHER)}
WHOLE_LINE = {
    "id": "q1",
    "lang": "zh",
    "question": "是什么？",
    "kind": "definition",
    "gold": [{"doc": "a.md", "span": "第一。"}, {"doc": "b.md"}],
    "facts": ["fact", r"28\s*亿"],
    "history": ["以前的问题"],
}


def load(tmp_path: Path, *lines: object) -> list[Question]:
    path = tmp_path / "questions.jsonl"
    rows = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path.write_text("\n".join(rows), encoding="utf-8")
    return load_questions(path)


def asking(*gold: tuple[str, str]) -> Question:
    """A question whose gold is these documents and spans."""
    return Question(
        id="q",
        language="en",
        question="What?",
        kind="factoid",
        gold=tuple(Gold(*place) for place in gold),
        facts=(),
        history=(),
    )


def passage(start: int, end: int, document: Document = DOCUMENT) -> Passage:
    text = document.text[start:end]
    return Passage(
        id="p",
        document_id=document.id,
        title=document.title,
        heading="",
        context="",
        language="en",
        text=text,
        start=start,
        end=end,
        sentences=((start, end),),
    )


def test_a_line_holds_a_question(tmp_path: Path) -> None:
    (read,) = load(tmp_path, WHOLE_LINE)
    assert (read.id, read.language, read.question, read.kind) == ("q1", "zh", "是什么？", "definition")
    assert [(gold.document_id, gold.span) for gold in read.gold] == [("a.md", "第一。"), ("b.md", "")]
    assert [bool(fact.search("BERT 用了 28亿词，is a FACT")) for fact in read.facts] == [True, True]
    assert read.history == ("以前的问题",)
    assert read.answerable


def test_what_a_line_may_leave_out(tmp_path: Path) -> None:
    bare = {"id": 7, "lang": "en", "question": "Who?"}
    first, second = load(tmp_path, bare, "", "   ", bare | {"gold": [], "facts": None, "pair": "q2"})
    assert (first.id, first.gold, first.facts, first.history) == ("7", (), (), ())
    assert first.kind == second.kind != ""
    assert not first.answerable
    assert not second.answerable


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "this is not JSON: Expecting property name"),
        ("[" * 100_000, ""),
        ("[]", "this is not a JSON object"),
        ('"text"', "this is not a JSON object"),
        ({"lang": "en", "question": "Who?"}, "no key 'id'"),
        ({"id": "q", "question": "Who?"}, "no key 'lang'"),
        ({"id": "q", "lang": "fr", "question": "Qui ?"}, "'fr', expected one of en, zh"),
        ({"id": "q", "lang": ["en"], "question": "Who?"}, "expected one of en, zh"),
        ({"id": "q", "lang": "en"}, "no key 'question'"),
        (WHOLE_LINE | {"facts": ["("]}, "unterminated subpattern"),
        (WHOLE_LINE | {"facts": "fact"}, "'facts' is not a list"),
        (WHOLE_LINE | {"gold": {"doc": "a.md"}}, "'gold' is not a list"),
        (WHOLE_LINE | {"gold": [{"span": "x"}]}, "no key 'doc'"),
        (WHOLE_LINE | {"gold": ["a.md"]}, "'gold' holds 'a.md', expected an object with 'doc'"),
        (WHOLE_LINE | {"history": "earlier"}, "'history' is not a list"),
    ],
)
def test_a_wrong_line_is_named_with_its_number(tmp_path: Path, line: object, words: str) -> None:
    with pytest.raises(QuestionsError) as caught:
        load(tmp_path, WHOLE_LINE, "", line)
    assert f"{tmp_path / 'questions.jsonl'}, line 3: " in str(caught.value)
    assert words in str(caught.value)


def test_a_line_separator_inside_a_string_ends_no_line(tmp_path: Path) -> None:
    (read,) = load(tmp_path, WHOLE_LINE | {"question": "one\u2028two\x85three"})
    assert read.question == "one\u2028two\x85three"


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(json.dumps(WHOLE_LINE) + "\r\n", encoding="utf-8-sig")
    assert len(load_questions(path)) == 1


def test_a_file_that_holds_no_question_is_named(tmp_path: Path) -> None:
    with pytest.raises(QuestionsError, match=r"questions\.jsonl holds no question"):
        load(tmp_path, "", "  ")
    for name, words in (("missing.jsonl", "No such file"), (".", "Is a directory")):
        with pytest.raises(QuestionsError, match=rf"cannot be read: {words}"):
            load_questions(tmp_path / name)
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "caf\xe9"}')
    with pytest.raises(QuestionsError, match=r"latin\.jsonl are not UTF-8 \(byte 11\)"):
        load_questions(tmp_path / "latin.jsonl")


def test_gold_is_found_wherever_it_stands() -> None:
    asked = asking(("a.md", "First fact."), ("a.md", "第一。"))
    spans = gold_spans(asked, DOCUMENTS)
    assert set(spans) == {"a.md"}
    assert sorted(DOCUMENT.text[start:end] for start, end in spans["a.md"]) == ["First fact.", "First fact.", "第一。"]
    assert sorted(spans["a.md"]) == [(0, 11), (25, 28), (28, 39)]


def test_gold_is_text_and_no_pattern() -> None:
    assert gold_spans(asking(("a.md", "F.rst")), DOCUMENTS) == {}


def test_gold_that_the_index_lacks_is_nowhere() -> None:
    assert gold_spans(asking(("gone.md", "First"), ("gone.md", ""), ("a.md", "Third fact")), DOCUMENTS) == {}


@pytest.mark.parametrize(
    ("start", "end", "holds"),
    [
        (0, 39, True),  # all of it
        (12, 24, True),  # exactly
        (18, 39, True),  # the second half of 12 characters
        (0, 18, True),  # the first half
        (0, 17, False),  # five of twelve
        (19, 39, False),
        (15, 21, True),  # half of it, from its middle
        (25, 39, False),  # beside it
    ],
)
def test_a_passage_holds_gold_if_it_holds_half_of_it(start: int, end: int, holds: bool) -> None:
    asked = asking(("a.md", "Second fact."))
    found = passage(start, end)
    assert overlaps_gold(asked, gold_spans(asked, DOCUMENTS), found, start, end) is holds


def test_another_document_holds_no_gold_even_with_the_same_words() -> None:
    asked = asking(("a.md", "First fact."))
    assert not overlaps_gold(asked, gold_spans(asked, DOCUMENTS), passage(0, 11, OTHER), 0, 11)


def test_gold_without_a_span_is_the_whole_document() -> None:
    asked = asking(("a.md", ""))
    spans = gold_spans(asked, DOCUMENTS)
    assert overlaps_gold(asked, spans, passage(25, 28), 25, 28)
    assert not overlaps_gold(asked, spans, passage(0, 5, OTHER), 0, 5)


def test_the_questions_beside_the_checkout_can_be_read(shared: Path) -> None:
    files = sorted((shared / "eval").rglob("*.jsonl"))
    assert len(files) >= 7
    for path in files:
        assert len(load_questions(path)) >= 80, path
