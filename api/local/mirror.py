"""The mirror: what the CRM last said. Disposable: whatever is lost here is pulled again."""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar, cast

import msgspec

from api.local.errors import NotSaved, Unreadable, unreadable
from api.local.files import Files
from api.local.frames import Header
from api.local.sink import Damage
from api.local.tables import UNDECODABLE, Changed, JournalDatabase, JournalStorage
from api.model.agreement import Agreement
from api.model.campaign import Campaign
from api.model.changes import Page
from api.model.lead import Lead, Snooze, State
from api.model.people import Owner, Person
from api.rules.queue import Row, row_of

HEADER = Header("handoff mirror", 1)

_GARBAGE = 8 << 20
_PER_LINE = 500
_Record = TypeVar("_Record", Campaign, Person, Agreement)


class _Cursor(msgspec.Struct, frozen=True):
    cursor: str = ""
    n: int = 0
    epoch: str = ""
    whole: int | None = None


class _Contact(msgspec.Struct, frozen=True):
    name: str = ""
    title: str = ""
    email: str = ""
    phone: str = ""


class _Company(msgspec.Struct, frozen=True):
    name: str = ""
    industry: str = ""


class _Score(msgspec.Struct, frozen=True):
    value: int


class _Standing(msgspec.Struct, frozen=True):
    state: State = State.NEW
    owner: Owner | None = None
    due_at: datetime | None = None
    follow_up_due_at: datetime | None = None


class _Decided(msgspec.Struct, frozen=True):
    by_name: str
    at: datetime
    reason: str = ""


class _Head(msgspec.Struct, frozen=True):
    """The part of a lead that a row shows; decoding no more than this takes half the time, less with many touches."""

    id: str
    source: str
    source_id: str
    handed_at: datetime
    standing: _Standing
    contact: _Contact = _Contact()
    company: _Company = _Company()
    campaign_id: str = ""
    origin: str = ""
    fit: _Score | None = None
    engagement: _Score | None = None
    number: int = 1
    mark: str = ""
    trail: tuple[_Decided, ...] = ()
    snooze: Snooze | None = None
    title = Lead.title
    decided = Lead.decided


_head = msgspec.json.Decoder(_Head).decode
_lead = msgspec.json.Decoder(Lead).decode
_campaign = msgspec.json.Decoder(Campaign)
_person = msgspec.json.Decoder(Person)
_agreement = msgspec.json.Decoder(Agreement)


