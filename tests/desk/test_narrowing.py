"""Filters over many leads: what the columns tell is what each row would have told, and few rows are read for it."""

import random
from datetime import timedelta
from threading import Lock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from api.desk.view import View
from api.model.campaign import Campaign
from api.model.lead import Company, Contact, Decided, Lead, Score, Snooze, Standing, State, Touch
from api.model.people import Owner
from api.rules.clocks import BusinessClock
from api.rules.queue import Filter, Order, hay_of, row_of
from api.rules.queue import View as Which
from api.rules.queue.conditions import holds
from api.rules.queue.setting import Setting, setting_at
from tests.desk.shelves import ShelvedLeads
from tests.factories import NOW, REP, make_agreement, make_lead

AGREEMENT = make_agreement()
CAMPAIGNS = (Campaign(id="c1", name="Spring Webinar"), Campaign(id="c2", name="Autumn Fair"))
PEOPLE = {"person:rita": "Rita Rep", "person:otto": "Otto Other"}
STATES = [State.NEW, State.NEW, State.ACCEPTED, State.REJECTED, State.RECYCLED]
OWNERS = [Owner("team", "north"), Owner("team", "south"), Owner("person", "rita"), Owner("person", "otto"), None]
PIECES = [
    "ana",
    "bakery",
    "campaign:webinar",
    "company:mill",
    "name:ana",
    "owner:me",
    "owner:other",
    "state:acc",
    "reason:tim",
    "by:me",
    "from:ads",
    "mark:back",
    "mark:returned",
    "due:overdue",
    "due:<1h",
    "due:none",
    "waiting:>1h",
    "fit:>60",
    "eng:<50",
    "score:>120",
    "pass:>1",
    "snoozed:yes",
]


def setting(now: float) -> Setting:
    names = {one.id: one.name for one in CAMPAIGNS}
    return setting_at(now, BusinessClock(AGREEMENT), AGREEMENT, REP, campaigns=names, people=PEOPLE)


def some_lead(rng: random.Random, number: int) -> Lead:
    base = make_lead()
    handed = NOW - timedelta(minutes=rng.randrange(300))
    decided = Decided(
        operation_id=f"o{number}",
        verb="reject",
        by="rita",
        by_name=rng.choice(["Rita Rep", "Otto Other"]),
        at=handed,
        agreement=1,
        decision_revision=2,
        before=base.standing,
        reason=rng.choice(["timing", "spam_test"]),
    )
    return make_lead(
        f"L{number:04}",
        standing=Standing(
            state=rng.choice(STATES),
            owner=rng.choice(OWNERS),
            due_at=rng.choice([None, NOW + timedelta(minutes=rng.randrange(-90, 180))]),
        ),
        handed_at=handed,
        contact=Contact(name=rng.choice(["Ana", "Bo"]), email="ana@example.com"),
        company=Company(name=rng.choice(["Bakery", "Mill"]), industry="Bakery"),
        campaign_id=rng.choice(["c1", "c2", ""]),
        origin=rng.choice(["ads", "web"]),
        fit=rng.choice([None, Score(rng.randrange(100))]),
        engagement=rng.choice([None, Score(rng.randrange(100))]),
        number=rng.choice([1, 2]),
        mark=rng.choice(["", "returned"]),
        trail=rng.choice([(), (decided,)]),
        touches=rng.choice([(), (Touch(id="t", at=NOW, kind="page"),)]),
        snooze=rng.choice([None, Snooze(operation_id="s", until=NOW + timedelta(hours=rng.choice([-1, 1])))]),
    )


@pytest.fixture(scope="module")
def mirror() -> ShelvedLeads:
    rng = random.Random(5)
    shelved = ShelvedLeads((some_lead(rng, number) for number in range(700)), CAMPAIGNS)
    # Some have changed since the base was made.
    shelved.put(*(some_lead(rng, number) for number in range(650, 720)))
    return shelved


