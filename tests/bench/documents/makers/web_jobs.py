"""Web pages, saved ones, e-books and notebooks: which files are made of which contents."""

from collections.abc import Callable
from pathlib import Path

from book_parts import second_version
from jobs import Job, Make, run_tool
from notebook_cells import FIGURE, WARNING, jupyter, third_format
from office_jobs import by_function
from office_programs import by_calibre, by_libreoffice, by_pandoc, pandoc_bytes
from page_pieces import surroundings_of
from page_templates import of_blog, of_script, of_tables, semantic
from page_templates_more import of_news, of_office, of_wiki
from saved_pages import shown_by_chromium, single_file, snapshot_by_chromium
from word_library import python_docx
from word_page import word_page
from written import Content, load_contents

_BROWSER = ("chromium", "--version")


def _chromium() -> str:
    return f"Chromium {run_tool(_BROWSER).split()[1]}"


def _page(template: Callable[[Content], str]) -> Make:
    return by_function(lambda content: template(content).encode("utf-8"))


def _shown(template: Callable[[Content], str]) -> Make:
    def make(content: Content, path: Path) -> tuple[str, int]:
        path.write_text(shown_by_chromium(template(content)), encoding="utf-8")
        return _chromium(), 1

    return make


def _snapshot(template: Callable[[Content], str]) -> Make:
    def make(content: Content, path: Path) -> tuple[str, int]:
        path.write_bytes(snapshot_by_chromium(content, template(content)))
        return _chromium(), 1

    return make


def _mail(template: Callable[[Content], bytes], encoding: str, *, base64_coded: bool) -> Make:
    return by_function(lambda content: single_file(content, template(content), encoding, base64_coded=base64_coded))


def _around(name: str, *without: str) -> tuple[str, ...]:
    return tuple(each for each in surroundings_of(load_contents()[name]).all if each not in without)


def _pages() -> list[Job]:
    return [
        Job(file="ferry-semantic.html", content="ferry", form="elements that say what they are", make=_page(semantic),
            furniture=_around("ferry")),
        Job(file="reading-room-tables.html", content="reading_room", form="laid out by a table", make=_page(of_tables),
            furniture=_around("reading_room")),
        Job(file="raingauge-chromium.html", content="raingauge", form="built by a script, boxes whose names say nothing",
            make=_shown(of_script), furniture=_around("raingauge")),
        Job(file="lighthouse-pandoc.html", content="lighthouse", form="with a table of contents",
            make=by_pandoc("html5", "--toc")),
        Job(file="reading-room-blog.html", content="reading_room", form="a blog, widgets, comments", make=_page(of_blog),
            furniture=_around("reading_room")),
        Job(file="reading-room-word.html", content="reading_room", form="saved by Word, GB 2312",
            make=by_function(word_page)),
    ]  # fmt: skip


def _saved() -> list[Job]:
    return [
        Job(file="ferry-chromium.mhtml", content="ferry", form="a page of semantic elements", make=_snapshot(semantic),
            furniture=_around("ferry")),
        Job(file="reading-room-chromium.mhtml", content="reading_room", form="a page built by a script",
            make=_snapshot(of_script), furniture=_around("reading_room")),
        Job(file="ferry-word.mhtml", content="ferry", form="saved by Word, quoted-printable",
            make=_mail(word_page, "windows-1252", base64_coded=False)),
        Job(file="reading-room-older.mhtml", content="reading_room", form="base64, laid out by a table",
            make=_mail(lambda content: of_tables(content).encode(), "utf-8", base64_coded=True),
            furniture=_around("reading_room")),
        Job(file="raingauge-blog.mhtml", content="raingauge", form="a blog, base64",
            make=_mail(lambda content: of_blog(content).encode(), "utf-8", base64_coded=True),
            furniture=_around("raingauge")),
    ]  # fmt: skip


