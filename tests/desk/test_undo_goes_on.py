"""What can't be taken back is said once, and does not stand in the way of what can."""

from collections.abc import Callable

import pytest

from api.desk import Desk, NothingToUndo
from api.model import operation as op
from api.model.operation import Operation, Receipt, Result
from tests.desk.acting import do, send, suppress
from tests.factories import MANAGER, NOW, make_lead, make_operation
from tests.sync.fake_crm import FakeServer

Pull = Callable[[Desk], None]


def accept_and_suppress(desk: Desk, server: FakeServer, pull: Pull, *, answered: bool = True) -> Operation:
    """Accept one lead, then note another's wish not to be contacted; returns the first."""
    for name in "ab":
        server.put_lead(make_lead(name))
    pull(desk)
    (accept,) = do(desk, op.Accept(), "a")
    send(desk, server)
    suppress(desk, "b")
    if answered:
        send(desk, server)
    else:
        desk.ledger.offer(desk.ledger.pending())
    return accept


def test_a_wish_not_to_be_contacted_is_said_to_stand_once_and_then_the_act_before_is_undone(
    desk: Desk, server, pull: Pull
):
    accept = accept_and_suppress(desk, server, pull)
    wish = desk.last_act()
    assert wish.sentence.startswith("Suppressed Ana Example b")
    assert not desk.can_take_back(wish)
    with pytest.raises(NothingToUndo, match=r"Ana Example b: .*asked not to be contacted") as caught:
        desk.undo()
    assert caught.value.before == desk.last_act().group == accept.group
    assert desk.undo().sentence == "Undone: accepted Ana Example a"
    with pytest.raises(NothingToUndo, match="nothing else"):
        desk.undo()


def test_what_may_have_reached_the_crm_does_not_block_the_act_before(desk: Desk, server, pull: Pull):
    accept_and_suppress(desk, server, pull, answered=False)
    with pytest.raises(NothingToUndo, match="asked not to be contacted"):
        desk.undo()
    assert desk.undo().sentence == "Undone: accepted Ana Example a"


def test_a_wish_not_to_be_contacted_vanishes_as_long_as_it_was_not_sent(desk: Desk, server, pull: Pull):
    server.put_lead(make_lead("b"))
    pull(desk)
    suppress(desk, "b")
    assert desk.can_take_back(desk.last_act())
    desk.undo()
    assert desk.queue() == ["b"]


def test_what_somebody_built_on_does_not_block_the_act_before(desk: Desk, server, pull: Pull):
    for name in "ab":
        server.put_lead(make_lead(name))
    pull(desk)
    (first,) = do(desk, op.Accept(), "a")
    do(desk, op.Accept(), "b")
    send(desk, server)
    server.apply(make_operation(op.Claim(), server.leads["b"], actor=MANAGER, id="theirs"), MANAGER)
    pull(desk)
    with pytest.raises(NothingToUndo, match=f"{MANAGER.name} has built on it"):
        desk.undo()
    assert desk.last_act().group == first.group
    assert desk.undo().leads == ("a",)


def test_an_act_whose_undo_the_crm_refused_does_not_block_the_act_before(desk: Desk, server, pull: Pull):
    for name in "ab":
        server.put_lead(make_lead(name))
    pull(desk)
    do(desk, op.Accept(), "a")
    do(desk, op.Accept(), "b")
    send(desk, server)
    pull(desk)
    (opposite,) = desk.undo().operations
    desk.take_receipts([Receipt(operation_id=opposite.id, result=Result.REFUSED, at=NOW, sentence="No.")])
    assert desk.undo().sentence == "Undone: accepted Ana Example a"
