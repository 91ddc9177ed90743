"""What visitors are told of a problem: in their language, and nothing of the server's folders."""

import tempfile
from pathlib import Path

import httpx
import pytest
from starlette.datastructures import Headers

from corpus import CorpusError, EncoderError, FoundationQAError, StoredIndexError
from corpus.errors import BusyIndexError
from corpus.files.limits import FileLimits
from index.storage.lock import index_lock
from index.user_folders import data_folder
from ui.gate.refusals import preferred_language, refusal
from ui.html.messages import problem_html
from ui.html.visitor_message import VisitorError, visitor_message, visitor_messages, without_paths
from ui.workspace.uploads import UploadLimits, Uploads


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("The index /home/ada/indexes/own is damaged.", "The index own is damaged."),
        ("There is no folder /srv/texts. Name one.", "There is no folder texts. Name one."),
        ("'/srv/a.md' and \"/srv/b.md\": rename one", "'a.md' and \"b.md\": rename one"),
        (r"C:\Users\ada\texts\a.md cannot be read", "a.md cannot be read"),
        ("See https://example.org/a/b, or and/or 3/4 </b>.", "See https://example.org/a/b, or and/or 3/4 </b>."),
        ("Two texts are called en/a.md.", "Two texts are called en/a.md."),
        ("Set 'encoder: intfloat/multilingual-e5-small'.", "Set 'encoder: intfloat/multilingual-e5-small'."),
        (f"{tempfile.gettempdir()}/x y/a.md is no text", "x y/a.md is no text"),
        (f"{data_folder()}/indexes/built-in is damaged", "built-in is damaged"),
        (f"{Path.home()}/my texts/a.md is no text", "my texts/a.md is no text"),
    ],
)
def test_no_folder_of_the_server_is_named(text: str, told: str) -> None:
    said = without_paths(text)
    assert str(Path.home()) + "/" not in said or Path.home() == Path("/")
    assert said.replace(" /", " ").lstrip("/") == told


@pytest.mark.parametrize(
    ("error", "english", "chinese"),
    [
        (CorpusError("/srv/a.md is no text."), "a.md is no text.", "文本有问题：a.md is no text."),
        (StoredIndexError("No index in /srv/i."), "No index in i.", "索引暂时不能使用：No index in i."),
        (EncoderError("No model."), "No model.", "模型不能使用：No model."),
        (FoundationQAError("Oh."), "Oh.", "出了问题：Oh."),
        (VisitorError("uploads.taken", name="a.md"), "There is a text called a.md already.", "已有名为 a.md 的文本。"),
    ],
)
def test_every_kind_of_problem_has_both_languages(
    error: FoundationQAError, english: str, chinese: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = visitor_messages(error)
    assert told["en"].startswith(english)
    assert told["zh"].startswith(chinese)
    assert visitor_message(error, "zh") == told["zh"]
    assert visitor_message(error, "ja") == told["en"]
    shown = problem_html(error)
    assert shown.count('class="words"') == 2
    logged = capsys.readouterr().err
    assert ("/srv/" in logged) == ("/srv/" in str(error))  # the owner is told where
    assert (logged == "") == isinstance(error, VisitorError)


def test_an_index_that_is_busy_says_so_in_both_languages(tmp_path: Path) -> None:
    with index_lock(tmp_path / "index"), pytest.raises(BusyIndexError) as raised, index_lock(tmp_path / "index"):
        pass
    assert str(tmp_path) in str(raised.value)
    told = visitor_messages(raised.value)
    assert told == {
        "en": "The index is being updated by another process. Try again when it is done.",
        "zh": "另一个进程正在更新索引，请稍后再试。",
    }


@pytest.mark.parametrize(
    ("name", "content", "chinese"),
    [
        ("a.exe", b"text", "不是文本的文件名"),
        ("../a.md", b"text", "是一个路径"),
        ("con.md", b"text", "不能用作文件名"),
        ("a\u202eb.md", b"text", "看不见的字符"),
        (f"{'x' * 300}.md", b"text", "太长"),
        ("a.md", b"a\0b", "不是文本文件"),
        ("a.md", b"...", "没有可以查找的内容"),
        ("a.md", b"x" * 2000, "此类文件最多"),
        ("taken.md", b"text", "已有名为 taken.md 的文本"),
    ],
)
def test_why_a_text_is_not_kept_is_said_in_both_languages(
    tmp_path: Path, name: str, content: bytes, chinese: str
) -> None:
    uploads = Uploads(tmp_path / "uploads", UploadLimits(FileLimits(1000, 1000)))
    source = tmp_path / "source"
    source.write_bytes(b"A text.")
    uploads.add("taken.md", source)
    source.write_bytes(content)
    with pytest.raises(VisitorError) as raised:
        uploads.add(name, source)
    told = visitor_messages(raised.value)
    assert chinese in told["zh"]
    assert told["en"] == str(raised.value)
    assert str(tmp_path) not in "".join(told.values())


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US,en;q=0.5,zh;q=0.3", "en"),
        ("zh;q=0.3, en;q=0.5", "en"),
        ("fr, zh-TW;q=0.1", "zh"),
        ("fr,de", "en"),
        ("zh;q=0, *", "en"),
        ("zh;q=x", "en"),
        ("*", "en"),
    ],
)
def test_the_language_that_is_liked_best(accepted: str, language: str) -> None:
    assert preferred_language(accepted) == language


def test_a_refusal_is_json_for_programs_and_a_page_for_a_browser() -> None:
    def told(method: str, **headers: str) -> httpx.Response:
        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        reply = refusal(
            {"type": "http", "method": method, "path": "/", "headers": raw}, 413, "refusals.too_large", limit="8"
        )
        return httpx.Response(reply.status_code, headers=Headers(raw=reply.raw_headers).items(), content=reply.body)

    english = "This request is too large; at most 8 MB are allowed."
    assert told("POST").json() == {"error": english}
    assert told("POST", accept_language="zh-CN").json() == {"error": "请求过大，最多 8 MB。"}
    page = told("GET", accept="text/html,*/*", accept_language="zh")
    assert page.headers["content-type"].startswith("text/html")
    assert '<html lang="zh-Hans">' in page.text
    assert "请求过大" in page.text
    assert told("POST", accept="text/html").json() == {"error": english}
