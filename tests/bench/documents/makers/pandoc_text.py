"""Contents as the Markdown that pandoc reads: from it come the files of pandoc, and those of LibreOffice and Calibre."""

import re
from collections.abc import Iterator

from written import NOTE_MARK, Block, Content, Kind

_SIGN = re.compile(r"([\\*_`<>#|~$^\[\]\"'@])")


def markdown_of(content: Content, *, slides: bool = False) -> str:
    """The text of a content, with its title, author and date above it.

    ``slides``: what is said to a slide stands in a block that is no part of it, and headings of the second level
    begin one.
    """
    blocks = content.blocks[1:]
    facts = f"---\ntitle: {_quoted(content.title)}\nauthor: {_quoted(content.author)}\ndate: {content.date}\nlang: {content.language}\n---"
    lines = [facts]
    before: Block | None = None
    for block in blocks:
        listed = before is not None and block.kind is Kind.ITEM and before.kind is Kind.ITEM
        lines.append(("" if listed else "\n") + _block(block, slides))
        before = block
    return "\n".join(lines) + "\n"


def _block(block: Block, slides: bool) -> str:
    level = block.level - slides if block.level > 1 else 1
    match block.kind:
        case Kind.HEADING:
            return f"{'#' * (level if slides else block.level - 1)} {_escaped(block.plain)}"
        case Kind.ITEM:
            return f"{'    ' * (block.level - 1)}{'1.' if block.numbered else '-'}  {_runs(block)}"
        case Kind.NOTE:
            return f"[^n{block.number}]: {_runs(block)}"
        case Kind.CODE | Kind.OUTPUT:
            return f"```{'python' if block.kind is Kind.CODE else ''}\n{block.text}\n```"
        case Kind.SPOKEN:
            return f"::: notes\n{_escaped(block.plain)}\n:::"
        case Kind.TABLE:
            return "\n".join(_table(block))
    return _runs(block)


def _runs(block: Block) -> str:
    return "".join(
        f"[^n{block.number}]" if run.note else f"**{_escaped(run.text)}**" if run.bold else _escaped(run.text)
        for run in block.runs
    ).replace(NOTE_MARK, "")


def _table(block: Block) -> Iterator[str]:
    for row in (block.head, tuple("-" * 8 for _ in block.head), *block.rows):
        yield "| " + " | ".join(cell if set(cell) == {"-"} else _escaped(cell) for cell in row) + " |"
    if block.text:
        yield f"\n: {_escaped(block.text)}"


def _escaped(words: str) -> str:
    return _SIGN.sub(r"\\\1", words)


def _quoted(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"
