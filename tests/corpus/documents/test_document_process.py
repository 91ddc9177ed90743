"""Readers in a process of their own: what they say comes back whole, and what they do harms nobody."""

import sys
import threading
import time
from pathlib import Path

import pytest

from corpus import Box, CorpusError, Place, PlaceKind
from corpus.document import FileContent
from corpus.files.document_process import ProcessDrawer, ProcessReader, end_processes

MODULE = """
import ctypes, os, sys, time
from pathlib import Path
from corpus import Box, CorpusError, Place, PlaceKind
from corpus.document import FileContent

def read(raw, path):
    said = raw.decode("utf-8", "surrogateescape")
    print("a library that prints")
    if said == "hang":
        time.sleep(60)
    if said == "crash":
        os.abort()
    if said == "memory":
        bytearray(6_000_000_000)
    if said == "fault":
        raise KeyError("xref\\n table")
    if said == "refuse":
        raise CorpusError(f"{path} is no kite 🪁.")
    places = (Place(0, 2, PlaceKind.PAGE, "1", (Box(1, 2.5, 3, 4),)),)
    return FileContent(text=said * 2, title="风筝 🪁", places=places, problems=((0, "page 2 is a picture"),),
                       references=("a", "b"), author="Ada", date="2021")

def draw(raw, path, first, second):
    if raw == b"refuse":
        raise CorpusError(f"{path} is no kite 🪁.")
    if raw == b"crash":
        os.abort()
    return {"sum": first + second, "名": "风筝"}, raw * second
"""


@pytest.fixture(autouse=True)
def _readers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kite_reader.py").write_text(MODULE, encoding="utf-8")
    end_processes()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


READ = ProcessReader("kite_reader:read", seconds=5)
PATH = Path("a.kite")


def content(text: str) -> FileContent:
    return FileContent(
        text=text * 2,
        title="风筝 🪁",
        places=(Place(0, 2, PlaceKind.PAGE, "1", (Box(1, 2.5, 3, 4),)),),
        problems=((0, "page 2 is a picture"),),
        references=("a", "b"),
        author="Ada",
        date="2021",
    )


@pytest.mark.slow
@pytest.mark.parametrize("text", ["线\n", "x" * 3_000_000, ""])
def test_what_is_read_comes_back_whole(text: str) -> None:
    assert READ(text.encode(), PATH) == content(text)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("refuse", r"^a\.kite is no kite 🪁\.$"),
        (
            "fault",
            r"^a\.kite cannot be read: its reader failed \(KeyError: 'xref\\n table'\)\. .* please report this\.$",
        ),
        ("crash", r"^a\.kite was not read within 5 s, or its reader broke down"),
        pytest.param(
            "memory",
            r"^a\.kite needs more memory",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="memory is not limited there"),
        ),
    ],
)
def test_what_goes_wrong_is_one_message_and_the_next_file_is_read(said: str, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        READ(said.encode(), PATH)
    assert READ(b"string", PATH) == content("string")


@pytest.mark.slow
def test_a_reader_that_never_ends_is_ended() -> None:
    begin = time.monotonic()
    with pytest.raises(CorpusError, match=r"a\.kite was not read within 2 s"):
        ProcessReader("kite_reader:read", seconds=2)(b"hang", PATH)
    assert time.monotonic() - begin < 20


@pytest.mark.slow
def test_several_read_at_once() -> None:
    found: dict[int, FileContent] = {}
    threads = [threading.Thread(target=lambda at=at: found.update({at: READ(b"%d" % at, PATH)})) for at in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {at: content(str(at)) for at in range(6)}


@pytest.mark.slow
def test_what_is_drawn_comes_back_as_it_is_and_readers_go_on() -> None:
    draw = ProcessDrawer("kite_reader:draw", seconds=5)
    for raw, times in ((b"\n\x00{}\xff", 400_000), (b"", 3), (b"x", 0)):
        assert draw(raw, PATH, 4, times) == ({"sum": 4 + times, "名": "风筝"}, raw * times)
        assert READ(b"string", PATH) == content("string")
    for raw, said in ((b"refuse", r"^a\.kite is no kite 🪁\.$"), (b"crash", "its reader broke down")):
        with pytest.raises(CorpusError, match=said):
            draw(raw, PATH, 1, 1)
    assert draw(b"x", PATH, 1, 2) == ({"sum": 3, "名": "风筝"}, b"xx")
