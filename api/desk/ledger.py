"""This profile's own operations: the outbox on the disk, and what is known of each, ready at hand."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

import msgspec

from api.desk.doing.story import Story
from api.desk.held import Held
from api.local.entries import Entry, Overruled, Resolution
from api.local.errors import LocalError
from api.local.outbox import Outbox
from api.model.operation import Operation, Receipt, Result, supersedes

KEPT = timedelta(days=30)
"""How long answered operations are offered again when the CRM's history turns out to be older than ours."""


class News(msgspec.Struct):
    """What other processes wrote: what is new or answered now, and what is gone (withdrawn, or past keeping)."""

    held: list[Held] = []
    gone: list[Held] = []
    overruled: list[Held] = []
    """Those of `held` of which it is new that somebody put them out of effect."""

    def __bool__(self) -> bool:
        return bool(self.held or self.gone)


class Ledger:
    """Every operation of ours that was not withdrawn, oldest first, with its answer.

    Whatever writes blocks until the disk has it; whatever reads never waits for the disk, `entries` excepted.
    """

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._disk = threading.RLock()
        self._memory = threading.RLock()
        self._held: dict[str, Held] = {}
        self._pending: dict[str, Operation] = {}
        self._open: dict[str, Held] = {}
        """What did not take effect, or was put out of effect."""
        self._of_lead: dict[str, list[str]] = {}
        self._undone_by: dict[str, str] = {}
        self._order: dict[str, int] = {}
        self._takes_up: dict[str, tuple[str, str]] = {}
        """What each operation took up again, and how; still known when it was withdrawn."""
        self._story = Story()
        self._unseen = News()
        self._read()
        outbox.keep_listed(self._listed)
        # An old entry that stays a little longer does no harm; failing to open would.
        with suppress(LocalError):
            outbox.drop_old()
        if outbox.refresh():
            self._read()

    # reading

    def close(self) -> None:
        """Let go of the outbox's file."""
        self._outbox.close()

    def pending(self) -> list[Operation]:
        """Return the operations without an answer, oldest first."""
        with self._memory:
            return sorted(self._pending.values(), key=lambda operation: self._order[operation.id])

    def settled(self, since: datetime) -> list[Operation]:
        """Return what a CRM that has forgotten it is to be offered again, oldest first: the operations answered after
        `since` that took effect, or that another's decision kept from it and whose author has not answered that yet."""
        lost = (Result.CONFLICT, Result.TAKEN)
        with self._memory:
            dissenting = {
                held.operation.id for held in self.unsettled() if held.receipt and held.receipt.result in lost
            }
            return [
                held.operation
                for held in self.history()
                if held.receipt is not None and held.receipt.at > since
                if held.receipt.result.took_effect or held.operation.id in dissenting
            ]

    def history(self) -> list[Held]:
        """Return everything, oldest first."""
        with self._memory:
            return sorted(self._held.values(), key=self._place)

    def get(self, operation_id: str) -> Held | None:
        """Return one operation."""
        return self._held.get(operation_id)

    def on_lead(self, lead_id: str) -> list[Held]:
        """Return the operations on one lead, oldest first."""
        with self._memory:
            return sorted((self._held[key] for key in self._of_lead.get(lead_id, ())), key=self._place)

    def has_effect_on(self, lead_id: str) -> bool:
        """Say whether an operation on the lead took effect."""
        return any(held.receipt is not None and held.counts for held in self.on_lead(lead_id))

    def story(self) -> Story:
        """Return a copy of what was recorded and withdrawn, in the order in which it happened."""
        with self._memory:
            return self._story.copy()

    def entries(self) -> list[Entry]:
        """Return everything that the outbox keeps, withdrawn operations included, in the order of recording."""
        with self._disk:
            return self._outbox.entries()

    def archived(self) -> list[Entry]:
        """Return what the outbox is done with.

        Raises:
            LocalError: the archive can't be read.
        """
        with self._disk:
            return list(self._outbox.archived())

    def offered(self, operation_id: str) -> bool:
        """Say whether sending has begun at least once."""
        entry = self._outbox.entry(operation_id)
        return entry is not None and entry.offered

    def unsent(self, operation_id: str) -> bool:
        """Say whether an operation waits and was never offered, so that it may simply vanish."""
        entry = self._outbox.entry(operation_id)
        return entry is not None and entry.pending and not entry.offered

    def owing(self) -> tuple[int, datetime | None]:
        """Return how many operations have no answer, and when the oldest of them was made."""
        with self._memory:
            oldest = min(self._pending, key=self._order.__getitem__, default=None)
            return len(self._pending), self._pending[oldest].at if oldest is not None else None

    def place(self, operation_id: str) -> int:
        """Return an operation's place in the order of recording, withdrawn ones included; 0 for one not ours."""
        return self._order.get(operation_id, 0)

    def taken_up(self, operation_id: str) -> tuple[str, str] | None:
        """Return what this operation took up again, and by which way, if it did."""
        return self._takes_up.get(operation_id)

    def unsettled(self) -> list[Held]:
        """Return the operations that did not take effect and that their author has not answered yet, newest first.

        Not those that a later decision on the lead which took effect has made unimportant, nor those whose author
        took them back anyway, nor the taking back of one that never took effect.
        """
        with self._memory:
            found = [
                held
                for key, held in self._open.items()
                if held.failed and key not in self._undone_by and not self._answered(held) and self._matters(held)
            ]
            return sorted(found, key=self._place, reverse=True)

    def overruled(self) -> list[Held]:
        """Return the operations that somebody put out of effect and whose author has not answered yet, newest first."""
        with self._memory:
            found = [
                held
                for key, held in self._open.items()
                if held.overruled is not None and held.receipt is not None
                if not held.failed and not self._undone(key) and not self._answered(held)
            ]
            return sorted(found, key=self._place, reverse=True)

    def _listed(self) -> set[str]:
        return {held.operation.id for held in (*self.unsettled(), *self.overruled())}

    def _place(self, held: Held) -> int:
        return self._order[held.operation.id]

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
        since = self._order[operation.id]
        return not any(
            supersedes(later.operation.verb, operation.verb) and self._stands(later, since)
            for later in self.on_lead(operation.target.id)
        )

    def _stands(self, later: Held, since: int) -> bool:
        """Say whether an operation took effect and stands, and does more than take back what came after `since`."""
        operation = later.operation
        if later.receipt is None or later.failed or self._order[operation.id] <= since or self._undone(operation.id):
            return False
        return self._order.get(operation.undoes, -1) <= since

    # writing

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep other threads from writing meanwhile."""
        with self._disk:
            yield

    def append(
        self,
        operations: Sequence[Operation],
        resolutions: Mapping[str, Resolution] | None = None,
        receipts: Sequence[Receipt] = (),
        *,
        offered: bool = False,
    ) -> list[Held]:
        """Put new operations on the disk in one flush, with what they take up again, by its id, and known answers.

        With `offered`, the CRM may know of them from elsewhere.

        Raises:
            NotSaved: nothing was recorded.
        """
        with self._disk:
            self._outbox.append(operations, resolutions, receipts, offered=offered)
            return self._take({*(one.id for one in operations), *(resolutions or {})})

    def resolve(self, resolutions: Mapping[str, Resolution]) -> list[Held]:
        """Note in one flush what was done about operations.

        Raises:
            NotSaved: nothing was noted.
        """
        with self._disk:
            self._outbox.resolve(resolutions)
            return self._take(resolutions)

    def reconsider(self, operation_ids: Sequence[str]) -> list[Held]:
        """Take back in one flush what `resolve` noted.

        Raises:
            NotSaved: nothing was taken back.
        """
        with self._disk:
            self._outbox.reconsider(operation_ids)
            return self._take(operation_ids)

    def note_overruled(self, overruled: Mapping[str, Overruled]) -> list[Held]:
        """Note in one flush by whom operations were put out of effect.

        Raises:
            NotSaved: nothing was noted.
        """
        with self._disk:
            self._outbox.note_overruled(overruled)
            return self._take(overruled)

    def settle(self, receipts: Sequence[Receipt]) -> list[Held]:
        """Close operations with their answers in one flush; answers to operations not ours are ignored.

        Raises:
            NotSaved: nothing was recorded.
        """
        with self._disk:
            ours = [receipt for receipt in receipts if receipt.operation_id in self._held]
            if ours:
                self._outbox.settle(ours)
            return self._take(receipt.operation_id for receipt in ours)

    def withdraw(self, operations: Sequence[Operation]) -> list[Operation]:
        """Take back operations, in one flush; returns those that are, because the CRM can't have seen them.

        Those that another window has taken back meanwhile included.

        Raises:
            NotSaved: nothing was taken back.
        """
        with self._disk:
            done = set(self._outbox.withdraw([operation.id for operation in operations]))
            entries = (self._outbox.entry(operation.id) for operation in operations)
            done.update(entry.operation.id for entry in entries if entry is not None and entry.withdrawn)
            withdrawn = [operation for operation in operations if operation.id in done]
            matters = [taken[0] for key in done if (taken := self._takes_up.get(key)) is not None]
            self._take([*(operation.id for operation in withdrawn), *matters])
            return withdrawn

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
            if self._outbox.refresh():
                self._read()
            with self._memory:
                news, self._unseen = self._unseen, News()
            return news
        finally:
            self._disk.release()

    def warnings(self) -> list[str]:
        """Return sentences about damage found on the disk and what was recovered."""
        return list(self._outbox.warnings)

    # keeping in mind what the outbox holds

    def _read(self) -> None:
        entries = self._outbox.entries()
        present = {entry.operation.id: entry for entry in entries if not entry.withdrawn}
        with self._memory:
            self._order.update((entry.operation.id, entry.sequence) for entry in entries)
            gone = [held for key, held in self._held.items() if key not in present]
            for held in gone:
                self._lose(held.operation.id)
            self._unseen.gone.extend(gone)
            for key, entry in present.items():
                known = self._held.get(key)
                held = _held(entry)
                if known == held:
                    continue
                self._keep(held, entry.sequence)
                self._unseen.held.append(held)
                if held.overruled is not None and (known is None or known.overruled != held.overruled):
                    self._unseen.overruled.append(held)
            self._story.catch_up(entries)

    def _take(self, operation_ids: Iterable[str]) -> list[Held]:
        """Take in what the outbox has of these operations now."""
        taken: list[Held] = []
        entries = [entry for key in operation_ids if (entry := self._outbox.entry(key)) is not None]
        entries.sort(key=lambda entry: entry.sequence)
        with self._memory:
            for entry in entries:
                if entry.withdrawn:
                    self._lose(entry.operation.id)
                else:
                    taken.append(self._keep(_held(entry), entry.sequence))
            self._story.catch_up(entries)
        return taken

    def _keep(self, held: Held, sequence: int) -> Held:
        operation = held.operation
        key = operation.id
        if key not in self._held:
            self._of_lead.setdefault(operation.target.id, []).append(key)
        self._held[key] = held
        self._order[key] = sequence
        self._open.pop(key, None)
        if operation.undoes:
            self._undone_by[operation.undoes] = key
        if held.resolution is not None and held.resolution.by:
            self._takes_up[held.resolution.by] = (key, held.resolution.how)
        if held.receipt is None:
            self._pending[key] = operation
        else:
            self._pending.pop(key, None)
        if held.failed or held.overruled is not None:
            self._open[key] = held
        return held

    def _lose(self, key: str) -> None:
        held = self._held.pop(key, None)
        self._pending.pop(key, None)
        self._open.pop(key, None)
        if held is None:
            return
        operation = held.operation
        self._of_lead[operation.target.id].remove(key)
        if self._undone_by.get(operation.undoes) == key:
            del self._undone_by[operation.undoes]


def _held(entry: Entry) -> Held:
    return Held(entry.operation, entry.receipt, entry.overruled, entry.resolution, entry.sequence)
