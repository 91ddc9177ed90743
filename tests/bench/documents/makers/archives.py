"""The archives that Office files and e-books are: the same bytes from the same parts."""

from collections.abc import Mapping
from html import escape
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from written import Content

CONTENT_TYPES = "[Content_Types].xml"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MADE = (2024, 1, 1, 0, 0, 0)  # when parts are said to be made, so that a file is the same each time
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CORE = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"


def archive(kinds: Mapping[str, Mapping[str, str]], parts: Mapping[str, str | bytes]) -> bytes:
    """An archive of ``parts`` by name. ``kinds``: of Office, below CONTENT_TYPES, what kind each part is."""
    said = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in kinds.get(CONTENT_TYPES, {}).items()
    )
    core = '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
    types = (
        f'{DECLARATION}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f"{said}{core}</Types>"
    )
    return zipped(({CONTENT_TYPES: types} if kinds else {}) | dict(parts))


def zipped(parts: Mapping[str, str | bytes], stored: str = "") -> bytes:
    """An archive of ``parts``, of which ``stored`` is not compressed."""
    target = BytesIO()
    with ZipFile(target, "w") as opened:
        for name, part in parts.items():
            entry = ZipInfo(name, _MADE)
            entry.compress_type = ZIP_STORED if name == stored else ZIP_DEFLATED
            opened.writestr(entry, part.encode("utf-8") if isinstance(part, str) else part, compresslevel=9)
    return target.getvalue()


def packed_anew(raw: bytes, without: tuple[str, ...] = ()) -> bytes:
    """The archive ``raw`` as small as it goes, the same each time, ``without`` the parts that hold nothing of the text."""
    with ZipFile(BytesIO(raw)) as opened:
        names = [info.filename for info in opened.infolist() if info.filename not in without and not info.is_dir()]
        return zipped({name: opened.read(name) for name in names}, "mimetype")


def relationships(of: Mapping[str, tuple[str, str]]) -> str:
    """The part that says what other parts are: kind and name by id."""
    said = "".join(
        f'<Relationship Id="{key}" Type="{_CORE if kind == "core" else f"{_OFFICE}/{kind}"}" Target="{target}"/>'
        for key, (kind, target) in of.items()
    )
    return f'{DECLARATION}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{said}</Relationships>'


def core_properties(content: Content) -> str:
    """Title, author and date."""
    return (
        f'{DECLARATION}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(content.title)}</dc:title><dc:creator>{escape(content.author)}</dc:creator>"
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{content.date}T08:00:00Z</dcterms:modified></cp:coreProperties>'
    )
