"""The part of the triage screen that shows one view or another of the desk, in some order."""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from textual import on
from textual.worker import Worker, WorkerCancelled

from api.errors import HandoffError
from api.rules.queue import NamedView, Order, View
from tui.screens.triage.finding import Finding
from tui.screens.triage.part import Part
from tui.screens.triage.wording import ORDERS, VIEWS, view_words
from widgets.frame.header import Header
from widgets.queue.lead_queue import LeadQueue
from widgets.queue.queue_row import Dress

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.desk import Desk


class Viewing(Finding, Part, inherit_bindings=False):
    """Knows which leads are shown, and why these."""

    desk: "Desk"
    view = View.MINE
    order = Order.DUE
    own: NamedView | None = None
    """The view of one's own that was picked or kept last."""
    _looking: Worker[None] | None = None
    _anew = False

    def begin_viewing(self) -> None:
        """Begin with the view and the order that the person has set."""
        self._left_at: dict[View, str] = {}
        settings = self.handoff.settings
        self.view, self.order = View(settings.view), Order(settings.order)
        self._usual = self.order
        self._orders: dict[View, Order] = {}
        self.queue.dress(Dress(self.view, self.order))

    def read_ids(self) -> list[str]:
        """Return the leads of the present view, filter and order; the list is not to be changed."""
        return self.desk.queue(self.filter_text, self.view, self.order)

    # laying ready

    def looks(self, *, fresh: bool) -> bool:
        """Say whether the queue can't be read at once, over very many leads: then it is, once that was laid ready.

        `fresh`: it begins at the top then.
        """
        if not self.ready:
            return False
        prepare = self.desk.preparation(self.filter_text, self.view, self.order)
        if prepare is None:
            self._stop_looking()
            return False
        self._anew |= fresh
        self._looking = self.run_worker(self._look(prepare), group="look", exclusive=True)
        return True

    async def _look(self, prepare: "Callable[[], None]") -> None:
        await asyncio.to_thread(prepare)
        fresh, self._anew, self._looking = self._anew, False, None
        self.read_queue(fresh=fresh)

    def _stop_looking(self) -> None:
        looking, self._looking, self._anew = self._looking, None, False
        if looking is not None:
            looking.cancel()

    @property
    def looking(self) -> bool:
        """Whether the queue shows what it showed before, until what is asked for now was laid ready."""
        return self._looking is not None

    async def looked(self) -> None:
        """Wait until the queue shows what is asked for."""
        while (looking := self._looking) is not None:
            with suppress(WorkerCancelled):
                await looking.wait()
            if self._looking is looking:
                # The program ends.
                return

    # what is shown

    @property
    def named(self) -> str:
        """The name of what is shown, where it is a view of one's own and nothing of it was changed since."""
        own = self.own
        if own is None or (own.filter.strip(), own.view, own.order) != (self.filter_text, self.view, self.order):
            return ""
        return own.name

    @property
    def view_words(self) -> str:
        """What is shown, in a few words: the view, or its own name, and the order where it is not the usual one."""
        return self.named or view_words(self.view, self.order)

    def order_of(self, view: View) -> Order:
        """Return the order in which a view was shown last, or the one that it begins with."""
        if view is self.view and not self.named:
            return self.order
        return self._orders.get(view, Order.DUE if view in (View.SNOOZED, View.DONE) else self._usual)

    async def show_view(self, view: View, order: Order, filter_text: str = "") -> None:
        """Show another view; the cursor comes to stand where it stood in it the last time."""
        self._left_at[self.view] = self.queue.lead_id
        if not self.named:
            self._orders[self.view] = self.order
        before = self.filter_text
        self.view, self.order = view, order
        self.queue.dress(Dress(view, order))
        if filter_text != before:
            await self.filter_by(filter_text)
        self.read_queue(fresh=True)
        await self.looked()
        self.queue.select(self._left_at.get(view, ""))
        self.follow()

    async def action_views(self) -> None:
        """Pick another view."""
        from tui.screens.views import ViewScreen, named_value

        present = named_value(self.named) if self.named else self.view.value
        named = await asyncio.to_thread(self.desk.views)
        await self.handoff.push_screen(ViewScreen(self.desk, named, present, self._view_picked))

    async def _view_picked(self, value: str | None) -> None:
        if value is None:
            # What was shown may have been dropped.
            if self.own is not None and self.own not in await asyncio.to_thread(self.desk.views):
                self.own = None
                self.show_header()
            return
        if value in set(View):
            text = "" if self.named else self.filter_text
            await self.show_view(View(value), self.order_of(View(value)), text)
            return
        name = value.partition(":")[2]
        for one in await asyncio.to_thread(self.desk.views):
            if one.name == name:
                self.own = one
                await self.show_view(one.view, one.order, one.filter)

    @on(Header.MiddleClicked)
    def _words_clicked(self) -> None:
        self.app.call_next(self.action_views)

    async def action_sort(self) -> None:
        """Pick another order."""
        from tui.screens.views import OrderScreen

        await self.handoff.push_screen(OrderScreen("Order the queue by", self.order.value, self._order_picked))

    async def _order_picked(self, value: str | None) -> None:
        if value is not None:
            await self.sort_by(Order(value))

    async def sort_by(self, order: Order) -> None:
        """Show the same leads in another order; the cursor stays on its lead."""
        if order is self.order:
            return
        self.order = order
        self.queue.dress(Dress(self.view, order))
        self.read_queue()
        await self.looked()
        self.queue.close_up()
        self.say(f"Ordered by {ORDERS[order][1]}: {ORDERS[order][2]}.")

    @on(LeadQueue.Sorted)
    async def _heading_clicked(self, clicked: LeadQueue.Sorted) -> None:
        await self.sort_by(clicked.order)

    async def action_keep_view(self) -> None:
        """Keep what is shown as a view of one's own."""
        from tui.screens.naming import NameScreen

        what = view_words(self.view, self.order, self.filter_text)
        taken = [one.name for one in await asyncio.to_thread(self.desk.views)]
        first = self.own.name if self.own is not None else ""
        await self.handoff.push_screen(NameScreen(what, first, taken, self._name_given))

    async def _name_given(self, name: str | None) -> None:
        if name is None:
            return
        own = NamedView(name, self.filter_text, self.view, self.order)
        try:
            await asyncio.to_thread(self.desk.keep_view, own)
        except HandoffError as problem:
            self.say(problem.sentence, alarm=True)
            return
        self.own = own
        self.show_header()
        self.say(f"Kept as “{name}”.", f"{self.handoff.key_words('triage.views')} shows your views")

    async def back_to_mine(self) -> bool:
        """Go back from another view, or from another order of this one; False when there is nothing to go back from."""
        if self.view is not View.MINE:
            await self.show_view(View.MINE, self.order_of(View.MINE))
            self.say(f"Back to {VIEWS[View.MINE][1]}.")
            return True
        if self.order is not self._usual:
            await self.sort_by(self._usual)
            return True
        return False
