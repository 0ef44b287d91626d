"""The mirror: what the CRM last said. Disposable: whatever is lost here is pulled again."""

import gc
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, TypeVar, cast
from zlib import crc32

import msgspec

from api.local.errors import LocalError, NotSaved, Unreadable, unreadable
from api.local.files import Files
from api.local.frames import Header
from api.local.index.base import Entry, IndexDamaged
from api.local.index.book import Span
from api.local.index.digest import LEADS, Brief, Digest, digest_line, leads_of
from api.local.index.heads import brief_of
from api.local.index.index import MANY, Index, Standstill
from api.local.index.shelf import Shelf
from api.local.layout import UNDECODABLE, Ready
from api.local.sink import Damage
from api.local.storage import JournalStorage
from api.local.tables import JournalDatabase
from api.model.agreement import Agreement
from api.model.campaign import Campaign
from api.model.changes import Page
from api.model.lead import Lead
from api.model.people import Person

HEADER = Header("handoff mirror", 1)

_GARBAGE = 8 << 20
_PER_LINE = 500
_CURSOR = "cursor"
_Record = TypeVar("_Record", Campaign, Person, Agreement)


class _Cursor(msgspec.Struct, frozen=True):
    cursor: str = ""
    n: int = 0
    epoch: str = ""
    whole: int | None = None


_lead = msgspec.json.Decoder(Lead).decode
_campaign = msgspec.json.Decoder(Campaign)
_person = msgspec.json.Decoder(Person)
_agreement = msgspec.json.Decoder(Agreement)


class ReadyPage(NamedTuple):
    """A page, and the lines of the journal that it becomes."""

    page: Page
    lines: list[Ready]
    digest: Digest | None
    """What the first of them says of the second."""


