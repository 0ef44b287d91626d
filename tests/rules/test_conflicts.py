"""Each row of the conflict table of docs/lifecycle.md, under the row's own words, and undo."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

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


Test = TypeVar("Test", bound=Callable[..., None])
TESTED: list[str] = []


def row(words: str) -> Callable[[Test], Test]:
    """Say which row of the table a test is about: what stands, and my operation."""
    TESTED.append(words)
    return lambda test: test


def test_every_row_of_the_conflict_table_has_its_test() -> None:
    text = (Path(__file__).parents[2] / "docs" / "lifecycle.md").read_text(encoding="utf-8")
    table = text.split("| what stands | my operation | result |")[1].split("\n\n")[0]
    rows = [re.match(r"\| (.+?) \| (.+?) \|", line) for line in table.splitlines()[2:]]
    assert [f"{found[1]} | {found[2]}" for found in rows if found is not None] == TESTED


def _after(lead: Lead, verb: LeadVerb, actor: Person) -> Lead:
    outcome = apply(lead, make_operation(verb, lead, actor=actor), actor, AGREEMENT)
    assert outcome.result is Result.APPLIED, outcome.sentence
    return outcome.lead


def _apply(lead: Lead, operation: Operation, actor: Person = REP) -> Lead:
    outcome = apply(lead, operation, actor, AGREEMENT)
    assert outcome.result is Result.APPLIED, outcome.sentence
    return outcome.lead


def _conflict(theirs: LeadVerb, mine: LeadVerb) -> tuple[Lead, Operation]:
    """Return a lead that another decided on first, with my dissent, and my operation that met theirs."""
    lead = make_lead()
    operation = make_operation(mine, lead)
    outcome = apply(_after(lead, theirs, OTHER_REP), operation, REP, AGREEMENT)
    assert outcome.result is Result.CONFLICT
    return outcome.lead, operation


@row("an operation with my id | any")
def test_an_operation_with_my_id_is_already_applied() -> None:
    lead = make_lead()
    operation = make_operation(op.Accept(), lead)
    once = apply(lead, operation, REP, AGREEMENT)
    twice = apply(once.lead, operation, REP, AGREEMENT)
    assert twice.result is Result.ALREADY
    assert twice.lead == once.lead


@row("a dissent with my id | any")
@pytest.mark.parametrize("mine", [NOT_TARGET, op.Accept()], ids=["conflict", "taken"])
def test_a_dissent_with_my_id_is_answered_as_before_and_kept_once(mine: LeadVerb) -> None:
    lead = make_lead()
    theirs = _after(lead, op.Accept(), OTHER_REP)
    operation = make_operation(mine, lead)
    once = apply(theirs, operation, REP, AGREEMENT)
    again = apply(once.lead, operation, REP, AGREEMENT)
    assert again.lead == once.lead
    assert (again.result, again.sentence, again.code, again.stands) == (
        once.result,
        once.sentence,
        once.code,
        once.stands,
    )
    later = _after(once.lead, op.Qualify(), OTHER_REP)
    assert apply(later, operation, REP, AGREEMENT).lead == later


@row("my own same verb, with the same answers | any")
@pytest.mark.parametrize("verb", [op.Accept(), NOT_TARGET, op.Claim()], ids=["accept", "reject", "claim"])
def test_my_own_same_verb_is_already_applied(verb: LeadVerb) -> None:
    lead = make_lead()
    after = _after(lead, verb, REP)
    assert apply(after, make_operation(verb, lead), REP, AGREEMENT).result is Result.ALREADY


@row("my own refusal, with other answers | the same refusal")
def test_my_own_refusal_with_other_answers_is_not_passed_off_as_done() -> None:
    lead = make_lead()
    south = op.Reject(reason="wrong_owner", answers={"to": "team:south"})
    sent = _after(lead, south, REP)
    assert apply(sent, make_operation(south, lead), REP, AGREEMENT).result is Result.ALREADY
    west = op.Reject(reason="wrong_owner", answers={"to": "team:west"})
    assert str(_after(sent, west, REP).standing.owner) == "team:west"
    refused = _after(lead, NOT_TARGET, REP)
    other = op.Reject(reason="not_target", answers={"dimension": "industry"})
    outcome = apply(refused, make_operation(other, lead), REP, AGREEMENT)
    assert (outcome.result, outcome.lead) == (Result.REFUSED, refused)


@row("anything | what my role may not do")
def test_what_my_role_may_not_do_is_refused_and_not_kept_as_a_dissent() -> None:
    lead = make_lead()
    theirs = _after(lead, NOT_TARGET, OTHER_REP)
    for verb in (op.Accept(), NOT_TARGET):
        outcome = apply(theirs, make_operation(verb, lead, actor=MARKETER), MARKETER, AGREEMENT)
        assert outcome.result is Result.REFUSED
        assert outcome.lead == theirs


@row("anything | what is wrong in itself")
@pytest.mark.parametrize(
    "verb", [op.Reject(reason="nonsense"), op.Reject(reason="competitor"), op.Accept(note="x" * 4_001)]
)
def test_what_is_wrong_in_itself_is_refused_and_not_kept_as_a_dissent(verb: LeadVerb) -> None:
    lead = make_lead()
    theirs = _after(lead, op.Accept(), OTHER_REP)
    outcome = apply(theirs, make_operation(verb, lead), REP, AGREEMENT)
    assert outcome.result is Result.REFUSED
    assert outcome.lead == theirs


@row("another's accept or claim | accept, claim")
@pytest.mark.parametrize("mine", [op.Accept(note="met her"), op.Claim()], ids=["accept", "claim"])
@pytest.mark.parametrize("first", [op.Accept(), op.Claim()], ids=["accepted", "claimed"])
def test_anothers_accept_means_taken(first: LeadVerb, mine: LeadVerb) -> None:
    lead = make_lead()
    theirs = _after(lead, first, OTHER_REP)
    outcome = apply(theirs, make_operation(mine, lead), REP, AGREEMENT)
    assert outcome.result is Result.TAKEN
    assert outcome.lead.standing == theirs.standing
    assert "Otto Other" in outcome.sentence
    assert outcome.stands is not None
    assert outcome.stands.by == OTHER_REP.id
    (kept,) = outcome.lead.dissents
    assert (kept.by_name, kept.verb, kept.taken) == ("Rita Rep", mine.kind, True)
    assert kept.against == outcome.stands.operation_id


def test_a_lead_that_was_worked_on_further_is_taken_too() -> None:
    lead = make_lead()
    theirs = _after(_after(lead, op.Accept(), OTHER_REP), op.Qualify(), OTHER_REP)
    assert apply(theirs, make_operation(op.Accept(), lead), REP, AGREEMENT).result is Result.TAKEN


@row("another's refusal for the same reason | the same refusal")
def test_anothers_refusal_for_the_same_reason_is_agreed_and_kept_as_second_voice() -> None:
    lead = make_lead()
    theirs = _after(lead, NOT_TARGET, OTHER_REP)
    mine = apply(theirs, make_operation(NOT_TARGET, lead), REP, AGREEMENT)
    assert mine.result is Result.AGREED
    assert mine.result.took_effect
    assert [voice.by for voice in mine.lead.voices] == [REP.id]
    assert mine.lead.standing == theirs.standing
    assert mine.lead.dissents == ()


@row("another's refusal that sends it elsewhere | the same refusal, to another place")
@pytest.mark.parametrize(
    ("reason", "key", "theirs", "mine"),
    [("wrong_owner", "to", "team:south", "person:otto"), ("duplicate", "other", "L2", "L3")],
)
def test_the_same_reason_is_no_agreement_where_it_sends_the_lead_elsewhere(
    reason: str, key: str, theirs: str, mine: str
) -> None:
    lead = make_lead()
    first = _after(lead, op.Reject(reason=reason, answers={key: theirs}), OTHER_REP)
    elsewhere = apply(first, make_operation(op.Reject(reason=reason, answers={key: mine}), lead), REP, AGREEMENT)
    assert (elsewhere.result, elsewhere.lead.voices) == (Result.CONFLICT, ())
    assert [kept.answers for kept in elsewhere.lead.dissents] == [{key: mine}]
    same = make_operation(op.Reject(reason=reason, answers={key: theirs}), lead)
    assert apply(first, same, REP, AGREEMENT).result is Result.AGREED


@row("my refusal that another agreed with | undo of mine")
def test_a_second_voice_takes_over_when_the_refusal_is_taken_back_by_its_author() -> None:
    lead = make_lead()
    theirs, voice = make_operation(NOT_TARGET, lead, actor=OTHER_REP), make_operation(NOT_TARGET, lead)
    third = make_operation(NOT_TARGET, lead, actor=MANAGER)
    agreed = apply(lead, theirs, OTHER_REP, AGREEMENT).lead
    for operation, actor in ((voice, REP), (third, MANAGER)):
        agreed = apply(agreed, operation, actor, AGREEMENT).lead
    undo = _undo(theirs, agreed, OTHER_REP)
    outcome = apply(agreed, undo, OTHER_REP, AGREEMENT)
    after = outcome.lead
    assert "Rita Rep" in outcome.sentence
    assert [entry.operation_id for entry in after.trail] == [theirs.id, undo.id, voice.id]
    assert [entry.decision_revision for entry in after.trail] == [2, 3, 4]
    assert (after.state, after.decision_revision) == (State.REJECTED, 4)
    assert (after.trail[-1].by, after.trail[-1].before) == ("rita", lead.standing)
    assert [kept.operation_id for kept in after.voices] == [third.id]
    assert overruled_by(after, voice.id) is None
    assert apply(after, voice, REP, AGREEMENT).result is Result.ALREADY
    again = apply(after, _undo(theirs, agreed, OTHER_REP), OTHER_REP, AGREEMENT)
    assert (again.result, again.lead) == (Result.ALREADY, after)
    # The next one stands when that is taken back as well, and nothing when the last is.
    last = _apply(after, _undo(voice, after))
    assert (last.state, last.trail[-1].by, last.voices) == (State.REJECTED, "max", ())
    assert _apply(last, _undo(third, last, MANAGER), MANAGER).standing == lead.standing


@row("another's refusal that I agreed with | a manager's undo of it")
def test_who_agreed_is_told_when_a_manager_takes_the_refusal_back() -> None:
    lead = make_lead()
    theirs, voice = make_operation(NOT_TARGET, lead, actor=OTHER_REP), make_operation(NOT_TARGET, lead)
    agreed = apply(apply(lead, theirs, OTHER_REP, AGREEMENT).lead, voice, REP, AGREEMENT).lead
    assert overruled_by(agreed, voice.id) is None
    back = _apply(agreed, _undo(theirs, agreed, MANAGER), MANAGER)
    assert back.standing == lead.standing
    assert overruled_by(back, theirs.id) == overruled_by(back, voice.id) == back.trail[-1]
    again = _apply(back, make_operation(NOT_TARGET, back, insists=voice.id))
    assert overruled_by(again, voice.id) is None
    mine = _apply(agreed, _undo(voice, agreed))
    assert (mine.standing, mine.voices) == (agreed.standing, ())


@row("another's decision | a different one")
@pytest.mark.parametrize(
    ("theirs", "mine"),
    [
        (op.Accept(), op.Reject(reason="not_target", answers={"dimension": "size"}, note="eleven people")),
        (NOT_TARGET, op.Accept()),
        (NOT_TARGET, op.Reject(reason="spam_test")),
        (op.Reject(reason="wrong_owner", answers={"to": "team:south"}), op.Accept()),
        (op.Claim(), NOT_TARGET),
    ],
)
def test_anothers_different_decision_is_a_conflict_and_theirs_stands(theirs: LeadVerb, mine: LeadVerb) -> None:
    lead = make_lead()
    standing = _after(lead, theirs, OTHER_REP)
    operation = make_operation(mine, lead)
    outcome = apply(standing, operation, REP, AGREEMENT)
    assert outcome.result is Result.CONFLICT
    assert outcome.stands is not None
    assert outcome.stands.by == OTHER_REP.id
    after = outcome.lead
    assert (after.standing, after.trail) == (standing.standing, standing.trail)
    assert (after.revision, after.decision_revision) == (standing.revision + 1, standing.decision_revision)
    (kept,) = after.dissents
    assert (kept.operation_id, kept.by, kept.by_name, kept.at) == (operation.id, "rita", "Rita Rep", operation.at)
    assert (kept.verb, kept.reason, kept.answers) == (
        mine.kind,
        getattr(mine, "reason", ""),
        getattr(mine, "answers", {}),
    )
    assert kept.note == getattr(mine, "note", "")
    assert (kept.against, kept.taken) == (outcome.stands.operation_id, False)


@row("another's decision, taken back since | any")
def test_what_another_took_back_stands_against_nobody() -> None:
    lead = make_lead()
    accept = make_operation(op.Accept(), lead, actor=OTHER_REP)
    accepted = apply(lead, accept, OTHER_REP, AGREEMENT).lead
    back = make_operation(op.Reopen(), accepted, actor=OTHER_REP, undoes=accept.id)
    reopened = apply(accepted, back, OTHER_REP, AGREEMENT).lead
    assert apply(reopened, make_operation(op.Accept(), lead), REP, AGREEMENT).result is Result.APPLIED


@row("another's decision that I have seen | mine again, insisting on my dissent")
def test_insisting_is_applied_to_what_was_decided_about_and_overrules_openly() -> None:
    met, mine = _conflict(op.Accept(), NOT_TARGET)
    again = make_operation(NOT_TARGET, met, insists=mine.id)
    outcome = apply(met, again, REP, AGREEMENT)
    assert outcome.result is Result.APPLIED, outcome.sentence
    after = outcome.lead
    assert after.state is State.REJECTED
    assert after.decision_revision == met.decision_revision + 1
    entry = after.trail[-1]
    assert (entry.insists, entry.before) == (mine.id, met.standing)
    assert [known.by for known in after.trail] == ["otto", "rita"]
    assert after.dissents == met.dissents


@row("a decision of another that I have not seen | mine again, insisting on my dissent")
def test_insisting_without_having_seen_what_stands_is_a_conflict_again() -> None:
    met, mine = _conflict(op.Accept(), NOT_TARGET)
    moved = _after(met, op.Qualify(), OTHER_REP)
    again = make_operation(NOT_TARGET, met, insists=mine.id)
    outcome = apply(moved, again, REP, AGREEMENT)
    assert outcome.result is Result.CONFLICT
    assert "since" in outcome.sentence
    assert outcome.lead.standing == moved.standing
    assert [kept.operation_id for kept in outcome.lead.dissents] == [mine.id, again.id]
    # Having seen that too, it is carried out against what was decided about at first.
    last = make_operation(NOT_TARGET, outcome.lead, insists=again.id)
    assert apply(outcome.lead, last, REP, AGREEMENT).lead.state is State.REJECTED


@row("another's accept or claim | accept, claim, insisting on my dissent")
def test_two_accepts_are_never_both_true_however_one_insists() -> None:
    met, mine = _conflict(NOT_TARGET, op.Accept())
    rejection = met.trail[-1]
    back = make_operation(op.Reopen(), met, actor=OTHER_REP, undoes=rejection.operation_id)
    theirs = _after(apply(met, back, OTHER_REP, AGREEMENT).lead, op.Accept(), OTHER_REP)
    outcome = apply(theirs, make_operation(op.Accept(), theirs, insists=mine.id), REP, AGREEMENT)
    assert outcome.result is Result.TAKEN
    assert outcome.lead.standing == theirs.standing


@row("another's refusal for the same reason | the same refusal, insisting on my dissent")
def test_insisting_on_what_the_other_says_by_now_too_is_agreed() -> None:
    met, mine = _conflict(op.Reject(reason="spam_test"), NOT_TARGET)
    back = make_operation(op.Reopen(), met, actor=OTHER_REP, undoes=met.trail[-1].operation_id)
    theirs = _after(apply(met, back, OTHER_REP, AGREEMENT).lead, NOT_TARGET, OTHER_REP)
    outcome = apply(theirs, make_operation(NOT_TARGET, theirs, insists=mine.id), REP, AGREEMENT)
    assert outcome.result is Result.AGREED
    assert [voice.by for voice in outcome.lead.voices] == ["rita"]


@row("another's insisting, or their taking mine back | mine again, insisting on what was overruled")
def test_who_was_overruled_can_insist_in_turn() -> None:
    met, mine = _conflict(op.Accept(), NOT_TARGET)
    overruled = _apply(met, make_operation(NOT_TARGET, met, insists=mine.id))
    accept = met.trail[-1].operation_id
    in_turn = make_operation(op.Accept(), overruled, actor=OTHER_REP, insists=accept)
    outcome = apply(overruled, in_turn, OTHER_REP, AGREEMENT)
    assert outcome.result is Result.APPLIED, outcome.sentence
    assert outcome.lead.standing == met.standing
    assert [(entry.by, entry.insists) for entry in outcome.lead.trail] == [
        ("otto", ""),
        ("rita", mine.id),
        ("otto", accept),
    ]


@row("suppressed | anything but a note")
def test_suppressed_refuses_everything_but_a_note() -> None:
    suppressed = _after(make_lead(), SUPPRESS, OTHER_REP)
    for verb in (op.Accept(), NOT_TARGET, op.Thank(), op.Correct(field="phone", value="1"), op.AskFor(), op.Keep()):
        outcome = apply(suppressed, make_operation(verb, suppressed), REP, AGREEMENT)
        assert (outcome.result, outcome.code) == (Result.REFUSED, "suppressed")
        assert outcome.lead == suppressed
    assert apply(suppressed, make_operation(op.Note(text="ok"), suppressed), REP, AGREEMENT).result is Result.APPLIED
    met, mine = _conflict(op.Accept(), NOT_TARGET)
    gone = _after(met, SUPPRESS, OTHER_REP)
    insisting = apply(gone, make_operation(NOT_TARGET, gone, insists=mine.id), REP, AGREEMENT)
    assert (insisting.result, insisting.code) == (Result.REFUSED, "suppressed")


@row("anything | suppress")
@pytest.mark.parametrize("first", [op.Accept(), NOT_TARGET, op.Claim()], ids=["accepted", "rejected", "claimed"])
def test_suppress_is_applied_over_anything(first: LeadVerb) -> None:
    lead = make_lead()
    standing = _after(lead, first, OTHER_REP)
    outcome = apply(standing, make_operation(SUPPRESS, lead), REP, AGREEMENT)
    assert outcome.result is Result.APPLIED
    assert outcome.lead.state is State.SUPPRESSED


@row("only other fields changed | any")
def test_other_fields_changed_is_no_conflict() -> None:
    lead = make_lead()
    touched = _after(lead, op.Correct(field="phone", value="+1 555 0100"), OTHER_REP)
    assert apply(touched, make_operation(op.Accept(), lead), REP, AGREEMENT).result is Result.APPLIED


@row("what another has built on mine | undo of mine")
def test_undo_of_what_another_has_built_on_is_a_conflict() -> None:
    lead = make_lead()
    first = make_operation(op.Accept(), lead)
    decided = apply(lead, first, REP, AGREEMENT).lead
    built = _after(decided, op.Qualify(), OTHER_REP)
    undo = _undo(first, decided)
    outcome = apply(built, undo, REP, AGREEMENT)
    assert outcome.result is Result.CONFLICT
    assert "Otto Other" in outcome.sentence
    assert [kept.operation_id for kept in outcome.lead.dissents] == [undo.id]
    stranger = apply(built, _undo(first, built, MARKETER), MARKETER, AGREEMENT)
    assert (stranger.result, stranger.lead) == (Result.REFUSED, built)
    stubborn = make_operation(op.Reopen(), outcome.lead, undoes=first.id, insists=undo.id)
    assert apply(outcome.lead, stubborn, REP, AGREEMENT).result is Result.CONFLICT


@row("my undo of it | undo of mine")
def test_undo_twice_is_done_once() -> None:
    lead = make_lead()
    first = make_operation(op.Accept(), lead)
    decided = apply(lead, first, REP, AGREEMENT).lead
    once = apply(decided, _undo(first, decided), REP, AGREEMENT).lead
    assert apply(once, _undo(first, decided), REP, AGREEMENT).result is Result.ALREADY


@row("my dissent | undo of mine")
def test_undo_of_what_never_took_effect_is_already_done() -> None:
    met, mine = _conflict(op.Accept(), NOT_TARGET)
    outcome = apply(met, _undo(mine, met), REP, AGREEMENT)
    assert outcome.result is Result.ALREADY
    assert outcome.lead == met


def _undo(of: Operation, lead: Lead, actor: Person = REP) -> Operation:
    return make_operation(op.Reopen(), lead, actor=actor, undoes=of.id)
