"""The tabs for the texts, the map and the gaps, in a real browser: one page, with the fake encoder.

The tests share the server and run in any order; each begins as a new visitor.
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from filelock import FileLock
from lanes import sweep
from playwright.sync_api import Browser, Dialog, Page, expect
from visits import ask, sideways, visit

from qa import Answerer
from ui.server.options import Serving
from ui.server.site import assemble_page
from ui.workspace.gap_log import GapLog
from ui.workspace.settings import Settings
from ui.workspace.uploads import Uploads
from ui.workspace.workspace import Workplace

pytestmark = pytest.mark.slow

HOSTILE = (
    '<img src="http://evil.example/x.png" onerror="window.hacked=1"><script>window.hacked=1</script>{{1+1}} ${1+1}'
)
PAIR = "Vision / 视觉"  # a title that looks like a label in both languages
QUESTION = "When was GPT-3 released by OpenAI?"
UNANSWERABLE = "Who won the chess game on Mars?"


@dataclass(frozen=True)
class Site:
    """A page that is served, and what lies behind it."""

    url: str
    workplace: Workplace
    answerer: Answerer
    gaps: GapLog
    texts: Path


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, fake_encoders: Any, write_texts: Any, started: Any
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("tabs")
    texts = write_texts(folder / "texts")
    (texts / "en/trap.md").write_text(f"---\ntitle: '{HOSTILE}'\n---\nThe trap says {HOSTILE}.\n", encoding="utf-8")
    (texts / "zh/pair.md").write_text(f"---\ntitle: {PAIR}\n---\n这篇文章有两个标题。\n", encoding="utf-8")
    workplace = Workplace(Settings(), (str(texts),), str(folder / "index"))
    workplace.__dict__["encoder"] = fake_encoders()  # in place of the real model
    answerer = workplace.answerer(follow=True)
    whole = assemble_page(workplace, answerer, allow_upload=True)
    page = started(replace(whole, serving=Serving(largest_file=200_000)), port=0)
    yield Site(str(page.local_url), workplace, answerer, GapLog(workplace.gap_log), texts)
    page.close(verbose=False)


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    with visit(browser, site.url) as page:
        yield page


def show(page: Page, tab: str) -> None:
    """Open a tab and wait until it is filled."""
    page.get_by_role("tab", name=tab, exact=True).click()
    filled = {"Sources": ".texts", "原文": ".texts", "Map": "#map-plot .point", "地图": "#map-plot .point"}
    page.wait_for_selector(filled.get(tab, "#gap-rows :is(table, .empty)"))


def row(page: Page, name: str) -> Any:
    return page.locator(".texts tbody tr").filter(has=page.locator(".id", has_text=name))


def bring(page: Page, name: str, content: bytes) -> None:
    """Upload a file and wait until the page says what became of it."""
    page.set_input_files("#library input[type=file]", {"name": name, "mimeType": "text/plain", "buffer": content})


def update(page: Page) -> None:
    page.click("#update")
    page.wait_for_selector("#outcome .change")


# Sources


def test_every_text_is_listed_with_its_state_and_can_be_read(page: Page, site: Site, artifacts: Path) -> None:
    show(page, "Sources")
    assert page.locator(".texts tbody tr").count() >= 5
    expect(row(page, "en/clip.md").locator(".state")).to_have_text("current", use_inner_text=True)
    row(page, "zh/emergence.md").locator(".open").click()
    text = page.locator(".panel-text .text")
    expect(page.locator(".panel h2")).to_be_focused()
    assert text.text_content() == site.answerer.passages.snapshot.documents["zh/emergence.md"].text
    page.screenshot(path=artifacts / "tabs-sources-open.png")
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_have_count(0)
    expect(row(page, "zh/emergence.md").locator(".open")).to_be_focused()


def test_a_text_is_brought_indexed_asked_and_removed(page: Page, site: Site, artifacts: Path) -> None:
    show(page, "Sources")
    bring(page, "动物 quokka.md", b"# Quokka\n\nThe quokka is a small animal of Rottnest.\n")
    expect(page.locator("#outcome")).to_contain_text("动物-quokka.md", use_inner_text=True)
    entry = row(page, "uploads/动物-quokka.md")
    expect(entry.locator(".state")).to_have_text("new", use_inner_text=True)
    page.screenshot(path=artifacts / "tabs-sources-new.png")
    update(page)
    expect(entry.locator(".state")).to_have_text("current", use_inner_text=True)
    page.screenshot(path=artifacts / "tabs-sources-updated.png")
    assert page.locator("#outcome .change").inner_text().startswith("Added")
    page.get_by_role("tab", name="Ask", exact=True).click()
    ask(page, "What animal is the quokka of Rottnest?")
    assert "The quokka is a small animal of Rottnest." in page.locator(".turns .reply").last.inner_text()
    show(page, "Sources")
    asked: list[str] = []

    def refuse(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.once("dialog", refuse)
    entry.locator(".remove").click()
    assert "动物-quokka.md" in asked[0]
    assert (site.workplace.uploads / "动物-quokka.md").exists()
    page.once("dialog", lambda dialog: dialog.accept())
    entry.locator(".remove").click()
    expect(entry.locator(".state")).to_have_text("removed", use_inner_text=True)
    assert not (site.workplace.uploads / "动物-quokka.md").exists()
    update(page)
    expect(entry).to_have_count(0)


def test_what_cannot_be_kept_is_refused_with_the_reason(page: Page, site: Site) -> None:
    show(page, "Sources")
    bring(page, "picture.md", b"\x89PNG\0\0")
    expect(page.locator("#outcome [role=alert]")).to_contain_text("picture.md is not a text", use_inner_text=True)
    bring(page, "note.md", b"# Note\n\nFirst note.\n")
    expect(page.locator("#outcome")).to_contain_text("Added: note.md", use_inner_text=True)
    bring(page, "note.md", b"# Note\n\nSecond note.\n")
    expect(page.locator("#outcome [role=alert]")).to_contain_text(
        "There is a text called note.md already", use_inner_text=True
    )
    page.check("#replace input")
    bring(page, "note.md", b"# Note\n\nSecond note.\n")
    expect(page.locator("#outcome")).to_contain_text("Added: note.md", use_inner_text=True)
    assert "Second" in (site.workplace.uploads / "note.md").read_text(encoding="utf-8")
    page.once("dialog", lambda dialog: dialog.accept())
    row(page, "uploads/note.md").locator(".remove").click()
    expect(row(page, "uploads/note.md")).to_have_count(0)


def test_what_is_brought_while_another_file_is_read_is_kept_too(
    page: Page, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, add = {"first.md": threading.Event(), "second.md": threading.Event()}, Uploads.add

    def slowly(self: Uploads, name: str, source: Path, **options: Any) -> str:
        assert go_on[name].wait(30)
        return add(self, name, source, **options)

    monkeypatch.setattr(Uploads, "add", slowly)
    show(page, "Sources")
    bring(page, "first.md", "# 第一\n\n第一句话。\n".encode())
    expect(page.locator("#outcome")).to_contain_text("first.md", use_inner_text=True)
    bring(page, "second.md", b"# Second\n\nSecond note.\n")
    expect(page.locator("#outcome .cancel")).to_have_count(2)
    go_on["first.md"].set()
    expect(row(page, "uploads/first.md")).to_have_count(1)  # it is listed as soon as it is kept
    go_on["second.md"].set()
    for name in ("first.md", "second.md"):
        expect(page.locator("#outcome")).to_contain_text(f"Added: {name}", use_inner_text=True)
    for name in ("first.md", "second.md"):
        page.once("dialog", lambda dialog: dialog.accept())
        row(page, f"uploads/{name}").locator(".remove").click()
        expect(row(page, f"uploads/{name}")).to_have_count(0)


def test_hostile_names_and_texts_are_shown_and_do_nothing(page: Page, site: Site, artifacts: Path) -> None:
    show(page, "Sources")
    bring(page, "<img src=x onerror=window.hacked=1>.md", f"# {HOSTILE}\n\nThe trap says {HOSTILE}.\n".encode())
    expect(page.locator("#outcome")).to_contain_text("Added:", use_inner_text=True)
    (name,) = (name.name for name in site.workplace.uploads.iterdir() if name.suffix == ".md")
    assert "<" not in name
    trap = row(page, "en/trap.md")
    assert trap.locator(".open").text_content() == HOSTILE
    trap.locator(".open").click()
    page.wait_for_selector(".panel")
    assert HOSTILE in (page.locator(".panel-text").text_content() or "")
    page.screenshot(path=artifacts / "tabs-hostile.png")
    show(page, "Map")
    assert page.locator("#map img, #library img, #map script, #library script").count() == 0
    show(page, "Sources")
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator(".texts .remove").click()
    expect(page.locator(".texts .remove")).to_have_count(0)


def test_a_file_of_this_machine_is_neither_taken_nor_removed_for_a_visitor_who_names_it(site: Site) -> None:
    secret = site.texts.parent / "secret.md"
    secret.write_text("# Secret\n\nA secret.\n", encoding="utf-8")
    with httpx.Client(base_url=site.url, timeout=20) as visitor:
        config = visitor.get("config").json()
        kinds = {each["id"]: each["type"] for each in config["components"]}
        (upload,) = (
            each["id"]
            for each in config["dependencies"]
            if "uploadbutton" in {kinds[at] for at in each["inputs"]} and each["backend_fn"]
        )
        for path in (str(secret), f"{'../' * 20}{str(secret).lstrip('/')}", secret.as_uri()):
            file = {"path": path, "orig_name": "secret.md", "meta": {"_type": "gradio.FileData"}}
            call = {"data": [[file], True], "fn_index": upload, "session_hash": f"visitor {len(path)}"}
            assert visitor.post("gradio_api/queue/join", json=call).status_code == 200
            with visitor.stream(
                "GET", "gradio_api/queue/data", params={"session_hash": f"visitor {len(path)}"}
            ) as events:
                told = [json.loads(line.removeprefix("data: ")) for line in events.iter_lines() if line]
            (done,) = (each for each in told if each["msg"] == "process_completed")
            assert not done["success"]
    assert secret.exists()
    assert "secret.md" not in Uploads(site.workplace.uploads).names()


def test_a_text_that_cannot_be_read_says_so_and_an_update_keeps_what_was_there(page: Page, site: Site) -> None:
    broken = site.texts / "en" / "broken.md"
    broken.write_bytes(b"\0\0")
    before = site.answerer.passages.snapshot.generation
    try:
        show(page, "Sources")
        expect(row(page, "en/broken.md").or_(page.locator("tr:has(.is-unreadable)"))).to_contain_text("zero bytes")
        page.click("#update")
        alert = page.locator("#outcome [role=alert]")
        expect(alert).to_contain_text("broken.md is not a text")
        expect(page.locator("#outcome")).to_contain_text("what it had of them stays", use_inner_text=True)
        assert site.answerer.passages.snapshot.generation == before
    finally:
        broken.unlink()


def test_one_update_at_a_time(page: Page, site: Site) -> None:
    show(page, "Sources")
    with FileLock(site.workplace.folder / "lock"):
        page.click("#update")
        alert = page.locator("#outcome [role=alert]")
        expect(alert).to_contain_text("is being updated by another process", use_inner_text=True)
    page.click("#update")
    page.wait_for_selector("#outcome .change")


def test_a_text_is_found_by_a_word_of_its_title_and_named_by_the_whole_of_it(page: Page) -> None:
    show(page, "Sources")
    row(page, "zh/pair.md").locator(".open").click()
    expect(page.get_by_role("region", name=PAIR, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_have_count(0)
    page.fill("[data-filter]", "clip")
    expect(page.locator(".texts tbody tr:visible")).to_have_count(1)
    page.fill("[data-filter]", "")
    assert page.locator(".texts tbody tr:visible").count() >= 5


# Map


def centre(page: Page, trace: int, number: int) -> tuple[float, float]:
    box = page.locator("#map-plot .scatterlayer .trace").nth(trace).locator("path.point").nth(number).bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_map_marks_the_last_question_and_opens_what_is_clicked(page: Page, site: Site, artifacts: Path) -> None:
    ask(page, QUESTION)
    show(page, "Map")
    snapshot = site.answerer.passages.snapshot
    assert page.locator("#map-plot .scatterlayer .trace").first.locator("path.point").count() == len(snapshot.passages)
    cited = site.answerer.ask(QUESTION).citations[0].passage
    assert cited.text[:40] in page.locator(".hits button").first.inner_text().replace("\n", " ")
    expect(page.locator("#map-question textarea, #map-question input").first).to_have_value(QUESTION)
    page.mouse.move(*centre(page, 1, 0))
    expect(page.locator(".map-tip")).to_contain_text(" ".join(cited.text.split())[:60])
    page.screenshot(path=artifacts / "tabs-map-hover.png")
    page.mouse.click(*centre(page, 1, 0))
    marks = page.locator("#map-reader mark")
    marks.first.wait_for()
    # The lines between paragraphs hold no text to be marked.
    assert "".join(marks.all_text_contents()).split() == cited.text.split()
    page.screenshot(path=artifacts / "tabs-map-open.png")
    page.keyboard.press("Escape")
    expect(page.locator("#map-reader mark")).to_have_count(0)


def test_the_map_can_be_used_by_keyboard(page: Page, site: Site) -> None:
    show(page, "Map")
    expect(page.locator("#map-found .empty")).to_be_visible()
    box = page.locator("#map-question textarea, #map-question input").first
    box.fill("注意力机制是谁提出的？")
    box.press("Enter")
    page.wait_for_selector(".hits button")
    first = page.locator(".hits button").first
    first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#map-reader h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(first).to_be_focused()
    topic = page.locator(".topics button").first
    topic.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".topics button[aria-pressed=true]")).to_have_count(1)
    page.locator(".members summary").click()
    assert page.locator(".members li").count() >= 1


def test_the_chat_tells_other_tabs_what_was_asked_oldest_first(page: Page) -> None:
    assert page.evaluate("foundationQA.questions()") == []
    ask(page, "hello")  # no question in vain: those are counted by other tests
    ask(page, f" {QUESTION} ")
    assert page.evaluate("foundationQA.questions()") == ["hello", QUESTION]
    page.get_by_role("button", name="New chat").click()
    assert page.evaluate("foundationQA.questions()") == []


def test_visitors_do_not_see_one_anothers_marks(browser: Browser, site: Site) -> None:
    with visit(browser, site.url) as first, visit(browser, site.url) as second:
        ask(first, QUESTION)
        show(first, "Map")
        first.wait_for_selector(".hits button")
        show(second, "Map")
        expect(second.locator("#map-found .empty")).to_be_visible()
        assert second.locator(".hits").count() == 0


# Gaps


def test_a_question_asked_in_vain_is_listed_seen_to_and_exported(page: Page, site: Site, artifacts: Path) -> None:
    site.gaps.add(HOSTILE, "en", 0.1)
    for question in (UNANSWERABLE, UNANSWERABLE.upper(), "火星上的象棋比赛谁赢了？"):
        ask(page, question)
    assert {gap.question for gap in site.gaps.read().gaps} >= {UNANSWERABLE.upper(), HOSTILE}
    show(page, "Gaps")
    mine = page.locator(".gaps tr", has_text=UNANSWERABLE.upper())
    expect(mine.locator("td").first).to_have_text("2", use_inner_text=True)
    page.get_by_label("Most frequent first").check()
    expect(page.locator(".gaps tbody tr").first).to_contain_text(UNANSWERABLE.upper())
    page.screenshot(path=artifacts / "tabs-gaps.png")
    page.evaluate("""() => {
        const make = URL.createObjectURL;
        window.files = [];
        URL.createObjectURL = (blob) => files.push(blob.type) && make.call(URL, blob);
        URL.revokeObjectURL = () => files.push("gone");
    }""")
    with page.expect_download() as download:
        page.click("#gaps-csv")
    assert download.value.suggested_filename == "gaps.csv"
    table = download.value.path().read_text(encoding="utf-8")
    assert table.startswith("\ufeffquestion,")
    assert "火星上的象棋比赛谁赢了？" in table
    with page.expect_download() as download:
        page.click("#gaps-jsonl")
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["question"] for line in lines} >= {HOSTILE}
    # They are still there when a browser is slow to fetch them.
    assert page.evaluate("files") == ["text/csv;charset=utf-8", "application/jsonl;charset=utf-8"]
    mine.get_by_role("button", name="Done").click()
    expect(mine).to_have_count(0)
    page.get_by_label("Show those that are done").check()
    expect(mine).to_have_count(1)
    page.once("dialog", lambda dialog: dialog.accept())
    mine.locator(".remove").click()
    expect(mine).to_have_count(0)
    assert UNANSWERABLE.upper() not in {gap.question for gap in site.gaps.read().gaps}


# Care


@pytest.mark.parametrize("scheme", ["light", sweep("dark")])
def test_the_tabs_have_no_serious_fault_for_those_who_do_not_see_or_point(
    browser: Browser, site: Site, artifacts: Path, scheme: Literal["light", "dark"]
) -> None:
    site.gaps.add("Who painted the moon?", "en", 0.1)
    with visit(browser, site.url, color_scheme=scheme, locale="zh-CN" if scheme == "dark" else "en-US") as page:
        ask(page, QUESTION)
        for tab in ("原文", "地图", "未答问题") if scheme == "dark" else ("Sources", "Map", "Gaps"):
            show(page, tab)
            if tab in ("Sources", "原文"):
                page.locator(".texts .open").first.click()
                page.wait_for_selector(".panel")
            page.wait_for_timeout(300)  # the tab's line under its name moves
            page.screenshot(path=artifacts / f"tabs-{scheme}-{tab}.png")
            found = Axe().run(page).response["violations"]
            grave = [
                (each["id"], [node["html"][:160] for node in each["nodes"]])
                for each in found
                if each["impact"] in ("serious", "critical")
            ]
            assert grave == []


def test_a_phone_shows_each_tab_without_sideways_scrolling(browser: Browser, site: Site, artifacts: Path) -> None:
    site.gaps.add("W" * 300, "en", 0.1)
    with visit(browser, site.url, viewport={"width": 390, "height": 844}, has_touch=True) as page:
        ask(page, QUESTION)
        for tab in ("Sources", "Map", "Gaps"):
            show(page, tab)
            page.wait_for_timeout(300)  # the tab's line under its name moves
            page.screenshot(path=artifacts / f"tabs-390-{tab}.png", full_page=True)
            assert sideways(page) == 0
        show(page, "Sources")
        page.locator(".texts .open").first.tap()
        panel = page.locator("#library-reader .panel")
        panel.wait_for()
        box = panel.bounding_box()
        assert box
        assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 390, 844)
        page.screenshot(path=artifacts / "tabs-390-open.png")
        page.locator("#library-reader .close").tap()
        expect(panel).to_have_count(0)
