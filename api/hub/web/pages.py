"""Pages of changes, read once for all who ask for the same one together, as every terminal does at a change."""

import asyncio
from collections.abc import Awaitable, Callable

from api.hub.web.answering import Answer

KEPT_FOR = 0.25
"""Seconds for which a page is given out again; a change that another process makes is seen that much later at most."""

KEPT = 8
"""Most pages held at a time."""

Key = tuple[int, str, int, bool]


class Pages:
    """The pages that were asked for a moment ago; for the loop's thread."""

    def __init__(self, read: Callable[[str, int, bool], Awaitable[Answer]]) -> None:
        self._read = read
        self._held: dict[Key, asyncio.Future[Answer]] = {}

    async def page(self, newest: int, cursor: str, limit: int, packed: bool) -> Answer:
        """Return the answer to a request for the changes after `cursor`; `newest` is the newest number known.

        Raises:
            HubProblem: there is no such page.
        """
        # What was read before the newest change may lack it.
        key = (newest, cursor, limit, packed)
        reading = self._held.get(key)
        if reading is None:
            reading = asyncio.ensure_future(self._read(cursor, limit, packed))
            self._keep(key, reading)
        # One who hangs up must not end it for the others.
        return await asyncio.shield(reading)

    def _keep(self, key: Key, reading: "asyncio.Future[Answer]") -> None:
        while len(self._held) >= KEPT:
            del self._held[next(iter(self._held))]
        self._held[key] = reading
        reading.add_done_callback(lambda done: self._drop(key, done) if done.cancelled() or done.exception() else None)
        asyncio.get_running_loop().call_later(KEPT_FOR, self._drop, key, reading)

    def _drop(self, key: Key, reading: "asyncio.Future[Answer]") -> None:
        if self._held.get(key) is reading:
            del self._held[key]
