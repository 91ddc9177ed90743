"""What an editor is told of a folder of texts: nothing where all is well, and each fault with its place."""

from pathlib import Path

import pytest
from costs import costs_at_most

from corpus import CorpusError, Problem, Report, check_texts, new_pair

REFERENCES = """wei2022:
  authors: Wei et al.
  year: 2022
  title: Emergent Abilities of Large Language Models
  address: https://arxiv.org/abs/2206.07682
fang2023:
  authors: 方圆
  title: 大模型纪事
"""
GLOSSARY = "- {en: emergence, zh: 涌现, definition_en: Behaviour that arises., definition_zh: 产生的行为。}\n"
ENGLISH = """---
title: "Emergence 🎉: an idea"
language: en
twin: zh/a.md
---

# Emergence 🎉: an idea

<!-- references: wei2022 -->

Emergence (涌现) means that behaviour arises from training instead of design.

## GPT-3

<!-- references: wei2022, fang2023 -->

GPT-3 has 175 billion parameters. It appeared in May 2020.

- It learns from 2 to 3 examples.
- It was trained on 300 billion tokens.

| Model | Year |
| --- | --- |
| GPT-2 | 2019 |
"""
CHINESE = """---
title: 涌现🎉：一个概念
language: zh
twin: en/a.md
---

# 涌现🎉：一个概念

<!-- references: wei2022 -->

涌现（emergence）是指行为从训练中产生，而不是由人设计出来的。

## GPT-3 模型

<!-- references: wei2022, fang2023 -->

GPT-3 有 1750 亿个参数。它在 2020 年 5 月发布。

- 它从 2 到 3 个例子中学习。
- 它在 3000 亿个词元上训练。

| 模型 | 年份 |
| --- | --- |
| GPT-2 | 2019 |
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A pair of texts, a list of references and a glossary, with nothing to mend."""
    place = tmp_path / "ours"
    for name, text in (
        ("en/a.md", ENGLISH),
        ("zh/a.md", CHINESE),
        ("references.yaml", REFERENCES),
        ("glossary.yaml", GLOSSARY),
    ):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    return place


def edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


def told(report: Report) -> list[str]:
    return [f"{name}:{line}: {message}" for name, line, message in report.problems]