@settings(max_examples=120, deadline=None)
@given(pieces=st.lists(st.tuples(st.sampled_from(["", "-"]), st.sampled_from(PIECES)), min_size=1, max_size=3))
def test_columns_tell_what_rows_would(mirror: ShelvedLeads, pieces: list[tuple[str, str]]) -> None:
    text = " ".join(sign + piece for sign, piece in pieces)
    asked, known = Filter.parse(text), setting(NOW.timestamp())
    view = View(mirror, REP, lambda _: AGREEMENT, setting)
    names = {one.id: one.name.casefold() for one in CAMPAIGNS}
    expected: set[str] = set()
    for lead in mirror.leads.values():
        row, hay = row_of(lead), hay_of(lead)
        said = f"{hay}\n{names.get(lead.campaign_id, '')}"
        if asked.matches(said) and all(holds(one, row, hay, known) for one in asked.conditions):
            expected.add(lead.id)
    everything = view.queue(text, NOW.timestamp())
    assert set(everything) == expected
    assert len(everything) == len(expected)
    for which in (Which.TEAM, Which.SNOOZED, Which.ATTEMPTS):
        found = view.queue(text, NOW.timestamp(), which, Order.SCORE)
        assert found == [one for one in view.queue("", NOW.timestamp(), which, Order.SCORE) if one in expected]


def opened() -> tuple[ShelvedLeads, View]:
    rng = random.Random(5)
    shelved = ShelvedLeads((some_lead(rng, number) for number in range(700)), CAMPAIGNS)
    return shelved, View(shelved, REP, lambda _: AGREEMENT, setting)


def test_lists_and_counts_are_read_from_columns_alone() -> None:
    mirror, view = opened()
    view.counts(NOW.timestamp())
    for which in (one for one in Which if one is not Which.DONE):
        for order in Order:
            assert view.queue("", NOW.timestamp(), which, order)
    assert (mirror.leads_read, mirror.row_reads.reads, mirror.word_reads.reads) == (0, 0, 0)


def test_a_list_in_another_order_is_kept_and_a_change_reads_no_other_row() -> None:
    mirror, view = opened()
    before = view.queue("", NOW.timestamp(), Which.MINE, Order.SCORE)
    assert view.queue("", NOW.timestamp(), Which.MINE, Order.SCORE) is before
    best = replace(mirror.leads[before[-1]], fit=Score(100), engagement=Score(100))
    mirror.put(best)
    view.refold(view.arrived({best.id: 1}, 1))
    assert view.queue("", NOW.timestamp(), Which.MINE, Order.SCORE)[0] == best.id
    assert (mirror.row_reads.reads, mirror.word_reads.reads) == (0, 0)


def test_words_leave_few_rows_to_be_read_for_what_has_no_column() -> None:
    mirror, view = opened()
    lead = mirror.leads["L0007"]
    mirror.put(replace(lead, contact=Contact(name="Zoe"), fit=Score(80)))
    mirror.merge()
    view = View(mirror, REP, lambda _: AGREEMENT, setting)
    assert view.queue("zoe fit:>70", NOW.timestamp()) == ["L0007"]
    assert mirror.row_reads.reads == 1


def test_counts_are_laid_ready_without_keeping_others_waiting() -> None:
    mirror, view = opened()
    view.queue("", NOW.timestamp())
    lock, locked = Lock(), []
    mirror.word_reads.heed = lambda: locked.append(lock.locked())
    view.warm(lock, NOW.timestamp, counted=True)
    assert locked
    assert not any(locked)
    team = view.queue("", NOW.timestamp(), Which.TEAM)
    assert view.counts(NOW.timestamp())[Which.TEAM] == len(team)
    mirror.put(make_lead("late"))
    view.refold(view.arrived({"late": 1}, 1))
    view.warm(lock, NOW.timestamp, counted=True)
    assert set(view.queue("", NOW.timestamp(), Which.TEAM)) == {*team, "late"}


@pytest.mark.parametrize(
    ("text", "which", "order"),
    [("fit:>60", Which.MINE, Order.DUE), ("eng:<50", Which.ALL, Order.SCORE), ("", Which.SNOOZED, Order.WAITING)],
)
def test_what_takes_its_time_is_done_beforehand_and_the_queue_reads_nothing_more(
    monkeypatch: pytest.MonkeyPatch, text: str, which: Which, order: Order
) -> None:
    # So few leads count as many.
    monkeypatch.setattr("api.desk.view.view._SOON", 0)
    monkeypatch.setattr("api.desk.view.narrowing._SOME", 0)
    rng = random.Random(4)
    leads = ShelvedLeads([some_lead(rng, number) for number in range(300)])
    view, plain = (View(leads, REP, lambda _: AGREEMENT, setting) for _ in range(2))
    now, lock = NOW.timestamp(), Lock()
    expected = plain.queue(text, now, which, order)
    prepare = view.preparation(lock, text, now, which, order)
    assert prepare is not None
    prepare()
    assert view.preparation(lock, text, now, which, order) is None
    before = leads.row_reads.reads
    assert view.queue(text, now, which, order) == expected
    assert leads.row_reads.reads == before
