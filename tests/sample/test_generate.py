"""The sample: the same for the same seed, visibly invented, sensible in itself, and valid under the rules."""

import re
import unicodedata
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from msgspec.structs import replace

from api.agreement import default
from api.model.ingest import LeadIn
from api.model.lead import Lead, Standing, State
from api.model.operation import Accept, Note, Operation, Reject, Result
from api.model.people import Person, Role, parse_owner
from api.rules.clocks import BusinessClock
from api.rules.lifecycle import apply, hand
from api.rules.queue import concerns, row_of, waiting
from api.sample.cast import DEMO_REP, MARKETERS, PEOPLE, REPS
from api.sample.generate import Sample, arrivals, generate, operations, retimed

AGREEMENT = default()
NOON = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)
SUNDAY_NIGHT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CLOSING = datetime(2026, 11, 20, 15, 40, tzinfo=UTC)


@pytest.fixture(scope="module")
def sample() -> Sample:
    return generate(7, now=NOON)


def handed_over(lead: LeadIn) -> Lead:
    assert lead.created_at is not None
    owner = parse_owner(lead.owner) if lead.owner else None
    bare = Lead(
        id=f"hub-{lead.source_id}",
        source=lead.source,
        source_id=lead.source_id,
        created_at=lead.created_at,
        handed_at=lead.created_at,
        standing=Standing(owner=owner),
    )
    return hand(bare, AGREEMENT)


def acts(sample: Sample) -> list[tuple[Person, Operation]]:
    return operations(sample, {lead.source_id: f"hub-{lead.source_id}" for lead in sample.leads}, 1)


def as_it_stands(sample: Sample) -> dict[str, Lead]:
    leads = {f"hub-{lead.source_id}": handed_over(lead) for lead in sample.leads}
    for person, operation in acts(sample):
        outcome = apply(leads[operation.target.id], operation, person, AGREEMENT)
        assert outcome.result is Result.APPLIED, (operation, outcome.sentence)
        leads[operation.target.id] = outcome.lead
    return leads


def test_the_same_seed_makes_the_same_sample(sample: Sample) -> None:
    assert generate(7, now=NOON) == sample


def test_another_seed_makes_another_sample(sample: Sample) -> None:
    assert generate(8, now=NOON).leads != sample.leads


@pytest.mark.parametrize("seed", [1, 7, 4711])
@pytest.mark.parametrize("now", [NOON, SUNDAY_NIGHT, CLOSING], ids=["noon", "sunday", "closing"])
def test_every_deed_is_valid_under_the_default_agreement(seed: int, now: datetime) -> None:
    made = generate(seed, now=now)
    leads = as_it_stands(made)
    states = Counter(lead.state for lead in leads.values())
    assert states[State.NEW] > 300
    assert {State.ACCEPTED, State.REJECTED, State.RECYCLED, State.DISQUALIFIED, State.WON} <= set(states)
    assert all(deed.at < now for deed in made.deeds)


@pytest.mark.parametrize("seed", [1, 7, 4711])
@pytest.mark.parametrize("now", [NOON, SUNDAY_NIGHT, CLOSING], ids=["noon", "sunday", "closing"])
def test_the_demo_rep_has_a_mornings_work(seed: int, now: datetime) -> None:
    leads = as_it_stands(generate(seed, now=now))
    rows = [row_of(lead) for lead in leads.values()]
    mine = [row for row in rows if waiting(row, now.timestamp()) and concerns(row, DEMO_REP)]
    assert 30 <= len(mine) <= 65
    overdue = [row for row in mine if row.due is not None and row.due < now.timestamp()]
    assert 3 <= len(overdue) < len(mine) / 2
    assert len({row.owner for row in mine}) >= 2


def test_due_times_reach_from_overdue_to_the_next_working_day() -> None:
    made = generate(7, now=CLOSING)
    clock = BusinessClock(AGREEMENT)
    due = [lead.standing.due_at for lead in map(handed_over, made.leads[300:])]
    left = sorted(clock.between(CLOSING, at) for at in due if at)
    assert left[0] < -240
    assert left[-1] > 180
    assert any(at and at.date() > CLOSING.date() for at in due)


def test_everything_is_visibly_invented(sample: Sample) -> None:
    reserved = re.compile(r"(?:.+\.)?(?:example|test|example\.(?:com|net|org))\Z")
    for lead in [*sample.leads, *islice(arrivals(7, NOON), 200)]:
        for address in filter(None, (lead.email,)):
            assert reserved.match(address.rpartition("@")[2]), address
        for url in filter(None, (lead.website, lead.url, *(touch.url for touch in lead.touches))):
            assert reserved.match(url.split("/")[2]), url
        assert re.fullmatch(r"(?:\+1 \d{3} 555 01\d\d)?", lead.phone)
    for campaign in sample.campaigns:
        assert all(reserved.match(asset.url.split("/")[2]) for asset in campaign.assets if asset.url)


def test_no_two_people_share_an_address_or_number_unless_they_are_duplicates(sample: Sample) -> None:
    twins = {deed.source_id for deed in sample.deeds if deed.other}
    leads = [*sample.leads, *islice(arrivals(7, NOON), 300)]
    for field in ("email", "phone"):
        values = Counter(getattr(lead, field) for lead in leads if lead.source_id not in twins)
        shared = [value for value, n in values.items() if value and n > 1]
        # A duplicate that nobody has looked at yet is one of the things to find.
        assert len(shared) <= 5, shared


