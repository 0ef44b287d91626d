"""Standing by a decision: who may, against what, and what counts and can be taken back afterwards."""

import pytest
from msgspec.structs import replace

from api.model import operation as op
from api.model.lead import Lead, State
from api.model.operation import LeadVerb, Operation, Result, Seen
from api.model.people import Person
from api.rules.conflicts import seen_revision
from api.rules.insisting import overruled_by, that_count
from api.rules.lifecycle import apply
from tests.factories import MANAGER, MARKETER, OTHER_REP, REP, make_agreement, make_lead, make_operation

AGREEMENT = make_agreement()
NOT_TARGET = op.Reject(reason="not_target", answers={"dimension": "size"})


def do(lead: Lead, verb: LeadVerb, actor: Person = REP, seen: Lead | None = None, **changes: str) -> Lead:
    """Apply a verb that must be possible, by default to what its author sees."""
    outcome = apply(lead, make_operation(verb, seen or lead, actor=actor, **changes), actor, AGREEMENT)
    assert outcome.result is Result.APPLIED, outcome.sentence
    return outcome.lead


def conflict(lead: Lead, theirs: LeadVerb, mine: LeadVerb) -> tuple[Lead, Operation]:
    """Return the lead after another decided first and my operation met that."""
    operation = make_operation(mine, lead)
    outcome = apply(do(lead, theirs, OTHER_REP), operation, REP, AGREEMENT)
    assert outcome.result is Result.CONFLICT
    return outcome.lead, operation


def verbs(lead: Lead) -> list[str]:
    return [entry.verb for entry in that_count(lead.trail, lead.dissents)]


def test_undo_of_insisting_restores_what_the_other_decided() -> None:
    met, mine = conflict(make_lead(), op.Accept(), NOT_TARGET)
    again = make_operation(NOT_TARGET, met, insists=mine.id)
    overruled = apply(met, again, REP, AGREEMENT).lead
    back = do(overruled, op.Reopen(), undoes=again.id)
    assert back.standing == met.standing
    assert verbs(back)[-1:] == ["accept"]
    redone = do(back, op.Reopen(), undoes=back.trail[-1].operation_id)
    assert redone.standing == overruled.standing


def test_two_who_insist_alternately_leave_one_standing_and_a_full_trail() -> None:
    met, mine = conflict(make_lead(), op.Accept(), NOT_TARGET)
    lead, accept, reject = met, met.trail[0].operation_id, mine.id
    for _ in range(4):
        lead = do(lead, NOT_TARGET, REP, insists=reject)
        reject = lead.trail[-1].operation_id
        assert (lead.state, verbs(lead)) == (State.REJECTED, ["reject"])
        lead = do(lead, op.Accept(), OTHER_REP, insists=accept)
        accept = lead.trail[-1].operation_id
        assert (lead.state, verbs(lead)) == (State.ACCEPTED, ["accept"])
        assert str(lead.standing.owner) == "person:otto"
    assert len(lead.trail) == 9
    assert [kept.operation_id for kept in lead.dissents] == [mine.id]


def test_who_was_overruled_is_told_until_they_answer() -> None:
    met, mine = conflict(make_lead(), op.Accept(), NOT_TARGET)
    accept = met.trail[0].operation_id
    assert overruled_by(met, accept) is None
    lead = do(met, NOT_TARGET, insists=mine.id)
    assert overruled_by(lead, accept) == lead.trail[-1]
    assert overruled_by(do(lead, op.Accept(), OTHER_REP, insists=accept), accept) is None
    undone = do(lead, op.Reopen(), undoes=lead.trail[-1].operation_id)
    assert overruled_by(undone, accept) is None


def test_what_a_manager_took_back_can_be_stood_by() -> None:
    lead = do(make_lead(), op.Accept())
    accept = lead.trail[0].operation_id
    back = do(lead, op.Reopen(), MANAGER, undoes=accept)
    assert overruled_by(back, accept) == back.trail[-1]
    again = do(back, op.Accept(), insists=accept)
    assert again.state is State.ACCEPTED
    assert again.trail[-1].insists == accept


def test_what_its_author_took_back_is_not_overruled() -> None:
    lead = do(make_lead(), op.Accept())
    accept = lead.trail[0].operation_id
    assert overruled_by(do(lead, op.Reopen(), undoes=accept), accept) is None


def _without_power(met: Lead, operation: Operation, actor: Person = REP) -> None:
    """The operation is answered just as it would be if it insisted on nothing."""
    plain = apply(met, replace(operation, insists=""), actor, AGREEMENT)
    outcome = apply(met, operation, actor, AGREEMENT)
    assert (outcome.result, outcome.lead) == (plain.result, plain.lead)
    assert all(not entry.insists for entry in outcome.lead.trail)


def test_nobody_insists_on_anothers_dissent() -> None:
    met, mine = conflict(make_lead(), op.Accept(), NOT_TARGET)
    _without_power(met, make_operation(NOT_TARGET, met, actor=MANAGER, insists=mine.id), MANAGER)


def test_a_dissent_gives_no_power_to_another_verb() -> None:
    met, mine = conflict(make_lead(), NOT_TARGET, op.Accept())
    for verb in (op.Claim(), op.Qualify(), op.Reject(reason="spam_test")):
        _without_power(met, make_operation(verb, met, insists=mine.id))


def test_what_was_taken_can_not_be_insisted_on() -> None:
    lead = make_lead()
    accept = make_operation(op.Accept(), lead)
    met = apply(do(lead, op.Accept(), OTHER_REP), accept, REP, AGREEMENT).lead
    _without_power(met, make_operation(op.Accept(), met, insists=accept.id))


