"""Files that are broken, or made to harm, of every kind, the same whenever they are made."""

import io
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from office_files import damaged, repacked
from small_documents import KINDS, book, html, packed

TITLE = "Kilns 窑"
LINES = ["A kiln is fired for three days and nights.", "窑火烧了三天三夜。", "The oak is stacked by the door."]
MAIN = {
    ".docx": "word/document.xml",
    ".pptx": "ppt/slides/slide1.xml",
    ".xlsx": "xl/worksheets/sheet1.xml",
    ".epub": "OPS/p.xhtml",
}
ZEROS = 4_000_000_000  # bytes that the largest member of an archive says it has
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
Part = Callable[[bytes], bytes]
_SMALL, _LARGE = struct.pack("<I", 3), struct.pack("<I", 0xFFFFFFF0)  # sizes that are none


@dataclass(frozen=True, slots=True)
class BadFile:
    """A file that a folder holds: its name, and its bytes; a link to ``link`` where that is named."""

    name: str
    raw: bytes = b""
    link: str = ""
    locked: bool = False  # nobody may read it

    def put(self, folder: Path) -> None:
        """Write it below ``folder``."""
        path = folder / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.link:
            path.symlink_to(self.link)
            return
        path.write_bytes(self.raw)
        if self.locked:
            path.chmod(0)


def bad_files(count: int, *, large: bool = True) -> list[BadFile]:
    """So many of them: first those that are made on purpose, then bytes that went wrong by chance.

    Where fewer are wanted than there are on purpose, some of every sort. Without ``large`` none has more than 200 kB.
    """
    parts = [_archives(large), _parts(), _pdfs(), _markup(), _notebooks(), _tables(), _names(), _wrong_suffixes()]
    made = [each for part in parts for each in part if large or len(each.raw) <= 200_000]
    if len(made) > count:
        step = len(made) / count
        return [made[int(at * step)] for at in range(count)]
    chance = _by_chance()
    return [*made, *(next(chance) for _ in range(count - len(made)))]


@cache
def good(suffix: str) -> bytes:
    """A file of that kind with nothing wrong."""
    return KINDS[suffix](TITLE, LINES)


def _by_chance() -> Iterator[BadFile]:
    """Bytes flipped, cut, doubled, blanked, in the file and in the parts of an archive."""
    seed = 0
    while True:
        for suffix in KINDS:
            dice = random.Random(seed)
            raw = good(suffix)
            at, size = dice.randrange(len(raw)), dice.choice((1, 40, 2_000))
            ways: list[tuple[str, Callable[[], bytes]]] = [
                ("flipped", lambda: damaged(raw, dice)),  # noqa: B023  called below
                ("cut", lambda: raw[:at]),  # noqa: B023
                ("headless", lambda: raw[at:]),  # noqa: B023
                ("twice", lambda: raw + raw),  # noqa: B023
                ("blanked", lambda: raw[:at] + bytes(size) + raw[at + size :]),  # noqa: B023
            ]
            if suffix in MAIN:
                ways.append(("parts", lambda: _with_damaged_parts(raw, dice)))  # noqa: B023
            way, make = ways[seed % len(ways)]
            yield BadFile(f"chance/{way}-{seed}{suffix}", make())
            seed += 1


def _with_damaged_parts(raw: bytes, dice: random.Random) -> bytes:
    return repacked(raw, lambda _, part: damaged(part, dice) if part and dice.random() < 0.3 else part)


def _with_part(suffix: str, change: Part) -> bytes:
    """A good archive whose main part is another one."""
    return repacked(good(suffix), lambda name, part: change(part) if name == MAIN[suffix] else part)


