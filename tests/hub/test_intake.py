"""What is posted to the hub: posted again it updates, and never doubles or undoes."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from api.hub.service import Hub
from api.model import operation as op
from api.model.campaign import Asset
from api.model.ingest import CampaignIn, LeadIn, OutcomeIn, Status, TouchIn
from api.model.lead import Lead, Part, Score, State
from api.rules.queue import back, row_of, sleeping
from tests.factories import MARKETER, NOW, REP, make_operation

pytestmark = pytest.mark.usefixtures("tokens")

HandOver = Callable[..., Lead]


def kinds(hub: Hub, kind: str) -> list[str]:
    return [change.id for change in hub.changes(limit=1_000).changes if change.kind == kind]


def test_a_new_lead_is_undecided_and_due_as_agreed(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over(
        email="ana@example.com", employees=40, owner="team:north", created_at=datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
    )
    assert lead.state is State.NEW
    assert lead.handed_at == datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
    assert lead.standing.due_at is not None
    assert lead.standing.due_at > lead.handed_at
    assert str(lead.standing.owner) == "team:north"
    assert lead.company.employees == 40


def test_the_same_lead_again_is_unchanged_and_makes_no_change(hub: Hub) -> None:
    item = LeadIn(
        source="form",
        source_id="7",
        name="Ana Example",
        campaign="Spring",
        touches=(TouchIn(at=NOW, kind="form", title="Demo request"),),
    )
    assert hub.ingest_leads([item])[0].status is Status.CREATED
    before = hub.head()
    assert hub.ingest_leads([item, item])[1].status is Status.UNCHANGED
    assert hub.head() == before
    assert len(kinds(hub, "lead")) == 1


def test_importing_again_updates_what_is_said_and_keeps_the_rest(hub: Hub, hand_over: HandOver) -> None:
    first = hand_over(name="Ana", phone="+1 555 0100")
    second = hand_over(name="Ana Example", title="CEO")
    assert (second.contact.name, second.contact.phone, second.contact.title) == ("Ana Example", "+1 555 0100", "CEO")
    assert second.revision == first.revision + 1
    assert second.decision_revision == first.decision_revision


def test_importing_again_keeps_decisions_owners_and_dates(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over(owner="team:north")
    hub.submit(REP, [make_operation(op.Accept(), lead)])
    again = hand_over(owner="team:south", name="New name", created_at=NOW - timedelta(days=3))
    assert again.state is State.ACCEPTED
    assert str(again.standing.owner) == "person:rita"
    assert again.handed_at == lead.handed_at
    assert len(again.trail) == 1


def test_what_a_rep_has_corrected_is_not_undone_by_the_source(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over(email="ana@exmaple.com")
    hub.submit(REP, [make_operation(op.Correct(field="email", value="ana@example.com"), lead)])
    assert hand_over(email="ana@exmaple.com").contact.email == "ana@example.com"
    assert hand_over(email="ana.new@example.com").contact.email == "ana.new@example.com"


def test_a_touch_changes_the_lead_but_no_decision_conflicts_with_it(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over()
    (result,) = hub.ingest_touches([TouchIn(source="form", source_id="1", at=NOW, kind="webinar", id="t1")])
    touched = hub.lead(lead.id)
    assert result.status is Status.CREATED
    assert touched.revision == lead.revision + 1
    assert touched.decision_revision == lead.decision_revision
    (same,) = hub.ingest_touches([TouchIn(source="form", source_id="1", at=NOW, kind="webinar", id="t1")])
    (new,) = hub.ingest_touches([TouchIn(source="form", source_id="1", at=NOW, kind="webinar", id="t1", title="Live")])
    assert (same.status, new.status) == (Status.UNCHANGED, Status.UPDATED)
    assert [touch.title for touch in hub.lead(lead.id).touches] == ["Live"]


def test_a_lead_snoozed_until_it_does_something_wakes_when_it_does(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over(owner="person:rita")
    hub.submit(REP, [make_operation(op.SnoozeLead(or_activity=True), lead)])
    assert sleeping(row_of(hub.lead(lead.id)), NOW.timestamp())
    told_late = TouchIn(source="form", source_id="1", at=NOW - timedelta(hours=1), kind="page")
    mailed = TouchIn(source="form", source_id="1", at=NOW + timedelta(minutes=1), kind="e-mail sent")
    hub.ingest_touches([told_late, mailed])
    assert sleeping(row_of(hub.lead(lead.id)), NOW.timestamp())
    read = TouchIn(source="form", source_id="1", at=NOW + timedelta(minutes=2), kind="page", title="Price")
    hub.ingest_touches([read])
    awake = row_of(hub.lead(lead.id))
    assert not sleeping(awake, NOW.timestamp())
    assert back(awake, NOW.timestamp()) == "Price"


def test_a_snooze_that_reaches_the_hub_after_what_ends_it_ends_at_once(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over(owner="person:rita")
    hub.ingest_touches([TouchIn(source="form", source_id="1", at=NOW, kind="page")])
    made_before = make_operation(op.SnoozeLead(or_activity=True), lead, at=NOW - timedelta(minutes=5))
    hub.submit(REP, [made_before])
    assert not sleeping(row_of(hub.lead(lead.id)), NOW.timestamp())


def test_an_unknown_campaign_is_made_and_described_later(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over(campaign="Spring Webinar")
    described = CampaignIn(id="spring", name="spring webinar", budget=9_000, why="Bakeries ask for it", channel="web")
    (result,) = hub.ingest_campaigns([described])
    assert (result.status, result.id) == (Status.UPDATED, lead.campaign_id)
    assert hand_over("2", campaign="spring").campaign_id == lead.campaign_id
    campaign = hub.campaign(lead.campaign_id)
    assert (campaign.budget, campaign.handed, campaign.why) == (9_000, 2, "Bakeries ask for it")
    assert len(kinds(hub, "campaign")) == 1


def test_two_described_campaigns_may_share_a_name(hub: Hub) -> None:
    results = hub.ingest_campaigns([CampaignIn(id="a", name="Newsletter"), CampaignIn(id="b", name="Newsletter")])
    assert [(result.status, result.id) for result in results] == [(Status.CREATED, "a"), (Status.CREATED, "b")]


def test_a_campaigns_assets_are_kept_by_their_ids(hub: Hub) -> None:
    ad, page = Asset(id="ad", kind="ad", words="Free for ever"), Asset(id="page", kind="page")
    hub.ingest_campaigns([CampaignIn(id="a", name="A", assets=(ad, page), starts_on=date(2026, 1, 1))])
    hub.ingest_campaigns([CampaignIn(id="a", name="A", assets=(Asset(id="ad", kind="ad", words="Free for a month"),))])
    campaign = hub.campaign("a")
    assert {asset.id: asset.words for asset in campaign.assets} == {"ad": "Free for a month", "page": ""}
    assert campaign.starts_on == date(2026, 1, 1)


def test_an_outcome_passes_through_accepted_when_nobody_has_decided(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over(campaign="Spring")
    item = OutcomeIn(source="form", source_id="1", result="won", at=NOW, amount=1200.0, by="Sam Seller")
    (result,) = hub.ingest_outcomes([item], MARKETER)
    won = hub.lead(lead.id)
    assert (result.status, won.state) == (Status.UPDATED, State.WON)
    assert [(entry.verb, entry.by_name) for entry in won.trail] == [("accept", "Sam Seller"), ("outcome", "Sam Seller")]
    assert won.trail[-1].answers == {"result": "won", "amount": "1200"}
    assert hub.campaign(won.campaign_id).accepted == 1
    assert hub.ingest_outcomes([item], MARKETER)[0].status is Status.UNCHANGED
    assert hub.lead(lead.id) == won


def test_an_outcome_that_was_taken_back_is_not_imported_again(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over()
    item = OutcomeIn(source="form", source_id="1", result="lost", by="rita")
    hub.ingest_outcomes([item])
    lost = hub.lead(lead.id)
    hub.submit(REP, [make_operation(op.Reopen(), lost, undoes=lost.decided.operation_id)])
    assert hub.lead(lead.id).state is State.ACCEPTED
    assert hub.ingest_outcomes([item])[0].status is Status.UNCHANGED
    assert hub.lead(lead.id).state is State.ACCEPTED


@pytest.mark.parametrize(
    ("item", "field"),
    [
        (LeadIn(source="", source_id="1"), "source"),
        (LeadIn(source="form", source_id=" \u200b "), "source_id"),
        (LeadIn(source="form", source_id="x" * 201), "source_id"),
        (LeadIn(source="form", source_id="1", employees=-1), "employees"),
        (LeadIn(source="form", source_id="1", owner="person:ghost"), "owner"),
        (LeadIn(source="form", source_id="1", owner="team:"), "owner"),
        (LeadIn(source="form", source_id="1", fit=Score(101)), "fit.value"),
        (LeadIn(source="form", source_id="1", created_at=datetime(1066, 1, 1, tzinfo=UTC)), "created_at"),
        (LeadIn(source="form", source_id="1", touches=(TouchIn(at=NOW, kind=""),)), "touches.kind"),
    ],
)
def test_a_wrong_lead_is_rejected_with_its_field_and_the_others_are_taken(hub: Hub, item: LeadIn, field: str) -> None:
    good = LeadIn(source="form", source_id="good")
    results = hub.ingest_leads([item, good])
    assert (results[0].status, results[0].field) == (Status.REJECTED, field)
    assert results[0].sentence.endswith(".")
    assert results[1].status is Status.CREATED
    assert len(kinds(hub, "lead")) == 1


def test_a_rejected_lead_leaves_no_campaign_behind(hub: Hub) -> None:
    hub.ingest_leads([LeadIn(source="form", source_id="1", campaign="Typo", fit=Score(999))])
    assert kinds(hub, "campaign") == []


@pytest.mark.parametrize("post", ["touches", "outcomes"])
def test_news_of_an_unknown_lead_is_rejected(hub: Hub, post: str) -> None:
    items: dict[str, Any] = {
        "touches": [TouchIn(source="form", source_id="?", at=NOW, kind="page")],
        "outcomes": [OutcomeIn(source="form", source_id="?", result="won")],
    }
    (result,) = getattr(hub, f"ingest_{post}")(items[post])
    assert (result.status, result.field) == (Status.REJECTED, "source_id")


def test_hostile_text_is_made_harmless(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over(name="Ana\x1b[31m\u202e Example\r\n", message="one\ntwo\x00\x07", company="y" * 10_000)
    assert lead.contact.name == "Ana [31m Example"
    assert lead.message == "one\ntwo"
    assert len(lead.company.name) == 500


def test_results_keep_their_places_in_a_long_import(hub: Hub) -> None:
    items = [LeadIn(source="csv", source_id="" if number % 50 == 7 else str(number)) for number in range(250)]
    results = hub.ingest_leads(items)
    assert [result.index for result in results] == list(range(250))
    rejected = [result.index for result in results if result.status is Status.REJECTED]
    assert rejected == [7, 57, 107, 157, 207]


def test_a_score_that_changes_tells_what_it_was_and_since_when(hub: Hub, hand_over: HandOver) -> None:
    first = hand_over(fit=Score(70), engagement=Score(30))
    assert first.engagement == Score(30)
    second = hand_over(engagement=Score(54))
    assert second.fit == Score(70)
    assert second.engagement is not None
    assert second.engagement == Score(54, (), 30, NOW)
    third = hand_over(fit=Score(70), engagement=Score(54, (Part("Form", 54),)))
    assert third.engagement is not None
    assert third.engagement.parts
    assert (third.engagement.was, third.engagement.since) == (30, NOW)
    fourth = hand_over(engagement=Score(20))
    assert fourth.engagement is not None
    assert fourth.engagement.was == 54


def test_a_source_that_knows_of_the_change_itself_is_believed(hub: Hub, hand_over: HandOver) -> None:
    since = datetime(2026, 11, 2, 9, tzinfo=UTC)
    lead = hand_over(engagement=Score(54, (), 30, since))
    assert lead.engagement == Score(54, (), 30, since)
    assert hand_over(engagement=Score(54, (), 30)).engagement == Score(54, (), 30, since)
    before = hub.head()
    assert hand_over(engagement=Score(54, (), 30, since)).engagement == Score(54, (), 30, since)
    assert hub.head() == before
    soon = hand_over(engagement=Score(60, (), 54, datetime(2090, 1, 1, tzinfo=UTC))).engagement
    assert soon == Score(60, (), 54, NOW), "nothing has changed in the future"


@pytest.mark.parametrize(
    ("score", "field"),
    [
        (Score(50, (), 101), "engagement.was"),
        (Score(50, (), -1), "engagement.was"),
        (Score(50, (), None, NOW), "engagement.was"),
        (Score(50, (), 40, datetime(1980, 1, 1, tzinfo=UTC)), "engagement.since"),
        (Score(50, (), 40, NOW.replace(tzinfo=None)), "engagement.since"),
        (Score(101), "engagement.value"),
    ],
)
def test_a_change_of_a_score_that_can_not_be_is_not_taken(hub: Hub, score: Score, field: str) -> None:
    (result,) = hub.ingest_leads([LeadIn(source="form", source_id="1", engagement=score)])
    assert (result.status, result.field) == (Status.REJECTED, field)


def test_scores_written_before_their_change_was_kept_are_read_as_ever() -> None:
    score = msgspec.json.decode(b'{"value":70,"parts":[{"label":"Form","points":70}]}', type=Score)
    assert score == Score(70, (Part("Form", 70),))
    assert msgspec.json.decode(msgspec.json.encode(Score(54, (), 30, NOW)), type=Score) == Score(54, (), 30, NOW)
