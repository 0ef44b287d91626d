"""How the queue says when a lead is due: a sign, and a few cells of words."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from api.rules.clocks import BusinessClock
from api.rules.wording import business_span
from widgets.basis.runs import Run, fit_right

WIDTH = 10
"""Cells of a due mark."""

SOON = timedelta(hours=1)
"""Due within this wall-clock time is due soon."""


def due_mark(due: float | None, now: datetime, clock: BusinessClock) -> Run:
    """Return the mark of a lead due at `due` (epoch seconds): ``!`` and how late it is, or how long there is left.

    Business time; what is late by more than 90 days says the month instead.
    """
    if due is None:
        return (fit_right("no date", WIDTH), "dim")
    seconds = due - now.timestamp()
    if seconds < -90 * 86_400:
        since = datetime.fromtimestamp(due, UTC).astimezone()
        return ("! " + fit_right(f"{since:%b %Y}", WIDTH - 2), "alarm")
    words = "now" if abs(seconds) < 60 else _words(clock, int(due // 60), int(now.timestamp() // 60))
    if seconds <= 0:
        return ("! " + fit_right(words, WIDTH - 2), "alarm")
    return (fit_right(words, WIDTH), "accent" if seconds <= SOON.total_seconds() else "")


@lru_cache(4_096)
def _words(clock: BusinessClock, due: int, now: int) -> str:
    at = datetime.fromtimestamp(now * 60, UTC)
    left = clock.between(at, datetime.fromtimestamp(due * 60, UTC))
    return business_span(left) if left else "now"
