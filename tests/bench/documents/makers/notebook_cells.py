"""Notebooks as Jupyter, Colab and older programs keep them."""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from written import Block, Content, Kind

_PICTURE = (  # one dot
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def jupyter(content: Content, *, lines: bool = True, colab: bool = False) -> bytes:
    """A notebook of the fourth format; ``lines``: texts as lists of lines; ``colab``: with what Colab puts in."""
    cells = [_cell(blocks, lines) for blocks in _cells(content)]
    metadata: dict[str, Any] = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "version": "3.11.2"},
        "authors": [{"name": content.author}],
    }
    if colab:
        metadata = {"colab": {"provenance": [], "name": f"{content.title}.ipynb"}, "kernelspec": {"name": "python3"}}
        for at, cell in enumerate(cells):
            cell["metadata"] = (
                {"id": f"k{at:03d}Xy", "outputId": "0f"} if cell["cell_type"] == "code" else {"id": f"k{at:03d}"}
            )
    return _json({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def third_format(content: Content) -> bytes:
    """A notebook of the third format: worksheets, headings as cells."""
    cells: list[dict[str, Any]] = []
    for blocks in _cells(content):
        if blocks[0].kind is Kind.CODE:
            outputs = [_old(output) for output in _outputs(blocks)]
            cells.append({"cell_type": "code", "input": blocks[0].text, "language": "python", "outputs": outputs})
            continue
        if blocks[0].kind is Kind.HEADING:
            cells.append({"cell_type": "heading", "level": blocks[0].level, "source": [blocks[0].plain]})
            blocks = blocks[1:]
        if blocks:
            cells.append({"cell_type": "markdown", "source": _markdown(blocks).splitlines(keepends=True)})
    return _json(
        {"metadata": {"name": content.title}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}]}
    )


def _json(notebook: dict[str, Any]) -> bytes:
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _cells(content: Content) -> Iterator[list[Block]]:
    """The blocks of each cell: a heading begins one of words; code one of its own, with what it gave."""
    cell: list[Block] = []
    for block in content.blocks:
        of_code = bool(cell) and cell[0].kind is Kind.CODE
        gave = block.kind is Kind.OUTPUT or (block.kind is Kind.TABLE and of_code)
        begins = block.kind in (Kind.HEADING, Kind.CODE) or (of_code and not gave)
        if begins and cell:
            yield cell
            cell = []
        cell.append(block)
    yield cell


def _cell(blocks: list[Block], lines: bool) -> dict[str, Any]:
    def text(words: str) -> str | list[str]:
        return words.splitlines(keepends=True) if lines else words

    if blocks[0].kind is not Kind.CODE:
        return {"cell_type": "markdown", "metadata": {}, "source": text(_markdown(blocks))}
    outputs = list(_outputs(blocks))
    for output in outputs:
        if "text" in output:
            output["text"] = text(output["text"])
    return {
        "cell_type": "code",
        "execution_count": 1,
        "metadata": {},
        "outputs": outputs,
        "source": text(blocks[0].text),
    }


def _outputs(blocks: list[Block]) -> Iterator[dict[str, Any]]:
    """What the code gave: what begins like an error is one; where it gave nothing and draws, a picture."""
    yield {"output_type": "stream", "name": "stderr", "text": f"{WARNING}\n"}
    for block in blocks[1:]:
        name, colon, value = block.text.partition(": ")
        if block.kind is Kind.TABLE:
            frame = {
                "text/html": [_frame(block)],
                "text/plain": ["\n".join("  ".join(row) for row in (block.head, *block.rows))],
            }
            yield {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": frame}
        elif colon and name.endswith("Error"):
            trace = ["\x1b[0;31m-----\x1b[0m", f"\x1b[0;31m{name}\x1b[0m: {value}"]
            yield {"output_type": "error", "ename": name, "evalue": value, "traceback": trace}
        else:
            yield {"output_type": "stream", "name": "stdout", "text": f"{block.text}\n"}
    if len(blocks) == 1 and "plot" in blocks[0].text:
        data = {"image/png": _PICTURE, "text/plain": [FIGURE]}
        yield {"output_type": "display_data", "metadata": {}, "data": data}


WARNING = "FutureWarning: the default of table() will change"
FIGURE = "<Figure size 640x480 with 1 Axes>"


def _old(output: dict[str, Any]) -> dict[str, Any]:
    """The output in the third format."""
    if output["output_type"] == "stream":
        return {"output_type": "stream", "stream": output["name"], "text": [output["text"]]}
    if output["output_type"] == "error":
        return {**output, "output_type": "pyerr"}
    names = {"text/html": "html", "text/plain": "text", "image/png": "png"}
    kind = "pyout" if output["output_type"] == "execute_result" else "display_data"
    return {"output_type": kind, **{names[name]: value for name, value in output["data"].items()}}


def _frame(block: Block) -> str:
    """A table as pandas shows it, with numbers of rows."""
    head = "".join(f"<th>{escape(words)}</th>" for words in block.head)
    rows = "".join(
        f"<tr><th>{at}</th>{''.join(f'<td>{escape(words)}</td>' for words in row)}</tr>"
        for at, row in enumerate(block.rows)
    )
    return (
        "<div>\n<style scoped>.dataframe tbody tr th { vertical-align: top; }</style>\n"
        f'<table border="1" class="dataframe"><thead><tr style="text-align: right;"><th></th>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _markdown(blocks: list[Block]) -> str:
    """As people write it into a cell."""
    lines: list[str] = []
    for at, block in enumerate(blocks):
        listed = at and block.kind is Kind.ITEM and blocks[at - 1].kind is Kind.ITEM
        if at and not listed:
            lines.append("")
        if block.kind is Kind.HEADING:
            lines.append(f"{'#' * block.level} {block.plain}")
        elif block.kind is Kind.ITEM:
            lines.append(f"{'   ' * (block.level - 1)}{'1.' if block.numbered else '*'} {block.plain}")
        elif block.kind is Kind.TABLE:
            rows = (block.head, tuple(":--" for _ in block.head), *block.rows)
            lines += [*([block.text, ""] if block.text else []), *("|" + "|".join(row) + "|" for row in rows)]
        elif block.kind is Kind.OUTPUT:
            lines += ["```", block.text, "```"]
        else:
            lines.append("".join(f"**{run.text}**" if run.bold else run.text for run in block.runs))
    return "\n".join(lines)
