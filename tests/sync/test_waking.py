"""A machine that slept, or a program that was stopped, amid a request: it goes on at once, on a new line."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from api.crm.port import Busy
from api.desk import Desk
from api.model import operation as op
from api.model.changes import Page
from api.sync import Sync
from api.sync.waking import Clocks
from tests.factories import REP, make_lead
from tests.sync.fake_crm import FakeCrm, FakeServer
from tests.sync.waiting import FakeTime, running, until


class SetClocks(Clocks):
    """Clocks that stand still unless they are moved on."""

    every = 0.01

    def __init__(self) -> None:
        self.at_wall = self.at_monotonic = 1_000.0
        self.looks = 0

    def wall(self) -> float:
        self.looks += 1
        return self.at_wall

    def monotonic(self) -> float:
        return self.at_monotonic


class DeadAfterSleep(FakeCrm):
    """A line on which nothing is heard any more until its connections are dropped."""

    def __init__(self, server: FakeServer) -> None:
        super().__init__(server, REP)
        self.dead = False
        self.waiting = 0

    async def changes(self, cursor: str) -> AsyncIterator[Page]:
        if self.dead:
            self.waiting += 1
            await asyncio.Event().wait()
        async for page in super().changes(cursor):
            yield page

    async def close(self) -> None:
        await super().close()
        self.dead = False


@pytest.fixture
def crm(server: FakeServer) -> DeadAfterSleep:
    server.put_lead(make_lead("a"))
    return DeadAfterSleep(server)


@pytest.fixture
def clocks() -> SetClocks:
    return SetClocks()


@pytest.mark.parametrize("which", ["at_wall", "at_monotonic"])
async def test_a_request_that_was_on_its_way_is_dropped_and_made_anew(desk: Desk, crm, clocks: SetClocks, which: str):
    crm.dead = True
    async with running(Sync(desk, crm, waiter=FakeTime(), clocks=clocks)):
        await until(lambda: crm.waiting)
        setattr(clocks, which, getattr(clocks, which) + 3_600)
        await until(lambda: desk.queue() == ["a"] and desk.status().connected)
    assert "close" in crm.requests
    assert desk.status().failures == 0


async def test_pauses_are_forgotten(desk: Desk, crm: DeadAfterSleep, clocks: SetClocks, pull):
    pull(desk)
    desk.commit(desk.prepare(op.Accept(), [desk.lead("a")]))

    def broken(request: str) -> None:
        raise Busy("Wait.", retry_after=100_000)

    crm.trouble = broken
    time = FakeTime()
    async with running(Sync(desk, crm, waiter=time, clocks=clocks)):
        await until(lambda: desk.status().connected is False)
        crm.trouble = lambda request: None
        clocks.at_wall += 600
        await until(lambda: desk.status().pending == 0)
    assert time.now < 100_000


async def test_whoever_asked_is_answered_by_the_attempt_after_the_sleep(desk: Desk, crm, clocks: SetClocks):
    sync = Sync(desk, crm, waiter=FakeTime(), clocks=clocks)
    async with running(sync):
        await until(lambda: desk.status().live)
        crm.dead = True
        asking = asyncio.create_task(sync.now())
        await until(lambda: crm.waiting)
        clocks.at_wall += 60
        assert (await asking).problem is None


async def test_a_clock_that_is_put_back_or_only_slow_drops_nothing(desk: Desk, crm, clocks: SetClocks):
    async with running(Sync(desk, crm, waiter=FakeTime(), clocks=clocks)):
        await until(lambda: desk.status().live)
        for move in (-7_200, 10):
            clocks.at_wall += move
            seen = clocks.looks
            await until(lambda seen=seen: clocks.looks > seen + 2)
    assert "close" not in crm.requests
