"""Write the table and the plot of performance.md again, from the figures of a run.

python -P docs/performance.py [FILE]

FILE is what `bench/run.py --json` kept; performance.json beside this script when none is named.
"""

import math
import sys
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import msgspec

from bench.table import Figure, Run, cells

DOCS = Path(__file__).parent
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"

PANELS = {
    "start": "Start to the first painted queue, ms",
    "j": "j to the first byte of its answer, ms",
    "page": "Page down to the first byte, ms",
    "filter": "A letter of a search, last byte, ms",
    "accept": "Accept to saved, ms",
    "memory": "Resident memory, MB",
}
"""The lines of the plot, each in a panel of its own, by their name in the figures."""

WIDTH, HEIGHT, COLUMNS = 310, 210, 3
LEFT, RIGHT, TOP, BOTTOM = 34, 42, 62, 34
"""Room around the points of a panel, in pixels."""

STYLE = """
text { font: 12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 13px; }
.dim { fill: #59636e; }
.back { fill: #ffffff; stroke: #d1d9e0; }
.axis { stroke: #d1d9e0; }
.line { fill: none; stroke: #0969da; stroke-width: 2; }
.point { fill: #0969da; }
.limit { fill: #bc4c00; font-size: 11px; }
.bar { fill: none; stroke: #bc4c00; stroke-width: 1.5; stroke-dasharray: 5 4; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .dim { fill: #9198a1; }
  .back { fill: #0d1117; stroke: #3d444d; }
  .axis { stroke: #3d444d; }
  .line { stroke: #4493f8; }
  .point { fill: #4493f8; }
  .limit { fill: #f0883e; }
  .bar { stroke: #f0883e; }
}
"""


def plot(run: Run) -> str:
    """Return the plot as SVG; it brings its own background, so that it can be read on any page."""
    panels = {name: sorted(_points(run, name), key=lambda one: one.leads) for name in PANELS}
    shown = [(name, points) for name, points in panels.items() if len(points) > 1]
    rows = math.ceil(len(shown) / COLUMNS)
    width, height = COLUMNS * WIDTH, rows * HEIGHT + 32
    box = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {box} role="img" aria-label="{escape(_spoken(shown))}">',
        f"<style>{STYLE}</style>",
        f'<rect class="back" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="6"/>',
    ]
    for place, (name, points) in enumerate(shown):
        row, column = divmod(place, COLUMNS)
        parts.append(f'<g transform="translate({column * WIDTH} {row * HEIGHT})">')
        parts += _panel(PANELS[name], points)
        parts.append("</g>")
    legend = "Number of leads on a logarithmic scale; dashed: the bar, which the figure must not go beyond."
    parts += [f'<text class="dim" x="{LEFT}" y="{height - 14}">{legend}</text>', "</svg>"]
    return "\n".join(parts) + "\n"


def _points(run: Run, name: str) -> list[Figure]:
    return [figure for figure in run.figures if figure.line == name and figure.leads]


def _spoken(shown: Sequence[tuple[str, Sequence[Figure]]]) -> str:
    """Say the plot in words, for who does not see it."""
    lines = []
    for name, points in shown:
        said = ", ".join(f"{_number(one.value)} at {one.leads:,}" for one in points)
        lines.append(f"{PANELS[name]}: {said}")
    return ". ".join(lines)


def _panel(title: str, points: Sequence[Figure]) -> Iterator[str]:
    limits = [one.limit for one in points if one.limit is not None]
    top = max([one.value for one in points] + limits) * 1.05
    first, last = math.log10(points[0].leads), math.log10(points[-1].leads)

    def x(leads: int) -> float:
        return LEFT + (math.log10(leads) - first) / (last - first) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)

    def path(values: Sequence[tuple[int, float]]) -> str:
        return " ".join(f"{x(leads):.1f},{y(value):.1f}" for leads, value in values)

    yield f'<text class="title" x="{LEFT - 10}" y="28">{escape(title)}</text>'
    yield f'<line class="axis" x1="{LEFT - 10}" x2="{WIDTH - 16}" y1="{y(0):.1f}" y2="{y(0):.1f}"/>'
    if limits:
        bars = [(one.leads, one.limit) for one in points if one.limit is not None]
        yield f'<polyline class="bar" points="{path(bars)}"/>'
        for leads, limit in _corners(bars):
            yield _label(x(leads), y(limit) - 6, f"≤ {_number(limit)}", "limit")
    yield f'<polyline class="line" points="{path([(one.leads, one.value) for one in points])}"/>'
    for one in points:
        yield f'<circle class="point" cx="{x(one.leads):.1f}" cy="{y(one.value):.1f}" r="3.5"/>'
        # Above the point, but not into the bar.
        near = one.limit is not None and -8 < y(one.value) - y(one.limit) < 34
        yield _label(x(one.leads), y(one.value) + (19 if near else -9), _number(one.value))
        yield _label(x(one.leads), HEIGHT - BOTTOM + 18, f"{one.leads:,}", "dim")


def _corners(bars: Sequence[tuple[int, float]]) -> Iterator[tuple[int, float]]:
    """Yield where the bar begins, and where it becomes another one."""
    before = None
    for leads, limit in bars:
        if before is None or not math.isclose(before, limit):
            yield leads, limit
        before = limit


def _label(x: float, y: float, text: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{text}</text>'


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}".removesuffix(".0")


def table(run: Run) -> str:
    """Return the figures as a Markdown table, with the machine above it."""
    lines = [
        f"{run.at:%Y-%m-%d}, {run.machine}; the whole run took {run.seconds / 60:.1f} minutes. Times in ms.",
        "",
        "| what | figure | base | ratio | bar | held |",
        "| --- | ---: | ---: | ---: | --- | --- |",
    ]
    for figure in run.figures:
        what, value, base, ratio, bar, held, _ = cells(figure)
        value = value.removesuffix(" ms").strip()
        lines.append(f"| {what} | {value} | {base} | {ratio} | {bar} | {'**NO**' if held == 'NO' else held} |")
    missing = [f"Not measured in this run: {one.what} ({one.why})." for one in run.missing]
    return "\n".join([*lines, *(["", *missing] if missing else [])])


def main() -> None:
    """Write both."""
    kept = Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS / "performance.json"
    run = msgspec.json.decode(kept.read_bytes(), type=Run)
    (DOCS / "images" / "performance.svg").write_text(plot(run), encoding="utf-8")
    page = DOCS / "performance.md"
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{table(run)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
