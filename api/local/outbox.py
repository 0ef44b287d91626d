"""The outbox: what was decided here and what the CRM answered. Precious; every change is flushed before it counts."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from api.local.entries import Archive, Entry, Overruled, Resolution
from api.local.errors import NotSaved, Unreadable, unreadable
from api.local.files import Files
from api.local.frames import Header
from api.local.layout import UNDECODABLE, Changed
from api.local.sink import Damage
from api.local.storage import JournalStorage
from api.local.tables import JournalDatabase, JournalTable
from api.model.operation import Operation, Receipt

HEADER = Header("handoff outbox", 1)

KEPT = timedelta(days=30)
"""How long closed entries stay: long enough to be offered again when the CRM was restored from a backup."""

_WORTHWHILE = 64 * 1024


class _Recorded(msgspec.Struct, frozen=True):
    sequence: int
    operation: Operation


class _Settled(msgspec.Struct, frozen=True):
    receipt: Receipt
    at: datetime


class _Marked(msgspec.Struct, frozen=True):
    at: datetime


class _Last(msgspec.Struct, frozen=True):
    sequence: int


_recorded = msgspec.json.Decoder(_Recorded).decode
_settled = msgspec.json.Decoder(_Settled).decode
_marked = msgspec.json.Decoder(_Marked).decode
_last = msgspec.json.Decoder(_Last).decode
_resolution = msgspec.json.Decoder(Resolution).decode
_overruled = msgspec.json.Decoder(Overruled).decode

_TABLES = ("operation", "receipt", "withdrawn", "offered", "overruled", "resolution", "last")
"""In the order in which they are read: operations first, what is said of them after."""


def _now() -> datetime:
    return datetime.now(UTC)


class Outbox:
    """Every operation of this profile in the order it was recorded; shared by all processes on the profile.

    `warnings` are sentences about damage found and what was recovered. An operation that another version of the
    program wrote and this one can't read is never dropped and never sent: it is kept as it is and warned of.
    """

    def __init__(self, database: JournalDatabase, now: Callable[[], datetime], archive: Archive) -> None:
        storage = database.storage
        if not isinstance(storage, JournalStorage):
            raise TypeError("An outbox needs a database over a journal.")
        self._storage = storage
        self._now = now
        self._archive = archive
        self._operations = _table(database, "operation")
        self._overruled = _table(database, "overruled")
        self._resolutions = _table(database, "resolution")
        self._taken_up: dict[str, str] = {}
        """What was taken up again, by the operation that did so."""
        self._receipts = _table(database, "receipt")
        self._withdrawn = _table(database, "withdrawn")
        self._offered = _table(database, "offered")
        self._entries: dict[str, Entry] = {}
        self._closed_at: dict[str, datetime] = {}
        self._lost: dict[str, Entry] = {}
        self._listed: Callable[[], Collection[str]] = self._open_ids
        self._ordered: list[Entry] | None = None
        self._last = 0
        self._own_warnings: list[str] = []
        self._fresh: set[str] = set()
        """What others than this window wrote, or took away, and nobody has heard of yet."""
        self._unsure = False
        """Whether that may be anything, since a part of it could not be read."""
        self._absorb()
        self._fresh.clear()

    @classmethod
    def open(cls, path: Path, *, now: Callable[[], datetime] = _now, files: Files | None = None) -> "Outbox":
        """Open the outbox at `path`; a missing one is made by the first `append`.

        Raises:
            JournalTooNew: a newer program wrote it.
            Unreadable: the disk can't be read.
        """
        marker = path.with_suffix(".marker")
        database = JournalDatabase(path, HEADER, durable=True, damage=Damage.SALVAGE, marker=marker, files=files)
        return cls(database, now, Archive(path.with_name("archive.journal"), files))

    def keep_listed(self, listed: Callable[[], Collection[str]]) -> None:
        """Never let go of what `listed` names: the ids of what its author has yet to answer, as far as that is known.

        Until this is called, those are the entries that are open by themselves.
        """
        self._listed = listed

    def close(self) -> None:
        """Let go of the file."""
        self._storage.close()

    @property
    def warnings(self) -> list[str]:
        """Sentences about damage found and recovered, in the order it was found."""
        return [*self._storage.journal.warnings, *self._own_warnings, *self._archive.warnings]

    def append(
        self,
        operations: Sequence[Operation],
        resolutions: Mapping[str, Resolution] | None = None,
        receipts: Sequence[Receipt] = (),
        *,
        offered: bool = False,
    ) -> None:
        """Record operations with one flush, all or none; one that is recorded already is left as it is.

        `resolutions` are recorded with them: what they take up again, by its id; `receipts` are those that new ones of
        them have already. With `offered`, the CRM may know of them from elsewhere, so that none can be withdrawn.

        Raises:
            NotSaved: none of them is kept, and none may be shown.
            JournalTooNew: a newer program took the outbox over meanwhile.
        """
        with self._storage.journal.exclusive(writing=True):
            self._ready()
            new = {operation.id: operation for operation in operations if operation.id not in self._entries}
            recorded = [
                ("operation", id_, _Recorded(sequence, operation))
                for sequence, (id_, operation) in enumerate(new.items(), start=self._last + 1)
            ]
            resolved = [("resolution", id_, resolution) for id_, resolution in (resolutions or {}).items()]
            now = self._now()
            answered = [
                ("receipt", one.operation_id, _Settled(one, now)) for one in receipts if one.operation_id in new
            ]
            begun = [("offered", id_, _Marked(now)) for id_ in new] if offered else []
            lines: list[list[Changed]] = [[change] for change in recorded + begun + answered + resolved]
            if lines:
                self._storage.append(lines)
            self._written({*new, *(resolutions or {})})

    def resolve(self, resolutions: Mapping[str, Resolution]) -> None:
        """Note what was done about these operations, with one flush; ids that are not here are ignored.

        Raises:
            NotSaved: nothing is noted.
        """
        self._note(self._resolutions, resolutions)

    def reconsider(self, operation_ids: Iterable[str]) -> None:
        """Take back what was noted by `resolve`, with one flush.

        Raises:
            NotSaved: nothing is taken back.
        """
        now = self._now()
        self._note(self._resolutions, {id_: Resolution("", now) for id_ in operation_ids})

    def note_overruled(self, overruled: Mapping[str, Overruled]) -> None:
        """Note by whom these operations, which had taken effect, were put out of it, with one flush.

        Raises:
            NotSaved: nothing is noted.
        """
        self._note(self._overruled, overruled)

    def archived(self) -> Iterator[Entry]:
        """Yield what `drop_old` has taken out of the outbox, in the order in which it was taken out.

        Raises:
            LocalError: the archive can't be read.
        """
        return self._archive.entries()

    def settle(self, receipts: Sequence[Receipt]) -> None:
        """Close operations with the CRM's answers, one flush; answers to operations that are not here are ignored.

        Raises:
            NotSaved: none of the answers is kept; they may be asked for again.
        """
        with self._storage.journal.exclusive(writing=True):
            self._ready()
            now = self._now()
            answers = {r.operation_id: _Settled(r, now) for r in receipts if r.operation_id in self._entries}
            self._receipts.put(answers)
            self._written(set(answers))

    def offer(self, operation_ids: Iterable[str]) -> list[str]:
        """Note, with one flush, that sending begins; from now on these can't be withdrawn by any process.

        Returns the ids that may be sent: those still pending.

        Raises:
            NotSaved: nothing is noted.
        """
        pending, _ = self._mark(self._offered, operation_ids)
        return pending

    def withdraw(self, operation_ids: Iterable[str]) -> list[str]:
        """Take back operations before they are sent, one flush.

        Returns the ids that were withdrawn; one that was offered or answered meanwhile needs its opposite instead.

        Raises:
            NotSaved: nothing is taken back.
        """
        _, withdrawn = self._mark(self._withdrawn, operation_ids)
        return withdrawn

    def entries(self) -> list[Entry]:
        """Return everything in the order of recording."""
        if self._ordered is None:
            self._ordered = sorted([*self._entries.values(), *self._lost.values()], key=lambda entry: entry.sequence)
        return list(self._ordered)

    def pending(self) -> list[Entry]:
        """Return what is still owed to the CRM, in the order of recording."""
        return [entry for entry in self.entries() if entry.pending]

    def entry(self, operation_id: str) -> Entry | None:
        """Return the entry of one operation, or None."""
        return self._entries.get(operation_id) or self._lost.get(operation_id)

    def refresh(self) -> bool:
        """Catch up with other processes as `heard` does; True when there is something new since the last call."""
        return bool(self.heard())

    def heard(self) -> frozenset[str]:
        """Catch up with other processes; returns the ids of the operations that are new, other than they were, or gone
        since the last call.

        Costs one look at the file's size when nothing happened.

        Raises:
            JournalTooNew: a newer program took the outbox over meanwhile.
            Unreadable: the disk can't be read.
        """
        if self._storage.behind():
            with self._storage.journal.exclusive(writing=False, wait=False) as had:
                if had:
                    self._absorb()
        if self._lost:
            try:
                with self._storage.journal.exclusive(writing=True):
                    self._absorb()
                    self._restore()
            except NotSaved as error:
                # Still shown and still in memory: tried again at the next look.
                self._warn(
                    f"{len(self._lost)} decision(s) are known to this window alone: the outbox lost them and can't be "
                    f"written now. Keep this window open. {error.sentence}"
                )
        if self._unsure:
            self._unsure = False
            self._fresh |= self._entries.keys() | self._lost.keys()
        fresh, self._fresh = frozenset(self._fresh), set()
        return fresh

    def drop_old(self) -> None:
        """Write the file anew without what was closed more than `KEPT` ago, when that frees enough to be worth it.

        What its author has yet to answer stays, with everything else on the same lead: it may depend on that.

        Raises:
            NotSaved: the old file stands.
        """
        before = self._now() - KEPT
        if not self._worthwhile(self._old(before)):
            return
        with self._storage.journal.exclusive(writing=True):
            self._absorb()
            old = self._old(before)
            if self._worthwhile(old):
                self._archive.put([entry for entry in self.entries() if entry.operation.id in old])
                last = ("last", "last", _Last(self._last))
                self._storage.compact(per_line=1, drop=old, without="last", extra=[last])
                self._absorb()

    def _old(self, before: datetime) -> set[str]:
        old = {id_ for id_, at in self._closed_at.items() if at < before}
        if not old:
            return old
        leads = {self._entries[id_].operation.target for id_ in self._listed() if id_ in self._entries}
        return {id_ for id_ in old if self._entries[id_].operation.target not in leads}

    def _open_ids(self) -> Collection[str]:
        return {id_ for id_, entry in self._entries.items() if entry.open}

    def _note(self, table: JournalTable, facts: Mapping[str, object]) -> None:
        with self._storage.journal.exclusive(writing=True):
            self._ready()
            known = {id_: fact for id_, fact in facts.items() if id_ in self._entries}
            table.put(known)
            self._written(set(known))

    def _worthwhile(self, ids: set[str]) -> bool:
        size = sum(self._storage.size_of("operation", id_) + self._storage.size_of("receipt", id_) for id_ in ids)
        return size >= _WORTHWHILE and size * 4 >= self._storage.journal.size

    def _mark(self, table: JournalTable, ids: Iterable[str]) -> tuple[list[str], list[str]]:
        """Put those ids into `table` that are pending and were never offered; return all pending ones, and those."""
        with self._storage.journal.exclusive(writing=True):
            self._ready()
            pending = [id_ for id_ in dict.fromkeys(ids) if (entry := self._entries.get(id_)) and entry.pending]
            new = [id_ for id_ in pending if not self._entries[id_].offered]
            now = self._now()
            table.put({id_: _Marked(now) for id_ in new})
            self._written(set(new))
            return pending, new

    def _ready(self) -> None:
        """Catch up before writing."""
        try:
            self._absorb()
        except Unreadable as error:
            raise NotSaved(f"Not saved: {error}") from error
        self._restore()

    def _written(self, own: set[str]) -> None:
        """Take in what was written just now; what can't be read back is on the disk all the same, and read later."""
        with suppress(Unreadable):
            self._absorb(own)

    def _absorb(self, own: set[str] | None = None) -> None:
        """Take in what the storage has read or written; changes of others than `own` are news."""
        known = self._entries, self._closed_at, self._taken_up
        try:
            self._take_news(own)
        except OSError as error:
            self._entries, self._closed_at, self._taken_up = known
            # Nobody knows how much of it was taken in: everything is read anew at the next look.
            self._storage.unread()
            self._unsure = True
            raise unreadable(self._storage.journal.path, error) from error

    def _take_news(self, own: set[str] | None) -> None:
        everything, changed, _ = self._storage.news()
        if everything:
            known, listed = self._entries, set(self._listed())
            self._entries = {}
            self._closed_at = {}
            self._taken_up = {}
            for name in _TABLES:
                for id_, _, data in self._storage.each(name):
                    self._absorb_one(name, id_, data)
            self._lost |= {
                id_: entry
                for id_, entry in known.items()
                if id_ not in self._entries and (entry.pending or id_ in listed)
            }
            different = {id_ for id_ in known.keys() | self._entries.keys() if known.get(id_) != self._entries.get(id_)}
            self._fresh |= different - (own or set())
            if self._storage.foreign:
                self._warn("The outbox holds lines of another version of Handoff; they are kept as they are.")
        else:
            for name, id_ in changed:
                raw = self._storage.raw(name, id_)
                if raw is not None:
                    self._absorb_one(name, id_, memoryview(raw))
                # What took something up and is withdrawn gives it back.
                given_back = {self._taken_up[id_]} if name == "withdrawn" and id_ in self._taken_up else set()
                self._fresh |= {id_, *given_back} - (own or set())
        if everything or changed:
            self._lost = {id_: entry for id_, entry in self._lost.items() if id_ not in self._entries}
            self._ordered = None

    def _absorb_one(self, name: str, id_: str, data: memoryview) -> None:
        try:
            if name == "operation":
                recorded = _recorded(data)
                self._last = max(self._last, recorded.sequence)
                self._entries[id_] = Entry(recorded.sequence, recorded.operation)
                return
            if name == "last":
                self._last = max(self._last, _last(data).sequence)
                return
            if (entry := self._entries.get(id_)) is None:
                return
            if name == "receipt":
                settled = _settled(data)
                self._close(entry, settled.at, receipt=settled.receipt)
            elif name == "withdrawn":
                at = _marked(data).at
                self._close(entry, at, withdrawn=True, withdrawn_at=at)
                self._set_resolution(self._taken_up.get(id_, ""), None)
            elif name == "overruled":
                self._entries[id_] = msgspec.structs.replace(entry, overruled=_overruled(data))
            elif name == "resolution":
                self._absorb_resolution(id_, _resolution(data))
            elif name == "offered":
                self._entries[id_] = msgspec.structs.replace(entry, offered=True)
        except UNDECODABLE:
            what = "A decision" if name == "operation" else "What became of a decision"
            self._warn(
                f"{what} in the outbox ({id_}) was written by another version of Handoff and can't be read by this "
                "one. It is kept, and not sent; install the newest Handoff."
            )

    def _absorb_resolution(self, id_: str, resolution: Resolution) -> None:
        by = self._entries.get(resolution.by)
        void = not resolution.how or (by is not None and by.withdrawn)
        if resolution.by:
            self._taken_up[resolution.by] = id_
        self._set_resolution(id_, None if void else resolution)

    def _set_resolution(self, id_: str, resolution: Resolution | None) -> None:
        if entry := self._entries.get(id_):
            self._entries[id_] = msgspec.structs.replace(entry, resolution=resolution)

    def _close(self, entry: Entry, at: datetime, **changes: object) -> None:
        self._entries[entry.operation.id] = msgspec.structs.replace(entry, **changes)
        self._closed_at[entry.operation.id] = at

    def _restore(self) -> None:
        """Write again what the file lost under the running program, as long as this process still knows it."""
        if not self._lost:
            return
        lost = dict(self._lost)
        now = self._now()
        facts: list[Changed] = []
        for id_, entry in lost.items():
            facts.append(("operation", id_, _Recorded(entry.sequence, entry.operation)))
            if entry.offered:
                facts.append(("offered", id_, _Marked(now)))
            if entry.receipt is not None:
                facts.append(("receipt", id_, _Settled(entry.receipt, now)))
            if entry.overruled is not None:
                facts.append(("overruled", id_, entry.overruled))
        self._storage.append([[fact] for fact in facts])
        self._written(set(lost))
        self._warn(
            f"{len(lost)} decision(s) were written again, which the file of the outbox had lost and this window still "
            "knew."
        )

    def _warn(self, sentence: str) -> None:
        if sentence not in self._own_warnings:
            self._own_warnings.append(sentence)


def _table(database: JournalDatabase, name: str) -> JournalTable:
    table = database.table(name)
    if not isinstance(table, JournalTable):
        raise TypeError(f"The table {name} is not one over a journal.")
    return table
