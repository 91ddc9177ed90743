"""A presentation part by part: shapes in no order, groups within groups, running feet, notes beside a picture of the slide."""

from collections.abc import Iterator
from html import escape

from archives import CONTENT_TYPES, DECLARATION, archive, core_properties, relationships
from slide_parts import SlideParts, slides_of
from written import Block, Content, Kind

_SPACES = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_KIND = "application/vnd.openxmlformats-officedocument.presentationml"
_TABLE = "http://schemas.openxmlformats.org/drawingml/2006/table"
_FEET = {False: ("Members only, not for the press", "Meeting room B"), True: ("会议资料，会后收回", "二楼小会议室")}
_WIDE, _HIGH = 9_144_000, 6_858_000


def slide_furniture(content: Content) -> tuple[str, ...]:
    """What stands at the foot of each slide."""
    return _FEET[content.chinese]


def slide_xml(content: Content) -> bytes:
    """The presentation."""
    slides = list(slides_of(content))
    parts: dict[str, str] = {}
    links: dict[str, tuple[str, str]] = {}
    for at, slide in enumerate(slides, 1):
        parts[f"ppt/slides/slide{at}.xml"] = _slide(slide, at, content.chinese)
        own = {"rId1": ("notesSlide", f"../notesSlides/notesSlide{at}.xml")} if slide.spoken else {}
        parts[f"ppt/slides/_rels/slide{at}.xml.rels"] = relationships(own)
        if slide.spoken:
            parts[f"ppt/notesSlides/notesSlide{at}.xml"] = _notes(slide.spoken, at)
        links[f"rId{at}"] = ("slide", f"slides/slide{at}.xml")
    listed = "".join(f'<p:sldId id="{255 + at}" r:id="rId{at}"/>' for at in range(1, len(slides) + 1))
    parts["ppt/presentation.xml"] = (
        f'{DECLARATION}<p:presentation {_SPACES}><p:sldIdLst>{listed}</p:sldIdLst><p:sldSz cx="{_WIDE}" cy="{_HIGH}"/></p:presentation>'
    )
    parts["ppt/_rels/presentation.xml.rels"] = relationships(links)
    parts["docProps/core.xml"] = core_properties(content)
    parts["_rels/.rels"] = relationships(
        {"rId1": ("officeDocument", "ppt/presentation.xml"), "rId2": ("core", "docProps/core.xml")}
    )
    kinds = {name: f"{_KIND}.slide+xml" for name in parts if name.startswith("ppt/slides/slide")}
    kinds |= {name: f"{_KIND}.notesSlide+xml" for name in parts if name.startswith("ppt/notesSlides/")}
    kinds["ppt/presentation.xml"] = f"{_KIND}.presentation.main+xml"
    return archive({CONTENT_TYPES: kinds}, parts)


def _slide(slide: SlideParts, at: int, chinese: bool) -> str:
    """The feet first, then what stands below, the title last: programs write shapes in the order they were drawn."""
    feet = _FEET[chinese]
    shapes = [
        _shape("sldNum", (8_000_000, 6_400_000, 900_000, 300_000), [_line(str(at))]),
        _shape("ftr", (3_000_000, 6_400_000, 3_000_000, 300_000), [_line(feet[0])]),
        _shape("dt", (300_000, 6_400_000, 2_000_000, 300_000), [_line(feet[1])]),
    ]
    lines = slide.lines
    if slide.table is not None:
        shapes.append(_table(slide.table))
    elif len(lines) > 1 and all(block.level == 1 and not block.numbered for block in lines):
        shapes.append(_cards(lines))
    else:
        shapes.append(
            _shape("body", (600_000, 1_700_000, 7_900_000, 4_400_000), [_item(block) for block in lines], 'idx="1"')
        )
    shapes.append(
        _shape("ctrTitle" if at == 1 else "title", (600_000, 400_000, 7_900_000, 1_000_000), [_line(slide.title)])
    )
    return f"{DECLARATION}<p:sld {_SPACES}><p:cSld>{_tree(shapes)}</p:cSld></p:sld>"


def _tree(shapes: list[str]) -> str:
    return f"<p:spTree><p:nvGrpSpPr/><p:grpSpPr/>{''.join(shapes)}</p:spTree>"


