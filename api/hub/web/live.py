"""Server-sent events that only say "changed up to n"; whoever hears one pulls."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

HEARTBEAT = 15.0
"""Seconds of silence after which a comment is sent, so that both sides notice a dead line."""

BREATH = 0.05
"""Least seconds between two events to one listener: many changes in a row make one event."""

EACH = 0.0005
"""Seconds by which each listener lengthens that: all of them pull when they hear, and the hub has other work too."""


class Live:
    """Tells every open stream of this process the number of the newest change."""

    def __init__(self, head: int) -> None:
        self._n = head
        self._listeners = 0
        self._closing = False
        self._news = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    @property
    def newest(self) -> int:
        """Number of the newest change known here."""
        return self._n

    def tell(self, n: int) -> None:
        """Say that there are changes up to `n`; in the loop's thread."""
        if n > self._n:
            self._n = n
            self._wake()

    def tell_from_thread(self, n: int) -> None:
        """Say that there are changes up to `n`; from any thread."""
        # A loop that has just been closed has no listeners left.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.tell, n)

    def close(self) -> None:
        """End all streams."""
        self._closing = True
        self._wake()

    async def events(self, last: int | None) -> AsyncIterator[bytes]:
        """Yield events from now on; at once the newest number, unless the listener knows it (`last`)."""
        self._listeners += 1
        try:
            yield b"retry: 1000\n\n"
            told = last
            while not self._closing:
                news = self._news
                if told != self._n:
                    told = self._n
                    yield f"event: changed\nid: {told}\ndata: {told}\n\n".encode()
                    await asyncio.sleep(max(BREATH, EACH * self._listeners))
                elif not await self._heard(news, HEARTBEAT):
                    yield b": still here\n\n"
        finally:
            self._listeners -= 1

    @staticmethod
    async def _heard(news: asyncio.Event, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await news.wait()
        except TimeoutError:
            return False
        return True

    def _wake(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()
