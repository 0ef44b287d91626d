"""Who asks for an exchange hears what came of it within about one attempt, whatever sync is just doing."""

import asyncio
import time

import pytest

from api.crm.port import Busy, Identity, SignedOut, Unreachable
from api.desk import Desk
from api.desk.exchange import LineNote
from api.model import operation as op
from api.sync import Sync
from tests.factories import REP, make_lead
from tests.sync.fake_crm import FakeCrm, FakeServer
from tests.sync.waiting import FakeTime, running, until

ATTEMPT = 0.6
"""Seconds that each attempt of a slow line takes."""


class SlowLine(FakeCrm):
    """A line on which each attempt takes its time, and fails while `down`."""

    def __init__(self, server: FakeServer) -> None:
        super().__init__(server, REP)
        self.down = False
        self.at_work = 0

    async def whoami(self) -> Identity:
        if self.down:
            self.at_work += 1
            await asyncio.sleep(ATTEMPT)
            self.at_work -= 1
            self.requests.append("whoami")
            raise Unreachable("hub.example.com can't be reached.")
        return await super().whoami()


class StoppedTime(FakeTime):
    """Time that never passes, so that no pause ends by itself."""

    async def wait(self, woken: asyncio.Event, seconds: float) -> None:
        before = self.now
        await super().wait(woken, seconds)
        self.now = before
        await asyncio.sleep(0.01)


@pytest.fixture
def crm(server: FakeServer) -> SlowLine:
    server.put_lead(make_lead("a"))
    return SlowLine(server)


async def timed(sync: Sync):
    began = time.monotonic()
    report = await sync.now()
    return report, time.monotonic() - began


async def test_offline_in_a_long_pause_it_takes_one_attempt(desk: Desk, crm: SlowLine):
    crm.down = True
    sync = Sync(desk, crm, waiter=FakeTime(chance=0.0))
    async with running(sync):
        await until(lambda: desk.status().connected is False)
        crm.trouble = lambda request: None
        report, took = await timed(sync)
    assert report.problem.sentence == "hub.example.com can't be reached."
    assert took < 2 * ATTEMPT + 0.5


async def test_while_an_attempt_is_running_its_outcome_is_the_answer_and_another_follows(desk: Desk, crm: SlowLine):
    crm.down = True
    sync = Sync(desk, crm, waiter=FakeTime())
    async with running(sync):
        await until(lambda: crm.at_work)
        report, took = await timed(sync)
        assert report.problem is not None
        assert took < ATTEMPT + 0.5
        crm.down = False
        await until(lambda: desk.status().connected, seconds=2)


async def test_a_pause_the_crm_asked_for_does_not_hold_it_up(desk: Desk, crm: SlowLine):
    def busy(request: str) -> None:
        raise Busy("Wait.", retry_after=3_000)

    crm.trouble = busy
    clock = FakeTime()
    sync = Sync(desk, crm, waiter=clock)
    async with running(sync):
        await until(lambda: desk.status().connected is False)
        report, took = await timed(sync)
        assert (report.problem.sentence, took < 1) == ("Wait.", True)
        crm.trouble = lambda request: None
        report, took = await timed(sync)
        assert (report.problem, took < 1) == (None, True)
    assert clock.now < 3_000


async def test_stuck_decisions_are_offered_again_at_once(desk: Desk, crm: SlowLine, pull):
    pull(desk)
    (operation,) = desk.prepare(op.Accept(), [desk.lead("a")])
    desk.commit([operation])
    crm.unanswered = {operation.id}
    clock = FakeTime()
    sync = Sync(desk, crm, waiter=clock)
    async with running(sync):
        await until(lambda: len(crm.submitted) > 6)
        crm.unanswered = set()
        before = clock.now
        report, _ = await timed(sync)
        assert [one.operation_id for one in report.receipts] == [operation.id]
        assert clock.now - before < 1


async def test_a_new_token_is_looked_for_every_few_seconds_without_asking_the_crm(desk: Desk, crm: SlowLine):
    def refused(request: str) -> None:
        raise SignedOut("The token is expired.")

    crm.trouble = refused
    clock = FakeTime()
    async with running(Sync(desk, crm, waiter=clock)):
        await until(lambda: desk.status().signed_out)
        before = clock.now
        await until(lambda: clock.now > before + 60)
        assert 20 <= crm.looks <= 32
        crm.trouble, crm.new_token = (lambda request: None), True
        await until(lambda: desk.status().connected)


async def test_a_decision_from_the_command_line_ends_the_long_pause_of_a_window(desk: Desk, crm: SlowLine, pull):
    pull(desk)
    crm.down = True
    clock = StoppedTime()
    async with running(Sync(desk, crm, waiter=clock)):
        await until(lambda: desk.status().connected is False)
        await until(lambda: LineNote(desk.profile).told())
        other = Desk.open(desk.profile)
        (operation,) = other.prepare(op.Accept(), [other.lead("a")])
        other.commit([operation])
        crm.down = False
        report = await Sync(other, FakeCrm(crm.server, REP)).once(2, wait_for=[operation.id], pull=False)
    assert [one.operation_id for one in report.receipts] == [operation.id]
