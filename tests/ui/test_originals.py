"""The files that texts were read from: a page as a picture and, where they are shared, whole; and nothing else."""

import io
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

pytest.importorskip("pypdfium2")
pytest.importorskip("reportlab")

from pdf_answerer import three_pages
from PIL import Image

from corpus import CorpusError, Document, find_texts, load_document, load_documents
from corpus.files.limits import LIMITS
from corpus.files.pdf.pages import PagePicture
from index import PassageIndex, update_index
from qa import Answerer
from ui import cli
from ui.gate.accounts import Accounts
from ui.html.visitor_message import VisitorError
from ui.server.page import Page
from ui.workspace import page_pictures
from ui.workspace.originals import Originals
from ui.workspace.page_pictures import PagePictures
from ui.workspace.workspace import Workplace

LOG, NOTES, SECRET = "harbour/log 1.pdf", "notes.md", "secret.pdf"
OLD = 1_600_000_000  # a time long ago: files written a moment ago have no stamp


class House:
    """A folder of texts, an index of them, and their originals."""

    def __init__(self, folder: Path, encoder: Any) -> None:
        self.folder = folder / "texts"
        (self.folder / "harbour").mkdir(parents=True)
        (self.folder / LOG).write_bytes(three_pages())
        (self.folder / NOTES).write_text("# Notes\n\nThe lamp is lit at six.\n", encoding="utf-8")
        update_index(folder / "index", find_texts(self.folder), encoder)
        self.passages = PassageIndex.open(folder / "index", encoder)
        (self.folder / SECRET).write_bytes(three_pages())
        self.originals = Originals(lambda: [self.folder], lambda: self.passages.snapshot, LIMITS)

    def digest(self, name: str) -> str:
        return self.passages.snapshot.documents[name].digest


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, fake_encoders: Any) -> House:
    return House(tmp_path_factory.mktemp("house"), fake_encoders())


@pytest.fixture
def own(tmp_path: Path, fake_encoder: Any) -> House:
    """One that a test may change."""
    return House(tmp_path, fake_encoder)


def served(started: Any, house: House, **how: Any) -> Iterator[str]:
    page = started(Answerer(house.passages), port=0, pictures=PagePictures(house.originals), **how)
    yield str(page.local_url).rstrip("/")
    page.close(verbose=False)


@pytest.fixture(scope="module")
def page(started: Any, house: House) -> Iterator[str]:
    yield from served(started, house)


@pytest.fixture(scope="module")
def sharing(started: Any, house: House) -> Iterator[str]:
    yield from served(started, house, share_originals=True)


def picture(address: str, house: House, /, **values: str | int) -> httpx.Response:
    asked = {"text": LOG, "of": house.digest(LOG), "page": 1, "width": 600} | values
    return httpx.get(f"{address}/originals/page?{urlencode(asked)}")


# Over HTTP


@pytest.mark.slow
def test_a_page_comes_as_a_picture_that_browsers_alone_keep(page: str, house: House) -> None:
    reply = picture(page, house)
    assert (reply.status_code, reply.headers["content-type"]) == (200, "image/png")
    assert reply.headers["cache-control"].startswith("private")
    assert reply.headers["x-content-type-options"] == "nosniff"
    drawn = Image.open(io.BytesIO(reply.content))
    assert drawn.width == pytest.approx(1000, abs=1)  # few widths are drawn
    assert picture(page, house, page=2).content != reply.content
    assert Image.open(io.BytesIO(picture(page, house, width=9_999_999).content)).width <= 2501


@pytest.mark.slow
@pytest.mark.parametrize(
    ("values", "status", "said"),
    [
        ({"text": SECRET}, 404, "can no longer be found"),  # it lies there, and the index does not know it
        ({"text": "../texts/" + LOG}, 404, "can no longer be found"),
        ({"text": "/etc/passwd"}, 404, "has no pages"),
        ({"text": "/etc/passwd.pdf"}, 404, "can no longer be found"),
        ({"text": ""}, 404, "has no pages"),
        ({"text": NOTES}, 404, "has no pages"),
        ({"of": "0" * 32}, 409, "has changed"),
        ({"of": ""}, 409, "has changed"),
        ({"page": 4}, 422, "log 1.pdf has no page 4: it has 3"),
        ({"page": 0}, 422, "has no page 0"),
        ({"page": "²"}, 422, "has no page 0"),
        ({"page": "9" * 5_000}, 422, "has no page 0"),
    ],
)
def test_nothing_else_is_found_and_it_is_said_why(
    page: str, house: House, values: dict[str, Any], status: int, said: str
) -> None:
    reply = picture(page, house, **values)
    assert reply.status_code == status
    assert said in reply.json()["error"]
    assert str(house.folder) not in reply.text
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.slow
def test_the_original_is_shared_where_the_owner_says_so(page: str, sharing: str, house: House) -> None:
    for name in (LOG, NOTES):
        asked = urlencode({"text": name, "of": house.digest(name)})
        refused = httpx.get(f"{page}/originals/file?{asked}", headers={"Accept-Language": "zh"})
        assert (refused.status_code, refused.json()) == (403, {"error": "本站不提供原文件下载。"})
        reply = httpx.get(f"{sharing}/originals/file?{asked}")
        assert reply.content == (house.folder / name).read_bytes()
        assert reply.headers["content-type"] == "application/octet-stream"
        assert reply.headers["content-disposition"].startswith("attachment;")
        assert reply.headers["content-security-policy"].startswith("sandbox")
    for wrong in ({"text": SECRET, "of": house.digest(LOG)}, {"text": "../texts/notes.md", "of": house.digest(NOTES)}):
        assert httpx.get(f"{sharing}/originals/file?{urlencode(wrong)}").status_code == 404


