"""Operations of people, done once each: what they changed and what was answered is kept for good."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec.structs import replace
from sqlalchemy import insert, select

from api.errors import HandoffError
from api.hub.data import tables
from api.hub.data.book import Book
from api.hub.data.store import chunks
from api.model.operation import Operation, Receipt, Result
from api.model.people import Person
from api.rules.lifecycle import apply
from api.rules.outcome import refused

log = logging.getLogger("handoff.hub")

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Before this, a client's clock is plainly wrong."""

SKEW = timedelta(minutes=5)
"""How far ahead of the hub's a client's clock is still believed."""


def decide(book: Book, actor: Person, operations: Sequence[Operation]) -> list[Receipt]:
    """Do `operations` in order as `actor`; return one receipt each."""
    known = _known(book, [operation.id for operation in operations])
    book.write.load("lead", [operation.target.id for operation in operations])
    receipts, rows = [], []
    for offered in operations:
        operation = replace(offered, actor=actor.id, at=_believable(offered.at, book.write.at))
        if operation.id in known:
            receipts.append(_again(operation, *known[operation.id]))
            continue
        operation, receipt = _do(book, actor, operation)
        known[operation.id] = (operation, receipt)
        receipts.append(receipt)
        rows.append(
            {
                "id": operation.id,
                "target_kind": operation.target.kind,
                "target_id": operation.target.id,
                "actor": actor.id,
                "at": int(book.write.at.timestamp()),
                "body": msgspec.json.encode(operation),
                "receipt": msgspec.json.encode(receipt),
            }
        )
    if rows:
        book.write.connection.execute(insert(tables.operations), rows)
    return receipts


def _known(book: Book, identifiers: Sequence[str]) -> dict[str, tuple[Operation, Receipt]]:
    table = tables.operations
    known = {}
    for part in chunks(dict.fromkeys(identifiers)):
        for row in book.write.connection.execute(
            select(table.c.id, table.c.body, table.c.receipt).where(table.c.id.in_(part))
        ):
            known[row.id] = (
                msgspec.json.decode(row.body, type=Operation),
                msgspec.json.decode(row.receipt, type=Receipt),
            )
    return known


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
        outcome = apply(lead, operation, actor, agreement)
    except Exception as error:  # whatever is wrong with one operation must not hold back those after it
        log.exception("Operation %s can't be judged.", operation.id)
        sentence = error.sentence if isinstance(error, HandoffError) else "The hub failed at this; its log says why."
        outcome = refused(lead, "failed", sentence)
    number = 0
    if outcome.result.took_effect:
        # Without a change of its own the effect is carried by the record's last one.
        changed = outcome.lead != lead
        number = book.save(outcome.lead) if changed else book.write.number("lead", lead.id)
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
