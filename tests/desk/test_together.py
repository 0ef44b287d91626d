"""Several windows, threads and machines of one person at once: none waits long, none tells what is no longer so."""

import threading
from collections.abc import Callable

import pytest

from api.desk import Desk
from api.desk.ledger import News
from api.desk.news import Changed
from api.local.errors import NotSaved
from api.local.lock import FileLock
from api.model import operation as op
from api.model.lead import State
from api.model.operation import Operation
from tests.desk.acting import another, do, no_fit
from tests.factories import REP, make_lead
from tests.sync.fake_crm import FakeServer

Pull = Callable[[Desk], None]


@pytest.fixture(autouse=True)
def leads(desk: Desk, server: FakeServer, pull: Pull) -> None:
    for name in "ab":
        server.put_lead(make_lead(name))
    pull(desk)


def in_a_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_screens_do_not_wait_for_a_page_that_waits_for_another_process(
    desk: Desk, server, pull: Pull, monkeypatch: pytest.MonkeyPatch
):
    waits, acquire = threading.Event(), FileLock.acquire

    def acquired(lock: FileLock) -> None:
        waits.set()
        acquire(lock)

    elsewhere = FileLock(desk.profile.mirror_path.with_suffix(".lock"))
    elsewhere.acquire()
    monkeypatch.setattr(FileLock, "acquire", acquired)
    server.put_lead(make_lead("c"))
    page = in_a_thread(lambda: pull(desk))
    assert waits.wait(5)
    assert sorted(desk.queue()) == ["a", "b"]
    assert desk.refresh() is False
    assert page.is_alive()
    elsewhere.release()
    page.join(5)
    assert sorted(desk.queue()) == ["a", "b", "c"]


def test_news_that_another_thread_has_overtaken_are_shown_as_they_are_now(
    desk: Desk, open_desk, monkeypatch: pytest.MonkeyPatch
):
    do(open_desk(), op.Accept(), "a")
    look = desk.ledger.refresh

    def slow() -> News:
        news = look()
        if news:
            undoing = in_a_thread(desk.undo)
            undoing.join(5)
        return news

    monkeypatch.setattr(desk.ledger, "refresh", slow)
    desk.refresh()
    assert desk.lead("a").state is State.NEW
    assert desk.status().pending == 0


def test_what_an_undo_took_back_before_the_disk_was_full_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    sent, _ = do(desk, op.Accept(), "a", "b")
    desk.ledger.offer([sent])
    heard: list[Changed] = []
    desk.listen(heard.append)

    def full(*_: object, **__: object) -> None:
        raise NotSaved("Not saved: the disk is full.")

    monkeypatch.setattr(desk.ledger, "append", full)
    with pytest.raises(NotSaved):
        desk.undo()
    assert [changed.ids for changed in heard] == [{"b"}]
    assert (desk.lead("a").state, desk.lead("b").state) == (State.ACCEPTED, State.NEW)


def test_two_windows_that_undo_the_same_unsent_act_undo_it_once(desk: Desk, open_desk, monkeypatch: pytest.MonkeyPatch):
    do(desk, op.Accept(), "a")
    second = open_desk()
    withdraw = second.ledger.withdraw

    def late(operations: list[Operation]) -> list[Operation]:
        desk.undo()
        return withdraw(operations)

    monkeypatch.setattr(second.ledger, "withdraw", late)
    undone = second.undo()
    assert (undone.operations, second.lead("a").state, second.status().pending) == ((), State.NEW, 0)


def test_listeners_may_wait_for_a_thread_that_writes(desk: Desk, open_desk):
    do(desk, op.Accept(), "a")
    do(open_desk(), op.Accept(), "b")
    written: list[bool] = []

    def wait(_: Changed) -> None:
        noting = in_a_thread(lambda: do(desk, op.Note(text="Heard."), "b"))
        noting.join(2)
        written.append(not noting.is_alive())

    stop = desk.listen(lambda changed: (stop(), wait(changed)))
    desk.undo()
    assert written == [True]


def test_a_window_without_the_line_hears_what_others_did_and_what_came(desk: Desk, open_desk, server, pull: Pull):
    window = open_desk()
    heard: list[Changed] = []
    window.listen(heard.append)
    another(server, no_fit(), "a")
    server.put_lead(make_lead("c"))
    pull(desk)
    window.refresh()
    assert [changed.arrived for changed in heard] == [("c",)]
    assert [lead_id for changed in heard for lead_id, _ in changed.by_others] == ["a"]


def test_what_another_machine_may_have_sent_is_taken_back_openly(desk: Desk, open_desk, server, pull: Pull):
    (mine,) = do(desk, op.Accept(), "a")
    desk.ledger.offer([mine])
    server.apply(mine, REP)
    machine = open_desk("other machine")
    server.put_lead(make_lead("a"))
    pull(machine)
    machine.take_in(desk.export())
    undone = machine.undo()
    assert undone.withdrawn == ()
    assert [one.undoes for one in undone.operations] == [mine.id]
