"""What a serving hub does by itself: other processes' changes, recycled leads, an agreement's file that is edited."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from api.agreement import AgreementError
from api.hub.data.agreements import read_file
from api.hub.service import Hub

log = logging.getLogger("handoff.hub")

RECYCLE_EVERY = 60.0
"""Seconds between two looks for recycled leads whose date is reached."""

FORGET_EVERY = 3_600.0
"""Seconds between two rounds of dropping what is too old to be needed."""

Run = Callable[..., Awaitable[Any]]
"""Runs a blocking function off the event loop."""


def say(sentence: str) -> None:
    """Tell whoever runs the hub something, on stderr."""
    print(sentence, file=sys.stderr, flush=True)


async def again_and_again(work: Callable[[], Awaitable[None]], every: float) -> None:
    """Do `work` every so many seconds, for as long as the hub serves; one failure does not end it."""
    while True:
        try:
            await work()
        except Exception:  # a database that is away now may be back at the next turn
            log.exception("The hub's upkeep failed; it tries again in %s s.", every)
        await asyncio.sleep(every)


class AgreementFile:
    """The file that the agreement is edited in."""

    def __init__(self, path: Path, hub: Hub, tell: Callable[[str], None] = say) -> None:
        self._path = path
        self._hub = hub
        self._tell = tell
        self._stamp = self._look()

    def _look(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size

    def check(self) -> None:
        """Sign a new version if the file says something new; a broken edit leaves the old one in force and says so."""
        stamp = self._look()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            edited = read_file(self._path)
        except AgreementError as error:
            self._tell(f"The agreement in force stays as it is. {error.sentence}")
            return
        before = self._hub.agreement().version
        signed = self._hub.set_agreement(edited)
        if signed.version != before:
            self._tell(f"The agreement is now version {signed.version}.")
