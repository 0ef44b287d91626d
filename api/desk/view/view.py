"""The mirror with our own operations folded on top, and what waits for whom."""

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from math import isfinite
from typing import Protocol

from api.desk.held import Held
from api.desk.suppressing import Suppressing
from api.desk.view.order import Order
from api.desk.view.places import Queue, Rest, asleep
from api.desk.view.rows import Folded, Rows
from api.desk.view.words import Words
from api.local.index.base import Base, IndexDamaged
from api.local.index.shelf import Shelf
from api.model.agreement import Agreement
from api.model.campaign import Campaign
from api.model.lead import Lead
from api.model.people import Person
from api.rules import lifecycle
from api.rules.queue import Filter, concerns, row_of, waiting


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

    def __init__(self, mirror: Mirrored, me: Person, agreement_at: Callable[[int], Agreement]) -> None:
        self._mirror = mirror
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
        queue = Queue(me)
        self._waiting = Order(self._rows, queue)
        self._rest = Order(self._rows, Rest(queue))

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

    def queue(self, text: str, now: float) -> list[str]:
        """Return what waits for me at `now` (epoch seconds), or with a filter what matches: waiting leads first."""
        self._wake(now)
        words = Filter.parse(text).words
        if words:
            return self._matching(words, now) or self._identified(text.strip())
        if self._rest.made:
            # So that it lags behind by no more than a few changes, and lets go of a base that was replaced.
            self._rest.ids(now)
        return self._waiting.ids(now)

    def warm(self, lock: AbstractContextManager[object], now: Callable[[], float]) -> None:
        """Lay ready what the first search needs. Call it without the lock: it is taken for short moments only."""
        with lock:
            self._wake(now())
            drafts = [
                (order, order.begin(self._now, searched=True))
                for order in (self._waiting, self._rest)
                if not order.searched
            ]
        words = self._words_of(drafts[0][1].base) if drafts else None
        for order, draft in drafts:
            draft.make(words)
            with lock:
                order.take(draft)

    def keep_up(self, lock: AbstractContextManager[object], *, done: bool) -> None:
        """Sort anew when many rows are late, or any when all is `done`. Call it without the lock, as `warm`.

        What can be searched is made ready again in the end, for who wanted it before.
        """
        with lock:
            late = [order for order in (self._waiting, self._rest) if order.lags or (done and order.late)]
            drafts = [(order, order.begin(self._now, searched=done and order.wanted)) for order in late]
        words = self._words_of(drafts[0][1].base) if done and any(order.wanted for order in late) else None
        for order, draft in drafts:
            draft.make(words if order.wanted else None)
            with lock:
                order.take(draft)

    def _matching(self, words: tuple[str, ...], now: float) -> list[str]:
        words_of = cache(self._words_of)
        found = self._waiting.matching(words, self._named, words_of, now)
        return found + self._rest.matching(words, self._named, words_of, now)

    def _words_of(self, base: Base) -> Words:
        try:
            return Words.of(base)
        except (IndexDamaged, OSError):
            # The mirror reads everything anew at its next look.
            self._rows.shelf.damaged = True
            return Words([""] * base.count, [""] * base.count)

    def _identified(self, text: str) -> list[str]:
        """Return the leads with this id, here or at their source; of ids nobody sees, a part says nothing."""
        if text in self._rows:
            return [text]
        folded = text.casefold()
        return self._rows.known_as(folded)

    def _named(self, word: str) -> frozenset[str]:
        return frozenset(one.id for one in self._mirror.campaigns() if word in one.name.casefold())

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
            self._waiting.touch(lead_id, late=late and lead_id not in self._held)
            self._rest.touch(lead_id, late=late and lead_id not in self._held)
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
        queue = Queue(me)
        self._waiting.forget(queue)
        self._rest.forget(Rest(queue))

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
            self._waiting.forget()
            self._rest.forget()
        self._now = now
        if self._wakes is None:
            self._wakes = self._sleeping(now)
        while self._wakes and self._wakes[0][0] <= now:
            _, lead_id = heapq.heappop(self._wakes)
            self._waiting.touch(lead_id)
            self._rest.touch(lead_id)

    def _sleeping(self, now: float) -> list[tuple[float, str]]:
        """Return when leads awake that sleep at `now`, as a heap."""
        rows = (row for row in self._rows.differing().values() if row is not None)
        wakes = [(row.snoozed, row.id) for row in rows if row.snoozed is not None and now < row.snoozed]
        base = self._rows.shelf.base
        wakes += ((base.wake[at], base.ids[at]) for at in asleep(base, now))
        found = [wake for wake in wakes if isfinite(wake[0])]
        heapq.heapify(found)
        return found