@pytest.mark.slow
def test_the_gate_stands_before_it(started: Any, house: House) -> None:
    from ui.server.options import Serving

    for locked in served(started, house, share_originals=True, serving=Serving(accounts=Accounts({"ada": "x"}))):
        for path in ("page", "file"):
            address = f"{locked}/originals/{path}?" + urlencode({"text": LOG, "of": house.digest(LOG)})
            assert httpx.get(address).status_code == 401
            assert httpx.get(address, auth=("ada", "x")).status_code == 200
            elsewhere = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
            assert httpx.get(address, auth=("ada", "x"), headers=elsewhere).status_code == 403
            assert httpx.post(address, auth=("ada", "x")).status_code == 405


@pytest.mark.slow
def test_a_foreign_name_that_leads_here_gets_no_picture(page: str, house: House) -> None:
    asked = urlencode({"text": LOG, "of": house.digest(LOG)})
    reply = httpx.get(f"{page}/originals/page?{asked}", headers={"Host": "evil.example"})
    assert reply.status_code in (400, 421)


# Which file it is


def key_of(error: pytest.ExceptionInfo[VisitorError]) -> str:
    return error.value.key


def test_a_text_is_found_by_its_id_alone(house: House) -> None:
    found = house.originals.find(LOG, house.digest(LOG))
    assert found.path.samefile(house.folder / LOG)
    assert found.read() == b"".join(found.pieces()) == three_pages()


@pytest.mark.parametrize(
    "name",
    [
        "../secret.md",
        "/etc/secret.md",
        "a/../../secret.md",
        ".hidden/a.md",
        "a//a.md",
        "a.md\0.md",
        "x" * 5_000 + ".md",
    ],
)
def test_an_id_that_leads_elsewhere_finds_nothing(tmp_path: Path, fake_encoder: Any, name: str) -> None:
    """A program may give a document any id."""
    for folder in ("texts/a", "texts/.hidden", "texts"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "a.md").write_text("# A\n\nThe lamp is lit.\n", encoding="utf-8")
    text = "# Secret\n\nThe safe is behind the map.\n"
    (tmp_path / "secret.md").write_text(text, encoding="utf-8")
    document = Document(name, "Secret", "", text)
    update_index(tmp_path / "index", [document], fake_encoder)
    passages = PassageIndex.open(tmp_path / "index", fake_encoder)
    originals = Originals(lambda: [tmp_path / "texts"], lambda: passages.snapshot, LIMITS)
    with pytest.raises(VisitorError) as error:
        originals.find(name, document.digest)
    assert key_of(error) == "originals.gone"


def test_a_file_that_was_touched_is_read_once_and_one_that_changed_is_refused(
    own: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, digest = own.folder / NOTES, own.digest(NOTES)
    os.utime(path, (OLD, OLD))
    update_index(own.folder.parent / "index", find_texts(own.folder), own.passages.encoder)
    read: list[str] = []
    from corpus.files import folders

    load = folders.load_document
    monkeypatch.setattr(folders, "load_document", lambda *given: read.append(given[1]) or load(*given))
    for _ in range(3):
        own.originals.find(NOTES, digest)
    assert len(read) <= 1
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("six", "ten"), encoding="utf-8")
    for _ in range(2):
        with pytest.raises(VisitorError) as error:
            own.originals.find(NOTES, digest)
        assert key_of(error) == "originals.changed"
    path.write_text(text, encoding="utf-8")
    found = own.originals.find(NOTES, digest)
    path.write_text(text + "\n", encoding="utf-8")
    with pytest.raises(VisitorError) as error:  # between a look at it and reading it
        found.read()
    assert key_of(error) == "originals.changed"
    path.unlink()
    with pytest.raises(VisitorError) as error:
        own.originals.find(NOTES, digest)
    assert key_of(error) == "originals.gone"


