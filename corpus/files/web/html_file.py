"""The reader of web pages as browsers save them."""

from pathlib import Path

from corpus.document import FileContent
from corpus.files.escapes import beginning
from corpus.files.web.drawn_headings import mark_drawn_headings, mark_drawn_title
from corpus.files.web.elements import drop_hidden
from corpus.files.web.main_content import main_content
from corpus.files.web.markdown import blocks_in
from corpus.files.web.notes import put_notes_in_place
from corpus.files.web.page_bytes import decode_page
from corpus.files.web.page_facts import page_facts, parts_of_title, written_title
from corpus.files.web.tree import Element, Page, parse_html, parse_xhtml
from corpus.files.web.word_items import put_items_into_lists

UNREADABLE = "some of its characters are in no encoding, and stand as \ufffd. Save it as UTF-8"
_LEAST_SHOWN = 0.1  # share of the characters that a page shows without its scripts
_EMPTY = (
    "it holds no words: what a browser shows of it comes from elsewhere. Open it in a browser, wait until it is shown, "
    "and save it from there"
)


def read_html_file(raw: bytes, path: Path) -> FileContent:
    """The main content of a page as Markdown, with what its head says of it."""
    text, whole = decode_page(raw, path)
    page = parse_xhtml(text) if text.lstrip()[:5] == "<?xml" else parse_html(text)
    return content_of(page, problems=() if whole else ((0, UNREADABLE),))


def content_of(
    page: Page, *, address: str = "", title: str = "", problems: tuple[tuple[int, str], ...] = ()
) -> FileContent:
    """What ``page`` holds; ``address`` and ``title`` are what its envelope says, which counts where it does not."""
    mark_drawn_title(_body_of(page), parts_of_title(written_title(page)))
    facts = page_facts(page, address=address)
    text = text_of(page)
    return FileContent(
        text=text,
        title=facts.title or title,
        author=facts.author,
        date=facts.date,
        source=facts.source,
        problems=problems if text else ((0, _EMPTY),),
    )


def _drop_hidden(body: Element) -> None:
    """Take out of ``body`` what is not shown; where that is nearly all, a script was to show it, and it stays."""
    whole = [(element, element.children) for element in body.walk()]
    drop_hidden(body)
    shown = _length(body)
    without = [(element, element.children) for element, _ in whole]
    for element, children in whole:
        element.children = children
    drop_hidden(body, styled=False)
    if shown >= _LEAST_SHOWN * _length(body):
        for element, children in without:
            element.children = children


def _length(element: Element) -> int:
    return sum(map(len, element.text().split()))


def _body_of(page: Page) -> Element:
    return page.root.first("body") or Element("body", {}, page.root.children)


def text_of(page: Page) -> str:
    """The main content of ``page`` as Markdown; what stands for its pictures where there is nothing else."""
    body = _body_of(page)
    written = written_title(page)
    _drop_hidden(body)
    put_items_into_lists(body)
    put_notes_in_place(body)
    whole = [(element, element.children) for element in body.walk()]
    main = main_content(body, written)
    mark_drawn_headings(main, {}, 1 + (main.first("h1") is not None))
    blocks = blocks_in(main)
    if not blocks:  # a page of links alone, or of pictures
        for element, children in whole:
            element.children = children
        blocks = blocks_in(body) or blocks_in(body, pictures=True)
    blocks[:1] = map(beginning, blocks[:1])
    return "\n\n".join([*blocks, ""]).removesuffix("\n") if blocks else ""
