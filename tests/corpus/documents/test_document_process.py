"""Readers in a process of their own: what they say comes back whole, and what they do harms nobody."""

import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from corpus import Box, CorpusError, Place, PlaceKind
from corpus.document import FileContent
from corpus.files import document_process
from corpus.files.content_cache import ContentCache, key_of
from corpus.files.document_process import LONGEST, ProcessDrawer, ProcessReader, end_processes, seconds_for
from corpus.files.progress import FileProgress, heard_by, naming

MODULE = """
import ctypes, json, os, sys, time
from pathlib import Path
from corpus import Box, CorpusError, Place, PlaceKind
from corpus.document import FileContent
from corpus.files.progress import counted

SAID = {"text": "", "places": [], "problems": [], "references": []}
LIES = {name: json.dumps(lie).encode() for name, lie in {
    "all": 7,
    "nothing": {},
    "far": {"file": "FILE", "kind": "page", "done": 3, "total": 2},
    "size": {"file": "FILE", "size": 99999999999999, "said": SAID},
    "less": {"file": "FILE", "size": -1, "said": SAID},
    "said": {"file": "FILE", "size": 0, "said": 7},
    "number": {"file": "FILE", "size": 0, "said": SAID | {"text": 7}},
    "fault": {"file": "FILE", "size": 0, "said": SAID | {"error": ["it is torn"]}},
}.items()}
LIES["deep"] = b"[" * 200_000
LIES["other"] = json.dumps({"file": "other", "size": 5, "said": SAID}).encode() + b"\\nother{}\\n"

def tell(lie):
    asking = sys._getframe()
    while "told" not in asking.f_locals:
        asking = asking.f_back
    told = asking.f_locals["told"]
    told.write(lie.replace(b"FILE", asking.f_locals["asked"]["file"].encode()) + b"\\n")
    told.flush()

def read(raw, path):
    said = raw.decode("utf-8", "surrogateescape")
    print("a library that prints")
    os.write(1, b"a library that prints, in C")
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
    if said.startswith("lie"):
        tell(LIES[said.removeprefix("lie: ")])
        time.sleep(60)
    if said == "before":  # what is left of an earlier file
        tell(b'{"file": "0", "kind": "page", "done": 0, "total": 1000}')
        tell(b'{"file": "0", "size": 3, "said": {"text": "false"}}\\n{}')
    if said == "flood":
        while True:
            tell(b'{"file": "FILE", "kind": "page", "done": 1, "total": 2}')
    if said == "count":
        for _ in counted(PlaceKind.SLIDE, range(5), 5):
            time.sleep(0.4)
    places = (Place(0, 2, PlaceKind.PAGE, "1", (Box(1, 2.5, 3, 4),)),) if said else ()
    return FileContent(text=said * 2, title="风筝 🪁", places=places, problems=((0, "page 2 is a picture"),),
                       references=("a", "b"), author="Ada", date="2021")

def draw(raw, path, first, second):
    if raw == b"refuse":
        raise CorpusError(f"{path} is no kite 🪁.")
    if raw == b"crash":
        os.abort()
    return {"sum": first + second, "名": "风筝" if raw != b"lie" else 7}, raw * second
"""


@pytest.fixture(autouse=True)
def _readers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_process, "_contents", ContentCache(0))
    (tmp_path / "kite_reader.py").write_text(MODULE, encoding="utf-8")
    end_processes()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


READ = ProcessReader("kite_reader:read", seconds=40)
PATH = Path("a.kite")


