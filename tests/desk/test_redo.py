"""Undo of undo: what was taken back last is done again, until the person does something else."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from api.desk import Desk, NothingToRedo
from api.local.errors import NotSaved
from api.model import operation as op
from api.model.lead import State
from tests.desk.acting import another, do, no_fit, send, suppress
from tests.factories import NOW, make_lead
from tests.sync.fake_crm import FakeServer

Pull = Callable[[Desk], None]
LEADS = "abc"


@pytest.fixture(autouse=True)
def leads(desk: Desk, server: FakeServer, pull: Pull) -> None:
    for name in LEADS:
        server.put_lead(make_lead(name))
    pull(desk)


def both(desk: Desk, server: FakeServer, pull: Pull) -> None:
    send(desk, server)
    pull(desk)


def accepted(desk: Desk) -> str:
    return "".join(name for name in LEADS if desk.lead(name).state is State.ACCEPTED)


def test_nothing_taken_back_is_nothing_to_do_again(desk: Desk):
    do(desk, op.Accept(), "a")
    assert desk.last_undone() is None
    with pytest.raises(NothingToRedo, match="nothing to do again"):
        desk.redo()


def test_what_was_withdrawn_is_done_again_and_can_be_taken_back_again(desk: Desk, server, pull: Pull):
    do(desk, op.Accept(reason="They asked for me"), "a")
    desk.undo()
    assert desk.last_undone().sentence == "Accepted Ana Example a"
    assert desk.redo().sentence == "Done again: accepted Ana Example a"
    assert (accepted(desk), desk.last_undone()) == ("a", None)
    assert desk.last_act().operations[0].verb == op.Accept(reason="They asked for me")
    desk.undo()
    assert accepted(desk) == ""
    desk.redo()
    both(desk, server, pull)
    assert server.leads["a"].state is State.ACCEPTED
    assert len(server.applied) == 1


def test_an_opposite_that_was_not_sent_simply_vanishes(desk: Desk, server, pull: Pull):
    do(desk, op.Accept(), "a")
    both(desk, server, pull)
    desk.undo()
    assert desk.redo().operations == ()
    assert (accepted(desk), desk.status().pending) == ("a", 0)
    desk.undo()
    assert accepted(desk) == ""


@pytest.mark.parametrize("answered", [False, True])
def test_what_was_taken_back_at_the_crm_is_done_once_more(desk: Desk, server, pull: Pull, answered: bool):
    do(desk, op.Accept(), "a")
    both(desk, server, pull)
    desk.undo()
    if answered:
        both(desk, server, pull)
    else:
        desk.ledger.offer(desk.ledger.pending())
    assert len(desk.redo().operations) == 1
    assert accepted(desk) == "a"
    both(desk, server, pull)
    assert server.leads["a"].state is State.ACCEPTED
    assert desk.unsettled() == ()


def test_several_are_done_again_the_last_one_taken_back_first(desk: Desk):
    for name in LEADS:
        do(desk, op.Accept(), name)
    for _ in LEADS:
        desk.undo()
    assert accepted(desk) == ""
    for so_far in ("a", "ab", "abc"):
        desk.redo()
        assert accepted(desk) == so_far
    with pytest.raises(NothingToRedo):
        desk.redo()


def test_several_are_known_after_closing_the_program(desk: Desk, tmp_path):
    def ticking() -> Iterator[datetime]:
        at = NOW
        while True:
            at += timedelta(seconds=1)
            yield at

    clock = ticking()
    ticked = Desk.open(desk.profile, clock=lambda: next(clock))
    do(ticked, op.Accept(), "c")
    ticked.undo()
    for name in "ab":
        do(ticked, op.Accept(), name)
    ticked.undo()
    ticked.undo()
    again = Desk.open(desk.profile, clock=lambda: next(clock))
    for so_far in ("a", "ab"):
        again.redo()
        assert accepted(again) == so_far
    with pytest.raises(NothingToRedo):
        again.redo()


def test_doing_something_else_ends_it(desk: Desk):
    do(desk, op.Accept(), "a")
    desk.undo()
    do(desk, op.Accept(), "b")
    with pytest.raises(NothingToRedo):
        desk.redo()
    desk.undo()
    desk.redo()
    assert accepted(desk) == "b"
    with pytest.raises(NothingToRedo):
        desk.redo()


def test_what_was_done_together_is_done_again_together(desk: Desk, server, pull: Pull):
    do(desk, op.Accept(), *LEADS)
    desk.undo()
    redone = desk.redo()
    assert (redone.sentence, accepted(desk)) == ("Done again: accepted 3 leads", LEADS)
    assert len({one.group for one in redone.operations}) == 1
    both(desk, server, pull)
    desk.undo()
    assert accepted(desk) == ""


def test_of_those_done_together_only_what_is_possible_is_done_again(desk: Desk, server, pull: Pull):
    do(desk, op.Accept(), "a", "b")
    desk.undo()
    another(server, no_fit(), "a")
    pull(desk)
    assert "Ana Example a: This lead is rejected by Otto Other" in desk.redo().sentence
    assert accepted(desk) == "b"


def test_what_the_rules_no_longer_allow_is_said(desk: Desk, server, pull: Pull):
    do(desk, op.Accept(), "a")
    desk.undo()
    another(server, no_fit(), "a")
    pull(desk)
    with pytest.raises(NothingToRedo, match="rejected by Otto Other"):
        desk.redo()


def test_a_wish_not_to_be_contacted_is_noted_again(desk: Desk):
    suppress(desk, "a")
    desk.undo()
    desk.redo()
    assert desk.lead("a").state is State.SUPPRESSED


def test_the_other_process_does_it_again_too(desk: Desk, open_desk, server, pull: Pull):
    other = open_desk()
    do(desk, op.Accept(), "a")
    desk.undo()
    other.redo()
    desk.refresh()
    assert accepted(desk) == "a"
    assert desk.last_undone() is None
    both(desk, server, pull)
    desk.undo()
    other.refresh()
    assert other.last_undone().sentence == "Accepted Ana Example a"
    other.redo()
    assert accepted(other) == "a"


def test_an_undo_that_failed_is_nothing_to_do_again(desk: Desk, server, pull: Pull):
    do(desk, op.Accept(), "a")
    both(desk, server, pull)
    desk.undo()
    another(server, op.Disqualify(reason="other", answers={"text": "They are a school, not a business."}), "a")
    both(desk, server, pull)
    assert desk.last_undone() is None


def test_what_the_disk_did_not_take_is_not_done(desk: Desk, monkeypatch):
    do(desk, op.Accept(), "a")
    desk.undo()

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("api.local.files.Files.write", full)
    with pytest.raises(NotSaved):
        desk.redo()
    assert accepted(desk) == ""
    monkeypatch.undo()
    desk.redo()
    assert accepted(desk) == "a"


async def test_a_screen_does_it_off_its_loop(desk: Desk):
    do(desk, op.Accept(), "a")
    await desk.take_back()
    await desk.redo_soon()
    assert accepted(desk) == "a"
