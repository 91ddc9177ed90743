"""Office files that are none: damaged, encrypted, of another kind, hostile. Each gives one message, and none hangs."""

import io
import random
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from costs import costs_at_most
from office_files import damaged, repacked, slides, word, workbook

from corpus import CorpusError
from corpus.document import FileContent
from corpus.files.office import OFFICE_READERS, package

docx = pytest.importorskip("docx")
pptx = pytest.importorskip("pptx")
openpyxl = pytest.importorskip("openpyxl")

SUFFIXES = (".docx", ".pptx", ".xlsx")
MAIN = {".docx": "word/document.xml", ".pptx": "ppt/presentation.xml", ".xlsx": "xl/workbook.xml"}


FILES: dict[str, Callable[[], bytes]] = {".docx": word, ".pptx": slides, ".xlsx": workbook}


def read(suffix: str, raw: bytes) -> FileContent:
    return OFFICE_READERS[suffix](raw, Path(f"a{suffix}"))


def message(suffix: str, raw: bytes) -> str:
    with pytest.raises(CorpusError) as caught:
        read(suffix, raw)
    said = str(caught.value)
    assert said.startswith(f"a{suffix} ")
    assert said.endswith((".", '"foundation-qa[documents]"'))
    assert "\n" not in said
    return said


def tried(suffix: str, raw: bytes) -> None:
    with costs_at_most(5):
        try:
            content = read(suffix, raw)
        except CorpusError as error:
            assert str(error).startswith(f"a{suffix} ")
        else:
            ends = [0, *(bound for place in content.places for bound in (place.start, place.end))]
            assert ends == sorted(ends)
            assert ends[-1] <= len(content.text)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_damaged_archives_give_a_message_or_what_is_left(suffix: str) -> None:
    raw = FILES[suffix]()
    for seed in range(100):
        tried(suffix, damaged(raw, random.Random(seed)))


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_damaged_parts_give_a_message_or_what_is_left(suffix: str) -> None:
    raw = FILES[suffix]()
    for seed in range(100):
        random_ = random.Random(seed)

        def change(name: str, data: bytes, random_: random.Random = random_) -> bytes | None:
            if random_.random() < 0.8 or not data:
                return data
            return None if random_.random() < 0.1 else damaged(data, random_)

        tried(suffix, repacked(raw, change))


@pytest.mark.sweep
@pytest.mark.slow
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_parts_with_other_values_give_a_message_or_what_is_left(suffix: str) -> None:
    """XML that is well formed, with numbers, names and ids that make no sense."""
    import re

    raw = FILES[suffix]()
    odd = ["", "-1", "99999999999999999999", "0", "x", "1.5", "NaN", "😀", "A0", "ZZZ9999999", "../../x", "true"]
    for seed in range(100):
        random_ = random.Random(seed)

        def change(name: str, data: bytes, random_: random.Random = random_) -> bytes:
            def other(match: re.Match[str]) -> str:
                if random_.random() < 0.97 or "xmlns" in match.group(1):
                    return match.group()
                return f'{match.group(1)}="{random_.choice(odd)}"'

            if name.startswith(("[", "_rels")):
                return data
            return re.sub(r'([\w:]+)="([^"]*)"', other, data.decode("utf-8", "replace")).encode()

        tried(suffix, repacked(raw, change))


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7 ...", "It looks like a PDF"),
        (b"{\\rtf1 ...", "It looks like an RTF file"),
        (b"  <html>", "It looks like a web page"),
        (b"just words", "its bytes are no archive"),
        (b"PK\x03\x04 and nothing more", "it is no complete archive"),
        (b"\xd0\xcf\x11\xe0 old", "an Office file of before 2007"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "protected with a password"),
    ],
)
def test_other_files_are_told(suffix: str, raw: bytes, expected: str) -> None:
    assert expected in message(suffix, raw)


def test_an_office_file_of_another_kind_is_told() -> None:
    assert "is an Excel workbook (.xlsx) by what it holds" in message(".docx", workbook())
    assert "is a Word document (.docx) by what it holds" in message(".pptx", word())
    assert "is a PowerPoint presentation (.pptx) by what it holds" in message(".xlsx", slides())


def archive(**parts: str | bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, data in parts.items():
            zipped.writestr(name, data)
    return stream.getvalue()


def test_other_archives_are_told() -> None:
    assert "is an archive without a document in it" in message(".docx", archive(a="b"))
    odt = archive(mimetype="application/vnd.oasis.opendocument.text")
    assert "is an OpenDocument file" in message(".docx", odt)
    assert "is an e-book" in message(".pptx", archive(mimetype="application/epub+zip"))
    binary = archive(**{"_rels/.rels": RELATIONS.format("xl/workbook.bin"), "xl/workbook.bin": b"\0"})
    assert "is a binary workbook (.xlsb)" in message(".xlsx", binary)


RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="{}"/></Relationships>'
)
WORD = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
LINE = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"


