"""A wish not to be contacted holds on this machine for every record of the person, before the CRM has heard of it."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from api.desk import CannotDo, Desk, Way
from api.model import operation as op
from api.model.lead import Contact, State
from api.model.operation import Receipt, Result
from tests.desk.acting import do, meet, send, suppress
from tests.factories import NOW, make_lead
from tests.sync.fake_crm import FakeServer

Pull = Callable[[Desk], None]
ASKED = Contact(name="Ana Example", email="ana@example.com", phone="+49 30 123456-7")


@pytest.fixture(autouse=True)
def leads(desk: Desk, server: FakeServer, pull: Pull) -> None:
    server.put_lead(make_lead("asked", contact=ASKED))
    server.put_lead(make_lead("mail", contact=Contact(name="A. Example", email="Ana@Example.com ")))
    server.put_lead(make_lead("call", contact=Contact(phone="0049 (30) 1234567 ext 12")))
    server.put_lead(make_lead("other", contact=Contact(name="Bea Example", email="bea@example.com")))
    pull(desk)


def states(desk: Desk) -> dict[str, str]:
    return {lead_id: row.state for lead_id, row in sorted(desk.rows().items())}


def suppressed(desk: Desk) -> set[str]:
    found = {lead_id for lead_id, state in states(desk).items() if state == "suppressed"}
    assert found == {one for one in desk.rows() if desk.lead(one).state is State.SUPPRESSED}
    assert found == set(desk.rows()) - set(desk.queue())
    return found


def test_other_records_of_the_person_leave_the_queue_at_once_and_in_every_process(desk: Desk, open_desk):
    other = open_desk()
    suppress(desk, "asked")
    assert suppressed(desk) == {"asked", "mail", "call"}
    other.refresh()
    assert suppressed(other) == {"asked", "mail", "call"}
    assert suppressed(open_desk()) == {"asked", "mail", "call"}
    assert desk.lead("mail").decided.by_name == "Rita Rep"


def test_none_of_them_can_be_accepted_any_more_not_even_from_what_was_seen_before(desk: Desk):
    seen = desk.lead("mail")
    suppress(desk, "asked")
    for lead in (seen, desk.lead("mail")):
        with pytest.raises(CannotDo, match="asked not to be contacted"):
            desk.prepare(op.Accept(), [lead])
    assert desk.prepare(op.Note(text="They wrote again."), [desk.lead("mail")])


def test_it_holds_for_leads_that_come_later(desk: Desk, server, pull: Pull):
    suppress(desk, "asked")
    server.put_lead(make_lead("new", contact=Contact(name="New Name", email="ana@example.com")))
    pull(desk)
    assert "new" in suppressed(desk)


def test_it_survives_forgetting_what_the_crm_said(desk: Desk, open_desk, server, pull: Pull):
    suppress(desk, "asked")
    desk.start_over()
    server.put("lead", "asked", None)
    pull(desk)
    assert suppressed(desk) == {"mail", "call"} == suppressed(open_desk())


def test_taking_it_back_unsent_frees_them_all(desk: Desk, open_desk):
    other = open_desk()
    suppress(desk, "asked")
    other.refresh()
    desk.undo()
    assert suppressed(desk) == set()
    other.refresh()
    assert suppressed(other) == set()


def test_once_the_crm_has_it_the_crm_knows_best(desk: Desk, server, pull: Pull):
    suppress(desk, "asked")
    send(desk, server)
    assert suppressed(desk) == {"asked", "mail", "call"}
    lead = server.leads["mail"]
    server.put_lead(replace(lead, standing=replace(lead.standing, state=State.SUPPRESSED)))
    pull(desk)
    assert suppressed(desk) == {"asked", "mail"}


def test_one_that_the_crm_refused_suppresses_nobody(desk: Desk):
    wish = suppress(desk, "asked")
    desk.take_receipts([Receipt(operation_id=wish.id, result=Result.REFUSED, at=NOW, sentence="No.")])
    assert suppressed(desk) == set()


def test_a_short_number_and_an_empty_address_suppress_nobody_else(desk: Desk, server, pull: Pull):
    server.put_lead(make_lead("bare", contact=Contact(name="Cem Example", phone="1234")))
    server.put_lead(make_lead("short", contact=Contact(name="Dan Example", phone="1234")))
    pull(desk)
    suppress(desk, "bare")
    assert suppressed(desk) == {"bare"}


def test_nothing_of_the_person_can_be_insisted_on(desk: Desk, server, pull: Pull):
    mine = meet(desk, server, pull, op.Reject(reason="spam_test"), op.Accept(), "mail")
    suppress(desk, "asked")
    (one,) = desk.unsettled()
    assert one.ways == (Way.YIELD,)
    with pytest.raises(CannotDo, match="asked not to be contacted"):
        desk.resolve(mine.id, Way.INSIST)


def test_a_decision_made_before_does_not_show_against_it(desk: Desk):
    do(desk, op.Accept(), "mail")
    suppress(desk, "asked")
    assert "mail" in suppressed(desk)
    desk.undo()
    assert states(desk)["mail"] == "accepted"
