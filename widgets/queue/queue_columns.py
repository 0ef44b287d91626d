"""The queue's columns: which there is room for, and how one row reads."""

from datetime import datetime
from functools import lru_cache
from typing import Protocol

import msgspec

from api.model.lead import State
from api.rules.clocks import BusinessClock
from api.rules.queue import Row
from widgets.basis.ink import CURSOR
from widgets.basis.runs import Line, fit, fit_right
from widgets.queue.due_mark import WIDTH as DUE
from widgets.queue.due_mark import due_mark

SCORES = 7
"""Cells of fit and engagement side by side."""

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


class Columns(msgspec.Struct, frozen=True):
    """Widths in cells; 0 means no room."""

    name: int
    company: int
    campaign: int
    scores: int


@lru_cache(64)
def columns(width: int) -> Columns:
    """Return the columns that fit into `width` cells beside cursor mark and due mark."""
    rest = width - 1 - DUE - 1
    if rest < 34:
        return Columns(max(rest, 1), 0, 0, 0)
    rest -= SCORES + 1
    if rest < 36:
        name = rest * 5 // 9
        return Columns(name, rest - name - 1, 0, SCORES)
    name = rest * 2 // 5
    company = (rest - name - 2) * 4 // 7
    return Columns(name, company, rest - name - company - 2, SCORES)


def headings(width: int, place: int, count: int, above: int) -> Line:
    """Return the line above the rows: how many are out of sight `above`; where scores have no room, the place too."""
    fits = columns(width)
    words = " " + fit(f"↑ {above}" if above else "", DUE - 4) + " due "
    if fits.scores:
        words += fit("name", fits.name) + " " + fit("company", fits.company) + " "
        if fits.campaign:
            words += fit("campaign", fits.campaign) + " "
        return ((words + "fit eng", "dim"),)
    return ((words + fit("name", fits.name - 12) + fit_right(f"{place} of {count}", 12), "dim"),)


def row_line(row: Row, width: int, now: datetime, clock: BusinessClock, words: RowWords, *, under: bool) -> Line:
    """Return one row; a decided lead says its state and by whom."""
    fits = columns(width)
    mark = (CURSOR if under else " ", "accent")
    if row.state != State.NEW.value:
        state = fit_right(STATE_WORDS.get(row.state, row.state), DUE)
        return (mark, *_apart(state, f"by {row.decided_by}" if row.decided_by else "", row, fits))
    asleep = row.snoozed is not None and row.snoozed > now.timestamp()
    due = (fit_right("asleep", DUE), "dim") if asleep else due_mark(row.due, now, clock)
    if other := words.whose(row):
        return (mark, *_apart(due[0], f"with {other}", row, fits))
    name_ink = "strong" if under else ""
    # In the ink of what follows, the empty place of the mark takes no bytes of its own.
    start = (mark, due) if under else ((" " + due[0], due[1]),)
    if not fits.scores:
        return (*start, (" " + fit(row.title, fits.name), name_ink))
    rest = fit(_company(row), fits.company) + " "
    if fits.campaign:
        rest += fit(words.campaign_words(row), fits.campaign) + " "
    return (*start, (" " + fit(row.title, fits.name) + " ", name_ink), (rest + _scores(row), "dim"))


def _apart(state: str, by: str, row: Row, fits: Columns) -> Line:
    """Return a row that waits for nobody here, all dim: what it is instead, and by or for whom."""
    if not fits.scores:
        return ((f"{state} {fit(f'{row.title} {by}'.strip(), fits.name)}", "dim"),)
    if fits.campaign:
        rest = f"{fit(_company(row), fits.company)} {fit(by, fits.campaign)}"
    else:
        rest = fit(by or _company(row), fits.company)
    return ((f"{state} {fit(row.title, fits.name)} {rest} {_scores(row)}", "dim"),)


def _company(row: Row) -> str:
    return row.company if row.company != row.title else ""


def _scores(row: Row) -> str:
    return " ".join(fit_right("–" if score is None else str(score), 3) for score in (row.fit, row.engagement))
