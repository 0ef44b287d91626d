"""Every state × verb × role, against a table written out by hand from docs/lifecycle.md."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from msgspec.structs import replace

from api.model import operation as op
from api.model.lead import Lead, Snooze, Standing, State
from api.model.operation import LeadVerb, Result
from api.model.people import HUB_ACTOR, Owner, Person, Role
from api.rules.lifecycle import apply
from tests.factories import MANAGER, MARKETER, NOW, REP, make_agreement, make_lead, make_operation

AGREEMENT = make_agreement()
ALL = frozenset(State)
NEW, ACC, REJ, DIS = State.NEW, State.ACCEPTED, State.REJECTED, State.DISQUALIFIED
REC, QUA, MER, SUP = State.RECYCLED, State.QUALIFIED, State.MERGED, State.SUPPRESSED
ACTORS = {Role.REP: REP, Role.MARKETER: MARKETER, Role.MANAGER: MANAGER, Role.HUB: HUB_ACTOR}
SALES = frozenset({Role.REP, Role.MANAGER})
PEOPLE = frozenset({Role.REP, Role.MANAGER, Role.MARKETER})
OWNER = frozenset({Role.REP})
"""In this table the rep has claimed the lead: what only its owner may do, only the rep may do; asking, only others."""

SUPPRESS_ANSWERS = {"channels": "all", "asked_on": "2026-11-18", "how": "by phone", "confirm": "suppress"}

TABLE: dict[str, tuple[LeadVerb, frozenset[State], frozenset[Role]]] = {
    "claim": (op.Claim(), frozenset({NEW, ACC}), SALES),
    "release": (op.Release(), frozenset({NEW, ACC}), SALES),
    "accept": (op.Accept(), frozenset({NEW}), SALES),
    "reject": (op.Reject(reason="spam_test"), frozenset({NEW}), SALES),
    "disqualify": (op.Disqualify(reason="no_need"), frozenset({ACC, QUA}), SALES),
    "suppress by reject": (
        op.Reject(reason="do_not_contact", answers=SUPPRESS_ANSWERS),
        ALL - {SUP},
        SALES,
    ),
    "snooze": (op.SnoozeLead(or_activity=True), frozenset({NEW, ACC}), OWNER),
    "wake": (op.Wake(), frozenset({NEW, ACC}), OWNER),
    "attempt": (op.Attempt(result="no answer"), frozenset({ACC}), OWNER),
    "correct": (op.Correct(field="phone", value="+1 555 0100"), ALL - {MER, SUP}, frozenset({Role.REP, Role.MARKETER})),
    "qualify": (op.Qualify(), frozenset({ACC, QUA}), SALES),
    "outcome": (op.Outcome(result="won"), frozenset({ACC, QUA}), SALES),
    "hand again": (op.HandAgain(), frozenset({REJ}), frozenset({Role.MARKETER})),
    "return": (op.Return(), frozenset({REC}), frozenset({Role.HUB})),
    "note": (op.Note(text="called back"), ALL, PEOPLE),
    "thank": (op.Thank(), ALL - {SUP}, PEOPLE),
    "flag for meeting": (op.FlagMeeting(), ALL - {SUP}, PEOPLE),
    "flag promise": (op.FlagPromise(), ALL - {SUP}, PEOPLE),
    "ask for": (op.AskFor(text="I know her"), frozenset({NEW, ACC, QUA}), frozenset({Role.MANAGER})),
    "keep": (op.Keep(), frozenset({NEW, ACC, QUA}), OWNER),
}


def _lead_in(state: State) -> Lead:
    standing = Standing(state=state, owner=Owner("person", REP.id), claimed_by=REP.id)
    return make_lead(standing=standing, snooze=Snooze(operation_id="earlier", or_activity=True))


@pytest.mark.parametrize("role", list(Role), ids=str)
@pytest.mark.parametrize("state", list(State), ids=str)
@pytest.mark.parametrize("name", TABLE)
def test_state_verb_role(name: str, state: State, role: Role) -> None:
    verb, states, roles = TABLE[name]
    lead = _lead_in(state)
    actor: Person = ACTORS[role]
    outcome = apply(lead, make_operation(verb, lead, actor=actor), actor, AGREEMENT)
    possible = state in states and role in roles
    assert (outcome.result is Result.APPLIED) is possible, outcome.sentence
    if possible:
        assert outcome.lead.revision == lead.revision + 1
    else:
        assert outcome.lead == lead
        assert outcome.result is Result.REFUSED
        assert outcome.sentence.endswith(".")


@pytest.mark.parametrize(
    ("reason", "answers", "state"),
    [
        ("not_target", {"dimension": "size", "value": "3"}, State.REJECTED),
        ("bad_data", {"field": "email"}, State.REJECTED),
        ("duplicate", {"other": "L2"}, State.MERGED),
        ("wrong_owner", {"to": "team:south"}, State.NEW),
        ("already_ours", {"account": "Example Bakery"}, State.REJECTED),
        ("low_intent", {"did": "read a page", "recycle_on": "2027-01-10"}, State.RECYCLED),
        ("competitor", {"name": "Example Rival"}, State.REJECTED),
        ("spam_test", {}, State.REJECTED),
        ("do_not_contact", SUPPRESS_ANSWERS, State.SUPPRESSED),
        ("other", {"text": "wrote to us in verse only"}, State.REJECTED),
    ],
)
def test_what_a_rejection_makes_of_the_lead(reason: str, answers: dict[str, str], state: State) -> None:
    lead = make_lead()
    after = apply(lead, make_operation(op.Reject(reason=reason, answers=answers), lead), REP, AGREEMENT).lead
    assert after.state is state
    assert after.decided is not None
    assert (after.decided.reason, after.decided.answers) == (reason, answers)
    assert after.decision_revision == lead.decision_revision + 1


@pytest.mark.parametrize(
    ("reason", "answers", "state"),
    [
        ("unreachable", {"attempts": "5", "recycle_on": "2027-02-16"}, State.RECYCLED),
        ("no_need", {}, State.DISQUALIFIED),
        ("wrong_owner", {"to": "otto"}, State.NEW),
        ("duplicate", {"other": "L2"}, State.MERGED),
        ("do_not_contact", SUPPRESS_ANSWERS, State.SUPPRESSED),
    ],
)
def test_what_a_disqualification_makes_of_the_lead(reason: str, answers: dict[str, str], state: State) -> None:
    lead = _lead_in(State.ACCEPTED)
    verb = op.Disqualify(reason=reason, answers=answers)
    assert apply(lead, make_operation(verb, lead), REP, AGREEMENT).lead.state is state


def test_reasons_for_after_contact_can_not_be_given_before_it() -> None:
    lead = make_lead()
    outcome = apply(lead, make_operation(op.Reject(reason="no_need"), lead), REP, AGREEMENT)
    assert outcome.result is Result.REFUSED
    assert "after contact" in outcome.sentence
    accepted = _lead_in(State.ACCEPTED)
    outcome = apply(accepted, make_operation(op.Disqualify(reason="spam_test"), accepted), REP, AGREEMENT)
    assert "before contact" in outcome.sentence


def test_accepting_makes_the_actor_owner_and_starts_the_follow_up_clock() -> None:
    lead = make_lead()
    after = apply(lead, make_operation(op.Accept(), lead), REP, AGREEMENT).lead
    assert after.standing.owner == Owner("person", REP.id)
    # 480 business minutes from Wednesday 11:00 in Berlin end on Thursday at 11:00.
    assert after.standing.follow_up_due_at == datetime(2026, 11, 19, 10, 0, tzinfo=UTC)


def test_rerouting_starts_the_new_owners_clock() -> None:
    lead = make_lead()
    verb = op.Reject(reason="wrong_owner", answers={"to": "team:south"})
    after = apply(lead, make_operation(verb, lead), REP, AGREEMENT).lead
    assert after.standing.owner == Owner("team", "south")
    assert after.standing.due_at == datetime(2026, 11, 18, 14, 0, tzinfo=UTC)


def test_spam_counts_nowhere() -> None:
    lead = make_lead()
    after = apply(lead, make_operation(op.Reject(reason="spam_test"), lead), REP, AGREEMENT).lead
    assert after.standing.counts is False


def test_releasing_gives_the_lead_back_to_whom_it_was_claimed_from() -> None:
    lead = make_lead()
    claimed = apply(lead, make_operation(op.Claim(), lead), REP, AGREEMENT).lead
    assert claimed.standing.owner == Owner("person", REP.id)
    released = apply(claimed, make_operation(op.Release(), claimed), REP, AGREEMENT).lead
    assert released.standing.owner == lead.standing.owner
    assert released.standing.claimed_by == ""


def test_a_recycled_lead_returns_on_its_date_as_a_new_pass() -> None:
    lead = make_lead()
    verb = op.Reject(reason="low_intent", answers={"did": "read a page", "recycle_on": "2027-01-10"})
    recycled = apply(lead, make_operation(verb, lead), REP, AGREEMENT).lead
    early = make_operation(op.Return(), recycled, actor=HUB_ACTOR, at=datetime(2027, 1, 9, tzinfo=UTC))
    assert apply(recycled, early, HUB_ACTOR, AGREEMENT).result is Result.REFUSED
    due = make_operation(op.Return(), recycled, actor=HUB_ACTOR, at=datetime(2027, 1, 11, 8, tzinfo=UTC))
    back = apply(recycled, due, HUB_ACTOR, AGREEMENT).lead
    assert (back.state, back.number, back.mark) == (State.NEW, 2, "returned")
    assert back.passes[0].standing.state is State.RECYCLED
    assert back.handed_at == due.at


def test_a_note_and_a_correction_change_no_decision_revision() -> None:
    lead = make_lead()
    noted = apply(lead, make_operation(op.Note(text="ask for Ana"), lead), MARKETER, AGREEMENT).lead
    mended = apply(noted, make_operation(op.Correct(field="employees", value="45"), noted), REP, AGREEMENT).lead
    assert mended.company.employees == 45
    assert mended.decision_revision == lead.decision_revision
    assert mended.revision == lead.revision + 2


@pytest.mark.parametrize(
    ("verb", "field"),
    [
        (op.Reject(reason="nonsense"), "reason"),
        (op.Reject(reason="not_target"), "dimension"),
        (op.Reject(reason="not_target", answers={"dimension": "colour"}), "dimension"),
        (op.Reject(reason="spam_test", answers={"extra": "x"}), "extra"),
        (op.Reject(reason="other", answers={"text": "too short"}), "text"),
        (op.Reject(reason="low_intent", answers={"did": "x", "recycle_on": "soon"}), "recycle_on"),
        (op.Reject(reason="duplicate", answers={"other": "L1"}), "other"),
        (op.Reject(reason="wrong_owner", answers={"to": "planet:mars"}), "to"),
        (op.Reject(reason="do_not_contact", answers=SUPPRESS_ANSWERS | {"confirm": "yes"}), "confirm"),
        (op.Reject(reason="do_not_contact", answers=SUPPRESS_ANSWERS | {"channels": "email, pigeon"}), "channels"),
        (op.SnoozeLead(), "until"),
        (op.Correct(field="shoe size", value="44"), "field"),
        (op.Correct(field="employees", value="many"), "value"),
        (op.Note(text="  "), "text"),
    ],
)
def test_what_an_operation_lacks_is_named(verb: LeadVerb, field: str) -> None:
    lead = replace(make_lead(), standing=replace(make_lead().standing, owner=Owner("person", REP.id)))
    outcome = apply(lead, make_operation(verb, lead), REP, AGREEMENT)
    assert outcome.result is Result.REFUSED
    assert outcome.field == field
    assert outcome.lead == lead


def test_the_owner_may_be_the_team() -> None:
    lead = make_lead()
    snoozed = apply(lead, make_operation(op.SnoozeLead(or_activity=True), lead), REP, AGREEMENT)
    assert snoozed.result is Result.APPLIED
    stranger = replace(REP, id="zoe", team="south")
    assert apply(lead, make_operation(op.SnoozeLead(until=NOW), lead), stranger, AGREEMENT).result is Result.REFUSED


def test_words_that_are_too_long_are_refused_rather_than_cut() -> None:
    lead = make_lead()
    for verb in (
        op.Accept(note="x" * 4_001),
        op.Reject(reason="spam_test", note="x" * 4_001),
        op.Note(text="x" * 4_001),
    ):
        outcome = apply(lead, make_operation(verb, lead), REP, AGREEMENT)
        assert outcome.result is Result.REFUSED
        assert "4,000" in outcome.sentence


@pytest.mark.parametrize(
    "at",
    [
        datetime.min.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
        datetime(9999, 12, 31, tzinfo=timezone(timedelta(hours=-14))),
        datetime(2026, 11, 18, 10),
    ],
    ids=str,
)
def test_no_time_that_a_clock_can_show_makes_the_rules_fail(at: datetime) -> None:
    for verb, states, roles in TABLE.values():
        lead = _lead_in(min(states))
        actor = ACTORS[min(roles)]
        outcome = apply(lead, make_operation(verb, lead, actor=actor, at=at), actor, AGREEMENT)
        assert outcome.result is Result.APPLIED or outcome.sentence
    lead = _lead_in(NEW)
    gone = apply(lead, make_operation(TABLE["suppress by reject"][0], lead, at=at), REP, AGREEMENT)
    assert gone.lead.state is SUP