def test_scores_are_the_sum_of_their_parts(sample: Sample) -> None:
    for lead in sample.leads:
        for score in (lead.fit, lead.engagement):
            assert score is not None
            assert score.value == sum(part.points for part in score.parts)
            assert 0 <= score.value <= 100


def test_touches_come_in_order_within_the_campaign_and_before_the_handover(sample: Sample) -> None:
    campaigns = {campaign.id: campaign for campaign in sample.campaigns}
    for lead in sample.leads:
        campaign = campaigns[lead.campaign]
        assert lead.created_at is not None
        assert campaign.starts_on is not None
        times = [touch.at for touch in lead.touches]
        assert times == sorted(times)
        assert times[-1] <= lead.created_at
        assert times[0].date() >= campaign.starts_on
        assert {touch.asset for touch in lead.touches} - {""} <= {asset.id for asset in campaign.assets}


def test_a_form_is_never_the_first_thing_somebody_does(sample: Sample) -> None:
    assert all(lead.touches[0].kind not in ("form", "reply", "webinar") for lead in sample.leads)


def test_campaigns_say_what_they_cost_why_and_in_which_words(sample: Sample) -> None:
    assert len(sample.campaigns) == 12
    owners = {marketer.id for marketer in MARKETERS}
    for campaign in sample.campaigns:
        assert campaign.budget
        assert campaign.spend
        assert len(campaign.why) > 40
        assert campaign.owner in owners
        assert len(campaign.assets) >= 3
        assert all(len(asset.words) > 40 for asset in campaign.assets)
        assert campaign.starts_on
        assert campaign.ends_on
        assert campaign.starts_on < campaign.ends_on


def test_campaigns_differ_in_how_often_sales_says_yes(sample: Sample) -> None:
    campaign_of = {lead.source_id: lead.campaign for lead in sample.leads}
    said: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for deed in sample.deeds:
        if isinstance(deed.verb, Accept | Reject):
            said[campaign_of[deed.source_id]][deed.verb.kind] += 1
    rates = {name: n["accept"] / n.total() for name, n in said.items() if n.total() >= 10}
    assert max(rates.values()) - min(rates.values()) > 0.3
    assert len({deed.verb.reason for deed in sample.deeds if isinstance(deed.verb, Reject)}) >= 6


def test_several_people_in_every_role_and_team(sample: Sample) -> None:
    assert Counter(person.role for person in PEOPLE) == {Role.REP: 9, Role.MARKETER: 2, Role.MANAGER: 1}
    assert len({rep.team for rep in REPS}) == 3
    decided = {deed.person for deed in sample.deeds if not isinstance(deed.verb, Note)}
    assert decided == {rep.id for rep in REPS}
    wrote = {deed.person for deed in sample.deeds if isinstance(deed.verb, Note)}
    assert wrote & {rep.id for rep in REPS}
    assert wrote - {rep.id for rep in REPS}, "marketing writes about leads, too"


def test_every_reason_of_the_agreement_has_somebody_to_answer_for_it() -> None:
    functions = {function for person in PEOPLE for function in person.functions}
    assert {reason.owner for reason in AGREEMENT.reasons} <= functions


def test_wide_and_combining_letters_are_there(sample: Sample) -> None:
    names = [lead.name for lead in sample.leads]
    assert any(unicodedata.east_asian_width(sign) == "W" for name in names for sign in name)
    assert any(unicodedata.combining(sign) for name in names for sign in name)


def test_people_write_in_their_own_words_and_languages(sample: Sample) -> None:
    written = [lead.message for lead in sample.leads if lead.message]
    assert len(written) > len(sample.leads) / 4
    assert len(set(written)) > 60
    assert all("{" not in text for text in written)


def test_arrivals_go_on_reproducibly() -> None:
    first = list(islice(arrivals(7, NOON), 50))
    assert first == list(islice(arrivals(7, NOON), 50))
    assert len({lead.source_id for lead in first}) == 50
    assert not {lead.source_id for lead in first} & {lead.source_id for lead in generate(7, now=NOON).leads}


def test_an_arrival_moves_with_all_it_did_before() -> None:
    lead = next(arrivals(7, NOON))
    later = retimed(lead, NOON + timedelta(hours=5))
    assert later.created_at == NOON + timedelta(hours=5)
    assert [touch.at - timedelta(hours=5) for touch in later.touches] == [touch.at for touch in lead.touches]
    assert replace(later, created_at=lead.created_at, touches=lead.touches, engagement=lead.engagement) == lead


def test_a_score_that_changed_moves_with_an_arrival() -> None:
    lead = next(one for one in arrivals(7, NOON) if one.engagement is not None and one.engagement.since is not None)
    later = retimed(lead, NOON + timedelta(hours=5))
    assert lead.created_at is not None
    assert lead.engagement is not None
    assert later.engagement is not None
    assert lead.engagement.since is not None
    gap = NOON + timedelta(hours=5) - lead.created_at
    assert later.engagement.since == lead.engagement.since + gap
    assert later.engagement.was == lead.engagement.was


@pytest.mark.parametrize("leads", [0, 1, 2, 25])
def test_small_samples_work(leads: int) -> None:
    assert len(generate(3, leads, NOON).leads) == leads
