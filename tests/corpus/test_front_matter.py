"""What a text says about itself is read in every program's way, and never quoted; what cannot be read is told once."""

from pathlib import Path

import pytest

from corpus import Document, Problem, load_document, split
from corpus.parsing.front_matter import front_matter_end

BODY = "The dyke is mended in spring.\n"


def load(folder: Path, text: str) -> Document:
    path = folder / "a.md"
    path.write_text(text, encoding="utf-8")
    return load_document(path, "a.md")


def said(document: Document) -> str:
    return " ".join(passage.text for passage in split(document))


@pytest.mark.parametrize(
    "front",
    [
        "---\ntitle: Salt\nurl: https://x.example/s\ndescription: hidden\n---\n",
        "\ufeff---\ntitle: Salt\nurl: https://x.example/s\n# hidden: comment\n---\n",
        "\n---\n\ntitle: Salt\nurl: https://x.example/s\ndescription: hidden\n\n---\n",
        "---\n- title: Salt\n- url: https://x.example/s\n- hidden\n---\n",
        "---\nTitle: Salt\nURL: https://x.example/s\nsummary: |\n  hidden\n\n  more hidden\n---\n",
        '+++\ntitle = "Salt"\nurl = "https://x.example/s"\ndate = 2023-05-01T10:00:00Z\n[extra]\nx = "hidden"\n+++\n',
        '{\n  "title": "Salt",\n  "url": "https://x.example/s",\n  "tags": ["hidden"]\n}\n',
        ';;;\n"title": "Salt",\n"url": "https://x.example/s",\n"tags": "hidden"\n;;;\n',
        "title: Salt\nurl: https://x.example/s\ndate: 2014-03-02 11:20:31\ntags: [hidden, moving]\n---\n",
        "title: Salt\nurl: https://x.example/s\ntags:\n- hidden\n- moving\n---\n",
        "Title: Salt\nURL: https://x.example/s\nDate: 2010-12-03 10:20\nAuthors: hidden\n    and more\n\n",
        "#+TITLE: Salt\n#+URL: https://x.example/s\n#+AUTHOR: hidden\n\n",
        ":title: Salt\n:url: https://x.example/s\n:author: hidden\n\n",
        "title:: Salt\nurl:: https://x.example/s\ntags:: hidden\n\n",
        "- title:: Salt\n- url:: https://x.example/s\n- tags:: hidden\n\n",
    ],
)
@pytest.mark.parametrize("between", ["", "\n"])
def test_the_front_matter_of_other_programs_is_read_and_not_quoted(tmp_path: Path, front: str, between: str) -> None:
    document = load(tmp_path, f"{front}{between}{BODY}")
    assert (document.title, document.source, document.problems) == ("Salt", "https://x.example/s", ())
    assert said(document) == BODY.strip()


def test_the_title_block_of_pandoc_is_read(tmp_path: Path) -> None:
    document = load(tmp_path, f"% Salt\n% A. Author\n% May 2020\n\n{BODY}")
    assert (document.title, said(document)) == ("Salt", BODY.strip())


@pytest.mark.parametrize(
    "text",
    [
        "Summary: the dyke is old and long.\n\nIt is mended.",
        "Source: the mill upriver\n\nIt is mended.",
        "Note: bring rope.\n\nIt is mended.",
        "From: Ann\nTo: Bob\nSubject: Salt\nDate: May\n\nIt is mended.",
        "Name: Ann\nAge: 33\n\nIt is mended.",
        "Title: Rivers\nThe Rhine is long, and it is mended.",
        "Depth: eleven metres\n---\n\nIt is mended.",
        "---\n\nA rule above. It is mended.\n\n---\n\nMore.",
        '{"a": 1}\n',
        "{curly} is mended.",
        "% of all that is mended",
        "标题：盐田\n作者：林\n\n甲。",
        "---\ntitle: Salt\n\nThe rule below is far, and this is mended.\n\n---\n\nMore.",
        "---\ntitle: Salt\ndate: 2031\nThe rule below is far, and this is mended.\n\nIt is.\n\n---\n\nMore.",
    ],
)
def test_prose_is_not_taken_for_front_matter(tmp_path: Path, text: str) -> None:
    document = load(tmp_path, text)
    told = " ".join([document.title, *(each.heading for each in split(document)), said(document)])
    last = [line for line in text.split("\n") if line.strip(" -{}")][-1]
    assert last.strip() in told
    if not text.startswith(("---", "Title: Rivers")):
        assert text.split("\n")[0].rstrip() in told


