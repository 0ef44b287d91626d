"""Time that passes only when sync waits, and a way to wait for what sync brings about."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from api.sync import Sync


class FakeTime:
    """A waiter whose seconds cost nothing; chance always falls at `chance` of the way."""

    def __init__(self, chance: float = 1.0) -> None:
        self.now = 0.0
        self.chance = chance

    def monotonic(self) -> float:
        return self.now

    def uniform(self, low: float, high: float) -> float:
        return low + (high - low) * self.chance

    async def wait(self, woken: asyncio.Event, seconds: float) -> None:
        for _ in range(10):
            if woken.is_set():
                return
            await asyncio.sleep(0)
        self.now += seconds


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Return when `condition` holds; fail when it does not within `seconds` of real time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "what was waited for did not happen"
        await asyncio.sleep(0.001)


@asynccontextmanager
async def running(sync: Sync) -> AsyncIterator[Sync]:
    """Let sync run meanwhile."""
    task = asyncio.create_task(sync.run())
    try:
        yield sync
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
