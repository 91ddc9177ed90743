"""What a text rests on: one list of sources in a folder, keys below headings, and what a passage takes from both."""

import re
from pathlib import Path

import pytest
from costs import costs_at_most

from corpus import CorpusError, Document, Passage, Reference, load_documents, references_of, split
from corpus.files.references import REFERENCES_FILE, load_references, resolve_references
from corpus.wording.plain_text import reference_keys

LISTED = """wei2022:
  authors: Wei et al.
  year: 2022
  title: Emergent Abilities of Large Language Models. TMLR
  address: https://arxiv.org/abs/2206.07682
fang2023:
  authors: 方圆
  title: 《大模型纪事》：涌现🎉
"""
WEI = Reference(
    "wei2022",
    "Wei et al. (2022). Emergent Abilities of Large Language Models. TMLR",
    "https://arxiv.org/abs/2206.07682",
)
FANG = Reference("fang2023", "方圆. 《大模型纪事》：涌现🎉", "")
FIELD = "a: {{authors: A, title: T, {}}}"


def listed(folder: Path, text: str | bytes = LISTED) -> dict[str, Reference]:
    (folder / REFERENCES_FILE).write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return load_references(folder)


def passages(folder: Path, text: str) -> tuple[Document, dict[str, Passage]]:
    """The document with ``text`` in ``folder``, and its passages by their texts."""
    listed(folder)
    (folder / "a.md").write_text(text, encoding="utf-8")
    (document,) = load_documents(folder)
    return document, {passage.text: passage for passage in split(document)}


