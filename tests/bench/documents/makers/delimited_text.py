"""Delimited text as programs export it: the first table of a content, by its delimiter, decimal sign and encoding."""

import csv
import re
from io import StringIO

from written import Content, Kind

_NUMBER = re.compile(r"-?\d{1,3}(?:,\d{3})*(?:\.\d+)?")


def delimited(
    content: Content, *, delimiter: str, encoding: str, comma: bool = False, line: str = "\r\n", all_quoted: bool = False
) -> bytes:
    """``comma``: it is the decimal sign, and no sign parts thousands."""
    table = next(block for block in content.blocks if block.kind is Kind.TABLE)
    target = StringIO(newline="")
    quoting = csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(target, delimiter=delimiter, lineterminator=line, quoting=quoting)
    for row in (table.head, *table.rows):
        writer.writerow([_with_comma(cell) if comma else cell for cell in row])
    return target.getvalue().encode(encoding)


def _with_comma(cell: str) -> str:
    return cell.replace(",", "").replace(".", ",") if _NUMBER.fullmatch(cell) else cell
