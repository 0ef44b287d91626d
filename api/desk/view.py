"""What the screens show: the CRM's word, with this profile's own operations folded on top by the rules."""

import heapq
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from api.desk.held import Held
from api.desk.suppressing import Suppressing
from api.model.agreement import Agreement
from api.model.campaign import Campaign
from api.model.lead import Lead
from api.model.people import Person
from api.rules import lifecycle
from api.rules.queue import Filter, Row, concerns, order_key, row_of, waiting

_FEW = 64
"""Changes up to which moving rows one by one is cheaper than sorting anew; in long lists, one in so many rows."""


class Mirrored(Protocol):
    """What the view needs of the mirror."""

    @property
    def whole(self) -> int:
        """Number of the change up to which it lacks nothing."""
        ...

    def rows(self) -> Mapping[str, Row]:
        """Every lead's row as the CRM has it; the mapping is live."""
        ...

    def lead(self, lead_id: str) -> Lead | None:
        """The lead as the CRM has it."""
        ...

    def campaigns(self) -> Sequence[Campaign]:
        """Every campaign."""
        ...


class Rows(Mapping[str, Row]):
    """Every lead's row: ours where we have done something, else the mirror's. Live; nothing is copied."""

    def __init__(self, base: Mapping[str, Row]) -> None:
        self.base = base
        self.ours: dict[str, Row] = {}

    def __getitem__(self, lead_id: str) -> Row:
        ours = self.ours.get(lead_id)
        return ours if ours is not None else self.base[lead_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self.base)

    def __len__(self) -> int:
        return len(self.base)

    def all(self) -> Iterator[Row]:
        """Yield every row, faster than looking each one up."""
        ours = self.ours
        return (ours.get(lead_id, row) for lead_id, row in self.base.items()) if ours else iter(self.base.values())


