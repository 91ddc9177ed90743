"""The figures of many files as a table: means with 95 % intervals, targets, and the worst file of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 2_000
_COVERED = (2.5, 97.5)  # percentiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One figure of the table."""

    name: str
    form: Callable[[float], str]
    target: float | None = None
    at_least: bool = True  # whether more is better


def share(value: float) -> str:
    """A share as it is printed: ".983"."""
    return "1.000" if value > 0.9995 else f"{value:.3f}".removeprefix("0")


COLUMNS: Mapping[str, Column] = {
    "recall": Column(name="characters", form=share, target=0.98),
    "order": Column(name="order", form=share, target=0.95),
    "headings": Column(name="headings", form=share, target=0.9),
    "headings_right": Column(name="of those read, right", form=share),
    "rows": Column(name="rows with heads", form=share, target=0.9),
    "answers": Column(name="answers to the letter", form=share),
    "furniture": Column(name="pages with furniture", form=share, at_least=False),
    "added": Column(name="added", form=share, at_least=False),
    "seconds": Column(name="s a page", form=lambda value: f"{value:.3f}", at_least=False),
    "megabytes": Column(name="peak MB", form=lambda value: f"{value:.0f}", at_least=False),
}
"""By the name of the figure."""

Row = Mapping[str, float | None]
"""The figures of one file by name; None: it has none such."""


def table_of(rows: Mapping[str, Sequence[Row]]) -> list[str]:
    """The lines of a Markdown table with a line for each group of files: means, and in brackets their intervals."""
    names = ["files", *(column.name for column in COLUMNS.values())]
    lines = [f"| | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for group, files in rows.items():
        cells = [str(len(files)), *(_cell(key, files) for key in COLUMNS)]
        lines.append(f"| {group} | {' | '.join(cells)} |")
    return lines


def _cell(key: str, files: Sequence[Row]) -> str:
    values = [value for row in files if (value := row.get(key)) is not None]
    if not values:
        return ""
    column = COLUMNS[key]
    low, high = mean_interval(values)
    mean = sum(values) / len(values)
    missed = column.target is not None and mean < column.target
    return f"{column.form(mean)} ({column.form(low)} to {column.form(high)}){' **missed**' if missed else ''}"


def mean_interval(values: Sequence[float]) -> tuple[float, float]:
    """The ends of the 95 % interval of a mean: percentiles of the means of files drawn with replacement, the same draws
    each time (Efron 1979, https://doi.org/10.1214/aos/1176344552)."""
    drawn = np.random.default_rng(0).integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.percentile(np.array(values)[drawn].mean(axis=1), _COVERED)
    return float(low), float(high)


def worst_of(rows: Mapping[str, Row], count: int) -> list[str]:
    """Of each figure with a target the files that are furthest below it, as lines."""
    lines = []
    for key, column in COLUMNS.items():
        if column.target is None:
            continue
        below = [
            (value, name) for name, row in rows.items() if (value := row.get(key)) is not None and value < column.target
        ]
        lines += [f"{column.name} {column.form(value)}: {name}" for value, name in sorted(below)[:count]]
    return lines