def test_a_document_without_any_other_part_is_read() -> None:
    raw = archive(**{"word/document.xml": WORD.format(LINE.format("只有一行。"))})
    assert read(".docx", raw).text == "只有一行。\n"


def test_the_strict_form_of_the_standard_is_read() -> None:
    strict = WORD.replace("schemas.openxmlformats.org/wordprocessingml/2006", "purl.oclc.org/ooxml/wordprocessingml")
    assert read(".docx", archive(**{"word/document.xml": strict.format(LINE.format("Strict."))})).text == "Strict.\n"


def test_entities_and_document_types_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("do not read this", encoding="utf-8")
    for declared in (
        f'<!DOCTYPE w [<!ENTITY x SYSTEM "{secret.as_uri()}">]>',
        '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY x "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    ):
        body = declared + WORD.format(LINE.format("&x;"))
        for data in (body.encode(), ('<?xml version="1.0" encoding="UTF-16"?>' + body).encode("utf-16")):
            assert "declares a document type" in message(".docx", archive(**{"word/document.xml": data}))


def test_deep_nesting_is_refused_and_what_is_less_deep_is_read() -> None:
    def tables(depth: int) -> str:
        inner = LINE.format("deep")
        for _ in range(depth):
            inner = f"<w:tbl><w:tr><w:tc>{inner}<w:p/></w:tc></w:tr></w:tbl>"
        return WORD.format(inner)

    assert "deep" in read(".docx", archive(**{"word/document.xml": tables(70)})).text
    assert "is no XML" in message(".docx", archive(**{"word/document.xml": tables(1_000)}))


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_bombs_are_refused_before_they_are_unpacked(suffix: str) -> None:
    bomb = archive(**{MAIN[suffix]: b" " * 60_000_000})
    assert len(bomb) < 100_000
    with costs_at_most(1):
        assert "too large when it is unpacked: its part" in message(suffix, bomb)


def test_a_bomb_among_the_sheets_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "_LARGEST_SHEET", 1_000_000)
    large = repacked(workbook(), lambda name, data: data + b" " * 2_000_000 if "sheet1" in name else data)
    assert "too large when it is unpacked" in message(".xlsx", large)


def test_too_many_members_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "_MOST_MEMBERS", 5)
    assert "members" in message(".docx", word())


def test_a_size_that_is_not_true_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The directory of an archive may say that a part is small."""
    raw = bytearray(archive(**{"word/document.xml": WORD.format(LINE.format("a" * 100_000))}))
    at = raw.rfind(b"PK\x01\x02")
    raw[at + 24 : at + 28] = (50).to_bytes(4, "little")
    assert "is damaged" in message(".docx", bytes(raw))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_missing_package_is_named(suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [
        each for each in sys.modules if each.split(".")[0] == "lxml" or each.startswith("corpus.files.office.")
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "lxml", None)
    said = message(suffix, FILES[suffix]())
    assert said.endswith('Run: pip install "foundation-qa[documents]"')


def test_damage_beside_the_words_is_a_problem() -> None:
    raw = repacked(word(), lambda name, data: b"<no" if name.endswith(("styles.xml", "core.xml")) else data)
    content = read(".docx", raw)
    assert "The boat leaves at 8:15." in content.text
    assert content.problems == (
        (0, "its part word/styles.xml is damaged, and was not read"),
        (0, "its part docProps/core.xml is damaged, and was not read"),
    )


@pytest.mark.slow
def test_large_files_take_seconds() -> None:
    lines = "".join(LINE.format(f"Line {at} has some words in it, and so 船 many more.") for at in range(20_000))
    with costs_at_most(20):
        assert len(read(".docx", archive(**{"word/document.xml": WORD.format(lines)})).text) > 900_000


@pytest.mark.slow
def test_damaged_delimited_text_gives_a_message_or_what_is_left() -> None:
    raw = 'Pier,船,Words\nNorth,3,"two\nlines"\n南,4,"say ""hi"""\n'.encode("gb18030") * 20
    for seed in range(100):
        tried(".csv", damaged(raw, random.Random(seed)))


@pytest.mark.slow
def test_nothing_is_imported_before_a_file_is_read() -> None:
    import subprocess

    code = "import sys, corpus.files.office; print([name for name in sys.modules if name.split('.')[0] == 'lxml'])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert run.stdout == "[]\n"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_many_attributes_cost_no_more_than_others(suffix: str) -> None:
    part = b"<a " + b" ".join(b"a%d='1'" % number for number in range(50_000)) + b"/>"
    with costs_at_most(2):
        tried(
            suffix,
            repacked(FILES[suffix](), lambda name, raw: part if name.endswith(("slide1.xml", "sheet1.xml")) else raw),
        )


@pytest.mark.parametrize("raw", [b"%PDF-1.7\n1 0 obj\n", b"\n<!DOCTYPE html><p>a,b", b"<HTML><p>a"])
def test_a_text_of_another_kind_is_no_table(raw: bytes) -> None:
    assert "by what it holds, and no table" in message(".csv", raw)
