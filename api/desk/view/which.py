"""What stands in lists other than the queue: told from the row, or from the base's columns."""

from collections.abc import Sequence
from itertools import compress
from typing import Protocol

from api.desk.view.places import Queue, asleep
from api.local.index.base import STATES, Base
from api.model.lead import State
from api.model.people import Person
from api.rules.queue import Row, concerns, sleeping, waiting, whose
from api.rules.queue.views import free, owed

_ACCEPTED = STATES.index(State.ACCEPTED.value)


class Which(Protocol):
    """What stands in a list. Times are epoch seconds."""

    def has(self, row: Row, now: float) -> bool:
        """Say whether a row does at `now`."""
        ...

    def based(self, base: Base, at: int, now: float) -> bool:
        """Say the same of a position of the base."""
        ...

    def positions(self, base: Base, now: float) -> Sequence[int]:
        """Return the base's positions that do, ascending."""
        ...


class Waiting:
    """What waits for one person."""

    def __init__(self, me: Person, *, free_only: bool = False) -> None:
        self._queue = Queue(me)
        self._me = me
        self._free = free_only

    def has(self, row: Row, now: float) -> bool:
        """Say whether a row waits at `now`."""
        return waiting(row, now) and concerns(row, self._me) and (free(row.owner) or not self._free)

    def based(self, base: Base, at: int, now: float) -> bool:
        """Say the same of a position of the base."""
        return self._queue.has(base, at, now) and (not self._free or free(base.owners[base.owner[at]]))

    def positions(self, base: Base, now: float) -> Sequence[int]:
        """Return the base's positions that wait, ascending."""
        owners = whose(self._me)
        known = [(owners is None or owner in owners) and (free(owner) or not self._free) for owner in base.owners]
        chosen = bytearray(map(known.__getitem__, base.owner[: base.new]))
        for at in asleep(base, now):
            chosen[at] = False
        return list(compress(range(base.new), chosen))


class Sleeping:
    """What concerns one person and is put off."""

    def __init__(self, me: Person) -> None:
        self._me = me
        self._whose = whose(me)

    def has(self, row: Row, now: float) -> bool:
        """Say whether a row sleeps at `now`."""
        return sleeping(row, now) and concerns(row, self._me)

    def based(self, base: Base, at: int, now: float) -> bool:
        """Say the same of a position of the base."""
        if base.wake[at] <= now or (at >= base.new and base.state[at] != _ACCEPTED):
            return False
        return self._whose is None or base.owners[base.owner[at]] in self._whose

    def positions(self, base: Base, now: float) -> Sequence[int]:
        """Return the base's positions that sleep, ascending."""
        return [at for at in asleep(base, now, base.count) if self.based(base, at, now)]


class Owed:
    """What one person has accepted and owes an attempt, on one day."""

    def __init__(self, me: Person, today: int) -> None:
        # Only who has accepted a lead owes it anything, so no team's leads are among them.
        self._whose = None if whose(me) is None else frozenset({f"person:{me.id}"})
        self._today = today

    def has(self, row: Row, now: float) -> bool:
        """Say whether a row is owed an attempt at `now`."""
        return owed(row, now, self._today) and (self._whose is None or row.owner in self._whose)

    def based(self, base: Base, at: int, now: float) -> bool:
        """Say the same of a position of the base."""
        if base.state[at] != _ACCEPTED or base.wake[at] > now or base.next_on[at] > self._today:
            return False
        return self._whose is None or base.owners[base.owner[at]] in self._whose

    def positions(self, base: Base, now: float) -> Sequence[int]:
        """Return the base's positions that are owed one, ascending."""
        states = base.state.tobytes()
        found: list[int] = []
        at = states.find(_ACCEPTED, base.new)
        while at >= 0:
            if self.based(base, at, now):
                found.append(at)
            at = states.find(_ACCEPTED, at + 1)
        return found
