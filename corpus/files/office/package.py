"""An Office file is an archive of parts: opened with bounds, its parts found by how they refer to one another."""

import posixpath
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

from corpus.errors import CorpusError
from corpus.files.office.xml import Element, XmlError, attribute, children, name_of, parse_xml

_ARCHIVE = b"PK"
_COMPOUND = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MOST_MEMBERS = 20_000
_LARGEST_PART = 48_000_000  # bytes unpacked, of a part that is read as a whole
_MOST_TAGS = 4_000_000  # of such a part: a document of 1,000 pages has a million
_LARGEST_SHEET = 150_000_000  # bytes unpacked, of one that is read row by row
_MOST_READ = 400_000_000  # bytes unpacked, of all parts that are read
_ZIP_ERRORS = (  # what the standard library raises for damaged archives
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError,
    KeyError, OverflowError,
)  # fmt: skip
_KINDS = {
    "document": "a Word document (.docx)",
    "presentation": "a PowerPoint presentation (.pptx)",
    "workbook": "an Excel workbook (.xlsx)",
}
_PLAIN_KINDS = (
    (b"%PDF-", "a PDF"),
    (b"{\\rtf", "an RTF file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"<", "a web page or another kind of XML"),
)
_USUAL = {"document": "word/document.xml", "presentation": "ppt/presentation.xml", "workbook": "xl/workbook.xml"}
_MIME_TYPES = {
    "application/vnd.oasis.opendocument": "an OpenDocument file, as LibreOffice writes it",
    "application/epub": "an e-book (.epub)",
}


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part refers to."""

    kind: str  # the last part of its type: "slide", "image"
    target: str  # the name of another part; or an address where it is outside


@dataclass(slots=True)
class Package:
    """The parts of an Office file, and what could not be read of them."""

    path: Path
    archive: zipfile.ZipFile
    kind: str  # the local name that the root of its main part must have
    problems: list[str] = field(default_factory=list)
    main: str = ""  # the name of its main part
    _read: int = 0  # bytes unpacked so far
    _names: dict[str, str] = field(default_factory=dict)  # in small letters -> as they are written

    def raw(self, name: str, *, largest: int = _LARGEST_PART) -> bytes:
        """The bytes of a part; :class:`CorpusError` where it is too large or damaged."""
        try:
            info = self.archive.getinfo(self._names[name.lower()])
            if info.file_size > largest or self._read + info.file_size > _MOST_READ:
                raise CorpusError(
                    f"{self.path} is too large when it is unpacked: its part {name} has {info.file_size / 1e6:,.0f} "
                    f"MB; {largest / 1e6:,.0f} MB are read. Split it into several files."
                )
            self._read += info.file_size
            with self.archive.open(info) as member:
                found = member.read(largest + 1)
        except _ZIP_ERRORS as error:
            raise CorpusError(_damaged(self.path, self.kind, f"its part {name} cannot be unpacked")) from error
        return found

    def _parsed(self, name: str) -> Element:
        raw = self.raw(name)
        if raw.count(b"<") > _MOST_TAGS:
            raise CorpusError(
                f"{self.path} is too large: its part {name} has more than {_MOST_TAGS:,} tags. Split it into several "
                f"files."
            )
        return parse_xml(raw)

    def xml(self, name: str) -> Element:
        """The root of a part that must be there; :class:`CorpusError` where it cannot be read."""
        if name.lower() not in self._names:
            raise CorpusError(_damaged(self.path, self.kind, f"its part {name} is missing"))
        try:
            return self._parsed(name)
        except XmlError as error:
            raise CorpusError(_damaged(self.path, self.kind, f"its part {name} is no XML: {error}")) from error

    def extra(self, name: str) -> Element | None:
        """The root of a part that may be absent; where it is damaged that is a problem of the file."""
        if not name or name.lower() not in self._names:
            return None
        try:
            return self._parsed(name)
        except XmlError:
            self.problems.append(f"its part {name} is damaged, and was not read")
        except CorpusError as error:
            if not isinstance(error.__cause__, _ZIP_ERRORS):
                raise
            self.problems.append(f"its part {name} is damaged, and was not read")
        return None

    def sheet(self, name: str) -> bytes:
        """The bytes of a part that is read row by row."""
        return self.raw(name, largest=_LARGEST_SHEET)

    def has(self, name: str) -> bool:
        """Whether there is a part with this ``name``."""
        return name.lower() in self._names

    def relations(self, name: str) -> dict[str, Relation]:
        """What the part ``name`` refers to, by the ids it has for it."""
        folder, file = posixpath.split(name)
        root = self.extra(posixpath.join(folder, "_rels", f"{file}.rels"))
        found: dict[str, Relation] = {}
        for each in children(root, "Relationship"):
            target = attribute(each, "Target")
            if attribute(each, "TargetMode") != "External":
                target = _joined(folder, target)
            found[attribute(each, "Id")] = Relation(attribute(each, "Type").rpartition("/")[2], target)
        return found

    def related(self, name: str, kind: str) -> str:
        """The name of the first part of this ``kind`` that the part ``name`` refers to; empty where there is none."""
        return next((each.target for each in self.relations(name).values() if each.kind == kind), "")


def open_package(raw: bytes, path: Path, kind: str) -> Package:
    """The parts of the file ``path`` with the bytes ``raw``, whose main part has the root ``kind``.

    :class:`CorpusError` where it is damaged, encrypted, of another kind, or has too many members.
    """
    if not raw.startswith(_ARCHIVE):
        raise CorpusError(_no_archive(raw, path, kind))
    try:
        archive = zipfile.ZipFile(BytesIO(raw))
    except (*_ZIP_ERRORS, NotImplementedError) as error:
        raise CorpusError(_damaged(path, kind, "it is no complete archive")) from error
    names = archive.namelist()
    if len(names) > _MOST_MEMBERS:
        raise CorpusError(
            f"{path} has {len(names):,} members; {_KINDS[kind]} has at most {_MOST_MEMBERS:,}. Take it out of the "
            f"folder."
        )
    package = Package(path, archive, kind, _names={name.lstrip("/").lower(): name for name in names})
    package.main = package.related("", "officeDocument") or _USUAL[kind]
    if not package.has(package.main):
        package.main = _USUAL[kind]
    if not package.has(package.main):
        raise CorpusError(_no_document(package))
    if not package.main.lower().endswith(".xml"):
        raise CorpusError(f"{path} is a binary workbook (.xlsb), which is not read. Save it as {_KINDS[kind]}.")
    found = name_of(package.xml(package.main))
    if found != kind:
        other = _KINDS.get(found)
        if other:
            raise CorpusError(f"{path} is {other} by what it holds. Give it that suffix.")
        raise CorpusError(_damaged(path, kind, f"its part {package.main} holds no {kind}"))
    return package


def nothing_read(path: Path, *, pictures: bool) -> CorpusError:
    """What to say of a document without words, which may hold ``pictures`` of some."""
    told = ": it holds pictures alone. Run a text recognition over them (OCR)" if pictures else ""
    return CorpusError(f"{path} holds no text{told}. Take it out of the folder, or write something into it.")


def _joined(folder: str, target: str) -> str:
    target = unquote(target.replace("\\", "/"))
    return posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target))


def _damaged(path: Path, kind: str, what: str) -> str:
    return f"{path} is damaged: {what}. Open it in the program it was made with, and save it anew as {_KINDS[kind]}."


def _no_archive(raw: bytes, path: Path, kind: str) -> str:
    expected = _KINDS[kind]
    if not raw:
        return f"{path} is empty. Put {expected} there, or take it out of the folder."
    if raw.startswith(_COMPOUND) and _ENCRYPTED in raw:
        return f"{path} is protected with a password, and cannot be read. Save it without one."
    if raw.startswith(_COMPOUND):
        return f"{path} is an Office file of before 2007, which is not read. Open it, and save it as {expected}."
    start = raw[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    found = next((said for mark, said in _PLAIN_KINDS if start.startswith(mark)), "")
    told = f" It looks like {found}: give it the suffix of what it is." if found else " Save it anew, or take it out."
    return f"{path} is not {expected}: its bytes are no archive, which every one is.{told}"


def _no_document(package: Package) -> str:
    expected = _KINDS[package.kind]
    if package.has("mimetype"):
        said = package.raw("mimetype")[:100].decode("ascii", "replace")
        found = next((name for mime, name in _MIME_TYPES.items() if said.startswith(mime)), "")
        if found:
            return f"{package.path} is {found} by what it holds. Save it as {expected}."
    return (
        f"{package.path} is not {expected}: it is an archive without a document in it. Save it anew, or take it out "
        f"of the folder."
    )