def content(text: str) -> FileContent:
    return FileContent(
        text=text * 2,
        title="风筝 🪁",
        places=(Place(0, 2, PlaceKind.PAGE, "1", (Box(1, 2.5, 3, 4),)),) if text else (),
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
        ("crash", r"^a\.kite was not read within 40 s, or its reader broke down"),
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
    def drawn(facts: dict[str, Any], data: bytes) -> tuple[int, bytes]:
        if facts.keys() != {"sum", "名"} or not isinstance(facts["名"], str):
            raise ValueError("this is no kite")
        return facts["sum"], data

    draw = ProcessDrawer("kite_reader:draw", drawn, seconds=40)
    for raw, times in ((b"\n\x00{}\xff", 400_000), (b"", 3), (b"x", 0)):
        assert draw(raw, PATH, 4, times) == (4 + times, raw * times)
        assert READ(b"string", PATH) == content("string")
    for raw, said in (
        (b"refuse", r"^a\.kite is no kite 🪁\.$"),
        (b"crash", "its reader broke down"),
        (b"lie", "its reader broke down"),
    ):
        with pytest.raises(CorpusError, match=said):
            draw(raw, PATH, 1, 1)
        assert bool(document_process._idle._waiting) == (raw == b"refuse")
    assert draw(b"x", PATH, 1, 2) == (3, b"xx")


@pytest.mark.slow
def test_whoever_waits_hears_how_far_a_file_is() -> None:
    heard: list[FileProgress] = []
    with naming("a/b.kite"), heard_by(heard.append):
        assert READ(b"count", PATH) == content("count")
    counted = list(dict.fromkeys(each for each in heard if each.total))
    assert {(each.name, each.kind, each.total) for each in counted} == {("a/b.kite", PlaceKind.SLIDE, 5)}
    assert [each.done for each in counted] == sorted({each.done for each in counted})
    assert len(counted) >= 3
    before = len(heard)
    READ(b"count", PATH)
    assert len(heard) == before, "nobody listens any more"


@pytest.mark.slow
@pytest.mark.parametrize("said", ["hang", "count"])
def test_what_the_listener_raises_ends_the_reading_and_its_process(said: str) -> None:
    class StopError(Exception):
        pass

    def stop(reading: FileProgress) -> None:
        raise StopError

    begin = time.monotonic()
    with pytest.raises(StopError), heard_by(stop):
        READ(said.encode(), PATH)
    assert time.monotonic() - begin < 30  # it may take forty
    assert not document_process._idle._waiting
    assert not document_process._idle._busy
    assert READ(b"string", PATH) == content("string")


@pytest.mark.slow
def test_what_took_long_to_read_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_process, "_contents", ContentCache())
    heard: list[FileProgress] = []
    with heard_by(heard.append):
        first = READ(b"count", PATH)
        before = len(heard)
        assert READ(b"count", Path("elsewhere.kite")) is first
        assert [(each.done, each.total) for each in heard[before:]] == [(5, 5)], "who listens may refuse it as before"
        before = len(heard)
        assert READ(b"count", Path("elsewhere.other")) == first
        assert len(heard) > before
    assert READ(b"string", PATH) is not READ(b"string", PATH)


def test_what_nobody_asked_for_lately_goes_first() -> None:
    contents = ContentCache(30_000)
    keys = [key_of("reader", bytes([number]), PATH) for number in range(3)]
    for number, key in enumerate(keys):
        contents.keep(key, FileContent(text=str(number) * 6_000))
        assert contents.get(keys[0]), "it is asked for"
    assert [bool(contents.get(key)) for key in keys] == [True, False, True]
    contents.keep(keys[1], FileContent(text="x" * 100_000))
    assert contents.get(keys[1]) is None, "there is no room for it"


LIES = "all nothing far size less said number fault deep other".split()


@pytest.mark.slow
@pytest.mark.parametrize("lie", LIES)
def test_what_no_process_of_ours_says_is_one_message(lie: str) -> None:
    begin = time.monotonic()
    with pytest.raises(CorpusError, match=r"^a\.kite was not read within 60 s, or its reader broke down"):
        ProcessReader("kite_reader:read", seconds=60)(f"lie: {lie}".encode(), PATH)
    assert time.monotonic() - begin < 30
    assert not document_process._idle._waiting, "what it says later would be taken for the next file"
    assert not document_process._idle._busy


@pytest.mark.slow
def test_what_is_left_of_another_file_is_not_taken_for_this_one() -> None:
    assert READ(b"before", PATH) == content("before")
    assert READ(b"string", PATH) == content("string")


@pytest.mark.slow
def test_a_process_that_says_nothing_else_is_ended_in_time() -> None:
    heard: list[FileProgress] = []
    with pytest.raises(CorpusError, match=r"not read within [23] s"), heard_by(heard.append):
        ProcessReader("kite_reader:read", seconds=2)(b"flood", PATH)
    assert len(heard) < 50


def test_a_large_file_gets_more_time_but_not_for_ever() -> None:
    assert seconds_for(0) == 60
    assert seconds_for(8_000_000) == 180
    assert seconds_for(100_000_000) == 1_560
    assert seconds_for(1_000_000_000) == LONGEST == 1_800
    assert seconds_for(1_000_000_000, 2_000) == 2_000


@pytest.mark.slow
def test_a_file_whose_pages_get_on_has_more_time() -> None:
    end_processes()
    READ(b"string", PATH)  # so that the start of the process does not count
    assert ProcessReader("kite_reader:read", seconds=1.7)(b"count", PATH) == content("count")  # it takes two
