"""What holds for every sequence of operations, whoever sends them and however stale they are."""

from datetime import timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from api.model import operation as op
from api.model.lead import Lead, State
from api.model.operation import LeadVerb, Operation, Result, Seen
from api.rules.insisting import that_count
from api.rules.lifecycle import apply
from tests.factories import NOW, PEOPLE, make_agreement, make_lead, make_operation

AGREEMENT = make_agreement()
SUPPRESS = {"channels": "all", "asked_on": "2026-11-18", "how": "said so", "confirm": "suppress"}
ANSWERS = st.dictionaries(st.sampled_from(["dimension", "to", "recycle_on", "x"]), st.text(max_size=8), max_size=2)
VERBS: st.SearchStrategy[LeadVerb] = st.one_of(
    st.sampled_from(
        [
            op.Accept(),
            op.Claim(),
            op.Release(),
            op.Qualify(amount=5.0),
            op.Outcome(result="won"),
            op.HandAgain(),
            op.Wake(),
            op.SnoozeLead(or_activity=True),
            op.Attempt(result="no answer"),
            op.Correct(field="phone", value="1"),
            op.Note(text="n"),
            op.Thank(),
            op.AskFor(),
            op.Keep(),
            op.Reject(reason="spam_test"),
            op.Reject(reason="not_target", answers={"dimension": "size"}),
            op.Reject(reason="wrong_owner", answers={"to": "team:north"}),
            op.Reject(reason="do_not_contact", answers=SUPPRESS),
            op.Disqualify(reason="no_need"),
            op.Disqualify(reason="timing", answers={"recycle_on": "2027-01-01"}),
        ]
    ),
    st.builds(op.Reject, reason=st.sampled_from([reason.code for reason in AGREEMENT.reasons]), answers=ANSWERS),
)
Step = tuple[LeadVerb, str, int, str]
STEPS = st.lists(
    st.tuples(
        VERBS,
        st.sampled_from(sorted(PEOPLE)),
        st.integers(0, 3),
        st.sampled_from(["", "", "undo", "insist", "insist on mine"]),
    ),
    min_size=1,
    max_size=12,
)
KEPT = (Result.CONFLICT, Result.TAKEN)