@pytest.mark.skipif(os.name != "posix", reason="links need no permission there")
def test_a_link_in_place_of_the_file_is_no_way_to_another(own: House, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.md"
    elsewhere.write_text("# Elsewhere\n\nAnother text.\n", encoding="utf-8")
    digest = own.digest(NOTES)
    (own.folder / NOTES).unlink()
    (own.folder / NOTES).symlink_to(elsewhere)
    with pytest.raises(VisitorError) as error:
        own.originals.find(NOTES, digest)
    assert key_of(error) == "originals.changed"


def test_folders_that_are_not_known_are_no_fault(house: House) -> None:
    def folders() -> list[Path]:
        raise CorpusError("The index was built from Python.")

    originals = Originals(folders, lambda: house.passages.snapshot, LIMITS)
    with pytest.raises(VisitorError) as error:
        originals.find(LOG, house.digest(LOG))
    assert key_of(error) == "originals.gone"


# How many are drawn


def drawing(counted: list[tuple[int, int]], wait: Callable[[], object] = lambda: None) -> Any:
    def draw(raw: bytes, path: Path, number: int, width: int) -> PagePicture:
        counted.append((number, width))
        wait()
        return PagePicture(data=b"x" * 100, media_type="image/png", page_count=3, width=595, height=842)

    return draw


def test_a_picture_is_drawn_once_for_a_width_of_the_few(house: House) -> None:
    drawn: list[tuple[int, int]] = []
    pictures = PagePictures(house.originals, drawing(drawn))
    for number, width in [(1, 600), (1, 601), (1, 1000), (2, 1000), (1, 1001), (1, 10**9), (1, 2400), (1, -5), (1, 0)]:
        pictures.picture(LOG, house.digest(LOG), number, width)
    assert drawn == [(1, 1000), (2, 1000), (1, 1500), (1, 2500), (1, 500)]


def test_what_is_kept_has_bounds(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.workspace.page_pictures._KEPT", 3_500)
    drawn: list[tuple[int, int]] = []
    pictures = PagePictures(house.originals, drawing(drawn))
    for number in (1, 2, 3, 4, 4, 1):
        pictures.picture(LOG, house.digest(LOG), number, 500)
    assert [number for number, _ in drawn] == [1, 2, 3, 4, 1]


def test_a_page_that_cannot_be_drawn_is_not_tried_again_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(page_pictures, "TTLCache", partial(page_pictures.TTLCache, timer=lambda: now))
    tried: list[tuple[int, int]] = []

    def fail() -> None:
        raise CorpusError("log 1.pdf was not read within 20 s.")

    pictures = PagePictures(house.originals, drawing(tried, fail))
    for number, width in ((1, 500), (1, 500), (1, 1000), (2, 500)):
        with pytest.raises(CorpusError, match="was not read within 20 s"):
            pictures.picture(LOG, house.digest(LOG), number, width)
        now += page_pictures._FOR / 5
    assert tried == [(1, 500), (2, 500)]
    now = page_pictures._FOR + 1
    with pytest.raises(CorpusError):
        pictures.picture(LOG, house.digest(LOG), 1, 500)
    assert len(tried) == 3


def test_few_are_drawn_at_once_some_wait_and_others_are_sent_away(house: House) -> None:
    drawn: list[tuple[int, int]] = []
    go_on = threading.Event()
    pictures = PagePictures(house.originals, drawing(drawn, go_on.wait))
    said: list[str] = []

    def ask(number: int) -> None:
        try:
            pictures.picture(LOG, house.digest(LOG), number, 500)
            said.append("drawn")
        except VisitorError as error:
            said.append(error.key)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(1, 16)]
    for thread in threads:
        thread.start()
    for _ in range(200):
        if len(said) == 5 and len(drawn) == 2:
            break
        time.sleep(0.02)
    assert said == ["originals.busy"] * 5
    assert len(drawn) == 2
    go_on.set()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["drawn"] * 10 + ["originals.busy"] * 5


# What the owner says


@pytest.mark.parametrize(
    ("option", "setting", "shared"),
    [((), "", False), (("--share-originals",), "", True), ((), "share_originals: true", True)],
)
def test_the_command_or_the_settings_share_originals(
    texts: Path,
    tmp_path: Path,
    fake_encoder: Any,
    monkeypatch: pytest.MonkeyPatch,
    option: tuple[str, ...],
    setting: str,
    shared: bool,
) -> None:
    monkeypatch.setattr(Workplace, "encoder", fake_encoder)
    served: list[Page] = []
    monkeypatch.setattr("ui.server.page.serve", lambda page, *_: served.append(page))
    (tmp_path / "settings.yaml").write_text(f"corpus: texts\nreader: none\n{setting}\n", encoding="utf-8")
    asked = ["serve", "--settings", str(tmp_path / "settings.yaml"), "--index", str(tmp_path / "idx"), *option]
    monkeypatch.setattr(sys, "argv", ["foundation-qa", *asked])
    with pytest.raises(SystemExit):
        cli.main()
    (page,) = served
    assert page.serving.share_originals == shared
    assert page.serving.pictures is not None
    name = next(iter(load_documents(texts))).id
    digest = load_document(texts / name, name).digest
    assert page.serving.pictures.originals.find(name, digest).path.samefile(texts / name)
