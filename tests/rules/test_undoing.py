"""Taking back: what it restores, for whom, and second voices whose refusal is taken back."""

import pytest

from api.model import operation as op
from api.model.lead import Lead, State
from api.model.operation import LeadVerb, Operation, Result
from api.model.people import Person
from api.rules.insisting import overruled_by
from api.rules.lifecycle import apply
from tests.factories import MANAGER, MARKETER, OTHER_REP, REP, make_agreement, make_lead, make_operation

AGREEMENT = make_agreement()
NOT_TARGET = op.Reject(reason="not_target", answers={"dimension": "size"})
SUPPRESS = op.Reject(
    reason="do_not_contact",
    answers={"channels": "all", "asked_on": "2026-11-18", "how": "by mail", "confirm": "suppress"},
)


def _after(lead: Lead, verb: LeadVerb, actor: Person) -> Lead:
    outcome = apply(lead, make_operation(verb, lead, actor=actor), actor, AGREEMENT)
    assert outcome.result is Result.APPLIED, outcome.sentence
    return outcome.lead


def _apply(lead: Lead, operation: Operation, actor: Person = REP) -> Lead:
    outcome = apply(lead, operation, actor, AGREEMENT)
    assert outcome.result is Result.APPLIED, outcome.sentence
    return outcome.lead


def _undo(of: Operation, lead: Lead, actor: Person = REP) -> Operation:
    return make_operation(op.Reopen(), lead, actor=actor, undoes=of.id)


@pytest.mark.parametrize("verb", [op.Accept(), NOT_TARGET, op.Claim(), SUPPRESS], ids=lambda verb: verb.kind)
def test_undo_restores_the_standing_and_undo_of_undo_the_decision(verb: LeadVerb) -> None:
    lead = make_lead()
    first = make_operation(verb, lead)
    decided = apply(lead, first, REP, AGREEMENT).lead
    undo = _undo(first, decided)
    outcome = apply(decided, undo, REP, AGREEMENT)
    if decided.state is State.SUPPRESSED:
        assert outcome.result is Result.REFUSED
        return
    assert outcome.lead.standing == lead.standing
    assert outcome.lead.decision_revision == decided.decision_revision + 1
    again = apply(outcome.lead, _undo(undo, outcome.lead), REP, AGREEMENT)
    assert again.lead.standing == decided.standing


def test_several_acts_on_one_lead_are_taken_back_one_after_the_other() -> None:
    lead = make_lead()
    claim, accept, qualify = (make_operation(verb, lead) for verb in (op.Claim(), op.Accept(), op.Qualify(amount=12.0)))
    claimed = _apply(lead, claim)
    accepted = _apply(claimed, accept)
    now = _apply(accepted, qualify)
    assert apply(now, _undo(claim, now), REP, AGREEMENT).sentence.startswith("You have built on it")
    for done, before in ((qualify, accepted), (accept, claimed), (claim, lead)):
        now = _apply(now, _undo(done, now))
        assert now.standing == before.standing


def test_what_was_taken_back_is_undecided_by_nobody() -> None:
    lead = make_lead()
    accept = make_operation(op.Accept(), lead)
    accepted = _apply(lead, accept)
    back = _apply(accepted, _undo(accept, accepted))
    sentence = apply(back, make_operation(op.Qualify(), back), REP, AGREEMENT).sentence
    assert sentence == "This lead is undecided; you can’t qualify it now."


def test_what_somebody_else_did_and_took_back_stays_between() -> None:
    claim = make_operation(op.Claim())
    claimed = _apply(make_lead(), claim)
    accept = make_operation(op.Accept(), claimed, actor=MANAGER)
    accepted = _apply(claimed, accept, MANAGER)
    back = _apply(accepted, _undo(accept, accepted, MANAGER), MANAGER)
    assert apply(back, _undo(claim, back), REP, AGREEMENT).result is Result.CONFLICT


def test_a_snooze_of_a_teams_lead_is_taken_back_by_who_snoozed_it() -> None:
    lead = make_lead()
    first = make_operation(op.SnoozeLead(or_activity=True), lead)
    snoozed = _apply(lead, first)
    assert apply(snoozed, _undo(first, snoozed, OTHER_REP), OTHER_REP, AGREEMENT).result is Result.REFUSED
    assert _apply(snoozed, _undo(first, snoozed)).snooze is None


