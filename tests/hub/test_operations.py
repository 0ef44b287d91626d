"""What the hub does with operations: one receipt each, each done once."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import create_engine, text

from api.hub.service import Hub
from api.model import operation as op
from api.model.ingest import CampaignIn, LeadIn, OutcomeIn, Status, TouchIn
from api.model.lead import Lead, State
from api.model.operation import Result
from api.rules.wishes import open_wishes
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


def test_suppress_is_applied_though_its_authors_clock_is_far_ahead(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over(email="ana@example.com")
    wish = replace(suppression(hub), answers={**suppression(hub).answers, "asked_on": "2027-03-01"})
    (receipt,) = hub.submit(REP, [make_operation(wish, lead, at=NOW + timedelta(days=103))])
    assert receipt.result is Result.APPLIED
    assert hub.lead(lead.id).decided.at == NOW


def test_a_lead_can_not_double_one_that_does_not_exist(hub: Hub, hand_over: HandOver) -> None:
    lead, other = hand_over(), hand_over(source_id="another")
    (missing,) = hub.submit(REP, [make_operation(reject("duplicate", other="nonsense"), lead)])
    assert (missing.result, missing.code, missing.field) == (Result.REFUSED, "unknown_lead", "other")
    assert hub.lead(lead.id).state is State.NEW
    (merged,) = hub.submit(REP, [make_operation(reject("duplicate", other=other.id), lead)])
    assert merged.result is Result.APPLIED


def test_a_conflict_is_kept_with_the_lead_and_everybody_can_pull_it(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over()
    _, cursor = hub.submit(REP, [make_operation(op.Accept(), lead)]), hub.changes(limit=1_000).cursor
    late = make_operation(op.Reject(reason="competitor", answers={"name": "Rival Example"}, note="saw it"), lead)
    (receipt,) = hub.submit(OTHER_REP, [late])
    assert receipt.result is Result.CONFLICT
    assert receipt.n == hub.head()
    (change,) = hub.changes(cursor).changes
    after = msgspec.json.decode(change.record, type=Lead)
    (kept,) = after.dissents
    assert (kept.operation_id, kept.by_name, kept.reason, kept.note) == (
        late.id,
        OTHER_REP.name,
        "competitor",
        "saw it",
    )
    assert kept.against == receipt.stands.operation_id
    assert after.state is State.ACCEPTED


@pytest.mark.parametrize("late", [op.Accept(), reject()], ids=["taken", "conflict"])
def test_a_dissent_sent_again_gets_the_same_receipt_and_is_kept_once(
    hub: Hub, hand_over: HandOver, late: op.LeadVerb
) -> None:
    lead = hand_over()
    hub.submit(REP, [make_operation(op.Accept(), lead)])
    operation = make_operation(late, lead)
    first, second = hub.submit(OTHER_REP, [operation, operation])
    before = hub.head()
    (third,) = hub.submit(OTHER_REP, [operation])
    assert first == second == third == hub.receipt(operation.id)
    assert hub.head() == before == first.n
    assert len(hub.lead(lead.id).dissents) == 1


def test_a_dissent_offered_to_a_hub_that_forgot_the_operation_is_kept_once(
    hub: Hub, hand_over: HandOver, db_url: str
) -> None:
    """As when the table of operations is older than the leads, which no commit leaves behind, but a repair might."""
    lead = hand_over()
    hub.submit(REP, [make_operation(op.Accept(), lead)])
    operation = make_operation(reject(), lead)
    (first,) = hub.submit(OTHER_REP, [operation])
    engine = create_engine(db_url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM operations WHERE id = :id"), {"id": operation.id})
    engine.dispose()
    (again,) = hub.submit(OTHER_REP, [operation])
    assert again == first
    assert len(hub.lead(lead.id).dissents) == 1


def test_insisting_overrules_openly_and_the_campaign_counts_what_holds(hub: Hub, hand_over: HandOver) -> None:
    hub.ingest_campaigns([CampaignIn(id="spring", name="Spring")])
    lead = hand_over(campaign="spring")
    late = make_operation(reject(), lead)
    hub.submit(REP, [make_operation(op.Accept(), lead)])
    hub.submit(OTHER_REP, [late])
    again = make_operation(reject(), hub.lead(lead.id), insists=late.id)
    (receipt,) = hub.submit(OTHER_REP, [again])
    assert receipt.result is Result.APPLIED
    now = hub.lead(lead.id)
    assert (now.state, now.decided.insists) == (State.REJECTED, late.id)
    assert [entry.by for entry in now.trail] == ["rita", "otto"]
    campaign = hub.campaign("spring")
    assert (campaign.handed, campaign.accepted, campaign.rejected) == (1, 0, 1)
    hub.submit(OTHER_REP, [make_operation(op.Reopen(), now, undoes=again.id)])
    campaign = hub.campaign("spring")
    assert (campaign.accepted, campaign.rejected) == (1, 0), "their decision stands again"
    assert hub.lead(lead.id).state is State.ACCEPTED


def test_asking_for_a_lead_and_keeping_it_reach_both(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over()
    hub.submit(REP, [make_operation(op.Accept(), lead)])
    accepted = hub.lead(lead.id)
    asked, kept = op.AskFor(text="I know her"), op.Keep(text="almost signed")
    hub.submit(OTHER_REP, [make_operation(asked, accepted)])
    assert [wish.by for wish in open_wishes(hub.lead(lead.id))] == ["otto"]
    hub.submit(REP, [make_operation(kept, accepted)])
    assert open_wishes(hub.lead(lead.id)) == ()
    assert hub.lead(lead.id).decision_revision == accepted.decision_revision


WAYS_IN = {
    "import of a new lead": lambda hub: LeadIn(source="form", source_id="new", email="ana@example.com"),
    "update that brings the address": lambda hub: LeadIn(source="form", source_id="2", email="ANA@example.com"),
    "update that brings the number": lambda hub: LeadIn(source="form", source_id="2", phone="0015550100199"),
}


@pytest.mark.parametrize("way", WAYS_IN)
def test_suppression_is_checked_at(hub: Hub, hand_over: HandOver, way: str) -> None:
    hub.submit(
        REP, [make_operation(suppression(hub), hand_over("1", email="ana@example.com", phone="+1 555 0100 199"))]
    )
    hand_over("2", name="No address yet")
    (result,) = hub.ingest_leads([WAYS_IN[way](hub)])
    assert hub.lead(result.id).state is State.SUPPRESSED
    (refused,) = hub.submit(OTHER_REP, [make_operation(op.Accept(), hub.lead(result.id))])
    assert (refused.result, refused.code) == (Result.REFUSED, "suppressed")


def test_suppression_is_checked_at_touches_and_outcomes_and_the_day_of_return(  # type: ignore[no-untyped-def]
    hub: Hub, hand_over: HandOver, clock
) -> None:
    asleep = hand_over("asleep", email="ana@example.com")
    answers = {"did": "read a page", "recycle_on": "2026-12-01"}
    hub.submit(REP, [make_operation(op.Reject(reason="low_intent", answers=answers), asleep)])
    hub.submit(REP, [make_operation(suppression(hub), hand_over("1", email="ana@example.com"))])
    assert hub.lead(asleep.id).state is State.SUPPRESSED
    clock.forward(days=30)
    assert hub.return_due() == []
    hub.ingest_touches([TouchIn(source="form", source_id="asleep", at=clock.now, kind="visit")])
    (outcome,) = hub.ingest_outcomes([OutcomeIn(source="form", source_id="asleep", result="won")])
    assert outcome.status is Status.REJECTED
    assert hub.lead(asleep.id).state is State.SUPPRESSED


def test_an_accept_on_another_record_of_the_person_is_refused_whatever_its_author_saw(
    hub: Hub, hand_over: HandOver
) -> None:
    first, second = hand_over("1", email="ana@example.com"), hand_over("2", email="ana@example.com")
    asked, accept = make_operation(suppression(hub), first), make_operation(op.Accept(), second)
    receipts = hub.submit(REP, [asked, accept])
    assert [receipt.result for receipt in receipts] == [Result.APPLIED, Result.REFUSED]
    assert hub.lead(second.id).dissents == ()


def test_what_is_learned_later_about_a_suppressed_person_is_suppressed_too(hub: Hub, hand_over: HandOver) -> None:
    hub.submit(REP, [make_operation(suppression(hub), hand_over("1", phone="+1 555 0100 199"))])
    known = hand_over("2", email="ana@example.com")
    hub.ingest_leads([LeadIn(source="form", source_id="1", email="ana@example.com")])
    assert hub.lead(known.id).state is State.SUPPRESSED
    assert hand_over("3", email="ana@example.com").state is State.SUPPRESSED
