"""Word documents: what stands in them is read as it is shown, with its structure."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus import CorpusError, Document, readable, split
from corpus.document import FileContent
from corpus.files.office import read_docx
from corpus.parsing.blocks import BlockKind, blocks_of

docx = pytest.importorskip("docx")
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


def read(fill: Callable[..., None], path: str = "a.docx") -> FileContent:
    document = docx.Document()
    fill(document)
    return read_docx(saved(document), Path(path))


def saved(document: object) -> bytes:
    stream = io.BytesIO()
    document.save(stream)  # type: ignore[attr-defined]
    return stream.getvalue()


def append(document: object, xml: str) -> None:
    """Append raw WordprocessingML to the body."""
    from docx.oxml import parse_xml

    body = document.element.body  # type: ignore[attr-defined]
    named = re.sub(r"^<(w:\w+)", rf"<\1 {W} {M}", xml.strip())
    body.insert(len(body) - 1, parse_xml(named))


def text_of(*xml: str) -> str:
    def fill(document: object) -> None:
        for each in xml:
            append(document, each)

    return read(fill).text


def run(words: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{words}</w:t></w:r>'


def shapes(text: str) -> list[tuple[str, str]]:
    return [(block.kind.value, readable(text[block.start : block.end])) for block in blocks_of(text)]


def test_headings_lists_and_paragraphs() -> None:
    def fill(document: object) -> None:
        document.add_heading("渡船手册", 0)  # type: ignore[attr-defined]
        document.add_heading("Timetable", 1)  # type: ignore[attr-defined]
        document.add_paragraph("The ferry leaves at 8:15. It takes bicycles.")  # type: ignore[attr-defined]
        document.add_paragraph("Bring a coat.", "List Bullet")  # type: ignore[attr-defined]
        document.add_paragraph("带上雨衣。", "List Bullet")  # type: ignore[attr-defined]
        document.add_heading("票价", 2)  # type: ignore[attr-defined]
        document.add_paragraph("First pay", "List Number")  # type: ignore[attr-defined]
        document.add_paragraph("Then board", "List Number")  # type: ignore[attr-defined]

    content = read(fill)
    assert content.text == (
        "# 渡船手册\n\n## Timetable\n\nThe ferry leaves at 8:15. It takes bicycles.\n\n"
        "- Bring a coat.\n- 带上雨衣。\n\n### 票价\n\n1. First pay\n2. Then board\n"
    )
    assert content.title == "渡船手册"
    assert content.problems == ()
    passages = split(Document("a.docx", content.title, "a.docx", content.text))
    assert {passage.heading for passage in passages} == {"Timetable", "Timetable > 票价"}


@pytest.mark.parametrize("name", ["heading 2", "标题 2", "標題 2", "Überschrift 2", "見出し 2"])
def test_headings_are_known_by_the_name_of_their_style_in_any_language(name: str) -> None:
    def fill(document: object) -> None:
        style = document.styles.add_style("Own", 1)  # type: ignore[attr-defined]
        style.element.find(f"{{{W[9:-1]}}}name").set(f"{{{W[9:-1]}}}val", name)
        below = document.styles.add_style("Below", 1)  # type: ignore[attr-defined]
        below.base_style = style
        document.add_paragraph("一级", style)  # type: ignore[attr-defined]
        document.add_paragraph("Two", below)  # type: ignore[attr-defined]

    assert read(fill).text == "## 一级\n\n## Two\n"


def test_outline_levels_go_before_styles() -> None:
    assert (
        text_of(
            f'<w:p><w:pPr><w:outlineLvl w:val="2"/></w:pPr>{run("Deep")}</w:p>',
            f'<w:p><w:pPr><w:pStyle w:val="Heading1"/><w:outlineLvl w:val="9"/></w:pPr>{run("Plain words.")}</w:p>',
        )
        == "### Deep\n\nPlain words.\n"
    )


def numbered(levels: list[tuple[str, str]], paragraphs: list[tuple[int, str]]) -> str:
    """The text of numbered paragraphs (level, words) in a list with these (format, text) of its levels."""
    from docx.oxml import parse_xml

    def fill(document: object) -> None:
        root = document.part.numbering_part.element  # type: ignore[attr-defined]
        inner = "".join(
            f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
            for at, (form, text) in enumerate(levels)
        )
        root.insert(0, parse_xml(f'<w:abstractNum {W} w:abstractNumId="77">{inner}</w:abstractNum>'))
        root.append(parse_xml(f'<w:num {W} w:numId="78"><w:abstractNumId w:val="77"/></w:num>'))
        for level, words in paragraphs:
            append(
                document,
                f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="78"/></w:numPr></w:pPr>'
                f"{run(words)}</w:p>",
            )

    return read(fill).text


def test_lists_keep_their_levels_and_numbers() -> None:
    levels = [("decimal", "%1."), ("lowerLetter", "%2)"), ("bullet", "\uf0b7")]
    assert numbered(levels, [(0, "One"), (1, "Sub"), (2, "Dot"), (1, "Sub too"), (0, "Two")]) == (
        "1. One\n   - a) Sub\n     - Dot\n   - b) Sub too\n2. Two\n"
    )
    kinds = [kind for kind, _ in shapes(numbered(levels, [(0, "One"), (1, "Sub"), (2, "Dot"), (0, "Two")]))]
    assert kinds == ["item"] * 4


@pytest.mark.parametrize(
    ("form", "shape", "expected"),
    [
        ("decimal", "%1.%2", "- 1.1 词\n"),
        ("chineseCountingThousand", "第%1条", "第一条 词\n"),
        ("chineseCounting", "%1、", "一、词\n"),
        ("upperRoman", "%1)", "- I) 词\n"),
        ("decimalEnclosedCircle", "%1", "- ① 词\n"),
        ("none", "", "词\n"),
    ],
)
def test_numbers_are_written_as_they_are_shown(form: str, shape: str, expected: str) -> None:
    levels = [(form, shape), (form, shape)]
    assert numbered(levels, [(int("%2" in shape), "词")]) == expected


def test_a_list_that_goes_on_behind_a_paragraph_goes_on_counting() -> None:
    def fill(document: object) -> None:
        document.add_paragraph("One", "List Number")  # type: ignore[attr-defined]
        document.add_paragraph("Between them there is a sentence.")  # type: ignore[attr-defined]
        document.add_paragraph("Two", "List Number")  # type: ignore[attr-defined]

    assert read(fill).text == "1. One\n\nBetween them there is a sentence.\n\n2. Two\n"


def test_numbers_of_headings_stand_before_them() -> None:
    from docx.oxml import parse_xml

    def fill(document: object) -> None:
        root = document.part.numbering_part.element  # type: ignore[attr-defined]
        levels = "".join(
            f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:pStyle w:val="Heading{at + 1}"/>'
            f'{"<w:isLgl/>" if at else ""}<w:lvlText w:val="{text}"/></w:lvl>'
            for at, (form, text) in enumerate([("chineseCounting", "第%1章"), ("decimal", "%1.%2")])
        )
        root.insert(0, parse_xml(f'<w:abstractNum {W} w:abstractNumId="77">{levels}</w:abstractNum>'))
        root.append(parse_xml(f'<w:num {W} w:numId="78"><w:abstractNumId w:val="77"/></w:num>'))
        for at in (1, 2):
            style = document.styles[f"Heading {at}"].element  # type: ignore[attr-defined]
            style.get_or_add_pPr().append(parse_xml(f'<w:numPr {W}><w:numId w:val="78"/></w:numPr>'))
        for words, level in (("船", 1), ("帆", 2), ("桨", 2), ("岸", 1), ("灯", 2)):
            document.add_heading(words, level)  # type: ignore[attr-defined]
            document.add_paragraph("说明。")  # type: ignore[attr-defined]

    headings = [words for kind, words in shapes(read(fill).text) if kind == "heading"]
    assert headings == ["第一章 船", "1.1 帆", "1.2 桨", "第二章 岸", "2.1 灯"]


def test_tracked_changes_are_read_as_accepted() -> None:
    assert (
        text_of(
            f"<w:p>{run('The boat ')}<w:del>{run('sinks').replace('w:t', 'w:delText')}</w:del>"
            f"<w:ins>{run('sails')}</w:ins>"
            f"<w:moveFrom>{run(' away')}</w:moveFrom><w:moveTo>{run(' home')}</w:moveTo>{run('.')}</w:p>",
            f"<w:p><w:pPr><w:rPr><w:del w:id='1'/></w:rPr></w:pPr>{run('One line, ')}</w:p>",
            f"<w:p>{run('joined to the next.')}</w:p>",
        )
        == "The boat sails home.\n\nOne line, joined to the next.\n"
    )


def test_what_is_hidden_commented_or_a_code_is_left_out() -> None:
    assert (
        text_of(
            f'<w:p>{run("Seen ")}{run("unseen", "<w:vanish/>")}<w:commentRangeStart w:id="0"/>{run("words")}'
            f'<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>{run(".")}</w:p>',
            '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE \\* LOWER</w:instrText></w:r>'
            f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("12")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
            f'<w:fldSimple w:instr="DATE">{run(" May")}</w:fldSimple></w:p>',
            f'<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
            f"<w:sdtContent><w:p>{run('Contents 3')}</w:p></w:sdtContent></w:sdt>",
            f"<w:sdt><w:sdtContent><w:p>{run('In a control.')}</w:p></w:sdtContent></w:sdt>",
        )
        == "Seen words.\n\n12 May\n\nIn a control.\n"
    )


def test_a_field_that_never_ends_hides_only_its_own_code() -> None:
    text = text_of(
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>REF</w:instrText></w:r></w:p>',
        f"<w:p>{run('The rest is there.')}</w:p>",
    )
    assert text == "The rest is there.\n"


def test_signs_breaks_tabs_and_exponents() -> None:
    assert (
        text_of(
            '<w:p><w:r><w:t>5</w:t><w:tab/><w:t>km</w:t><w:noBreakHyphen/><w:sym w:font="Symbol" w:char="F0B3"/>'
            '<w:sym w:font="Wingdings" w:char="F0FC"/></w:r>'
            + run("6 m")
            + run("2", '<w:vertAlign w:val="superscript"/>')
            + run("a", '<w:rFonts w:ascii="Symbol"/>')
            + "<w:r><w:br/></w:r>"
            + run("next line")
            + "</w:p>",
            "<w:p><w:r><w:ruby><w:rt><w:r><w:t>chuán</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>船</w:t></w:r></w:rubyBase>"
            "</w:ruby></w:r></w:p>",
        )
        == "5 km-≥✓6 m²α\nnext line\n\n船\n"
    )


def test_words_that_are_struck_out_stay_struck_out() -> None:
    text = text_of(
        f"<w:p>{run('The fare is ')}{run('4 ', '<w:strike/>')}{run('euros', '<w:strike/>')}{run(' 5 euros.')}</w:p>"
    )
    assert text == "The fare is ~~4 euros~~ 5 euros.\n"
    assert readable(text) == "The fare is 5 euros."


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>", "(a+b)/2"),
        ("<m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>", "x²"),
        ("<m:sSub><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sub><m:r><m:t>i</m:t></m:r></m:sub></m:sSub>", "x_i"),
        ("<m:rad><m:deg/><m:e><m:r><m:t>2y</m:t></m:r></m:e></m:rad>", "√2y"),
        (
            '<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub><m:r><m:t>i=1</m:t></m:r></m:sub><m:sup><m:r><m:t>n'
            "</m:t></m:r></m:sup><m:e><m:r><m:t>k</m:t></m:r></m:e></m:nary>",
            "∑_(i=1)ⁿ k",
        ),
        ("<m:d><m:e><m:r><m:t>x</m:t></m:r></m:e><m:e><m:r><m:t>y</m:t></m:r></m:e></m:d>", "(x|y)"),
    ],
)
def test_formulas_are_lines(inner: str, expected: str) -> None:
    text = text_of(f"<w:p><m:oMath>{inner}</m:oMath></w:p>")
    assert readable(text).replace(" | ", "|") == expected


def grid(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def cell(words: str, properties: str = "", bold: bool = False) -> str:
    inner = "".join(f"<w:p>{run(line, '<w:b/>' if bold else '')}</w:p>" for line in words.split("\n"))
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


SPAN = '<w:gridSpan w:val="2"/>'
DOWN, ON = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


def test_cells_that_reach_down_stand_in_every_row_they_reach() -> None:
    assert text_of(
        grid(
            cell("Pier") + cell("Season") + cell("First"),
            cell("North", DOWN) + cell("summer") + cell("5:40"),
            cell("", ON) + cell("winter") + cell("7:10"),
            cell("南码头 | A") + cell("全年") + cell("6:15"),
        )
    ) == (
        "| Pier | Season | First |\n|---|---|---|\n| North | summer | 5:40 |\n| North | winter | 7:10 |\n"
        "| 南码头 \\| A | 全年 | 6:15 |\n"
    )


def test_heads_over_several_columns_name_each_of_them() -> None:
    text = text_of(
        grid(
            cell("船", DOWN) + cell("班次", SPAN),
            cell("", ON) + cell("夏") + cell("冬"),
            cell("海鸥") + cell("9") + cell("4"),
            cell("合计", SPAN) + cell("13"),
        )
    )
    assert text == "| 船 | 班次 夏 | 班次 冬 |\n|---|---|---|\n| 海鸥 | 9 | 4 |\n| 合计 | | 13 |\n"


def test_a_title_over_a_table_stands_above_it() -> None:
    text = text_of(grid(cell("船期表", SPAN), cell("船") + cell("几点"), cell("海鸥") + cell("8:15")))
    assert text == "船期表\n\n| 船 | 几点 |\n|---|---|\n| 海鸥 | 8:15 |\n"


def test_a_form_with_names_at_its_left_has_no_header_row() -> None:
    text = text_of(
        grid(
            cell("Name:", bold=True) + cell("Ola"),
            cell("Town:", bold=True) + cell("Molde"),
            cell("Boat:", bold=True) + cell("Tern"),
        )
    )
    assert text == "| | |\n|---|---|\n| Name: | Ola |\n| Town: | Molde |\n| Boat: | Tern |\n"
    found = split(Document("a", "a", "a", text))
    assert [readable(text[slice(*span)]) for each in found for span in each.sentences] == [
        "Name: | Ola",
        "Town: | Molde",
        "Boat: | Tern",
    ]


def test_tables_in_tables_and_boxes_made_of_tables() -> None:
    inner = grid(cell("Tide") + cell("Time"), cell("high") + cell("4:10"))
    assert text_of(grid(f"<w:tc><w:tcPr/><w:p>{run('A box with words.')}</w:p>{inner}<w:p/></w:tc>")) == (
        "A box with words.\n\n| Tide | Time |\n|---|---|\n| high | 4:10 |\n"
    )
    nested = f"<w:tc><w:tcPr/><w:p>{run('see below')}</w:p>{inner}<w:p/></w:tc>"
    text = text_of(grid(cell("Day") + cell("Tides"), cell("Monday") + nested))
    assert text == "| Day | Tides |\n|---|---|\n| Monday | see below |\n\n| Tide | Time |\n|---|---|\n| high | 4:10 |\n"


def test_text_boxes_come_behind_their_paragraph_and_once() -> None:
    box = f"<w:txbxContent><w:p>{run('In the box.')}</w:p></w:txbxContent>"
    xml = (
        '<w:p xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
        'xmlns:v="urn:schemas-microsoft-com:vml" '
        'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">'
        f"{run('Anchored here.')}<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wp:anchor><wps:wsp>"
        f"<wps:txbx>{box}</wps:txbx></wps:wsp></wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{box}"
        "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert text_of(xml) == "Anchored here.\n\nIn the box.\n"


def test_notes_stand_behind_what_refers_to_them(tmp_path: Path) -> None:
    document = docx.Document()
    append(document, f'<w:p>{run("The tide turns.")}<w:r><w:footnoteReference w:id="2"/></w:r></w:p>')
    append(document, f'<w:p>{run("再见。")}<w:r><w:endnoteReference w:id="3"/></w:r></w:p>')
    raw = with_parts(
        saved(document),
        {
            "word/footnotes.xml": f'<w:footnotes {W}><w:footnote w:id="0" w:type="separator"><w:p/></w:footnote>'
            f'<w:footnote w:id="2"><w:p><w:r><w:footnoteRef/></w:r>{run(" Twice *a* day.")}</w:p></w:footnote>'
            "</w:footnotes>",
            "word/endnotes.xml": f'<w:endnotes {W}><w:endnote w:id="3"><w:p>{run("晚安。")}</w:p></w:endnote>'
            "</w:endnotes>",
        },
    )
    text = read_docx(raw, Path("a.docx")).text
    assert text == "The tide turns.[^1]\n\n[^1]: Twice \\*a\\* day.\n\n再见。[^e1]\n\n[^e1]: 晚安。\n"
    assert [words for _, words in shapes(text)] == ["The tide turns.", "Twice *a* day.", "再见。", "晚安。"]


def with_parts(raw: bytes, parts: dict[str, str]) -> bytes:
    """``raw`` with further parts, or others in their place."""
    import zipfile

    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as before, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            if name not in parts:
                after.writestr(name, before.read(name))
        for name, text in parts.items():
            after.writestr(name, text)
    return stream.getvalue()


MARKUP = [
    "# no heading",
    "- no item",
    "> no quotation",
    "a | b",
    "Use *stars* and `ticks` and _lines_ and ~~waves~~.",
    "<table> and <b>tags</b> &amp; entities",
    "[words](address) and [[links]] and ![[pictures]]",
    "--- and === and ***",
    "```",
    "$x$ costs 5$",
    "C:\\*.txt and \\(x\\)",
    "{{ template }} {% tag %} {#id}",
    "全角＃号，*星号*，｜竖线。",
    "%% comment %%",
    "😀 - *emoji*",
]


@pytest.mark.slow
@pytest.mark.parametrize("words", MARKUP)
def test_what_looks_like_markup_is_read_as_it_is(words: str) -> None:
    from xml.sax.saxutils import escape

    text = text_of(f"<w:p>{run('Before it there is a sentence.')}</w:p>", f"<w:p>{run(escape(words))}</w:p>")
    (_, block) = blocks_of(text)
    assert block.kind is BlockKind.PROSE
    assert readable(text[block.start : block.end]).replace(" | ", "|") == words.replace(" | ", "|")
    in_cell = text_of(grid(cell("Name") + cell("Sign"), cell("a") + cell(escape(words))))
    (row,) = [block for block in blocks_of(in_cell) if not block.names_columns]
    assert readable(in_cell[row.start : row.end]).replace(" | ", "|") == f"a|{words}".replace(" | ", "|")


def test_a_paragraph_that_looks_like_front_matter_is_text() -> None:
    text = text_of(f"<w:p>{run('Title: a boat')}</w:p>", f"<w:p>{run('It sails.')}</w:p>")
    assert [words for _, words in shapes(text)] == ["Title: a boat", "It sails."]


def test_what_the_file_says_of_itself() -> None:
    import datetime

    def fill(document: object) -> None:
        facts = document.core_properties  # type: ignore[attr-defined]
        facts.title, facts.author = "Microsoft Word - 文档1.docx", "邱实"
        facts.modified = datetime.datetime(2022, 3, 4)
        document.add_heading("渡口", 1)  # type: ignore[attr-defined]
        document.add_paragraph("水很深。")  # type: ignore[attr-defined]

    content = read(fill)
    assert (content.title, content.author, content.date) == ("渡口", "邱实", "2022-03-04")
    plain = read(lambda document: document.add_paragraph("水很深。"))
    assert (plain.title, plain.author, plain.date) == ("", "", "")


def test_what_was_not_read_is_said(tmp_path: Path) -> None:
    PIL = pytest.importorskip("PIL.Image")
    picture = tmp_path / "a.png"
    PIL.new("RGB", (800, 800)).save(picture)

    def fill(document: object) -> None:
        document.add_paragraph("Short.")  # type: ignore[attr-defined]
        document.add_picture(str(picture))  # type: ignore[attr-defined]

    assert read(fill).problems == ((0, "1 picture was not read; there may be text in it"),)
    with pytest.raises(CorpusError, match="it holds pictures alone"):
        read(lambda document: document.add_picture(str(picture)))
    with pytest.raises(CorpusError, match=r"a\.docx holds no text\. Take"):
        read(lambda document: None)


def test_the_same_bytes_give_the_same_text() -> None:
    raw = saved(docx.Document())
    document = docx.Document(io.BytesIO(raw))
    document.add_paragraph("同样的字。")
    raw = saved(document)
    assert read_docx(raw, Path("a.docx")) == read_docx(raw, Path("b.docx"))


def test_lines_in_bold_are_headings_where_no_style_says_so() -> None:
    def line(words: str, size: int = 0, bold: bool = True) -> str:
        properties = ("<w:b/>" if bold else "") + (f'<w:sz w:val="{size}"/>' if size else "")
        return f"<w:p>{run(words, properties)}</w:p>"

    lines = [
        line("渡口章程", 36),
        line("开船时间", 28),
        line("早上八点一刻开船。", bold=False),
        line("Note: bring a coat.", 24),
        line("风大的时候不开船，等到下午再看。", bold=False),
        line("票价", 28),
        line("大人四元，孩子两元。", bold=False),
        line("自行车免费。", bold=False),
    ]
    text = text_of(*lines)
    assert [words for kind, words in shapes(text) if kind == "heading"] == ["渡口章程", "开船时间", "票价"]
    assert text.startswith("# 渡口章程\n\n## 开船时间\n\n")
    styled = f'<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr>{run("Real")}</w:p>'
    assert [line for line in text_of(*lines, styled).split("\n") if line.startswith("#")] == ["# Real"]


@pytest.mark.slow
def test_what_another_program_makes_of_a_document_reads_the_same(tmp_path: Path) -> None:
    import shutil
    import subprocess

    program = shutil.which("soffice")
    if not program:
        pytest.skip("LibreOffice is not installed")
    document = docx.Document()
    document.add_heading("Boats 船", 1)
    document.add_paragraph("The boat sails at 8:15. 船很小。")
    document.add_paragraph("Coat", "List Bullet")
    document.add_paragraph("Pay", "List Number")
    table = document.add_table(3, 2)
    for at, words in enumerate(("Pier", "Boats", "North", "3", "南", "4")):
        table.cell(at // 2, at % 2).text = words
    raw = saved(document)
    (tmp_path / "a.docx").write_bytes(raw)
    home = f"-env:UserInstallation={(tmp_path / 'home').as_uri()}"
    for source, form in (("a.docx", "odt"), ("a.odt", "docx:MS Word 2007 XML")):
        command = [program, home, "--headless", "--convert-to", form, "--outdir", str(tmp_path), str(tmp_path / source)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    again = (tmp_path / "a.docx").read_bytes()
    assert again != raw
    assert read_docx(again, Path("a.docx")).text == read_docx(raw, Path("a.docx")).text