def _archives(large: bool) -> Iterator[BadFile]:
    for suffix, main in MAIN.items():
        raw = good(suffix)
        names = zipfile.ZipFile(io.BytesIO(raw)).namelist()
        parts = {name: zipfile.ZipFile(io.BytesIO(raw)).read(name) for name in names}
        for number, name in enumerate(names[:4]):
            yield BadFile(
                f"removed-{number}{suffix}", packed({key: each for key, each in parts.items() if key != name})
            )
        swapped = dict(zip(names, [parts[name] for name in (*names[1:], names[0])], strict=True))
        yield BadFile(f"removed-main{suffix}", packed({name: part for name, part in parts.items() if name != main}))
        yield BadFile(f"swapped{suffix}", packed(swapped))
        yield BadFile(f"overlapping{suffix}", _directory(raw, lambda number, entry: entry[:42] + bytes(4) + entry[46:]))
        yield BadFile(f"too-small{suffix}", _directory(raw, lambda number, entry: entry[:24] + _SMALL + entry[28:]))
        yield BadFile(f"too-large{suffix}", _directory(raw, lambda number, entry: entry[:24] + _LARGE + entry[28:]))
        yield BadFile(f"packed-large{suffix}", _directory(raw, lambda number, entry: entry[:20] + _LARGE + entry[24:]))
        yield BadFile(f"locked{suffix}", _directory(raw, lambda number, entry: entry[:8] + b"\1\0" + entry[10:]))
        yield BadFile(f"method{suffix}", _directory(raw, lambda number, entry: entry[:10] + b"\x63\0" + entry[12:]))
        if large:
            yield BadFile(f"zeros{suffix}", _bomb({**parts, main: b""}, main))
            yield BadFile(f"many{suffix}", _many(100_000))
            yield BadFile(f"many-and-good{suffix}", packed({f"{n}": b"" for n in range(30_000)} | parts))
        nested = raw
        for _ in range(20):
            nested = packed({"a.zip": nested, f"b{suffix}": nested[:1000]})
        yield BadFile(f"nested{suffix}", nested)
        yield BadFile(f"nested-main{suffix}", packed({**parts, main: packed({"a": bytes(3_000_000)})}))
        yield BadFile(f"up{suffix}", packed({**parts, "../../../../escaped": b"out"}))
        yield BadFile(f"no-parts{suffix}", packed({}))


def _directory(raw: bytes, change: Callable[[int, bytes], bytes]) -> bytes:
    """``raw`` with other entries in the directory of the archive."""
    starts = [match.start() for match in re.finditer(rb"PK\x01\x02", raw)]
    for number, start in enumerate(starts):
        raw = raw[:start] + change(number, raw[start : start + 46]) + raw[start + 46 :]
    return raw


