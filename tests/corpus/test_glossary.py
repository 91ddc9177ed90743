"""Terms in every language: read, joined over folders, and refused with what is wrong."""

import json
from pathlib import Path

import pytest
from costs import costs_at_most
from records import term_of

from corpus import BUILT_IN_TEXTS, CorpusError, Term, load_glossary
from corpus.files.glossary import GLOSSARY_FILE

EMERGENCE = """- en: emergence
  zh: 涌现
  definition_en: |
    Behaviour that arises
    from training.
  definition_zh: 从训练中产生的行为🎉。
"""
LEARNING = """- en: in-context learning
  zh: 上下文学习
  abbreviation: ICL
  variants: [情境学习, 上下文學習, ICL]
  definition_en: "A model picks up a task: from examples."
  definition_zh: 模型从示例中学会任务。
"""
ENTRY = "- {{en: A, zh: 甲, definition_en: D, definition_zh: 丁, {}}}"


def glossary(folder: Path, text: str | bytes) -> tuple[Term, ...]:
    folder.mkdir(exist_ok=True)
    (folder / GLOSSARY_FILE).write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return load_glossary(folder)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_terms_are_read_in_their_order(tmp_path: Path, newline: str) -> None:
    assert load_glossary(tmp_path) == load_glossary() == ()
    emergence, learning = glossary(tmp_path, (EMERGENCE + LEARNING).replace("\n", newline))
    assert emergence == term_of("emergence", "涌现", "Behaviour that arises from training.", "从训练中产生的行为🎉。")
    assert emergence.forms == ("emergence", "涌现")
    assert learning.definitions["en"] == "A model picks up a task: from examples."
    assert learning.forms == ("in-context learning", "上下文学习", "ICL", "情境学习", "上下文學習")


def test_the_first_of_two_folders_has_the_say(tmp_path: Path) -> None:
    glossary(tmp_path / "own", EMERGENCE.replace("emergence", "Emergence").replace("涌现", "湧現"))
    glossary(tmp_path / "theirs", EMERGENCE + LEARNING)
    terms = load_glossary(tmp_path / "own", tmp_path / "missing", tmp_path / "theirs")
    assert [tuple(term.names.values()) for term in terms] == [
        ("Emergence", "湧現"),
        ("in-context learning", "上下文学习"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is no glossary: write a list, one '- en: …' entry a term."),
        ("en: emergence", "is no glossary"),
        ("- emergence", "entry 1 is 'emergence'; expected 'en: …', 'zh: …' and the rest."),
        (EMERGENCE + "-\n", "entry 2 is None"),
        (ENTRY.format("variant: [B]"), "'A' has an unknown field 'variant'."),
        (EMERGENCE.replace("  zh: 涌现\n", ""), "'emergence' lacks 'zh'."),
        (EMERGENCE.replace("en: emergence", "en:"), "None lacks 'en'."),
        ("- {zh: 甲}", "'entry 1' lacks 'en'."),
        ("- {en: A, zh: 甲, definition_en: D}", "'A' lacks 'definition_zh'."),
        (ENTRY.format("variants: B"), "'variants' of 'A' is 'B'; expected a list."),
        (ENTRY.format("variants: [2.0]"), "'variants' of 'A' is 2.0; expected text (in quotes)."),
        (ENTRY.format("variants: [~]"), "'variants' of 'A' is None; expected text (in quotes)."),
        (ENTRY.format("abbreviation: [B]"), "'abbreviation' of 'A' is ['B']; expected text (in quotes)."),
        (EMERGENCE.replace("涌现", "{a: b}"), "'zh' of 'emergence' is {'a': 'b'}; expected text (in quotes)."),
        (EMERGENCE + EMERGENCE, "'emergence' is a name of two terms, 'emergence' and 'emergence'."),
        (
            EMERGENCE + LEARNING.replace("情境学习", "涌现"),
            "'涌现' is a name of two terms, 'emergence' and 'in-context learning'.",
        ),
        (EMERGENCE + LEARNING.replace("情境学习", "EMERGENCE"), "'EMERGENCE' is a name of two terms"),
        (EMERGENCE.replace("|\n    Behaviour that", "A kind: what"), "is not YAML in UTF-8 (line 3)"),
        (EMERGENCE.replace("🎉", "").encode("gb18030"), "is not YAML in UTF-8"),
        (ENTRY.format("variants: &v [B], abbreviation: *v"), "an alias (*name): write the value out"),
    ],
)
def test_what_is_no_glossary_is_named(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(CorpusError) as caught:
        glossary(tmp_path, text)
    assert words in str(caught.value)
    assert str(tmp_path / GLOSSARY_FILE) in str(caught.value)


def test_a_few_lines_that_unfold_without_end_are_refused_at_once(tmp_path: Path) -> None:
    lines = ["- &a0 [x, x]", *(f"- &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12))]
    with costs_at_most(2), pytest.raises(CorpusError, match=r"glossary\.yaml is not YAML .*\(line 2\): an alias"):
        glossary(tmp_path, "\n".join(lines))


def test_many_terms_take_no_time(tmp_path: Path) -> None:
    entry = "- {{en: term {0}, zh: 词{0}, definition_en: D, definition_zh: 丁, variants: [v{0}, w{0}]}}\n"
    with costs_at_most(2):
        assert len(glossary(tmp_path, "".join(map(entry.format, range(300))))) == 300


def test_the_built_in_glossary_is_one() -> None:
    terms = load_glossary(BUILT_IN_TEXTS)
    assert len(terms) >= 50
    assert [term.names for term in terms if "\n" in "".join(term.definitions.values())] == []


def test_a_term_is_kept_as_indexes_have_always_kept_it() -> None:
    term = term_of("clip", "CLIP 模型", "A model.", "一个模型🎉。", "CL", ("对比", "ＣＬ"))
    kept = (
        '{"en": "clip", "zh": "CLIP 模型", "definition_en": "A model.", "definition_zh": "一个模型🎉。", '
        '"abbreviation": "CL", "variants": ["对比", "ＣＬ"]}'
    )
    assert json.dumps(term.row(), ensure_ascii=False) == kept
    assert {Term.of_row(json.loads(kept))} == {term}
