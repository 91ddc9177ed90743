"""A Word document as Word and WPS write it, part by part: what libraries leave out is in it.

Styles by their Chinese or English names, numbering definitions, a table of contents, tracked changes, a comment, a text
box in two forms, footnotes, cells over several rows, headers and footers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from archives import CONTENT_TYPES, DECLARATION, archive, core_properties, relationships
from written import Block, Content, Kind

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_SPACES = " ".join(
    (
        _W,
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"',
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"',
        'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"',
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"',
        'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"',
        'xmlns:v="urn:schemas-microsoft-com:vml"',
    )
)
_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_PARTS = ("styles", "numbering", "footnotes", "comments", "header1", "footer1")
_NAMES = {False: ("heading {}", "Normal", "caption", "toc 1"), True: ("标题 {}", "正文", "题注", "目录 1")}
_AROUND = {
    False: ("Draft for the printer", "Sheet 4 of 9", "struck in review", "Please check with Ms Rowe."),
    True: ("内部资料，请勿外传", "第 4 页，共 9 页", "审稿时删去的话", "这一句请核对后再印。"),
}


def furniture(content: Content) -> tuple[str, ...]:
    """What stands in the file and is no part of its text."""
    return _AROUND[content.chinese]


def word_xml(content: Content) -> bytes:
    """The document."""
    return _Document(content).archive()


@dataclass(slots=True)
class _Document:
    content: Content
    notes: list[str] = field(default_factory=list)
    tables: int = 0
    changed: bool = False
    boxed: bool = False

    def archive(self) -> bytes:
        parts = {f"word/{name}.xml": getattr(self, f"_{name}")() for name in _PARTS if name != "footnotes"}
        parts["word/document.xml"] = self._body()
        parts["word/footnotes.xml"] = self._footnotes()
        parts["word/_rels/document.xml.rels"] = relationships(
            {f"rId{at}": (name.rstrip("1"), f"{name}.xml") for at, name in enumerate(_PARTS, 1)}
        )
        parts["docProps/core.xml"] = core_properties(self.content)
        kinds = {"word/document.xml": f"{_KIND}.document.main+xml"}
        kinds |= {f"word/{name}.xml": f"{_KIND}.{name.rstrip('1')}+xml" for name in _PARTS}
        parts["_rels/.rels"] = relationships(
            {"rId1": ("officeDocument", "word/document.xml"), "rId2": ("core", "docProps/core.xml")}
        )
        return archive({CONTENT_TYPES: kinds}, parts)

    def _body(self) -> str:
        blocks = [self._contents()]
        waiting = list(self.content.blocks)
        for at, block in enumerate(waiting):
            below = waiting[at + 1] if at + 1 < len(waiting) else None
            if block.kind is not Kind.NOTE:
                blocks.append(self._block(block, below.plain if below is not None and below.kind is Kind.NOTE else ""))
        section = (
            '<w:sectPr><w:headerReference w:type="default" r:id="rId5"/><w:footerReference w:type="default" '
            'r:id="rId6"/><w:pgSz w:w="11906" w:h="16838"/></w:sectPr>'
        )
        return f"{DECLARATION}<w:document {_SPACES}><w:body>{''.join(blocks)}{section}</w:body></w:document>"

    def _block(self, block: Block, note: str) -> str:
        if block.kind is Kind.HEADING:
            return _paragraph(f'<w:pStyle w:val="h{block.level}"/>', _split_runs(block.plain))
        if block.kind is Kind.ITEM:
            form = (
                f'<w:numPr><w:ilvl w:val="{block.level - 1}"/><w:numId w:val="{2 if block.numbered else 1}"/></w:numPr>'
            )
            return _paragraph(f'<w:pStyle w:val="a3"/>{form}', _run(block.plain))
        if block.kind is Kind.TABLE:
            self.tables += 1
            return _caption(block, self.content.chinese, self.tables) + _table(block)
        if block.kind is Kind.CODE:
            return _paragraph("", "<w:r><w:br/></w:r>".join(map(_run, block.plain.split("\n"))))
        return self._words(block.plain, note)

    def _words(self, words: str, note: str) -> str:
        """A paragraph: the first is edited with changes on record, the one below the first table is a text box."""
        if self.tables and not self.boxed and not note:
            self.boxed = True
            return _text_box(words)
        runs = _split_runs(words)
        if not self.changed:
            self.changed = True
            runs = self._edited(words)
        if note:
            self.notes.append(note)
            runs += f'<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteReference w:id="{len(self.notes)}"/></w:r>'
        return _paragraph("", runs)

    def _edited(self, words: str) -> str:
        """``words`` of which a part was put in and another one taken out."""
        who = 'w:author="R" w:date="2023-05-01T09:00:00Z"'
        middle = len(words) // 2
        gone = f'<w:del w:id="901" {who}><w:r><w:delText xml:space="preserve">{_AROUND[self.content.chinese][2]}</w:delText></w:r></w:del>'
        return (
            f'<w:commentRangeStart w:id="0"/>{_run(words[: middle - 6])}<w:ins w:id="902" {who}>'
            f'{_run(words[middle - 6 : middle])}</w:ins>{gone}{_run(words[middle:])}<w:commentRangeEnd w:id="0"/>'
            '<w:r><w:commentReference w:id="0"/></w:r>'
        )

    def _contents(self) -> str:
        """The table of contents, whose lines are no part of the text."""
        lines = [block.plain for block in self.content.blocks if block.kind is Kind.HEADING and block.level == 2]
        inner = "".join(
            _paragraph('<w:pStyle w:val="toc1"/>', f"{_run(words)}<w:r><w:tab/></w:r>{_run(str(at + 1))}")
            for at, words in enumerate(lines)
        )
        return (
            '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/>'
            f"</w:docPartObj></w:sdtPr><w:sdtContent>{inner}</w:sdtContent></w:sdt>"
        )

    def _styles(self) -> str:
        heading, normal, caption, contents = _NAMES[self.content.chinese]
        styles = [("a", normal, "", ""), ("a3", "List Paragraph", "a", ""), ("cap", caption, "a", "")]
        styles += [
            (f"h{level}", heading.format(level), "a", f'<w:outlineLvl w:val="{level - 1}"/>') for level in (1, 2, 3)
        ]
        styles += [("toc1", contents, "a", "")]
        said = "".join(
            f'<w:style w:type="paragraph" {"w:default=" + chr(34) + "1" + chr(34) if key == "a" else ""} w:styleId="{key}">'
            f'<w:name w:val="{name}"/>{f"<w:basedOn w:val={chr(34)}{rests}{chr(34)}/>" if rests else ""}'
            f"<w:pPr>{form if not self.content.chinese else ''}</w:pPr></w:style>"
            for key, name, rests, form in styles
        )
        return f"{DECLARATION}<w:styles {_W}>{said}</w:styles>"

    def _numbering(self) -> str:
        bullets = "".join(
            f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="\uf0b7"/></w:lvl>'
            for at in range(3)
        )
        numbers = '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>'
        return (
            f'{DECLARATION}<w:numbering {_W}><w:abstractNum w:abstractNumId="0">{bullets}</w:abstractNum>'
            f'<w:abstractNum w:abstractNumId="1">{numbers}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/>'
            '</w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
        )

    def _footnotes(self) -> str:
        rule = '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
        said = "".join(
            f'<w:footnote w:id="{at}">{_paragraph("", "<w:r><w:footnoteRef/></w:r>" + _run(" " + words))}</w:footnote>'
            for at, words in enumerate(self.notes, 1)
        )
        return f"{DECLARATION}<w:footnotes {_W}>{rule}{said}</w:footnotes>"

    def _comments(self) -> str:
        words = _paragraph("", _run(_AROUND[self.content.chinese][3]))
        return f'{DECLARATION}<w:comments {_W}><w:comment w:id="0" w:author="R">{words}</w:comment></w:comments>'

    def _header1(self) -> str:
        return f"{DECLARATION}<w:hdr {_W}>{_paragraph('', _run(_AROUND[self.content.chinese][0]))}</w:hdr>"

    def _footer1(self) -> str:
        return f"{DECLARATION}<w:ftr {_W}>{_paragraph('', _run(_AROUND[self.content.chinese][1]))}</w:ftr>"


def _run(words: str, form: str = "") -> str:
    said = f"<w:rPr>{form}</w:rPr>" if form else ""
    return f'<w:r>{said}<w:t xml:space="preserve">{escape(words, quote=False)}</w:t></w:r>'


def _split_runs(words: str) -> str:
    """Runs that end anywhere, as a spelling checker and a change of font leave them."""
    at = max(len(words) * 2 // 5, 1)
    marked = _run(words[at:], '<w:lang w:val="en-GB"/>')
    return f'{_run(words[:at])}<w:proofErr w:type="spellStart"/>{marked}'


def _paragraph(form: str, runs: str) -> str:
    return f"<w:p>{f'<w:pPr>{form}</w:pPr>' if form else ''}{runs}</w:p>"


def _caption(block: Block, chinese: bool, number: int) -> str:
    """The number of a table is a field."""
    if not block.text:
        return ""
    label = "表 " if chinese else "Table "
    counted = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> SEQ Table \\* ARABIC </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{_run(str(number))}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    return _paragraph('<w:pStyle w:val="cap"/>', f"{_run(label)}{counted}{_run(' ' + block.text)}")


def _table(block: Block) -> str:
    """What stands in one row and the next of the first column is one cell."""
    rows = [_row(block.head, [""] * len(block.head), heads=True)]
    above = ""
    for at, cells in enumerate(block.rows):
        below = block.rows[at + 1][0] if at + 1 < len(block.rows) else None
        merged = "<w:vMerge/>" if cells[0] == above else '<w:vMerge w:val="restart"/>' if cells[0] == below else ""
        words = ["", *cells[1:]] if cells[0] == above else cells
        rows.append(_row(words, [merged] + [""] * (len(cells) - 1)))
        above = cells[0]
    grid = '<w:gridCol w:w="2000"/>' * len(block.head)
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def _row(cells: Sequence[str], forms: Sequence[str], heads: bool = False) -> str:
    bold = "<w:b/>" if heads else ""
    said = "".join(
        f"<w:tc><w:tcPr>{form}</w:tcPr>{_paragraph('', _run(words, bold) if words else '')}</w:tc>"
        for words, form in zip(cells, forms, strict=True)
    )
    return f"<w:tr>{said}</w:tr>"


def _text_box(words: str) -> str:
    """As Word writes it: in a form of today, and once more in one for older programs."""
    inner = f"<w:txbxContent>{_paragraph('', _run(words))}</w:txbxContent>"
    today = (
        '<w:drawing><wp:anchor><wp:extent cx="3000000" cy="900000"/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/'
        f'office/word/2010/wordprocessingShape"><wps:wsp><wps:txbx>{inner}</wps:txbx></wps:wsp></a:graphicData></a:graphic>'
        "</wp:anchor></w:drawing>"
    )
    older = f"<w:pict><v:shape><v:textbox>{inner}</v:textbox></v:shape></w:pict>"
    both = f'<mc:AlternateContent><mc:Choice Requires="wps">{today}</mc:Choice><mc:Fallback>{older}</mc:Fallback></mc:AlternateContent>'
    return f"<w:p><w:r>{both}</w:r></w:p>"