def test_nothing_is_said_of_a_pair_that_is_right(folder: Path) -> None:
    assert check_texts(folder) == Report(
        documents=2, pairs=1, references=2, terms=1, longest_run=0, run="", run_in="", problems=()
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_and_the_newlines_of_a_file_are_nothing_to_mend(folder: Path, encoding: str) -> None:
    (folder / "zh/a.md").write_bytes(CHINESE.replace("\n", "\r\n").encode(encoding))
    (folder / "en/a.md").write_bytes(ENGLISH.replace("\n", "\r").encode())
    assert check_texts(folder).problems == ()


@pytest.mark.parametrize(
    ("name", "old", "new", "problems"),
    [
        ("en/a.md", "language: en\n", "", ["en/a.md:1: the front matter has no 'language'"]),
        (
            "en/a.md",
            "language: en\n",
            "language: fr\n",
            ["en/a.md:1: 'language' is 'fr'; expected en or zh"],
        ),
        ("en/a.md", "language: en\n", "language: [en]\n", ["en/a.md:1: 'language' is ['en']; expected en or zh"]),
        (
            "zh/a.md",
            "twin: en/a.md\n",
            "",
            ["zh/a.md:1: the front matter has no 'twin'", "en/a.md:0: its twin zh/a.md names no twin instead of it"],
        ),
        (
            "zh/a.md",
            "twin: en/a.md",
            "twin: en/b.md",
            [
                "en/a.md:0: its twin zh/a.md names en/b.md instead of it",
                "zh/a.md:0: its twin en/b.md does not exist",
            ],
        ),
        (
            "zh/a.md",
            "twin: en/a.md",
            "twin: zh/a.md",
            ["en/a.md:0: its twin zh/a.md names zh/a.md instead of it", "zh/a.md:0: it names itself as its twin"],
        ),
        (
            "en/a.md",
            "# Emergence 🎉: an idea\n\n",
            "# Emergence\n\n",
            ["en/a.md:0: the text does not begin with its title as heading: # Emergence 🎉: an idea"],
        ),
        (
            "en/a.md",
            "\n# Emergence 🎉: an idea\n",
            "\nHello there.\n\n# Emergence 🎉: an idea\n",
            [
                "en/a.md:0: the text does not begin with its title as heading: # Emergence 🎉: an idea",
                "en/a.md:0: it and its twin zh/a.md have different headings (3 and 2 sections)",
            ],
        ),
        (
            "zh/a.md",
            "## GPT-3 模型",
            "### GPT-3 模型",
            ["en/a.md:0: it and its twin zh/a.md have different headings (2 and 2 sections)"],
        ),
        (
            "zh/a.md",
            "| GPT-2 | 2019 |",
            "| GPT-2 | 2019 |\n\n<!-- TO WRITE: 参数 -->",
            ["zh/a.md:26: something is still to be written (TO WRITE)"],
        ),
        (
            "zh/a.md",
            "# 涌现🎉：一个概念\n\n<",
            "# 涌现🎉：一个概念\n\nThis paragraph is in the other language.\n\n<",
            [
                "zh/a.md:9: a paragraph that is not in 'zh'",
                "en/a.md:7: 'Emergence 🎉: an idea' and '涌现🎉：一个概念' of its twin are not made of the same "
                "paragraphs, items and rows: 1 paragraphs and 2 paragraphs",
            ],
        ),
        (
            "en/a.md",
            "- It was trained on 300 billion tokens.\n",
            "",
            [
                "en/a.md:13: 'GPT-3' and 'GPT-3 模型' of its twin are not made of the same paragraphs, items and rows: "
                "1 paragraphs 1 items 2 rows and 1 paragraphs 2 items 2 rows",
                "en/a.md:13: 'GPT-3' and 'GPT-3 模型' of its twin do not state the same figures: "
                "only one has 300000000000",
            ],
        ),
        (
            "zh/a.md",
            "1750 亿",
            "１７５亿",
            [
                "en/a.md:13: 'GPT-3' and 'GPT-3 模型' of its twin do not state the same figures: "
                "only one has 17500000000, 175000000000",
            ],
        ),
        (
            "en/a.md",
            "<!-- references: wei2022, fang2023 -->",
            "",
            [
                "en/a.md:13: 'GPT-3' names no references (<!-- references: key, key -->)",
                "en/a.md:0: it and its twin zh/a.md name different references",
            ],
        ),
        (
            "en/a.md",
            "| GPT-2 | 2019 |\n",
            "| GPT-2 | 2019 |\n\n## Empty\n\n<!-- references: wei2022 -->\n\n![picture](x.png)\n",
            [
                "en/a.md:26: 'Empty' says nothing",
                "en/a.md:0: it and its twin zh/a.md have different headings (3 and 2 sections)",
            ],
        ),
        (
            "references.yaml",
            "fang2023:",
            "fang2022:",
            [
                "en/a.md:0: the reference 'fang2023' is not in references.yaml",
                "zh/a.md:0: the reference 'fang2023' is not in references.yaml",
                "references.yaml:0: no text names the reference 'fang2022'",
            ],
        ),
        (
            "zh/a.md",
            "wei2022, fang2023",
            "wei2022，fang2023",
            [
                "en/a.md:0: it and its twin zh/a.md name different references",
                "zh/a.md:0: the reference 'wei2022，fang2023' is not in references.yaml",
            ],
        ),
        (
            "zh/a.md",
            "wei2022, fang2023",
            "wei2022 fang2023",
            [
                "en/a.md:0: it and its twin zh/a.md name different references",
                "zh/a.md:0: the reference 'wei2022 fang2023' is not in references.yaml",
            ],
        ),
    ],
)
def test_each_fault_is_named_with_its_place(folder: Path, name: str, old: str, new: str, problems: list[str]) -> None:
    edit(folder, name, old, new)
    assert sorted(told(check_texts(folder))) == sorted(problems)


def test_a_title_may_hold_markup_and_full_width_marks(folder: Path) -> None:
    hostile = '<img src=x onerror="alert(1)"> a|b `c` “d” ＡＩ！'
    for name, old in (("en/a.md", '"Emergence 🎉: an idea"'), ("zh/a.md", "涌现🎉：一个概念")):
        text = (folder / name).read_text(encoding="utf-8")
        text = text.replace(f"title: {old}", f"title: '{hostile}'").replace("# " + old.strip('"'), "# " + hostile)
        (folder / name).write_text(text, encoding="utf-8")
    assert check_texts(folder).problems == ()
    edit(folder, "zh/a.md", "# <img", "# Not <img")
    assert told(check_texts(folder)) == [f"zh/a.md:0: the text does not begin with its title as heading: # {hostile}"]


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("wei2022", ""),
        ("Wei et al. (2022). A whole line.", ""),
        ("魏等（2022）。《大模型的涌现能力》。", ""),
        ("https://arxiv.org/abs/2206.07682", ""),
        ("wei-2022", "wei-2022"),
        ("魏2022", "魏2022"),
    ],
)
def test_a_line_of_the_front_matter_that_is_no_key_needs_no_list(folder: Path, line: str, key: str) -> None:
    for name in ("en/a.md", "zh/a.md"):
        edit(folder, name, "\nlanguage:", f"\nreferences: ['{line}']\nlanguage:")
    wrong = [f"{name}:0: the reference {key!r} is not in references.yaml" for name in ("en/a.md", "zh/a.md") if key]
    assert told(check_texts(folder)) == wrong


