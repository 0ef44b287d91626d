"""How one row of the queue reads."""

from datetime import datetime
from typing import Protocol

import msgspec

from api.model.lead import State
from api.rules.clocks import BusinessClock
from api.rules.queue import Order, Row, View, back, sleeping
from widgets.basis.ink import CURSOR
from widgets.basis.runs import Line, Run, cells, fit, fit_right, joined
from widgets.queue.due_mark import WIDTH as DUE
from widgets.queue.due_mark import due_mark
from widgets.queue.queue_columns import columns

CHOSEN = "*"
"""Stands before the name of a lead that is chosen."""

NEWS = "•"
"""Stands before the name of a lead to which something happened since one last looked at it."""

_ASIDE = 11
"""Fewest cells for what a row says aside; where they are not there, it takes them from the name."""

BACK = "«"
"""Stands before the name of a lead that has come back: it did something, or its snooze is over."""

STATE_WORDS = {
    State.ACCEPTED.value: "accepted",
    State.REJECTED.value: "rejected",
    State.DISQUALIFIED.value: "disqual’d",
    State.RECYCLED.value: "recycled",
    State.QUALIFIED.value: "qualified",
    State.WON.value: "won",
    State.LOST.value: "lost",
    State.MERGED.value: "merged",
    State.SUPPRESSED.value: "no contact",
}
"""A decided lead's state in at most `DUE` cells."""


class RowWords(Protocol):
    """What a row needs besides itself."""

    def campaign_words(self, row: Row) -> str:
        """Return the name of its campaign, or its origin."""
        ...

    def whose(self, row: Row) -> str:
        """Return who else the row waits for, in words; empty when it waits for the person at the keyboard."""
        ...

    def asleep_words(self, row: Row, room: int) -> str:
        """Return until when or what a snoozed row sleeps, in about `room` cells: ``asleep until 1 Dec or activity``."""
        ...

    def done_words(self, row: Row, room: int) -> str:
        """Return when and why the row was decided, in about `room` cells: ``10:14 bad data``."""
        ...

    def is_news(self, row: Row) -> bool:
        """Say whether something happened to the row since the person last looked at it."""
        ...


class Dress(msgspec.Struct, frozen=True):
    """What all rows have in common: which of the desk's views they are, and what they are ordered by."""

    view: View = View.MINE
    order: Order = Order.DUE


class Marks(msgspec.Struct, frozen=True):
    """What is so of one row alone."""

    under: bool = False
    """Whether the cursor stands on it."""
    chosen: bool = False
    letters: str = ""
    """What one types to jump there; empty mostly."""


