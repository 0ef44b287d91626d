"""However leads change, are merged, sleep and wake, the queue is what sorting all rows anew would give."""

import threading
from collections.abc import Callable
from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from msgspec.structs import replace

from api.desk.held import Held
from api.desk.view import View
from api.model import operation as op
from api.model.campaign import Campaign
from api.model.lead import (
    AttemptMade,
    Company,
    Contact,
    Decided,
    Lead,
    Score,
    Snooze,
    Standing,
    State,
    Touch,
)
from api.model.operation import Seen
from api.model.people import Owner
from api.rules.lifecycle import apply
from api.rules.queue import Filter, concerns, hay_of, order_key, row_of, waiting
from tests.desk.shelves import ShelvedLeads
from tests.factories import MANAGER, NOW, REP, make_agreement, make_lead, make_operation

AGREEMENT = make_agreement()
CAMPAIGNS = (Campaign(id="c1", name="Spring Webinar"), Campaign(id="c2", name="Autumn Fair"))
IDS = [f"L{number}" for number in range(90)]
FILTERS = ["ana", "ana bakery", "webinar", "bo", "fair mill", "src-l3", "L4", "nobody at all"]
OWNERS = [None, Owner("team", "north"), Owner("team", "south"), Owner("person", "rita"), Owner("person", "otto")]
MINUTES = st.integers(0, 3).map(lambda some: NOW + timedelta(minutes=some))
LATER = st.integers(0, 20).map(lambda some: NOW + timedelta(minutes=some))
NEW = State.NEW


STATES = [NEW, NEW, NEW, State.REJECTED, State.ACCEPTED]
TODAY, FRIDAY = NOW.date(), NOW.date() + timedelta(days=2)
ATTEMPT = AttemptMade(operation_id="a", by="rita", by_name="Rita Rep", at=NOW, result="no answer")
DECIDED = Decided(
    operation_id="d",
    verb="reject",
    by="otto",
    by_name="Otto Other",
    at=NOW,
    agreement=1,
    decision_revision=2,
    before=Standing(),
    reason="timing",
)


def standing(state: State, owner: Owner | None, due: Any) -> Standing:
    return Standing(state=state, owner=owner, due_at=due, follow_up_due_at=due)


LEADS = st.builds(
    make_lead,
    st.sampled_from(IDS),
    standing=st.builds(standing, st.sampled_from(STATES), st.sampled_from(OWNERS), st.none() | MINUTES),
    handed_at=MINUTES,
    fit=st.sampled_from([None, Score(10), Score(90)]),
    contact=st.sampled_from([Contact(name="Ana Example"), Contact(name="Bo Example", phone="+1 555 0101")]),
    company=st.sampled_from([Company(name="Bakery"), Company(name="Mill")]),
    campaign_id=st.sampled_from(["c1", "c2", ""]),
    origin=st.just("ads"),
    snooze=st.none()
    | st.builds(Snooze, operation_id=st.just("x"), until=LATER, at=st.just(NOW))
    | st.just(Snooze(operation_id="x", or_activity=True, at=NOW)),
    touches=st.sampled_from([(), (Touch(id="t", at=NOW, kind="page"),)]),
    attempts=st.sampled_from([(), (ATTEMPT,), (replace(ATTEMPT, next_on=TODAY),), (replace(ATTEMPT, next_on=FRIDAY),)]),
    trail=st.sampled_from([(), (DECIDED,)]),
)
VERBS = st.sampled_from(
    [op.Accept(), op.Claim(), op.Release(), op.Wake(), op.Note(text="Hm."), op.Correct(field="name", value="Bo Other")]
)


class Interrupted:
    """A lock after whose every release somebody else is first."""

    def __init__(self, others: list[Callable[[], None]]) -> None:
        self._others = others

    def __enter__(self) -> None:
        return

    def __exit__(self, *_: object) -> None:
        if self._others:
            self._others.pop(0)()


def test_a_lead_that_falls_asleep_while_one_looks_on_wakes_in_time() -> None:
    mirror = ShelvedLeads([make_lead("L1"), make_lead("L2")])
    view = View(mirror, REP, lambda _: AGREEMENT)
    at = NOW.timestamp()
    assert view.queue("", at) == ["L1", "L2"]
    mirror.put(make_lead("L1", snooze=Snooze(operation_id="x", until=NOW + timedelta(minutes=5))))
    view.refold(view.arrived({"L1": 1}, 1))
    assert view.queue("", at) == ["L2"]
    mirror.merge()
    assert view.queue("example", at + 299) == ["L2", "L1"]
    assert view.queue("example", at + 300) == view.queue("", at + 300) == ["L1", "L2"]


