"""What to make of “somebody was there before you” (HTTP 409, 412): look at what stands, and judge by the same rules."""

from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from api.crm.port import Busy, Crm, CrmError, CursorLost, Forbidden, NotTaken, Rubbish, SignedOut, Unreachable
from api.desk import Desk
from api.model.lead import FIELDS, Lead, field_value
from api.model.operation import Operation, Receipt, Result, Seen
from api.rules import lifecycle

STATUSES = frozenset({409, 412})
"""Answers of a CRM that mean: what you build on is not what stands here."""

LINE_FAULTS = (Unreachable, Busy, SignedOut, Rubbish, CursorLost)
"""Errors that say nothing about the operation: it stays pending."""


def refused(desk: Desk, operation: Operation, error: CrmError) -> Receipt:
    """Return the receipt of an operation that the CRM won't take, with the CRM's own words."""
    return Receipt(
        operation_id=operation.id,
        result=Result.REFUSED,
        at=desk.now(),
        sentence=error.sentence,
        code="forbidden" if isinstance(error, Forbidden) else "refused",
    )


class Comparing:
    """Settles operations that met something else at the CRM."""

    def __init__(self, desk: Desk, crm: Crm, pull: Callable[[], Awaitable[None]]) -> None:
        self._desk = desk
        self._crm = crm
        self._pull = pull

    async def settle(self, operation: Operation, error: NotTaken) -> Receipt | None:
        """Return what became of the operation after all; None when the CRM gave no answer to its second offer.

        Raises:
            CrmError: one of `LINE_FAULTS`; the operation stays pending.
        """
        known = await self._read_back(operation)
        if known is not None:
            return known
        await self._pull()
        lead = self._desk.mirrored(operation.target.id)
        if lead is None:
            return refused(self._desk, operation, error)
        agreement = self._desk.agreement_at(operation.agreement)
        outcome = lifecycle.apply(lead, operation, self._desk.me, agreement)
        if outcome.result is Result.APPLIED:
            return await self._again(rebased(operation, lead))
        return Receipt(
            operation_id=operation.id,
            result=outcome.result,
            at=self._desk.now(),
            n=self._desk.n,
            sentence=outcome.sentence,
            code=outcome.code,
            field=outcome.field,
            stands=outcome.stands,
        )

    async def _read_back(self, operation: Operation) -> Receipt | None:
        try:
            return await self._crm.read_back(operation)
        except LINE_FAULTS:
            raise
        except CrmError:
            # A CRM that can't tell what became of it knows no more than one that never saw it.
            return None

    async def _again(self, operation: Operation) -> Receipt | None:
        try:
            receipts = await self._crm.submit([operation])
        except LINE_FAULTS:
            raise
        except CrmError as error:
            return refused(self._desk, operation, error)
        return receipts[0] if receipts else None


def rebased(operation: Operation, lead: Lead) -> Operation:
    """Return the operation as one whose author has seen the lead as it is: nothing they rest on has been decided."""
    values = {key: field_value(lead, key) if key in FIELDS else value for key, value in operation.seen.values.items()}
    return replace(operation, seen=Seen(lead.decision_revision, values))
