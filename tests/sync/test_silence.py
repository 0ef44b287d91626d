"""A CRM that says nothing is doubted soon and given up on late; whoever asks for an exchange hears what came of it."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from api.crm.port import Unreachable
from api.desk import Desk
from api.model import operation as op
from api.model.changes import Page
from api.model.operation import Operation, Receipt
from api.sync import Sync
from tests.factories import REP, make_lead
from tests.sync.fake_crm import FakeCrm, FakeServer
from tests.sync.waiting import FakeTime, running, until


class SilentCrm(FakeCrm):
    """A CRM that answers nothing while `speaks` is not set."""

    def __init__(self, server: FakeServer) -> None:
        super().__init__(server, REP)
        self.speaks = asyncio.Event()
        self.speaks.set()

    async def changes(self, cursor: str) -> AsyncIterator[Page]:
        await self.speaks.wait()
        async for page in super().changes(cursor):
            yield page

    async def submit(self, operations: Sequence[Operation]) -> list[Receipt]:
        await self.speaks.wait()
        return await super().submit(operations)


@pytest.fixture
def crm(server: FakeServer) -> SilentCrm:
    for name in "abc":
        server.put_lead(make_lead(name))
    return SilentCrm(server)


async def test_a_silent_crm_is_not_called_live_and_is_again_once_it_speaks(desk: Desk, crm: SilentCrm):
    async with running(Sync(desk, crm, waiter=FakeTime(), doubt_after=0.05)):
        await until(lambda: desk.status().live)
        before = desk.status()
        crm.speaks.clear()
        desk.commit(desk.prepare(op.Accept(), [desk.lead("a")]))
        await until(lambda: desk.status().connected is None)
        doubted = desk.status()
        assert (doubted.live, doubted.elsewhere, doubted.pending) == (False, False, 1)
        assert doubted.since is not None
        assert doubted.message.startswith("Waiting for the CRM's answer since ")
        crm.speaks.set()
        await until(lambda: desk.status().pending == 0 and desk.status().live)
        assert (desk.status().connected, desk.status().message) == (True, "")
        assert desk.status().since == before.since


async def test_a_slow_page_is_waited_for(desk: Desk, crm: SilentCrm):
    crm.speaks.clear()
    async with running(Sync(desk, crm, waiter=FakeTime(), doubt_after=0.02)):
        await until(lambda: desk.status().message)
        assert desk.status().connected is None
        crm.speaks.set()
        await until(lambda: len(desk.queue()) == 3 and desk.status().connected)
    # Whoever gives an exchange up introduces itself anew.
    assert crm.requests.count("whoami") == 1


async def test_a_line_known_to_be_broken_is_not_merely_in_doubt(desk: Desk, crm: SilentCrm):
    def broken(request: str) -> None:
        raise Unreachable("hub.example.com can't be reached.")

    crm.trouble = broken
    sync = Sync(desk, crm, waiter=FakeTime(), doubt_after=0.02)
    async with running(sync):
        await until(lambda: desk.status().connected is False)
        crm.speaks.clear()
        crm.trouble = lambda request: None
        await until(lambda: crm.requests.count("whoami") > 1)
        report = await sync.now(0.2)
        assert report.problem is not None
        assert desk.status().connected is False
        crm.speaks.set()
        await until(lambda: desk.status().connected)


class TestNow:
    async def test_it_tells_what_came_and_went(self, desk: Desk, crm: SilentCrm):
        sync = Sync(desk, crm, waiter=FakeTime())
        async with running(sync):
            await until(lambda: desk.status().live)
            first = await sync.now()
            assert (first.pulled, first.receipts, first.problem) == (0, (), None)
            crm.server.put_lead(make_lead("new"))
            await until(lambda: desk.row("new"))

    async def test_it_tells_why_not(self, desk: Desk, crm: SilentCrm):
        sync = Sync(desk, crm, waiter=FakeTime())
        async with running(sync):
            await until(lambda: desk.status().live)

            def broken(request: str) -> None:
                raise Unreachable("hub.example.com can't be reached.")

            crm.trouble = broken
            report = await sync.now()
        assert report.problem is not None
        assert report.problem.sentence == "hub.example.com can't be reached."

    async def test_silence_is_a_problem_too(self, desk: Desk, crm: SilentCrm):
        sync = Sync(desk, crm, waiter=FakeTime())
        async with running(sync):
            await until(lambda: desk.status().live)
            crm.speaks.clear()
            report = await sync.now(0.05)
        assert report.problem is not None
        assert "has not answered" in report.problem.sentence

    async def test_another_window_has_the_line(self, open_desk, crm: SilentCrm):
        async with running(Sync(open_desk(), crm, waiter=FakeTime())):
            await until(lambda: crm.requests)
            other = open_desk()
            sync = Sync(other, SilentCrm(crm.server), waiter=FakeTime())
            async with running(sync):
                report = await sync.now()
                await until(lambda: other.status().elsewhere)
        assert report.elsewhere
