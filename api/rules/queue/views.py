"""The lists that a person works with: what belongs into which."""

from enum import StrEnum

import msgspec

from api.model.lead import State
from api.model.people import Person, Role
from api.rules.queue.orders import Order
from api.rules.queue.rows import Row

_NEW = State.NEW.value
_ACCEPTED = State.ACCEPTED.value
_OPEN = frozenset({_NEW, _ACCEPTED})


class View(StrEnum):
    """One list of leads. A rep's are about their own leads, their team's and nobody's; others see everybody's."""

    MINE = "mine"
    """What waits for a decision."""
    TEAM = "team"
    """Of that, what nobody has taken for themselves: the team's, and nobody's."""
    SNOOZED = "snoozed"
    """What sleeps, first what wakes first."""
    ATTEMPTS = "attempts"
    """Accepted, and owed an attempt: the first one, or one whose day has come, or of which nobody has said when."""
    DONE = "done"
    """What one decided today, the last decision first, whatever has become of it."""
    ALL = "all"
    """Every lead: what waits first, then all others, newest handoff first."""


class NamedView(msgspec.Struct, frozen=True):
    """A list that somebody wants again: a view, narrowed down by a filter, in some order."""

    name: str
    filter: str = ""
    view: View = View.MINE
    order: Order = Order.DUE


def waiting(row: Row, now: float) -> bool:
    """Say whether the row waits for a decision at `now` (epoch seconds): undecided, and not asleep."""
    return row.state == _NEW and not _asleep(row, now)


def sleeping(row: Row, now: float) -> bool:
    """Say whether the row is put off at `now` (epoch seconds)."""
    return row.state in _OPEN and _asleep(row, now)


def owed(row: Row, now: float, today: int) -> bool:
    """Say whether the row is owed an attempt at `now` (epoch seconds), on the day `today` (see `Row.next_on`).

    One that was qualified is not: what was agreed with the lead then stands in the CRM's opportunity.
    """
    if row.state != _ACCEPTED or _asleep(row, now):
        return False
    return row.next_on is None or row.next_on <= today


def _asleep(row: Row, now: float) -> bool:
    return row.snoozed is not None and row.snoozed > now


def whose(person: Person) -> frozenset[str] | None:
    """Return whose leads stand in this person's queue, as rows name owners; None: everybody's.

    A rep's are their own, their team's and nobody's.
    """
    if person.role is not Role.REP:
        return None
    return frozenset({"", f"person:{person.id}", *([f"team:{person.team}"] if person.team else [])})


def concerns(row: Row, person: Person) -> bool:
    """Say whether the row belongs into this person's queue: a rep's own, their team's and nobody's; all for others."""
    owners = whose(person)
    return owners is None or row.owner in owners


def free(owner: str) -> bool:
    """Say whether an owner, as rows name them, is no single person: anybody concerned may take the lead."""
    return not owner.startswith("person:")
