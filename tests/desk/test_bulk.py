"""Many leads in one go: what can be done is done, what can't is named, and one undo takes all of it back."""

from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from api.desk import CannotDo, Desk
from api.local.profile import Connection, Profile
from api.model import operation as op
from api.model.lead import Lead, Standing, State
from api.model.operation import LeadVerb, Operation
from api.model.people import Owner
from tests.factories import NOW, REP, make_lead
from tests.sync.fake_crm import FakeServer

Pull = Callable[[Desk], None]
VERBS: list[LeadVerb] = [
    op.Accept(),
    op.Accept(reason="just right"),
    op.Claim(),
    op.Release(),
    op.Reject(reason="spam_test"),
    op.Reject(reason="no_such_reason"),
    op.Disqualify(reason="unreachable"),
    op.SnoozeLead(or_activity=True),
    op.Wake(),
    op.Attempt(result="no answer"),
    op.Correct(field="phone", value="+1 555 0101"),
    op.Correct(field="employees", value="many"),
    op.Note(text="Hm."),
    op.Note(text=""),
    op.Thank(),
]
IDS = ["a", "b", "c", "d"]


def told(server: FakeServer, desk: Desk, pull: Pull) -> Desk:
    owner = Owner("person", REP.id)
    server.put_lead(make_lead("a"))
    server.put_lead(make_lead("b", standing=Standing(owner=owner, due_at=NOW)))
    server.put_lead(make_lead("c", standing=Standing(state=State.ACCEPTED, owner=owner, follow_up_due_at=NOW)))
    server.put_lead(make_lead("d", standing=Standing(state=State.SUPPRESSED, owner=owner)))
    pull(desk)
    return desk


def said(operations: list[Operation]) -> list[Operation]:
    """Everything but the ids, which are new each time."""
    return [replace(one, id="", group="") for one in operations]


@settings(max_examples=60, deadline=None)
@given(asked=st.lists(st.tuples(st.sampled_from(IDS), st.lists(st.sampled_from(VERBS), max_size=3)), max_size=5))
def test_each_of_many_gets_what_it_would_get_alone(
    tmp_path_factory: pytest.TempPathFactory, asked: list[tuple[str, list[LeadVerb]]]
) -> None:
    profile = Profile(tmp_path_factory.mktemp("desk"))
    profile.save_connection(Connection("http://127.0.0.1:1", REP, "e1"))
    numbers = count()
    desk = Desk.open(profile, clock=lambda: NOW, new_id=lambda: f"id{next(numbers)}")
    server = FakeServer()

    def pull(desk: Desk) -> None:
        for page in server.pages(desk.cursor):
            desk.take_page(page)

    told(server, desk, pull)
    asked = list(dict(asked).items())
    pairs: list[tuple[Lead, list[LeadVerb]]] = [(desk.lead(one), verbs) for one, verbs in asked]
    together = desk.prepare_all(pairs)
    alone = [desk.prepare_all([pair]) for pair in pairs]
    assert said(list(together.operations)) == said([one for prepared in alone for one in prepared.operations])
    assert together.refusals == tuple(one for prepared in alone for one in prepared.refusals)
    assert len({one.group for one in together.operations}) <= 1
    assert len({one.id for one in together.operations}) == len(together.operations)
    done, refused = {one.target.id for one in together.operations}, {one.lead.id for one in together.refusals}
    assert not done & refused
    assert all(one.sentence for one in together.refusals)
    for lead, verbs in pairs:
        # One verb on one lead is what `prepare` does, too.
        if len(verbs) == 1 and lead.id in done:
            mine = [one for one in together.operations if one.target.id == lead.id]
            assert said(desk.prepare(verbs[0], [lead])) == said(mine)
        elif len(verbs) == 1:
            (refusal,) = [one for one in together.refusals if one.lead.id == lead.id]
            with pytest.raises(CannotDo) as raised:
                desk.prepare(verbs[0], [lead])
            assert (raised.value.sentence, raised.value.field) == (refusal.sentence, refusal.field)
    desk.close()


def test_one_undo_takes_all_of_it_back(server: FakeServer, desk: Desk, pull: Pull) -> None:
    told(server, desk, pull)
    before = {one: desk.lead(one) for one in IDS}
    verbs = [op.Correct(field="phone", value="+1 555 0101"), op.Accept()]
    prepared = desk.prepare_all([(desk.lead(one), verbs) for one in IDS])
    assert [one.lead.id for one in prepared.refusals] == ["c", "d"]
    assert [one.target.id for one in prepared.operations] == ["a", "a", "b", "b"]
    desk.commit(prepared.operations)
    assert {desk.lead(one).state for one in ("a", "b")} == {State.ACCEPTED}
    undone = desk.undo()
    assert undone.leads == ("a", "b")
    assert {one: desk.lead(one) for one in IDS} == before
    desk.redo()
    assert [desk.lead(one).contact.phone for one in ("a", "b")] == ["+1 555 0101"] * 2
    assert {desk.lead(one).state for one in ("a", "b")} == {State.ACCEPTED}


def test_once_they_were_sent_all_of_it_is_reopened(server: FakeServer, desk: Desk, pull: Pull) -> None:
    told(server, desk, pull)
    prepared = desk.prepare_all([(desk.lead(one), [op.Accept()]) for one in ("a", "b")])
    desk.commit(prepared.operations)
    offered = desk.ledger.offer(prepared.operations)
    desk.take_receipts([server.apply(one, REP) for one in offered])
    pull(desk)
    undone = desk.undo()
    assert sorted(one.target.id for one in undone.operations) == ["a", "b"]
    assert {desk.lead(one).state for one in ("a", "b")} == {State.NEW}


async def test_nothing_that_can_be_done_is_no_act(server: FakeServer, desk: Desk, pull: Pull) -> None:
    told(server, desk, pull)
    prepared = await desk.record_all([(desk.lead("d"), [op.Accept()])])
    assert prepared.operations == ()
    assert [one.lead.id for one in prepared.refusals] == ["d"]
    assert desk.last_act() is None


async def test_many_are_recorded_in_one_go(server: FakeServer, desk: Desk, pull: Pull) -> None:
    told(server, desk, pull)
    prepared = await desk.record_all([(desk.lead(one), [op.Claim()]) for one in ("a", "b")])
    assert {one.group for one in prepared.operations} == {desk.last_act().group}
    assert [desk.lead(one).standing.claimed_by for one in ("a", "b")] == [REP.id] * 2
