"""This profile's own operations: the outbox on the disk, and what is known of each, ready at hand."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

import msgspec

from api.desk.doing.story import Story
from api.desk.held import Held
from api.desk.register import Register
from api.local.entries import Entry, Overruled, Resolution
from api.local.errors import LocalError
from api.local.outbox import Outbox
from api.model.operation import Operation, Receipt, Result

KEPT = timedelta(days=30)
"""How long answered operations are offered again when the CRM's history turns out to be older than ours."""

_SOME = 64
"""Operations looked at in one go by who begins with the newest."""


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
        self._register = Register()
        self._story = Story()
        self._unseen = News()
        self._read(entry.operation.id for entry in outbox.entries())
        outbox.keep_listed(self._listed)

    def tidy(self) -> None:
        """Put away what is over for so long that nobody asks for it any more, when that is worth it.

        Blocks for a while then; what is gone by it is told with the next `refresh`.
        """
        # An old entry that stays a little longer does no harm.
        with self._disk, suppress(LocalError):
            self._outbox.drop_old()

    # reading

    def close(self) -> None:
        """Let go of the outbox's file."""
        self._outbox.close()

    def pending(self) -> Sequence[Operation]:
        """Return the operations without an answer, oldest first; the same object until that changes."""
        with self._memory:
            return self._register.pending()

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
            return self._register.history()

    def recent(self) -> Iterator[Held]:
        """Yield everything, newest first, read a little at a time: what is asked for first is there at once."""
        bound: tuple[int, str] | None = None
        while True:
            with self._memory:
                some, bound = self._register.before(bound, _SOME)
            if not some:
                return
            yield from some

    def get(self, operation_id: str) -> Held | None:
        """Return one operation."""
        return self._register.get(operation_id)

    def on_lead(self, lead_id: str) -> list[Held]:
        """Return the operations on one lead, oldest first."""
        with self._memory:
            return self._register.on_lead(lead_id)

    def has_effect_on(self, lead_id: str) -> bool:
        """Say whether an operation on the lead took effect."""
        # Asked of every lead that the CRM tells of, most of which are none of ours.
        known = self._register.knows(lead_id)
        return known and any(held.receipt is not None and held.counts for held in self.on_lead(lead_id))

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
            count, oldest = self._register.owing()
            return count, oldest.at if oldest is not None else None

    def place(self, operation_id: str) -> int:
        """Return an operation's place in the order of recording, withdrawn ones included; 0 for one not ours."""
        return self._register.place(operation_id)

    def taken_up(self, operation_id: str) -> tuple[str, str] | None:
        """Return what this operation took up again, and by which way, if it did."""
        return self._register.taken_up(operation_id)

    def unsettled(self) -> Sequence[Held]:
        """Return the operations that did not take effect and that their author has not answered yet, newest first.

        Not those that a later decision on the lead which took effect has made unimportant, nor those whose author
        took them back anyway, nor the taking back of one that never took effect. The same object until that changes.
        """
        with self._memory:
            return self._register.unsettled()

    def overruled(self) -> Sequence[Held]:
        """Return the operations that somebody put out of effect and whose author has not answered yet, newest first.

        The same object until that changes.
        """
        with self._memory:
            return self._register.overruled()

    def _listed(self) -> set[str]:
        return {held.operation.id for held in (*self.unsettled(), *self.overruled())}

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
            ours = [receipt for receipt in receipts if self._register.get(receipt.operation_id) is not None]
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
            matters = [taken[0] for key in done if (taken := self._register.taken_up(key)) is not None]
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
            self._read(self._outbox.heard())
            with self._memory:
                news, self._unseen = self._unseen, News()
            return news
        finally:
            self._disk.release()

    def warnings(self) -> list[str]:
        """Return sentences about damage found on the disk and what was recovered."""
        return list(self._outbox.warnings)

    # keeping in mind what the outbox holds

    def _read(self, operation_ids: Iterable[str]) -> None:
        """Take in what other processes wrote about these operations, and remember that nobody has heard of it yet."""
        keys = set(operation_ids)
        if not keys:
            return
        entries = self._entries_of(keys)
        present = {entry.operation.id for entry in entries if not entry.withdrawn}
        with self._memory:
            for key in keys - present:
                if (gone := self._register.get(key)) is not None:
                    self._unseen.gone.append(gone)
                    self._register.lose(key)
            for entry in entries:
                key = entry.operation.id
                self._register.note(key, entry.sequence)
                known, held = self._register.get(key), _held(entry)
                if entry.withdrawn or known == held:
                    continue
                self._register.keep(held)
                self._unseen.held.append(held)
                if held.overruled is not None and (known is None or known.overruled != held.overruled):
                    self._unseen.overruled.append(held)
            self._story.catch_up(entries)

    def _entries_of(self, operation_ids: Iterable[str]) -> list[Entry]:
        entries = [entry for key in operation_ids if (entry := self._outbox.entry(key)) is not None]
        return sorted(entries, key=lambda entry: entry.sequence)

    def _take(self, operation_ids: Iterable[str]) -> list[Held]:
        """Take in what the outbox has of these operations now."""
        taken: list[Held] = []
        entries = self._entries_of(operation_ids)
        with self._memory:
            for entry in entries:
                if entry.withdrawn:
                    self._register.lose(entry.operation.id)
                else:
                    held = _held(entry)
                    self._register.keep(held)
                    taken.append(held)
            self._story.catch_up(entries)
        return taken


def _held(entry: Entry) -> Held:
    return Held(entry.operation, entry.receipt, entry.overruled, entry.resolution, entry.sequence)
