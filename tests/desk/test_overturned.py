"""Nobody is overruled without hearing of it, wherever and whenever the news comes in."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from api.desk import CannotDo, Changed, Desk, Way
from api.model import operation as op
from api.model.lead import State
from api.model.operation import Operation, Receipt, Result, Seen
from tests.desk.acting import TEXT, another, do, no_fit, send
from tests.factories import MANAGER, OTHER_REP, make_lead, make_operation
from tests.sync.fake_crm import FakeServer

Pull = Callable[[Desk], None]
NO = no_fit()


@pytest.fixture(autouse=True)
def leads(desk: Desk, server: FakeServer, pull: Pull) -> None:
    for name in "ab":
        server.put_lead(make_lead(name))
    pull(desk)


def accept(desk: Desk, server: FakeServer, pull: Pull) -> Operation:
    (mine,) = do(desk, op.Accept(), "a")
    send(desk, server)
    pull(desk)
    return mine


def reject(server: FakeServer, id: str, **changes: object) -> Receipt:
    """Let the other reject what they saw before I decided, or what is there now."""
    operation = make_operation(NO, server.leads["a"], actor=OTHER_REP, id=id)
    return server.apply(replace(operation, **changes), OTHER_REP)


def insist(server: FakeServer) -> str:
    """Let the other decide too late, and insist; returns the lead's state at the CRM."""
    assert reject(server, "late", seen=Seen(1)).result is Result.CONFLICT
    assert reject(server, "insisting", insists="late").result is Result.APPLIED
    return server.leads["a"].state.value


def listed(desk: Desk) -> list[str]:
    return [one.operation.id for one in desk.overturned()]


def test_who_is_insisted_against_hears_it_and_can_answer(desk: Desk, server, pull: Pull):
    mine = accept(desk, server, pull)
    heard: list[Changed] = []
    desk.listen(heard.append)
    assert insist(server) == "rejected"
    pull(desk)
    (one,) = desk.overturned()
    words = "Ana Example a: Otto Other insists and rejected it (other); your acceptance no longer holds."
    assert (one.sentence, one.operation.id, one.entry.by) == (words, mine.id, "otto")
    assert one.ways == (Way.YIELD, Way.INSIST)
    assert ("a", words) in [news for changed in heard for news in changed.by_others]
    assert (desk.status().overturned, desk.status().needing) == (1, 1)


def test_who_is_insisted_against_can_insist_in_turn(desk: Desk, server, pull: Pull):
    mine = accept(desk, server, pull)
    insist(server)
    pull(desk)
    (again,) = desk.resolve(mine.id, Way.INSIST).operations
    assert listed(desk) == []
    assert desk.lead("a").state is State.ACCEPTED
    send(desk, server)
    pull(desk)
    assert (server.leads["a"].state, server.leads["a"].decided.insists) == (State.ACCEPTED, mine.id)
    assert listed(desk) == []
    assert again.insists == mine.id


def test_yielding_ends_it_in_every_process(desk: Desk, open_desk, server, pull: Pull):
    mine = accept(desk, server, pull)
    insist(server)
    pull(desk)
    other = open_desk()
    assert listed(other) == [mine.id]
    desk.resolve(mine.id, Way.YIELD)
    other.refresh()
    assert listed(desk) == listed(other) == []
    desk.reconsider(mine.id)
    assert listed(desk) == [mine.id]


def test_a_manager_who_takes_it_back_counts_too(desk: Desk, server, pull: Pull):
    mine = accept(desk, server, pull)
    another(server, op.Reopen(), "a", MANAGER, undoes=mine.id)
    pull(desk)
    (one,) = desk.overturned()
    assert one.sentence == "Ana Example a: Max Manager took back your acceptance."
    desk.resolve(mine.id, Way.INSIST)
    send(desk, server)
    pull(desk)
    assert (server.leads["a"].state, server.leads["a"].decided.insists) == (State.ACCEPTED, mine.id)
    assert listed(desk) == []


