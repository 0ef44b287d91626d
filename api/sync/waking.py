"""Noticing that the machine slept, or the program was stopped: what was on its way then won't arrive any more."""

import asyncio
import time
from collections.abc import Callable

JUMP = 15.0
"""Seconds more than expected by which a clock must have moved on to mean that we were not there meanwhile."""


class Clocks:
    """The clock on the wall goes on while the machine sleeps; the other one may not."""

    every = 1.0
    """Seconds between looks at them."""

    def wall(self) -> float:
        """Seconds by the clock on the wall."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        return time.monotonic()


async def watch(woke: Callable[[], None], clocks: Clocks) -> None:
    """Call `woke` whenever much more time has passed than was waited; never ends."""
    wall, monotonic = clocks.wall(), clocks.monotonic()
    while True:
        await asyncio.sleep(clocks.every)
        wall_before, monotonic_before = wall, monotonic
        wall, monotonic = clocks.wall(), clocks.monotonic()
        if max(wall - wall_before, monotonic - monotonic_before) > clocks.every + JUMP:
            woke()
