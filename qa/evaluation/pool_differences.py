"""Two runs over the same pools, question by question: what the second one gains, and how sure that is.

Intervals of the figures of each run say little of that, since both are right and wrong on much the same questions.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from rich.table import Table

from corpus import FoundationQAError
from qa.evaluation.intervals import mean_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one run is worth on the questions of a row of figures."""

    name: str  # pool, what ranked it, and the group of questions
    values: Mapping[str, Sequence[float]]  # figure -> one of each question
    of: Sequence[str]  # the paragraph of each question


def load_measured(path: Path) -> dict[str, Measured]:
    """The rows of a file of ``python -m qa.evaluation.pools --json``, by name.

    :class:`FoundationQAError` where it cannot be read, or is another one.
    """
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
        return {each.name: each for each in map(measured, rows)}
    except OSError as error:
        raise FoundationQAError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise FoundationQAError(f"{path} is no file that --json has written.") from error


def measured(row: Mapping[str, Any]) -> Measured:
    """A row of that file."""
    return Measured(name=f"{row['pool']}, {row['ranked_by']}, {row['group']}", values=row["values"], of=row["of"])


def differences(before: Mapping[str, Measured], after: Sequence[Measured]) -> Table:
    """A table of what ``after`` gains over the rows of the same name: means of the differences of each question, with
    their 95 % intervals, paragraphs drawn anew; a star where that is all above or below zero.

    :class:`FoundationQAError` where a row of the same name has other questions.
    """
    names = list(dict.fromkeys(name for row in after for name in row.values))
    table = Table("difference", *names, title="Beside the other run, question by question")
    for row in after:
        other = before.get(row.name)
        if other is None:
            continue
        if list(other.of) != list(row.of):
            raise FoundationQAError(f"The other run was asked other questions: {row.name}.")
        table.add_row(row.name, *(_difference(other, row, name) for name in names))
    return table


def _difference(before: Measured, after: Measured, figure: str) -> str:
    if figure not in after.values or figure not in before.values:
        return ""
    gains = [new - old for old, new in zip(before.values[figure], after.values[figure], strict=True)]
    low, high = mean_interval(gains, after.of)
    return f"{fmean(gains):+.3f} ({low:+.3f} to {high:+.3f}){'*' if low > 0 or high < 0 else ''}"
