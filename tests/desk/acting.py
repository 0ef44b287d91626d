"""Doing something at a desk, and the CRM answering it."""

from api.desk import Desk
from api.model import operation as op
from api.model.operation import Operation, Receipt
from tests.factories import REP
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
