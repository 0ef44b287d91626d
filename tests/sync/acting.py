"""What a person does at a desk in these tests."""

from api.desk import Desk
from api.model import operation as op
from api.model.operation import Operation


def do(desk: Desk, verb: op.LeadVerb, *ids: str) -> list[Operation]:
    operations = desk.prepare(verb, [desk.lead(one) for one in ids])
    desk.commit(operations)
    return operations


def stop(desk: Desk) -> op.Reject:
    reason = desk.agreement.reason("do_not_contact")
    answers = desk.prefill(reason, desk.lead("c")) | {"how": "e-mail", "confirm": "suppress"}
    return op.Reject(reason="do_not_contact", answers=answers)