@pytest.mark.parametrize("named", ["nothing-of-the-kind", "itself"])
def test_insisting_on_nothing_has_no_power(named: str) -> None:
    met, _ = conflict(make_lead(), NOT_TARGET, op.Accept())
    operation = make_operation(op.Accept(), met)
    _without_power(met, replace(operation, insists=operation.id if named == "itself" else named))


def test_a_decision_that_nobody_overruled_gives_no_power() -> None:
    lead = do(do(make_lead(), op.Accept()), op.Qualify())
    _without_power(lead, make_operation(op.Accept(), lead, insists=lead.trail[0].operation_id))


def test_a_dissent_of_an_earlier_pass_has_no_power_in_the_next() -> None:
    met, mine = conflict(make_lead(), NOT_TARGET, op.Accept())
    handed = do(met, op.HandAgain(), MARKETER)
    _without_power(handed, make_operation(op.Accept(), handed, insists=mine.id))


def test_what_i_did_before_the_other_came_is_part_of_what_i_decided_about() -> None:
    accepted = do(make_lead(), op.Accept())
    qualify = make_operation(op.Qualify(), make_lead())
    theirs = do(accepted, op.Disqualify(reason="no_need"), OTHER_REP)
    met = apply(theirs, qualify, REP, AGREEMENT)
    assert met.result is Result.CONFLICT
    again = do(met.lead, op.Qualify(), insists=qualify.id)
    assert again.state is State.QUALIFIED
    assert str(again.standing.owner) == "person:rita"


def test_insisting_against_two_decisions_at_once_overrules_both() -> None:
    lead = make_lead()
    mine = make_operation(NOT_TARGET, lead)
    theirs = do(do(lead, op.Accept(), OTHER_REP), op.Qualify(), OTHER_REP)
    met = apply(theirs, mine, REP, AGREEMENT).lead
    after = do(met, NOT_TARGET, insists=mine.id)
    assert (after.state, verbs(after)) == (State.REJECTED, ["reject"])
    assert overruled_by(after, theirs.trail[0].operation_id) is None, "only the last word of one person is asked about"
    assert overruled_by(after, theirs.trail[1].operation_id) == after.trail[-1]


def test_insisting_on_handing_again_opens_a_pass_and_its_undo_brings_back_what_stood() -> None:
    rejected = do(make_lead(), op.Reject(reason="bad_data", answers={"field": "email"}))
    mine = make_operation(op.HandAgain(), rejected, actor=MARKETER)
    theirs = do(rejected, op.Reopen(), undoes=rejected.trail[-1].operation_id)
    theirs = do(theirs, op.Accept())
    met = apply(theirs, mine, MARKETER, AGREEMENT)
    assert met.result is Result.CONFLICT
    again = do(met.lead, op.HandAgain(), MARKETER, insists=mine.id)
    assert (again.state, again.number) == (State.NEW, 2)
    assert again.passes[-1].standing == met.lead.standing
    back = do(again, op.Reopen(), MARKETER, undoes=again.trail[-1].operation_id)
    assert (back.standing, back.number) == (met.lead.standing, 1)


def test_who_meets_an_insisted_decision_is_told_so() -> None:
    met, mine = conflict(make_lead(), op.Accept(), NOT_TARGET)
    overruled = do(met, NOT_TARGET, insists=mine.id)
    late = apply(overruled, make_operation(op.Claim(), make_lead(), actor=MANAGER), MANAGER, AGREEMENT)
    assert late.result is Result.CONFLICT
    assert late.sentence.startswith("Rita Rep insists")


def test_what_can_not_be_done_any_more_says_who_insists() -> None:
    met, mine = conflict(make_lead(), op.Accept(), NOT_TARGET)
    lead = do(met, NOT_TARGET, insists=mine.id)
    outcome = apply(lead, make_operation(op.Claim(), lead, actor=MANAGER), MANAGER, AGREEMENT)
    assert outcome.sentence.startswith("This lead is rejected by Rita Rep, who insists on it")
    undo = make_operation(op.Reopen(), lead, actor=OTHER_REP, undoes=met.trail[0].operation_id)
    assert "Rita Rep has overruled it since" in apply(lead, undo, OTHER_REP, AGREEMENT).sentence


def test_what_is_built_on_an_own_decision_that_was_not_applied_does_not_pass_for_seen() -> None:
    """Both are decided on a train: the second must not go through on a lead that another accepted meanwhile."""
    lead = make_lead()
    accept = make_operation(op.Accept(), lead)
    shown = apply(lead, accept, REP, AGREEMENT).lead
    qualify = make_operation(op.Qualify(), shown, seen=Seen(seen_revision(shown, REP.id)))
    assert apply(shown, qualify, REP, AGREEMENT).result is Result.APPLIED
    theirs = do(lead, op.Accept(), OTHER_REP)
    met = apply(theirs, accept, REP, AGREEMENT)
    assert met.result is Result.TAKEN
    late = apply(met.lead, qualify, REP, AGREEMENT)
    assert late.result is Result.CONFLICT
    assert late.lead.standing == theirs.standing
    seen = Seen(seen_revision(met.lead, REP.id))
    assert apply(met.lead, replace(qualify, id="later", seen=seen), REP, AGREEMENT).result is Result.APPLIED


def test_suppressing_needs_no_insisting_and_says_none() -> None:
    met, mine = conflict(make_lead(), op.Accept(), NOT_TARGET)
    answers = {"channels": "all", "asked_on": "2026-11-18", "how": "by mail", "confirm": "suppress"}
    gone = do(met, op.Reject(reason="do_not_contact", answers=answers), insists=mine.id)
    assert (gone.state, gone.trail[-1].insists) == (State.SUPPRESSED, "")
