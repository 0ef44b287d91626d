"""Operations of people, done once each: what they changed and what was answered is kept for good."""

import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec.structs import replace
from sqlalchemy import select

from api.errors import HandoffError
from api.hub.data import tables
from api.hub.data.book import Book
from api.hub.data.store import Write, chunks
from api.model.agreement import Agreement, AskKind, Consequence
from api.model.lead import Lead
from api.model.operation import Disqualify, Operation, Receipt, Reject, Result
from api.model.people import Person
from api.rules.lifecycle import apply
from api.rules.outcome import Outcome, refused

log = logging.getLogger("handoff.hub")

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Before this, a client's clock is plainly wrong."""

SKEW = timedelta(minutes=5)
"""How far ahead of the hub's a client's clock is still believed."""


class Past:
    """The operations that were done already, in this transaction or before it."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._expected: list[str] = []
        self._done: dict[str, tuple[Operation, Receipt] | None] = {}

    def expect(self, identifiers: Iterable[str]) -> None:
        """Note that these will be asked for, so that they are read together."""
        self._expected += identifiers

    def find(self, identifier: str) -> tuple[Operation, Receipt] | None:
        """Return the operation with this id and its receipt, or None when it was never done."""
        if identifier not in self._done:
            self._expected.append(identifier)
            self._read()
        return self._done[identifier]

    def add(self, operation: Operation, receipt: Receipt, at: datetime) -> None:
        """Keep an operation that was done just now."""
        self._done[operation.id] = (operation, receipt)
        row = {
            "id": operation.id,
            "target_kind": operation.target.kind,
            "target_id": operation.target.id,
            "actor": operation.actor,
            "at": int(at.timestamp()),
            "body": msgspec.json.encode(operation),
            "receipt": msgspec.json.encode(receipt),
        }
        self._write.insert(tables.operations, row)

    def _read(self) -> None:
        table = tables.operations
        wanted = [identifier for identifier in dict.fromkeys(self._expected) if identifier not in self._done]
        self._expected.clear()
        self._done |= dict.fromkeys(wanted)
        for part in chunks(wanted):
            for row in self._write.connection.execute(
                select(table.c.id, table.c.body, table.c.receipt).where(table.c.id.in_(part))
            ):
                self._done[row.id] = (
                    msgspec.json.decode(row.body, type=Operation),
                    msgspec.json.decode(row.receipt, type=Receipt),
                )


def expect(write: Write, operations: Sequence[Operation]) -> None:
    """Say what `decide` will read for these operations."""
    write.share(Past).expect(operation.id for operation in operations)
    write.expect("lead", (operation.target.id for operation in operations))
    book = write.share(Book)
    write.expect("agreement", (str(book.version(operation.agreement)) for operation in operations))


def decide(book: Book, actor: Person, operations: Sequence[Operation]) -> list[Receipt]:
    """Do `operations` in order as `actor`; return one receipt each."""
    past = book.write.share(Past)
    expect(book.write, operations)
    receipts = []
    for offered in operations:
        operation = replace(offered, actor=actor.id, at=_believable(offered.at, book.write.at))
        if done := past.find(operation.id):
            receipts.append(_again(operation, *done))
            continue
        operation, receipt = _do(book, actor, operation)
        past.add(operation, receipt, book.write.at)
        receipts.append(receipt)
    return receipts


def _believable(at: datetime, now: datetime) -> datetime:
    """Return the author's time, or the hub's where the author's clock can't be right."""
    return at if EARLIEST <= at <= now + SKEW else now


def _again(operation: Operation, done: Operation, receipt: Receipt) -> Receipt:
    if (operation.actor, operation.target, operation.verb) != (done.actor, done.target, done.verb):
        return Receipt(
            operation_id=operation.id,
            result=Result.REFUSED,
            at=receipt.at,
            sentence="Another operation has this id already; a new one needs an id of its own.",
            code="id_reused",
            field="id",
        )
    return replace(receipt, result=Result.ALREADY) if receipt.result is Result.APPLIED else receipt


def _missing(book: Book, operation: Operation, lead: Lead, agreement: Agreement) -> Outcome | None:
    """Refuse to merge a lead into one that does not exist: the rules see a single record and can't know."""
    verb = operation.verb
    reason = agreement.reason(verb.reason) if isinstance(verb, Reject | Disqualify) else None
    if reason is None or reason.outcome is not Consequence.MERGE or not isinstance(verb, Reject | Disqualify):
        return None
    asked = next((ask.key for ask in reason.asks if ask.kind is AskKind.LEAD), "")
    other = verb.answers.get(asked, "").strip()
    if not other or book.lead(other) is not None:
        return None
    return refused(lead, "unknown_lead", "The lead that it is said to double does not exist here.", asked)


def _do(book: Book, actor: Person, operation: Operation) -> tuple[Operation, Receipt]:
    lead = book.lead(operation.target.id)
    if lead is None:
        return operation, Receipt(
            operation_id=operation.id,
            result=Result.REFUSED,
            at=book.write.at,
            sentence="The hub has no lead with this id.",
            code="unknown_lead",
            field="target.id",
        )
    agreement = book.agreement(operation.agreement)
    operation = replace(operation, agreement=agreement.version)
    try:
        outcome = _missing(book, operation, lead, agreement) or apply(lead, operation, actor, agreement)
    except Exception as error:  # whatever is wrong with one operation must not hold back those after it
        log.exception("Operation %s can't be judged.", operation.id)
        sentence = error.sentence if isinstance(error, HandoffError) else "The hub failed at this; its log says why."
        outcome = refused(lead, "failed", sentence)
    number = 0
    if outcome.lead is not lead:
        # A dissent is kept with the lead, so that both sides hear of it, though nothing took effect.
        number = book.save(outcome.lead)
    elif outcome.result is not Result.REFUSED:
        # Without a change of its own the answer is carried by the record's last one.
        number = book.write.number("lead", lead.id)
    return operation, Receipt(
        operation_id=operation.id,
        result=outcome.result,
        at=book.write.at,
        n=number,
        sentence=outcome.sentence,
        code=outcome.code,
        field=outcome.field,
        stands=outcome.stands,
    )
