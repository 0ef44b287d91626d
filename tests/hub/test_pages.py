"""A page that many ask for together is read once; nobody gets one that is older than what they know of."""

import asyncio

import pytest

from api.hub.problems import HubProblem, signed_out
from api.hub.web import pages
from api.hub.web.answering import Answer
from api.hub.web.pages import Pages


class Reader:
    """Reads pages, once it is let."""

    def __init__(self, problem: HubProblem | None = None) -> None:
        self.read: list[tuple[str, int, bool]] = []
        self.let = asyncio.Event()
        self.problem = problem

    async def __call__(self, cursor: str, limit: int, packed: bool) -> Answer:
        self.read.append((cursor, limit, packed))
        await self.let.wait()
        if self.problem is not None:
            raise self.problem
        return Answer(cursor.encode())


async def test_many_who_ask_together_share_one_reading() -> None:
    reader = Reader()
    shared = Pages(reader)
    asking = [asyncio.create_task(shared.page(5, "e:4", 500, False)) for _ in range(200)]
    await asyncio.sleep(0)
    reader.let.set()
    answers = await asyncio.gather(*asking)
    assert len(reader.read) == 1
    assert len({id(one) for one in answers}) == 1
    assert await shared.page(5, "e:4", 500, False) is answers[0], "who asks a moment later gets it too"


async def test_another_page_or_a_newer_change_is_read_anew() -> None:
    reader = Reader()
    reader.let.set()
    shared = Pages(reader)
    for newest, cursor, limit, packed in ((5, "e:4", 500, False), (6, "e:4", 500, False), (6, "e:5", 500, False)):
        await shared.page(newest, cursor, limit, packed)
    await shared.page(6, "e:5", 1, False)
    await shared.page(6, "e:5", 1, True)
    assert len(reader.read) == 5


async def test_one_who_hangs_up_does_not_end_it_for_the_others() -> None:
    reader = Reader()
    shared = Pages(reader)
    first, second = (asyncio.create_task(shared.page(5, "e:4", 500, False)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first])
    reader.let.set()
    assert isinstance(await second, Answer)
    assert len(reader.read) == 1


async def test_what_could_not_be_read_is_tried_again() -> None:
    reader = Reader(signed_out())
    reader.let.set()
    shared = Pages(reader)
    for _ in range(2):
        with pytest.raises(HubProblem):
            await shared.page(5, "e:4", 500, False)
    assert len(reader.read) == 2


async def test_a_page_is_not_given_out_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "KEPT_FOR", 0.0)
    reader = Reader()
    reader.let.set()
    shared = Pages(reader)
    async with asyncio.timeout(10):
        # Another process may have changed something that nobody has told of here.
        while len(reader.read) < 3:
            await shared.page(5, "e:4", 500, False)
            await asyncio.sleep(0)


async def test_few_pages_are_held_however_many_are_asked_for() -> None:
    reader = Reader()
    reader.let.set()
    shared = Pages(reader)
    for number in range(100):
        await shared.page(5, f"e:{number}", 500, False)
    assert len(reader.read) == 100
    await shared.page(5, "e:0", 500, False)
    assert len(reader.read) == 101, "the oldest were let go of"