@cache
def _zeros() -> bytes:
    """So many zeros, packed: blocks that begin anew, each the same."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(4_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * (ZEROS // 4_000_000) + b"\x03\x00"


def _bomb(parts: dict[str, bytes], name: str) -> bytes:
    """An archive whose member ``name`` is nothing but zeros."""
    raw = packed({each: part for each, part in parts.items() if each != name})
    data, written = _zeros(), name.encode()
    end = raw.rindex(b"PK\x05\x06")
    begin = struct.unpack("<I", raw[end + 16 : end + 20])[0]
    facts = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x21, 0, len(data), ZEROS, len(written), 0)
    local = b"PK\x03\x04" + facts + written + data
    entry = b"PK\x01\x02" + struct.pack("<H", 20) + facts + struct.pack("<HHHII", 0, 0, 0, 0, begin) + written
    directory = raw[begin:end] + entry
    count = len(parts)
    closing = struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), begin + len(local), 0)
    return raw[:begin] + local + directory + b"PK\x05\x06" + closing


def _many(count: int) -> bytes:
    """An archive with so many members, all of which are the same one."""
    facts = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 0x21, 0, 0, 0, 5, 0)
    local = b"PK\x03\x04" + facts + b"00000"
    entry = b"PK\x01\x02" + struct.pack("<H", 20) + facts + struct.pack("<HHHII", 0, 0, 0, 0, 0)
    directory = b"".join(entry + f"{number:05}".encode() for number in range(count))
    wide = struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, len(directory), len(local))
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, len(local) + len(directory), 1)
    closing = struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, len(directory), len(local), 0)
    return local + directory + b"PK\x06\x06" + wide + locator + b"PK\x05\x06" + closing


LAUGHS = "<!DOCTYPE a [<!ENTITY x0 'ha'>{}]>".format(
    "".join(f"<!ENTITY x{n} '{f'&x{n - 1};' * 10}'>" for n in range(1, 12))
)


def _parts() -> Iterator[BadFile]:
    """Archives whose main part is hostile."""
    for suffix in MAIN:
        laughing = f"{LAUGHS}<a>&x11;</a>".encode()
        long = f"<!DOCTYPE a [<!ENTITY x '{'ha' * 50_000}'>]><a>{'&x;' * 50_000}</a>".encode()
        outside = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
        for name, part in (
            ("laughs", laughing),
            ("long-laughs", long),
            ("outside", outside),
            ("deep", b"<a>" * 100_000 + b"</a>" * 100_000),
            ("open", b"<a>" * 100_000),
            ("no-xml", b"\0\xff" * 5_000),
            ("nothing", b""),
            ("other-root", b"<?xml version='1.0'?><a/>"),
            ("attributes", b"<a " + b" ".join(b"a%d='1'" % number for number in range(100_000)) + b"/>"),
            ("encoding", b"<?xml version='1.0' encoding='x-none'?><a/>"),
        ):
            yield BadFile(f"{name}{suffix}", _with_part(suffix, lambda _, part=part: part))  # type: ignore[misc]
        yield BadFile(f"cut-part{suffix}", _with_part(suffix, lambda part: part[: len(part) // 2]))
    cell = b'<w:tc><w:tcPr><w:gridSpan w:val="1000000"/></w:tcPr>'
    yield BadFile("grid-span.docx", _with_part(".docx", lambda part: part.replace(b"<w:tc>", cell, 4)))
    huge = b'<a:tc gridSpan="1000000" rowSpan="1000000">'
    frame = b'<p:graphicFrame><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/table">'
    table = frame + b"<a:tbl><a:tr>" + huge + b"</a:tc></a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>"
    yield BadFile(
        "grid-span.pptx", _with_part(".pptx", lambda part: part.replace(b"</p:spTree>", table + b"</p:spTree>"))
    )
    yield BadFile("last-cell.xlsx", _sheet(b'<row r="1048576"><c r="XFD1048576" t="str"><v>far</v></c></row>'))
    yield BadFile("no-cell.xlsx", _sheet(b'<row r="99999999999"><c r="ZZZZZZ99999999999"><v>1</v></c></row>'))
    yield BadFile(
        "odd-cell.xlsx", _sheet(b'<row r="-1"><c r="A-1"><v>1e999</v></c><c r="" t="s"><v>99999999</v></c></row>')
    )
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (at, at) for at in range(1, 1_000_000, 20))
    yield BadFile("far-rows.xlsx", _sheet(rows))
    merged = b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    yield BadFile("merged.xlsx", _with_part(".xlsx", lambda part: part.replace(b"</sheetData>", merged)))
    date = b'<row r="1"><c r="A1" s="1"><v>1e300</v></c><c r="B1" t="d"><v>99999-99-99</v></c></row>'
    yield BadFile("dates.xlsx", _sheet(date))
    yield BadFile("styles.docx", repacked(good(".docx"), _styles_in_a_ring))
    yield BadFile("spine-of-itself.epub", book(html(TITLE, LINES).decode(), spine='<itemref idref="p"/>' * 100_000))
    yield BadFile("nobody.epub", book(html(TITLE, LINES).decode(), spine='<itemref idref="q"/>'))
    ring = '<item id="p" href="book.opf" media-type="application/xhtml+xml"/>'
    yield BadFile(
        "package-as-page.epub",
        book(
            "<p>x",
            **{"OPS/book.opf": f"<package><manifest>{ring}</manifest><spine><itemref idref='p'/></spine></package>"},
        ),
    )
    points = "<navPoint><navLabel><text>a</text></navLabel><content src='p.xhtml'/>" * 20_000
    yield BadFile("deep-contents.epub", book(html(TITLE, LINES).decode(), **{"OPS/toc.ncx": f"<ncx><navMap>{points}"}))


def _sheet(rows: bytes) -> bytes:
    return _with_part(
        ".xlsx", lambda part: re.sub(rb"<sheetData>.*</sheetData>", b"<sheetData>" + rows + b"</sheetData>", part)
    )


def _styles_in_a_ring(name: str, part: bytes) -> bytes:
    if name == "word/styles.xml":
        return re.sub(rb'<w:basedOn w:val="[^"]*"/>', b'<w:basedOn w:val="Heading1"/>', part)
    return part


def _pdf(objects: dict[int, bytes], trailer: bytes = b"/Root 1 0 R") -> bytes:
    out = b"%PDF-1.7\n"
    places = {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (max(objects) + 1)
    for number in range(1, max(objects) + 1):
        table += b"%010d 00000 n \n" % places.get(number, 0)
    return out + table + b"trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (max(objects) + 1, trailer, len(out))


def _page(
    content: bytes = b"BT /F1 12 Tf 72 700 Td (A kiln is fired for three days.) Tj ET",
    page: bytes = b"/MediaBox [0 0 612 792]",
    pages: bytes = b"/Kids [3 0 R] /Count 1",
    catalogue: bytes = b"",
    stream: bytes = b"",
    **others: bytes,
) -> bytes:
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R " + catalogue + b" >>",
        2: b"<< /Type /Pages " + pages + b" >>",
        3: b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources "
        b"<< /Font << /F1 5 0 R >> /XObject << /X 6 0 R >> >> " + page + b" >>",
        4: (stream or b"<< /Length %d >>" % len(content)) + b"\nstream\n" + content + b"\nendstream",
        5: font,
        6: b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >> /Length 4 >>"
        b"\nstream\n/X Do\nendstream",
    }
    return _pdf(objects | {int(number[1:]): body for number, body in others.items()})


def _pdfs() -> Iterator[BadFile]:
    words = b"BT /F1 12 Tf 72 700 Td (A kiln.) Tj ET "
    lines = b"".join(b"%d %d m %d %d l S " % (n % 600, n % 700, (n * 7) % 600, n % 700) for n in range(60_000))
    grid = b"".join(b"%.2f 0 m %.2f 792 l S 0 %.2f m 612 %.2f l S " % ((n / 8,) * 4) for n in range(5_000))
    packer = zlib.compressobj(9)
    zeros = packer.compress(b" " * 50_000_000) + packer.flush()
    for name, raw in {
        "box-huge": _page(page=b"/MediaBox [0 0 1e30 1e30]"),
        "box-decimal": _page(page=b"/MediaBox [0 0 %s %s]" % (b"9" * 40, b"9" * 40)),
        "box-none": _page(page=b"/MediaBox [0 0 0 0]"),
        "box-odd": _page(page=b"/MediaBox [(a) null << >> 1 0 R]"),
        "box-negative": _page(page=b"/MediaBox [5 5 -1e30 -7]"),
        "unit": _page(page=b"/MediaBox [0 0 612 792] /UserUnit 1e30"),
        "turned": _page(page=b"/MediaBox [0 0 612 792] /Rotate 999999999999"),
        "count": _page(pages=b"/Kids [3 0 R] /Count 2147483648"),
        "count-less": _page(pages=b"/Kids [3 0 R] /Count -5"),
        "pages-in-itself": _page(pages=b"/Kids [2 0 R 2 0 R] /Count 2"),
        "pages-in-a-ring": _page(
            pages=b"/Kids [7 0 R] /Count 1", _7=b"<< /Type /Pages /Kids [2 0 R] /Count 1 /Parent 2 0 R >>"
        ),
        "page-in-itself": _page(pages=b"/Kids [" + b"3 0 R " * 20_000 + b"] /Count 20000"),
        "no-pages": _page(pages=b"/Kids [] /Count 0"),
        "no-root": _pdf({1: b"<< >>"}, b""),
        "root-of-itself": _pdf({1: b"1 0 R"}),
        "form-in-itself": _page(content=b"/X Do " + words),
        "length": _page(stream=b"<< /Length 2147483648 >>"),
        "length-less": _page(stream=b"<< /Length -7 >>"),
        "length-of-itself": _page(stream=b"<< /Length 4 0 R >>"),
        "packed-zeros": _page(content=zeros, stream=b"<< /Length %d /Filter /FlateDecode >>" % len(zeros)),
        "packed-often": _page(stream=b"<< /Length 60 /Filter [" + b"/FlateDecode " * 5_000 + b"] >>"),
        "no-such-filter": _page(stream=b"<< /Length 60 /Filter /Kiln >>"),
        "deep": _page(catalogue=b"/A " + b"[" * 100_000 + b"]" * 100_000),
        "deep-names": _page(catalogue=b"/A " + b"<< /A " * 100_000 + b">>" * 100_000),
        "saved-often": _page(content=b"q " * 400_000 + words),
        "texts-open": _page(content=b"BT " * 200_000 + words),
        "font-huge": _page(content=b"BT /F1 1e30 Tf 72 700 Td (A kiln.) Tj ET"),
        "far-out": _page(content=b"BT /F1 12 Tf 1e30 -1e30 Td (A kiln.) Tj ET"),
        "matrix": _page(content=b"BT /F1 12 Tf 1e20 1e20 1e20 1e20 1e38 1e38 Tm (A kiln.) Tj ET"),
        "strings": _page(content=b"BT /F1 12 Tf 72 700 Td (" + b"a" * 2_000_000 + b") Tj ET"),
        "one-place": _page(content=b"BT /F1 12 Tf 72 700 Td " + b"(a) Tj 0 0 Td " * 60_000 + b"ET"),
        "lines": _page(content=lines + words),
        "grid": _page(content=grid + words),
        "outline-ring": _page(
            catalogue=b"/Outlines 7 0 R",
            _7=b"<< /First 8 0 R /Last 8 0 R >>",
            _8=b"<< /Title (a) /Parent 7 0 R /Next 8 0 R /First 8 0 R /Dest [3 0 R /Fit] >>",
        ),
        "xref-ring": _page().replace(b"/Size", b"/Prev 9 /Size"),
        "xref-far": re.sub(rb"startxref\n\d+", b"startxref\n99999999999999999999", _page()),
        "not-closed": _page()[:-40],
        "junk-in-front": b"junk\n" * 2_000 + _page(),
        "locked": _page().replace(b"/Size", b"/Encrypt << /Filter /Standard /V 4 /R 4 /P -4 /O () /U () >> /Size"),
        "key-unknown": _page().replace(b"/Size", b"/Encrypt << /Filter /Kiln /V 99 >> /Size"),
        "head-alone": b"%PDF-1.7\n",
        "zeros": b"%PDF-1.7\n" + bytes(2_000_000),
    }.items():  # fmt: skip
        yield BadFile(f"{name}.pdf", raw)


def _markup() -> Iterator[BadFile]:
    line = html(TITLE, LINES).decode()
    pages = {
        "colspan": "<table><tr><td colspan=1000000 rowspan=1000000>a<td>b<tr><td>c</table>",
        "spans": "<table>" + "<tr>" + "<td rowspan=65534 colspan=1000>a" * 3_000 + "</table>",
        "deep": "<div>" * 100_000 + "a",
        "deep-lists": "<ul><li>" * 10_000 + "a",
        "deep-tables": "<table><tr><td>" * 5_000 + "a",
        "deep-emphasis": "<b><i>" * 20_000 + "a",
        "open-tags": "<" * 1_000_000,
        "open-comment": "<!--" * 200_000,
        "attribute": f"<p title='{'a' * 3_000_000}'>a",
        "attributes": "<p " + " ".join(f"a{n}=1" for n in range(200_000)) + ">a",
        "entities": "&amp;" * 500_000,
        "numbers": "&#99999999999999999999;&#xD800;&#0;" * 50_000,
        "lines": "<br>" * 100_000 + "a",
        "refresh": "<meta http-equiv=refresh content='0;url=self.html'>",
        "zeros": "a\0" * 500_000,
        "no-words": "<p><img src=a.png><script>1</script>",
        "charset": "<meta charset=utf-7>+ADw-script+AD4-",
        "halves": "\\ud800",
        "select": "<select>" * 30_000 + "<option>a" * 30_000,
        "svg": "<svg>" * 30_000 + "<math>" * 30_000,
        "stars": "<p>" + "*[`" * 300_000,
    }
    for name, body in pages.items():
        yield BadFile(f"{name}.html", f"<title>a</title>{body}".encode())
    yield BadFile("half.html", b"\xff\xfe" + line.encode("utf-16-le")[:-1])
    yield BadFile("wrong-mark.html", b"\xff\xfe\0\0" + line.encode())
    for name in ("colspan", "deep", "deep-tables", "attribute", "stars"):
        yield BadFile(f"{name}-page.epub", book(f"<html><body>{pages[name]}</body></html>"))
    mhtml = good(".mhtml")
    yield BadFile("no-boundary.mhtml", mhtml.replace(b"a-boundary-of-ours", b"another", 1))
    nested = "".join(f"Content-Type: multipart/related; boundary=b{n}\n\n--b{n}\n" for n in range(3_000))
    yield BadFile("nested.mhtml", f"MIME-Version: 1.0\n{nested}Content-Type: text/html\n\n<p>a".encode())
    yield BadFile("encoding.mhtml", mhtml.replace(b"quoted-printable", b"base64"))
    yield BadFile("charset.mhtml", mhtml.replace(b"utf-8", b"x-none"))
    yield BadFile("parts.mhtml", mhtml + b"--a-boundary-of-ours\n\nx\n" * 50_000)
    yield BadFile("headers.mhtml", b"X-A: b\n" * 300_000 + mhtml)
    yield BadFile("no-page.mhtml", mhtml.replace(b"text/html", b"text/x-kiln"))
    yield BadFile("folded.mhtml", b"Subject: a\n" + b" a\n" * 500_000 + mhtml)


def _notebooks() -> Iterator[BadFile]:
    raw = good(".ipynb")
    code = b'{"cell_type":"code","source":"a","outputs":[%s]}'
    picture = b'{"output_type":"display_data","data":{"image/png":"%s"}}'
    cell = b'{"cell_type":"markdown","metadata":{},"source":%s}'
    whole = b'{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[%s]}'
    for name, bad in {
        "deep": b"[" * 100_000 + b"]" * 100_000,
        "deep-objects": b'{"cells":' * 100_000 + b"1" + b"}" * 100_000,
        "deep-source": whole % (cell % (b"[" * 50_000 + b'"a"' + b"]" * 50_000)),
        "list": b"[1, 2]",
        "number": b"7",
        "long-number": b'{"nbformat":%s,"cells":[]}' % (b"9" * 1_000_000),
        "no-number": b'{"nbformat":NaN,"cells":Infinity}',
        "old": b'{"nbformat":1,"cells":[]}',
        "new": b'{"nbformat":1e999,"cells":[]}',
        "no-cells": b'{"nbformat":4}',
        "cells-of-other-kinds": whole % b'1,null,"a",[],{},{"cell_type":7,"source":{"a":1}}',
        "source-of-numbers": whole % (cell % b"[1,2,null,{}]"),
        "halves": whole % (cell % b'"\\ud800 \\udfff a"'),
        "zeros": whole % (cell % b'"\\u0000\\u0001"'),
        "outputs": whole % (code % b'{"output_type":"stream","text":{"a":[1]}},7,{}'),
        "long-picture": whole % (code % (picture % (b"A" * 5_000_000))),
        "many-cells": whole % b",".join([cell % b'""'] * 100_000),
        "behind": raw + b"x",
        "not-utf-8": raw.replace("窑".encode(), b"\xff\xfe"),
        "stars": whole % (cell % (b'"' + b"*[`" * 300_000 + b'"')),
    }.items():  # fmt: skip
        yield BadFile(f"{name}.ipynb", bad)


def _tables() -> Iterator[BadFile]:
    for name, raw in {
        "columns": b"," * 3_000_000,
        "wide-rows": (b"a," * 5_000 + b"\n") * 100,
        "quotes": b'"a\n' * 500_000,
        "open-quote": b'a,b\n"' + b"c,d\n" * 500_000,
        "zeros": b"a,b\n\0\0\0,1\n" * 100,
        "no-text": bytes(range(256)) * 4_000,
        "lines": b"\n" * 3_000_000,
        "one-line": b"a" * 5_000_000,
        "stars": b"*[`," * 300_000,
        "mixed": "窑,1\n".encode() + "窯,2\n".encode("utf-16") + b"\xff\xff,3\n" * 100,
    }.items():
        yield BadFile(f"{name}.csv", raw)


def _names() -> Iterator[BadFile]:
    for suffix in KINDS:
        yield BadFile(f"empty{suffix}")
        yield BadFile(f"blank{suffix}", b" \n" * 100)
    bad = b"\x00\xff broken"
    for name in (
        "窑火.pdf", "🔥 kiln.docx", "two\nlines.xlsx", "tab\tand\rreturn.pptx", "'quotes\".epub", "[b]bold[/b].html",
        "<script>.ipynb", "%s {} $HOME `id`.csv", "a" * 240 + ".pdf", "  blanks  .mhtml", "-rf.pdf", "\u202egnp.pdf",
        "\x1b[31mred.pdf", "deep/er/and/deeper/窑.docx", "no-utf-8-\udcff.pdf", "CAPITALS.PDF", "nul\x01.xlsx",
        "\u2028line.pptx",
    ):  # fmt: skip
        yield BadFile(f"names/{name}", bad)
    yield BadFile("links/to-nothing.pdf", link="nowhere.pdf")
    yield BadFile("links/to-itself.docx", link="to-itself.docx")
    yield BadFile("links/to-empty.xlsx", link="../empty.xlsx")
    yield BadFile("links/to-zeros.html", link="/dev/zero")
    yield BadFile("locked/nobody-reads.pdf", b"%PDF-1.7", locked=True)
    yield BadFile("locked/nobody-reads.csv", b"a,b", locked=True)


def _wrong_suffixes() -> Iterator[BadFile]:
    for suffix in KINDS:
        yield BadFile(f"picture{suffix}", PNG)
        if suffix != ".csv":
            yield BadFile(f"text{suffix}", "Just words of a text. 只是一段文字。\n".encode() * 20)
    kinds = list(KINDS)
    for at, suffix in enumerate(kinds):
        for other in (kinds[(at + 1) % len(kinds)], kinds[(at + 4) % len(kinds)]):
            yield BadFile(f"a-{suffix[1:]}-as{other}", good(suffix))
    yield BadFile("program.pdf", b"\x7fELF" + bytes(5_000))
    yield BadFile("word-of-before.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5_000))
    yield BadFile("rar.epub", b"Rar!\x1a\x07\x01\0" + bytes(500))
    yield BadFile("gzip.html", zlib.compress(b"<p>a" * 100, 9, 31))