@pytest.mark.parametrize(("paragraph", "columns"), [("word " * 29 + "word.", 150), ("模型" * 37 + "。", 150)])
def test_a_paragraph_wider_than_a_passage_is_to_be_parted(folder: Path, paragraph: str, columns: int) -> None:
    name = "en/a.md" if paragraph.isascii() else "zh/a.md"
    old = "GPT-3 has 175 billion parameters. It appeared in May 2020.\n"
    edit(folder, name, old if paragraph.isascii() else "GPT-3 有 1750 亿个参数。它在 2020 年 5 月发布。\n", paragraph)
    found = [row for row in told(check_texts(folder, passage_width=columns - 1)) if "columns" in row]
    assert found == [f"{name}:17: a paragraph of {columns} columns; {columns - 1} fit in a passage: part it"]
    assert not [row for row in told(check_texts(folder, passage_width=columns)) if "columns" in row]


def test_a_heading_above_others_may_say_nothing(folder: Path) -> None:
    for name, old in (("en/a.md", "## GPT-3\n"), ("zh/a.md", "## GPT-3 模型\n")):
        edit(folder, name, old, f"## GPT\n\n<!-- references: wei2022 -->\n\n#{old}")
    assert check_texts(folder).problems == ()


def test_problems_are_records(folder: Path) -> None:
    edit(folder, "zh/a.md", "language: zh", "language: zh-CN")
    (problem,) = check_texts(folder).problems
    assert problem == Problem("zh/a.md", 1, "'language' is 'zh-CN'; expected en or zh")
    assert (problem.document_id, problem.line) == ("zh/a.md", 1)


def test_texts_of_no_folder_kind_are_checked_as_well(tmp_path: Path) -> None:
    (tmp_path / "plain.txt").write_text("Just some words of somebody.", encoding="utf-8")
    (tmp_path / "references.yaml").write_text("{}", encoding="utf-8")  # else nobody wants them to be like ours
    report = check_texts(tmp_path)
    assert (report.documents, report.pairs, report.references, report.terms) == (1, 0, 0, 0)
    assert [f"the front matter has no {key!r}" in "".join(told(report)) for key in ("title", "language", "twin")] == [
        True
    ] * 3
    (tmp_path / "empty.md").write_text("", encoding="utf-8")
    assert "empty.md:0: the text does not begin with its title as heading: # empty" in told(check_texts(tmp_path))