class Mirror:
    """Leads, campaigns, people and agreements as the CRM last told them; shared by all processes on the profile.

    Leads stay undecoded on the disk; in memory are their rows. `warnings` are sentences about what could not be
    read. One thread writes at a time; any thread may read one record while it does.
    """

    def __init__(self, storage: JournalStorage) -> None:
        self._storage = storage
        self._rows: dict[str, Row] = {}
        self._small: dict[tuple[str, str], Campaign | Person | Agreement | None] = {}
        self._at = _Cursor()
        self._fresh: set[str] = set()
        self._own_warnings: list[str] = []
        with _undisturbed():
            self._absorb()
        self._fresh = set()

    @classmethod
    def open(cls, path: Path, *, files: Files | None = None) -> "Mirror":
        """Open the mirror at `path`; a missing, unreadable or foreign one starts empty.

        Raises:
            Unreadable: the disk can't be read.
        """
        storage = JournalDatabase(path, HEADER, durable=False, damage=Damage.CUT, files=files).storage
        if not isinstance(storage, JournalStorage):
            raise TypeError("A mirror needs a database over a journal.")
        size = storage.journal.size
        if size > _GARBAGE and size > 4 * storage.live():
            # A file that stays large does no harm; failing to open would.
            with suppress(NotSaved):
                storage.compact(per_line=_PER_LINE)
        return cls(storage)

    @property
    def cursor(self) -> str:
        """Where pulling goes on; empty: from the beginning."""
        return self._at.cursor

    @property
    def n(self) -> int:
        """Number of the last change that the mirror holds."""
        return self._at.n

    @property
    def whole(self) -> int:
        """Number of the change up to which the mirror lacks nothing; less than `n` while pages are missing."""
        return self._at.n if self._at.whole is None else self._at.whole

    @property
    def epoch(self) -> str:
        """The CRM's epoch that the cursor belongs to."""
        return self._at.epoch

    def close(self) -> None:
        """Let go of the file."""
        self._storage.close()

    @property
    def warnings(self) -> list[str]:
        """Sentences about what could not be read, in the order it was found."""
        return [*self._storage.journal.warnings, *self._own_warnings]

    def reserved(self) -> AbstractContextManager[None]:
        """Wait for other processes and keep them out, so that `put` and `reset` inside this wait for nobody.

        Raises:
            NotSaved: another process keeps the mirror for longer than it should.
        """
        return self._storage.journal.reserved()

    def put(self, page: Page) -> list[str]:
        """Take in a page, its cursor in the same record; of another epoch, it takes the place of everything.

        Returns the ids of the leads that changed, those that other processes wrote meanwhile included.

        Raises:
            NotSaved: the page is not kept and the cursor has not moved.
        """
        line: list[Changed] = [(change.kind, change.id, change.record) for change in page.changes]
        with self._storage.journal.exclusive(writing=True):
            self._absorb()
            anew = self.epoch not in ("", page.epoch)
            whole = page.n if not page.more else 0 if anew else self.whole
            line.append(("cursor", "cursor", _Cursor(page.cursor, page.n, page.epoch, whole)))
            if anew:
                self._storage.replace([line])
            else:
                self._storage.append([line])
            self._absorb()
            changed, self._fresh = self._fresh, set()
            return list(changed)

    def reset(self) -> None:
        """Forget everything, so that all is pulled again.

        Raises:
            NotSaved: the mirror stands as it was.
        """
        with self._storage.journal.exclusive(writing=True):
            self._storage.replace([])
            self._absorb()

    def refresh(self, heed: Callable[[set[str]], None] | None = None) -> set[str]:
        """Catch up with other processes; returns the ids of leads that changed since the last look.

        Costs one look at the file's size when nothing happened, and waits for nobody: what is being written is left
        for the next look. `heed` is called with the ids of leads that are about to change; with none when the whole
        file is another.

        Raises:
            Unreadable: the disk can't be read.
        """
        if self._storage.behind():
            with self._storage.journal.exclusive(writing=False, wait=False) as had:
                if had:
                    if heed is not None:
                        heed(self._storage.coming("lead"))
                    self._absorb()
        changed, self._fresh = self._fresh, set()
        return changed

    def rows(self) -> dict[str, Row]:
        """Return the rows of all leads by id: the mirror's own, growing as pages come; not to be changed."""
        return self._rows

    def lead(self, lead_id: str) -> Lead | None:
        """Read one lead from the disk; None when there is none, or none that can be read.

        Raises:
            Unreadable: the disk can't be read.
        """
        raw = self._raw("lead", lead_id)
        if raw is None:
            return None
        try:
            return _lead(raw)
        except UNDECODABLE:
            self._warn(f"The lead {lead_id} is in a form that this version of Handoff can't read.")
            return None

    def campaign(self, campaign_id: str) -> Campaign | None:
        """Return one campaign, or None."""
        return self._record("campaign", campaign_id, _campaign)

    def campaigns(self) -> list[Campaign]:
        """Return all campaigns, the longest unchanged first."""
        return self._all("campaign", _campaign)

    def person(self, person_id: str) -> Person | None:
        """Return one person, or None."""
        return self._record("person", person_id, _person)

    def people(self) -> list[Person]:
        """Return everybody with an account, the longest unchanged first."""
        return self._all("person", _person)

    def agreement(self, version: int | None = None) -> Agreement | None:
        """Return that version of the agreement, or the newest; None when the mirror has none."""
        known = self._all("agreement", _agreement)
        if version is None:
            return max(known, key=lambda agreement: agreement.version, default=None)
        return next((agreement for agreement in known if agreement.version == version), None)

    def _raw(self, table: str, id_: str) -> bytes | None:
        try:
            return self._storage.raw(table, id_)
        except OSError as error:
            raise unreadable(self._storage.journal.path, error) from error

    def _record(self, table: str, id_: str, decoder: msgspec.json.Decoder[_Record]) -> _Record | None:
        key = (table, id_)
        if key in self._small:
            return cast("_Record | None", self._small[key])
        raw = self._raw(table, id_)
        record: _Record | None = None
        if raw is not None:
            try:
                record = decoder.decode(raw)
            except UNDECODABLE:
                self._warn(f"The {table} {id_} is in a form that this version of Handoff can't read.")
            self._small[key] = record
        return record

    def _all(self, table: str, decoder: msgspec.json.Decoder[_Record]) -> list[_Record]:
        records = (self._record(table, id_, decoder) for id_ in self._storage.ids(table))
        return [record for record in records if record is not None]

    def _absorb(self) -> None:
        try:
            self._take_news()
        except Unreadable:
            self._storage.unread()
            raise

    def _take_news(self) -> None:
        everything, changed = self._storage.news()
        if everything:
            self._load()
        elif changed:
            for table, id_ in changed:
                if table == "lead":
                    self._fresh.add(id_)
                elif table == "cursor":
                    self._at = self._read_cursor()
                else:
                    self._small.pop((table, id_), None)
            leads = {id_ for table, id_ in changed if table == "lead"}
            for id_ in leads:
                self._rows.pop(id_, None)
            self._take_rows(leads)

    def _load(self) -> None:
        self._at = self._read_cursor()
        if not self._at.cursor and self._storage.count("lead"):
            # Without a cursor, nobody would ever tell what has been deleted since.
            with suppress(NotSaved):
                self._storage.replace([])
            self._storage.news()
        self._fresh |= self._rows.keys()
        self._rows.clear()
        self._small.clear()
        self._take_rows()
        self._fresh |= self._rows.keys()

    def _take_rows(self, ids: Iterable[str] | None = None) -> None:
        """Make the rows of these leads, or of all."""
        try:
            for id_, data in self._storage.each("lead", ids):
                self._take_row(id_, data)
        except OSError as error:
            raise unreadable(self._storage.journal.path, error) from error

    def _take_row(self, id_: str, data: memoryview) -> None:
        try:
            self._rows[id_] = row_of(cast(Lead, _head(data)))
        except UNDECODABLE:
            self._warn("Some leads are in a form that this version of Handoff can't read; they are not shown.")

    def _read_cursor(self) -> _Cursor:
        raw = self._raw("cursor", "cursor")
        try:
            return msgspec.json.decode(raw, type=_Cursor) if raw is not None else _Cursor()
        except UNDECODABLE:
            return _Cursor()

    def _warn(self, sentence: str) -> None:
        if sentence not in self._own_warnings:
            self._own_warnings.append(sentence)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Load without the garbage collector walking over what is loaded, again and again, now and later."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()
