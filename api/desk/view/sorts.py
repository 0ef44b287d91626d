"""How lists are sorted other than the queue: told from the row, or from the base's columns."""

from array import array
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import chain, compress
from typing import Protocol

from api.desk.view.places import Key, Pick, Rest, positions
from api.desk.view.which import Which
from api.local.index.base import Base
from api.rules.queue import Row, order_key

_NEVER = float("inf")
_SCORES = (-32_768, 32_767)
"""What the column of scores can hold."""


class Sort(Protocol):
    """The first thing that a list is sorted by."""

    few: bool
    """Whether many leads have the same."""

    def of(self, row: Row) -> float:
        """Return it of a row."""
        ...

    def based(self, base: Base, at: int) -> float:
        """Return it of a position of the base."""
        ...

    def column(self, base: Base) -> "array[float]":
        """Return it of every position of the base."""
        ...


class ByDue:
    """What is due first."""

    few = False

    def of(self, row: Row) -> float:
        """Return when a row is due."""
        return _NEVER if row.due is None else row.due

    def based(self, base: Base, at: int) -> float:
        """Return the same of a position."""
        return base.due[at]

    def column(self, base: Base) -> "array[float]":
        """Return the same of every position."""
        return base.due


class ByHanded:
    """Who has waited longest."""

    few = False

    def of(self, row: Row) -> float:
        """Return when a row was handed over."""
        return row.handed

    def based(self, base: Base, at: int) -> float:
        """Return the same of a position."""
        return base.handed[at]

    def column(self, base: Base) -> "array[float]":
        """Return the same of every position."""
        return base.handed


class ByScore:
    """The best score first."""

    few = True

    def of(self, row: Row) -> float:
        """Return a row's score turned round, as far as the column reaches."""
        return float(-max(_SCORES[0], min(row.score, _SCORES[1])))

    def based(self, base: Base, at: int) -> float:
        """Return the same of a position."""
        return float(-base.score[at])

    def column(self, base: Base) -> "array[float]":
        """Return the same of every position."""
        # There are few different scores, so looking them up is faster than turning each round.
        turned = {score: float(-score) for score in set(base.score)}
        return array("d", list(map(turned.__getitem__, base.score)))


class ByCampaign:
    """By the campaign's name, those without one last."""

    few = True

    def __init__(self, names: Mapping[str, str]) -> None:
        ordered = sorted((name.casefold(), one) for one, name in names.items())
        self._rank = {one: float(rank) for rank, (_, one) in enumerate(ordered)}

    def of(self, row: Row) -> float:
        """Return the rank of a row's campaign."""
        return self._rank.get(row.campaign_id, _NEVER)

    def based(self, base: Base, at: int) -> float:
        """Return the same of a position."""
        return self._rank.get(base.campaigns[base.campaign[at]], _NEVER)

    def column(self, base: Base) -> "array[float]":
        """Return the same of every position."""
        ranks = [self._rank.get(one, _NEVER) for one in base.campaigns]
        return array("d", list(map(ranks.__getitem__, base.campaign)))


class ByWake:
    """What wakes first."""

    few = False

    def of(self, row: Row) -> float:
        """Return when a row wakes."""
        return -_NEVER if row.snoozed is None else row.snoozed

    def based(self, base: Base, at: int) -> float:
        """Return the same of a position."""
        return base.wake[at]

    def column(self, base: Base) -> "array[float]":
        """Return the same of every position."""
        return base.wake


class ByAttempt:
    """What is owed first: the first attempt, or what was agreed for a day."""

    few = False

    def __init__(self, begins: Callable[[int], float]) -> None:
        self._begins = begins
        self._known: dict[int, float] = {}

    def of(self, row: Row) -> float:
        """Return when a row's attempt is owed."""
        if row.next_on is not None:
            return self._day(row.next_on)
        return _NEVER if row.due is None else row.due

    def based(self, base: Base, at: int) -> float:
        """Return the same of a position."""
        return self._day(base.next_on[at]) if base.next_on[at] else base.due[at]

    def column(self, base: Base) -> "array[float]":
        """Return the same of every position."""
        found = base.due[:]
        for at in compress(range(base.count), base.next_on):
            found[at] = self._day(base.next_on[at])
        return found

    def _day(self, day: int) -> float:
        if day not in self._known:
            self._known[day] = self._begins(day)
        return self._known[day]


