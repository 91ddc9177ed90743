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
    ours: Sequence[float]  # one for each turn
    stock: Sequence[float] = ()  # the same; none: there is nothing to compare with
    target: Target | None = None

    @property
    def ratios(self) -> list[float]:
        """Ours divided by that of stock, turn by turn: both had the same neighbours on the machine then."""
        return [mine / theirs for mine, theirs in zip(self.ours, self.stock, strict=True)] if self.stock else []

    @property
    def verdict(self) -> str:
        """Whether the median meets the target; empty where there is none, or nothing to compare with."""
        if self.target is None:
            return ""
        values = self.ratios if self.target.of_stock else self.ours
        return ("met" if self.target.met(median(values)) else "not met") if values else ""


def compared_table(rows: Sequence[Compared]) -> list[str]:
    """The lines of a Markdown table: medians, and in brackets the least and the most of several."""
    lines = ["| | stock | ours | ours / stock | target | |", "|---|---|---|---|---|---|"]
    for row in rows:
        spreads = (_spread(row.stock, row.form), _spread(row.ours, row.form), _spread(row.ratios, ".2f"))
        cells = (row.name, *spreads, _aim(row), row.verdict)
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
