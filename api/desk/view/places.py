"""Where a row stands, in the queue of one person or among all others: from the row, or from the base's columns."""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import compress
from operator import neg
from typing import Any, Protocol, TypeVar

from api.local.index.base import Base
from api.model.people import Person
from api.rules.queue import Row, concerns, order_key, waiting, whose

Key = tuple[float, float, float, str] | tuple[float, float, float, float, str]
"""What rows are sorted by; its first part is called the primary key, its last is the id."""

Pick = Callable[[Any], Sequence[Any]]
"""Takes out of a base's column what belongs to some of its leads, in some order."""

_Column = TypeVar("_Column", list[str], "array[float]")
_CHUNK = 1_024
_AWAKE = array("d", [float("-inf")] * _CHUNK).tobytes()
_FEW = 64
"""Moves that cost less one by one than by laying a list out anew."""


class Places(Protocol):
    """One way to sort rows, of which it may leave out some. Times are epoch seconds."""

    def of(self, row: Row, now: float) -> Key | None:
        """Return where a row stands at `now`, or None."""
        ...

    def based(self, base: Base, at: int, now: float) -> Key | None:
        """Return the same for a position of the base, without its row."""
        ...

    def primary(self, base: Base) -> "array[float]":
        """Return the primary key of every position of the base."""
        ...

    def sorted(self, base: Base, now: float, without: Collection[str]) -> Pick:
        """Return what picks the base's leads in order, without some."""
        ...


class Queue:
    """What waits for one person, as `order_key` sorts it."""

    def __init__(self, me: Person) -> None:
        self._me = me
        self._whose = whose(me)

    def of(self, row: Row, now: float) -> Key | None:
        """Return where a row stands at `now`, or None."""
        return order_key(row) if waiting(row, now) and concerns(row, self._me) else None

    def based(self, base: Base, at: int, now: float) -> Key | None:
        """Return the same for a position of the base."""
        return (base.due[at], base.handed[at], -base.score[at], base.ids[at]) if self.has(base, at, now) else None

    def has(self, base: Base, at: int, now: float) -> bool:
        """Say whether the lead at this position of the base stands in the queue at `now`."""
        if at >= base.new or base.wake[at] > now:
            return False
        return self._whose is None or base.owners[base.owner[at]] in self._whose

    def primary(self, base: Base) -> "array[float]":
        """Return the primary key of every position of the base."""
        return base.due

    def sorted(self, base: Base, now: float, without: Collection[str]) -> Pick:
        """Return what picks the base's leads in order, without some."""
        out = {*asleep(base, now), *(at for at in positions(base, without) if at < base.new)}
        if self._whose is None:
            return _Stretch(0, base.new, sorted(out))
        chosen = self._mine(base)
        for at in out:
            chosen[at] = False
        return lambda column: list(compress(column, chosen))

    def others(self, base: Base, now: float) -> Sequence[int]:
        """Return the positions of the undecided leads that do not stand in the queue."""
        out = asleep(base, now)
        if self._whose is None:
            return out
        mine = self._mine(base)
        for at in out:
            mine[at] = False
        return [at for at, one in enumerate(mine) if not one]

    def _mine(self, base: Base) -> bytearray:
        known = [self._whose is None or owner in self._whose for owner in base.owners]
        return bytearray(map(known.__getitem__, base.owner[: base.new]))


