"""Every list of leads that is kept sorted: the queue and the rest always, others from when they are asked for."""

from collections.abc import Callable, Iterator, Mapping
from math import inf
from typing import TYPE_CHECKING

from api.desk.view.line import Line
from api.desk.view.places import Places, Queue, Rest
from api.desk.view.rows import Rows
from api.model.people import Person
from api.rules.queue import Order, View, order_key

if TYPE_CHECKING:
    from api.desk.view import sorts
    from api.desk.view.which import Which
    from api.rules.queue.setting import Setting

_KEPT = 6
"""Lists kept beside the queue and the rest; of more, the one that was asked for longest ago goes."""


class Lists:
    """Lists of ids, each kept sorted as leads change. Not thread-safe: the desk holds its lock."""

    def __init__(self, rows: Rows, me: Person) -> None:
        self._rows = rows
        self._me = me
        self._queue = Queue(me)
        self.waiting = Line(rows, self._queue)
        """What waits for me."""
        self.rest = Line(rows, Rest(self._queue))
        """Everything else, newest handoff first."""
        self.until = inf
        """When the day ends that some of them are about (epoch seconds)."""
        self.named: Mapping[str, str] | None = None
        """The campaigns' names that some of them are sorted by; None while none is."""
        self._others: dict[tuple[View, Order, bool], Line] = {}

    def each(self) -> Iterator[Line]:
        """Yield every list, the queue and the rest first."""
        yield self.waiting
        yield self.rest
        yield from tuple(self._others.values())

    def touch(self, lead_id: str, *, late: bool = False) -> None:
        """Note that a row is other than it was (see `Line.touch`)."""
        for line in self.each():
            line.touch(lead_id, late=late)

    def forget(self, me: Person | None = None) -> None:
        """Note that every row may be other than it was, and whose lists these are."""
        self._me = me or self._me
        self._queue = Queue(self._me)
        self.waiting.forget(self._queue)
        self.rest.forget(Rest(self._queue))
        self.reckon_anew()

    def reckon_anew(self, view: View | None = None, order: Order | None = None) -> None:
        """Forget lists that rest on something else than rows: a day, a campaign's name."""
        for key in [key for key in self._others if view in (None, key[0]) and order in (None, key[1])]:
            del self._others[key]
        if view in (None, View.ATTEMPTS):
            self.until = inf
        if order in (None, Order.CAMPAIGN):
            self.named = None

    def line(self, view: View, order: Order, setting: "Callable[[], Setting]", *, rest: bool = False) -> Line:
        """Return the list of a view in an order; with `rest`, that of all leads that do not wait for me."""
        if (view, order) == (View.MINE, Order.DUE):
            return self.rest if rest else self.waiting
        key = (view, order, rest)
        line = self._others.pop(key, None)
        if line is None:
            line = Line(self._rows, self._places(view, order, setting, rest=rest))
        while len(self._others) >= _KEPT:
            del self._others[next(iter(self._others))]
        self._others[key] = line
        return line

    def ordered(self, ids: list[str], order: Order, setting: "Callable[[], Setting]") -> list[str]:
        """Return these ids in an order, whatever lists they stand in."""
        sort = self._sort(View.MINE, order, setting)
        rows = [row for row in map(self._rows.get, ids) if row is not None]
        return [row.id for row in sorted(rows, key=lambda row: (sort.of(row), *order_key(row)))]

    def _places(self, view: View, order: Order, setting: "Callable[[], Setting]", *, rest: bool) -> Places:
        # Needed only by who leaves the queue as it is.
        from api.desk.view import sorts

        sort = self._sort(view, order, setting)
        if rest:
            return sorts.RestSorted(Rest(self._queue), sort)
        return sorts.Sorted(self._which(view, setting), sort)

    def _sort(self, view: View, order: Order, setting: "Callable[[], Setting]") -> "sorts.Sort":
        from api.desk.view import sorts

        match order:
            case Order.WAITING:
                return sorts.ByHanded()
            case Order.SCORE:
                return sorts.ByScore()
            case Order.CAMPAIGN:
                self.named = setting().campaigns
                return sorts.ByCampaign(self.named)
            case Order.DUE if view is View.SNOOZED:
                return sorts.ByWake()
            case Order.DUE if view is View.ATTEMPTS:
                return sorts.ByAttempt(setting().begins)
            case Order.DUE:
                return sorts.ByDue()

    def _which(self, view: View, setting: "Callable[[], Setting]") -> "Which":
        from api.desk.view.which import Owed, Sleeping, Waiting

        match view:
            case View.SNOOZED:
                return Sleeping(self._me)
            case View.ATTEMPTS:
                now = setting()
                self.until = now.begins(now.today + 1)
                return Owed(self._me, now.today)
            case View.TEAM:
                return Waiting(self._me, free_only=True)
            case _:
                return Waiting(self._me)
