"""Delimited text as programs export it: the first table of a content, by its delimiter and encoding."""

import csv
from io import StringIO

from written import Content, Kind


def delimited(
    content: Content,
    *,
    delimiter: str,
    encoding: str,
    line: str = "\r\n",
    all_quoted: bool = False,
    around: tuple[str, ...] = (),
) -> bytes:
    """``around``: lines that stand above the table, the last of them below."""
    table = next(block for block in content.blocks if block.kind is Kind.TABLE)
    target = StringIO(newline="")
    writer = csv.writer(
        target, delimiter=delimiter, lineterminator=line, quoting=csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL
    )
    for row in (table.head, *table.rows):
        writer.writerow(row)
    lines = [*around[:-1], target.getvalue().removesuffix(line), *around[-1:]]
    return (line.join(lines) + line).encode(encoding)
