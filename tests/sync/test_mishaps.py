"""What goes wrong on both sides at once: a line that breaks in the middle, a disk that is full, a backup put back."""

import asyncio

import pytest

from api.crm.port import CrmError, Forbidden, NotTaken, Unreachable
from api.desk import Desk, Way
from api.local.errors import LocalError, NotSaved, Unreadable
from api.model import operation as op
from api.model.lead import State
from api.model.operation import Result
from api.sync import Sync
from api.sync.exchange import Exchange
from api.sync.patience import Patience
from api.sync.telling import Tries
from tests.factories import OTHER_REP, REP, make_agreement, make_lead, make_operation
from tests.sync.acting import do, stop
from tests.sync.fake_crm import FakeCrm, FakeServer
from tests.sync.waiting import FakeTime, running, until


@pytest.fixture
def crm(server: FakeServer) -> FakeCrm:
    for name in "abc":
        server.put_lead(make_lead(name))
    return FakeCrm(server, REP)


def exchange_of(desk: Desk, crm: FakeCrm, *, patience: Patience | None = None, batch: int = 100) -> Exchange:
    patience = patience or Patience(FakeTime())
    return Exchange(desk, crm, patience=patience, tries=Tries(), batch=batch, heard=lambda: None)


def move_on(server: FakeServer) -> None:
    """Give other things the numbers of what was forgotten."""
    for number in range(5):
        server.put_lead(make_lead(f"new{number}"))


class TestABackupPutBack:
    async def test_what_was_answered_before_the_line_broke_is_missed(self, desk: Desk, crm: FakeCrm):
        exchange = exchange_of(desk, crm, batch=1)
        await exchange.run()
        backup = crm.server.backup()
        do(desk, op.Accept(), "a", "b")

        def breaks(request: str) -> None:
            if request == "submit" and crm.submitted:
                raise Unreachable("Cut.")

        crm.trouble = breaks
        with pytest.raises(Unreachable):
            await exchange.run()
        crm.server.restored(backup, "e1")
        move_on(crm.server)
        crm.trouble = lambda request: None
        await exchange.run()
        assert [crm.server.leads[one].state for one in "ab"] == [State.ACCEPTED] * 2

    async def test_what_was_answered_when_the_exchange_was_interrupted_is_missed(self, desk: Desk, crm: FakeCrm):
        exchange = exchange_of(desk, crm)
        await exchange.run()
        backup = crm.server.backup()
        do(desk, op.Accept(), "a")
        task = asyncio.create_task(exchange.run())
        desk.listen(lambda changed: task.cancel() if changed.receipts else None)
        await asyncio.wait({task})
        await until(lambda: desk.status().pending == 0)
        crm.server.restored(backup, "e1")
        move_on(crm.server)
        exchange.broke()
        await exchange.run()
        assert crm.server.leads["a"].state is State.ACCEPTED

    async def test_what_another_window_was_told_before_it_went_is_missed(self, open_desk, crm: FakeCrm):
        first, second = open_desk(), open_desk()
        await Sync(first, crm).once(5)
        second.refresh()
        backup = crm.server.backup()
        do(first, op.Accept(), "a")
        await Sync(first, crm).once(5, pull=False)
        crm.server.restored(backup, "e1")
        move_on(crm.server)
        async with running(Sync(second, crm, waiter=FakeTime())):
            await until(lambda: "new4" in second.rows())
            await until(lambda: crm.server.leads["a"].state is State.ACCEPTED)

    async def test_what_lost_against_something_that_is_forgotten_too_is_judged_anew(self, desk: Desk, crm, pull):
        pull(desk)
        backup = crm.server.backup()
        (mine,) = do(desk, op.Accept(), "a")
        crm.server.apply(make_operation(op.Accept(), crm.server.leads["a"], actor=OTHER_REP, id="theirs"), OTHER_REP)
        await Sync(desk, crm).once(5)
        assert desk.receipt(mine.id).result is Result.TAKEN
        crm.server.restored(backup, "e2")
        await Sync(desk, crm).once(5)
        assert crm.server.leads["a"].standing.owner.id == REP.id
        assert desk.receipt(mine.id).result is Result.APPLIED
        assert desk.status().conflicts == 0

    async def test_a_conflict_that_was_answered_is_not_brought_up_again(self, desk: Desk, crm: FakeCrm, pull):
        pull(desk)
        backup = crm.server.backup()
        (mine,) = do(desk, op.Accept(), "a")
        crm.server.apply(make_operation(op.Accept(), crm.server.leads["a"], actor=OTHER_REP, id="theirs"), OTHER_REP)
        await Sync(desk, crm).once(5)
        desk.resolve(mine.id, Way.YIELD)
        crm.server.restored(backup, "e2")
        crm.submitted.clear()
        await Sync(desk, crm).once(5)
        assert crm.submitted == []

    async def test_after_the_mirror_is_lost_one_question_tells_whether_anything_was_forgotten(self, desk: Desk, crm):
        await Sync(desk, crm).once(5)
        do(desk, op.SnoozeLead(or_activity=True), "a", "b", "c")
        await Sync(desk, crm).once(5)
        for name in "abc":
            crm.server.put_lead(make_lead(name))
        desk.start_over()
        crm.requests.clear()
        await Sync(desk, crm).once(5)
        assert crm.requests.count("read_back") == 1
        assert crm.requests.count("whoami") == 1, "nothing began anew"


