"""An e-book of the second version, part by part: a page a chapter, and a table of contents in NCX."""

from collections.abc import Iterator
from html import escape

from archives import zipped
from page_pieces import Article
from written import Block, Content, Kind

_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
_CONTAINER = (
    f'{_DECLARATION}<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
_CONTENTS = {True: "目录", False: "Contents"}


def second_version(content: Content) -> bytes:
    """The book: a cover, a page of contents, chapters whose headings are drawn large and are no headings."""
    chapters = list(_chapters(content))
    names = [f"chapter{at}.xhtml" for at in range(len(chapters))]
    parts: dict[str, str | bytes] = {"mimetype": "application/epub+zip", "META-INF/container.xml": _CONTAINER}
    parts["OEBPS/content.opf"] = _package(content, names)
    parts["OEBPS/toc.ncx"] = _ncx(content, chapters, names)
    lines = "".join(
        f'<p><a href="{name}">{escape(title)}</a></p>' for (title, _), name in zip(chapters, names, strict=True)
    )
    parts["OEBPS/contents.xhtml"] = _page(_CONTENTS[content.chinese], f"<h2>{_CONTENTS[content.chinese]}</h2>{lines}")
    for (title, blocks), name in zip(chapters, names, strict=True):
        level = "h1" if name == names[0] else "p"
        part = Content(
            name=content.name,
            title=title,
            author="",
            date="",
            language=content.language,
            blocks=tuple(blocks),
            questions=(),
        )
        # Notes stand below the chapter; the heading of a chapter is a large paragraph, as scans of old books have it.
        body = f'<{level} class="chapter-title">{escape(title)}</{level}>\n{Article(part).html()}'
        parts[f"OEBPS/{name}"] = _page(title, body)
    return zipped(parts, "mimetype")


def _chapters(content: Content) -> Iterator[tuple[str, list[Block]]]:
    title, blocks = content.title, list[Block]()
    for block in content.blocks[1:]:
        if block.kind is Kind.HEADING and block.level == 2:
            yield title, blocks
            title, blocks = block.plain, []
        else:
            blocks.append(block)
    yield title, blocks


def _page(title: str, body: str) -> str:
    return (
        f'{_DECLARATION}<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd">\n'
        f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>{escape(title)}</title></head><body>\n{body}\n</body></html>'
    )


def _package(content: Content, names: list[str]) -> str:
    pages = ["contents.xhtml", *names]
    items = "".join(
        f'<item id="p{at}" href="{name}" media-type="application/xhtml+xml"/>' for at, name in enumerate(pages)
    )
    spine = "".join(f'<itemref idref="p{at}"/>' for at in range(len(pages)))
    return (
        f'{_DECLARATION}<package xmlns="http://www.idpf.org/2007/opf" version="2.0" unique-identifier="id"><metadata '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">'
        f'<dc:title>{escape(content.title)}</dc:title><dc:creator opf:role="aut">{escape(content.author)}</dc:creator>'
        f'<dc:language>{content.language}</dc:language><dc:date opf:event="publication">{content.date}</dc:date>'
        f'<dc:identifier id="id">urn:{content.name}</dc:identifier></metadata><manifest>'
        f'<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>{items}</manifest><spine toc="ncx">{spine}</spine></package>'
    )


def _ncx(content: Content, chapters: list[tuple[str, list[Block]]], names: list[str]) -> str:
    points = "".join(
        f'<navPoint id="n{at}" playOrder="{at + 1}"><navLabel><text>{escape(title)}</text></navLabel><content src="{names[at]}"/></navPoint>'
        for at, (title, _) in enumerate(chapters)
    )
    return (
        f'{_DECLARATION}<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1"><docTitle><text>{escape(content.title)}'
        f"</text></docTitle><navMap>{points}</navMap></ncx>"
    )