class Mirror:
    """Leads, campaigns, people and agreements as the CRM last told them; shared by all processes on the profile.

    Leads stay undecoded on the disk; what the queue needs of them stands in an index. `warnings` are sentences about
    what could not be read. One thread writes at a time; any thread may read one record while it does.
    """

    def __init__(self, storage: JournalStorage, index: Index) -> None:
        self._storage = storage
        self._index = index
        self._shelf = index.shelf
        self._tidying = threading.Lock()
        self._small: dict[tuple[str, str], Campaign | Person | Agreement | None] = {}
        self._at = _Cursor()
        self._fresh: set[str] = set()
        self._own_warnings: list[str] = []
        self._begun = False
        with _undisturbed():
            self._absorb()
        self._begun = True
        self._fresh = set()

    @classmethod
    def open(cls, path: Path, *, files: Files | None = None, merge_after: int = MANY) -> "Mirror":
        """Open the mirror at `path`; a missing, unreadable or foreign one starts empty.

        The index is written anew when more than `merge_after` leads have changed since it was.

        Raises:
            Unreadable: the disk can't be read.
        """
        index = Index(path.with_suffix(".index"), files or Files(), merge_after=merge_after)
        storage = JournalDatabase(path, HEADER, durable=False, damage=Damage.CUT, files=files, memory=index).storage
        if not isinstance(storage, JournalStorage):
            raise TypeError("A mirror needs a database over a journal.")
        size = storage.journal.size
        if size > _GARBAGE and size > 4 * (index.live or storage.live()):
            # A file that stays large does no harm; failing to open would.
            with suppress(NotSaved):
                storage.compact(per_line=_PER_LINE)
        return cls(storage, index)

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
        """Let go of the file, after writing an index that is missing."""
        self.tidy()
        self._storage.close()

    def tidy(self) -> None:
        """Write the index anew when it is missing, or when much has changed since it was written.

        Blocks for some tenths of a second then, while everything goes on; costs nothing else. Two are never at it.
        """
        if self._storage.foreign or not self._index.worth_merging(pulling=self.whole < self.n):
            return
        if not self._tidying.acquire(blocking=False):
            return
        # The old index stands, and the journal holds everything anyway.
        with suppress(OSError, LocalError):
            try:
                before = self._standing()
                base = before.merged() if before is not None else None
                with self._storage.journal.exclusive(writing=False, wait=False) as had:
                    if had and before is not None and base is not None:
                        self._index.take(before, base, self._others(), self._storage.live())
            except IndexDamaged:
                self._index.throw_away()
                self._storage.journal.doubt()
            finally:
                self._tidying.release()

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

    def ready(self, page: Page) -> "ReadyPage":
        """Make a page ready for `put`: the part of the work that needs neither lock nor disk.

        Raises:
            NotSaved: there is something in it that can't be kept.
        """
        line = self._storage.ready((change.kind, change.id, change.record) for change in page.changes)
        payload, docs = memoryview(line.payload), line.docs or ()
        briefs = [self._brief(payload[doc.offset : doc.offset + doc.length]) for doc in leads_of(docs)]
        if not briefs:
            return ReadyPage(page, [line] if docs else [], None)
        digest = Digest(list(docs), briefs)
        return ReadyPage(page, [digest_line(digest), line], digest)

    def put(self, page: "Page | ReadyPage") -> list[str]:
        """Take in a page, its cursor in the same batch; of another epoch, it takes the place of everything.

        Returns the ids of the leads that changed, those that other processes wrote meanwhile included.

        Raises:
            NotSaved: the page is not kept and the cursor has not moved.
        """
        page, lines, digest = page if isinstance(page, ReadyPage) else self.ready(page)
        with self._storage.journal.exclusive(writing=True):
            self._absorb()
            anew = self.epoch not in ("", page.epoch)
            whole = page.n if not page.more else 0 if anew else self.whole
            if digest is not None:
                self._index.about_to_write(lines[0].payload, digest)
            cursor = self._storage.ready([(_CURSOR, _CURSOR, _Cursor(page.cursor, page.n, page.epoch, whole))])
            if anew:
                self._storage.replace([*lines, cursor])
            else:
                self._storage.append_ready([*lines, cursor])
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
            self._index.throw_away()

    def refresh(self, heed: Callable[[set[str]], None] | None = None) -> set[str]:
        """Catch up with other processes; returns the ids of leads that changed since the last look.

        Costs one look at the file's size when nothing happened, and waits for nobody: what is being written is left
        for the next look. `heed` is called with the ids of leads that are about to change; with none when the whole
        file is another.

        Raises:
            Unreadable: the disk can't be read.
        """
        if self._shelf.damaged:
            self._index.throw_away()
            self._storage.journal.doubt()
        if self._storage.behind():
            with self._storage.journal.exclusive(writing=False, wait=False) as had:
                if had:
                    if heed is not None:
                        heed(self._storage.coming("lead"))
                    self._absorb()
        changed, self._fresh = self._fresh, set()
        return changed

    def rows(self) -> Shelf:
        """Return the rows of all leads by id: the mirror's own, changing as pages come."""
        return self._shelf

    def lead(self, lead_id: str) -> Lead | None:
        """Read one lead from the disk; None when there is none, or none that can be read.

        Raises:
            Unreadable: the disk can't be read.
        """
        try:
            found = self._storage.document(LEADS, lead_id)
        except OSError as error:
            raise unreadable(self._storage.journal.path, error) from error
        if found is None:
            return None
        place, raw = found
        known = self._shelf.entry(lead_id)
        if known is not None and known[0] == place and crc32(raw) != known[1]:
            self._doubt()
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
        everything, changed, remembered = self._storage.news()
        if everything:
            self._load(remembered=remembered)
        for table, id_ in changed:
            if table == LEADS:
                self._fresh.add(id_)
            elif table == _CURSOR:
                self._at = self._read_cursor()
            else:
                self._small.pop((table, id_), None)
        if not everything or remembered:
            self._take_leads({id_ for table, id_ in changed if table == LEADS})

    def _load(self, *, remembered: bool) -> None:
        self._at = self._read_cursor()
        if not self._at.cursor and self._storage.count(LEADS):
            # Without a cursor, nobody would ever tell what has been deleted since.
            with suppress(NotSaved):
                self._storage.replace([])
            self._storage.news()
        self._small.clear()
        if not remembered:
            self._take_leads()
        # What was there from the beginning is news to nobody.
        if self._begun:
            self._fresh.update(self._index.lost, self._shelf)
        self._index.lost.clear()

    def _take_leads(self, ids: Collection[str] | None = None) -> None:
        """Take these leads into the index, or all; those that are nowhere any more are gone."""
        known, unknown = self._index.staged(self._storage.places_of(LEADS, ids))
        hidden: list[str] = []
        try:
            for id_, place, data in self._storage.each(LEADS, unknown) if unknown else ():
                brief = self._brief(data)
                if brief is None:
                    hidden.append(id_)
                else:
                    known[id_] = Entry(place, brief.check, brief.row, brief.hay)
        except OSError as error:
            raise unreadable(self._storage.journal.path, error) from error
        self._index.put(known, hidden)

    def _brief(self, data: bytes | memoryview) -> Brief | None:
        """Return what the queue needs of a lead; None, with a warning, for one that can't be read."""
        try:
            return brief_of(data)
        except UNDECODABLE:
            self._warn("Some leads are in a form that this version of Handoff can't read; they are not shown.")
            return None

    def _standing(self) -> Standstill | None:
        """Return how everything stands; None when somebody writes, or there is news that nobody has heard yet.

        Raises:
            OSError: the disk can't be read.
        """
        journal = self._storage.journal
        with journal.exclusive(writing=False, wait=False) as had:
            standing = journal.standing() if had and not self._storage.heard() else None
            if standing is None:
                return None
            handle, stat = standing
            return self._index.standing(Span.of(handle, journal.size, stat))

    def _others(self) -> dict[str, dict[str, int]]:
        return {name: dict(places.items()) for name, places in self._storage.places() if name != LEADS}

    def _doubt(self) -> None:
        """Have everything checked and read anew: the disk does not hold what was written on it."""
        self._warn(f"{self._storage.journal.path.name} was damaged; what was lost is pulled again from the CRM.")
        self._index.throw_away()
        self._storage.journal.doubt()

    def _read_cursor(self) -> _Cursor:
        raw = self._raw(_CURSOR, _CURSOR)
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
