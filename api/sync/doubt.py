"""Saying that the CRM is silent long before giving up on it: a large page may take its time."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from api.desk import Desk
from api.desk.news import Link

DOUBT_AFTER = 4.0
"""Seconds without an answer after which the line counts as in doubt."""


class Doubt:
    """Watches one exchange at a time, on the event loop. A line in doubt is neither connected nor broken."""

    def __init__(self, desk: Desk, seconds: float = DOUBT_AFTER) -> None:
        self._desk = desk
        self._seconds = seconds
        self._timer: asyncio.TimerHandle | None = None
        self._before: Link | None = None
        """How the line stood before it came into doubt."""

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Doubt the line whenever nothing is heard for too long meanwhile."""
        self._wait()
        try:
            yield
        finally:
            self._stop()

    def heard(self) -> None:
        """Note that the CRM has answered: there is no doubt any more."""
        if self._timer is None:
            return
        self._stop()
        before, self._before = self._before, None
        if before is not None:
            self._desk.set_link(before)
        self._wait()

    def settle(self) -> Link:
        """Return how the line stood apart from any doubt, which ends; whoever asks says how it stands now."""
        before, self._before = self._before, None
        return before if before is not None else self._desk.link

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._rise, self._desk.now())

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _rise(self, since: datetime) -> None:
        link = self._desk.link
        # A line known to be broken stays so until something is heard.
        if link.connected is False or self._before is not None:
            return
        self._before = link
        words = f"Waiting for the CRM's answer since {since.astimezone():%H:%M:%S}."
        self._desk.set_link(Link(connected=None, since=since, message=words))
