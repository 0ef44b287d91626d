"""The mirror with our own operations folded on top, and what waits for whom."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from math import isfinite
from typing import TYPE_CHECKING, Protocol

from api.desk.held import Held
from api.desk.suppressing import Suppressing
from api.desk.view.finding import Finding
from api.desk.view.line import Line
from api.desk.view.lists import Lists
from api.desk.view.places import asleep
from api.desk.view.rows import Folded, Rows
from api.local.index.shelf import Shelf
from api.model.agreement import Agreement
from api.model.campaign import Campaign
from api.model.lead import Lead
from api.model.people import Person
from api.rules import lifecycle
from api.rules.queue import Filter, Order, concerns, row_of, waiting
from api.rules.queue import View as Which

if TYPE_CHECKING:
    from api.rules.queue.setting import Setting

_COUNTED = (Which.TEAM, Which.SNOOZED, Which.ATTEMPTS)
"""Lists that are kept so that they can be counted."""


_SOON = 5_000
"""Leads that are sorted and looked through sooner than anybody notices."""


def _nowhere(_now: float) -> "Setting":
    raise LookupError("This view was given no setting, so it knows neither days nor names.")


class Mirrored(Protocol):
    """What the view needs of the mirror."""

    @property
    def whole(self) -> int:
        """Number of the change up to which it lacks nothing."""
        ...

    def rows(self) -> Shelf:
        """Every lead's row as the CRM has it; live."""
        ...

    def lead(self, lead_id: str) -> Lead | None:
        """The lead as the CRM has it."""
        ...

    def campaigns(self) -> Sequence[Campaign]:
        """Every campaign."""
        ...


