"""Figures, their bars, and one table of them."""

import statistics
from collections.abc import Sequence
from datetime import datetime

import msgspec

NEAR = 2.0
"""Ms that two waits may differ by and are the same to a person."""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One row: what was measured, against what of the same run, and what it must reach."""

    what: str
    value: float
    unit: str = "ms"
    base: float | None = None
    """Hello or floor of the same run, in the same unit."""
    bar: float | None = None
    bar_on: str = "ratio"
    """What the bar is on: the ``ratio`` to the base, the ``value``, what it is ``over`` the base, or ``least``.

    ``flat``: the ratio, and held too when it is no more than `NEAR` over the base.
    """
    spread: str = ""
    line: str = ""
    """The line of the plot that it is a point of, at `leads`; empty when it is of none."""
    leads: int = 0

    @property
    def ratio(self) -> float | None:
        """The figure over its base."""
        return None if not self.base else self.value / self.base

    @property
    def limit(self) -> float | None:
        """The bar in the figure's own unit; None when there is none."""
        if self.bar is None:
            return None
        base = self.base or 0.0
        if self.bar_on == "ratio":
            return self.bar * base
        if self.bar_on == "over":
            return self.bar + base
        return max(self.bar * base, base + NEAR) if self.bar_on == "flat" else self.bar

    @property
    def held(self) -> bool | None:
        """Whether the bar is reached; None when there is none."""
        limit = self.limit
        if limit is None:
            return None
        return self.value >= limit if self.bar_on == "least" else self.value <= limit


class Missing(msgspec.Struct, frozen=True):
    """What was not measured in this run, and why."""

    what: str
    why: str


class Run(msgspec.Struct, frozen=True):
    """All that is kept of a run."""

    at: datetime
    machine: str
    seconds: float
    sizes: tuple[int, ...]
    figures: list[Figure]
    missing: list[Missing]


def median(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def spread(values: Sequence[float]) -> str:
    """Return least and greatest, and how many there are."""
    return f"{min(values):.1f}…{max(values):.1f}, n={len(values)}"


def waited(
    what: str, values: Sequence[float], bar: float | None, share: float = 0.5, *, line: str = "", leads: int = 0
) -> Figure:
    """Return the median wait in ms, or another percentile, under a bar in ms."""
    name = "median" if share == 0.5 else f"p{share * 100:.0f}"
    value = median(values) if share == 0.5 else percentile(values, share)
    return Figure(
        what=f"{what} ({name})",
        value=value,
        bar=bar,
        bar_on="value",
        spread=spread(values),
        line=line,
        leads=leads,
    )


def _bar(figure: Figure) -> str:
    if figure.bar is None:
        return ""
    signs = {
        "ratio": f"≤ {figure.bar:g} ×",
        "flat": f"≤ {figure.bar:g} ×",
        "value": f"≤ {figure.bar:g}",
        "least": f"≥ {figure.bar:g}",
    }
    return signs.get(figure.bar_on, f"≤ base + {figure.bar:g}")


HEAD = ("what", "figure", "base", "ratio", "bar", "held", "spread")


def cells(figure: Figure) -> tuple[str, ...]:
    """Return a figure's cells under `HEAD`."""
    return (
        figure.what,
        f"{figure.value:,.1f} {figure.unit}",
        "" if figure.base is None else f"{figure.base:,.1f}",
        "" if figure.ratio is None else f"{figure.ratio:.2f}",
        _bar(figure),
        {True: "yes", False: "NO", None: ""}[figure.held],
        figure.spread,
    )


def render(figures: Sequence[Figure]) -> str:
    """Return the table as text, one figure a line."""
    rows = [HEAD, *map(cells, figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        sized = list(zip(row, widths, strict=True))
        numbers = range(1, 4)
        padded = [cell.rjust(w) if place in numbers else cell.ljust(w) for place, (cell, w) in enumerate(sized)]
        lines.append("  ".join(padded).rstrip())
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join(lines)
