"""Own operations that did not take effect are listed until something done since makes them unimportant."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from api.desk import Desk, Way
from api.model import operation as op
from api.model.operation import Operation, Receipt, Result
from tests.desk.acting import TEXT, do, meet, no_fit, send
from tests.factories import NOW, OTHER_REP, make_lead, make_operation
from tests.sync.fake_crm import FakeServer

Pull = Callable[[Desk], None]
NO = no_fit()
NO_LONGER = op.Disqualify(reason="other", answers=TEXT)


@pytest.fixture(autouse=True)
def leads(desk: Desk, server: FakeServer, pull: Pull) -> None:
    for name in "ab":
        server.put_lead(make_lead(name))
    pull(desk)


def refuse(desk: Desk, operation: Operation, sentence: str) -> None:
    desk.take_receipts([Receipt(operation_id=operation.id, result=Result.REFUSED, at=NOW, sentence=sentence)])


def sentences(desk: Desk) -> list[str]:
    return [one.sentence for one in desk.unsettled()]


def counted(desk: Desk) -> tuple[int, int]:
    return desk.status().conflicts, desk.status().refused


def test_each_says_who_was_first_and_what_of_mine_did_not_happen_newest_first(desk: Desk, server, pull: Pull):
    meet(desk, server, pull, NO, op.Accept(reason="They asked for me"), "a")
    meet(desk, server, pull, op.Accept(), NO, "b")
    assert sentences(desk) == [
        "Ana Example b: Otto Other rejected it first (other); your acceptance was not applied.",
        "Ana Example a: Otto Other accepted it first; your rejection (other) was not applied.",
    ]
    newest = desk.unsettled()[0]
    assert (newest.lead_id, newest.title, newest.receipt.result) == ("b", "Ana Example b", Result.CONFLICT)
    assert newest.operation.verb == op.Accept()
    assert counted(desk) == (2, 0)


def test_a_refusal_is_told_in_the_words_of_the_crm(desk: Desk):
    refuse(desk, *do(desk, op.Accept(), "a"), "Your role may not do this.")
    assert sentences(desk) == ["Ana Example a: your acceptance was not applied. Your role may not do this."]
    assert counted(desk) == (0, 1)


def test_it_is_still_known_after_closing_the_program(desk: Desk, open_desk, server, pull: Pull):
    meet(desk, server, pull, NO, op.Accept(), "a")
    assert [one.lead_id for one in open_desk().unsettled()] == ["a"]


def test_a_later_decision_on_the_lead_that_takes_effect_ends_it(desk: Desk, server, pull: Pull):
    meet(desk, server, pull, NO, op.Accept(), "a")
    meet(desk, server, pull, NO, op.Accept(), "b")
    do(desk, NO_LONGER, "a")
    assert counted(desk) == (2, 0)
    send(desk, server)
    assert [one.lead_id for one in desk.unsettled()] == ["b"]
    assert counted(desk) == (1, 0)


def test_a_note_beside_it_does_not_end_it(desk: Desk, server, pull: Pull):
    meet(desk, server, pull, NO, op.Accept(), "a")
    do(desk, op.Note(text="Otto has it."), "a")
    send(desk, server)
    assert [one.lead_id for one in desk.unsettled()] == ["a"]


def test_an_act_that_took_effect_before_does_not_end_it(desk: Desk, server, pull: Pull):
    do(desk, op.Note(text="Call after five."), "a")
    send(desk, server)
    meet(desk, server, pull, NO, op.Accept(), "a")
    assert [one.lead_id for one in desk.unsettled()] == ["a"]


def test_on_a_lead_that_is_gone_it_can_only_be_given_up(desk: Desk, server, pull: Pull):
    mine = meet(desk, server, pull, NO, op.Accept(), "a")
    server.put("lead", "a", None)
    pull(desk)
    (one,) = desk.unsettled()
    assert (one.title, one.ways) == ("Ana Example a", (Way.YIELD,))
    assert counted(desk) == (1, 0)
    desk.resolve(mine.id, Way.YIELD)
    assert desk.unsettled() == ()
    assert counted(desk) == (0, 0)


def test_it_outlasts_the_time_after_which_what_is_over_is_put_away(desk: Desk, server, pull: Pull):
    mine = meet(desk, server, pull, NO, op.Accept(), "a")
    desk.resolve(mine.id, Way.INSIST)
    send(desk, server)
    pull(desk)
    desk.undo()
    for _ in range(25):
        do(desk, op.Note(text="x" * 3000), "b")
    send(desk, server)
    pull(desk)
    assert [one.operation for one in desk.unsettled()] == [mine]
    later = Desk.open(desk.profile, clock=lambda: NOW + timedelta(days=31))
    later.ledger.tidy()
    later.refresh()
    assert [entry.operation.target.id for entry in later.ledger.archived()] == ["b"] * 25
    assert [one.operation for one in later.unsettled()] == [mine]


def test_what_i_took_back_anyway_is_not_mourned(desk: Desk, server, pull: Pull):
    do(desk, NO, "a")
    desk.ledger.offer(desk.ledger.pending())
    desk.undo()
    server.apply(make_operation(op.Accept(), server.leads["a"], actor=OTHER_REP), OTHER_REP)
    send(desk, server)
    assert [held.receipt.result for held in desk.ledger.history()] == [Result.CONFLICT, Result.ALREADY]
    assert desk.unsettled() == ()


def test_an_undo_that_came_too_late_says_so(desk: Desk, server, pull: Pull):
    do(desk, op.Accept(), "a")
    send(desk, server)
    desk.undo()
    server.apply(make_operation(NO_LONGER, server.leads["a"], actor=OTHER_REP), OTHER_REP)
    send(desk, server)
    assert sentences(desk) == [
        "Ana Example a: Otto Other disqualified it since (other); your undo was not applied.",
    ]
