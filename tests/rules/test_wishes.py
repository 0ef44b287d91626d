"""Asking for somebody's lead, keeping it, and handing it over."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from api.model import operation as op
from api.model.lead import Lead, Standing, State
from api.model.operation import LeadVerb, Result
from api.model.people import Owner, Person
from api.rules.lifecycle import apply
from api.rules.permission import hinder
from api.rules.wishes import NoHandingOver, hand_over, open_wishes
from tests.factories import MANAGER, MARKETER, NOW, OTHER_REP, REP, make_agreement, make_lead, make_operation

AGREEMENT = make_agreement()


def do(lead: Lead, verb: LeadVerb, actor: Person, minutes: int = 0, **changes: str) -> Lead:
    operation = make_operation(verb, lead, actor=actor, at=NOW + timedelta(minutes=minutes), **changes)
    outcome = apply(lead, operation, actor, AGREEMENT)
    assert outcome.result is Result.APPLIED, outcome.sentence
    return outcome.lead


def waiting(lead: Lead) -> list[tuple[str, str]]:
    return [(wish.by, wish.text) for wish in open_wishes(lead)]


@pytest.fixture
def asked() -> Lead:
    """Rita has it, and Otto asks for it."""
    return do(do(make_lead(), op.Accept(), REP), op.AskFor(text="I know her"), OTHER_REP)


def test_asking_is_attached_and_decides_nothing(asked: Lead) -> None:
    accepted = do(make_lead(), op.Accept(), REP)
    assert waiting(asked) == [("otto", "I know her")]
    assert (asked.standing, asked.decision_revision) == (accepted.standing, accepted.decision_revision)


@pytest.mark.parametrize("having", [op.Claim(), op.Accept(), op.Qualify()], ids=["claimed", "accepted", "qualified"])
def test_whoever_has_it_can_be_asked(having: LeadVerb) -> None:
    lead = make_lead()
    if isinstance(having, op.Qualify):
        lead = do(lead, op.Accept(), REP)
    assert waiting(do(do(lead, having, REP), op.AskFor(), MANAGER)) == [("max", "")]


def test_nobody_is_asked_for_what_nobody_has_or_is_ones_own() -> None:
    lead = make_lead()
    free = apply(lead, make_operation(op.AskFor(), lead), REP, AGREEMENT)
    assert (free.result, "nobody to ask" in free.sentence) == (Result.REFUSED, True)
    own = do(lead, op.Accept(), REP)
    assert apply(own, make_operation(op.AskFor(), own), REP, AGREEMENT).sentence == "It is yours already."
    asked_by_marketing = apply(own, make_operation(op.AskFor(), own, actor=MARKETER), MARKETER, AGREEMENT)
    assert asked_by_marketing.result is Result.REFUSED


def test_keeping_answers_everybody_who_has_asked_and_nobody_who_asks_later(asked: Lead) -> None:
    both = do(asked, op.AskFor(), MANAGER)
    kept = do(both, op.Keep(text="almost signed"), REP)
    assert waiting(kept) == []
    assert kept.remarks[-1].text == "almost signed"
    assert waiting(do(kept, op.AskFor(text="please"), OTHER_REP)) == [("otto", "please")]


def test_only_its_owner_keeps_it(asked: Lead) -> None:
    for person in (OTHER_REP, MANAGER, MARKETER):
        outcome = apply(asked, make_operation(op.Keep(), asked, actor=person), person, AGREEMENT)
        assert outcome.result is Result.REFUSED


def test_asking_again_replaces_the_words_and_undo_takes_it_back(asked: Lead) -> None:
    again = do(asked, op.AskFor(text="really"), OTHER_REP)
    assert waiting(again) == [("otto", "really")]
    assert waiting(do(asked, op.Reopen(), OTHER_REP, undoes=asked.remarks[-1].operation_id)) == []


@pytest.mark.parametrize("having", [op.Claim(), op.Accept()], ids=["claimed", "accepted"])
def test_handing_over_makes_the_asker_owner_and_ends_the_wish(having: LeadVerb) -> None:
    asked = do(do(make_lead(), having, REP), op.AskFor(), OTHER_REP)
    given = do(asked, hand_over(asked, AGREEMENT, Owner("person", "otto")), REP, 5)
    assert (given.state, str(given.standing.owner), waiting(given)) == (State.NEW, "person:otto", [])
    taken = do(given, op.Accept(), OTHER_REP, 6)
    elsewhere = do(taken, hand_over(taken, AGREEMENT, Owner("person", "rita")), OTHER_REP, 7)
    assert waiting(do(elsewhere, op.Accept(), REP, 8)) == [], "what was fulfilled once is not asked again"


def test_taking_the_handing_over_back_leaves_the_wish_open(asked: Lead) -> None:
    given = do(asked, hand_over(asked, AGREEMENT, Owner("person", "otto")), REP, 5)
    back = do(given, op.Reopen(), REP, 6, undoes=given.trail[-1].operation_id)
    assert waiting(back) == [("otto", "I know her")]


def test_a_wish_ends_with_the_lead_and_with_the_pass(asked: Lead) -> None:
    lost = do(asked, op.Disqualify(reason="timing", answers={"recycle_on": "2026-11-19"}), REP)
    assert waiting(lost) == []
    hub = Person(id="hub", name="Hub", role="hub")  # type: ignore[arg-type]
    back = do(lost, op.Return(), hub, 60 * 48)
    assert waiting(do(back, op.Accept(), REP, 60 * 49)) == []


def test_an_agreement_without_rerouting_hands_nothing_over() -> None:
    kept = tuple(reason for reason in AGREEMENT.reasons if reason.outcome.value != "reroute")
    with pytest.raises(NoHandingOver) as caught:
        hand_over(make_lead(), replace(AGREEMENT, reasons=kept), Owner("team", "south"))
    assert caught.value.sentence.endswith(".")


def test_a_rep_asks_for_a_lead_that_a_colleague_accepted_instead_of_claiming_it() -> None:
    lead = make_lead(standing=Standing(state=State.ACCEPTED, owner=Owner("person", OTHER_REP.id)))
    assert "ask for it" in hinder(lead, "claim", REP)
    assert hinder(lead, "claim", MANAGER) == ""
    given_back = make_lead(standing=Standing(state=State.ACCEPTED, owner=Owner("team", REP.team)))
    assert hinder(given_back, "claim", REP) == ""
