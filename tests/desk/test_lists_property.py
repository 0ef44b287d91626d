"""Every view in every order, narrowed down or not, is what sorting all rows anew would give, however leads change."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from api.desk.held import Held
from api.desk.view import View
from api.model import operation as op
from api.model.lead import Lead
from api.model.operation import Seen
from api.model.people import Person
from api.rules.clocks import BusinessClock
from api.rules.lifecycle import apply
from api.rules.queue import Filter, Order, Row, concerns, hay_of, order_key, row_of, sleeping, waiting
from api.rules.queue import View as Which
from api.rules.queue.conditions import holds
from api.rules.queue.setting import Setting, setting_at
from api.rules.queue.views import free, owed
from tests.desk.shelves import ShelvedLeads
from tests.desk.test_order_property import AGREEMENT, CAMPAIGNS, LEADS, TODAY
from tests.factories import MANAGER, NOW, REP, make_operation

LISTS = [(which, order) for which in Which if which is not Which.DONE for order in Order]
NARROW = [
    "",
    "ana",
    "owner:me",
    "-webinar",
    "state:acc by:otto",
    "fit:>60 -company:mill",
    "mark:back",
    "campaign:fair bo",
]
"""Filters for lists of every kind."""


VERBS = st.sampled_from(
    [
        op.Accept(),
        op.Claim(),
        op.Wake(),
        op.SnoozeLead(until=NOW + timedelta(minutes=6)),
        op.SnoozeLead(or_activity=True),
        op.Attempt(result="no answer"),
        op.Attempt(result="later", next_on=TODAY + timedelta(days=1)),
        op.Reject(reason="spam_test"),
    ]
)


def setting(me: Person, now: float) -> Setting:
    names = {one.id: one.name for one in CAMPAIGNS}
    return setting_at(now, BusinessClock(AGREEMENT), AGREEMENT, me, campaigns=names, people={})


def stands(row: Row, which: Which, known: Setting) -> bool:
    if which is Which.ALL:
        return True
    if which is Which.SNOOZED:
        return sleeping(row, known.now) and concerns(row, known.me)
    if which is Which.ATTEMPTS:
        mine = known.me is MANAGER or row.owner == f"person:{known.me.id}"
        return owed(row, known.now, known.today) and mine
    return waiting(row, known.now) and concerns(row, known.me) and (which is Which.MINE or free(row.owner))


def stands_at(row: Row, which: Which, order: Order, known: Setting) -> tuple[Any, ...]:
    campaign = known.campaigns.get(row.campaign_id)
    first: Any = {
        Order.DUE: 0,
        Order.WAITING: row.handed,
        Order.SCORE: -row.score,
        Order.CAMPAIGN: (campaign is None, (campaign or "").casefold()),
    }[order]
    if which is Which.ALL:
        if waiting(row, known.now) and concerns(row, known.me):
            return (0, first, *order_key(row))
        return (1, first, -row.handed, row.id)
    if which is Which.SNOOZED and order is Order.DUE:
        first = row.snoozed
    if which is Which.ATTEMPTS and order is Order.DUE and row.next_on is not None:
        first = known.begins(row.next_on)
    elif which is Which.ATTEMPTS and order is Order.DUE:
        first = float("inf") if row.due is None else row.due
    return (first, *order_key(row))


def matches(row: Row, hay: str, text: str, known: Setting) -> bool:
    asked = Filter.parse(text)
    said = hay + "\n" + known.campaigns.get(row.campaign_id, "").casefold()
    return asked.matches(said) and all(holds(one, row, hay, known) for one in asked.conditions)


class ListMachine(RuleBasedStateMachine):
    """A view on leads in memory, beside a plain list of what it should show."""

    def __init__(self) -> None:
        super().__init__()
        self.me = REP
        self.mirror = ShelvedLeads((), CAMPAIGNS)
        self.view = View(self.mirror, REP, lambda _: AGREEMENT, self.setting)
        self.mine: list[Held] = []
        self.now = NOW
        self.merging: Callable[[], None] | None = None
        self.given: list[tuple[list[str], list[str]]] = []
        self.asked: dict[tuple[Which, Order], None] = {}

    def setting(self, now: float) -> Setting:
        return setting(self.me, now)

    @rule(leads=st.lists(LEADS, min_size=1, max_size=12))
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
        ended, self.merging = self.merging, None
        if ended is not None:
            ended()
        else:
            self.merging = self.mirror.merging()

    @precondition(lambda self: self.mirror.leads)
    @rule(data=st.data(), verb=VERBS)
    def done(self, data: st.DataObject, verb: op.LeadVerb) -> None:
        lead = self.leads()[data.draw(st.sampled_from(sorted(self.mirror.leads)))]
        operation = make_operation(verb, lead, actor=self.me, seen=Seen(lead.decision_revision), at=self.now)
        self.mine.append(Held(operation, sequence=len(self.mine) + 1))
        self.view.refold(self.view.hold(self.mine[-1]))

    @precondition(lambda self: self.mine)
    @rule()
    def undone(self) -> None:
        self.view.refold(self.view.drop(self.mine.pop()))

    @rule(minutes=st.sampled_from([1, 3, 5, 60 * 24, -4]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(me=st.sampled_from([REP, MANAGER]))
    def somebody_else(self, me: Person) -> None:
        self.me = me
        self.view.restart(me, self.mine, 1)

    @rule(which=st.sampled_from(LISTS), text=st.sampled_from(NARROW))
    def a_list_is_right(self, which: tuple[Which, Order], text: str) -> None:
        self.asked.pop(which, None)
        self.asked[which] = None
        self.is_right(*which, text)

    @rule()
    def what_was_asked_for_is_kept_right(self) -> None:
        for which, order in list(self.asked)[-5:]:
            self.is_right(which, order, "")

    @rule()
    def counts_are_right(self) -> None:
        counts = self.view.counts(self.now.timestamp())
        for which, count in counts.items():
            assert count == len(self.expected(which, Order.DUE, ""))

    def is_right(self, which: Which, order: Order, text: str) -> None:
        found = self.view.queue(text, self.now.timestamp(), which, order)
        # With a filter, what waits for me comes first, and everything else behind it.
        assert found == self.expected(Which.ALL if which is Which.MINE and text else which, order, text)
        self.given.append((found, list(found)))

    def expected(self, which: Which, order: Order, text: str) -> list[str]:
        known = self.setting(self.now.timestamp())
        leads = [(row_of(lead), hay_of(lead)) for lead in self.leads().values()]
        rows = [row for row, hay in leads if stands(row, which, known) and matches(row, hay, text, known)]
        return [row.id for row in sorted(rows, key=lambda row: stands_at(row, which, order, known))]

    def leads(self) -> dict[str, Lead]:
        leads = dict(self.mirror.leads)
        for held in self.mine:
            lead = leads.get(held.operation.target.id)
            if lead is not None:
                leads[lead.id] = apply(lead, held.operation, self.me, AGREEMENT).lead
        return leads

    def teardown(self) -> None:
        self.what_was_asked_for_is_kept_right()
        for which, order in LISTS:
            self.is_right(which, order, "")
        for text in NARROW:
            self.is_right(Which.ALL, Order.DUE, text)
        assert all(found == copy for found, copy in self.given), "what was given out stays as it was"


TestLists = ListMachine.TestCase
TestLists.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