def _run(lead: Lead, steps: list[Step]) -> list[tuple[Lead, Operation, Result, Lead]]:
    """Apply the steps one after another.

    A step's number says how many decisions it has not seen; its word undoes or insists on an operation before it.
    """
    history: list[tuple[Lead, Operation, Result, Lead]] = []
    for place, (verb, name, stale, how) in enumerate(steps):
        actor = PEOPLE[name]
        seen = Seen(max(lead.decision_revision - stale, 1))
        operation = make_operation(verb, lead, actor=actor, at=NOW + timedelta(minutes=place), seen=seen)
        earlier = [before for _, before, _, _ in history]
        mine = [before for _, before, result, _ in history if before.actor == name and result in KEPT]
        if how == "undo" and earlier:
            operation = replace(operation, verb=op.Reopen(), undoes=earlier[-1].id)
        elif how == "insist" and earlier:
            operation = replace(operation, insists=earlier[-1].id)
        elif how == "insist on mine" and mine:
            operation = replace(operation, verb=mine[-1].verb, undoes=mine[-1].undoes, insists=mine[-1].id)
        outcome = apply(lead, operation, actor, AGREEMENT)
        history.append((lead, operation, outcome.result, outcome.lead))
        lead = outcome.lead
    return history


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_every_operation_is_applied_or_answered_and_never_half(steps: list[Step]) -> None:
    for before, _, result, after in _run(make_lead(), steps):
        if result in (Result.APPLIED, Result.AGREED):
            assert after.revision == before.revision + 1
        elif result in KEPT:
            assert replace(after, dissents=before.dissents, revision=before.revision) == before
        else:
            assert after == before
        assert after.decision_revision >= before.decision_revision
        if after.standing != before.standing:
            # A second voice that takes over is an entry of its own.
            took_over = {known.operation_id for known in before.voices} & {known.operation_id for known in after.trail}
            assert after.decision_revision == before.decision_revision + 1 + len(took_over)
        ids = [known.operation_id for known in (*after.trail, *after.voices, *after.dissents)]
        assert len(ids) == len(set(ids))


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_dissents_are_neither_lost_nor_doubled(steps: list[Step]) -> None:
    history = _run(make_lead(), steps)
    kept = [operation.id for _, operation, result, _ in history if result in KEPT]
    end = history[-1][3]
    assert [dissent.operation_id for dissent in end.dissents] == kept
    for _, operation, result, _ in history:
        if result in KEPT and end.state is not State.SUPPRESSED:
            again = apply(end, operation, PEOPLE[operation.actor], AGREEMENT)
            assert (again.result, again.lead) == (result, end)


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_nobody_is_overruled_but_openly(steps: list[Step]) -> None:
    """Whatever changes what another decided was made by somebody who had seen it, or by suppressing."""
    for before, operation, result, after in _run(make_lead(), steps):
        entry = after.decided
        if result is Result.APPLIED and entry is not None and entry.operation_id == operation.id:
            assert entry.before == before.standing
            unseen = [
                other
                for other in before.trail
                if other.decision_revision > operation.seen.decision_revision and other.by != operation.actor
            ]
            assert (
                not unseen or unseen[0].before == before.standing or operation.undoes or after.state is State.SUPPRESSED
            )
        if entry is not None and entry.insists:
            assert entry.insists in {known.operation_id for known in (*after.dissents, *after.trail)}


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([op.Accept(), op.Claim(), op.Reject(reason="wrong_owner", answers={"to": "otto"})]),
    st.sampled_from([op.Reject(reason="spam_test"), op.Reject(reason="not_target", answers={"dimension": "size"})]),
    st.lists(st.booleans(), min_size=1, max_size=10),
)
def test_two_people_insisting_alternately_leave_one_standing_and_a_full_trail(
    theirs: LeadVerb, mine: LeadVerb, stale: list[bool]
) -> None:
    """Each insists whenever it is their turn; a turn may first be taken without having seen the other's last word."""
    names, verbs = ("otto", "rita"), (theirs, mine)
    lead = start = make_lead()
    last = ["", ""]
    applied, kept = [], []
    for place, blind in enumerate([False, True, *stale]):
        turn = place % 2
        actor = PEOPLE[names[turn]]
        for unseen in (1, 0) if blind and place > 1 else (int(place == 1), 0):
            seen = Seen(lead.decision_revision - unseen)
            operation = make_operation(verbs[turn], lead, actor=actor, seen=seen, insists=last[turn])
            outcome = apply(lead, operation, actor, AGREEMENT)
            lead, last[turn] = outcome.lead, operation.id
            (applied if outcome.result is Result.APPLIED else kept).append(operation.id)
            assert outcome.result is (Result.CONFLICT if unseen else Result.APPLIED), outcome.sentence
            if not unseen:
                break
        plain = apply(start, make_operation(verbs[turn], start, actor=actor), actor, AGREEMENT).lead
        assert lead.standing == plain.standing
        assert len(that_count(lead.trail, lead.dissents)) == 1
    assert [entry.operation_id for entry in lead.trail] == applied
    assert [dissent.operation_id for dissent in lead.dissents] == kept


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_offering_everything_again_changes_nothing(steps: list[Step]) -> None:
    history = _run(make_lead(), steps)
    end = history[-1][3]
    for _, operation, result, _ in history:
        taken_back = any(later.undoes == operation.id for _, later, _, _ in history)
        if result in (Result.APPLIED, Result.AGREED) and not taken_back and not operation.undoes:
            again = apply(end, operation, PEOPLE[operation.actor], AGREEMENT)
            assert again.lead.standing == end.standing or isinstance(operation.verb, op.Wake)


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_suppressed_stays_suppressed(steps: list[Step]) -> None:
    was = False
    for _, _, _, after in _run(make_lead(), steps):
        assert not was or after.state is State.SUPPRESSED
        was = after.state is State.SUPPRESSED


@settings(max_examples=200, deadline=None)
@given(STEPS)
def test_records_survive_the_wire(steps: list[Step]) -> None:
    for _, operation, _, after in _run(make_lead(), steps):
        assert msgspec.json.decode(msgspec.json.encode(operation), type=Operation) == operation
        assert msgspec.json.decode(msgspec.json.encode(after), type=Lead) == after