class Rest:
    """Every row that does not stand in the queue, newest handoff first."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def of(self, row: Row, now: float) -> Key | None:
        """Return where a row stands at `now`, or None."""
        return (-row.handed, 0.0, 0, row.id) if self._queue.of(row, now) is None else None

    def based(self, base: Base, at: int, now: float) -> Key | None:
        """Return the same for a position of the base."""
        return None if self._queue.has(base, at, now) else (-base.handed[at], 0.0, 0, base.ids[at])

    def primary(self, base: Base) -> "array[float]":
        """Return the primary key of every position of the base."""
        return array("d", map(neg, base.handed))

    def sorted(self, base: Base, now: float, without: Collection[str]) -> Pick:
        """Return what picks the base's leads in order, without some."""
        out = {*positions(base, without)}
        others = [at for at in self._queue.others(base, now) if at not in out]
        if not others:
            return _Stretch(base.new, base.count, sorted(at - base.new for at in out if at >= base.new))
        decided: Iterable[int] = range(base.new, base.count)
        chosen = [*others, *((at for at in decided if at not in out) if out else decided)]
        newest = self.primary(base)
        # Piece by piece at first, since one sort of all keeps every other thread waiting until it is done.
        for start in range(0, len(others), _CHUNK):
            chosen[start : start + _CHUNK] = sorted(chosen[start : start + _CHUNK], key=newest.__getitem__)
        chosen.sort(key=newest.__getitem__)
        _sort_equals(chosen, [newest[at] for at in chosen], base.ids)
        return lambda column: [column[at] for at in chosen]


class _Stretch:
    """Picks a stretch without the positions `cuts` in it."""

    def __init__(self, start: int, stop: int, cuts: Sequence[int]) -> None:
        self._start, self._stop, self._cuts = start, stop, cuts

    def __call__(self, column: _Column) -> _Column:
        return edited(column[self._start : self._stop], self._cuts, [], [])


def asleep(base: Base, now: float, stop: int | None = None) -> list[int]:
    """Return the positions of the leads that sleep at `now`; costs next to nothing while none does.

    Those before `stop`, or if it is not given those that are undecided.
    """
    return list(_asleep(base, now, base.new if stop is None else stop))


def _asleep(base: Base, now: float, stop: int) -> Iterator[int]:
    for start in range(0, stop, _CHUNK):
        piece = base.wake[start : min(start + _CHUNK, stop)]
        if piece.tobytes() != _AWAKE[: len(piece) * piece.itemsize]:
            yield from (at for at, wake in enumerate(piece, start) if wake > now)


def _sort_equals(places: list[int], keys: list[float], ids: list[str]) -> None:
    """Sort by id the places whose keys are equal; `keys` are theirs, ascending."""
    done = 0
    for start in [at for at in range(len(keys) - 1) if keys[at] == keys[at + 1]]:
        if start >= done:
            done = bisect_right(keys, keys[start], start)
            places[start:done] = sorted(places[start:done], key=ids.__getitem__)


def positions(base: Base, lead_ids: Collection[str]) -> list[int]:
    """Return where these leads stand in the base, as far as they do."""
    if len(lead_ids) * 64 < base.count:
        return [at for at in map(base.find, lead_ids) if at >= 0]
    return [at for at, lead_id in enumerate(base.ids) if lead_id in lead_ids]


def edited(column: _Column, cuts: Sequence[int], places: Sequence[int], items: Sequence[Any]) -> _Column:
    """Return `column` without the items at `cuts`, and with `items`, each before what stood at its place.

    Both are positions in the column as it is, ascending. When they are few, the column itself is changed.
    """
    if not column:
        column.extend(items)
        return column
    if len(cuts) + len(places) > _FEW:
        return _laid_out(column, cuts, places, items)
    cut, put = len(cuts) - 1, len(places) - 1
    while cut >= 0 or put >= 0:
        if put < 0 or (cut >= 0 and cuts[cut] >= places[put]):
            del column[cuts[cut]]
            cut -= 1
        else:
            column.insert(places[put], items[put])
            put -= 1
    return column


def _laid_out(column: _Column, cuts: Sequence[int], places: Sequence[int], items: Sequence[Any]) -> _Column:
    found = column[:0]
    done = cut = 0
    for place, item in zip(places, items, strict=True):
        while cut < len(cuts) and cuts[cut] < place:
            found += column[done : cuts[cut]]
            done = cuts[cut] + 1
            cut += 1
        found += column[done:place]
        found.append(item)
        done = place
    for at in cuts[cut:]:
        found += column[done:at]
        done = at + 1
    found += column[done:]
    return found
