"""Leads that come back by themselves: what wakes them, and that it does not matter what was heard of first."""

from datetime import timedelta
from itertools import permutations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from api.local.index.heads import brief_of
from api.model import operation as op
from api.model.lead import AttemptMade, Decided, Lead, Snooze, Standing, State, Touch
from api.rules.lifecycle import apply
from api.rules.queue import back, hay_of, row_of, sleeping, waiting
from api.rules.showing.top import snooze_words
from api.rules.stirring import by_the_lead, stirred_by, woken_by
from tests.factories import MARKETER, NOW, REP, make_agreement, make_lead, make_operation

AGREEMENT = make_agreement()
MINUTES = st.integers(-5, 5).map(lambda some: NOW + timedelta(minutes=some))
TOUCHES = st.lists(
    st.builds(
        Touch,
        id=st.uuids().map(str),
        at=MINUTES,
        kind=st.sampled_from(["page", "form", "e-mail sent", "E-Mail_Sent", "impression"]),
        title=st.sampled_from(["", "Prices"]),
    ),
    max_size=4,
)


@given(began=MINUTES, until=st.none() | MINUTES, or_activity=st.booleans(), touches=TOUCHES, now=MINUTES)
def test_a_snooze_ends_at_its_date_or_at_what_the_lead_does_after_it_began(
    began, until, or_activity: bool, touches: list[Touch], now
) -> None:
    snooze = Snooze(operation_id="s", until=until, or_activity=or_activity, at=began)
    lead = make_lead(snooze=snooze, touches=tuple(touches))
    did = any(touch.at >= began and touch.kind in ("page", "form") for touch in touches)
    ended = (until is not None and until <= now) or (or_activity and did)
    row = row_of(lead)
    assert sleeping(row, now.timestamp()) != ended
    assert waiting(row, now.timestamp()) == ended
    assert bool(back(row, now.timestamp())) == ended
    if or_activity and did:
        assert back(row, now.timestamp()) in ("Prices", "page", "form")
        assert (
            row.stirred
            == max(touch.at for touch in touches if touch.kind in ("page", "form") and touch.at >= began).timestamp()
        )
    elif ended:
        assert back(row, now.timestamp()) == "snooze over"


def test_the_same_comes_of_it_whatever_is_heard_of_first() -> None:
    touch = Touch(id="t", at=NOW + timedelta(minutes=1), kind="page")
    older = Touch(id="u", at=NOW - timedelta(minutes=1), kind="page")

    def told(lead: Lead, what: Touch) -> Lead:
        return replace(lead, touches=(*lead.touches, what))

    def snoozed(lead: Lead) -> Lead:
        return apply(lead, make_operation(op.SnoozeLead(or_activity=True), lead), REP, AGREEMENT).lead

    steps = [snoozed, lambda lead: told(lead, touch), lambda lead: told(lead, older)]
    for order in permutations(steps):
        lead = make_lead()
        for step in order:
            lead = step(lead)
        assert woken_by(lead) == touch
        assert waiting(row_of(lead), NOW.timestamp())


def test_who_wakes_it_or_puts_it_off_again_has_heard_of_it() -> None:
    touch = Touch(id="t", at=NOW, kind="page")
    lead = make_lead(snooze=Snooze(operation_id="s", or_activity=True, at=NOW), touches=(touch,))
    assert back(row_of(lead), NOW.timestamp())
    later = NOW + timedelta(minutes=1)
    for verb in (op.Wake(), op.SnoozeLead(or_activity=True), op.Accept()):
        after = apply(lead, make_operation(verb, lead, at=later), REP, AGREEMENT)
        assert not back(row_of(after.lead), NOW.timestamp())


def test_the_card_says_of_a_lead_that_is_back_what_ended_its_snooze() -> None:
    touch = Touch(id="t", at=NOW, kind="page", title="Prices")
    lead = make_lead(snooze=Snooze(operation_id="s", or_activity=True, at=NOW))
    later = NOW + timedelta(hours=2)
    assert snooze_words(lead, later).startswith("until they do something")
    assert snooze_words(replace(lead, touches=(touch,)), later) == "ended 2 h ago: Prices"


REFUSED = [
    (op.Reject(reason="not_target", answers={"dimension": "industry", "value": "Food"}), True),
    (op.Reject(reason="spam_test"), False),
    (op.Accept(), False),
]


@pytest.mark.parametrize(("verb", "stirs"), REFUSED, ids=["rejected", "spam", "accepted"])
def test_only_what_was_refused_and_counts_stirs_and_its_state_stays(verb: op.LeadVerb, stirs: bool) -> None:
    lead = apply(make_lead(), make_operation(verb), REP, AGREEMENT).lead
    before = Touch(id="a", at=NOW - timedelta(hours=1), kind="form")
    after = Touch(id="b", at=NOW + timedelta(hours=1), kind="form", title="Demo, please")
    assert stirred_by(replace(lead, touches=(before,))) is None
    told = replace(lead, touches=(before, after))
    assert (stirred_by(told) is not None) == stirs
    row = row_of(told)
    assert row.state == lead.state.value
    assert row.news == ("Demo, please" if stirs else "")


def test_handed_over_again_it_is_a_lead_like_any_other() -> None:
    verb = op.Reject(reason="bad_data", answers={"field": "phone"})
    refused = apply(make_lead(), make_operation(verb), REP, AGREEMENT).lead
    assert refused.state is State.REJECTED
    told = replace(refused, touches=(Touch(id="b", at=NOW + timedelta(hours=1), kind="form"),))
    again = apply(told, make_operation(op.HandAgain(), told, actor=MARKETER), MARKETER, AGREEMENT)
    assert again.lead.state is State.NEW
    assert row_of(again.lead).stirred is None


@pytest.mark.parametrize(
    ("kind", "did"), [("page", True), ("reply", True), ("Mail sent", False), ("email_sent", False)]
)
def test_what_was_sent_to_it_is_nothing_that_the_lead_did(kind: str, did: bool) -> None:
    assert by_the_lead(kind) == did


ATTEMPT = AttemptMade(operation_id="a", by="rita", by_name="Rita Rep", at=NOW, result="no answer", next_on=NOW.date())
ENTRY = Decided(
    operation_id="d",
    verb="reject",
    by="otto",
    by_name="Otto Other",
    at=NOW,
    agreement=1,
    decision_revision=2,
    before=Standing(),
)
LEADS = st.builds(
    make_lead,
    standing=st.builds(Standing, state=st.sampled_from(State), counts=st.booleans()),
    attempts=st.sampled_from([(), (ATTEMPT,), (ATTEMPT, replace(ATTEMPT, next_on=None))]),
    trail=st.sampled_from([(), (ENTRY,)]),
    snooze=st.none() | st.builds(Snooze, operation_id=st.just("s"), or_activity=st.booleans(), at=st.none() | MINUTES),
)


@given(lead=LEADS, touches=TOUCHES)
def test_what_is_read_of_a_lead_in_json_is_what_the_whole_lead_tells(lead: Lead, touches: list[Touch]) -> None:
    lead = replace(lead, touches=tuple(touches))
    brief = brief_of(msgspec.json.encode(lead))
    assert (brief.row, brief.hay) == (row_of(lead), hay_of(lead))