OWN = {
    "notes/lake.md": "---\ndate: 2021-08-16\n---\n\nThe lake has salt.\n\n## Empty\n\n## More\n\n"
    + "Words of it. " * 40,
    "plain.txt": "Just some words of somebody.",
    "prices.csv": "model,price\nGPT-2,0\nGPT-3,20\n",
    "saved.html": "<html><body><h1>Lakes</h1><p>A lake is large.</p><h2>Seas</h2><p>A sea is larger.</p></body></html>",
}


def put(folder: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def test_nothing_is_said_of_healthy_texts_that_nobody_wants_to_be_like_ours(tmp_path: Path) -> None:
    put(tmp_path, OWN)
    report = check_texts(tmp_path)
    assert (told(report), report.documents) == ([], 4)


def test_what_is_amiss_is_told_of_any_text(tmp_path: Path) -> None:
    wrong = {
        "bad.md": "---\ntitle: a: b\n---\n\nA lake.\n",
        "begun.txt": "A lake.\n\nTO WRITE: more of it\n",
        "binary.md": "\0",
        "empty.md": "---\ntitle: Lakes\n---\n",
        "nothing.txt": "",
    }
    put(tmp_path, OWN | wrong)
    problems = sorted(told(check_texts(tmp_path)))
    assert [problem.split(":")[0] for problem in problems] == sorted(wrong)
    assert problems[0].startswith("bad.md:2: the front matter is not YAML")
    assert problems[1] == "begun.txt:3: something is still to be written (TO WRITE)"
    assert problems[3:] == [f"{name}:0: it holds nothing that could be found" for name in ("empty.md", "nothing.txt")]


@pytest.mark.parametrize("line", ["twin: zh/a.md", "references: [wei2022]"])
def test_one_text_with_a_twin_or_references_makes_the_plain_ones_of_a_folder_be_like_ours(
    tmp_path: Path, line: str
) -> None:
    put(tmp_path, OWN | {"a.md": f"---\n{line}\n---\n\nA lake.\n"})
    problems = told(check_texts(tmp_path))
    assert "plain.txt:1: the front matter has no 'twin'" in problems
    assert "notes/lake.md:7: 'Empty' names no references (<!-- references: key, key -->)" in problems
    assert [problem for problem in problems if problem.startswith(("prices.csv", "saved.html"))] == []


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("references.yaml", "wei2022: {title: [}", "references.yaml is not YAML"),
        ("glossary.yaml", "- {en: emergence}", "'emergence' lacks 'zh'"),
    ],
)
def test_what_cannot_be_read_at_all_is_an_error(folder: Path, name: str, text: str, words: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(CorpusError, match=words):
        check_texts(folder)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("en/a.md", "---\ntitle: a: b\n---\n", "en/a.md:2: the front matter is not YAML"),
        ("en/b.md", "\0", "en/b.md:0: it is not a text"),
    ],
)
def test_a_text_that_cannot_be_read_is_a_problem_beside_the_others(
    folder: Path, name: str, text: str, words: str
) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    (folder / "en" / "c.md").write_text("\0", encoding="utf-8")
    found = told(check_texts(folder))
    assert [line for line in found if line.startswith(words)]
    assert [line for line in found if line.startswith("en/c.md:0: it is not a text")]


def test_a_folder_that_is_not_there_is_an_error(folder: Path, tmp_path: Path) -> None:
    for arguments in ((tmp_path / "gone", None), (folder, tmp_path / "gone")):
        with pytest.raises(CorpusError, match=r"There is no folder .*gone"):
            check_texts(arguments[0], others=arguments[1])


def theirs(folder: Path, text: str) -> Path:
    place = folder.parent / "theirs"
    place.mkdir()
    (place / "column.txt").write_text(text, encoding="utf-8")
    return place