class TestWhatCanNotBeTakenIn:
    @pytest.mark.parametrize("error", [NotTaken("Not understood.", 422), Forbidden("Not for you."), NotSaved("Full.")])
    async def test_decisions_leave_all_the_same_and_it_is_said(self, desk: Desk, crm, pull, monkeypatch, error):
        pull(desk)
        crm.server.put_lead(make_lead("new"))
        do(desk, op.Accept(), "a")

        def fails(*_: object) -> None:
            raise error

        if isinstance(error, LocalError):
            monkeypatch.setattr(desk, "take_page", fails)
        else:
            crm.trouble = lambda request: fails() if request == "changes" else None
        report = await Sync(desk, crm).once(5)
        assert crm.server.leads["a"].state is State.ACCEPTED
        assert desk.status().pending == 0
        assert isinstance(report.problem, CrmError)
        assert report.problem.sentence == error.sentence
        assert desk.status().message == error.sentence

    async def test_an_outbox_that_can_not_be_read_is_a_problem_not_an_error(self, desk: Desk, crm, monkeypatch):
        def fails() -> bool:
            raise Unreadable("The outbox can't be read.")

        monkeypatch.setattr(desk, "refresh", fails)
        assert (await Sync(desk, crm).once(5)).problem.sentence == "The outbox can't be read."
        lock = desk.profile.sync_lock()
        assert lock.try_acquire()
        report = await Sync(desk, crm, waiter=FakeTime()).once(5, wait_for=["x"])
        lock.release()
        assert report.problem.sentence == "The outbox can't be read."

    async def test_looking_at_other_windows_may_fail_for_any_reason(self, desk: Desk, crm: FakeCrm, pull, monkeypatch):
        pull(desk)
        looked: list[bool] = []

        def fails() -> bool:
            looked.append(True)
            raise OSError(5, "Input/output error")

        monkeypatch.setattr(desk, "refresh", fails)
        async with running(Sync(desk, crm, waiter=FakeTime())):
            await until(lambda: len(looked) > 2)
            do(desk, op.Accept(), "a")
            await until(lambda: crm.server.leads["a"].state is State.ACCEPTED)

    async def test_a_fault_outside_of_any_exchange_does_not_end_sync(self, desk: Desk, crm: FakeCrm):
        crm.trouble = lambda request: (_ for _ in ()).throw(Unreachable("Cut."))
        stop_failing = desk.listen(lambda changed: 1 / 0)
        async with running(Sync(desk, crm, waiter=FakeTime())) as sync:
            await until(lambda: len(crm.requests) > 1)
            stop_failing()
            crm.trouble = lambda request: None
            sync.poke()
            await until(lambda: len(desk.queue()) == 3)


async def test_a_wish_not_to_be_contacted_is_known_by_the_agreement_it_was_made_under(desk: Desk, crm: FakeCrm, pull):
    pull(desk)
    do(desk, op.Accept(), "a", "b")
    (wish,) = do(desk, stop(desk), "c")
    reasons = tuple(reason for reason in desk.agreement.reasons if reason.code != "do_not_contact")
    crm.server.set_agreement(make_agreement(version=2, reasons=reasons))
    pull(desk)
    assert desk.agreement.reason("do_not_contact") is None
    await Sync(desk, crm).once(5)
    assert crm.submitted[0][0] == wish.id


async def test_what_stays_stuck_in_a_new_history_is_left_longer_and_longer(desk: Desk, crm: FakeCrm, pull):
    time = FakeTime(chance=0.0)
    pause = Patience(time)
    exchange = exchange_of(desk, crm, patience=pause)
    await exchange.run()
    backup = crm.server.backup()
    (mine,) = do(desk, op.Accept(), "a")
    await exchange.run()
    crm.server.restored(backup, "e2")
    crm.unanswered = {mine.id}
    exchange.broke()
    for attempt in range(1, 4):
        await exchange.run()
        assert pause.failures == attempt
    crm.unanswered = set()
    await exchange.run()
    assert pause.failures == 0