def test_the_sources_of_a_folder_are_read_in_their_order(tmp_path: Path) -> None:
    assert load_references(tmp_path) == {}
    assert list(listed(tmp_path).items()) == [("wei2022", WEI), ("fang2023", FANG)]
    assert listed(tmp_path, LISTED.replace("\n", "\r\n").encode("utf-8-sig")) == {"wei2022": WEI, "fang2023": FANG}


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ("{authors: Wei et al., year: 2022, title: T}", "Wei et al. (2022). T"),
        ("{authors: Wei et al., title: T}", "Wei et al. T"),
        ("{authors: OpenAI, title: 'GPT-4: a report '}", "OpenAI. GPT-4: a report"),
        ("{authors: '<b>A</b>', title: '<script>'}", "<b>A</b>. <script>"),
    ],
)
def test_a_source_is_one_line(tmp_path: Path, row: str, text: str) -> None:
    assert listed(tmp_path, f"2021: {row}")["2021"] == Reference("2021", text, "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "lists no sources. Write 'key:' lines, each with authors, year, title and address"),
        ("- wei2022\n- fang2023", "lists no sources"),
        ("just words", "lists no sources"),
        ("wei2022: Wei et al.", "'wei2022' needs 'authors' and 'title'"),
        ("wei2022:", "'wei2022' needs 'authors' and 'title'"),
        ("wei2022: {authors: Wei}", "'wei2022' needs 'authors' and 'title'"),
        ("魏2022: {title: 涌现}", "'魏2022' needs 'authors' and 'title'"),
        (FIELD.format("url: x"), "'a' has an unknown field 'url'. Known: authors, year, title, address."),
        (FIELD.format("year: '2022'"), "'year' of 'a' is '2022'; expected a number."),
        (FIELD.format("year: true"), "'year' of 'a' is True; expected a number."),
        (FIELD.format("year:"), "'year' of 'a' is None; expected a number."),
        (FIELD.format("address: [x]"), "'address' of 'a' is ['x']; expected text (in quotes)."),
        ("a: {authors: [B, C], title: T}", "'authors' of 'a' is ['B', 'C']; expected text (in quotes)."),
        ("a: {authors: B, title: 2021}", "'title' of 'a' is 2021; expected text (in quotes)."),
        ("a:\n  title: Scale: a survey", "is not YAML in UTF-8 (line 2)"),
        ("a:\n  title: Scale: a survey", "A value that holds a colon needs quotation marks."),
        ("a: {authors: *b, title: T}", "an alias (*name): write the value out"),
        ("a: {year: 0x" + "f" * 5000 + "}", "a number of many digits"),
        ("a: {year: " + "9" * 5000 + "}", "a number of many digits"),
        ("a: " + "[" * 5000, "is not YAML in UTF-8"),
        ("a: {date: 2021-13-45}", "month must be in 1..12"),
        (LISTED.encode("gb18030", "replace"), "is not YAML in UTF-8"),
        (LISTED.encode("utf-16"), "is not YAML in UTF-8"),
        (b"a: \0", "is not YAML in UTF-8"),
    ],
)
def test_what_is_no_list_of_sources_is_named(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(CorpusError) as caught:
        listed(tmp_path, text)
    assert words in str(caught.value)
    assert str(tmp_path / REFERENCES_FILE) in str(caught.value)
    (tmp_path / "a.md").write_text("Words.", encoding="utf-8")
    with pytest.raises(CorpusError):
        load_documents(tmp_path)


def test_a_folder_in_the_place_of_the_list_is_named(tmp_path: Path) -> None:
    (tmp_path / REFERENCES_FILE).mkdir()
    with pytest.raises(CorpusError, match=r"references\.yaml cannot be read: Is a directory"):
        load_references(tmp_path)


@pytest.mark.parametrize("opening", ["[{}]", "{{<<: [{}]}}"], ids=["lists", "merged"])
def test_a_few_lines_that_unfold_without_end_are_refused_at_once(tmp_path: Path, opening: str) -> None:
    lines = ["a0: &a0 {authors: A, title: T}"]
    lines += [f"a{n}: &a{n} {opening.format(', '.join([f'*a{n - 1}'] * 10))}" for n in range(1, 12)]
    bomb = "\n".join(lines)
    with costs_at_most(2):
        with pytest.raises(CorpusError, match=r"references\.yaml is not YAML in UTF-8 \(line 2\): an alias"):
            listed(tmp_path, bomb)
        (tmp_path / REFERENCES_FILE).unlink()
        (tmp_path / "a.md").write_text(f"---\n{bomb}\ntitle: *a11\n---\nWords.\n", encoding="utf-8")
        (document,) = load_documents(tmp_path)
        assert re.search(r"a\.md:\d+: the front matter is not YAML: an alias", str(document.problems[0]))


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("<!-- references: wei2022, fang2023 -->", ("wei2022", "fang2023")),
        ("<!--references:a-->", ("a",)),
        ("<!-- references: a,\n  b,, a -->\r\nText.\n<!-- references: c, b -->", ("a", "b", "c")),
        ("<!-- references: 方圆2023，a -->", ("方圆2023，a",)),  # one key, which a check will not find
        ("<!-- references: -->", ()),
        ("<!-- references: a", ()),
        ("<!-- references: <script> -->", ()),
        ("<!-- note: references: a -->", ()),
        ("references: a", ()),
    ],
)
def test_comments_name_keys(text: str, keys: tuple[str, ...]) -> None:
    assert reference_keys(text) == keys


@pytest.mark.parametrize(
    ("line", "text", "address"),
    [
        ("Wei et al. 2022. https://arxiv.org/abs/1", "Wei et al. 2022.", "https://arxiv.org/abs/1"),
        ("魏等（2022）。《涌现》。https://arxiv.org/abs/1", "魏等（2022）。《涌现》。", "https://arxiv.org/abs/1"),
        ("见 https://例子.org/路径。", "见", "https://例子.org/路径"),
        ("On it: http://example.org/x_(y).", "On it:", "http://example.org/x_(y)"),
        ("See https://example.org for it", "See https://example.org for it", ""),
        ("javascript:alert(1)", "javascript:alert(1)", ""),
        ("", "", ""),
    ],
)
def test_a_line_that_is_no_key_stands_for_itself(line: str, text: str, address: str) -> None:
    assert resolve_references([line], {"wei2022": WEI}) == (Reference(line, text, address),)


def test_keys_and_lines_are_resolved_once_each_in_order() -> None:
    known = {"wei2022": WEI, "fang2023": FANG}
    line = Reference("A line", "A line", "")
    assert resolve_references(["fang2023", "A line", "wei2022", "fang2023"], known) == (FANG, line, WEI)


