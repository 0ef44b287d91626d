"""What the hub does with operations: one receipt each, each done once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from api.hub.service import Hub
from api.model import operation as op
from api.model.ingest import CampaignIn, LeadIn
from api.model.lead import Lead, State
from api.model.operation import Result
from tests.factories import MANAGER, MARKETER, NOW, OTHER_REP, REP, make_operation

pytestmark = pytest.mark.usefixtures("tokens")

HandOver = Callable[..., Lead]

SUPPRESSION = {"channels": "all", "asked_on": "2026-11-18", "how": "by phone", "confirm": "suppress"}


def reject(reason: str = "competitor", **answers: str) -> op.Reject:
    return op.Reject(reason=reason, answers=answers or {"name": "Rival Example"})


def suppression(hub: Hub) -> op.Reject:
    reason = hub.agreement().reason("do_not_contact")
    assert reason is not None
    word = next(ask.word for ask in reason.asks if ask.word)
    return op.Reject(reason=reason.code, answers={**SUPPRESSION, "confirm": word})


def test_an_accepted_lead_belongs_to_whoever_accepted_it(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over()
    (receipt,) = hub.submit(REP, [make_operation(op.Accept(), lead)])
    now = hub.lead(lead.id)
    assert receipt.result is Result.APPLIED
    assert now.state is State.ACCEPTED
    assert str(now.standing.owner) == "person:rita"
    assert receipt.n == hub.changes(limit=1_000).n, "the change that carries the effect can be pulled"


def test_the_actor_is_the_caller_whatever_the_operation_says(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over()
    hub.submit(REP, [make_operation(op.Accept(), lead, actor=MANAGER)])
    assert hub.lead(lead.id).decided.by == "rita"


def test_sending_again_changes_nothing_and_says_already(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over()
    operation = make_operation(reject(), lead)
    (first,) = hub.submit(REP, [operation])
    before = hub.head()
    again = hub.submit(REP, [operation, operation])
    assert [receipt.result for receipt in again] == [Result.ALREADY, Result.ALREADY]
    assert {receipt.n for receipt in again} == {first.n}
    assert hub.head() == before


def test_the_same_id_twice_in_one_request_is_done_once(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over()
    operation = make_operation(op.Note(text="Call back after lunch"), lead)
    receipts = hub.submit(REP, [operation, operation])
    assert [receipt.result for receipt in receipts] == [Result.APPLIED, Result.ALREADY]
    assert len(hub.lead(lead.id).remarks) == 1


def test_an_id_that_is_taken_is_refused_for_anything_else(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over()
    operation = make_operation(op.Note(text="mine"), lead)
    hub.submit(REP, [operation])
    (by_other,) = hub.submit(OTHER_REP, [operation])
    (other_verb,) = hub.submit(REP, [replace(operation, verb=op.Accept())])
    assert (by_other.code, other_verb.code) == ("id_reused", "id_reused")
    assert hub.lead(lead.id).state is State.NEW


def test_one_failure_does_not_block_the_others(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over()
    ghost = make_operation(op.Accept(), replace(lead, id="nobody"))
    unknown = make_operation(op.Reject(reason="no such reason"), lead)
    good = make_operation(op.Accept(), lead)
    receipts = hub.submit(REP, [ghost, unknown, good])
    assert [receipt.result for receipt in receipts] == [Result.REFUSED, Result.REFUSED, Result.APPLIED]
    assert (receipts[0].code, receipts[1].field) == ("unknown_lead", "reason")


def test_the_second_accept_learns_who_has_it(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over()
    hub.submit(REP, [make_operation(op.Accept(), lead)])
    (late,) = hub.submit(OTHER_REP, [make_operation(op.Accept(), lead)])
    assert late.result is Result.TAKEN
    assert late.stands is not None
    assert late.stands.by_name == REP.name
    assert str(hub.lead(lead.id).standing.owner) == "person:rita"


def test_the_receipt_can_be_read_back_for_good(hub: Hub, hand_over: HandOver) -> None:
    operation = make_operation(op.Accept(), hand_over())
    (receipt,) = hub.submit(REP, [operation])
    assert hub.receipt(operation.id) == receipt
    assert hub.receipt("never-sent") is None


def test_receipts_of_refused_operations_stay_as_they_were(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over()
    operation = make_operation(op.HandAgain(), lead)
    (first,) = hub.submit(REP, [operation])
    (second,) = hub.submit(REP, [operation])
    assert first.result is Result.REFUSED
    assert second == first


def test_suppressing_one_lead_suppresses_the_person(hub: Hub, hand_over: HandOver) -> None:
    first = hand_over("1", email="Ana@Example.com", phone="+1 555 0100")
    second = hand_over("2", email="ana@example.com")
    accepted = hand_over("3", phone="+1 (555) 0100", campaign="Spring")
    stranger = hand_over("4", email="ben@example.com")
    hub.submit(OTHER_REP, [make_operation(op.Accept(), accepted)])
    (receipt,) = hub.submit(REP, [make_operation(suppression(hub), first)])
    assert receipt.result is Result.APPLIED
    states = {lead.id: hub.lead(lead.id).state for lead in (first, second, accepted, stranger)}
    assert states == {
        first.id: State.SUPPRESSED,
        second.id: State.SUPPRESSED,
        accepted.id: State.SUPPRESSED,
        stranger.id: State.NEW,
    }
    assert hub.lead(second.id).decided.reason == "do_not_contact"


def test_a_suppressed_person_stays_suppressed_at_import(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over("1", email="ana@example.com")
    hub.submit(REP, [make_operation(suppression(hub), lead)])
    later = hand_over("2", email="ANA@example.com", name="Ana again")
    assert later.state is State.SUPPRESSED
    named = hand_over("3", name="No address yet")
    hub.ingest_leads([LeadIn(source="form", source_id="3", email="ana@example.com")])
    assert hub.lead(named.id).state is State.SUPPRESSED
    (refused,) = hub.submit(REP, [make_operation(op.Accept(), later)])
    assert (refused.result, refused.code) == (Result.REFUSED, "suppressed")


def test_correcting_an_address_to_a_suppressed_one_suppresses(hub: Hub, hand_over: HandOver) -> None:
    hub.submit(REP, [make_operation(suppression(hub), hand_over("1", email="ana@example.com"))])
    other = hand_over("2", email="anna@example.com")
    hub.submit(REP, [make_operation(op.Correct(field="email", value="ana@example.com"), other)])
    assert hub.lead(other.id).state is State.SUPPRESSED


def test_a_campaign_counts_what_becomes_of_its_leads(hub: Hub, hand_over: HandOver) -> None:
    hub.ingest_campaigns([CampaignIn(id="spring", name="Spring")])
    leads = [hand_over(str(number), campaign="spring") for number in range(4)]
    accept, no, spam = (
        make_operation(verb, lead)
        for verb, lead in zip((op.Accept(), reject(), op.Reject(reason="spam_test")), leads, strict=False)
    )
    hub.submit(REP, [accept, no, spam])
    campaign = hub.campaign("spring")
    assert (campaign.handed, campaign.accepted, campaign.rejected) == (3, 1, 1), "spam counts nowhere"
    undo = make_operation(op.Reopen(), hub.lead(leads[0].id), undoes=accept.id)
    hub.submit(REP, [undo])
    assert hub.campaign("spring").accepted == 0
    hub.submit(REP, [make_operation(op.Reopen(), hub.lead(leads[0].id), undoes=undo.id)])
    assert hub.campaign("spring").accepted == 1, "taking back the undo counts again"


def test_a_decision_under_an_older_agreement_is_taken_under_it(hub: Hub, hand_over: HandOver) -> None:
    old = hub.agreement()
    kept = tuple(reason for reason in old.reasons if reason.code != "competitor")
    new = hub.set_agreement(replace(old, reasons=kept))
    lead = hand_over()
    (late,) = hub.submit(REP, [make_operation(reject(), lead, agreement=new.version)])
    (offline,) = hub.submit(REP, [make_operation(reject(), lead, agreement=old.version)])
    assert (late.result, offline.result) == (Result.REFUSED, Result.APPLIED)
    assert hub.lead(lead.id).decided.agreement == old.version


def test_a_version_nobody_knows_counts_as_the_newest(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over()
    hub.submit(REP, [make_operation(op.Accept(), lead, agreement=99)])
    assert hub.lead(lead.id).decided.agreement == hub.agreement().version


@pytest.mark.parametrize("wrong", [timedelta(days=900), timedelta(days=-20_000)])
def test_a_clock_that_is_plainly_wrong_is_not_believed(hub: Hub, hand_over: HandOver, wrong: timedelta) -> None:
    lead = hand_over()
    hub.submit(REP, [make_operation(op.Accept(), lead, at=NOW + wrong)])
    assert hub.lead(lead.id).decided.at == NOW


def test_the_authors_time_is_kept_when_it_can_be_true(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over()
    (receipt,) = hub.submit(REP, [make_operation(op.Accept(), lead, at=NOW - timedelta(hours=3))])
    assert hub.lead(lead.id).decided.at == NOW - timedelta(hours=3)
    assert receipt.at == NOW


def test_recycled_leads_come_back_on_their_date_once(hub: Hub, hand_over: HandOver, clock) -> None:  # type: ignore[no-untyped-def]
    lead = hand_over(campaign="Spring")
    answers = {"did": "read a page", "recycle_on": "2026-12-01"}
    hub.submit(REP, [make_operation(op.Reject(reason="low_intent", answers=answers), lead)])
    assert hub.return_due() == []
    clock.forward(days=13)
    assert [receipt.result for receipt in hub.return_due()] == [Result.APPLIED]
    back = hub.lead(lead.id)
    assert (back.state, back.number, back.mark) == (State.NEW, 2, "returned")
    assert hub.return_due() == []
    assert hub.campaign(back.campaign_id).handed == 2


def test_only_the_hub_returns_leads(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over()
    for person in (REP, MARKETER, MANAGER):
        (receipt,) = hub.submit(person, [make_operation(op.Return(), lead)])
        assert receipt.result is Result.REFUSED


def test_suppress_beats_an_accept_that_came_first(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over(email="ana@example.com")
    hub.submit(OTHER_REP, [make_operation(op.Accept(), lead)])
    (receipt,) = hub.submit(REP, [make_operation(suppression(hub), lead)])
    assert receipt.result is Result.APPLIED
    assert hub.lead(lead.id).state is State.SUPPRESSED


def test_a_lead_can_not_double_one_that_does_not_exist(hub: Hub, hand_over: HandOver) -> None:
    lead, other = hand_over(), hand_over(source_id="another")
    (missing,) = hub.submit(REP, [make_operation(reject("duplicate", other="nonsense"), lead)])
    assert (missing.result, missing.code, missing.field) == (Result.REFUSED, "unknown_lead", "other")
    assert hub.lead(lead.id).state is State.NEW
    (merged,) = hub.submit(REP, [make_operation(reject("duplicate", other=other.id), lead)])
    assert merged.result is Result.APPLIED
