"""Own wishes not to be contacted that the mirror may not hold yet: they count for every record of the same person."""

from collections.abc import Callable

import msgspec

from api.desk.held import Held
from api.model.agreement import Agreement
from api.model.lead import Decided, Lead, Standing, State
from api.model.operation import Operation
from api.model.people import Person
from api.rules.conflicts import suppresses
from api.rules.identity import email_key, phone_key
from api.rules.suppression import suppressed_by, wish_about


class _Wish(msgspec.Struct, frozen=True):
    held: Held
    keys: tuple[str, ...]


class Suppressing:
    """The keys of the people who asked, from the operations themselves, so that a lead that comes later meets them too.

    Costs nothing per lead while there is no such operation.
    """

    def __init__(self, agreement_at: Callable[[int], Agreement]) -> None:
        self._agreement_at = agreement_at
        self._wishes: dict[str, _Wish] = {}
        self._needles: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self._wishes)

    def take(self, held: Held, whole: int) -> tuple[str, ...]:
        """Take in an operation or its new answer; returns what the rows have in common that may look different now.

        `whole` is the number of the change up to which the mirror lacks nothing: from there on it knows by itself.
        """
        operation = held.operation
        known = self._wishes.pop(operation.id, None)
        keys: tuple[str, ...] = ()
        if (known is not None or suppresses(operation.verb, self._agreement_at(operation.agreement))) and _holds(
            held, whole
        ):
            keys = _keys(operation)
        if keys:
            self._wishes[operation.id] = _Wish(held, keys)
        if known is None and not keys:
            return ()
        self._recount()
        return () if known is not None and known.keys == keys else _needles(keys or (known.keys if known else ()))

    def drop(self, held: Held) -> tuple[str, ...]:
        """Forget an operation that is gone; returns what `take` returns."""
        known = self._wishes.pop(held.operation.id, None)
        if known is None:
            return ()
        self._recount()
        return _needles(known.keys)

    def settle(self, whole: int) -> tuple[str, ...]:
        """Forget what the mirror holds by itself now; returns what `take` returns."""
        gone = [wish.held for wish in self._wishes.values() if not _holds(wish.held, whole)]
        return tuple(needle for held in gone for needle in self.drop(held))

    def clear(self) -> None:
        """Forget all."""
        self._wishes.clear()
        self._needles = ()

    @property
    def needles(self) -> tuple[str, ...]:
        """What the rows of the people who asked have in common, as it can be searched."""
        return self._needles

    def mentioned(self, hay: str) -> bool:
        """Say whether a row with this to be searched may be of somebody who asked not to be contacted."""
        return any(needle in hay for needle in self._needles)

    def applied(self, lead: Lead, me: Person) -> Lead:
        """Return the lead suppressed when the wish was noted on another record of the same person."""
        if lead.state is State.SUPPRESSED:
            return lead
        wishes = {
            key: _entry(wish.held.operation, me)
            for wish in self._wishes.values()
            if wish.held.operation.target.id != lead.id
            for key in wish.keys
        }
        entry = wish_about(lead, wishes)
        return lead if entry is None else suppressed_by(lead, entry)

    def _recount(self) -> None:
        self._needles = tuple({needle for wish in self._wishes.values() for needle in _needles(wish.keys)})


def _holds(held: Held, whole: int) -> bool:
    receipt = held.receipt
    return receipt is None or (receipt.result.took_effect and receipt.n > whole)


def _keys(operation: Operation) -> tuple[str, ...]:
    values = operation.seen.values
    return tuple(filter(None, (email_key(values.get("email", "")), phone_key(values.get("phone", "")))))


def _needles(keys: tuple[str, ...]) -> tuple[str, ...]:
    # Addresses and digits alone stand in what can be searched of a row.
    return tuple(key.partition(":")[2] for key in keys)


def _entry(operation: Operation, me: Person) -> Decided:
    """Return what the wish is in the trail of another record: who noted it, when and how."""
    verb = operation.verb
    return Decided(
        operation_id=operation.id,
        verb=verb.kind,
        by=me.id,
        by_name=me.name,
        at=operation.at,
        agreement=operation.agreement,
        decision_revision=0,
        before=Standing(),
        reason=getattr(verb, "reason", ""),
        answers=getattr(verb, "answers", {}),
        note=getattr(verb, "note", ""),
    )
