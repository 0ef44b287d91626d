"""Live events: the newest number, told once, and an end when the hub stops."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from api.hub.problems import HubProblem
from api.hub.service import Hub
from api.hub.web.live import Live
from api.model import operation as op
from api.model.lead import Lead
from api.model.operation import Result
from tests.factories import REP, make_operation


async def next_number(events: AsyncIterator[bytes]) -> int:
    async with asyncio.timeout(10):
        while True:
            found = re.search(rb"^data: (\d+)$", await anext(events), re.MULTILINE)
            if found:
                return int(found.group(1))


async def test_a_new_listener_hears_the_newest_number_at_once() -> None:
    live = Live(7)
    assert await next_number(live.events(None)) == 7


async def test_one_that_knows_it_hears_the_next_only() -> None:
    live = Live(7)
    events = live.events(7)
    assert b"data" not in await anext(events)
    live.tell(8)
    assert await next_number(events) == 8


async def test_many_changes_in_a_row_are_one_event() -> None:
    live = Live(0)
    events = live.events(None)
    assert await next_number(events) == 0
    for number in range(1, 101):
        live.tell(number)
    assert await next_number(events) == 100


async def test_numbers_that_come_late_do_not_lead_back() -> None:
    live = Live(7)
    live.tell(9)
    live.tell(8)
    assert await next_number(live.events(None)) == 9


async def test_a_waiting_listener_ends_with_the_hub() -> None:
    live = Live(7)

    async def listen() -> list[bytes]:
        return [event async for event in live.events(7)]

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0)
    live.close()
    async with asyncio.timeout(10):
        assert all(b"data" not in event for event in await listening)


def test_many_at_once_each_get_their_own_answer(
    hub: Hub, tokens: dict[str, str], hand_over: Callable[..., Lead]
) -> None:
    leads = [hand_over(str(number)) for number in range(60)]

    def act(number: int) -> Result | str:
        if number % 3:
            (receipt,) = hub.submit(REP, [make_operation(op.Accept(), leads[number], id=f"op-{number}")])
            return receipt.result
        with pytest.raises(HubProblem) as caught:
            hub.issue_token("nobody")
        return caught.value.field

    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(act, range(60)))
    assert answers == ["id" if number % 3 == 0 else Result.APPLIED for number in range(60)]
    numbers = [change.n for change in hub.changes(limit=1_000).changes]
    assert len(numbers) == len(set(numbers))
