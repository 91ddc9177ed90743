"""A content as the HTML that programs print."""

from collections.abc import Sequence
from html import escape

from jobs import groups_of
from written import Block, Content, Kind


def html_of(content: Content, style: str, *, notes: str = "end") -> str:
    """A page of ``content`` with ``style``; ``notes``: "float" puts them at the foot of a page as CSS for paged media
    has it, "end" behind their paragraph, in small letters."""
    body = "\n".join(_group(group, notes) for group in groups_of(content.blocks))
    return (
        f'<!doctype html><html lang="{content.language}"><head><meta charset="utf-8"><title>{escape(content.title)}'
        f'</title><meta name="author" content="{escape(content.author)}"><style>{style}</style></head>'
        f"<body>\n{body}\n</body></html>"
    )


def _group(group: Sequence[Block], notes: str) -> str:
    first = group[0]
    if first.kind is Kind.HEADING:
        return f"<h{first.level}>{escape(first.text)}</h{first.level}>"
    if first.kind is Kind.ITEM:
        name = "ol" if first.numbered else "ul"
        return f"<{name}>{''.join(f'<li>{_words(each, [], notes)}</li>' for each in group)}</{name}>"
    if first.kind is Kind.CODE:
        return f"<pre>{escape(first.text)}</pre>"
    if first.kind is Kind.TABLE:
        caption = f"<caption>{escape(first.text)}</caption>" if first.text else ""
        head = "".join(f"<th>{escape(cell)}</th>" for cell in first.head)
        rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in first.rows)
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    said = f"<p>{_words(first, group[1:], notes)}</p>"
    if notes == "end":
        said += "".join(f'<p class="note"><sup>{each.number}</sup> {_words(each, [], notes)}</p>' for each in group[1:])
    return said


def _words(block: Block, notes: Sequence[Block], place: str) -> str:
    parts = []
    left = iter(notes)
    for run in block.runs:
        if run.note and place == "float":
            parts.append(f'<span class="note">{_words(next(left), [], place)}</span>')
        elif run.note:
            parts.append(f"<sup>{block.number}</sup>")
        else:
            parts.append(f"<b>{escape(run.text)}</b>" if run.bold else escape(run.text))
    return "".join(parts)
