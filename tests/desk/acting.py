"""Doing something at a desk, and the CRM answering it."""

from collections.abc import Callable

from api.desk import Desk
from api.model import operation as op
from api.model.operation import Operation, Receipt
from api.model.people import Person
from tests.factories import OTHER_REP, REP, make_operation
from tests.sync.fake_crm import FakeServer

TEXT = {"text": "They are a school, not a business."}


def send(desk: Desk, server: FakeServer) -> list[Receipt]:
    receipts = [server.apply(one, REP) for one in desk.ledger.offer(desk.ledger.pending())]
    desk.take_receipts(receipts)
    return receipts


def no_fit(answers: dict[str, str] | None = None) -> op.Reject:
    return op.Reject(reason="other", answers=TEXT if answers is None else answers)


def do(desk: Desk, verb: op.LeadVerb, *ids: str) -> list[Operation]:
    operations = desk.prepare(verb, [desk.lead(one) for one in ids])
    desk.commit(operations)
    return operations


def another(server: FakeServer, verb: op.LeadVerb, lead_id: str, actor: Person = OTHER_REP, **changes: str) -> Receipt:
    """Let somebody else act on a lead as they see it at the CRM."""
    return server.apply(make_operation(verb, server.leads[lead_id], actor=actor, **changes), actor)


def meet(
    desk: Desk, server: FakeServer, pull: Callable[[Desk], None], mine: op.LeadVerb, theirs: op.LeadVerb, lead_id: str
) -> Operation:
    """Decide what somebody else has decided already, and hear so; returns my operation."""
    (operation,) = do(desk, mine, lead_id)
    another(server, theirs, lead_id)
    send(desk, server)
    pull(desk)
    return operation


def suppress(desk: Desk, lead_id: str) -> Operation:
    """Note that somebody asked not to be contacted."""
    reason = desk.agreement.reason("do_not_contact")
    assert reason is not None
    answers = desk.prefill(reason, desk.lead(lead_id)) | {"how": "e-mail", "confirm": "suppress"}
    (wish,) = do(desk, op.Reject(reason="do_not_contact", answers=answers), lead_id)
    return wish
