"""The hub as a plain object: everything it can do, without HTTP."""

import re
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import or_, select

from api.agreement import default
from api.hub import deciding
from api.hub.data import agreements, auth, tables
from api.hub.data.book import Book
from api.hub.data.store import Store, Write, utc_now
from api.hub.intake import campaigns, leads, outcomes
from api.hub.problems import HubProblem, invalid
from api.model.agreement import Agreement
from api.model.changes import GONE, Change, Page
from api.model.ingest import CampaignIn, Ingested, LeadIn, OutcomeIn, TouchIn
from api.model.lead import Lead
from api.model.operation import Operation, Receipt, Return, Seen, Target
from api.model.people import HUB_ACTOR, Person, Role

PAGE_LIMIT = 1_000
"""Most changes on one page."""

PAGE_BYTES = 4_000_000
"""A page ends with the change that takes it past this many bytes."""

INGEST_STEP = 100
"""Posted items that share a transaction, so that decisions need not wait for a whole import."""

TOKEN_MEMORY = 1.0
"""Seconds for which a token that was looked up is believed again."""


class Hub:
    """A CRM server on one database. Every method blocks and may be called from any thread; `…_later` return at once."""

    def __init__(
        self, db_url: str, *, clock: Callable[[], datetime] = utc_now, agreement: Agreement | None = None
    ) -> None:
        """Open the database, with `agreement` as its newest version (the one that ships with Handoff on a new one).

        Raises:
            HubError: the database can't be opened.
        """
        self._clock = clock
        self._store = Store(db_url, clock=clock)
        self._tokens: dict[str, tuple[float, Person]] = {}
        self._tokens_lock = threading.Lock()
        if agreement is not None:
            self.set_agreement(agreement)
        else:
            self._store.write(lambda write: write.agreement or agreements.sign(write, default()))

    @property
    def epoch(self) -> str:
        """A random id made with the database: another one means another history."""
        return self._store.epoch

    @property
    def now(self) -> datetime:
        """The hub's time."""
        return self._clock()

    def close(self) -> None:
        """Finish what was asked for and let go of the database."""
        self._store.close()

    def listen(self, callback: Callable[[int], None]) -> Callable[[], None]:
        """Have `callback` called, in the writer's thread, with the newest number after each commit; return its end."""
        return self._store.listen(callback)

    # --- people ---------------------------------------------------------------------------------------------------

    def bootstrap(self, name: str = "First manager") -> str | None:
        """On a database without people, add a manager and return their token; else return None."""

        def job(write: Write) -> str | None:
            table = tables.records
            if write.connection.execute(select(table.c.id).where(table.c.kind == "person").limit(1)).first():
                return None
            manager = auth.add_person(write, Person(id="", name=name, role=Role.MANAGER))
            return auth.issue(write, manager.id)

        return self._store.write(job)

    def add_person(
        self,
        name: str,
        role: Role,
        *,
        person_id: str = "",
        team: str = "",
        functions: Sequence[str] = (),
        lifetime: timedelta | None = auth.LIFETIME,
    ) -> str:
        """Add somebody and return their token, which can't be shown again; their id is made of the name if not given.

        Raises:
            HubProblem: the name is empty, the id is taken or not usable, or the role is the hub's own.
        """
        if role is Role.HUB:
            raise invalid("role", "A person is a rep, a marketer or a manager.")
        person = Person(id=person_id, name=name, role=role, team=team, functions=tuple(functions))

        def job(write: Write) -> str:
            return auth.issue(write, auth.add_person(write, person).id, lifetime)

        return self._store.write(job)

    def issue_token(self, person_id: str, lifetime: timedelta | None = auth.LIFETIME) -> str:
        """Return another token for somebody.

        Raises:
            HubProblem: there is nobody with this id.
        """

        def job(write: Write) -> str:
            if write.get("person", person_id) is None:
                raise invalid("id", f"There is nobody with the id “{person_id}”.")
            return auth.issue(write, person_id, lifetime)

        return self._store.write(job)

    def revoke_tokens(self, person_id: str) -> int:
        """Make all of somebody's tokens worthless; return how many there were. Other processes see it in a second."""
        count = self._store.write(lambda write: auth.revoke(write, person_id))
        with self._tokens_lock:
            self._tokens.clear()
        return count

    def remembered(self, token: str) -> Person | None:
        """Return whose good token this is if that was looked up a moment ago; touches no disk."""
        with self._tokens_lock:
            known = self._tokens.get(auth.digest(token))
        return known[1] if known is not None and known[0] > time.monotonic() else None

    def authenticate(self, token: str) -> Person | None:
        """Return whose good token this is, or None."""
        if known := self.remembered(token):
            return known
        with self._store.read() as connection:
            identifier = auth.holder(connection, token, self._clock())
        person: Person | None = self._store.record("person", identifier) if identifier else None
        if person is None or not person.active:
            return None
        with self._tokens_lock:
            if len(self._tokens) > 10_000:
                self._tokens.clear()
            self._tokens[auth.digest(token)] = (time.monotonic() + TOKEN_MEMORY, person)
        return person

    def expiry(self, token: str) -> datetime | None:
        """Return when this token expires; None when it never does, or is none."""
        with self._store.read() as connection:
            return auth.expiry(connection, token)

    def people(self) -> list[Person]:
        """Return everybody, by id."""
        return self._store.records("person")

    # --- the agreement --------------------------------------------------------------------------------------------

    def agreement(self, version: int | None = None) -> Agreement:
        """Return the newest version of the agreement, or the one asked for.

        Raises:
            HubProblem: there is no such version.
        """
        versions: list[Agreement] = self._store.records("agreement")
        newest = max(versions, key=lambda known: known.version)
        found = next((known for known in versions if known.version == version), None)
        if version is not None and found is None:
            raise HubProblem(f"There is no version {version} of the agreement.", status=404, kind="not-found")
        return found or newest

    def set_agreement(self, agreement: Agreement) -> Agreement:
        """Make this the newest version, unless the newest says the same; return what now holds."""
        return self._store.write(lambda write: agreements.sign(write, agreement))

    # --- changes --------------------------------------------------------------------------------------------------

    def head(self) -> int:
        """Return the number of the newest change."""
        return self._store.head()

    def changes(self, cursor: str = "", limit: int = 500) -> Page:
        """Return the changes after `cursor` (empty: from the beginning).

        Raises:
            HubProblem: the cursor is not one of this database's history (410), or the limit makes no sense.
        """
        if not 1 <= limit <= PAGE_LIMIT:
            raise invalid("limit", f"A page holds 1 to {PAGE_LIMIT:,} changes.")
        after, tag = self._position(cursor)
        stretch = self._store.changes(after, limit, PAGE_BYTES)
        if after > stretch.head or (tag and stretch.tag_before and tag != stretch.tag_before):
            # A backup was restored: it is behind, or has moved on and counts other changes by the same numbers.
            raise self._lost()
        raw = msgspec.Raw
        changes = tuple(
            [
                Change(n, kind, identifier, GONE if body is None else raw(body))
                for n, kind, identifier, body in stretch.rows
            ]
        )
        there = f"{self.epoch}:{stretch.end}" + (f".{stretch.tag}" if stretch.tag else "")
        return Page(epoch=self.epoch, changes=changes, cursor=there, n=stretch.end, more=stretch.end < stretch.head)

    def _position(self, cursor: str) -> tuple[int, str]:
        """Read a cursor: the number, and the tag of its commit if it carries one."""
        if not cursor:
            return 0, ""
        epoch, _, place = cursor.rpartition(":")
        read = re.fullmatch(r"([0-9]{1,18})(?:\.([0-9a-f]{1,32}))?", place)
        if epoch != self.epoch or read is None:
            raise self._lost()
        return int(read[1]), read[2] or ""

    def _lost(self) -> HubProblem:
        sentence = "The hub does not know this cursor: pull everything again, from an empty one."
        return HubProblem(sentence, status=410, kind="cursor-lost", field="cursor")

    def lead(self, identifier: str) -> Any:
        """Return the lead with this id as it stands, or None."""
        return self._store.record("lead", identifier)

    def campaign(self, identifier: str) -> Any:
        """Return the campaign with this id as it stands, or None."""
        return self._store.record("campaign", identifier)

    # --- operations -----------------------------------------------------------------------------------------------

    def submit_later(self, actor: Person, operations: Sequence[Operation]) -> "Future[list[Receipt]]":
        """Do operations in order as `actor`; the future holds one receipt each, once all is durably stored."""
        return self._store.enqueue(
            lambda write: deciding.decide(write.share(Book), actor, operations),
            ahead=lambda write: deciding.expect(write, operations),
        )

    def submit(self, actor: Person, operations: Sequence[Operation]) -> list[Receipt]:
        """Do operations in order as `actor`; return one receipt each, once all is durably stored."""
        return self.submit_later(actor, operations).result()

    def receipt(self, operation_id: str) -> Receipt | None:
        """Return the receipt that this operation got, or None when the hub never saw it."""
        table = tables.operations
        with self._store.read() as connection:
            found = connection.execute(select(table.c.receipt).where(table.c.id == operation_id)).scalar_one_or_none()
        return None if found is None else msgspec.json.decode(found, type=Receipt)

    def return_due(self) -> list[Receipt]:
        """Bring recycled leads whose date is reached back as new passes, some at a time."""
        now, after = self._clock().astimezone(UTC), (date.min, "")
        while due := self._due(now, *after):
            returns = [self._return(self.lead(identifier), now) for _, identifier in due]
            # One that was refused before will be again, and must not keep those behind it from coming back.
            if operations := [operation for operation in returns if self.receipt(operation.id) is None]:
                return self.submit(HUB_ACTOR, operations)
            after = due[-1]
        return []

    def _due(self, now: datetime, day: date, identifier: str) -> list[tuple[date, str]]:
        """Return date and id of the next leads whose date to come back is reached, after the one with these two."""
        table = tables.leads
        on, known = table.c.recycle_on, table.c.id
        due = select(on, known).where(on <= now.date(), on >= day, or_(on > day, known > identifier))
        with self._store.read() as connection:
            found = connection.execute(due.order_by(on, known).limit(INGEST_STEP)).all()
        return [(when, which) for when, which in found if when is not None]

    def _return(self, lead: Lead, now: datetime) -> Operation:
        return Operation(
            # The same id from every process of this hub, so that a lead comes back once, and another one after a
            # return was taken back.
            id=f"return.{lead.id}.{lead.number}.{lead.decision_revision}",
            target=Target("lead", lead.id),
            verb=Return(),
            seen=Seen(lead.decision_revision),
            actor=HUB_ACTOR.id,
            at=now,
            agreement=0,
        )

    def forget_commits(self) -> int:
        """Drop what tells two histories apart where it is older than any cursor in use; return how much that was."""
        return self._store.forget_commits()

    # --- what comes in --------------------------------------------------------------------------------------------

    def ingest_leads(self, items: Sequence[LeadIn], actor: Person = HUB_ACTOR) -> list[Ingested]:
        """Hand leads over or update them; one result each, in order."""
        return self._ingest(items, leads.take_leads, actor)

    def ingest_campaigns(self, items: Sequence[CampaignIn], actor: Person = HUB_ACTOR) -> list[Ingested]:
        """Add campaigns or update them; one result each, in order."""
        return self._ingest(items, campaigns.take_campaigns, actor)

    def ingest_touches(self, items: Sequence[TouchIn], actor: Person = HUB_ACTOR) -> list[Ingested]:
        """Add touches to leads that are known by source and source id; one result each, in order."""
        return self._ingest(items, leads.take_touches, actor)

    def ingest_outcomes(self, items: Sequence[OutcomeIn], actor: Person = HUB_ACTOR) -> list[Ingested]:
        """Record how leads ended; one result each, in order."""
        return self._ingest(items, outcomes.take_outcomes, actor)

    def _ingest(
        self, items: Sequence[Any], take: Callable[[Book, Sequence[Any], Person], list[Ingested]], actor: Person
    ) -> list[Ingested]:
        results: list[Ingested] = []
        steps = [items[start : start + INGEST_STEP] for start in range(0, len(items), INGEST_STEP)]
        for start, step in enumerate(steps):

            def job(write: Write, step: Sequence[Any] = step) -> list[Ingested]:
                return take(write.share(Book), step, actor)

            offset = start * INGEST_STEP
            results += [replace(result, index=offset + result.index) for result in self._store.write(job)]
        return results
