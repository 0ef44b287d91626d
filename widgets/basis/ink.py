"""Which ink each kind of word is written in, worked out once per look from the theme's colours."""

from functools import lru_cache
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.strip import Strip

from widgets.basis.runs import Line

Inks = dict[str, Style]
"""Ink name → style. Names: empty (plain), dim, strong, heading, accent, alarm, under (the line under the cursor)."""

CURSOR = "▌"
"""The sign of the line under the cursor, for those who see no ground."""

_COLOURS = ("foreground", "foreground-muted", "accent", "background", "panel")


def inks_of(app: App[Any]) -> Inks:
    """Return the inks for the app's present theme."""
    variables = app.theme_variables
    if _latest.variables is not variables:
        # Painting asks for every line; the app makes these variables anew whenever its theme changes.
        _latest.variables = variables
        _latest.inks = _inks(app.native_ansi_color, tuple(variables[name] for name in _COLOURS))
    return _latest.inks


class _Latest:
    variables: dict[str, str] | None = None
    inks: Inks = {}


_latest = _Latest()


@lru_cache(8)
def _inks(ansi: bool, colours: tuple[str, ...]) -> Inks:
    foreground, dim, accent, ground, under = colours
    if ansi:
        # A terminal's own colours are unknown, so brightness and reversal carry what colour carries elsewhere.
        marked = Style(color=Color.parse(accent).rich_color)
        return {
            "": Style(),
            "dim": Style(dim=True),
            "strong": Style(bold=True),
            "heading": Style(bold=True),
            "accent": marked,
            "alarm": marked + Style(bold=True),
            "under": Style(reverse=True),
        }
    below = Color.parse(ground).rich_color
    plain = Style(color=Color.parse(foreground).rich_color, bgcolor=below)
    faint = Style(color=(Color.parse(ground) + Color.parse(dim)).rich_color, bgcolor=below)
    marked = Style(color=Color.parse(accent).rich_color, bgcolor=below)
    return {
        "": plain,
        "dim": faint,
        "strong": plain + Style(bold=True),
        "heading": faint + Style(bold=True),
        "accent": marked,
        "alarm": marked + Style(bold=True),
        "under": Style(bgcolor=Color.parse(under).rich_color),
    }


def paint(line: Line, width: int, inks: Inks, *, under: bool = False) -> Strip:
    """Return a line as a strip of exactly `width` cells; `under` lays the cursor's ground beneath it."""
    ground = inks["under"] if under else None
    segments: list[Segment] = []
    for words, ink in line:
        style = inks.get(ink, inks[""])
        if ground is not None and words != CURSOR:
            # On a reversed ground other inks are hard to read, so that everything but the mark gives its own up.
            style = ground if ground.reverse else style + ground
        segments.append(Segment(words, style))
    strip = Strip(segments)
    missing = width - strip.cell_length
    if missing > 0 and segments:
        # Spaces in the ink of the last words cost fewer bytes than a run of their own.
        last = segments[-1]
        segments[-1] = Segment(last.text + " " * missing, last.style)
        return Strip(segments, width)
    if missing == 0:
        return strip
    return strip.adjust_cell_length(width, inks[""] if ground is None else inks[""] + ground)
