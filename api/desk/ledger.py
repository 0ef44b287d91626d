"""This profile's own operations: the outbox on the disk, and what is known of each, ready at hand."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count

import msgspec

from api.desk.view import Held
from api.local.outbox import Outbox
from api.model.operation import Operation, Receipt

KEPT = timedelta(days=30)
"""How long answered operations are offered again when the CRM's history turns out to be older than ours."""


class News(msgspec.Struct):
    """What other processes wrote: what is new or answered now, and what is gone (withdrawn, or past keeping)."""

    held: list[Held] = []
    gone: list[Held] = []

    def __bool__(self) -> bool:
        return bool(self.held or self.gone)


class Ledger:
    """Every operation of ours that was not withdrawn, oldest first, with its answer.

    Whatever writes blocks until the disk has it; whatever reads never waits for the disk.
    """

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._disk = threading.RLock()
        self._memory = threading.RLock()
        self._held: dict[str, Held] = {}
        self._pending: dict[str, Operation] = {}
        self._failed: dict[str, Held] = {}
        self._undone: set[str] = set()
        self._order: dict[str, int] = {}
        self._numbers = count()
        self._effective: dict[str, int] = {}
        """For each lead, the place of the last operation that took effect."""
        self._unseen = News()
        self._read()

    # reading

    def close(self) -> None:
        """Let go of the outbox's file."""
        self._outbox.close()

    def pending(self) -> list[Operation]:
        """Return the operations without an answer, oldest first."""
        with self._memory:
            return list(self._pending.values())

    def settled(self, since: datetime) -> list[Operation]:
        """Return the operations that took effect and were answered after `since`, oldest first."""
        return [
            held.operation
            for held in self.history()
            if held.receipt is not None and held.receipt.result.took_effect and held.receipt.at > since
        ]

    def history(self) -> list[Held]:
        """Return everything, oldest first."""
        with self._memory:
            return list(self._held.values())

    def get(self, operation_id: str) -> Held | None:
        """Return one operation."""
        return self._held.get(operation_id)

    def unsent(self, operation_id: str) -> bool:
        """Say whether an operation waits and was never offered, so that it may simply vanish."""
        entry = self._outbox.entry(operation_id)
        return entry is not None and entry.pending and not entry.offered

    def owing(self) -> tuple[int, datetime | None]:
        """Return how many operations have no answer, and when the oldest of them was made."""
        with self._memory:
            return len(self._pending), next((operation.at for operation in self._pending.values()), None)

    def unsettled(self) -> list[Held]:
        """Return the operations that did not take effect, newest first.

        Not those that a later operation on the lead which took effect has made unimportant, nor those whose author
        took them back anyway, nor the taking back of one that never took effect.
        """
        with self._memory:
            found = [held for key, held in self._failed.items() if key not in self._undone and self._matters(held)]
            return sorted(found, key=lambda held: self._order[held.operation.id], reverse=True)

    def _matters(self, held: Held) -> bool:
        operation = held.operation
        original = self._held.get(operation.undoes)
        if original is not None and original.receipt is not None and not original.receipt.result.took_effect:
            return False
        return self._effective.get(operation.target.id, -1) < self._order[operation.id]

    # writing

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep other threads from writing meanwhile."""
        with self._disk:
            yield

    def append(self, operations: Sequence[Operation]) -> list[Held]:
        """Put new operations on the disk in one flush.

        Raises:
            NotSaved: nothing was recorded.
        """
        with self._disk:
            self._outbox.append(operations)
            return [self._keep(Held(operation)) for operation in operations]

    def settle(self, receipts: Sequence[Receipt]) -> list[Held]:
        """Close operations with their answers in one flush; answers to operations not ours are ignored.

        Raises:
            NotSaved: nothing was recorded.
        """
        with self._disk:
            ours = [receipt for receipt in receipts if receipt.operation_id in self._held]
            if ours:
                self._outbox.settle(ours)
            return [self._keep(Held(self._held[one.operation_id].operation, one)) for one in ours]

    def withdraw(self, operations: Sequence[Operation]) -> list[Operation]:
        """Take back operations, in one flush; returns those that were, because the CRM can't have seen them.

        Raises:
            NotSaved: nothing was taken back.
        """
        with self._disk:
            done = set(self._outbox.withdraw([operation.id for operation in operations]))
            for operation_id in done:
                self._lose(operation_id)
            return [operation for operation in operations if operation.id in done]

    def offer(self, operations: Sequence[Operation]) -> list[Operation]:
        """Note that these are about to be sent; returns those of them that nobody has withdrawn meanwhile.

        Raises:
            NotSaved: the note could not be written; then nothing may be sent.
        """
        with self._disk:
            still = set(self._outbox.offer([operation.id for operation in operations]))
            return [operation for operation in operations if operation.id in still]

    def refresh(self) -> News:
        """Pick up what other processes wrote since the last call; nothing while another thread is just writing."""
        if not self._disk.acquire(blocking=False):
            return News()
        try:
            self._catch_up()
            with self._memory:
                news, self._unseen = self._unseen, News()
            return news
        finally:
            self._disk.release()

    def warnings(self) -> list[str]:
        """Return sentences about damage found on the disk and what was recovered."""
        return list(self._outbox.warnings)

    def _catch_up(self) -> None:
        if self._outbox.refresh():
            self._read()

    def _read(self) -> None:
        present = {entry.operation.id: entry for entry in self._outbox.entries() if not entry.withdrawn}
        with self._memory:
            gone = [held for key, held in self._held.items() if key not in present]
            for held in gone:
                self._lose(held.operation.id)
            self._unseen.gone.extend(gone)
            for key, entry in present.items():
                known = self._held.get(key)
                if known is None or known.receipt != entry.receipt:
                    self._unseen.held.append(self._keep(Held(entry.operation, entry.receipt)))

    def _keep(self, held: Held) -> Held:
        operation = held.operation
        key = operation.id
        with self._memory:
            self._held[key] = held
            order = self._order.setdefault(key, next(self._numbers))
            self._pending.pop(key, None)
            self._failed.pop(key, None)
            if operation.undoes:
                self._undone.add(operation.undoes)
            if held.receipt is None:
                self._pending[key] = operation
            elif held.receipt.result.took_effect:
                lead_id = operation.target.id
                self._effective[lead_id] = max(order, self._effective.get(lead_id, -1))
            else:
                self._failed[key] = held
        return held

    def _lose(self, key: str) -> None:
        with self._memory:
            held = self._held.pop(key, None)
            self._pending.pop(key, None)
            self._failed.pop(key, None)
            self._order.pop(key, None)
            if held is not None:
                self._undone.discard(held.operation.undoes)


def sendable(pending: Iterable[Operation], urgent: Callable[[Operation], bool], limit: int) -> list[list[Operation]]:
    """Cut pending operations into batches of at most `limit`, in order of sequence.

    Everything on a lead with an urgent operation goes first, so that a wish not to be contacted waits for nothing.
    """
    operations = list(pending)
    pressing = {operation.target.id for operation in operations if urgent(operation)}
    ordered = sorted(operations, key=lambda operation: operation.target.id not in pressing)
    return [ordered[start : start + limit] for start in range(0, len(ordered), limit)]
