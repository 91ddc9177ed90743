"""What readers say of a file is said to a visitor in the visitor's language: all that the code may say is known."""

import ast
import io
import json
import re
import string
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pdf_files import pdf, write
from reportlab.pdfgen.canvas import Canvas

from corpus import LANGUAGES, CorpusError, Document, TextFile
from corpus.files.formats import READERS
from corpus.files.office import OFFICE_READERS
from corpus.files.pdf import read_pdf
from corpus.files.text_file import read_text_file
from corpus.files.web import WEB_READERS
from ui.html.reasons import reason_in, reasons
from ui.html.visitor_message import VisitorError, visitor_messages

ROOT = Path(__file__).parents[2]
OTHERS = LANGUAGES[1:]
READING = [*sorted((ROOT / "corpus/files").rglob("*.py")), ROOT / "ui/workspace/text_states.py"]

# How the words of a message can be told from other strings of the readers: they are a sentence, or a part of one.
_SENTENCE = re.compile(r"[A-Za-z]{2,}[,;:]? [a-zA-Z]")
_TELLING = re.compile(
    r"(?<![-\w])(?:the|an?|its?|is|are|was|were|has|holds?|not?|cannot|in|of|to|be|rename|needs?)(?![-\w])", re.I
)
_PATTERN = re.compile(r"\\|\(\?|\(\.|[|]")
NO_REASONS = {  # what looks like one and is told to nobody
    "Glossary of the texts ({file})",
    "{} of {} are done",
    "no process of ours says such a thing",
    "Table of Contents",
    "has with no without is toggle show hide",
    "all cross full half high long low multi non one pre self semi short two three well",
    "scanning a quoted scalar",
    "end of stream",
    "No role entry",
    "New in version",
    "Changed in version",
    "Removed in version",
    "To do",
}


