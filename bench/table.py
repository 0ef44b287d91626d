"""Figures, their bars, and one table of them."""

import statistics
from collections.abc import Sequence

import msgspec


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One row: what was measured, against what of the same run, and what it must reach."""

    what: str
    value: float
    unit: str = "ms"
    base: float | None = None
    """Hello or floor of the same run, in the same unit."""
    bar: float | None = None
    bar_on: str = "ratio"
    """What the bar is on: the ``ratio`` to the base, the ``value``, what it is ``over`` the base, or ``least``."""
    spread: str = ""

    @property
    def ratio(self) -> float | None:
        """The figure over its base."""
        return None if not self.base else self.value / self.base

    @property
    def held(self) -> bool | None:
        """Whether the bar is reached; None when there is none."""
        if self.bar is None:
            return None
        if self.bar_on == "value":
            return self.value <= self.bar
        if self.bar_on == "least":
            return self.value >= self.bar
        if self.bar_on == "over":
            return self.value - (self.base or 0.0) <= self.bar
        return self.ratio is not None and self.ratio <= self.bar


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


def waited(what: str, values: Sequence[float], bar: float, share: float = 0.5) -> Figure:
    """Return the median wait in ms, or another percentile, under a bar in ms."""
    name = "median" if share == 0.5 else f"p{share * 100:.0f}"
    value = median(values) if share == 0.5 else percentile(values, share)
    return Figure(what=f"{what} ({name})", value=value, bar=bar, bar_on="value", spread=spread(values))


def _bar(figure: Figure) -> str:
    if figure.bar is None:
        return ""
    signs = {"ratio": f"≤ {figure.bar:g} ×", "value": f"≤ {figure.bar:g}", "least": f"≥ {figure.bar:g}"}
    return signs.get(figure.bar_on, f"≤ base + {figure.bar:g}")


def _cells(figure: Figure) -> tuple[str, ...]:
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
    rows = [("what", "figure", "base", "ratio", "bar", "held", "spread"), *map(_cells, figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        sized = list(zip(row, widths, strict=True))
        numbers = range(1, 4)
        cells = [cell.rjust(w) if place in numbers else cell.ljust(w) for place, (cell, w) in enumerate(sized)]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join(lines)
