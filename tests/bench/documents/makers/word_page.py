"""A page as Word saves it: paragraphs whose lists are only drawn, styles within, in the encoding of the country."""

from collections.abc import Iterator
from html import escape

from written import Block, Content, Kind

_ENCODINGS = {"en": "windows-1252", "zh-Hans": "gb2312", "zh-Hant": "big5"}


def word_page(content: Content) -> bytes:
    """The page; headings, lists and notes as Word writes them."""
    encoding = _ENCODINGS[content.language]
    body = "\n".join(_pieces(content))
    notes = "".join(
        f'<div style="mso-element:footnote" id="ftn{note.number}"><p class=MsoFootnoteText><a style="mso-footnote-id:ftn{note.number}" '
        f'href="#_ftnref{note.number}" name="_ftn{note.number}" title=""><span class=MsoFootnoteReference>[{note.number}]</span></a> '
        f"{escape(note.plain)}</p></div>"
        for note in content.blocks
        if note.kind is Kind.NOTE
    )
    page = f"""<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">
<head><meta http-equiv=Content-Type content="text/html; charset={encoding}"><meta name=Generator content="Microsoft Word 15">
<title>{escape(content.title)}</title><!--[if gte mso 9]><xml><w:WordDocument><w:View>Print</w:View></w:WordDocument></xml><![endif]-->
<style>p.MsoNormal {{margin:0cm; font-size:10.5pt}}</style></head>
<body lang={content.language} style='tab-interval:21.0pt'><div class=WordSection1>
{body}
</div><div style='mso-element:footnote-list'><hr align=left size=1 width="33%">{notes}</div></body></html>
"""
    return page.replace("\n", "\r\n").encode(encoding, "xmlcharrefreplace")


def _pieces(content: Content) -> Iterator[str]:
    number = 0
    for block in content.blocks:
        number = number + 1 if block.kind is Kind.ITEM and block.numbered else 0
        if block.kind is Kind.HEADING:
            yield f"<h{block.level}><span lang=EN-US>{escape(block.plain)}<o:p></o:p></span></h{block.level}>"
        elif block.kind is Kind.ITEM:
            yield _item(block, number)
        elif block.kind is Kind.TABLE:
            yield from _table(block)
        elif block.kind is not Kind.NOTE:
            yield f"<p class=MsoNormal style='text-indent:21.0pt'>{_runs(block)}<o:p></o:p></p>"


def _runs(block: Block) -> str:
    name = f"_ftn{block.number}"
    mark = (
        f'<a style="mso-footnote-id:ftn{block.number}" href="#{name}" name="_ftnref{block.number}" title=""><span '
        f"class=MsoFootnoteReference><span style='mso-special-character:footnote'><![if !supportFootnotes]>[{block.number}]<![endif]></span></span></a>"
    )
    return "".join(
        mark
        if run.note
        else f"<b>{escape(run.text)}</b>"
        if run.bold
        else f"<span lang=EN-US>{escape(run.text)}</span>"
        for run in block.runs
    )


def _item(block: Block, number: int) -> str:
    sign = f"{number}." if block.numbered else "·" if block.level == 1 else "o"
    font = "" if block.numbered else "font-family:Symbol;" if block.level == 1 else 'font-family:"Courier New";'
    drawn = f"<span style='{font}mso-list:Ignore'>{sign}<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp;&nbsp;&nbsp; </span></span>"
    return (
        f"<p class=MsoListParagraph style='margin-left:{block.level * 21}.0pt;text-indent:-21.0pt;mso-list:l0 level{block.level} lfo1'>"
        f"<![if !supportLists]>{drawn}<![endif]>{_runs(block)}<o:p></o:p></p>"
    )


def _table(block: Block) -> Iterator[str]:
    if block.text:
        yield f"<p class=MsoCaption>{escape(block.text)}</p>"
    rows = "".join(
        f"<tr>{''.join(f'<td valign=top><p class=MsoNormal>{_cell(cell, bold=not at)}<o:p></o:p></p></td>' for cell in row)}</tr>"
        for at, row in enumerate((block.head, *block.rows))
    )
    yield f"<table class=MsoTableGrid border=1 cellspacing=0>{rows}</table>"


def _cell(words: str, bold: bool) -> str:
    return f"<b>{escape(words)}</b>" if bold else escape(words)
