"""Sync brings decisions out and changes in, through every fault of the line, without anybody typing."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

import pytest
from msgspec.structs import replace

from api.crm.port import Busy, CrmError, NotTaken, SignedOut, Unreachable
from api.desk import Desk
from api.model import operation as op
from api.model.lead import State
from api.model.operation import Operation, Result
from api.sync import Sync
from tests.factories import NOW, OTHER_REP, REP, make_agreement, make_lead, make_operation
from tests.sync.fake_crm import FakeCrm, FakeServer
from tests.sync.waiting import FakeTime, running, until


@pytest.fixture
def crm(server: FakeServer) -> FakeCrm:
    for name in "abc":
        server.put_lead(make_lead(name))
    return FakeCrm(server, REP)


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


def do(desk: Desk, verb: op.LeadVerb, *ids: str) -> list[Operation]:
    operations = desk.prepare(verb, [desk.lead(one) for one in ids])
    desk.commit(operations)
    return operations


def caught_up(desk: Desk) -> bool:
    """Say whether a window knows of all three leads that another one has pulled."""
    desk.refresh()
    return len(desk.queue()) == 3


def always(error: CrmError):
    def trouble(request: str) -> None:
        raise error

    return trouble


def never(request: str) -> None:
    """Let every request through."""


async def test_leads_come_in_and_decisions_go_out(desk: Desk, crm: FakeCrm, time: FakeTime):
    async with running(Sync(desk, crm, waiter=time)):
        await until(lambda: len(desk.queue()) == 3)
        do(desk, op.Accept(), "a")
        await until(lambda: desk.status().pending == 0)
    assert crm.server.leads["a"].state is State.ACCEPTED
    assert desk.status().connected is True
    assert desk.status().last_exchange == NOW


async def test_what_another_does_is_seen_without_asking(desk: Desk, crm: FakeCrm, time: FakeTime):
    async with running(Sync(desk, crm, waiter=time)):
        await until(lambda: desk.status().live)
        crm.server.apply(make_operation(op.Accept(), make_lead("a"), actor=OTHER_REP, id="theirs"), OTHER_REP)
        crm.server.put_lead(make_lead("new"))
        await until(lambda: desk.queue() == ["b", "c", "new"])


async def test_a_crm_without_live_updates_is_asked_now_and_then(desk: Desk, crm: FakeCrm, time: FakeTime):
    crm.capabilities = replace(crm.capabilities, live=False)
    async with running(Sync(desk, crm, waiter=time)):
        await until(lambda: len(desk.queue()) == 3)
        crm.server.put_lead(make_lead("new"))
        await until(lambda: len(desk.queue()) == 4)
    assert "nudges" not in crm.requests
    assert time.now <= 60


async def test_a_live_line_that_breaks_is_opened_again(desk: Desk, crm: FakeCrm, time: FakeTime):
    async with running(Sync(desk, crm, waiter=time)):
        await until(lambda: desk.status().live)
        crm.trouble = lambda request: always(Unreachable("Cut."))(request) if request == "nudge" else None
        seen: list[bool] = []
        desk.listen(lambda changed: seen.append(desk.status().live))
        crm.server.put_lead(make_lead("one"))
        await until(lambda: len(desk.queue()) == 4 and False in seen)
        crm.trouble = never
        crm.server.put_lead(make_lead("two"))
        await until(lambda: len(desk.queue()) == 5 and desk.status().live)


async def test_a_live_line_that_always_ends_does_not_make_sync_spin(desk: Desk, crm: FakeCrm, time: FakeTime):
    crm.trouble = lambda request: always(Unreachable("No stream here."))(request) if request == "nudges" else None
    async with running(Sync(desk, crm, waiter=time)):
        await until(lambda: time.now > 300)
    assert crm.requests.count("nudges") <= 5 + 300 / 30
    assert desk.status().connected is True


async def test_offline_from_the_start_decisions_leave_once_the_line_is_back(desk: Desk, crm: FakeCrm, time, pull):
    pull(desk)
    crm.trouble = always(Unreachable("hub.example.com can't be reached."))
    async with running(Sync(desk, crm, waiter=time)):
        await until(lambda: desk.status().connected is False)
        do(desk, op.Accept(), "a")
        assert desk.status().since == NOW
        assert desk.status().message == "hub.example.com can't be reached."
        await until(lambda: time.now > 600)
        assert desk.status().pending == 1
        crm.trouble = never
        await until(lambda: desk.status().pending == 0 and desk.status().connected)
    assert crm.server.leads["a"].state is State.ACCEPTED


async def test_pauses_between_attempts_grow_to_a_cap_and_attempts_never_end(desk: Desk, crm: FakeCrm, time: FakeTime):
    at: list[float] = []

    def trouble(request: str) -> None:
        at.append(time.now)
        raise Unreachable("No.")

    crm.trouble = trouble
    async with running(Sync(desk, crm, waiter=time)):
        await until(lambda: len(at) > 30)
    gaps = [later - earlier for earlier, later in pairwise(at)]
    assert gaps[0] == pytest.approx(0.5, abs=0.25)
    assert gaps[3] == pytest.approx(4.0, abs=0.25)
    assert max(gaps) <= 30.25
    assert gaps[-1] > 29


async def test_pauses_are_spread_by_chance_over_their_whole_length(desk: Desk, crm: FakeCrm):
    time = FakeTime(chance=0.0)
    crm.trouble = always(Unreachable("No."))
    async with running(Sync(desk, crm, waiter=time)):
        await until(lambda: len(crm.requests) > 20)
    assert time.now < 20 * 0.5


async def test_a_busy_crm_is_left_alone_for_as_long_as_it_asks(desk: Desk, crm: FakeCrm, time: FakeTime):
    at: list[float] = []

    def trouble(request: str) -> None:
        at.append(time.now)
        raise Busy("Wait.", retry_after=120)

    crm.trouble = trouble
    async with running(Sync(desk, crm, waiter=time)):
        await until(lambda: len(at) > 3)
        crm.trouble = never
        await until(lambda: len(desk.queue()) == 3)
    assert min(later - earlier for earlier, later in pairwise(at)) >= 120


async def test_a_token_that_is_not_accepted_pauses_sending_until_asked(desk: Desk, crm: FakeCrm, time: FakeTime, pull):
    pull(desk)
    crm.trouble = always(SignedOut("The token is expired."))
    sync = Sync(desk, crm, waiter=time)
    async with running(sync):
        await until(lambda: desk.status().signed_out)
        do(desk, op.Accept(), "a")
        await until(lambda: time.now > 300)
        assert len(crm.requests) == 1
        assert desk.lead("a").state is State.ACCEPTED
        assert desk.status().message == "The token is expired."
        crm.trouble = never
        sync.poke()
        await until(lambda: desk.status().pending == 0 and not desk.status().signed_out)


async def test_somebody_elses_token_sends_nothing(desk: Desk, crm: FakeCrm, time: FakeTime, pull):
    pull(desk)
    do(desk, op.Accept(), "a")
    crm.person = OTHER_REP
    async with running(Sync(desk, crm, waiter=time)):
        await until(lambda: desk.status().signed_out)
    assert "Otto Other" in desk.status().message
    assert crm.submitted == []


async def test_poke_tries_at_once(desk: Desk, crm: FakeCrm, time: FakeTime):
    crm.trouble = always(Busy("Wait.", retry_after=100_000))
    sync = Sync(desk, crm, waiter=time)
    async with running(sync):
        await until(lambda: crm.requests)
        crm.trouble = never
        sync.poke()
        await until(lambda: len(desk.queue()) == 3)
    assert time.now < 100_000


async def test_a_lost_answer_never_applies_anything_twice(desk: Desk, crm: FakeCrm, time: FakeTime, pull):
    pull(desk)
    (operation,) = do(desk, op.Note(text="Call after five."), "a")
    crm.lose_answers = True
    async with running(Sync(desk, crm, waiter=time)):
        await until(lambda: len(crm.submitted) >= 3)
        crm.lose_answers = False
        await until(lambda: desk.status().pending == 0)
    assert {one for batch in crm.submitted for one in batch} == {operation.id}
    assert len(crm.server.leads["a"].remarks) == 1
    assert len(desk.lead("a").remarks) == 1


async def test_only_later_operations_on_the_same_lead_wait_for_a_stuck_one(desk: Desk, crm: FakeCrm, time, pull):
    pull(desk)
    (stuck,) = do(desk, op.Accept(), "a")
    (later,) = do(desk, op.Note(text="Later."), "a")
    do(desk, op.Accept(), "b", "c")
    crm.unanswered = {stuck.id}
    async with running(Sync(desk, crm, waiter=time, batch=1)):
        await until(lambda: desk.status().pending == 2)
        crm.server.put_lead(make_lead("new"))
        await until(lambda: "new" in desk.rows())
        assert later.id not in crm.server.receipts
        crm.unanswered = set()
        await until(lambda: desk.status().pending == 0)
    assert crm.server.applied[-2:] == [stuck.id, later.id]


async def test_an_operation_that_the_crm_cannot_take_is_refused_alone(desk: Desk, crm: FakeCrm, time: FakeTime, pull):
    pull(desk)
    operations = do(desk, op.Accept(), "a", "b", "c")

    def refuse(batch: Sequence[Operation]) -> None:
        if operations[1] in batch:
            raise NotTaken("This one is not understood.", 422)

    crm.refuse_batches_with = refuse
    async with running(Sync(desk, crm, waiter=time)):
        await until(lambda: desk.status().pending == 0)
    assert desk.receipt(operations[1].id).result is Result.REFUSED
    assert desk.receipt(operations[1].id).sentence == "This one is not understood."
    assert crm.server.leads["c"].state is State.ACCEPTED
    assert desk.status().refused == 1


async def test_an_operation_that_breaks_the_crm_does_not_block_the_others(desk: Desk, crm: FakeCrm, time, pull):
    pull(desk)
    operations = do(desk, op.Accept(), "a", "b", "c")

    def fail(batch: Sequence[Operation]) -> None:
        if operations[0] in batch:
            raise Unreachable("The hub has a fault (status 500).")

    crm.refuse_batches_with = fail
    async with running(Sync(desk, crm, waiter=time)):
        await until(lambda: desk.status().pending == 1)
    assert crm.server.leads["c"].state is State.ACCEPTED


async def test_a_wish_not_to_be_contacted_goes_first(desk: Desk, crm: FakeCrm, time: FakeTime, pull):
    pull(desk)
    do(desk, op.Accept(), "a", "b")
    reason = desk.agreement.reason("do_not_contact")
    answers = desk.prefill(reason, desk.lead("c")) | {"how": "e-mail", "confirm": "suppress"}
    (wish,) = do(desk, op.Reject(reason="do_not_contact", answers=answers), "c")
    async with running(Sync(desk, crm, waiter=time)):
        await until(lambda: desk.status().pending == 0)
    assert crm.submitted[0][0] == wish.id


async def test_a_cursor_that_the_crm_does_not_know_means_pulling_all_again(desk: Desk, crm: FakeCrm, time, pull):
    crm.server.n += 100
    crm.server.put_lead(make_lead("gone later"))
    pull(desk)
    do(desk, op.Accept(), "a")
    crm.server.restored(crm.server.backup(), "e1")
    crm.server.n = 50
    crm.server.put("lead", "gone later", None)
    async with running(Sync(desk, crm, waiter=time)):
        await until(lambda: desk.status().pending == 0 and set(desk.rows()) == {"a", "b", "c"})
    assert crm.server.leads["a"].state is State.ACCEPTED


async def test_after_a_restored_backup_everything_settled_is_offered_again(desk: Desk, crm: FakeCrm, time: FakeTime):
    async with running(Sync(desk, crm, waiter=time)):
        await until(lambda: len(desk.queue()) == 3)
        backup = crm.server.backup()
        do(desk, op.Accept(), "a")
        await until(lambda: desk.status().pending == 0)
    crm.server.restored(backup, "e2")
    assert crm.server.leads["a"].state is State.NEW
    async with running(Sync(desk, crm, waiter=time)):
        await until(lambda: desk.epoch == "e2" and crm.server.leads["a"].state is State.ACCEPTED)
        await until(lambda: desk.profile.connection().epoch == "e2")
    assert desk.lead("a").state is State.ACCEPTED
    assert desk.queue() == ["b", "c"]


async def test_only_one_window_talks_to_the_crm_and_the_other_takes_over(open_desk, server, crm: FakeCrm, time):
    first, second = open_desk(), open_desk()
    idle = FakeCrm(server, REP)
    async with running(Sync(first, crm, waiter=time)):
        await until(lambda: len(first.queue()) == 3)
        async with running(Sync(second, idle, waiter=FakeTime())):
            await until(lambda: len(second.queue()) == 3)
            do(second, op.Accept(), "a")
            await until(lambda: second.status().pending == 0)
            assert idle.requests == []
            assert "Another window" in second.status().message
    async with running(Sync(second, idle, waiter=FakeTime())):
        await until(lambda: second.status().connected and second.status().message == "")
        assert idle.requests


class TestOnce:
    async def test_it_exchanges_everything_and_reports(self, desk: Desk, crm: FakeCrm, pull):
        pull(desk)
        (operation,) = do(desk, op.Accept(), "a")
        report = await Sync(desk, crm).once(5)
        assert [receipt.operation_id for receipt in report.receipts] == [operation.id]
        assert report.problem is None
        assert report.pulled == 1

    async def test_a_crm_out_of_reach_is_a_problem_not_an_error(self, desk: Desk, crm: FakeCrm, pull):
        pull(desk)
        do(desk, op.Accept(), "a")
        crm.trouble = always(Unreachable("No way."))
        report = await Sync(desk, crm).once(5)
        assert report.problem.sentence == "No way."
        assert desk.status().pending == 1

    async def test_with_a_window_open_it_waits_for_the_windows_answer(self, open_desk, crm: FakeCrm, time: FakeTime):
        window, line = open_desk(), open_desk()
        silent = FakeCrm(crm.server, REP)
        async with running(Sync(window, crm, waiter=time)):
            await until(lambda: len(window.queue()) == 3)
            await until(lambda: caught_up(line))
            (operation,) = do(line, op.Accept(), "a")
            report = await Sync(line, silent).once(10, wait_for=[operation.id])
        assert report.elsewhere
        assert [receipt.result for receipt in report.receipts] == [Result.APPLIED]
        assert silent.requests == []


async def test_decisions_of_another_process_are_sent_by_the_window(open_desk, crm: FakeCrm, time: FakeTime):
    window, line = open_desk(), open_desk()
    async with running(Sync(window, crm, waiter=time)):
        await until(lambda: len(window.queue()) == 3)
        await until(lambda: caught_up(line))
        do(line, op.Accept(), "b")
        await until(lambda: crm.server.leads["b"].state is State.ACCEPTED)
        await until(lambda: window.queue() == ["a", "c"])


async def test_a_decision_under_an_older_agreement_keeps_its_version(desk: Desk, crm: FakeCrm, time: FakeTime, pull):
    pull(desk)
    (operation,) = do(desk, op.Accept(), "a")
    crm.server.set_agreement(make_agreement(version=2))
    async with running(Sync(desk, crm, waiter=time)):
        await until(lambda: desk.status().pending == 0 and desk.agreement.version == 2)
    assert crm.server.leads["a"].decided.agreement == 1
    assert desk.receipt(operation.id).result is Result.APPLIED


async def test_old_settled_operations_are_not_offered_again(desk: Desk, crm: FakeCrm, time: FakeTime):
    crm.server.now = lambda: NOW - timedelta(days=31)
    async with running(Sync(desk, crm, waiter=time)):
        await until(lambda: len(desk.queue()) == 3)
        do(desk, op.Accept(), "a")
        await until(lambda: desk.status().pending == 0)
    crm.server.epoch = "e2"
    async with running(Sync(desk, crm, waiter=time)):
        await until(lambda: desk.profile.connection().epoch == "e2")
    assert len(crm.submitted) == 1


async def test_a_fault_of_our_own_does_not_end_sync(desk: Desk, crm: FakeCrm, time: FakeTime):
    def fault(request: str) -> None:
        raise ZeroDivisionError

    crm.trouble = fault
    async with running(Sync(desk, crm, waiter=time)):
        await until(lambda: desk.status().connected is False)
        assert "fault of its own" in desk.status().message
        crm.trouble = never
        await until(lambda: len(desk.queue()) == 3)


async def test_a_sync_cancelled_twice_still_lets_the_next_process_have_the_line(
    desk: Desk, crm: FakeCrm, time: FakeTime
):
    task = asyncio.create_task(Sync(desk, crm, waiter=time).run())
    await until(lambda: desk.status().live)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    lock = desk.profile.sync_lock()
    assert lock.try_acquire()
    lock.release()


async def test_a_clock_far_from_the_crms_is_said_so_beside_the_line(desk: Desk, crm: FakeCrm, time: FakeTime):
    crm.server.now = lambda: NOW - timedelta(days=400)
    async with running(Sync(desk, crm, waiter=time)):
        await until(lambda: desk.status().live)
        assert "400 d ahead of the CRM" in desk.status().message
