"""What the sync table says of the queue as a whole: one circuit, one order, one history."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from msgspec.structs import replace

from api.desk import Desk
from api.model import operation as op
from api.model.lead import State
from api.model.operation import Result
from api.sync import Sync
from tests.factories import NOW, REP, make_lead, make_operation
from tests.sync.acting import do, stop
from tests.sync.waiting import running, until
from tests.sync.wire import Wire, crm_over, problem


class TestCircuit:
    """One circuit breaker for the whole queue, never per operation; “sync now” always tries."""

    async def test_a_line_that_is_down_is_tried_once_however_much_waits(self, ready: Desk, wire: Wire, time):
        do(ready, op.Accept(), "a")
        do(ready, op.Accept(), "b")
        wire.trouble = lambda request, ids: httpx.ConnectError("x")
        async with running(Sync(ready, crm_over(wire), waiter=time)):
            await until(lambda: time.now > 300)
        assert len(wire.requests) < 10 + 300 / 15

    async def test_a_crm_that_takes_nothing_is_not_asked_for_each_operation(self, ready: Desk, wire: Wire, time):
        for name in (f"n{number}" for number in range(40)):
            wire.server.put_lead(make_lead(name))
        async with running(Sync(ready, crm_over(wire), waiter=time)):
            await until(lambda: len(ready.queue()) == 43)
        do(ready, op.Accept(), *ready.queue())
        wire.trouble = lambda request, ids: problem(500, "The disk is full.") if ids else None
        began, before = time.now, len(wire.requests)
        async with running(Sync(ready, crm_over(wire), waiter=time)):
            await until(lambda: time.now > began + 200)
            assert ready.status().pending == 43
            wire.trouble = lambda request, ids: None
            await until(lambda: ready.status().pending == 0)
        assert len(wire.requests) - before < 400

    async def test_operations_that_break_the_crm_hold_up_nobody_however_many_they_are(self, ready, wire, time):
        for name in (f"n{number}" for number in range(12)):
            wire.server.put_lead(make_lead(name))
        async with running(Sync(ready, crm_over(wire), waiter=time)):
            await until(lambda: len(ready.queue()) == 15)
        operations = do(ready, op.Accept(), *ready.queue())
        bad = {one.id for one in operations[:8]}
        wire.trouble = lambda request, ids: problem(500, "A fault.") if bad & set(ids) else None
        async with running(Sync(ready, crm_over(wire), waiter=time)):
            await until(lambda: ready.status().pending == 8)
            wire.server.put_lead(make_lead("late"))
            await until(lambda: "late" in ready.rows())
            before = time.now
            (late,) = do(ready, op.Accept(), "late")
            await until(lambda: ready.receipt(late.id))
            assert time.now - before < 5, "a new decision does not wait for the pause of the stuck ones"
            bad.clear()
            await until(lambda: ready.status().pending == 0)

    async def test_sync_now_tries_in_the_middle_of_a_pause(self, ready: Desk, wire: Wire, time):
        wire.trouble = lambda request, ids: problem(429, "Wait.", "busy", Retry_After="3000")
        sync = Sync(ready, crm_over(wire), waiter=time)
        async with running(sync):
            await until(lambda: ready.status().connected is False)
            report = await sync.now()
            assert report.problem.sentence == "Wait."
            wire.trouble = lambda request, ids: None
            assert (await sync.now()).problem is None
        assert time.now < 1_000


class TestOrder:
    """By sequence, not by clock; suppress first; only later operations on the same lead wait for a stuck one."""

    async def test_by_sequence_even_when_the_clock_went_back(self, open_desk, wire: Wire, pull, time):
        desk = open_desk()
        pull(desk)
        first, second = (
            replace(one, at=NOW - timedelta(days=days))
            for days, one in enumerate(
                (make_operation(op.Claim(), make_lead("a")), make_operation(op.Note(text="Later."), make_lead("a")))
            )
        )
        desk.commit([first])
        desk.commit([second])
        async with running(Sync(desk, crm_over(wire), waiter=time)):
            await until(lambda: desk.status().pending == 0)
        assert [one for batch in wire.offered for one in batch] == [first.id, second.id]

    async def test_a_wish_not_to_be_contacted_goes_before_everything(self, ready: Desk, wire: Wire, time):
        do(ready, op.Accept(), "a", "b")
        (wish,) = do(ready, stop(ready), "c")
        async with running(Sync(ready, crm_over(wire), waiter=time, batch=1)):
            await until(lambda: ready.status().pending == 0)
        assert wire.offered[0] == [wish.id]

    async def test_a_wish_not_to_be_contacted_does_not_wait_for_a_stuck_operation(self, ready: Desk, wire: Wire, time):
        (stuck,) = do(ready, op.Claim(), "c")
        wire.trouble = lambda request, ids: problem(500, "A fault.") if stuck.id in ids else None
        async with running(Sync(ready, crm_over(wire), waiter=time)):
            (wish,) = do(ready, stop(ready), "c")
            await until(lambda: ready.receipt(wish.id))
        assert wire.server.leads["c"].state is State.SUPPRESSED

    async def test_later_operations_wait_for_a_stuck_one_across_exchanges_and_restarts(
        self, open_desk, wire, pull, time
    ):
        desk = open_desk()
        pull(desk)
        (stuck,) = do(desk, op.Accept(), "a")
        (later,) = do(desk, op.Note(text="Later."), "a")
        wire.trouble = lambda request, ids: problem(500, "A fault.") if stuck.id in ids else None
        for _ in range(2):
            async with running(Sync(desk, crm_over(wire), waiter=time)):
                begun = len(wire.offered)
                await until(lambda begun=begun: len(wire.offered) > begun + 5)
        assert later.id not in {one for batch in wire.offered for one in batch}
        wire.trouble = lambda request, ids: None
        async with running(Sync(desk, crm_over(wire), waiter=time)):
            await until(lambda: desk.status().pending == 0)
        assert wire.server.applied[-2:] == [stuck.id, later.id]

    async def test_what_takes_back_or_stands_by_an_unanswered_operation_stays_behind_it(self, ready, wire, time):
        (first,) = do(ready, op.Accept(), "a")
        behind = make_operation(op.Accept(), ready.lead("a"), insists=first.id)
        ready.commit([behind])
        wire.lose_answers = True
        async with running(Sync(ready, crm_over(wire), waiter=time)):
            await until(lambda: len(wire.offered) > 3)
            assert {one for batch in wire.offered for one in batch} == {first.id}
            wire.lose_answers = False
            await until(lambda: ready.status().pending == 0)
        assert wire.offered[-1] == [behind.id]


async def test_wait_by_the_monotonic_clock_whatever_the_clock_on_the_wall_does(tmp_path, wire: Wire, time):
    from api.local.profile import Connection, Profile

    profile = Profile(tmp_path)
    profile.save_connection(Connection("https://hub.example.com", REP, "e1"))
    days = iter(range(1_000_000))
    desk = Desk.open(profile, clock=lambda: datetime(2026, 1, 1, tzinfo=UTC) - timedelta(days=next(days)))
    wire.trouble = lambda request, ids: httpx.ConnectError("x")
    async with running(Sync(desk, crm_over(wire), waiter=time)):
        await until(lambda: time.now > 120)
    assert 8 < len(wire.requests) < 20


class TestHistory:
    """A missing lead is not a delete; a cursor ahead of the server or unknown to it: pull all again, outbox kept."""

    async def test_a_lead_missing_from_a_page_stays(self, ready: Desk, wire: Wire, time):
        wire.server.put_lead(make_lead("a", origin="call"))
        async with running(Sync(ready, crm_over(wire), waiter=time)):
            await until(lambda: ready.lead("a").origin == "call")
        assert set(ready.rows()) == {"a", "b", "c"}

    @pytest.mark.parametrize("cursor", ["e1:9999", "other:3", "not a cursor"])
    async def test_a_cursor_the_crm_does_not_know(self, ready: Desk, wire: Wire, time, cursor):
        from api.model.changes import Page

        ready.take_page(Page("e1", (), cursor, ready.n, more=False))
        (operation,) = do(ready, op.Accept(), "a")
        wire.server.put("lead", "b", None)
        async with running(Sync(ready, crm_over(wire), waiter=time)):
            await until(lambda: ready.status().pending == 0 and set(ready.rows()) == {"a", "c"})
        assert ready.receipt(operation.id).result is Result.APPLIED
