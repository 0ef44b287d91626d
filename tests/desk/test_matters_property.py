"""Whatever two people and two processes of one of them do, no decision is dropped without its author's word."""

import gc
import itertools
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace

from api.desk import CannotDo, Desk, NothingToRedo, NothingToUndo, Way
from api.local.profile import Connection, Profile
from api.model import operation as op
from api.model.operation import Receipt, Result, Seen
from api.model.people import Owner
from api.rules.permission import hinder
from tests.factories import MANAGER, NOW, OTHER_REP, REP, make_lead, make_operation
from tests.sync.fake_crm import FakeServer

LEADS = ("a", "b", "c")
ANSWERS = {"text": "They are a school, not a business."}
VERBS = (
    op.Accept(),
    op.Claim(),
    op.Reject(reason="other", answers=ANSWERS),
    op.Reject(reason="spam_test"),
    op.Disqualify(reason="other", answers=ANSWERS),
    op.Qualify(),
    op.Note(text="Call after five."),
    op.AskFor(),
    op.Keep(),
)
FIRST = st.sampled_from(VERBS[:4])
LEAD = st.sampled_from(LEADS)
PROCESS = st.sampled_from([0, 1])
PICK = st.integers(0, 20)


class MattersMachine(RuleBasedStateMachine):
    """Two processes on one profile, another rep, a manager and a CRM; answers and pages come when they come."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.server = FakeServer()
        for name in LEADS:
            self.server.put_lead(make_lead(name))
        self.profile = Profile(Path(self.folder.name))
        self.profile.save_connection(Connection("http://127.0.0.1:1", REP, "e1"))
        self.ids = itertools.count(1)
        self.moment = NOW
        self.desks = [self.opened(), self.opened()]
        self.pull()

    def now(self) -> datetime:
        self.moment += timedelta(milliseconds=1)
        return self.moment

    def opened(self) -> Desk:
        return Desk.open(self.profile, clock=self.now, new_id=lambda: f"op{next(self.ids)}")

    @property
    def syncing(self) -> Desk:
        return self.desks[0]

    def teardown(self) -> None:
        for _ in range(20):
            self.send()
            self.pull()
        for desk in self.desks:
            desk.refresh()
            assert desk.status().pending == 0
            assert {name: desk.lead(name) for name in LEADS} == self.server.leads
        self.nothing_is_dropped()
        for desk in self.desks:
            desk.close()
        self.folder.cleanup()
        # Opening a mirror freezes the heap, and what is frozen would keep every machine's files open.
        gc.unfreeze()
        gc.collect()

    @rule(process=PROCESS, lead=LEAD, pick=PICK)
    def decide(self, process: int, lead: str, pick: int) -> None:
        desk = self.desks[process]
        seen = desk.lead(lead)
        possible = [verb for verb in VERBS if not desk.hinder(seen, verb.kind)]
        self.do(process, lead, possible[pick % len(possible)])

    @rule(process=PROCESS)
    def undo(self, process: int) -> None:
        try:
            self.desks[process].undo()
        except NothingToUndo:
            return

    @rule(process=PROCESS)
    def redo(self, process: int) -> None:
        try:
            self.desks[process].redo()
        except NothingToRedo:
            return

    @rule(process=PROCESS, pick=PICK)
    def resolve(self, process: int, pick: int) -> None:
        desk = self.desks[process]
        desk.refresh()
        matters = [*desk.unsettled(), *desk.overturned()]
        if not matters:
            return
        matter = matters[pick % len(matters)]
        assert matter.ways
        way = matter.ways[pick % len(matter.ways)]
        verb = matter.operation.verb if way is Way.EDIT else None
        try:
            desk.resolve(matter.operation.id, way, to="person:max", verb=verb)
        except CannotDo:
            assert way is Way.EDIT
            return
        assert matter.operation.id not in [one.operation.id for one in (*desk.unsettled(), *desk.overturned())]

    @rule(process=PROCESS, pick=PICK)
    def answer(self, process: int, pick: int) -> None:
        desk = self.desks[process]
        desk.refresh()
        wishes = desk.wishes()
        if wishes:
            wish = wishes[pick % len(wishes)]
            desk.answer(wish.lead_id, wish.ways[pick % len(wish.ways)], to=wish.remark.by)
            assert wish not in desk.wishes()

    @rule(process=PROCESS, pick=PICK)
    def reconsider(self, process: int, pick: int) -> None:
        desk = self.desks[process]
        desk.refresh()
        given_in = [held for held in desk.ledger.history() if held.resolution is not None and not held.resolution.by]
        if given_in:
            desk.reconsider(given_in[pick % len(given_in)].operation.id)

    def another(self, lead: str, verb: op.LeadVerb, **changes: Any) -> Receipt:
        now = self.server.leads[lead]
        operation = make_operation(verb, now, actor=OTHER_REP, id=f"other{next(self.ids)}")
        return self.server.apply(replace(operation, **changes), OTHER_REP)

    @rule(lead=LEAD, pick=PICK)
    def somebody_else_decides(self, lead: str, pick: int) -> None:
        now = self.server.leads[lead]
        possible = [verb for verb in VERBS if not hinder(now, verb.kind, OTHER_REP)]
        self.another(lead, possible[pick % len(possible)])

    @rule(lead=LEAD)
    def handed_over_anew(self, lead: str) -> None:
        now = self.server.leads[lead]
        fresh = replace(now, standing=make_lead().standing, number=now.number + 1, trail=(), dissents=())
        self.server.put_lead(replace(fresh, decision_revision=now.decision_revision + 1))

    @rule(process=PROCESS, lead=LEAD, mine=FIRST, theirs=FIRST)
    def two_decide_at_once(self, process: int, lead: str, mine: op.LeadVerb, theirs: op.LeadVerb) -> None:
        self.handed_over_anew(lead)
        self.pull()
        self.another(lead, theirs)
        self.do(process, lead, mine)
        self.send()

    @rule(process=PROCESS, lead=LEAD, mine=FIRST, theirs=FIRST)
    def somebody_else_comes_too_late_and_insists(
        self, process: int, lead: str, mine: op.LeadVerb, theirs: op.LeadVerb
    ) -> None:
        self.handed_over_anew(lead)
        self.pull()
        seen = Seen(self.server.leads[lead].decision_revision)
        self.do(process, lead, mine)
        self.send()
        late = self.another(lead, theirs, seen=seen)
        if late.result is Result.CONFLICT:
            assert self.another(lead, theirs, insists=late.operation_id).result is Result.APPLIED

    @rule(process=PROCESS, lead=LEAD)
    def somebody_else_asks_for_it(self, process: int, lead: str) -> None:
        self.handed_over_anew(lead)
        self.pull()
        self.do(process, lead, op.Accept())
        self.send()
        self.another(lead, op.AskFor())
        self.pull()

    def do(self, process: int, lead: str, verb: op.LeadVerb) -> None:
        desk = self.desks[process]
        desk.refresh()
        try:
            desk.commit(desk.prepare(verb, [desk.lead(lead)]))
        except CannotDo:
            # Something of ours on the lead is still on its way.
            return

    @rule(lead=LEAD)
    def a_manager_takes_it_back(self, lead: str) -> None:
        last = self.server.leads[lead].decided
        if last is not None:
            id_ = f"boss{next(self.ids)}"
            reopen = make_operation(
                op.Reopen(), self.server.leads[lead], actor=MANAGER, id=id_, undoes=last.operation_id
            )
            self.server.apply(reopen, MANAGER)

    @rule()
    def send(self) -> None:
        desk = self.syncing
        desk.refresh()
        desk.take_receipts([self.server.apply(one, REP) for one in desk.ledger.offer(desk.ledger.pending())])

    @rule()
    def pull(self) -> None:
        for page in self.server.pages(self.syncing.cursor):
            self.syncing.take_page(page)

    @rule()
    def forget_what_the_crm_said(self) -> None:
        self.syncing.start_over()
        self.pull()

    @rule(process=PROCESS)
    def window_closed_and_opened(self, process: int) -> None:
        self.desks[process].close()
        self.desks[process] = self.opened()

    @invariant()
    def nothing_is_dropped(self) -> None:
        desk = self.syncing
        desk.refresh()
        listed = {one.operation.id for one in desk.unsettled()}
        history = desk.ledger.history()
        places = {held.operation.id: place for place, held in enumerate(history)}
        failed = {held.operation.id for held in history if held.failed}
        tried_to_take_back = {held.operation.undoes for held in history}
        taken_back = {held.operation.undoes for held in history if held.counts}
        for place, held in enumerate(history):
            operation, resolution = held.operation, held.resolution
            if not held.failed or operation.id in listed or operation.id in tried_to_take_back:
                continue
            answered = resolution is not None and (not resolution.by or resolution.by not in taken_back)
            ended = any(
                later.receipt is not None
                and later.counts
                and later.operation.target == operation.target
                and later.operation.id not in taken_back
                and places.get(later.operation.undoes, -1) <= place
                for later in history[place + 1 :]
            )
            assert answered or ended or operation.undoes in failed or self._got_after_all(desk, held.receipt), held

    @staticmethod
    def _got_after_all(desk: Desk, receipt: Receipt | None) -> bool:
        """Say whether somebody was first to take a lead that is this person's now, here and at the CRM."""
        assert receipt is not None
        operation = desk.ledger.get(receipt.operation_id)
        assert operation is not None
        leads = (desk.mirrored(operation.operation.target.id), desk.lead(operation.operation.target.id))
        owners = {lead.standing.owner for lead in leads if lead is not None}
        return receipt.result is Result.TAKEN and owners == {Owner("person", REP.id)}

    @invariant()
    def both_processes_say_the_same_and_the_mark_counts_it(self) -> None:
        told = []
        for desk in self.desks:
            desk.refresh()
            status = desk.status()
            lists = (desk.unsettled(), desk.overturned(), desk.wishes())
            assert status.conflicts + status.refused == len(lists[0])
            assert (status.overturned, status.wishes) == (len(lists[1]), len(lists[2]))
            assert status.needing == sum(map(len, lists))
            told.append((lists, desk.waiting(), [line.operation.id for line in desk.log()]))
        assert told[0] == told[1]

    @invariant()
    def nobody_is_overruled_unheard(self) -> None:
        desk = self.syncing
        listed = {one.operation.id for one in desk.overturned()}
        for held in desk.ledger.history():
            lead = desk.lead(held.operation.target.id)
            own = held.operation.id
            over = next((entry for entry in lead.trail if entry.undoes == own and entry.by != REP.id), None)
            last = lead.decided
            if over is not None and over is last and held.receipt is not None and held.counts:
                assert (
                    own in listed
                    or held.resolution is not None
                    or own in {one.operation.undoes for one in desk.ledger.history()}
                )


TestMatters = MattersMachine.TestCase
TestMatters.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
