"""Waiting and trying again: exponential pauses with full jitter, on a clock that tests can bring themselves."""

import asyncio
import random
import time
from contextlib import suppress
from typing import Protocol

LONGEST_PAUSE = 30.0
"""Cap of the pause between attempts, in seconds."""

FIRST_PAUSE = 0.5
"""Upper end of the first pause, in seconds; it doubles with each failure."""


class Waiter(Protocol):
    """Time and chance, as sync needs them; tests bring their own."""

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        ...

    def uniform(self, low: float, high: float) -> float:
        """A number between the two, by chance."""
        ...

    async def wait(self, woken: asyncio.Event, seconds: float) -> None:
        """Return when `woken` is set, or after `seconds`."""
        ...


class RealWaiter:
    """The clock on the wall."""

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        return time.monotonic()

    def uniform(self, low: float, high: float) -> float:
        """A number between the two, by chance."""
        return random.uniform(low, high)

    async def wait(self, woken: asyncio.Event, seconds: float) -> None:
        """Return when `woken` is set, or after `seconds`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await woken.wait()


class Patience:
    """When to try again something that failed: exponential pauses with full jitter, and no last attempt."""

    def __init__(self, waiter: Waiter) -> None:
        self._waiter = waiter
        self.failures = 0
        self._until = 0.0

    def failed(self, at_least: float = 0.0) -> None:
        """Count a failure and set the time of the next attempt, `at_least` seconds away."""
        self.failures += 1
        ceiling = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(self.failures - 1, 16))
        self._until = self._waiter.monotonic() + at_least + self._waiter.uniform(0.0, ceiling)

    def worked(self) -> None:
        """Forget the failures."""
        self.failures = 0

    @property
    def over(self) -> bool:
        """Whether it may be tried now."""
        return not self.failures or self._waiter.monotonic() >= self._until

    @property
    def left(self) -> float:
        """Seconds until the next attempt."""
        return max(self._until - self._waiter.monotonic(), 0.0) if self.failures else 0.0