def test_my_own_undo_is_no_news(desk: Desk, server, pull: Pull):
    accept(desk, server, pull)
    desk.undo()
    send(desk, server)
    pull(desk)
    assert server.leads["a"].state is State.NEW
    assert listed(desk) == []


def test_it_is_heard_when_the_answer_comes_after_the_page(desk: Desk, server, pull: Pull):
    (mine,) = do(desk, op.Accept(), "a")
    desk.ledger.offer([mine])
    receipt = server.apply(mine, desk.me)
    insist(server)
    pull(desk)
    assert listed(desk) == []
    desk.take_receipts([receipt])
    assert listed(desk) == [mine.id]


def test_it_is_found_again_when_everything_is_pulled_anew(desk: Desk, open_desk, server, pull: Pull):
    mine = accept(desk, server, pull)
    desk.start_over()
    insist(server)
    pull(desk)
    assert listed(desk) == [mine.id] == listed(open_desk())


def test_the_other_process_hears_it_too(desk: Desk, open_desk, server, pull: Pull):
    mine = accept(desk, server, pull)
    other = open_desk()
    heard: list[Changed] = []
    other.listen(heard.append)
    insist(server)
    pull(desk)
    assert other.refresh()
    assert listed(other) == [mine.id]
    assert [lead_id for changed in heard for lead_id, _ in changed.by_others] == ["a"]
    assert other.status().overturned == 1


def test_it_is_known_after_closing_the_program_and_told_only_once(desk: Desk, open_desk, server, pull: Pull):
    mine = accept(desk, server, pull)
    insist(server)
    pull(desk)
    again = open_desk()
    heard: list[Changed] = []
    again.listen(heard.append)
    another(server, op.Note(text="Still no."), "a")
    pull(again)
    assert listed(again) == [mine.id]
    assert [news for changed in heard for news in changed.by_others] == []


def test_what_overruled_it_being_taken_back_ends_it_and_the_next_time_is_news(desk: Desk, server, pull: Pull):
    mine = accept(desk, server, pull)
    insist(server)
    pull(desk)
    desk.resolve(mine.id, Way.YIELD)
    another(server, op.Reopen(), "a", MANAGER, undoes="insisting")
    pull(desk)
    assert server.leads["a"].state is State.ACCEPTED
    assert listed(desk) == []
    assert reject(server, "insisting again", insists="late").result is Result.APPLIED
    pull(desk)
    assert listed(desk) == [mine.id]


def test_deciding_anew_ends_it(desk: Desk, server, pull: Pull):
    mine = accept(desk, server, pull)
    another(server, op.Reopen(), "a", MANAGER, undoes=mine.id)
    pull(desk)
    do(desk, NO, "a")
    assert listed(desk) == []
    with pytest.raises(CannotDo, match="settled"):
        desk.resolve(mine.id, Way.YIELD)


def test_a_lead_that_is_gone_ends_it(desk: Desk, server, pull: Pull):
    accept(desk, server, pull)
    insist(server)
    pull(desk)
    server.put("lead", "a", None)
    pull(desk)
    assert listed(desk) == []
    assert desk.status().overturned == 0


def test_undoing_the_insisting_brings_it_back(desk: Desk, server, pull: Pull):
    mine = accept(desk, server, pull)
    insist(server)
    pull(desk)
    desk.resolve(mine.id, Way.INSIST)
    desk.undo()
    assert listed(desk) == [mine.id]
    assert desk.lead("a").state is State.REJECTED


def test_what_was_built_on_it_is_what_is_reported(desk: Desk, server, pull: Pull):
    accept(desk, server, pull)
    (qualify,) = do(desk, op.Qualify(), "a")
    send(desk, server)
    insist(server)
    pull(desk)
    assert listed(desk) == [qualify.id]
    assert desk.overturned("b") == ()
    desk.resolve(qualify.id, Way.INSIST)
    send(desk, server)
    pull(desk)
    assert server.leads["a"].state is State.QUALIFIED
    assert TEXT["text"] in server.leads["a"].trail[-2].answers.values()
