"""A new text begins as a pair of skeletons that say nothing yet, and that an editor can fill."""

import os
from pathlib import Path

import pytest

from corpus import CorpusError, load_documents, new_pair, split


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_pair_is_written(tmp_path: Path) -> None:
    assert new_pair(tmp_path, "  In-context learning:\nan idea ", "上下文学习：“一个概念”🎉") == (
        tmp_path / "en" / "in-context-learning-an-idea.md",
        tmp_path / "zh" / "in-context-learning-an-idea.md",
    )
    english, chinese = load_documents(tmp_path)
    assert (english.title, english.twin) == ("In-context learning: an idea", chinese.id)
    assert (chinese.title, chinese.twin) == ("上下文学习：“一个概念”🎉", english.id)
    assert english.text.startswith("---\ntitle: 'In-context learning: an idea'\nlanguage: en\ntwin: zh/in-con")
    assert "\n# 上下文学习：“一个概念”🎉\n" in chinese.text
    assert b"\r" not in (tmp_path / english.id).read_bytes()
    for document in (english, chinese):
        assert document.text.count("<!-- TO WRITE: ") == document.text.count("<!-- references: -->") == 2
        assert document.references == ()
        assert split(document) == []


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("GPT-4", "gpt-4"),
        ("../../etc/passwd", "etc-passwd"),
        ("/tmp/x", "tmp-x"),
        ("C:\\x", "c-x"),
        ("<script>alert('1')</script>", "script-alert-1-script"),
        ("Yes", "yes"),
        ("2021", "2021"),
        ("{title} %s {0}", "title-s-0"),
        ("# A --- b", "a-b"),
        ("[a, b]: &c *d", "a-b-c-d"),
        ("Word " * 50, ("word-" * 20).rstrip("-")),
        ("模型 model", "model"),
    ],
)
def test_any_title_makes_a_file_of_its_own_inside_the_folder(tmp_path: Path, title: str, slug: str) -> None:
    place = tmp_path / "texts"
    place.mkdir()
    new_pair(place, title, f"标题 {title}")
    assert files(tmp_path) == [f"texts/en/{slug}.md", f"texts/zh/{slug}.md"]
    assert [document.title for document in load_documents(place)] == [
        " ".join(title.split()),
        f"标题 {' '.join(title.split())}",
    ]


@pytest.mark.parametrize(
    ("title", "chinese", "words"),
    [
        ("涌现", "涌现", "'涌现' has no Latin letter or digit to make a file name of. Give an English one."),
        ("…!?🎉", "涌现", "'…!?🎉' has no Latin letter"),
        ("", "涌现", "'' has no Latin letter"),
        ("Emergence", " \u3000", "The Chinese title is empty."),
        ("Emergence\udcff", "涌现", "'Emergence\\udcff' is not UTF-8."),
        ("Emergence", "\udce6", "'\\udce6' is not UTF-8."),
    ],
)
def test_a_title_that_is_none_is_refused(tmp_path: Path, title: str, chinese: str, words: str) -> None:
    with pytest.raises(CorpusError) as caught:
        new_pair(tmp_path, title, chinese)
    assert words in str(caught.value)
    assert files(tmp_path) == []


@pytest.mark.parametrize("there", ["en", "zh"])
def test_a_text_that_is_there_is_never_written_over(tmp_path: Path, there: str) -> None:
    (tmp_path / there).mkdir()
    (tmp_path / there / "scaling.md").write_text("Mine.", encoding="utf-8")
    with pytest.raises(CorpusError, match=rf"{there}/scaling\.md exists already\. Edit it, or choose another title\."):
        new_pair(tmp_path, "Scaling!", "规模")
    assert files(tmp_path) == [f"{there}/scaling.md"]
    assert (tmp_path / there / "scaling.md").read_text(encoding="utf-8") == "Mine."


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"There is no folder .*gone\. Make it first, or name another with --corpus"):
        new_pair(tmp_path / "gone", "Scaling", "规模")
    assert not (tmp_path / "gone").exists()


@pytest.mark.parametrize("blocked", ["en", "zh"])
def test_half_a_pair_is_never_left(tmp_path: Path, blocked: str) -> None:
    (tmp_path / blocked).write_text("a file", encoding="utf-8")
    with pytest.raises(CorpusError, match=rf"{blocked} cannot be written: .*Nothing was added\."):
        new_pair(tmp_path, "Scaling", "规模")
    assert files(tmp_path) == [blocked]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not bind root")
def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(CorpusError, match=r"en cannot be written: Permission denied\. Nothing was added\."):
        new_pair(tmp_path, "Scaling", "规模")
