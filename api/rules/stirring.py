"""Leads that come back by themselves: put off until they do something, or refused, and they have done something since.

It is told from the lead alone, so client and hub say the same whatever reached which of them first.
"""

from collections.abc import Sequence

from api.model.lead import Lead, State, Touch

PASSIVE = frozenset({"ad shown", "ad view", "bounce", "delivered", "impression", "mail sent", "sent"})
"""Kinds of touch, lower-cased, that were done to the lead and not by it; likewise all that end in “ sent”."""

REFUSED = frozenset({State.REJECTED, State.DISQUALIFIED, State.RECYCLED, State.LOST})
"""The states of leads that somebody said no to, or lost."""


def woken_by(lead: Lead) -> Touch | None:
    """Return the last thing the lead did since it was put off until it does something; None while it sleeps on."""
    snooze = lead.snooze
    if snooze is None or not snooze.or_activity:
        return None
    return _last_since(lead.touches, snooze.at.timestamp() if snooze.at is not None else float("-inf"))


def stirred_by(lead: Lead) -> Touch | None:
    """Return the last thing a refused lead did since; None for others. What counts nowhere may stir as it likes."""
    decided = lead.decided
    if decided is None or lead.standing.state not in REFUSED or not lead.standing.counts:
        return None
    return _last_since(lead.touches, decided.at.timestamp())


def by_the_lead(kind: str) -> bool:
    """Say whether a touch of this kind is something that the lead did, rather than what was sent or shown to it."""
    kind = kind.casefold().replace("_", " ").replace("-", " ").replace("e mail", "mail").replace("email", "mail")
    return kind not in PASSIVE and not kind.endswith(" sent")


def _last_since(touches: Sequence[Touch], since: float) -> Touch | None:
    found = (touch for touch in touches if touch.at.timestamp() >= since and by_the_lead(touch.kind))
    return max(found, key=lambda touch: touch.at.timestamp(), default=None)
