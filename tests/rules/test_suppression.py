"""A wish not to be contacted holds for every record of the person."""

import pytest
from msgspec.structs import replace

from api.model import operation as op
from api.model.lead import Contact, Standing, State
from api.rules.lifecycle import apply
from api.rules.suppression import suppressed_by, suppression_keys, wish_about
from tests.factories import REP, make_agreement, make_lead, make_operation

ANSWERS = {"channels": "all", "asked_on": "2026-11-18", "how": "by mail", "confirm": "suppress"}


def test_another_record_of_the_person_is_suppressed_by_the_same_wish() -> None:
    asked = make_lead(contact=Contact(email="Ana@Example.com", phone="+1 555 0100 123"))
    verb = op.Reject(reason="do_not_contact", answers=ANSWERS)
    gone = apply(asked, make_operation(verb, asked), REP, make_agreement()).lead
    assert gone.decided is not None
    wishes = dict.fromkeys(suppression_keys(gone), gone.decided)
    by_mail = make_lead("L2", contact=Contact(email="ana@example.com"))
    by_phone = make_lead("L3", contact=Contact(phone="0015550100123"))
    stranger = make_lead("L4", contact=Contact(email="ben@example.com"))
    assert [wish_about(lead, wishes) for lead in (by_mail, by_phone, stranger)] == [gone.decided, gone.decided, None]
    other = suppressed_by(by_mail, gone.decided)
    assert (other.state, other.decision_revision, other.revision) == (State.SUPPRESSED, 2, 2)
    entry = other.trail[-1]
    assert (entry.by, entry.reason, entry.before) == ("rita", "do_not_contact", by_mail.standing)
    assert entry.operation_id != gone.decided.operation_id


@pytest.mark.parametrize("state", [state for state in State if state is not State.SUPPRESSED], ids=str)
def test_the_wish_wins_from_every_state(state: State) -> None:
    asked = make_lead()
    gone = apply(
        asked,
        make_operation(op.Reject(reason="do_not_contact", answers=ANSWERS), asked),
        REP,
        make_agreement(),
    ).lead
    assert gone.decided is not None
    there = make_lead("L2", standing=Standing(state=state, claimed_by="otto"))
    after = suppressed_by(there, replace(gone.decided, insists="something"))
    assert (after.state, after.standing.claimed_by, after.standing.recycle_on) == (State.SUPPRESSED, "", None)
    assert (after.trail[-1].insists, after.snooze) == ("", None)