def strings(path: Path) -> Iterator[str]:
    """The strings in the code of ``path``, with {} for each value, but for those that document it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    left_out = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "split":
            left_out.add(id(node.value))  # a list of words
        if isinstance(node, ast.JoinedStr):
            left_out |= {id(each) for each in node.values}
            yield "".join(each.value if isinstance(each, ast.Constant) else "{}" for each in node.values)  # type: ignore[misc]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in left_out:
            yield node.value


def is_reason(text: str) -> bool:
    """Whether somebody may be told ``text``."""
    if text in NO_REASONS or _PATTERN.search(text) or not text.isprintable():
        return False
    return bool(_SENTENCE.search(text) and _TELLING.search(text))


def anywhere(template: str) -> re.Pattern[str]:
    """Finds the words of ``template`` in order, whatever stands at its places."""
    return re.compile(".*".join(map(re.escape, re.split(r"\{\w*\}", template.removesuffix(".")))), re.DOTALL)


@pytest.mark.parametrize("language", OTHERS)
def test_all_that_a_reader_may_say_is_known_in_every_language(language: str) -> None:
    known = list(reasons(language))
    unknown = [
        f"{path.relative_to(ROOT)}: {text}"
        for path in READING
        for text in strings(path)
        if is_reason(text) and not any(anywhere(text).search(each) for each in known)
    ]
    assert unknown == [], "each needs a line in ui/html/reasons.XX.toml (or, if nobody is told it, in NO_REASONS)"


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_known_that_no_reader_says(language: str) -> None:
    said = [anywhere(text) for path in READING for text in strings(path) if re.search(r"[A-Za-z]{2}", text)]
    telling = [pattern for pattern in said if len(pattern.pattern.replace(".*", "")) > 5]
    alone = {pattern.pattern for pattern in said}
    table = [each for each in reasons(language) if anywhere(each).pattern not in alone and each != "{why}. {what}"]
    assert [each for each in table if not any(pattern.search(each) for pattern in telling)] == []


def test_a_new_message_is_seen_and_other_strings_are_not() -> None:
    known = list(reasons("zh"))
    new = "{} is a kite, which flies. Take it out of the folder."
    assert is_reason(new)
    assert not any(anywhere(new).search(each) for each in known)
    assert not is_reason("nav navbar navigation menu sidebar")
    assert not is_reason(r"(?:the|a) \w+ is")


@pytest.mark.parametrize("language", OTHERS)
def test_every_line_has_the_places_of_its_template(language: str) -> None:
    def places(text: str) -> set[str]:
        return {name for _, name, *_ in string.Formatter().parse(text) if name is not None}

    table = reasons(language)
    assert [english for english, said in table.items() if places(english) != places(said) or not said.strip()] == []
    assert [english for english in table if english.endswith(".") != table[english].endswith("。")] == []


# What is said of real files


def archive(**members: str) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as file:
        for name, text in members.items():
            file.writestr(name.replace("__", "/"), text)
    return raw.getvalue()


def scanned() -> bytes:
    def picture(canvas: Canvas) -> None:
        canvas.rect(0, 0, 600, 900, fill=1)

    return pdf(picture, picture)


def locked() -> bytes:
    def page(canvas: Canvas) -> None:
        write(canvas, ["A kite."])

    return pdf(page, encrypt="secret")


TYPED = archive(word__document_xml="<!DOCTYPE x>").replace(b"_xml", b".xml")
BAD = [
    ("a.pdf", b"\x89PNG\r\n", "不是 PDF：看起来是图片。"),
    ("a.pdf", b"", "不是 PDF：它是空的。"),
    ("a.pdf", b"%PDF-1.4 nothing", "已损坏，不能作为 PDF 读取。"),
    ("a.pdf", scanned(), "没有文字：它的 2 页都是图片，像扫描件那样。要识别上面的文字，请运行"),
    ("a.pdf", locked(), "已加密：打开它需要密码。"),
    ("a.docx", b"", "是空的。请换成 Word 文档（.docx）"),
    ("a.docx", b"%PDF-1.4", "不是 Word 文档（.docx）：它的内容不是压缩文件。看起来是 PDF："),
    ("a.docx", b"PK\x03\x04damaged", "已损坏：压缩文件不完整。"),
    ("a.docx", archive(a="b"), "压缩文件里没有文档。"),
    (
        "a.docx",
        TYPED,
        "部件 word/document.xml 不是 XML：",
    ),
    ("a.xlsx", b"\xd0\xcf\x11\xe0", "是 2007 年以前的 Office 文件"),
    ("a.csv", b"", "是空的。请填写内容"),
    ("a.csv", b"PK\x03\x04", "的内容是工作簿，不是文本。"),
    ("a.html", b"%PDF-", "是 PDF，而不是文件名所说的网页。"),
    ("a.mhtml", b"<html><p>kite", "只是网页，没有文件名所说的封装。"),
    ("a.epub", b"kite", "不是电子书：EPUB 应是 ZIP 压缩文件"),
    ("a.epub", b"%PDF-", "是 PDF，而不是文件名所说的电子书。"),
    ("a.epub", archive(a="b"), "不是可以读取的电子书："),
    ("a.ipynb", b"[1", "不是笔记本：它不是 JSON，第 1 行："),
    ("a.ipynb", json.dumps({"a": 1}).encode(), "不是笔记本：它没有单元格列表。"),
    ("a.md", b"\0", "不是文本文件：其中含有零字节。"),
    ("a.md", b"\xff\x00\x81 \xfe", "不是文本文件：它的编码"),
]


@pytest.mark.parametrize(("name", "raw", "chinese"), BAD)
def test_why_a_file_cannot_be_read_is_said_in_chinese(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, raw: bytes, chinese: str
) -> None:
    monkeypatch.setattr("corpus.files.pdf.reader.is_installed", lambda: False)
    readers = {".pdf": read_pdf, ".md": read_text_file, **OFFICE_READERS, **WEB_READERS}
    path = tmp_path / "harbour is old" / name
    with pytest.raises(CorpusError) as raised:
        readers[path.suffix](raw, path)
    english = str(raised.value)
    for told in (english.replace(str(path), name), english.replace(str(path), "port is it: a.b")):
        said = reason_in(told, "zh")
        assert said is not None
        assert chinese in said
        assert not re.search(
            r"[a-z]+ [a-z]+ [a-z]+ [a-z]+ [a-z]+", re.sub(r"JSON，.*|port is it: a\.b|不是 XML：.*", "", said)
        )
    assert visitor_messages(raised.value)["en"].endswith(english.rpartition(str(path))[2])
    assert chinese in visitor_messages(raised.value)["zh"]
    upload = VisitorError("uploads.unreadable", name=name, reason=english.replace(str(path), name))
    assert visitor_messages(upload)["zh"].startswith(f"无法读取：{name}")
    assert chinese in visitor_messages(upload)["zh"]


def test_a_file_of_an_index_says_it_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READERS, ".pdf", read_pdf)  # type: ignore[misc]
    path = tmp_path / "kite.pdf"
    path.write_bytes(b"kite")
    problem = TextFile("a/kite.pdf", path, "").try_to_read()
    assert not isinstance(problem, Document)
    assert visitor_messages(str(problem))["zh"] == "a/kite.pdf 不是 PDF。请改成与内容相符的后缀，或导出为 PDF。"


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "a.pdf: page 3 was read in part: some of its writing is too unclear for the text recognition (OCR).",
            "a.pdf：第 3 页只读取了一部分：有些字迹太不清楚，文字识别（OCR）认不出来。",
        ),
        (
            "a b.pdf: pages 3 to 12 are damaged, and could not be read.\n"
            "a.csv has 5,000 rows; the first 3,000 were read.",
            "a b.pdf：第 3 至 12 页已损坏，无法读取。\na.csv：共有 5,000 行；读取了前 3,000 行。",
        ),
        (
            "b.xlsx: 2 hidden rows and 1 hidden column of the sheet 'Sales of 2' were left out.",
            "b.xlsx：工作表 'Sales of 2' 有 2 个隐藏的行和 1 个隐藏的列已略去。",
        ),
        (
            "b.xlsx holds nothing that could be read: the sheet 'A' is hidden, and was left out; the sheet 'B' is "
            "missing in the file.",
            "b.xlsx 没有可以读取的内容：工作表 'A' 是隐藏的，已略去；文件里缺少工作表 'B'。",
        ),
        ("slides.pptx: slides 2, 5 are hidden, and were left out.", "slides.pptx：第 2, 5 张幻灯片是隐藏的，已略去。"),
        (
            "2 texts cannot be read.\nNobody knows this.\n"
            "a.md:3: the front matter is not closed. Write a line --- below it.",
            "2 篇文本无法读取。\nNobody knows this.\na.md:3：文首的说明没有结束。请在它下面写一行 ---。",
        ),
        ("Nobody knows this.", None),
        ("", None),
        ("a is damaged: " * 5_000, None),
        ("{path} is {kind}; {0.__class__} reading it.", None),
    ],
)
def test_parts_of_messages_are_said_after_the_name_of_their_file(english: str, chinese: str | None) -> None:
    assert reason_in(english, "zh") == chinese


def test_values_are_put_in_as_they_are() -> None:
    said = reason_in(
        "{path} {0} is no PDF: it is empty. Give it the suffix of what it is, or export it as a PDF.", "zh"
    )
    assert said is not None
    assert said.startswith("{path} {0} 不是 PDF：它是空的。")
    assert reason_in("a is no PDF.", "en") is None