def test_what_we_did_stands_where_it_stood_when_the_base_is_another() -> None:
    mirror = ShelvedLeads([make_lead("L1"), make_lead("L2")])
    view = View(mirror, REP, lambda _: AGREEMENT)
    at = NOW.timestamp()
    held = Held(make_operation(op.Accept(), mirror.leads["L1"]))
    view.refold(view.hold(held))
    assert view.queue("", at) == ["L2"]
    mirror.merge()
    assert view.queue("", at) == ["L2"]
    view.refold(view.drop(held))
    assert view.queue("", at) == ["L1", "L2"]


def test_what_changes_while_a_base_is_made_stands_where_it_stood_when_it_is_there() -> None:
    mirror = ShelvedLeads([make_lead("L1"), make_lead("L2")])
    view = View(mirror, REP, lambda _: AGREEMENT)
    at = NOW.timestamp()
    ended = mirror.merging()
    for handed, queue in ((NOW, ["L2", "L1"]), (NOW - timedelta(hours=9), ["L1", "L2"]), (NOW, ["L2", "L1"])):
        mirror.put(make_lead("L1", handed_at=handed))
        view.refold(view.arrived({"L1": 1}, 1))
        assert view.queue("", at) == queue
        ended()
        assert view.queue("", at) == queue
        ended = mirror.merging()


@pytest.mark.parametrize("searched", [False, True])
def test_during_a_first_pull_the_queue_grows_in_steps_and_is_right_in_the_end(searched: bool) -> None:
    mirror = ShelvedLeads([make_lead("L0000")])
    mirror.whole = 0
    view = View(mirror, REP, lambda _: AGREEMENT)
    lock = threading.RLock()
    at = NOW.timestamp()
    assert view.queue("", at) == ["L0000"]
    if searched:
        view.warm(lock, lambda: at)
    known = {"L0000"}
    for start in range(1, 1_000, 100):
        new = [make_lead(f"L{place:04}") for place in range(start, start + 100)]
        for lead in new:
            mirror.put(lead)
        known |= {lead.id for lead in new}
        if start % 300 == 1:
            mirror.merge()
        view.refold(view.arrived({lead.id: start for lead in new}, None))
        view.keep_up(lock, done=False)
        shown = view.queue("", at)
        assert set(shown) <= known
        assert len(shown) > len(known) // 2
        assert shown == sorted(shown)
    # What one does oneself shows at once.
    held = Held(make_operation(op.Accept(), mirror.leads["L0000"]))
    view.refold(view.hold(held))
    assert "L0000" not in view.queue("", at)
    assert view.queue("example", at)[-1] == "L0000"
    view.refold(view.arrived({}, 1_000))
    view.keep_up(lock, done=True)
    assert view.queue("", at) == sorted(known - {"L0000"})
    mirror.merge()
    assert set(view.queue("example", at)) == known
    assert mirror.word_reads.reads == 0, "whoever searched before finds the words laid ready"


