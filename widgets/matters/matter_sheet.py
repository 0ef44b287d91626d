"""Both sides of one matter: who did what, when and why, what stands now, and what can be done about it."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import msgspec

from api.rules.wording import relative
from widgets.basis.pane import Pane, Section
from widgets.basis.runs import Line, cells, fit, fit_right, flow, heading, short, wrap, wrapped

LABEL = 8
"""Cells of the column of labels."""


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """What one of the two did, and why."""

    label: str
    """``theirs``, ``yours`` and the like."""
    did: str
    """E.g. ``Otto Other rejected it``."""
    at: datetime | None = None
    reason: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    """What the reason asked for, and the answers."""
    note: str = ""
    """Their own words."""
    alarming: bool = False


class WayOut(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be done about it."""

    key: str
    words: str
    why_not: str = ""
    """Why it can't be done now; empty when it can."""


class MatterSheet(msgspec.Struct, frozen=True, kw_only=True):
    """Everything there is to say about one matter."""

    key: str
    title: str
    whose: str = ""
    """Where the lead stands and whose it is, in a word or two."""
    sides: tuple[Side, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    """Labels and values."""
    ways: tuple[WayOut, ...] = ()
    done: str = ""
    """What became of it meanwhile; then there is nothing to do."""
    now: datetime


class MatterPane(Pane):
    """Shows one matter."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual’s own name)
        super().__init__(id=id)
        self._key = ""

    def show_matter(self, sheet: MatterSheet | None) -> None:
        """Show this one; None leaves the pane empty."""
        same = sheet is not None and sheet.key == self._key
        self._key = sheet.key if sheet is not None else ""
        self.show([] if sheet is None else sections_of(sheet), keep_place=same)


def sections_of(sheet: MatterSheet) -> list[Section]:
    """Return the sections of a matter."""
    sections: list[Section] = [partial(_both_sides, sheet)]
    if sheet.ways and not sheet.done:
        sections.append(partial(_ways, sheet.ways))
    return sections


def _both_sides(sheet: MatterSheet, width: int) -> list[Line]:
    whose = short(sheet.whose, width // 2)
    name = short(sheet.title, width - cells(whose) - 1)
    lines: list[Line] = [((name, "strong"), (" " + fit_right(whose, width - cells(name) - 1), "dim"))]
    if sheet.done:
        lines += _beside("done", sheet.done, width)
    for side in sheet.sides:
        lines += _side(side, sheet.now, width)
    for label, value in sheet.facts:
        lines += _beside(label, value, width)
    return lines


def _side(side: Side, now: datetime, width: int) -> list[Line]:
    when = f" {relative(side.at, now)}" if side.at is not None else ""
    lines = _beside(side.label, f"{side.did}{when}", width, "alarm" if side.alarming else "")
    answers = [f"{label}: {value}" for label, value in side.answers]
    room = width - LABEL
    more: list[Line] = [((part, ""),) for part in flow([side.reason, *answers], room, 6)]
    if side.note:
        more += wrapped(f"“{side.note}”", room, limit=8)
    return [*lines, *(((" " * LABEL, ""), *line) for line in more)]


def _beside(label: str, value: str, width: int, ink: str = "") -> list[Line]:
    first, *rest = wrap(value, width - LABEL)
    lines: list[Line] = [((fit(label, LABEL), "dim"), (first, ink))]
    return [*lines, *(((" " * LABEL, ""), (part, ink)) for part in rest)]


def _ways(ways: Sequence[WayOut], width: int) -> list[Line]:
    lines: list[Line] = [heading("What you can do", width)]
    for way in ways:
        words = f"{way.words} – {way.why_not}" if way.why_not else way.words
        first, *rest = wrap(words, width - 3)
        ink = "dim" if way.why_not else ""
        lines.append(((f"{way.key}  ", "dim" if way.why_not else "accent"), (first, ink)))
        lines += [(("   ", ""), (part, ink)) for part in rest]
    return lines