class View:
    """The mirror with our own operations on top. Not thread-safe: the desk holds its lock.

    An operation shows while the CRM has not answered it, and after that for as long as the answer took effect and the
    mirror may not hold that effect yet. One that did not take effect does not show.
    """

    def __init__(
        self,
        mirror: Mirrored,
        me: Person,
        agreement_at: Callable[[int], Agreement],
        setting: "Callable[[float], Setting] | None" = None,
    ) -> None:
        """`setting` says what filters and orders mean at a moment that are about more than rows."""
        self._mirror = mirror
        self._setting = setting or _nowhere
        self._me = me
        self._now = 0.0
        self._agreement_at = agreement_at
        self._held: dict[str, dict[str, Held]] = {}
        self._answered: set[str] = set()
        self._suppressing = Suppressing(agreement_at)
        self._whole = mirror.whole
        self._reached: dict[str, int] = {}
        self._wakes: list[tuple[float, str]] | None = None
        self._rows = Rows(mirror.rows())
        self._lists = Lists(self._rows, me)
        self._finding = Finding(self._rows, self._lists, mirror.campaigns, self._setting)

    # what is shown

    @property
    def rows(self) -> Rows:
        """Every lead's row; live."""
        return self._rows

    @property
    def whole(self) -> int:
        """Number of the change up to which the mirror lacks nothing."""
        return self._whole

    def lead(self, lead_id: str) -> Lead | None:
        """Return the lead with our operations folded on."""
        folded = self._rows.ours.get(lead_id)
        return folded.lead if folded is not None else self._mirror.lead(lead_id)

    def queue(self, text: str, now: float, which: Which = Which.MINE, order: Order = Order.DUE) -> list[str]:
        """Return what waits for me at `now` (epoch seconds), or with a filter what matches: waiting leads first.

        With another view, its leads, and with a filter those of them that match. Not what was done today: the view does
        not know that (see `narrowed`).
        """
        self._wake(now)
        asked = Filter.parse(text) if text else Filter()
        if not asked:
            return self._whole_list(which, order)
        if which not in (Which.MINE, Which.ALL):
            return self._finding.narrowed(self._line(which, order).ids(now), asked, now)
        found = self._finding.matching(asked, now, order)
        only_words = not (asked.conditions or asked.without)
        return found or (self._finding.identified(text.strip()) if only_words else found)

    def narrowed(self, ids: list[str], text: str, now: float, order: Order | None = None) -> list[str]:
        """Return those of `ids` that match, in their order or in the one asked for."""
        self._wake(now)
        asked = Filter.parse(text)
        found = self._finding.narrowed(ids, asked, now) if asked else ids
        return found if order is None else self._lists.ordered(found, order, self._setting_now)

    def counts(self, now: float) -> dict[Which, int]:
        """Return how many leads stand in each view at `now` (epoch seconds), but for what was done today."""
        self._wake(now)
        counts = {which: len(self._line(which, Order.DUE).ids(now)) for which in _COUNTED}
        return {Which.MINE: len(self._lists.waiting.ids(now)), **counts, Which.ALL: len(self._rows)}

    def names_changed(self) -> None:
        """Note that campaigns may have other names."""
        if self._lists.named is not None and self._lists.named != self._setting_now().campaigns:
            self._lists.reckon_anew(order=Order.CAMPAIGN)

    def _whole_list(self, which: Which, order: Order) -> list[str]:
        now = self._now
        self._finding.let_go()
        if self._lists.rest.made:
            # So that it lags behind by no more than a few changes, and lets go of a base that was replaced.
            self._lists.rest.ids(now)
        found = self._line(which, order).ids(now)
        return found + self._line(which, order, rest=True).ids(now) if which is Which.ALL else found

    def _line(self, which: Which, order: Order, *, rest: bool = False) -> Line:
        # All leads are those that wait, and the rest.
        which = Which.MINE if which is Which.ALL else which
        return self._lists.line(which, order, self._setting_now, rest=rest)

    def _setting_now(self) -> "Setting":
        return self._setting(self._now)

    def warm(self, lock: AbstractContextManager[object], now: Callable[[], float], *, counted: bool = False) -> None:
        """Lay ready what the first search needs, and if wanted what counting needs.

        Call it without the lock: it is taken for short moments only.
        """
        with lock:
            self._wake(now())
            drafts = [
                (line, line.begin(self._now, searched=True))
                for line in (self._lists.waiting, self._lists.rest)
                if not line.searched
            ]
        words = self._finding.words_of(drafts[0][1].base) if drafts else None
        for line, draft in drafts:
            draft.make(words)
            with lock:
                line.take(draft)
        for which in _COUNTED if counted else ():
            with lock:
                line = self._line(which, Order.DUE)
                counting = None if line.made else line.begin(self._now, searched=False)
            if counting is not None:
                counting.make()
                with lock:
                    line.take(counting)

    def preparation(
        self, lock: AbstractContextManager[object], text: str, now: float, which: Which, order: Order
    ) -> Callable[[], None] | None:
        """Return what takes its time before `queue` can answer this at once; None when it can.

        Call this with the lock held, and what it returns without it: that takes the lock for short moments only.
        """
        if len(self._rows) <= _SOON:
            return None
        self._wake(now)
        asked = Filter.parse(text) if text else Filter()
        lines = [line for line in self._lines_of(asked, which, order) if not line.made]
        facts = self._finding.unread(asked, now)
        if not lines and facts is None:
            return None

        def prepare() -> None:
            for line in lines:
                with lock:
                    draft = line.begin(self._now, searched=False)
                draft.make()
                with lock:
                    line.take(draft)
            if facts is not None:
                self._finding.read(facts)

        return prepare

    def _lines_of(self, asked: Filter, which: Which, order: Order) -> Iterator[Line]:
        """Yield the lists that `queue` goes by, but for the two that every search goes through."""
        everywhere = which in (Which.MINE, Which.ALL)
        if order is Order.DUE and everywhere:
            return
        yield self._line(which, order)
        if which is Which.ALL or (asked and everywhere):
            yield self._line(which, order, rest=True)

    def keep_up(self, lock: AbstractContextManager[object], *, done: bool) -> None:
        """Sort anew when many rows are late, or any when all is `done`. Call it without the lock, as `warm`.

        What can be searched is made ready again in the end, for who wanted it before.
        """
        with lock:
            late = [order for order in self._lists.each() if order.lags or (done and order.late)]
            drafts = [(order, order.begin(self._now, searched=done and order.wanted)) for order in late]
        words = self._finding.words_of(drafts[0][1].base) if done and any(order.wanted for order in late) else None
        for order, draft in drafts:
            draft.make(words if order.wanted else None)
            with lock:
                order.take(draft)

    def waits_for_me(self, lead_id: str, now: float) -> bool:
        """Say whether the lead stands in my queue at `now` (epoch seconds)."""
        row = self._rows.get(lead_id)
        return row is not None and waiting(row, now) and concerns(row, self._me)

    # what happens to it

    def hold(self, held: Held) -> set[str]:
        """Take in an operation of ours, or its new answer; returns the ids of leads that may look different now."""
        return {self._hold(held), *self._mentioning(self._suppressing.take(held, self._whole))}

    def drop(self, held: Held) -> set[str]:
        """Forget an operation that is gone; returns the ids of leads that may look different now."""
        lead_id = held.operation.target.id
        self._held.get(lead_id, {}).pop(held.operation.id, None)
        return {lead_id, *self._mentioning(self._suppressing.drop(held))}

    def _hold(self, held: Held) -> str:
        lead_id = held.operation.target.id
        self._held.setdefault(lead_id, {})[held.operation.id] = held
        if held.receipt is not None:
            self._answered.add(lead_id)
        return lead_id

    def _mentioning(self, needles: tuple[str, ...]) -> set[str]:
        return self._rows.shelf.having(needles) if needles else set()

    def arrived(self, numbers: Mapping[str, int], whole: int | None) -> set[str]:
        """Note what the mirror took in: the change number of each lead, and the number up to which it is whole.

        Returns the ids of the leads that may look different now.
        """
        affected = set(numbers)
        self._reached.update(numbers)
        if whole is not None:
            self._whole = whole
            self._reached.clear()
            affected |= self._answered
            affected |= self._mentioning(self._suppressing.settle(whole))
        return affected

    def refold(self, lead_ids: Iterable[str]) -> None:
        """Work out anew how these leads look. While there is no whole picture yet, where they stand may wait."""
        late = self._whole == 0
        for lead_id in lead_ids:
            self._fold(lead_id)
            self._lists.touch(lead_id, late=late and lead_id not in self._held)
            row = self._rows.get(lead_id)
            if self._wakes is not None and row is not None and row.snoozed is not None and isfinite(row.snoozed):
                heapq.heappush(self._wakes, (row.snoozed, lead_id))

    def restart(self, me: Person, held: Iterable[Held], whole: int) -> None:
        """Begin again, after the mirror or the outbox became another."""
        self._me = me
        self._held.clear()
        self._answered.clear()
        self._rows.ours.clear()
        self._reached.clear()
        self._whole = whole
        self._wakes = None
        self._rows.shelf = self._mirror.rows()
        self._suppressing.clear()
        for one in held:
            self._hold(one)
            self._suppressing.take(one, whole)
        for lead_id in {*self._held, *self._mentioning(self._suppressing.needles)}:
            self._fold(lead_id)
        self._lists.forget(me)

    def _fold(self, lead_id: str) -> None:
        self._rows.ours.pop(lead_id, None)
        mine = self._shown(lead_id)
        lead = self._mirror.lead(lead_id) if mine or self._unwanted(lead_id) else None
        if lead is None:
            return
        me = self._me
        folded = self._suppressing.applied(lead, me) if self._suppressing else lead
        for held in mine:
            folded = lifecycle.apply(folded, held.operation, me, self._agreement_at(held.operation.agreement)).lead
        if folded is not lead:
            self._rows.ours[lead_id] = Folded(folded, row_of(folded))

    def _shown(self, lead_id: str) -> list[Held]:
        """Return our operations on the lead that show, and forget those that do not."""
        mine = self._held.get(lead_id)
        if not mine:
            self._held.pop(lead_id, None)
            return []
        for key in [key for key, held in mine.items() if not self._shows(held)]:
            del mine[key]
        if all(held.receipt is None for held in mine.values()):
            self._answered.discard(lead_id)
        return sorted(mine.values(), key=lambda held: held.sequence)

    def _unwanted(self, lead_id: str) -> bool:
        return bool(self._suppressing) and self._suppressing.mentioned(self._rows.shelf.hay(lead_id))

    def _shows(self, held: Held) -> bool:
        receipt = held.receipt
        if receipt is None:
            return True
        return receipt.result.took_effect and receipt.n > max(
            self._whole, self._reached.get(held.operation.target.id, 0)
        )

    # order

    def _wake(self, now: float) -> None:
        """Let leads whose snooze has ended by `now` back into the queue."""
        if now < self._now:
            self._wakes = None
            self._lists.forget()
        if now >= self._lists.until:
            self._lists.reckon_anew(view=Which.ATTEMPTS)
        self._now = now
        if self._wakes is None:
            self._wakes = self._sleeping(now)
        while self._wakes and self._wakes[0][0] <= now:
            _, lead_id = heapq.heappop(self._wakes)
            self._lists.touch(lead_id)

    def _sleeping(self, now: float) -> list[tuple[float, str]]:
        """Return when leads awake that sleep at `now`, as a heap."""
        rows = (row for row in self._rows.differing().values() if row is not None)
        wakes = [(row.snoozed, row.id) for row in rows if row.snoozed is not None and now < row.snoozed]
        base = self._rows.shelf.base
        wakes += ((base.wake[at], base.ids[at]) for at in asleep(base, now, base.count))
        found = [wake for wake in wakes if isfinite(wake[0])]
        heapq.heapify(found)
        return found