class OrderMachine(RuleBasedStateMachine):
    """A view on leads in memory, beside a plain list of what it should show."""

    def __init__(self) -> None:
        super().__init__()
        owners = zip(IDS[:70], cycle(OWNERS), strict=False)
        self.mirror = ShelvedLeads(
            [make_lead(one, standing=standing(NEW, owner, NOW)) for one, owner in owners], CAMPAIGNS
        )
        self.me = REP
        self.view = View(self.mirror, REP, lambda _: AGREEMENT)
        self.mine: list[Held] = []
        self.now = NOW
        self.merging: Callable[[], None] | None = None
        self.given: list[tuple[list[str], list[str]]] = []

    # what happens

    @rule(minutes=st.integers(-1, 1), some=st.sampled_from([8, 30, 90]))
    def many_told(self, minutes: int, some: int) -> None:
        told = list(self.mirror.leads.values())[:some]
        self.told([replace(lead, handed_at=lead.handed_at + timedelta(minutes=minutes)) for lead in told])

    @rule(leads=st.lists(LEADS, max_size=8))
    def told(self, leads: list[Lead]) -> None:
        self.mirror.put(*leads)
        self.shown({lead.id for lead in leads})

    @precondition(lambda self: self.mirror.leads)
    @rule(data=st.data())
    def gone(self, data: st.DataObject) -> None:
        lead_id = data.draw(st.sampled_from(sorted(self.mirror.leads)))
        self.mirror.drop(lead_id)
        self.shown({lead_id})

    def shown(self, lead_ids: set[str]) -> None:
        self.view.refold(self.view.arrived(dict.fromkeys(lead_ids, 1), None))

    @rule()
    def merged(self) -> None:
        self.merging = None
        self.mirror.merge()

    @rule()
    def merging_goes_on(self) -> None:
        ended, self.merging = self.merging, None
        if ended is not None:
            ended()
        else:
            self.merging = self.mirror.merging()

    @precondition(lambda self: self.mirror.leads)
    @rule(data=st.data(), verb=VERBS)
    def done(self, data: st.DataObject, verb: op.LeadVerb) -> None:
        lead = self.mirror.leads[data.draw(st.sampled_from(sorted(self.mirror.leads)))]
        operation = make_operation(verb, lead, actor=self.me, seen=Seen(lead.decision_revision), at=self.now)
        held = Held(operation, sequence=len(self.mine) + 1)
        self.mine.append(held)
        self.view.refold(self.view.hold(held))

    @precondition(lambda self: self.mine)
    @rule()
    def undone(self) -> None:
        self.view.refold(self.view.drop(self.mine.pop()))

    @rule(minutes=st.sampled_from([1, 2, 3, 5, 5, 5, -4, 60 * 24]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(me=st.sampled_from([REP, MANAGER]))
    def somebody_else(self, me: Any) -> None:
        self.me = me
        self.view.restart(me, self.mine, 1)

    @rule(data=st.data(), leads=st.lists(LEADS, min_size=1, max_size=3))
    def warmed_meanwhile(self, data: st.DataObject, leads: list[Lead]) -> None:
        others: list[Callable[[], None]] = [
            lambda: self.told(leads[:1]),
            self.merged,
            self.queue_is_right,
            lambda: self.somebody_else(REP if self.me is MANAGER else MANAGER),
            lambda: self.told(leads[1:]),
            self.undone if self.mine else self.merged,
            lambda: self.told(leads),
        ]
        # As after a start: nothing is sorted, or only what the first screen shows.
        self.view.restart(self.me, self.mine, 1)
        if data.draw(st.booleans()):
            self.queue_is_right()
        picked = data.draw(st.lists(st.sampled_from(others), max_size=3, unique=True))
        self.view.warm(Interrupted(picked), self.now.timestamp)

    # what shows

    @rule()
    def queue_is_right(self) -> None:
        found = self.view.queue("", self.now.timestamp())
        assert found == self.waiting()
        self.given.append((found, list(found)))

    @rule(text=st.sampled_from(FILTERS))
    def finding_is_right(self, text: str) -> None:
        leads = self.leads()
        named = {one.id: one.name.casefold() for one in CAMPAIGNS}
        hits = [
            lead.id
            for lead in leads.values()
            if all(word in hay_of(lead) or word in named.get(lead.campaign_id, "") for word in Filter.parse(text).words)
        ]
        mine = self.waiting()
        rest = sorted((-lead.handed_at.timestamp(), lead.id) for lead in leads.values() if lead.id not in mine)
        expected = [one for one in (*mine, *(one for _, one in rest)) if one in hits]
        if not expected:
            expected = [one for one, lead in leads.items() if text in (one, lead.source_id.casefold())]
        assert self.view.queue(text, self.now.timestamp()) == expected

    @rule()
    def what_was_given_out_stays(self) -> None:
        assert all(found == copy for found, copy in self.given)

    def waiting(self) -> list[str]:
        rows = sorted(map(row_of, self.leads().values()), key=order_key)
        return [row.id for row in rows if waiting(row, self.now.timestamp()) and concerns(row, self.me)]

    def leads(self) -> dict[str, Lead]:
        leads = dict(self.mirror.leads)
        for held in self.mine:
            lead = leads.get(held.operation.target.id)
            if lead is not None:
                leads[lead.id] = apply(lead, held.operation, self.me, AGREEMENT).lead
        return leads

    def teardown(self) -> None:
        self.queue_is_right()
        for text in FILTERS:
            self.finding_is_right(text)
        self.what_was_given_out_stays()


TestOrder = OrderMachine.TestCase
TestOrder.settings = settings(
    max_examples=80,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
