"""Files that take long to read: how far they are is told, they can be given up, and visitors may bring only so much."""

import io
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pdf_files import CHINESE, pdf, write
from reportlab.pdfgen.canvas import Canvas
from rich.console import Console

from corpus import CorpusError, PlaceKind, load_document
from corpus.files import document_process
from corpus.files.content_cache import ContentCache
from corpus.files.limits import FileLimits
from corpus.files.progress import FileProgress, counted, heard_by, naming
from ui.tabs.sources_html import progress_html
from ui.tabs.upload_run import UploadRun, UploadRuns
from ui.terminal.progress import Lines, ReadingBars
from ui.workspace.settings import load_settings
from ui.workspace.update_run import UpdateCancelledError, UpdateState
from ui.workspace.uploads import UploadLimits, Uploads
from ui.workspace.workspace import Workplace


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine keeps what these files hold, and would not read them again."""
    monkeypatch.setattr(document_process, "_contents", ContentCache(0))


HOSTILE = "<img src=x onerror=alert(1)>.pdf"


def pages(count: int) -> bytes:
    """A PDF of so many pages."""

    def page(number: int) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            write(canvas, [f"Page {number} says that the kite flies."])
            write(canvas, ["风筝在飞。"], top=200, font=CHINESE)

        return draw

    return pdf(*map(page, range(1, count + 1)))


# What is told


def test_a_reader_counts_and_needs_no_listener() -> None:
    assert list(counted(PlaceKind.PAGE, "ab", 2)) == ["a", "b"]
    heard: list[FileProgress] = []
    with naming("a.pdf"), heard_by(heard.append):
        assert list(counted(PlaceKind.PAGE, "ab", 2)) == ["a", "b"]
    assert [(each.name, each.done, each.total) for each in heard] == [("a.pdf", at, 2) for at in range(3)]


class Clock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_shell_tells_of_a_file_that_takes_long_and_of_no_other() -> None:
    log, clock = io.StringIO(), Clock()
    console = Console(file=log, soft_wrap=True)
    bars = ReadingBars(lambda label, unit: Lines(console, label, unit, clock), clock)
    calls = [
        (0.0, "short.pdf", PlaceKind.PAGE, 0, 3),
        (0.4, "short.pdf", PlaceKind.PAGE, 3, 3),
        (1.0, "dull.docx", PlaceKind.PAGE, 0, 0),
        (9.0, "dull.docx", PlaceKind.PAGE, 0, 0),
        (10.0, "handbook.pdf", PlaceKind.PAGE, 0, 1023),
        (12.0, "handbook.pdf", PlaceKind.PAGE, 60, 1023),
        (22.5, "handbook.pdf", PlaceKind.PAGE, 312, 1023),
        (40.0, "handbook.pdf", PlaceKind.PAGE, 1023, 1023),
        (41.0, "handbook.pdf", PlaceKind.PAGE, 1023, 1023),
        (50.0, "[talk].pptx", PlaceKind.SLIDE, 1, 90),
        (53.0, "[talk].pptx", PlaceKind.SLIDE, 9, 90),
    ]
    for now, name, kind, done, total in calls:
        clock.now = now
        bars(FileProgress(name, kind, done, total))
    bars.close()
    assert log.getvalue().splitlines() == [
        "Reading handbook.pdf: 1023 pages …",
        "Reading handbook.pdf: 312 of 1023, 24.0 pages/s, 30 s left",
        "Reading handbook.pdf: 1023 pages in 28.0 s, 34.4 pages/s",
        "Reading [talk].pptx: 90 slides …",
    ]


def test_the_page_tells_file_and_page_in_both_languages() -> None:
    shown = progress_html(0, 0, FileProgress("handbook.pdf", PlaceKind.PAGE, 311, 1023))
    assert "handbook.pdf: page 312 of 1,023" in shown
    assert "handbook.pdf：第 312 页，共 1,023 页" in shown
    assert 'max="1023" value="311"' in shown
    assert "slide 1 of 9" in progress_html(0, 0, FileProgress("a.pptx", PlaceKind.SLIDE, 0, 9))
    assert "第 9 章，共 9 章" in progress_html(0, 0, FileProgress("a.epub", PlaceKind.CHAPTER, 9, 9))
    assert "part 2 of 9" in progress_html(0, 0, FileProgress("a.xlsx", PlaceKind.RANGE, 1, 9))
    unknown = progress_html(0, 0, FileProgress(HOSTILE))
    assert "Reading &lt;img" in unknown
    assert "<img" not in unknown
    assert " max=" not in unknown


# An update


@pytest.fixture
def place(tmp_path: Path, fake_encoder: Any) -> Workplace:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "kite.pdf").write_bytes(pages(4))
    settings = tmp_path / "settings.yaml"
    settings.write_text(
        "largest_file_mb: 3\nlargest_upload_mb: 2\nmost_upload_pages: 3\nall_uploads_mb: 9\n", encoding="utf-8"
    )
    place = Workplace(load_settings(settings), (str(tmp_path / "texts"),), str(tmp_path / "index"))
    place.__dict__["encoder"] = fake_encoder
    return place


def test_the_settings_limit_what_is_read_and_brought(place: Workplace) -> None:
    assert place.limits == FileLimits(3_000_000, 100_000_000)
    assert place.upload_limits == UploadLimits(FileLimits(2_000_000, 2_000_000), 9_000_000, 3)


@pytest.mark.slow
def test_an_update_tells_how_far_a_file_is_and_forgets_it_then(place: Workplace) -> None:
    document_process.end_processes()
    states: list[UpdateState] = []
    heard: list[FileProgress] = []

    def reading(far: FileProgress) -> None:
        heard.append(far)
        states.append(place.updates.state)

    place.follow(lambda done, total: states.append(place.updates.state), reading)
    assert {each.name for each in heard} == {"kite.pdf"}
    assert states[0].reading == heard[0]
    assert (states[-1].reading, states[-1].done > 0) == (None, True)
    assert place.updates.state.reading is None


@pytest.mark.slow
def test_an_update_that_is_cancelled_ends_the_process_that_reads(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_process, "_BEAT", 0.001)  # however fast the file is read
    document_process.end_processes()
    with pytest.raises(UpdateCancelledError):
        place.follow(lambda done, total: None, lambda far: place.updates.cancel())
    assert not document_process._idle._waiting
    assert not document_process._idle._busy
    assert not place.updates.state.running
    assert place.follow(lambda done, total: None).added == ("kite.pdf",)


# What visitors bring


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "uploads", UploadLimits(FileLimits(10_000, 30_000), pages=3))


def brought(uploads: Uploads, name: str, raw: bytes) -> Path:
    path = uploads.folder.parent / "arrived" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(raw)
    return path


@pytest.mark.slow
def test_a_file_of_too_many_pages_is_not_kept_and_says_what_may_be(uploads: Uploads) -> None:
    assert uploads.add("three.pdf", brought(uploads, "a.pdf", pages(3))) == "three.pdf"
    with pytest.raises(CorpusError) as caught:
        uploads.add("four.pdf", brought(uploads, "b.pdf", pages(4)))
    assert str(caught.value).startswith("four.pdf has 4 pages; a file may have 3 here.")
    assert "most_upload_pages" in str(caught.value)
    assert uploads.names() == ["three.pdf"]


@pytest.mark.slow
def test_a_file_that_was_read_before_may_have_no_more_pages(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_process, "_contents", ContentCache())
    monkeypatch.setattr(document_process, "LONG", 0.0)
    four = brought(uploads, "b.pdf", pages(4))
    assert load_document(four, "b.pdf", uploads.limits.files).text
    with pytest.raises(CorpusError, match=r"^four\.pdf has 4 pages; a file may have 3 here"):
        uploads.add("four.pdf", four)


def test_documents_may_be_larger_than_texts(uploads: Uploads) -> None:
    with pytest.raises(CorpusError, match=r"note\.md has 0\.0 MB; .*raise that limit"):
        uploads.add("note.md", brought(uploads, "note.md", b"x" * 20_000))
    with pytest.raises(CorpusError, match="is no PDF"):  # it is read
        uploads.add("note.pdf", brought(uploads, "note.pdf", b"x" * 20_000))


def test_a_name_that_is_taken_is_told_before_the_file_is_read(uploads: Uploads) -> None:
    uploads.folder.mkdir()
    (uploads.folder / ".uploads").touch()
    (uploads.folder / "a.pdf").write_bytes(b"%PDF-")
    with pytest.raises(CorpusError, match=r"There is a text called a\.pdf already"):
        uploads.add("a.pdf", brought(uploads, "a.pdf", b"no PDF"))


class SlowUploads(Uploads):
    """Uploads that go on as long as nobody stops them."""

    def add(self, name: str, source: Path, *, replace: bool = False, reading: Any = None) -> str:
        if name.startswith("quick"):
            return name
        for done in range(1_000):
            reading(FileProgress(name, PlaceKind.PAGE, done, 1_000))
            threading.Event().wait(0.01)
        raise AssertionError("nobody stopped it")


def test_a_visitor_sees_how_far_a_file_is_and_stops_it(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.tabs.upload_run._LOOK", 0.05)
    files = [brought(uploads, name, b"x") for name in ("quick.md", HOSTILE)]
    run = UploadRun(SlowUploads(uploads.folder), files, replace=False)
    shown = []
    for html in run.html():
        shown.append(html)
        if "of 1,000" in html:
            run.stop()
    assert any(f'data-token="{run.token}"' in html for html in shown[:-1])
    assert "Added:" in shown[-1]
    assert "was not added: reading it was cancelled" in shown[-1]
    assert "读取已取消" in shown[-1]
    assert "<img" not in "".join(shown)
    assert not any(file.exists() for file in files)


def test_runs_of_one_visitor_are_seen_together_and_read_in_turn(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.tabs.upload_run._LOOK", 0.05)
    runs, slow = UploadRuns(), SlowUploads(uploads.folder)

    def begun(visitor: str, name: str) -> tuple[UploadRun, Iterator[str]]:
        run = UploadRun(slow, [brought(uploads, name, b"x")], replace=False)
        return run, runs.html(visitor, run)

    def last(looks: Iterator[str]) -> str:
        return plain(list(looks)[-1])

    (long, looks), (short, others), (given_up, more) = (
        begun("visitor", name) for name in ("long.pdf", "quick.md", "x.md")
    )
    next(looks)
    for seen in (next(others), next(looks)):
        assert f'data-token="{long.token}"' in seen
        assert f'data-token="{short.token}"' in seen
        assert "已添加" not in seen
    assert "quick.md" not in last(begun("another", "quick2.md")[1])
    next(more)
    runs.stop(given_up.token)  # it waits, and need not be waited for
    assert any("x.md" in seen and "读取已取消" in plain(seen) for seen in more)
    more.close()
    runs.stop("no token of ours")
    runs.stop(long.token)
    told = last(looks)
    assert "long.pdf" in told
    assert told.count("读取已取消") == 2
    assert "已添加： quick.md" in told
    assert last(others) == told
    assert "long.pdf" not in last(begun("visitor", "quick3.md")[1])  # that was before


def test_what_is_told_last_is_the_same_whichever_call_is_heard_last(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.tabs.upload_run._LOOK", 0.05)
    go_on, runs = {"first.md": threading.Event(), "second.md": threading.Event()}, UploadRuns()

    class InTurn(Uploads):
        def add(self, name: str, source: Path, **how: Any) -> str:
            assert go_on[name].wait(30)
            return name

    first, second = (
        runs.html("visitor", UploadRun(InTurn(uploads.folder), [brought(uploads, name, b"x")], replace=False))
        for name in ("first.md", "second.md")
    )
    next(first)
    next(second)
    go_on["first.md"].set()
    assert any("已添加： first.md" in plain(next(second)) for _ in range(100))  # before the other has said so itself
    go_on["second.md"].set()
    at_last = [[*looks][-1] for looks in (second, first)]
    assert at_last[0] == at_last[1]
    assert plain(at_last[0]).count("已添加") == 2


@pytest.mark.parametrize("other", ["visitor", "another"])
def test_a_file_that_is_brought_twice_at_once_is_there_for_both(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    monkeypatch.setattr("ui.tabs.upload_run._LOOK", 0.05)
    begun = threading.Event()

    class FirstIsSlow(SlowUploads):
        def add(self, name: str, source: Path, **how: Any) -> str:
            if begun.is_set():
                return Uploads.add(self, name, source, **how)
            begun.set()
            return super().add(name, source, **how)

    runs, slow = UploadRuns(), FirstIsSlow(uploads.folder)
    file = brought(uploads, "风筝 🪁.md", b"A kite.")  # Gradio keeps one for both
    one, two = (UploadRun(slow, [file], replace=False) for _ in range(2))
    first = runs.html("visitor", one)
    next(first)
    assert begun.wait(5)
    second = runs.html(other, two)
    if other == "visitor":  # it waits for the first, which is called off
        next(second)
        runs.stop(one.token)
        assert "读取已取消" in plain(list(first)[-1])
    assert "已添加： 风筝-🪁.md" in plain(list(second)[-1])
    if other != "visitor":
        assert file.exists()
        runs.stop(one.token)
        list(first)
    assert not file.exists()


def plain(html: str) -> str:
    return " ".join(re.sub("<[^>]*>", " ", html).split())


def test_where_nobody_looks_any_more_nothing_is_read(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.tabs.upload_run._LOOK", 0.05)
    monkeypatch.setattr("ui.tabs.upload_run._FORGOTTEN", 0.2)
    file = brought(uploads, "long.pdf", b"x")
    looks = UploadRun(SlowUploads(uploads.folder), [file], replace=False).html()
    assert "long.pdf" in next(looks)
    for thread in threading.enumerate():
        if thread.name == "upload":
            thread.join(5)
    assert not file.exists()
