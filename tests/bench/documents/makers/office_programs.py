"""Files by the programs that people have: LibreOffice, pandoc, Calibre, each asked to make one format of another."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from archives import packed_anew
from jobs import Make, run_tool
from pandoc_text import markdown_of
from written import Content

_EPUB_PARTS = ("cover.jpeg", "OEBPS/cover.jpeg")


def by_pandoc(form: str, *options: str, slides: bool = False) -> Make:
    """Makes it with pandoc from Markdown; ``form`` is its name of the format."""

    def make(content: Content, path: Path) -> tuple[str, int]:
        said = _pandoc(content, path, "-t", form, "--standalone", *options, slides=slides)
        if path.suffix in (".docx", ".pptx", ".epub"):
            path.write_bytes(packed_anew(path.read_bytes(), ("docProps/thumbnail.jpeg",)))
        return said, 1

    return make


def by_libreoffice(*suffixes: str, begin: Callable[[Content], bytes] | None = None) -> Make:
    """Makes it with LibreOffice, from one format to the next.

    ``suffixes``: of the formats on the way, the first that of ``begin``; without it that of what pandoc writes.
    """

    def make(content: Content, path: Path) -> tuple[str, int]:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / f"{path.stem}{suffixes[0]}"
            if begin is None:
                _pandoc(content, source)
            else:
                source.write_bytes(begin(content))
            for suffix in (*suffixes[1:], path.suffix):
                below = Path(folder) / suffix[1:]
                profile = (Path(folder) / "profile").as_uri()
                run_tool(
                    [
                        "soffice",
                        f"-env:UserInstallation={profile}",
                        "--headless",
                        "--convert-to",
                        suffix[1:],
                        "--outdir",
                        below,
                        source,
                    ]
                )
                source = below / f"{path.stem}{suffix}"
            path.write_bytes(packed_anew(source.read_bytes(), ("Thumbnails/thumbnail.png", "docProps/thumbnail.jpeg")))
        return f"LibreOffice {run_tool(['soffice', '--version']).split()[1]}", 1

    return make


def by_calibre(suffix: str, begin: Callable[[Content], bytes], *options: str) -> Make:
    """Makes it with the converter of Calibre, of what ``begin`` makes."""

    def make(content: Content, path: Path) -> tuple[str, int]:
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder) / f"{path.stem}{suffix}", Path(folder) / path.name
            source.write_bytes(begin(content))
            facts = ["--title", content.title, "--authors", content.author, "--language", content.language[:2]]
            run_tool(["ebook-convert", source, target, *facts, "--no-default-epub-cover", *options])
            path.write_bytes(packed_anew(target.read_bytes(), _EPUB_PARTS))
        return f"Calibre {run_tool(['ebook-convert', '--version']).split('calibre ')[1].split(')')[0]}", 1

    return make


def pandoc_bytes(form: str) -> Callable[[Content], bytes]:
    """What pandoc writes in ``form``, for others to begin with."""

    def begin(content: Content) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"content.{form}"
            _pandoc(content, path, "--standalone")
            return path.read_bytes()

    return begin


def _pandoc(content: Content, path: Path, *options: str, slides: bool = False) -> str:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "content.md"
        source.write_text(markdown_of(content, slides=slides), encoding="utf-8")
        run_tool(["pandoc", source, "-o", path, *options])
    return f"pandoc {run_tool(['pandoc', '--version']).split()[1]}"