class _Column:
    """What a list is sorted by, kept from sorting until it is asked for once more right after that."""

    def __init__(self, sort: Sort) -> None:
        self._sort = sort
        self._made: tuple[Base, array[float]] | None = None

    def make(self, base: Base) -> "array[float]":
        self._made = (base, self._sort.column(base))
        return self._made[1]

    def take(self, base: Base) -> "array[float]":
        made, self._made = self._made, None
        return made[1] if made is not None and made[0] is base else self._sort.column(base)


class Sorted:
    """The leads of one list in one order (a `Places`). Equals stand as in the queue."""

    def __init__(self, which: Which, sort: Sort) -> None:
        self._which = which
        self._sort = sort
        self._column = _Column(sort)

    def of(self, row: Row, now: float) -> Key | None:
        """Return where a row stands at `now`, or None."""
        return (self._sort.of(row), *order_key(row)) if self._which.has(row, now) else None

    def based(self, base: Base, at: int, now: float) -> Key | None:
        """Return the same for a position of the base."""
        if not self._which.based(base, at, now):
            return None
        return (self._sort.based(base, at), base.due[at], base.handed[at], -base.score[at], base.ids[at])

    def primary(self, base: Base) -> "array[float]":
        """Return the primary key of every position of the base."""
        return self._column.take(base)

    def sorted(self, base: Base, now: float, without: Collection[str]) -> Pick:
        """Return what picks the base's leads in order, without some."""
        out = {*positions(base, without)}
        chosen = [at for at in self._which.positions(base, now) if at not in out]
        if chosen and chosen[-1] >= base.new:
            # Decided ones stand in another order there.
            ids, due, handed, score = base.ids, base.due, base.handed, base.score
            chosen.sort(key=lambda at: (due[at], handed[at], -score[at], ids[at]))
        return _picking(chosen, self._column.make(base), few=self._sort.few)


class RestSorted:
    """Every lead that does not stand in the queue, in one order (a `Places`). Of equals the newest handoff first."""

    def __init__(self, rest: Rest, sort: Sort) -> None:
        self._rest = rest
        self._sort = sort
        self._column = _Column(sort)

    def of(self, row: Row, now: float) -> Key | None:
        """Return where a row stands at `now`, or None."""
        stands = self._rest.of(row, now)
        return None if stands is None else (self._sort.of(row), *stands)

    def based(self, base: Base, at: int, now: float) -> Key | None:
        """Return the same for a position of the base."""
        stands = self._rest.based(base, at, now)
        return None if stands is None else (self._sort.based(base, at), *stands)

    def primary(self, base: Base) -> "array[float]":
        """Return the primary key of every position of the base."""
        return self._column.take(base)

    def sorted(self, base: Base, now: float, without: Collection[str]) -> Pick:
        """Return what picks the base's leads in order, without some."""
        chosen = self._rest.sorted(base, now, without)(list(range(base.count)))
        return _picking(chosen, self._column.make(base), few=self._sort.few)


def _picking(chosen: Sequence[int], primary: "array[float]", *, few: bool) -> Pick:
    # Equals keep their order, which is the right one already.
    if few:
        # Laid beside each other by their few values sooner than compared.
        shelves: dict[float, list[int]] = {value: [] for value in sorted(set(primary))}
        for at in chosen:
            shelves[primary[at]].append(at)
        ordered = list(chain.from_iterable(shelves.values()))
    else:
        ordered = sorted(chosen, key=primary.__getitem__)
    return lambda column: [column[at] for at in ordered]
