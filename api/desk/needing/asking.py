"""Which leads of mine somebody else asks for, found without reading any other."""

from collections.abc import Callable, Iterable

from api.desk.view import Rows
from api.model.lead import Lead, Remark
from api.model.people import Owner, Person
from api.rules.wishes import open_wishes


class Asking:
    """Wishes on leads that belong to one person. Not thread-safe: the desk holds its lock.

    Only leads whose row says that they are this person's and asked for are ever decoded.
    """

    def __init__(self, rows: Rows, lead: Callable[[str], Lead | None], me: Person) -> None:
        self._rows = rows
        self._lead = lead
        self._owner = str(Owner("person", me.id))
        self._stale: set[str] | None = None
        """Leads to be looked at; None while nobody knows which."""
        self._open: dict[str, tuple[Remark, ...]] = {}

    def forget(self) -> None:
        """Note that every row may be other than it was."""
        self._stale = None
        self._open.clear()

    def touch(self, lead_ids: Iterable[str]) -> None:
        """Note that these leads may be other than they were."""
        if self._stale is not None:
            self._stale.update(one for one in lead_ids if one in self._open or self._may_be_asked_for(one))

    def known(self) -> int:
        """Return how many wishes there are."""
        self.look()
        return sum(len(wishes) for wishes in self._open.values())

    def look(self) -> bool:
        """Look at the leads of which it is not known; True when that brought anything to light."""
        stale = self._rows.asked(self._owner) if self._stale is None else self._stale
        self._stale = set()
        before = dict(self._open) if stale else self._open
        for lead_id in stale:
            self._look_at(lead_id)
        return self._open != before

    def open(self, lead_id: str) -> tuple[Remark, ...]:
        """Return the wishes on one lead, as it was when it was last looked at."""
        return self._open.get(lead_id, ())

    def at(self, lead_id: str) -> tuple[Remark, ...]:
        """Return the wishes on one lead as it is now."""
        self._look_at(lead_id)
        return self._open.get(lead_id, ())

    def all(self) -> list[tuple[str, Remark]]:
        """Return every wish with its lead's id, the oldest first."""
        self.look()
        found = [(lead_id, remark) for lead_id, wishes in self._open.items() for remark in wishes]
        return sorted(found, key=lambda one: (one[1].at, one[0]))

    def _look_at(self, lead_id: str) -> None:
        lead = self._lead(lead_id) if self._may_be_asked_for(lead_id) else None
        wishes = open_wishes(lead) if lead is not None else ()
        if wishes:
            self._open[lead_id] = wishes
        else:
            self._open.pop(lead_id, None)

    def _may_be_asked_for(self, lead_id: str) -> bool:
        row = self._rows.get(lead_id)
        return row is not None and row.asked and row.owner == self._owner