@pytest.mark.parametrize(
    ("text", "name", "line", "sentence"),
    [
        (
            "So it goes. Emergence (涌现) MEANS that behaviour\n arises from training instead of design. Yes.",
            "en/a.md",
            11,
            "emergence(涌现)meansthatbehaviourarisesfromtraininginsteadofdesign.",
        ),
        ("Intro.\n\nGPT-3 has 175 billion parameters.\n", "en/a.md", 17, "gpt-3has175billionparameters."),
        (
            "前言。涌现（emergence）是指行为从训练中产生，\r\n而不是由人设计出来的。后记。",
            "zh/a.md",
            11,
            "涌现（emergence）是指行为从训练中产生，而不是由人设计出来的。",
        ),
        ("• It was trained on 300 billion tokens.\n• Another item.", "en/a.md", 20, "itwastrainedon300billiontokens."),
    ],
)
def test_a_sentence_of_others_is_named(folder: Path, text: str, name: str, line: int, sentence: str) -> None:
    report = check_texts(folder, others=theirs(folder, text))
    assert f"{name}:{line}: a sentence of column.txt: {sentence!r}" in told(report)


def test_short_sentences_may_be_anybodys(folder: Path) -> None:
    report = check_texts(
        folder, others=theirs(folder, "GPT-2: 2019\n\nIt appeared in May 2020.\n\n它在 2020 年 5 月发布。")
    )
    assert report.problems == ()
    assert (report.longest_run, report.run, report.run_in) == (20, "itappearedinmay2020.", "en/a.md")


def test_the_longest_common_stretch_is_measured_in_columns(folder: Path) -> None:
    copied = "行为从训练中产生，而不是由人设计出来"
    report = check_texts(folder, others=theirs(folder, f"他说{copied}啊。"))
    assert report.problems == ()
    assert (report.run, report.run_in, report.longest_run) == (copied, "zh/a.md", 36)
    long = "behaviour arises from\n    TRAINING instead of design. GPT-3 has 175 billion parameters"
    edit(folder, "en/a.md", "design.\n\n## GPT-3\n\n", "design. GPT-3 has 175 billion parameters.\n\n## GPT-3\n\n")
    edit(folder, "zh/a.md", "出来的。\n", "出来的。GPT-3 有 1750 亿个参数。\n")
    (folder.parent / "theirs" / "column.txt").write_text(f"He said: {long} or so", encoding="utf-8")
    run = "".join(long.split()).casefold()
    report = check_texts(folder, others=folder.parent / "theirs")
    assert (report.run, report.longest_run) == (run, 71)
    assert told(report) == [f"en/a.md:0: 71 columns are word for word another's (at most 60): {run!r}"]


def test_front_matter_and_comments_are_nobodys_words(folder: Path) -> None:
    others = theirs(folder, f"{ENGLISH.split('#')[0]} <!-- references: wei2022, fang2023 -->".replace("-", "", 3))
    assert check_texts(folder, others=others).longest_run < 30


def test_texts_that_have_nothing_in_common_with_ours(folder: Path) -> None:
    report = check_texts(folder, others=theirs(folder, "…"))
    assert (report.longest_run, report.run, report.run_in, report.problems) == (0, "", "", ())


@pytest.mark.slow
def test_large_and_hostile_texts_are_checked_in_little_time(folder: Path) -> None:
    others = theirs(folder, "".join(f"Sentence number {number} of a long column.\n" for number in range(1000)))
    (folder / "en" / "b.md").write_text(
        "<!-- " * 5000 + "[" * 20_000 + "|" * 20_000 + "\n\n" + "9" * 100_000 + "\n\n" + "模" * 50_000,
        encoding="utf-8",
    )
    with costs_at_most(3):
        report = check_texts(folder, others=others)
    assert "en/b.md:1: the front matter has no 'title'" in told(report)


def test_a_new_pair_tells_what_is_missing(tmp_path: Path) -> None:
    new_pair(tmp_path, "Scaling: how far?", "规模：多大？")
    assert sorted(told(check_texts(tmp_path))) == sorted(
        f"{name}:{problem}"
        for name, section in (("en/scaling-how-far.md", "What it is"), ("zh/scaling-how-far.md", "是什么"))
        for problem in (
            f"13: {section!r} says nothing",
            f"13: {section!r} names no references (<!-- references: key, key -->)",
            "11: something is still to be written (TO WRITE)",
        )
    )
