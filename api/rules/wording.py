"""Times and sums in the words of the screens: relative within a day, dates beyond."""

from datetime import datetime, timedelta

from api.rules.clocks import BusinessClock


def span(length: timedelta) -> str:
    """Return a length of time in its largest sensible unit: ``45 s``, ``12 min``, ``3 h``, ``2 d``; sign dropped."""
    seconds = abs(int(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3_600:
        return f"{seconds // 60} min"
    if seconds < 86_400:
        return f"{seconds // 3_600} h"
    return f"{seconds // 86_400} d"


def relative(at: datetime, now: datetime) -> str:
    """Return ``12 min ago`` or ``in 3 h`` within a day of `now`, the date beyond (in the system's time zone)."""
    gap = at - now
    if abs(gap) < timedelta(minutes=1):
        return "just now"
    if abs(gap) >= timedelta(days=1):
        return at.astimezone().strftime("%Y-%m-%d")
    return f"in {span(gap)}" if gap > timedelta() else f"{span(gap)} ago"


def business_span(minutes: int) -> str:
    """Return business minutes as ``45 min`` or ``3 h``; sign dropped, since days of business hours mislead."""
    size = abs(minutes)
    return f"{size} min" if size < 60 else f"{size // 60:,} h".replace(",", " ")


SKEW = timedelta(minutes=5)
"""How far two clocks may be apart before it is worth a word."""


def skew_words(here: datetime, there: datetime) -> str:
    """Say that this machine's clock is far from the CRM's; empty while it is not."""
    gap = here - there
    if abs(gap) <= SKEW:
        return ""
    way = "ahead of" if gap > timedelta() else "behind"
    return f"This machine’s clock is {span(gap)} {way} the CRM’s: what is due is shown wrongly until it is set right."


def due_words(due_at: datetime, now: datetime, clock: BusinessClock) -> str:
    """Return ``due in 2 h`` or ``overdue 3 h`` in business time; a breached clock keeps counting.

    Less than a minute before or after, it is ``due now``. More than 90 days past due, the date says more than hours do:
    ``overdue since 2018-02-01``.
    """
    if now - due_at > timedelta(days=90):
        return f"overdue since {due_at.astimezone():%Y-%m-%d}"
    # Whole minutes of both, as the queue counts them, so that card and row never say different things.
    left = clock.between(now.replace(second=0, microsecond=0), due_at.replace(second=0, microsecond=0))
    if not left or abs(due_at - now) < timedelta(minutes=1):
        return "due now"
    return f"due in {business_span(left)}" if due_at > now else f"overdue {business_span(left)}"


def grouped(count: int) -> str:
    """Return a count with its thousands apart: ``12 400``."""
    return f"{count:,}".replace(",", " ")


def money(amount: float, currency: str) -> str:
    """Return an amount in whole units, thousands apart by a thin gap: ``12 400 EUR``."""
    return f"{amount:,.0f} {currency}".replace(",", " ").strip()
