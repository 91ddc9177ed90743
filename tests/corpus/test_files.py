"""Files and folders become documents, or one clear message."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus import (
    CorpusError,
    Document,
    Reference,
    check_texts,
    find_text,
    find_texts,
    load_document,
    load_documents,
    load_glossary,
    new_pair,
    references_of,
    split,
)
from corpus.files.limits import FileLimits
from corpus.user_folders import cache_folder, data_folder

ENGLISH = "# Scale\n\nA foundation model is trained on broad data at scale; it can be adapted to many tasks.\n"
CHINESE = "# 规模\n\n基础模型是在广泛数据上训练的模型，可以适应许多下游任务。它带来涌现与同质化两种特性。\n"
TRADITIONAL = "# 規模\n\n基礎模型是在廣泛資料上訓練的模型，可以適應許多下游任務。史丹佛大學於二○二一年提出這個名詞。\n"
MIXED = ENGLISH * 4 + "The Chinese word is 涌现。\n"


def load(folder: Path, raw: bytes | str, name: str = "a.md") -> Document:
    path = folder / name
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode("utf-8"))
    (document,) = load_documents(folder)
    path.unlink()
    return document


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("text", [CHINESE, ENGLISH, CHINESE * 50, MIXED])
def test_simplified_chinese_and_english_are_read_in_any_encoding(tmp_path: Path, encoding: str, text: str) -> None:
    assert load(tmp_path, text.encode(encoding)).text == text


@pytest.mark.parametrize("count", [1, 5, 50])
def test_big5_is_read(tmp_path: Path, count: int) -> None:
    assert load(tmp_path, (TRADITIONAL * count).encode("big5")).text == TRADITIONAL * count


def test_big_endian_utf_16_and_windows_1252_are_read(tmp_path: Path) -> None:
    assert load(tmp_path, b"\xfe\xff" + CHINESE.encode("utf-16-be")).text == CHINESE
    text = "Café — déjà vu, “quoted” text about foundation models."
    assert load(tmp_path, text.encode("cp1252")).text == text


def test_newlines_alone_are_changed(tmp_path: Path) -> None:
    text = "# 标题\r\n\r\nA\u200bB 𠮷🎉\x0c\u2028 end\rlast  \r\n\t"
    assert load(tmp_path, text).text == "# 标题\n\nA\u200bB 𠮷🎉\x0c\u2028 end\nlast  \n\t"


@pytest.mark.parametrize(
    "raw",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 8,
        bytes(range(1, 256)) * 20,
        CHINESE.encode("utf-16-le"),
        CHINESE.encode("utf-32"),
        b"\xff\xfe\x00\xd8",
        b"text with a \0 in it",
    ],
)
def test_what_is_no_text_is_named(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "good.txt").write_text("Words.", encoding="utf-8")
    (tmp_path / "bad.md").write_bytes(raw)
    with pytest.raises(CorpusError, match=r"bad\.md is not a text: .*Save it as UTF-8"):
        load_documents(tmp_path)


def test_a_text_beyond_the_limit_is_refused_with_both_sizes(tmp_path: Path) -> None:
    with (tmp_path / "dump.txt").open("wb") as file:
        file.truncate(20_000_000)
    with pytest.raises(CorpusError, match=r"dump\.txt has 20\.0 MB; a text may have 8\.0 MB.*largest_file_mb"):
        load_documents(tmp_path)


def test_a_document_has_a_limit_of_its_own(tmp_path: Path) -> None:
    for name, size in (("handbook.PDF", 120_000_000), ("slides.pptx", 100_000_001)):
        with (tmp_path / name).open("wb") as file:
            file.truncate(size)
    with pytest.raises(CorpusError) as caught:
        load_documents(tmp_path)
    assert str(caught.value).splitlines() == [
        "2 texts cannot be read.",
        "handbook.PDF has 120.0 MB; a document (.pdf) may have 100.0 MB. Split it into several files, or raise "
        "'largest_document_mb' in a settings file.",
        "slides.pptx has 100.0 MB; a document (.pptx) may have 100.0 MB. Split it into several files, or raise "
        "'largest_document_mb' in a settings file.",
    ]
    (text,) = find_texts(tmp_path, limits=FileLimits(document=200_000_000))[:1]
    assert text.limits == FileLimits(document=200_000_000)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("---\ntitle: 基础模型\n---\n# Other\n\nx", "基础模型"),
        ("---\ntitle: 2021\n---\nx.", "2021"),
        ("---\ntitle: [a, b]\n---\n# Own\n\nx.", "Own"),
        ("# Learning C#\n\nText.", "Learning C#"),
        ("## **Closed** ##\n\nText.", "Closed"),
        ("A bare title\n\nAnd a paragraph that says more.", "A bare title"),
        ("Title\n=====\n\nText here.", "Title"),
        ("一、背景\n\n正文在此。", "一、背景"),
        ("Skip to content\n\nIntroduction\n\nOverview\n\nThis is text.", "Introduction"),
        ("Only prose, with a full stop.", "a"),
        ("", "a"),
    ],
)
def test_a_text_is_titled_by_itself(tmp_path: Path, text: str, title: str) -> None:
    assert load(tmp_path, text).title == title


def test_front_matter_names_source_and_references(tmp_path: Path) -> None:
    text = "---\ntitle: T\nurl: https://example.org/x\nreferences:\n- Bommasani 2021\n- 7\n...\nx.\n"
    document = load(tmp_path, text)
    assert document.source == "https://example.org/x"
    assert document.references == (Reference("Bommasani 2021", "Bommasani 2021", ""), Reference("7", "7", ""))
    assert load(tmp_path, "---\nreferences: one\n---\n").references == (Reference("one", "one", ""),)
    assert load(tmp_path, "---\nreferences: {a: b}\n---\n").references == ()
    plain = load(tmp_path, "Words.")
    assert (plain.source, plain.references) == ("a.md", ())


def test_what_is_too_long_for_a_title_or_a_source_is_cut(tmp_path: Path) -> None:
    assert load(tmp_path, f"---\ntitle: {'题' * 300}\n---\nx.").title == "题" * 300
    assert load(tmp_path, f"---\ntitle: {'题' * 100_000}\n---\nx.").title == "题" * 299 + "…"
    assert load(tmp_path, f"---\nsource: {'s ' * 1000}s\n---\nx.").source == "s " * 999 + "s…"
    address = f"https://example.org/{'x' * 1980}"
    references = f"- {'r' * 3000}\n- {'r' * 3000} {address}\n- Doe. {address}x\n"
    found = load(tmp_path, f"---\nreferences:\n{references}---\nx.\n\n<!-- references: {'k' * 3000} -->\n").references
    cut = f"Doe. {address}"[:1999] + "…"
    assert [each.text for each in found] == ["r" * 1999 + "…", "r" * 1999 + "…", cut, "k" * 1999 + "…"]
    assert [each.address for each in found] == ["", address, "", ""]


def test_a_section_knows_its_references_however_long_their_lines_are(tmp_path: Path) -> None:
    lines = ["a" * 3000, "a" * 3000 + "b"]
    text = "\n\n".join(f"## Part\n<!-- references: {line} -->\n\nSome words." for line in lines)
    document = load(tmp_path, text)
    assert [[each.key for each in references_of(document, passage)] for passage in split(document)] == [
        [line] for line in lines
    ]


@pytest.mark.parametrize(
    ("front", "twin"),
    [("twin: zh/a.md", "zh/a.md"), ("twin: ' zh/涌现 🎉.md '", "zh/涌现 🎉.md"), ("twin: [a]", ""), ("twin:", "")],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_front_matter_names_the_twin(tmp_path: Path, front: str, twin: str, newline: str) -> None:
    assert load(tmp_path, f"---\n{front}\n---\nWords.".replace("\n", newline)).twin == twin
    assert load(tmp_path, "Words.").twin == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("front", "line"),
    [
        ("title: Models: a survey", "line 2"),
        ("a: 1\nb: [", "line 4"),
        ("date: 2021-13-45", "line 2: there is no date 2021-13-45: month must be"),
        ("a: " + "[" * 5000, ""),
        ("a: &a [x]\nb: *a", "line 3: an alias"),
        ("title: 0x" + "f" * 5000, "line 2: a number of many digits"),
    ],
)
def test_wrong_front_matter_is_named_with_its_line(tmp_path: Path, front: str, line: str) -> None:
    document = load(tmp_path, f"---\n{front}\n---\nText.\n")
    (problem,) = document.problems
    assert re.search(r"a\.md.*: the front matter is not YAML.*(quotation marks|bracket)", str(problem))
    assert line in f"line {problem.line}: {problem.message.removeprefix('the front matter is not YAML: ')}"
    assert [passage.text for passage in split(document)] == ["Text."]


def test_texts_are_found_below_the_folder_in_order(tmp_path: Path) -> None:
    for name in ("z.TXT", "b/c.md", "a.md", ".hidden/d.md", "b/.e.md", "f.exe", "中文.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("Words.", encoding="utf-8")
    (tmp_path / "folder.md").mkdir()
    assert [document.id for document in load_documents(tmp_path)] == ["a.md", "b/c.md", "z.TXT", "中文.md"]


def test_links_are_followed_once(tmp_path: Path) -> None:
    outside, corpus = tmp_path / "outside", tmp_path / "corpus"
    outside.mkdir()
    (corpus / "sub").mkdir(parents=True)
    (outside / "x.md").write_text("Words.", encoding="utf-8")
    (outside / "back").symlink_to(corpus)
    (corpus / "sub" / "y.md").write_text("Words.", encoding="utf-8")
    (corpus / "linked").symlink_to(outside)
    (corpus / "loop").symlink_to(corpus)
    (corpus / "twice").symlink_to(outside)
    (corpus / "file.md").symlink_to(outside / "x.md")
    assert [document.id for document in load_documents(corpus)] == ["file.md", "linked/x.md", "sub/y.md"]


def test_what_the_program_keeps_below_a_folder_is_no_text_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
    folders = {"data": data_folder() / "uploads", "cache": cache_folder() / "models"}
    for folder in (*folders.values(), tmp_path / "uploads", tmp_path / "foundation-qa"):
        folder.mkdir(parents=True)
        (folder / "a.md").write_text("Words.", encoding="utf-8")
    assert [document.id for document in load_documents(tmp_path)] == ["foundation-qa/a.md", "uploads/a.md"]
    for folder in folders.values():  # named, it is a folder as any other
        assert [document.id for document in load_documents(folder)] == ["a.md"]
        assert find_text((folder / "a.md").relative_to(tmp_path).as_posix(), tmp_path) is None
    assert find_text("uploads/a.md", tmp_path)


@pytest.mark.parametrize(
    ("mark", "part", "is_index"),
    [
        ("manifest.json", "segment-0123456789ab", True),
        ("calibration-0123456789abcdef.npz", "segment-0123456789ab.partial", True),
        ("CURRENT", "20260101T000000-0123abcd", True),
        ("notes.md", "segment-202403141530", False),
        ("manifest.json", "segment-one", False),
        ("manifest.json", "texts", False),
    ],
)
def test_parts_of_an_index_are_told_by_what_lies_beside_them(
    tmp_path: Path, mark: str, part: str, is_index: bool
) -> None:
    for name in (mark, f"{part}/texts.txt", "own.md"):
        (tmp_path / "below" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "below" / name).write_text("Words.", encoding="utf-8")
    for folder, before in ((tmp_path, "below/"), (tmp_path / "below", "")):
        found = {text.id for text in find_texts(folder)} - {f"{before}notes.md"}
        assert found == {f"{before}own.md"} | (set() if is_index else {f"{before}{part}/texts.txt"})
        assert (find_text(f"{before}{part}/texts.txt", folder) is None) == is_index


def test_a_link_to_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "gone.md").symlink_to(tmp_path / "missing")
    with pytest.raises(CorpusError, match=r"gone\.md cannot be read: No such file"):
        load_documents(tmp_path)


def test_two_texts_with_one_id_are_both_named(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.md").write_text("Words.", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"called a\.md: .*one.* and .*two.*Rename"):
        load_documents(tmp_path / "one", tmp_path / "two")
    assert len(load_documents(tmp_path / "one", tmp_path / "one")) == 1


def test_a_folder_that_is_missing_empty_or_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.md").write_text("x", encoding="utf-8")
    for name, words in (("missing", "There is no folder"), ("empty", "holds no text"), ("file.md", "is a file")):
        with pytest.raises(CorpusError, match=rf"{words}.*--corpus|{name} {words}.*--corpus") as caught:
            load_documents(tmp_path / name)
        assert name in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not bind root")
def test_what_may_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("x", encoding="utf-8")
    (tmp_path / "a.md").chmod(0)
    with pytest.raises(CorpusError, match=r"a\.md cannot be read: Permission denied"):
        load_documents(tmp_path)


TAKERS = [load_documents, find_texts, load_glossary, check_texts, lambda folder: new_pair(folder, "Scaling", "规模")]


@pytest.mark.parametrize("take", TAKERS)
def test_a_folder_that_may_not_be_entered_is_named(
    tmp_path: Path, take: Callable[[Any], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As without the right to execute a folder: its name is known, and of what is in it not even whether it is."""
    (tmp_path / "a.md").write_text("Words.", encoding="utf-8")
    looked = Path.stat

    def refused(self: Path, **options: Any) -> os.stat_result:
        if tmp_path in self.parents:
            raise PermissionError(13, "Permission denied", str(self))
        return looked(self, **options)

    monkeypatch.setattr(Path, "stat", refused)
    with pytest.raises(
        CorpusError, match=re.escape(str(tmp_path)) + r".* cannot be looked at: Permission denied\. Allow"
    ):
        take(tmp_path)


