"""The touches of a lead as a time line, newest first."""

from collections.abc import Sequence
from datetime import datetime

from api.model.campaign import Campaign
from api.model.lead import Touch
from api.rules.showing.touches import Moment, time_line_of
from api.rules.wording import relative
from widgets.basis.runs import Line, fit, fit_right, heading, join, short, wrap

WHEN = 10
KIND = 12
FRESH = "•"
"""The sign of a touch of the last 24 hours; the heading says what it means."""


def time_line(touches: Sequence[Touch], campaign: Campaign | None, now: datetime, width: int) -> list[Line]:
    """Return when, what kind, what and through which channel; touches alike in a row as one, old ones counted."""
    if not touches:
        return []
    found = time_line_of(touches, campaign, now)
    fresh = f"{FRESH} {found.fresh} in the last 24 h" if found.fresh else ""
    lines = [heading("Touches", width, join([fresh, f"{found.total} in all"]))]
    lines += [_line(moment, now, width) for moment in found.moments]
    if older := found.older:
        first, last = relative(older[-1].at, now), relative(older[0].at, now)
        span = f"from {first} to {last}" if first != last else first
        words = f"{len(older)} older, {span}: {found.older_words()}"
        lines += [((" " * (WHEN + 3), ""), (part, "dim")) for part in wrap(words, width - WHEN - 3, 3)]
    return lines


def _line(moment: Moment, now: datetime, width: int) -> Line:
    touch = moment.newest
    sign, ink = (FRESH, "accent") if moment.fresh else (" ", "dim")
    kind = f"{moment.count}× {touch.kind}" if moment.count > 1 else touch.kind
    column = min(KIND, width - WHEN - 4)
    room = max(width - WHEN - column - 4, 0)
    return (
        (f"{fit_right(relative(touch.at, now), WHEN)} {sign} ", ink),
        (f"{fit(kind, column)} ", ""),
        (short(join([moment.title, touch.channel]), room), "dim"),
    )
