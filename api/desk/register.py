"""This profile's own operations at hand, so that nothing that is often asked costs more the more of them there are."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator

from api.desk.held import Held
from api.model.operation import Operation, supersedes


class Order:
    """Ids of operations in the order of recording; most are added at the end."""

    def __init__(self) -> None:
        self._places: list[tuple[int, str]] = []

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[str]:
        return (key for _, key in self._places)

    def add(self, place: int, key: str) -> None:
        """Put an operation into its place."""
        if not self._places or self._places[-1] < (place, key):
            self._places.append((place, key))
        else:
            insort(self._places, (place, key))

    def remove(self, place: int, key: str) -> None:
        """Take an operation out, if it is there."""
        at = bisect_left(self._places, (place, key))
        if self._places[at : at + 1] == [(place, key)]:
            del self._places[at]

    def first(self) -> str | None:
        """Return the oldest."""
        return self._places[0][1] if self._places else None

    def before(self, bound: tuple[int, str] | None, count: int) -> list[tuple[int, str]]:
        """Return up to `count` places that come right before `bound`, or the last ones, oldest first."""
        end = len(self._places) if bound is None else bisect_left(self._places, bound)
        return self._places[max(end - count, 0) : end]


class Register:
    """Every operation that was not withdrawn, with its answer. Not thread-safe.

    What waits for an answer, and what waits for its author, is kept up with each change instead of looked for.
    """

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}
        self._places: dict[str, int] = {}
        self._all = Order()
        self._of_lead: dict[str, set[str]] = {}
        self._undone_by: dict[str, str] = {}
        self._takes_up: dict[str, tuple[str, str]] = {}
        self._referring: dict[str, set[str]] = {}
        """By operation, those that take it back and those that it is the answer to, or was."""
        self._pending = Order()
        self._open_on: dict[str, set[str]] = {}
        """By lead, what did not take effect or was put out of effect, answered or not."""
        self._unsettled = Order()
        self._overruled = Order()
        self._told: dict[str, tuple[Held, ...]] = {}
        self._owed: tuple[Operation, ...] | None = None

    # what there is

    def get(self, key: str) -> Held | None:
        """Return one operation."""
        return self._held.get(key)

    def history(self) -> list[Held]:
        """Return everything, oldest first."""
        return [self._held[key] for key in self._all]

    def before(self, bound: tuple[int, str] | None, count: int) -> tuple[list[Held], tuple[int, str] | None]:
        """Return up to `count` that come right before `bound` (at first None), newest first, and the next bound."""
        places = self._all.before(bound, count)
        return [self._held[key] for _, key in reversed(places)], places[0] if places else None

    def on_lead(self, lead_id: str) -> list[Held]:
        """Return the operations on one lead, oldest first."""
        return sorted((self._held[key] for key in self._of_lead.get(lead_id, ())), key=self._place)

    def knows(self, lead_id: str) -> bool:
        """Say whether there are, or were, operations on the lead."""
        return lead_id in self._of_lead

    def place(self, key: str) -> int:
        """Return an operation's place in the order of recording, withdrawn ones included; 0 for one not ours."""
        return self._places.get(key, 0)

    def taken_up(self, key: str) -> tuple[str, str] | None:
        """Return what this operation took up again, and by which way, if it did; also of one that was withdrawn."""
        return self._takes_up.get(key)

    def pending(self) -> tuple[Operation, ...]:
        """Return the operations without an answer, oldest first; the same object until that changes."""
        if self._owed is None:
            self._owed = tuple(self._held[key].operation for key in self._pending)
        return self._owed

    def owing(self) -> tuple[int, Operation | None]:
        """Return how many operations have no answer, and the oldest of them."""
        oldest = self._pending.first()
        return len(self._pending), self._held[oldest].operation if oldest is not None else None

    def unsettled(self) -> tuple[Held, ...]:
        """Return what did not take effect and still matters, newest first."""
        return self._newest_first("unsettled", self._unsettled)

    def overruled(self) -> tuple[Held, ...]:
        """Return what somebody put out of effect and its author has not answered yet, newest first."""
        return self._newest_first("overruled", self._overruled)

    def _newest_first(self, name: str, order: Order) -> tuple[Held, ...]:
        if name not in self._told:
            self._told[name] = tuple(self._held[key] for key in reversed(list(order)))
        return self._told[name]

    def _place(self, held: Held) -> int:
        return self._places[held.operation.id]

    # what becomes of it

    def note(self, key: str, place: int) -> None:
        """Note the place of an operation of which nothing else is known."""
        self._places.setdefault(key, place)

    def keep(self, held: Held) -> None:
        """Take in an operation, or what is new about it."""
        operation, place = held.operation, held.sequence
        key = operation.id
        if key in self._held and self._places[key] != place:
            self.lose(key)
        self._places[key] = place
        if key not in self._held:
            self._of_lead.setdefault(operation.target.id, set()).add(key)
            self._all.add(place, key)
        self._held[key] = held
        if operation.undoes:
            self._undone_by[operation.undoes] = key
            self._referring.setdefault(operation.undoes, set()).add(key)
        if held.resolution is not None and held.resolution.by:
            self._takes_up[held.resolution.by] = (key, held.resolution.how)
            self._referring.setdefault(held.resolution.by, set()).add(key)
        self._set_pending(key, place, pending=held.receipt is None)
        if held.failed or held.overruled is not None:
            self._open_on.setdefault(operation.target.id, set()).add(key)
        else:
            self._shut(operation, place)
        self._weigh(held)

    def lose(self, key: str) -> None:
        """Forget an operation, but for its place and what it took up."""
        held = self._held.pop(key, None)
        if held is None:
            return
        operation, place = held.operation, self._places[key]
        self._all.remove(place, key)
        self._set_pending(key, place, pending=False)
        self._of_lead[operation.target.id].discard(key)
        if self._undone_by.get(operation.undoes) == key:
            del self._undone_by[operation.undoes]
        self._shut(operation, place)
        self._weigh(held)

    def _shut(self, operation: Operation, place: int) -> None:
        opened = self._open_on.get(operation.target.id, ())
        if operation.id in opened:
            self._open_on[operation.target.id].discard(operation.id)
            self._list(self._unsettled, operation.id, place, listed=False)
            self._list(self._overruled, operation.id, place, listed=False)

    def _set_pending(self, key: str, place: int, *, pending: bool) -> None:
        self._owed = None
        self._pending.remove(place, key)
        if pending:
            self._pending.add(place, key)

    # what waits for its author

    def _weigh(self, changed: Held) -> None:
        """Work out anew what waits for its author on the leads that a changed operation is about, or refers to."""
        leads = {changed.operation.target.id}
        for key in self._related(changed.operation):
            if (other := self._held.get(key)) is not None:
                leads.add(other.operation.target.id)
        for lead_id in leads:
            for key in self._open_on.get(lead_id, ()):
                held, place = self._held[key], self._places[key]
                self._list(self._unsettled, key, place, listed=self._waits(held))
                self._list(self._overruled, key, place, listed=self._waits_overruled(held))

    def _related(self, operation: Operation) -> Iterable[str]:
        yield operation.undoes
        yield from self._referring.get(operation.id, ())
        yield from self._referring.get(operation.undoes, ())

    def _list(self, order: Order, key: str, place: int, *, listed: bool) -> None:
        order.remove(place, key)
        if listed:
            order.add(place, key)
        self._told.clear()

    def _waits(self, held: Held) -> bool:
        """Say whether an operation did not take effect, and its author has neither answered that nor gone past it.

        Gone past it: by a later decision on the lead which took effect, or by taking it back anyway; and the taking
        back of one that never took effect is nothing to answer.
        """
        key = held.operation.id
        return held.failed and key not in self._undone_by and not self._answered(held) and self._matters(held)

    def _waits_overruled(self, held: Held) -> bool:
        key = held.operation.id
        overruled = held.overruled is not None and held.receipt is not None and not held.failed
        return overruled and not self._undone(key) and not self._answered(held)

    def _undone(self, key: str) -> bool:
        """Say whether its author has taken an operation back, or is about to."""
        reopen = self._held.get(self._undone_by.get(key, ""))
        own = self._held.get(key)
        return reopen is not None and (reopen.counts or (own is not None and own.failed))

    def _answered(self, held: Held) -> bool:
        resolution = held.resolution
        return resolution is not None and not (resolution.by and self._undone(resolution.by))

    def _matters(self, held: Held) -> bool:
        operation = held.operation
        original = self._held.get(operation.undoes)
        if original is not None and original.failed:
            return False
        since = self._places[operation.id]
        return not any(
            supersedes(later.operation.verb, operation.verb) and self._stands(later, since)
            for later in (self._held[key] for key in self._of_lead.get(operation.target.id, ()))
        )

    def _stands(self, later: Held, since: int) -> bool:
        """Say whether an operation took effect and stands, and does more than take back what came after `since`."""
        operation = later.operation
        if later.receipt is None or later.failed or self._places[operation.id] <= since or self._undone(operation.id):
            return False
        return self._places.get(operation.undoes, -1) <= since