class RowWriter:
    """Writes rows at one moment, for one room."""

    def __init__(self, words: RowWords, clock: BusinessClock, now: datetime, width: int, dress: Dress) -> None:
        self._words = words
        self._clock = clock
        self._now = now
        self._fits = columns(width, dress.order)
        self._view = dress.view

    def line(self, row: Row, marks: Marks) -> Line:
        """Return one row; one that waits for nobody here says what it is instead, and by or for whom."""
        returned = back(row, self._now.timestamp())
        news = NEWS if self._words.is_news(row) else BACK if returned else " "
        sign = CHOSEN if marks.chosen else news
        first, aside = self._standing(row)
        if aside is None:
            line = self._live(row, first, sign, f"back: {returned}" if returned else "", under=marks.under)
        else:
            line = self._apart(row, first, sign, aside)
        lettered = marks.letters and not marks.under
        return joined(_lettered(line, marks.letters) if lettered else _marked(line, under=marks.under))

    def _standing(self, row: Row) -> tuple[Run, str | None]:
        """Return what stands first in the row, and what it says aside; None for what waits for something to be done."""
        room = max(self._fits.aside, _ASIDE)
        if sleeping(row, self._now.timestamp()):
            due = self._owed(row)
            return (due[0], "" if self._view is View.SNOOZED else "dim"), self._words.asleep_words(row, room)
        if row.state == State.ACCEPTED.value and self._view is View.ATTEMPTS:
            return self._owed(row), None
        if row.state != State.NEW.value:
            by = f"by {row.decided_by}" if row.decided_by else ""
            aside = self._words.done_words(row, room) or by if self._view is View.DONE else by
            return (fit_right(STATE_WORDS.get(row.state, row.state), DUE), "dim"), aside
        due = due_mark(row.due, self._now, self._clock)
        if other := self._words.whose(row):
            return (due[0], "dim"), f"with {other}"
        return due, None

    def _owed(self, row: Row) -> Run:
        """Return when something is owed to the row: its decision, its first attempt, or the next one by its day."""
        if row.next_on is None or row.due is not None:
            return due_mark(row.due, self._now, self._clock)
        days = row.next_on - self._clock.today(self._now).toordinal()
        if days < 0:
            return "! " + fit_right(f"{-days} d", DUE - 2), "alarm"
        if days == 0:
            return fit_right("today", DUE), "accent"
        return fit_right(f"{days} d", DUE), ""

    def _live(self, row: Row, first: Run, sign: str, returned: str, *, under: bool) -> Line:
        """Return a row that waits for something to be done."""
        fits = self._fits
        name: Run = (fit(row.title, fits.name), "strong" if under else "")
        rest = f" {fit(_company(row), fits.company)}" if fits.company else ""
        if fits.campaign:
            rest += f" {fit(returned or self._words.campaign_words(row), fits.campaign)}"
        return (first, *_signed(sign, name), (rest + self._figures(row), "dim"))

    def _apart(self, row: Row, first: Run, sign: str, aside: str) -> Line:
        """Return a row that waits for nobody here: all dim, but where such rows are what one looks at."""
        fits = self._fits
        own = self._view in (View.SNOOZED, View.DONE)
        ink = "" if own else "dim"
        if fits.aside < _ASIDE:
            # Where there is room for little besides names, what is aside gets what they leave, and half of it at most
            # where the view is about that.
            room = fits.name + (fits.aside + 1 if fits.aside else 0)
            name = fit(row.title, max(room - cells(aside) - 1, room // 2)) if own and aside else row.title
            words = fit(f"{name} {aside}".rstrip(), room)
            return (first, *_signed(sign, (words, ink)), (f" {_scores(row)}" if fits.scores else "", "dim"))
        company = _company(row)
        # What there is to say stands in the middle; the company before it where there is room for both.
        both = fits.company and fits.campaign and cells(aside) <= fits.aside - fits.company - 1
        middle = f"{fit(company, fits.company)} {aside}" if both else aside or company
        rest = f" {fit(middle, fits.aside)}" + (f" {_scores(row)}" if fits.scores else "")
        return ((first[0], ink if own else first[1]), *_signed(sign, (fit(row.title, fits.name), ink)), (rest, "dim"))

    def _figures(self, row: Row) -> str:
        fits = self._fits
        words = f" {fit_right(waited(row.handed, self._now), fits.waits)}" if fits.waits else ""
        return words + (f" {_scores(row)}" if fits.scores else "")


def _signed(sign: str, name: Run) -> tuple[Run, ...]:
    """Return a name behind its sign; without one, the empty place takes no bytes of its own."""
    return ((f" {name[0]}", name[1]),) if sign == " " else ((sign, "accent"), name)


def _marked(line: Line, *, under: bool) -> Line:
    if under:
        return ((CURSOR, "accent"), *line)
    # In the ink of what follows, the empty place of the mark takes no bytes of its own.
    return ((" " + line[0][0], line[0][1]), *line[1:])


def _lettered(line: Line, letters: str) -> Line:
    """Lay the letters over the place of the cursor's mark and, where there are two, over the cell behind it."""
    words, ink = line[0]
    return ((letters, "alarm"), ((" " + words)[len(letters) :], ink), *line[1:])


def waited(handed: float, now: datetime) -> str:
    """Return how long ago a lead was handed over, by the wall: ``12 min``, ``5 h``, ``3 d``, ``7 w``."""
    seconds = max(int(now.timestamp() - handed), 0)
    for size, unit in ((7 * 86_400, "w"), (86_400, "d"), (3_600, "h")):
        if seconds >= size * (8 if unit == "w" else 1):
            return f"{seconds // size} {unit}"
    return f"{seconds // 60} min"


def _company(row: Row) -> str:
    return row.company if row.company != row.title else ""


def _scores(row: Row) -> str:
    return " ".join(fit_right("–" if score is None else str(score), 3) for score in (row.fit, row.engagement))