def test_undo_is_for_the_author_or_a_manager() -> None:
    lead = make_lead()
    first = make_operation(op.Accept(), lead)
    decided = apply(lead, first, REP, AGREEMENT).lead
    assert apply(decided, _undo(first, decided, OTHER_REP), OTHER_REP, AGREEMENT).result is Result.REFUSED
    assert apply(decided, _undo(first, decided, MANAGER), MANAGER, AGREEMENT).result is Result.APPLIED


def test_undo_of_what_attaches_removes_it() -> None:
    lead = make_lead()
    note = make_operation(op.Note(text="typo"), lead)
    correct = make_operation(op.Correct(field="phone", value="+1 555 0199"), lead)
    noted = apply(apply(lead, note, REP, AGREEMENT).lead, correct, REP, AGREEMENT).lead
    bare = apply(apply(noted, _undo(note, noted), REP, AGREEMENT).lead, _undo(correct, noted), REP, AGREEMENT).lead
    assert bare.remarks == ()
    assert bare.contact.phone == lead.contact.phone
    assert bare.decision_revision == lead.decision_revision


def test_undo_of_handing_again_brings_the_earlier_pass_back() -> None:
    rejected = _after(make_lead(), NOT_TARGET, REP)
    again = make_operation(op.HandAgain(), rejected, actor=MARKETER)
    second = apply(rejected, again, MARKETER, AGREEMENT).lead
    assert (second.state, second.number, second.mark) == (State.NEW, 2, "handed again")
    back = apply(second, _undo(again, second, MARKETER), MARKETER, AGREEMENT).lead
    assert (back.standing, back.number, back.passes) == (rejected.standing, 1, ())


def test_what_a_rejection_closed_can_not_be_handed_again() -> None:
    closed = _after(make_lead(), op.Reject(reason="competitor", answers={"name": "Example Rival"}), REP)
    outcome = apply(closed, make_operation(op.HandAgain(), closed, actor=MARKETER), MARKETER, AGREEMENT)
    assert outcome.result is Result.REFUSED
    assert "Competitor" in outcome.sentence


def test_a_second_voice_that_takes_over_brings_its_own_date() -> None:
    lead = make_lead()
    dates = ("2027-01-04", "2027-02-01")
    first, second = (op.Reject(reason="low_intent", answers={"did": "a page", "recycle_on": on}) for on in dates)
    theirs = make_operation(first, lead, actor=OTHER_REP)
    agreed = apply(apply(lead, theirs, OTHER_REP, AGREEMENT).lead, make_operation(second, lead), REP, AGREEMENT).lead
    assert str(agreed.standing.recycle_on) == dates[0]
    assert str(_apply(agreed, _undo(theirs, agreed, OTHER_REP), OTHER_REP).standing.recycle_on) == dates[1]


def test_a_second_voice_takes_over_nothing_that_its_author_has_not_seen() -> None:
    """Otto insists on refusing what Max has; Rita, who had not seen Max, agrees with Otto, who takes it back."""
    lead = make_lead()
    stubborn = make_operation(NOT_TARGET, lead, actor=OTHER_REP)
    met = apply(_after(lead, op.Accept(), MANAGER), stubborn, OTHER_REP, AGREEMENT).lead
    insisting = make_operation(NOT_TARGET, met, actor=OTHER_REP, insists=stubborn.id)
    overruled = _apply(met, insisting, OTHER_REP)
    voice = make_operation(NOT_TARGET, lead)
    agreed = apply(overruled, voice, REP, AGREEMENT).lead
    assert [kept.operation_id for kept in agreed.voices] == [voice.id]
    back = _apply(agreed, _undo(insisting, agreed, OTHER_REP), OTHER_REP)
    assert back.standing == met.standing
    assert overruled_by(back, voice.id) == back.trail[-1]


def test_another_date_to_come_back_on_is_still_agreement() -> None:
    lead = make_lead()
    theirs = op.Reject(reason="low_intent", answers={"did": "read a page", "recycle_on": "2027-01-04"})
    mine = op.Reject(reason="low_intent", answers={"did": "read a page", "recycle_on": "2027-02-01"})
    outcome = apply(_after(lead, theirs, OTHER_REP), make_operation(mine, lead), REP, AGREEMENT)
    assert outcome.result is Result.AGREED
