"""What a comparison found: figures of both sides, beside what was asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure must reach."""

    bound: float
    of_stock: bool = True  # whether it is ours divided by stock that must reach it, or ours alone
    at_least: bool = False  # whether more is better

    def met(self, value: float) -> bool:
        """Whether ``value`` reaches it."""
        return value >= self.bound if self.at_least else value <= self.bound


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure, measured several times on each side in turn."""

    name: str  # with its unit
    form: str  # how a value is shown, as format() takes it
    ours: Sequence[float]
    stock: Sequence[float] = ()  # none: there is nothing to compare with
    target: Target | None = None

    @property
    def ratio(self) -> float | None:
        """The median of ours divided by that of stock."""
        return median(self.ours) / median(self.stock) if self.stock else None

    @property
    def verdict(self) -> str:
        """Whether the target is met; empty where there is none, or nothing to compare with."""
        value = self.ratio if self.target is not None and self.target.of_stock else median(self.ours)
        if self.target is None or value is None:
            return ""
        return "met" if self.target.met(value) else "not met"


def compared_table(rows: Sequence[Compared]) -> list[str]:
    """The lines of a Markdown table: medians, and in brackets the least and the most of several."""
    lines = ["| | stock | ours | ours / stock | target | |", "|---|---|---|---|---|---|"]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        cells = (row.name, _spread(row.stock, row.form), _spread(row.ours, row.form), ratio, _aim(row), row.verdict)
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _spread(values: Sequence[float], form: str) -> str:
    if not values:
        return ""
    shown = format(median(values), form)
    return shown if len(values) < 2 else f"{shown} ({min(values):{form}} to {max(values):{form}})"


def _aim(row: Compared) -> str:
    if row.target is None:
        return ""
    bound = f"{row.target.bound:.2f}" if row.target.of_stock else format(row.target.bound, row.form)
    return f"{'≥' if row.target.at_least else '≤'} {bound}"


def profile_table(steps: Mapping[str, Sequence[float]]) -> list[str]:
    """The lines of a Markdown table: the median of each step, given in seconds, and its share of their sum."""
    medians = {name: median(seconds) for name, seconds in steps.items()}
    whole = sum(medians.values())
    lines = ["| step | ms | share |", "|---|---|---|"]
    lines += [f"| {name} | {1000 * seconds:.1f} | {seconds / whole:.0%} |" for name, seconds in medians.items()]
    return [*lines, f"| sum | {1000 * whole:.1f} | |"]