def _notes(words: str, at: int) -> str:
    shapes = [
        '<p:sp><p:nvSpPr><p:cNvPr id="2" name="i"/><p:cNvSpPr/><p:nvPr><p:ph type="sldImg"/></p:nvPr></p:nvSpPr><p:spPr/></p:sp>'
    ]
    shapes += [
        _shape("body", (0, 0, 9, 9), [_line(words)], 'idx="1"'),
        _shape("sldNum", (0, 0, 9, 9), [_line(str(at))]),
    ]
    return f"{DECLARATION}<p:notes {_SPACES}><p:cSld>{_tree(shapes)}</p:cSld></p:notes>"


def _shape(role: str, area: tuple[int, int, int, int], lines: list[str], more: str = "") -> str:
    said = f'<p:ph type="{role}" {more}/>' if role else ""
    form = "" if role else '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="2" name="{role or "box"}"/><p:cNvSpPr/><p:nvPr>{said}</p:nvPr></p:nvSpPr><p:spPr>{_area(area)}'
        f"{form}</p:spPr><p:txBody><a:bodyPr/><a:lstStyle/>{''.join(lines) or '<a:p/>'}</p:txBody></p:sp>"
    )


def _area(area: tuple[int, int, int, int], kind: str = "a", inner: tuple[int, int, int, int] | None = None) -> str:
    left, top, wide, high = area
    below = ""
    if inner is not None:
        below = f'<a:chOff x="{inner[0]}" y="{inner[1]}"/><a:chExt cx="{inner[2]}" cy="{inner[3]}"/>'
    return f'<{kind}:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{wide}" cy="{high}"/>{below}</{kind}:xfrm>'


def _cards(lines: list[Block]) -> str:
    """Items as boxes in a row, the last drawn first, each in a group within a group that has a scale of its own."""
    wide = 100 // len(lines)
    boxes = []
    for at, block in reversed(list(enumerate(lines))):
        box = _shape("", (at * wide, 10, wide - 2, 60), [_line(block.plain)])
        boxes.append(_group((at * wide, 10, wide - 2, 60), (at * wide, 10, wide - 2, 60), [box]))
    return _group((600_000, 1_700_000, 7_900_000, 3_000_000), (0, 0, 100, 80), boxes)


def _group(area: tuple[int, int, int, int], inner: tuple[int, int, int, int], shapes: list[str]) -> str:
    return f"<p:grpSp><p:nvGrpSpPr/><p:grpSpPr>{_area(area, inner=inner)}</p:grpSpPr>{''.join(shapes)}</p:grpSp>"


def _line(words: str, form: str = "") -> str:
    """A paragraph in two runs."""
    at = len(words) // 2
    runs = "".join(
        f'<a:r><a:rPr lang="en-GB"/><a:t>{escape(part, quote=False)}</a:t></a:r>'
        for part in (words[:at], words[at:])
        if part
    )
    return f"<a:p>{form}{runs}</a:p>"


def _item(block: Block) -> str:
    if block.kind is not Kind.ITEM:
        return _line(block.plain, '<a:pPr marL="0" indent="0"><a:buNone/></a:pPr>')
    sign = '<a:buAutoNum type="arabicPeriod"/>' if block.numbered else '<a:buChar char="•"/>'
    return _line(block.plain, f'<a:pPr lvl="{block.level - 1}">{sign}</a:pPr>')


def _table(block: Block) -> str:
    rows = "".join(f'<a:tr h="400000">{"".join(_cells(row))}</a:tr>' for row in (block.head, *block.rows))
    columns = '<a:gridCol w="1800000"/>' * len(block.head)
    return (
        '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="4" name="t"/><p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr>'
        f'{_area((600_000, 1_700_000, 7_900_000, 3_000_000), "p")}<a:graphic><a:graphicData uri="{_TABLE}"><a:tbl>'
        f'<a:tblPr firstRow="1" bandRow="1"/><a:tblGrid>{columns}</a:tblGrid>{rows}</a:tbl></a:graphicData></a:graphic></p:graphicFrame>'
    )


def _cells(row: tuple[str, ...]) -> Iterator[str]:
    for words in row:
        yield f"<a:tc><a:txBody><a:bodyPr/><a:lstStyle/>{_line(words) if words else '<a:p/>'}</a:txBody><a:tcPr/></a:tc>"
