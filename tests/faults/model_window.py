"""One window of one profile: a real desk and a real sync, moved on step by step, which may die at any of them."""

import asyncio
import gc
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from api.desk import Desk
from api.local.profile import Connection, Profile
from api.sync import Sync
from tests.faults.model_hub import House, World
from tests.faults.model_line import Account, Killed, Line

TURNS = 8
"""How often the other tasks of a window get their turn before it counts as resting."""


class Disk(ThreadPoolExecutor):
    """What is done off the event loop: at once, in the same thread, unless the process dies just before or after."""

    def __init__(self) -> None:
        super().__init__(max_workers=1)
        self._dies_at: int | None = None
        self._after = False

    def die(self, at: int, *, after: bool) -> None:
        """Die at the `at`-th call from now (from 1), before it or after it."""
        self._dies_at, self._after = at, after

    def calm(self) -> None:
        self._dies_at = None

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        try:
            dies = self._counts_down()
            if dies and not self._after:
                raise Killed
            result = fn(*args, **kwargs)
            if dies:
                raise Killed
        except BaseException as error:  # noqa: BLE001  (whoever waits for the result is to have it)
            future.set_exception(error)
        else:
            future.set_result(result)
        return future

    def _counts_down(self) -> bool:
        if self._dies_at is None:
            return False
        self._dies_at -= 1
        if self._dies_at:
            return False
        self._dies_at = None
        return True


class Pace:
    """A waiter that rests until it is let go on, and for which time passes only then."""

    def __init__(self, world: World, *, chance: float) -> None:
        self._world = world
        self._chance = chance
        self._go = asyncio.Event()
        self.rests = asyncio.Event()
        self.stride = 0.0
        """At least so many seconds pass at each wait in which nothing happens."""
        self.hurries = False
        """Whether it never rests, and time passes by itself."""

    def monotonic(self) -> float:
        return self._world.seconds

    def uniform(self, low: float, high: float) -> float:
        return low + (high - low) * self._chance

    async def wait(self, woken: asyncio.Event, seconds: float) -> None:
        for _ in range(TURNS):
            await asyncio.sleep(0)
        if not self.hurries:
            self.rests.set()
            await self._go.wait()
            self._go.clear()
        if not woken.is_set():
            self._world.seconds += max(seconds, self.stride)

    def go_on(self) -> None:
        self.rests.clear()
        self._go.set()


class Profiled:
    """One person's profile on one machine, and the windows that stand open on it."""

    def __init__(self, folder: Path, world: World, house: House, account: Account) -> None:
        folder.mkdir()
        self.world = world
        self.house = house
        self.account = account
        self.profile = Profile(folder)
        self.profile.save_connection(Connection("http://127.0.0.1:1", account.person, house.epoch))


class Window:
    """A process on a profile. Nothing runs before the first step."""

    def __init__(
        self, home: Profiled, loop: asyncio.AbstractEventLoop, *, live: bool, page: int, batch: int, chance: float
    ) -> None:
        self._loop = loop
        self.desk = Desk.open(home.profile, clock=home.world.now, new_id=home.world.new_id)
        self.line = Line(home.house, home.world, home.account, live=live, page=page, pending=self.desk.ledger.pending)
        self.pace = Pace(home.world, chance=chance)
        self.sync = Sync(self.desk, self.line, waiter=self.pace, batch=batch)
        self.stale = False
        """Whether another window has written since this one last looked."""
        self._task: asyncio.Task[None] | None = None

    def step(self, times: int) -> bool:
        """Let sync go on until it has rested so many times; False when the process died meanwhile."""
        return self._loop.run_until_complete(self._steps(times))

    async def _steps(self, times: int) -> bool:
        for _ in range(times):
            if self._task is None:
                self._task = asyncio.create_task(self.sync.run())
            else:
                self.pace.go_on()
            resting = asyncio.create_task(self.pace.rests.wait())
            await asyncio.wait({resting, self._task}, return_when=asyncio.FIRST_COMPLETED)
            if self._task.done():
                resting.cancel()
                try:
                    self._task.result()
                except Killed:
                    return False
                raise AssertionError("sync has ended")
        return True

    def once(self) -> None:
        """Exchange everything once, as the command line does."""
        self.pace.hurries = True
        self._loop.run_until_complete(self.sync.once(1.0))

    def kill(self) -> None:
        """End the process: nothing is closed, nothing is written any more."""
        self._loop.run_until_complete(self._end())
        self.line.hang_up()

    def close(self) -> None:
        """Close the window as a person does."""
        self.kill()
        self.desk.close()

    async def _end(self) -> None:
        if self._task is not None and not self._task.done():
            self._task.cancel()
            with suppress(asyncio.CancelledError, Killed):
                await self._task


_ended = count(1)


def forget_the_dead() -> None:
    """Free, now and then, what killed windows held open: opening a mirror keeps the collector from looking at it."""
    if next(_ended) % 10 == 0:
        gc.unfreeze()
        gc.collect()
