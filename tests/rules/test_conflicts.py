"""Each row of the conflict table, and undo."""

import pytest

from api.model import operation as op
from api.model.lead import Lead, State
from api.model.operation import LeadVerb, Operation, Result
from api.model.people import Person
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


def test_an_operation_with_my_id_is_already_applied() -> None:
    lead = make_lead()
    operation = make_operation(op.Accept(), lead)
    once = apply(lead, operation, REP, AGREEMENT)
    twice = apply(once.lead, operation, REP, AGREEMENT)
    assert twice.result is Result.ALREADY
    assert twice.lead == once.lead


@pytest.mark.parametrize("verb", [op.Accept(), NOT_TARGET, op.Claim()], ids=["accept", "reject", "claim"])
def test_my_own_same_verb_is_already_applied(verb: LeadVerb) -> None:
    lead = make_lead()
    after = _after(lead, verb, REP)
    assert apply(after, make_operation(verb, lead), REP, AGREEMENT).result is Result.ALREADY


@pytest.mark.parametrize("first", [op.Accept(), op.Claim()], ids=["accepted", "claimed"])
def test_anothers_accept_means_taken(first: LeadVerb) -> None:
    lead = make_lead()
    theirs = _after(lead, first, OTHER_REP)
    mine = apply(theirs, make_operation(op.Accept(), lead), REP, AGREEMENT)
    assert mine.result is Result.TAKEN
    assert mine.lead == theirs
    assert "Otto Other" in mine.sentence
    assert mine.stands is not None
    assert mine.stands.by == OTHER_REP.id


def test_a_lead_that_was_worked_on_further_is_taken_too() -> None:
    lead = make_lead()
    theirs = _after(_after(lead, op.Accept(), OTHER_REP), op.Qualify(), OTHER_REP)
    assert apply(theirs, make_operation(op.Accept(), lead), REP, AGREEMENT).result is Result.TAKEN


def test_anothers_refusal_for_the_same_reason_is_agreed_and_kept_as_second_voice() -> None:
    lead = make_lead()
    theirs = _after(lead, NOT_TARGET, OTHER_REP)
    mine = apply(theirs, make_operation(NOT_TARGET, lead), REP, AGREEMENT)
    assert mine.result is Result.AGREED
    assert mine.result.took_effect
    assert [voice.by for voice in mine.lead.voices] == [REP.id]
    assert mine.lead.standing == theirs.standing


@pytest.mark.parametrize(
    ("theirs", "mine"),
    [
        (op.Accept(), NOT_TARGET),
        (NOT_TARGET, op.Accept()),
        (NOT_TARGET, op.Reject(reason="spam_test")),
        (op.Reject(reason="wrong_owner", answers={"to": "team:south"}), op.Accept()),
        (op.Claim(), NOT_TARGET),
    ],
)
def test_anothers_different_decision_is_a_conflict_and_theirs_stands(theirs: LeadVerb, mine: LeadVerb) -> None:
    lead = make_lead()
    standing = _after(lead, theirs, OTHER_REP)
    outcome = apply(standing, make_operation(mine, lead), REP, AGREEMENT)
    assert outcome.result is Result.CONFLICT
    assert outcome.lead == standing
    assert outcome.stands is not None
    assert outcome.stands.by == OTHER_REP.id


def test_suppressed_refuses_everything_but_a_note() -> None:
    suppressed = _after(make_lead(), SUPPRESS, OTHER_REP)
    for verb in (op.Accept(), NOT_TARGET, op.Thank(), op.Correct(field="phone", value="1")):
        outcome = apply(suppressed, make_operation(verb, suppressed), REP, AGREEMENT)
        assert (outcome.result, outcome.code) == (Result.REFUSED, "suppressed")
    assert apply(suppressed, make_operation(op.Note(text="ok"), suppressed), REP, AGREEMENT).result is Result.APPLIED


@pytest.mark.parametrize("first", [op.Accept(), NOT_TARGET, op.Claim()], ids=["accepted", "rejected", "claimed"])
def test_suppress_is_applied_over_anything(first: LeadVerb) -> None:
    lead = make_lead()
    standing = _after(lead, first, OTHER_REP)
    outcome = apply(standing, make_operation(SUPPRESS, lead), REP, AGREEMENT)
    assert outcome.result is Result.APPLIED
    assert outcome.lead.state is State.SUPPRESSED


def test_other_fields_changed_is_no_conflict() -> None:
    lead = make_lead()
    touched = _after(lead, op.Correct(field="phone", value="+1 555 0100"), OTHER_REP)
    assert apply(touched, make_operation(op.Accept(), lead), REP, AGREEMENT).result is Result.APPLIED


def test_what_another_took_back_stands_against_nobody() -> None:
    lead = make_lead()
    accept = make_operation(op.Accept(), lead, actor=OTHER_REP)
    accepted = apply(lead, accept, OTHER_REP, AGREEMENT).lead
    back = make_operation(op.Reopen(), accepted, actor=OTHER_REP, undoes=accept.id)
    reopened = apply(accepted, back, OTHER_REP, AGREEMENT).lead
    assert apply(reopened, make_operation(op.Accept(), lead), REP, AGREEMENT).result is Result.APPLIED


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


def test_undo_is_for_the_author_or_a_manager() -> None:
    lead = make_lead()
    first = make_operation(op.Accept(), lead)
    decided = apply(lead, first, REP, AGREEMENT).lead
    assert apply(decided, _undo(first, decided, OTHER_REP), OTHER_REP, AGREEMENT).result is Result.REFUSED
    assert apply(decided, _undo(first, decided, MANAGER), MANAGER, AGREEMENT).result is Result.APPLIED


def test_undo_of_what_another_has_built_on_is_a_conflict() -> None:
    lead = make_lead()
    first = make_operation(op.Accept(), lead)
    decided = apply(lead, first, REP, AGREEMENT).lead
    built = _after(decided, op.Qualify(), OTHER_REP)
    outcome = apply(built, _undo(first, decided), REP, AGREEMENT)
    assert outcome.result is Result.CONFLICT
    assert "Otto Other" in outcome.sentence


def test_undo_twice_is_done_once() -> None:
    lead = make_lead()
    first = make_operation(op.Accept(), lead)
    decided = apply(lead, first, REP, AGREEMENT).lead
    once = apply(decided, _undo(first, decided), REP, AGREEMENT).lead
    assert apply(once, _undo(first, decided), REP, AGREEMENT).result is Result.ALREADY


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
