"""A CRM in memory that obeys the rules, and whose line can be cut in every way that matters."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from api.crm.port import Capabilities, CursorLost, Identity, Unreachable
from api.model.agreement import Agreement
from api.model.changes import GONE, Change, Page, RecordKind
from api.model.lead import Lead
from api.model.operation import Operation, Receipt
from api.model.people import Person
from api.rules import lifecycle
from tests.factories import NOW, PEOPLE, make_agreement


class FakeServer:
    """What the CRM knows. Like a database, it keeps only the newest version of a record, under its newest number."""

    def __init__(self, *, epoch: str = "e1", page: int = 500, now: Callable[[], datetime] = lambda: NOW) -> None:
        self.epoch = epoch
        self.page = page
        self.now = now
        self.n = 0
        self.leads: dict[str, Lead] = {}
        self.receipts: dict[str, Receipt] = {}
        self.applied: list[str] = []
        self.agreements: dict[int, Agreement] = {}
        self._records: dict[tuple[RecordKind, str], tuple[int, bytes | None]] = {}
        self.changed = asyncio.Event()
        self.set_agreement(make_agreement())
        for person in PEOPLE.values():
            self.put("person", person.id, person)

    def put(self, kind: RecordKind, id_: str, record: Any) -> int:
        """Write a record, or its tombstone when it is None."""
        self.n += 1
        self._records.pop((kind, id_), None)
        self._records[kind, id_] = (self.n, None if record is None else msgspec.json.encode(record))
        if kind == "lead":
            if record is None:
                self.leads.pop(id_, None)
            else:
                self.leads[id_] = record
        self.changed.set()
        return self.n

    def put_lead(self, lead: Lead) -> int:
        return self.put("lead", lead.id, lead)

    def set_agreement(self, agreement: Agreement) -> None:
        self.agreements[agreement.version] = agreement
        self.put("agreement", str(agreement.version), agreement)

    def apply(self, operation: Operation, actor: Person) -> Receipt:
        known = self.receipts.get(operation.id)
        if known is not None:
            return known
        lead = self.leads[operation.target.id]
        agreement = self.agreements[operation.agreement]
        outcome = lifecycle.apply(lead, operation, actor, agreement)
        n = self._records["lead", lead.id][0]
        if outcome.lead is not lead:
            n = self.put_lead(outcome.lead)
            if outcome.result.took_effect:
                self.applied.append(operation.id)
        receipt = Receipt(
            operation_id=operation.id,
            result=outcome.result,
            at=self.now(),
            n=n,
            sentence=outcome.sentence,
            code=outcome.code,
            field=outcome.field,
            stands=outcome.stands,
        )
        self.receipts[operation.id] = receipt
        return receipt

    def pages(self, cursor: str) -> list[Page]:
        epoch, _, number = cursor.partition(":")
        after = int(number or 0)
        if cursor and (epoch != self.epoch or after > self.n):
            raise CursorLost("The cursor is not known here.")
        records = [
            Change(n, kind, id_, GONE if record is None else msgspec.Raw(record))
            for (kind, id_), (n, record) in self._records.items()
            if n > after
        ]
        parts = [records[i : i + self.page] for i in range(0, len(records), self.page)] or [[]]
        pages = []
        for index, part in enumerate(parts):
            n = part[-1].n if part else after
            more = index + 1 < len(parts)
            pages.append(Page(self.epoch, tuple(part), f"{self.epoch}:{n}", n, more))
        return pages

    def restored(self, copy: "FakeServer", epoch: str) -> None:
        """Become what `copy` was, as after restoring a backup."""
        self.epoch, self.n = epoch, copy.n
        self.leads, self.receipts = dict(copy.leads), dict(copy.receipts)
        self.agreements, self._records = dict(copy.agreements), dict(copy._records)

    def backup(self) -> "FakeServer":
        other = FakeServer(epoch=self.epoch)
        other.restored(self, self.epoch)
        return other


class FakeCrm:
    """One person's line to the server. `trouble` is asked before each request, and may raise."""

    def __init__(self, server: FakeServer, person: Person, *, live: bool = True) -> None:
        self.server = server
        self.person = person
        self.capabilities = Capabilities(live=live)
        self.trouble: Callable[[str], None] = lambda request: None
        self.lose_answers = False
        self.unanswered: set[str] = set()
        self.refuse_batches_with: Callable[[Sequence[Operation]], None] = lambda operations: None
        self.new_token = False
        self.looks = 0
        self.requests: list[str] = []
        self.submitted: list[list[str]] = []

    def _ask(self, request: str) -> None:
        self.requests.append(request)
        self.trouble(request)

    async def whoami(self) -> Identity:
        self._ask("whoami")
        return Identity(self.person, self.server.epoch, self.server.now())

    async def changes(self, cursor: str) -> AsyncIterator[Page]:
        self._ask("changes")
        for page in self.server.pages(cursor):
            yield page
            self.trouble("next page")

    async def submit(self, operations: Sequence[Operation]) -> list[Receipt]:
        self._ask("submit")
        self.refuse_batches_with(operations)
        self.submitted.append([operation.id for operation in operations])
        receipts = [
            self.server.apply(operation, self.person) for operation in operations if operation.id not in self.unanswered
        ]
        if self.lose_answers:
            raise Unreachable("The answer was lost.")
        return receipts

    async def read_back(self, operation: Operation) -> Receipt | None:
        self._ask("read_back")
        return self.server.receipts.get(operation.id)

    async def nudges(self) -> AsyncIterator[int]:
        self._ask("nudges")
        yield self.server.n
        while True:
            self.server.changed.clear()
            await self.server.changed.wait()
            self.trouble("nudge")
            yield self.server.n

    async def has_new_token(self) -> bool:
        self.looks += 1
        return self.new_token

    async def close(self) -> None:
        self.requests.append("close")