def test_huge_lines_take_no_time() -> None:
    with costs_at_most(2):
        line = "http://" * 100_000 + " end"
        assert resolve_references([line], {}) == (Reference(line, line[:1999] + "…", ""),)
        assert reference_keys("<!-- references: " * 50_000 + "," * 100_000) == ()
        assert len(reference_keys(f"<!-- references: {','.join(map(str, range(50_000)))} -->")) == 50_000


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_document_rests_on_its_front_matter_and_its_comments(tmp_path: Path, newline: str) -> None:
    text = (
        "---\nreferences: [Own line. https://example.org, fang2023]\n---\n# T\n\n<!-- references: wei2022 -->\n\nx.\n"
    )
    document, _ = passages(tmp_path, text.replace("\n", newline))
    own = Reference("Own line. https://example.org", "Own line.", "https://example.org")
    assert document.references == (own, FANG, WEI)


def test_a_chinese_text_in_gb18030_rests_on_the_list_in_utf_8(tmp_path: Path) -> None:
    listed(tmp_path)
    text = "# 涌现\n\n<!-- references: fang2023 -->\n\n涌现是指系统的行为并非由人明确设计，而是从训练中隐式产生的。\n"
    (tmp_path / "a.md").write_bytes(text.encode("gb18030"))
    (document,) = load_documents(tmp_path)
    assert document.text == text
    assert document.references == (FANG,)


def test_each_folder_has_its_own_list(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        listed(tmp_path / name, f"key: {{authors: {name}, title: T}}")
        (tmp_path / name / f"{name}.md").write_text("<!-- references: key -->\n\nWords.", encoding="utf-8")
    found = load_documents(tmp_path / "one", tmp_path / "two")
    assert [document.references[0].text for document in found] == ["one. T", "two. T"]


SECTIONS = """# Title

<!-- references: wei2022 -->

First words.

## 第一节

第一节没有自己的来源。

## Second

<!-- references: fang2023 -->

Second words.

### Below

Deeper words.

## Third

<!-- references: -->

Third words.
"""


def test_a_passage_rests_on_its_section_or_the_one_around_it(tmp_path: Path) -> None:
    document, found = passages(tmp_path, SECTIONS)
    assert {text: passage.references for text, passage in found.items()} == {
        "First words.": ("wei2022",),
        "第一节没有自己的来源。": ("wei2022",),
        "Second words.": ("fang2023",),
        "Deeper words.": ("fang2023",),
        "Third words.": ("wei2022",),
    }
    assert references_of(document, found["Deeper words."]) == (FANG,)
    assert references_of(document, found["Third words."]) == (WEI,)


def test_what_a_section_does_not_name_the_whole_text_says(tmp_path: Path) -> None:
    text = (
        "Words above.\n\n## One\n\n<!-- references: fang2023, wei2022 -->\n\nFirst words.\n\n## Two\n\nSecond words.\n"
    )
    document, found = passages(tmp_path, text)
    assert [passage.references for passage in found.values()] == [(), ("fang2023", "wei2022"), ()]
    assert references_of(document, found["Second words."]) == (FANG, WEI)
    assert references_of(document, found["Words above."]) == (FANG, WEI)
    bare, found = passages(tmp_path, "Words.")
    assert references_of(bare, found["Words."]) == ()


def test_comments_are_in_no_passage_and_change_no_id(tmp_path: Path) -> None:
    _, found = passages(tmp_path, SECTIONS)
    _, bare = passages(tmp_path, SECTIONS.replace("<!-- references: fang2023 -->\n\n", ""))
    assert not [text for text in found if "references" in text]
    assert [passage.id for passage in found.values()] == [passage.id for passage in bare.values()]


@pytest.mark.parametrize(
    "text",
    [
        "Words.\n<!-- references: wei2022 -->\nMore words.",
        "<!-- references: wei2022 -->\n- an item\n- 另一项",
        "<!-- references:\n  wei2022\n-->\n\n| a | b |\n|---|---|\n| 1 | 2 |",
    ],
)
def test_a_comment_counts_for_what_follows_it_in_its_section(tmp_path: Path, text: str) -> None:
    _, found = passages(tmp_path, "# T\n\n## One\n\n" + text)
    assert list(found.values())[-1].references == ("wei2022",)