class Order:
    """Rows kept sorted, so that one change moves one row; sorts anew only when much changed at once.

    `place` gives a row's key, or None for a row that does not belong in this order.
    """

    def __init__(self, rows: Rows, place: Callable[[Row], tuple[object, ...] | None]) -> None:
        self._rows = rows
        self._place = place
        self._key_of: dict[str, tuple[object, ...]] = {}
        self._keys: list[tuple[object, ...]] = []
        self._ids: list[str] = []
        self._hays: list[str] = []
        self._campaigns: list[str] = []
        self._stale: set[str] = set()
        self._built = False

    def touch(self, lead_id: str) -> None:
        """Note that a row is other than it was, new, or gone."""
        if self._built:
            self._stale.add(lead_id)

    def forget(self) -> None:
        """Note that every row may be other than it was."""
        self._built = False
        self._stale.clear()

    def ids(self) -> list[str]:
        """Return the ids in order."""
        self._settle()
        return self._ids.copy()

    def matching(self, words: tuple[str, ...], named: Callable[[str], frozenset[str]]) -> list[str]:
        """Return the ids of the rows in which every word occurs, in order.

        `named` gives the ids of the campaigns in whose names a word occurs, since a row knows its campaign by id alone.
        """
        self._settle()
        # The longest word leaves the fewest rows for the others to look at.
        first, *more = sorted(words, key=len, reverse=True)
        hays, campaigns = self._hays, self._campaigns
        if of := named(first):
            both = enumerate(zip(hays, campaigns, strict=True))
            hits = [at for at, (hay, campaign) in both if first in hay or campaign in of]
        else:
            hits = [at for at, hay in enumerate(hays) if first in hay]
        for word in more:
            of = named(word)
            hits = [at for at in hits if word in hays[at] or campaigns[at] in of]
        ids = self._ids
        return [ids[at] for at in hits]

    def _settle(self) -> None:
        if not self._built or len(self._stale) > max(_FEW, len(self._ids) // _FEW):
            self._sort()
        else:
            for lead_id in self._stale:
                self._move(lead_id)
        self._stale.clear()

    def _sort(self) -> None:
        place = self._place
        placed = ((place(row), row) for row in self._rows.all())
        found = sorted((key, row.id, row.hay, row.campaign_id) for key, row in placed if key is not None)
        self._keys = [key for key, _, _, _ in found]
        self._ids = [lead_id for _, lead_id, _, _ in found]
        self._hays = [hay for _, _, hay, _ in found]
        self._campaigns = [campaign for _, _, _, campaign in found]
        self._key_of = dict(zip(self._ids, self._keys, strict=True))
        self._built = True

    def _move(self, lead_id: str) -> None:
        old = self._key_of.pop(lead_id, None)
        if old is not None:
            at = bisect_left(self._keys, old)
            del self._keys[at], self._ids[at], self._hays[at], self._campaigns[at]
        row = self._rows.get(lead_id)
        key = self._place(row) if row is not None else None
        if row is not None and key is not None:
            at = bisect_left(self._keys, key)
            self._keys.insert(at, key)
            self._ids.insert(at, lead_id)
            self._hays.insert(at, row.hay)
            self._campaigns.insert(at, row.campaign_id)
            self._key_of[lead_id] = key


class Standpoint:
    """Who looks, and when (epoch seconds): what decides which rows wait for them."""

    def __init__(self, me: Person) -> None:
        self.me = me
        self.now = 0.0

    def sees_waiting(self, row: Row) -> bool:
        """Say whether the row stands in this person's queue now."""
        return waiting(row, self.now) and concerns(row, self.me)

    def place_waiting(self, row: Row) -> tuple[object, ...] | None:
        """Return the row's place in the queue."""
        return order_key(row) if self.sees_waiting(row) else None

    def place_rest(self, row: Row) -> tuple[object, ...] | None:
        """Return the row's place among all others, newest handoff first."""
        return None if self.sees_waiting(row) else (-row.handed, row.id)


class View:
    """The mirror with our own operations on top. Not thread-safe: the desk holds its lock.

    An operation shows while the CRM has not answered it, and after that for as long as the answer took effect and the
    mirror may not hold that effect yet. One that did not take effect does not show.
    """

    def __init__(self, mirror: Mirrored, me: Person, agreement_at: Callable[[int], Agreement]) -> None:
        self._mirror = mirror
        self._standpoint = Standpoint(me)
        self._agreement_at = agreement_at
        self._held: dict[str, dict[str, Held]] = {}
        self._answered: set[str] = set()
        self._suppressing = Suppressing(agreement_at)
        self._leads: dict[str, Lead] = {}
        self._whole = mirror.whole
        self._reached: dict[str, int] = {}
        self._wakes: list[tuple[float, str]] | None = None
        self._rows = Rows(mirror.rows())
        self._waiting = Order(self._rows, self._standpoint.place_waiting)
        self._rest = Order(self._rows, self._standpoint.place_rest)

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
        folded = self._leads.get(lead_id)
        return folded if folded is not None else self._mirror.lead(lead_id)

    def queue(self, text: str, now: float) -> list[str]:
        """Return what waits for me at `now` (epoch seconds), or with a filter what matches: waiting leads first."""
        self._wake(now)
        words = Filter.parse(text).words
        if not words:
            return self._waiting.ids()
        found = self._waiting.matching(words, self._named) + self._rest.matching(words, self._named)
        return found or self._identified(text.strip())

    def _identified(self, text: str) -> list[str]:
        """Return the leads with this id, here or at their source; of ids nobody sees, a part says nothing."""
        if text in self._rows:
            return [text]
        folded = text.casefold()
        return [row.id for row in self._rows.all() if row.source_id == folded]

    def _named(self, word: str) -> frozenset[str]:
        return frozenset(one.id for one in self._mirror.campaigns() if word in one.name.casefold())

    def waits_for_me(self, lead_id: str, now: float) -> bool:
        """Say whether the lead stands in my queue at `now` (epoch seconds)."""
        row = self._rows.get(lead_id)
        return row is not None and waiting(row, now) and concerns(row, self._standpoint.me)

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
        return self._suppressing.find(self._rows.base.values(), needles) if needles else set()

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
        """Work out anew how these leads look."""
        for lead_id in lead_ids:
            self._fold(lead_id)
            self._waiting.touch(lead_id)
            self._rest.touch(lead_id)
            row = self._rows.get(lead_id)
            if self._wakes is not None and row is not None and row.snoozed is not None:
                heapq.heappush(self._wakes, (row.snoozed, lead_id))

    def restart(self, me: Person, held: Iterable[Held], whole: int) -> None:
        """Begin again, after the mirror or the outbox became another."""
        self._standpoint.me = me
        self._held.clear()
        self._answered.clear()
        self._leads.clear()
        self._rows.ours.clear()
        self._reached.clear()
        self._whole = whole
        self._wakes = None
        self._rows.base = self._mirror.rows()
        self._suppressing.clear()
        for one in held:
            self._hold(one)
            self._suppressing.take(one, whole)
        for lead_id in {*self._held, *self._suppressing.find(self._rows.base.values())}:
            self._fold(lead_id)
        self._waiting.forget()
        self._rest.forget()

    def _fold(self, lead_id: str) -> None:
        self._leads.pop(lead_id, None)
        self._rows.ours.pop(lead_id, None)
        mine = self._shown(lead_id)
        lead = self._mirror.lead(lead_id) if mine or self._unwanted(lead_id) else None
        if lead is None:
            return
        me = self._standpoint.me
        folded = self._suppressing.applied(lead, me) if self._suppressing else lead
        for held in mine:
            folded = lifecycle.apply(folded, held.operation, me, self._agreement_at(held.operation.agreement)).lead
        if folded is not lead:
            self._leads[lead_id] = folded
            self._rows.ours[lead_id] = row_of(folded)

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
        row = self._rows.base.get(lead_id) if self._suppressing else None
        return row is not None and self._suppressing.mentioned(row)

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
        if now < self._standpoint.now:
            self._wakes = None
            self._waiting.forget()
            self._rest.forget()
        self._standpoint.now = now
        if self._wakes is None:
            self._wakes = [(row.snoozed, row.id) for row in self._rows.all() if row.snoozed is not None]
            heapq.heapify(self._wakes)
        while self._wakes and self._wakes[0][0] <= now:
            _, lead_id = heapq.heappop(self._wakes)
            self._waiting.touch(lead_id)
            self._rest.touch(lead_id)