def _books() -> list[Job]:
    return [
        Job(file="ferry-pandoc.epub", content="ferry", form="the third version", make=by_pandoc("epub3")),
        Job(file="lighthouse-second.epub", content="lighthouse", form="the second version, chapters named in the NCX alone",
            make=by_function(second_version)),
        Job(file="lighthouse-calibre.epub", content="lighthouse", form="from a Word document",
            make=by_calibre(".docx", pandoc_bytes("docx"))),
        Job(file="reading-room-libreoffice.epub", content="reading_room", form="headings drawn by classes alone",
            make=by_libreoffice(".docx", begin=python_docx)),
        Job(file="reading-room-pandoc.epub", content="reading_room", form="the second version, split by the third level",
            make=by_pandoc("epub2", "--epub-chapter-level=2")),
        Job(file="ferry-calibre.epub", content="ferry", form="from a web page",
            make=by_calibre(".html", pandoc_bytes("html"))),
    ]  # fmt: skip


def _notebooks() -> list[Job]:
    printed = (WARNING, FIGURE)
    return [
        Job(file="raingauge-jupyter.ipynb", content="raingauge", form="the fourth format", make=by_function(jupyter),
            furniture=printed),
        Job(file="raingauge-third.ipynb", content="raingauge", form="the third format", make=by_function(third_format),
            furniture=printed),
        Job(file="noodles-colab.ipynb", content="noodles", form="the fourth format with the marks of Colab",
            make=by_function(lambda content: jupyter(content, colab=True)), furniture=printed),
        Job(file="noodles-strings.ipynb", content="noodles", form="texts as single strings",
            make=by_function(lambda content: jupyter(content, lines=False)), furniture=printed),
        Job(file="noodles-pandoc.ipynb", content="noodles", form="from Markdown, without outputs", make=by_pandoc("ipynb"),
            leaves_out=("title",)),
    ]  # fmt: skip


def _later() -> list[Job]:
    """Read only when the readers had been mended for the others; what they showed was mended afterwards."""
    return [
        Job(file="museum-wiki.html", content="tide_museum", form="a page of a wiki", make=_page(of_wiki),
            furniture=_around("tide_museum")),
        Job(file="library-office.html", content="library_rules", form="a page of a public office, headings in bold",
            make=_page(of_office), furniture=_around("library_rules")),
        Job(file="mountain-hut-wiki.mhtml", content="mountain_hut", form="a page of a wiki", make=_snapshot(of_wiki),
            furniture=_around("mountain_hut")),
        Job(file="beekeepers-word.mhtml", content="beekeepers_yearbook", form="saved by Word, base64",
            make=_mail(word_page, "windows-1252", base64_coded=True)),
        Job(file="harbor-temple-pandoc.epub", content="harbor_temple", form="the third version",
            make=by_pandoc("epub3")),
        Job(file="letters-libreoffice.epub", content="lighthouse_letters", form="headings drawn by classes alone",
            make=by_libreoffice(".docx", begin=python_docx)),
        Job(file="library-calibre.epub", content="library_rules", form="from a Word document",
            make=by_calibre(".docx", python_docx)),
        Job(file="metro-jupyter.ipynb", content="metro_safety", form="the fourth format",
            make=by_function(jupyter)),
        Job(file="wind-mast-third.ipynb", content="wind_mast_manual", form="the third format",
            make=by_function(third_format)),
    ]  # fmt: skip


def _held_back() -> list[Job]:
    """Of forms that nothing was looked at for."""
    return [
        Job(file="clinic-news.html", content="clinic_rules", form="a page of a newspaper, headings drawn by styles",
            make=_page(of_news), furniture=_around("clinic_rules"), held_back=True),
        Job(file="tea-cooperative-news.html", content="tea_cooperative", form="the same, as Chromium holds it",
            make=_shown(of_news), furniture=_around("tea_cooperative"), held_back=True),
        Job(file="harbor-temple-news.mhtml", content="harbor_temple", form="the same, saved by Chromium",
            make=_snapshot(of_news), furniture=_around("harbor_temple"), held_back=True),
        Job(file="tea-cooperative-calibre.epub", content="tea_cooperative", form="from a web page", held_back=True,
            make=by_calibre(".html", pandoc_bytes("html"))),
        Job(file="wind-mast-pandoc.epub", content="wind_mast_manual", form="the second version", held_back=True,
            make=by_pandoc("epub2")),
        Job(file="reservoir-colab.ipynb", content="reservoir_rules", form="the marks of Colab, single strings",
            make=by_function(lambda content: jupyter(content, lines=False, colab=True)), held_back=True),
    ]  # fmt: skip


JOBS = (*_pages(), *_saved(), *_books(), *_notebooks(), *_later(), *_held_back())
