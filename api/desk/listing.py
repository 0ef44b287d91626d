"""Lists of leads: views, filters, orders, counts, and the views that somebody gave a name."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from api.desk.keeping import Keeping
from api.model import operation as op
from api.rules.queue import Order, View

if TYPE_CHECKING:
    from api.local.views import Views
    from api.rules.queue import NamedView

_DONE = (op.Accept, op.Reject, op.Disqualify, op.Qualify, op.Outcome, op.HandAgain)
"""The verbs that decide something."""


class Listing(Keeping):
    """The part of the desk that says which leads stand in which list."""

    _views: "Views | None" = None

    def queue(self, filter_text: str = "", view: View = View.MINE, order: Order = Order.DUE) -> list[str]:
        """Return the ids of the leads of a view, in an order; the list is not to be changed.

        As it is: what waits for me, what is due first at the top. With a filter (`api.rules.queue.Filter`) those of the
        view that match; of what waits for me and of all leads, what waits and matches, then every other match (decided,
        snoozed, other people's), newest handoff first.
        """
        now = self._now()
        if view is View.DONE:
            done = self._done(now)
            with self._lock:
                return self._view.narrowed(done, filter_text, now.timestamp(), None if order is Order.DUE else order)
        with self._lock:
            return self._view.queue(filter_text, now.timestamp(), view, order)

    def preparation(self, filter_text: str, view: View, order: Order) -> Callable[[], None] | None:
        """Return what takes its time before `queue` answers this at once, to be called off the event loop; or None."""
        if view is View.DONE:
            return None
        now = self._now()
        with self._lock:
            return self._view.preparation(self._lock, filter_text, now.timestamp(), view, order)

    def counts(self) -> Mapping[View, int]:
        """Return how many leads stand in each view."""
        now = self._now()
        done = len(self._done(now))
        with self._lock:
            return self._view.counts(now.timestamp()) | {View.DONE: done}

    def stirred(self) -> list[str]:
        """Return the refused leads of mine, my team's and nobody's that have done something since, the last first."""
        with self._lock:
            return self._view.rows.stirred(self._me)

    def _done(self, now: datetime) -> list[str]:
        """Return the leads that this person decided on today and has not taken back, the last decision first."""
        begins = self._clock.begins(self._clock.today(now))
        undone: set[str] = set()
        found: dict[str, None] = {}
        for held in self._ledger.recent():
            operation = held.operation
            if operation.at < begins:
                break
            if operation.undoes and held.counts:
                undone.add(operation.undoes)
            elif isinstance(operation.verb, _DONE) and operation.id not in undone:
                found[operation.target.id] = None
        rows = self._view.rows
        return [lead_id for lead_id in found if lead_id in rows]

    # --- named views -------------------------------------------------------------------------------------------

    def views(self) -> "Sequence[NamedView]":
        """Return the views that have a name, sorted by it. Reads a small file; `warnings` say what is wrong with it."""
        return self._named_views().read()

    def keep_view(self, view: "NamedView") -> None:
        """Keep a view under its name, in the place of one with that name. Blocks until it is on the disk.

        Raises:
            UnfitView: it can't be kept; the sentence says why.
            NotSaved: the disk did not take it.
        """
        self._named_views().keep(view)

    async def keep_view_soon(self, view: "NamedView") -> None:
        """Do `keep_view` off the event loop; raises what it raises."""
        import asyncio

        await asyncio.to_thread(self.keep_view, view)

    def drop_view(self, name: str) -> None:
        """Drop the view with this name. Blocks until that is on the disk.

        Raises:
            UnfitView: there is none.
            NotSaved: the disk did not take it.
        """
        self._named_views().drop(name)

    async def drop_view_soon(self, name: str) -> None:
        """Do `drop_view` off the event loop; raises what it raises."""
        import asyncio

        await asyncio.to_thread(self.drop_view, name)

    @property
    def warnings(self) -> list[str]:
        """Sentences about damage found on the disk and what was recovered."""
        return [*super().warnings, *(self._views.warnings if self._views is not None else ())]

    def _named_views(self) -> "Views":
        if self._views is None:
            # It needs a parser that starting does not.
            from api.local.views import Views

            self._views = Views(self._profile.views_path)
        return self._views