@pytest.mark.slow
@pytest.mark.parametrize(
    ("front", "line", "title", "mend"),
    [
        ("title: Pump\nauthor: @admin", 3, "Pump", "A value that begins with @ needs quotation marks"),
        ("title: Pump\nauthor: `x`", 3, "Pump", "A value that begins with ` needs quotation marks"),
        ("title: Pump\nshare: %5", 3, "Pump", "A value that begins with % needs quotation marks"),
        ("title: Pump\ndate: 2023-02-30", 3, "Pump", "no date 2023-02-30: day is out of range for month. Write a"),
        ("title: Pump\ndate: 2021-13-45", 3, "Pump", "no date 2021-13-45: month must be in 1..12. Write a date"),
        ("title: Pump\ntags:\n\t- a", 4, "Pump", "YAML takes no tabs: write blanks"),
        ("title:\tPump\ntags:\n\t- a", 2, "Pump", "YAML takes no tabs: write blanks"),
        ("title: {{title}}\ndate: {{date}}", 2, "a", "A placeholder of a template needs quotation marks"),
        ("title: Pump: a survey", 2, "Pump: a survey", "A value that holds a colon needs quotation marks"),
        ("title: Pump\nb: [", 4, "Pump", "Close the bracket"),
        ('title: Pump\nb: "x', 4, "Pump", "Close the quotation marks"),
        ("title: Pump\nb: !x y", 3, "Pump", "A value that begins with ! needs quotation marks"),
        ("title: Pump\na: &a [x]\nb: *a", 4, "Pump", "an alias"),
        ("title: Pump\nn: 0x" + "f" * 5000, 3, "Pump", "a number of many digits"),
        ('title: Pump\nb: "\\ud800"', 3, "Pump", "half of a character"),
        ("title: Pump\na: " + "[" * 5000, 0, "Pump", "front matter is not YAML"),
    ],
)
def test_front_matter_that_cannot_be_read_is_told_with_what_mends_it(
    tmp_path: Path, front: str, line: int, title: str, mend: str
) -> None:
    document = load(tmp_path, f"---\n{front}\n---\n\n{BODY}")
    (problem,) = document.problems
    assert (problem.document_id, problem.line) == ("a.md", line)
    assert mend in problem.message
    assert (document.title, said(document)) == (title, BODY.strip())


@pytest.mark.parametrize(
    ("front", "problem"),
    [
        ('+++\ntitle = "Salt"\nauthor = Ann\n+++\n', Problem("a.md", 3, "the front matter is not TOML")),
        ('{\n"title": "Salt",\n"b": \n}\n', Problem("a.md", 4, "the front matter is not JSON")),
        ("---\ntitle: Salt\n\n", Problem("a.md", 2, "the front matter is not closed. Write a line --- below it")),
        ("---\ntitle: Salt\ndate: 2031-04-02\n", Problem("a.md", 3, "the front matter is not closed")),
        ("---\ntitle: Salt\ntags: [a]\n\n", Problem("a.md", 3, "the front matter is not closed")),
    ],
)
def test_other_front_matter_that_is_wrong_is_told_as_well(tmp_path: Path, front: str, problem: Problem) -> None:
    document = load(tmp_path, f"{front}{BODY}")
    (found,) = document.problems
    assert (found.document_id, found.line) == (problem.document_id, problem.line)
    assert found.message.startswith(problem.message)
    assert said(document) == BODY.strip()


def test_a_placeholder_is_no_title(tmp_path: Path) -> None:
    document = load(tmp_path, f"---\ntitle: <% tp.file.title %>\nsource: '{{{{url}}}}'\n---\n{BODY}")
    assert (document.title, document.source, document.problems) == ("a", "a.md", ())


def test_the_end_is_where_the_text_begins() -> None:
    text = f"+++\ntitle = 'x'\n+++\n{BODY}"
    assert text[front_matter_end(text) :] == BODY
    assert front_matter_end(BODY) == 0
