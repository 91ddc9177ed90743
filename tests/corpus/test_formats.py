"""A format is a reader and a line in one table: all else about a document is the same for every one."""

from pathlib import Path

import pytest

from corpus import CorpusError, Reference, load_document, load_documents, split
from corpus.document import FileContent
from corpus.files import formats
from corpus.files.formats import READERS, SUFFIXES, is_text
from corpus.files.limits import FileLimits

WEI = Reference("wei2022", "Wei et al. (2022). Emergence", "https://example.org")


def read_shouting(raw: bytes, path: Path) -> FileContent:
    """A format whose files are all in capitals."""
    if not raw.isupper():
        raise CorpusError(f"{path} does not shout.")
    text = raw.decode("utf-8").lower()
    return FileContent(text=text, title="T" * 400, references=("wei2022", "A line"), twin="b.shout")


@pytest.fixture
def shouting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "READERS", {**READERS, ".shout": read_shouting})


@pytest.mark.usefixtures("shouting")
@pytest.mark.parametrize("name", ["a.shout", "notes/A.SHOUT"])
def test_a_document_is_what_the_reader_of_its_format_finds(tmp_path: Path, name: str) -> None:
    path = tmp_path / "file"
    path.write_bytes("# ÜBER 涌现\n\nWORDS.".encode())
    document = load_document(path, name, listed={"wei2022": WEI})
    assert (document.id, document.text) == (name, "# über 涌现\n\nwords.")
    assert document.title == "T" * 299 + "…"
    assert document.source == name
    assert document.references == (WEI, Reference("A line", "A line", ""))
    assert document.twin == "b.shout"
    assert [passage.text for passage in split(document)] == ["words."]


@pytest.mark.usefixtures("shouting")
def test_a_reader_says_what_is_wrong_with_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a.shout"
    path.write_text("Words.", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"a\.shout does not shout\."):
        load_document(path, "a.shout")
    with pytest.raises(CorpusError, match=r"a text may have 0\.0 MB"):
        load_document(path, "a.shout", FileLimits(text=5))


def test_what_a_file_does_not_say_comes_from_its_name(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Words, and no heading.", encoding="utf-8")
    (document,) = load_documents(tmp_path)
    assert (document.title, document.source, document.references, document.twin) == ("notes", "notes.txt", (), "")


def test_the_table_alone_says_what_is_a_text() -> None:
    assert tuple(READERS) == SUFFIXES
    assert {".md", ".txt", ".pdf", ".docx", ".pptx", ".xlsx", ".csv", ".html", ".mhtml", ".epub", ".ipynb"} < set(
        SUFFIXES
    )
    assert {".rst", ".org", ".tex"} < set(SUFFIXES)
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in SUFFIXES)
    assert [name for name in ("a.md", "一.TXT", "a.md.doc", "md", "a.yaml", "") if is_text(name)] == ["a.md", "一.TXT"]
