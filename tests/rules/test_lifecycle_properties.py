"""What holds for every sequence of operations, whoever sends them and however stale they are."""

from datetime import timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from api.model import operation as op
from api.model.lead import Lead, State
from api.model.operation import LeadVerb, Operation, Result, Seen
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
STEPS = st.lists(
    st.tuples(VERBS, st.sampled_from(sorted(PEOPLE)), st.integers(0, 3), st.booleans()), min_size=1, max_size=12
)


def _run(lead: Lead, steps: list[tuple[LeadVerb, str, int, bool]]) -> list[tuple[Lead, Operation, Result, Lead]]:
    """Apply the steps one after another; a step's number says how many decisions it has not seen, its flag undoes."""
    history: list[tuple[Lead, Operation, Result, Lead]] = []
    for place, (verb, name, stale, undo) in enumerate(steps):
        actor = PEOPLE[name]
        seen = Seen(max(lead.decision_revision - stale, 1))
        operation = make_operation(verb, lead, actor=actor, at=NOW + timedelta(minutes=place), seen=seen)
        if undo and history:
            operation = msgspec.structs.replace(operation, verb=op.Reopen(), undoes=history[-1][1].id)
        outcome = apply(lead, operation, actor, AGREEMENT)
        history.append((lead, operation, outcome.result, outcome.lead))
        lead = outcome.lead
    return history


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_every_operation_is_applied_or_answered_and_never_half(steps: list[tuple[LeadVerb, str, int, bool]]) -> None:
    for before, _, result, after in _run(make_lead(), steps):
        if result in (Result.APPLIED, Result.AGREED):
            assert after.revision == before.revision + 1
        else:
            assert after == before
        assert after.decision_revision >= before.decision_revision
        if after.standing != before.standing:
            assert after.decision_revision == before.decision_revision + 1


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_offering_everything_again_changes_nothing(steps: list[tuple[LeadVerb, str, int, bool]]) -> None:
    history = _run(make_lead(), steps)
    end = history[-1][3]
    for _, operation, result, _ in history:
        taken_back = any(later.undoes == operation.id for _, later, _, _ in history)
        if result in (Result.APPLIED, Result.AGREED) and not taken_back and not operation.undoes:
            again = apply(end, operation, PEOPLE[operation.actor], AGREEMENT)
            assert again.lead.standing == end.standing or isinstance(operation.verb, op.Wake)


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_suppressed_stays_suppressed(steps: list[tuple[LeadVerb, str, int, bool]]) -> None:
    was = False
    for _, _, _, after in _run(make_lead(), steps):
        assert not was or after.state is State.SUPPRESSED
        was = after.state is State.SUPPRESSED


@settings(max_examples=200, deadline=None)
@given(STEPS)
def test_records_survive_the_wire(steps: list[tuple[LeadVerb, str, int, bool]]) -> None:
    for _, operation, _, after in _run(make_lead(), steps):
        assert msgspec.json.decode(msgspec.json.encode(operation), type=Operation) == operation
        assert msgspec.json.decode(msgspec.json.encode(after), type=Lead) == after
