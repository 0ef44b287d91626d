"""The next page is asked for while the last one is taken in: one ahead, in order, and nothing left running behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from api.crm.port import Unreachable
from api.desk import Desk
from api.local.errors import NotSaved
from api.model.changes import Page
from api.sync import Sync
from api.sync.ahead import one_ahead
from tests.factories import REP, make_lead
from tests.sync.fake_crm import FakeCrm, FakeServer
from tests.sync.waiting import FakeTime, running, until


class Pages:
    """Pages that are handed out one by one; `asked` counts the requests, `ended` says that the source was let go of."""

    def __init__(self, count: int, *, breaks_at: int = 0) -> None:
        self.count = count
        self.breaks_at = breaks_at
        self.asked = 0
        self.held_back: asyncio.Event | None = None
        self.ended = False

    async def __aiter__(self) -> AsyncIterator[Page]:
        try:
            for n in range(1, self.count + 1):
                self.asked = n
                if self.held_back is not None:
                    await self.held_back.wait()
                if n == self.breaks_at:
                    raise Unreachable("The line broke.")
                yield Page("e1", (), f"e1:{n}", n, n < self.count)
        finally:
            self.ended = True


async def in_background() -> None:
    """Let everything run that can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_while_a_page_is_worked_on_the_next_one_is_asked_for_and_no_more():
    source, arrived, taken = Pages(4), [], []
    async with aclosing(one_ahead(aiter(source), lambda: arrived.append(source.asked))) as pages:
        async for page in pages:
            await in_background()
            taken.append(page.n)
            assert source.asked == min(page.n + 1, 4)
            assert len(arrived) == source.asked, "each is heard of when it comes, not when it is its turn"
    assert taken == [1, 2, 3, 4]
    assert source.ended


async def test_what_goes_wrong_with_a_page_is_raised_behind_all_before_it():
    source, taken = Pages(4, breaks_at=3), []

    async def pull() -> None:
        async with aclosing(one_ahead(aiter(source), lambda: None)) as pages:
            async for page in pages:
                await in_background()
                taken.append(page.n)

    with pytest.raises(Unreachable):
        await pull()
    assert taken == [1, 2]


async def test_who_stops_ends_the_request_that_is_on_its_way():
    source = Pages(4)
    async with aclosing(one_ahead(aiter(source), lambda: None)) as pages:
        assert (await anext(pages)).n == 1
        source.held_back = asyncio.Event()
        await in_background()
        assert source.asked == 2
        assert not source.ended
    assert source.ended
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_being_cancelled_ends_it_too():
    source = Pages(4)

    async def pull() -> None:
        async with aclosing(one_ahead(aiter(source), lambda: None)) as pages:
            async for _ in pages:
                source.held_back = asyncio.Event()

    pulling = asyncio.create_task(pull())
    await until(lambda: source.asked == 2)
    pulling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await pulling
    assert source.ended
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_nothing_is_taken_in_behind_a_page_that_the_disk_did_not_take(desk: Desk, monkeypatch):
    server = FakeServer(page=2)
    for name in "abcdefgh":
        server.put_lead(make_lead(name))
    take, broken = desk.take_page, [3]
    turn: list[int] = []

    def taking(page: Page) -> None:
        turn.append(page.n)
        if len(turn) in broken:
            raise NotSaved("Not saved: the disk is full.")
        take(page)

    monkeypatch.setattr(desk, "take_page", taking)
    async with running(Sync(desk, FakeCrm(server, REP), waiter=FakeTime())):
        await until(lambda: desk.whole == server.n)
    assert turn[3] == turn[2], "what could not be kept is taken in before anything behind it"
    assert turn[2:] == sorted(turn[2:])
    assert len(desk.queue()) == 8
