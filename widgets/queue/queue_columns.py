"""The queue's columns: which there is room for, what they are called, and which of them the rows are ordered by."""

from functools import lru_cache

import msgspec

from api.rules.queue import Order, View
from widgets.basis.runs import Line, fit, fit_right
from widgets.queue.due_mark import WIDTH as DUE

SCORES = 7
"""Cells of fit and engagement side by side."""

WAITS = 6
"""Cells of how long a lead has waited."""

_ROOMY = 52
"""Cells beside due mark and scores from which on there is room for how long a lead has waited."""

DOWN = "↓"
"""Stands beside the heading that the rows are ordered by."""


class Columns(msgspec.Struct, frozen=True):
    """Widths in cells; 0 means no room."""

    name: int
    company: int = 0
    campaign: int = 0
    waits: int = 0
    scores: int = 0

    @property
    def aside(self) -> int:
        """Cells between name and scores, in which a row that waits for nobody here says why."""
        parts = [part for part in (self.company, self.campaign, self.waits) if part]
        return sum(parts) + len(parts) - 1 if parts else 0


@lru_cache(256)
def columns(width: int, order: Order = Order.DUE) -> Columns:
    """Return the columns that fit into `width` cells beside cursor mark and due mark.

    What the rows are ordered by always has room.
    """
    rest = width - 1 - DUE - 1
    if rest < 34:
        return _narrow(max(rest, 1), order)
    rest -= SCORES + 1
    waits = WAITS if order is Order.WAITING or rest >= _ROOMY else 0
    rest -= waits + 1 if waits else 0
    if rest < 36:
        name = rest * 5 // 9
        other = rest - name - 1
        if order is Order.CAMPAIGN:
            return Columns(name, campaign=other, waits=waits, scores=SCORES)
        return Columns(name, company=other, waits=waits, scores=SCORES)
    name = rest * 2 // 5
    company = (rest - name - 2) * 4 // 7
    return Columns(name, company, rest - name - company - 2, waits, SCORES)


def _narrow(rest: int, order: Order) -> Columns:
    if order is Order.SCORE and rest > SCORES + 6:
        return Columns(rest - SCORES - 1, scores=SCORES)
    if order is Order.WAITING and rest > WAITS + 6:
        return Columns(rest - WAITS - 1, waits=WAITS)
    if order is Order.CAMPAIGN and rest > 16:
        campaign = max(rest * 2 // 5, 9)
        return Columns(rest - campaign - 1, campaign=campaign)
    return Columns(rest)


class Heading(msgspec.Struct, frozen=True):
    """One heading: its words in their column, and the order that it stands for, if any."""

    words: str
    order: Order | None = None


def headings(
    width: int, place: int, count: int, above: int, *, order: Order = Order.DUE, view: View = View.MINE
) -> list[Heading]:
    """Return what stands above the rows, from left to right, a cell between them.

    How many rows are out of sight `above`; where nothing but names has room, the place too.
    """
    fits = columns(width, order)

    def named(word: str, size: int, by: Order | None = None, *, right: bool = False) -> Heading:
        # By due, what sleeps stands by when it wakes, which has no column.
        if by is order and not (by is Order.DUE and view is View.SNOOZED):
            word = f"{DOWN}{word}" if right else f"{word}{DOWN}"
        return Heading((fit_right if right else fit)(word, size), by)

    out = f"↑ {above}" if above < 100 else f"↑{above}" if above < 1_000 else f"↑{min(above // 1_000, 99)}k"
    out = out if above else ""
    found = [Heading(" " + fit(out, DUE - 6)), named("done" if view is View.DONE else "due", 5, Order.DUE, right=True)]
    if fits == Columns(fits.name):
        where = f"{place} of {count}"
        return [*found, Heading(fit("name", fits.name - 12) + fit_right(where, min(12, fits.name)))]
    found.append(named("name", fits.name))
    found += [named("company", fits.company)] if fits.company else []
    found += [named("campaign", fits.campaign, Order.CAMPAIGN)] if fits.campaign else []
    found += [named("waits", fits.waits, Order.WAITING, right=True)] if fits.waits else []
    found += [Heading(f"fit{DOWN if order is Order.SCORE else ' '}eng", Order.SCORE)] if fits.scores else []
    return found


def heading_line(found: list[Heading], order: Order) -> Line:
    """Return headings as one line, the one the rows are ordered by in brighter ink."""
    line: Line = ()
    dim = ""
    for at, one in enumerate(found):
        gap = " " if at else ""
        if one.order is order:
            line += ((dim + gap, "dim"), (one.words, "heading"))
            dim = ""
        else:
            dim += gap + one.words
    return (*line, (dim, "dim")) if dim else line


def heading_at(found: list[Heading], x: int) -> Order | None:
    """Return the order that the heading at cell `x` stands for; None when it stands for none."""
    start = 0
    for one in found:
        end = start + len(one.words) + 1
        if start <= x < end:
            return one.order
        start = end
    return None