@pytest.mark.parametrize(
    "take", [*TAKERS, lambda path: load_document(path, "a.md"), lambda path: find_text("a.md", path)]
)
@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("a\0b", CorpusError, "No file can be called 'a\\\\x00b': it holds a NUL"),
        ("\ud800", CorpusError, "No file can be called '\\\\ud800': it holds half of a character"),
        (None, TypeError, r"is None \(NoneType\); expected one path"),
        (b"texts", TypeError, r"is b'texts' \(bytes\); expected one path"),
        (["a", "b"], TypeError, r"is \['a', 'b'\] \(list\); expected one path"),
    ],
)
def test_what_is_no_path_is_named(take: Callable[[Any], object], name: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        take(name)


def test_a_folder_may_be_a_str(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Words.", encoding="utf-8")
    assert load_documents(str(tmp_path)) == load_documents(tmp_path)
    assert load_document(str(tmp_path / "a.md"), "a.md") == load_document(tmp_path / "a.md", "a.md")
    assert load_glossary(str(tmp_path)) == ()
    assert check_texts(str(tmp_path)) == check_texts(tmp_path)
    assert new_pair(str(tmp_path), "Scaling", "规模")[0] == tmp_path / "en" / "scaling.md"


def test_of_two_folders_links_to_nothing_are_two_texts(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.md").symlink_to(tmp_path / "gone")
    with pytest.raises(CorpusError, match=r"called a\.md: .*one.* and .*two.*Rename"):
        find_texts(tmp_path / "one", tmp_path / "two")


def test_a_file_name_that_is_no_text_is_named(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.md")).write_text("x", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    with pytest.raises(CorpusError, match=r"\\udcff\.md.*Rename"):
        load_documents(tmp_path)


def test_the_built_in_texts_come_in_both_languages() -> None:
    ids = [document.id for document in load_documents()]
    assert ids == sorted(ids)
    assert {name.split("/")[0] for name in ids} == {"en", "zh"}


@pytest.mark.parametrize("line", ['title: "bad \\ud800 title"', 'references: ["a \\udfff"]', '"\\ud83d": x'])
def test_half_a_character_in_the_front_matter_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.md").write_text(f"---\n{line}\n---\n\nWords.\n", encoding="utf-8")
    (document,) = load_documents(tmp_path)
    (problem,) = document.problems
    assert re.search(r"a\.md:\d: the front matter is not YAML: half of a character", str(problem))
    assert "Words." in document.text
