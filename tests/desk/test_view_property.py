"""Whatever the order in which pages, answers, decisions, undos and restarts come, the view ends up right."""

import gc
import itertools
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

from api.desk import CannotDo, Desk, NothingToRedo, NothingToUndo
from api.local.profile import Connection, Profile
from api.model import operation as op
from api.model.lead import State
from api.model.operation import Receipt, Result
from tests.factories import NOW, OTHER_REP, REP, make_lead, make_operation
from tests.sync.fake_crm import FakeServer

LEADS = ("a", "b", "c")
VERBS = st.sampled_from(
    [
        op.Accept(),
        op.Claim(),
        op.Release(),
        op.Reject(reason="other", answers={"text": "They are a school, not a business."}),
        op.Disqualify(reason="other", answers={"text": "They are a school, not a business."}),
        op.Note(text="Call after five."),
        op.Correct(field="title", value="Owner"),
        op.Attempt(result="no answer"),
    ]
)


class ViewMachine(RuleBasedStateMachine):
    """A desk and a server, with everything in between arriving in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.server = FakeServer()
        for name in LEADS:
            self.server.put_lead(make_lead(name))
        profile = Profile(Path(self.folder.name))
        profile.save_connection(Connection("http://127.0.0.1:1", REP, "e1"))
        self.profile = profile
        self.ids = itertools.count(1)
        self.desk = self.opened()
        self.answers: list[Receipt] = []
        self.pull()

    def opened(self) -> Desk:
        return Desk.open(self.profile, clock=lambda: NOW, new_id=lambda: f"op{next(self.ids)}")

    def teardown(self) -> None:
        self.drain()
        for name, lead in self.server.leads.items():
            assert self.desk.lead(name) == lead
        assert self.desk.status().pending == 0
        receipts = [held.receipt for held in self.desk.ledger.history() if held.receipt is not None]
        assert set(self.server.applied) >= {one.operation_id for one in receipts if one.result is Result.APPLIED}
        self.folder.cleanup()
        # Opening a mirror freezes the heap, and what is frozen would keep every machine's files open.
        gc.unfreeze()
        gc.collect()

    def drain(self) -> None:
        self.give_answers()
        while pending := self.desk.ledger.pending():
            self.desk.take_receipts([self.server.apply(one, REP) for one in self.desk.ledger.offer(pending)])
        self.server.page = 500
        self.pull()

    @rule(lead=st.sampled_from(LEADS), verb=VERBS)
    def decide(self, lead: str, verb: op.LeadVerb) -> None:
        try:
            operations = self.desk.prepare(verb, [self.desk.lead(lead)])
        except CannotDo:
            return
        self.desk.commit(operations)

    @rule()
    def undo(self) -> None:
        try:
            self.desk.undo()
        except NothingToUndo:
            return

    @rule()
    def redo(self) -> None:
        try:
            self.desk.redo()
        except NothingToRedo:
            return

    @rule(lead=st.sampled_from(LEADS), verb=VERBS)
    def somebody_else_decides(self, lead: str, verb: op.LeadVerb) -> None:
        operation = make_operation(verb, self.server.leads[lead], actor=OTHER_REP, id=f"other{next(self.ids)}")
        self.server.apply(operation, OTHER_REP)

    @rule(lead=st.sampled_from(LEADS), message=st.sampled_from(["Hello", "Call me"]))
    def touched(self, lead: str, message: str) -> None:
        old = self.server.leads[lead]
        self.server.put_lead(replace(old, message=message, revision=old.revision + 1))

    @rule(count=st.integers(1, 3))
    def send(self, count: int) -> None:
        for operation in self.desk.ledger.offer(self.desk.ledger.pending()[:count]):
            self.answers.append(self.server.apply(operation, REP))

    @precondition(lambda self: self.answers)
    @rule()
    def give_answers(self) -> None:
        answers, self.answers = self.answers, []
        self.desk.take_receipts(answers)

    @rule()
    def lose_answers(self) -> None:
        self.answers = []

    @rule(size=st.integers(1, 3), count=st.integers(1, 3))
    def pull_some(self, size: int, count: int) -> None:
        self.server.page = size
        for page in self.server.pages(self.desk.cursor)[:count]:
            self.desk.take_page(page)

    @rule()
    def pull(self) -> None:
        for page in self.server.pages(self.desk.cursor):
            self.desk.take_page(page)

    @rule()
    def window_closed_and_opened(self) -> None:
        self.answers = []
        self.pull()
        self.desk = self.opened()

    @invariant()
    def an_acknowledged_decision_always_shows(self) -> None:
        for operation in self.desk.ledger.settled(NOW.replace(year=2000)):
            receipt = self.desk.receipt(operation.id)
            assert receipt is not None
            if receipt.result is Result.APPLIED and isinstance(operation.verb, op.Accept):
                lead = self.desk.lead(operation.target.id)
                assert any(entry.operation_id == operation.id for entry in lead.trail), (operation.id, lead.trail)

    @invariant()
    def rows_and_leads_and_queue_agree(self) -> None:
        queue = self.desk.queue()
        assert queue == [one for one in self.desk.queue("bakery") if one in queue]
        for name in self.desk.rows():
            lead = self.desk.lead(name)
            row = self.desk.row(name)
            assert row is not None
            assert row.state == lead.state.value
            owner = lead.standing.owner
            mine = owner is None or owner.id in (REP.id, REP.team)
            assert (name in queue) == (lead.state is State.NEW and mine)


TestView = ViewMachine.TestCase
TestView.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
