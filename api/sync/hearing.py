"""The live line: the CRM only says that something has changed, and whoever hears it pulls."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing
from typing import Any, cast

from api.crm.port import Busy, Crm, CrmError
from api.sync.patience import LONGEST_PAUSE, Patience, Waiter

log = logging.getLogger("handoff.sync")


class Hearing:
    """Holds the live line open, and opens it again after a pause."""

    def __init__(
        self, crm: Crm, waiter: Waiter, *, nudged: Callable[[int, bool], None], ended: Callable[[bool], None]
    ) -> None:
        """`nudged` gets the number of the newest change, and whether the line has opened with it; `ended` hears whether
        all may be broken, rather than that the CRM can't have us on the live line now."""
        self._crm = crm
        self._waiter = waiter
        self._nudged = nudged
        self._ended = ended
        self._patience = Patience(waiter)
        self._task: asyncio.Task[None] | None = None
        self.live = False
        """Whether the line is open."""

    def keep(self) -> None:
        """Open the line unless it is open, or was closed too short a while ago."""
        gone = self._task is None or self._task.done()
        if gone and self._patience.over and self._crm.capabilities.live:
            self._task = asyncio.create_task(self._hear())

    def forgive(self) -> None:
        """Forget how often it has ended."""
        self._patience.worked()

    async def hang_up(self) -> None:
        """Close the line."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            # Awaiting it would also swallow a wish to end the very task that asks.
            await asyncio.wait({task})
        self.live = False

    async def _hear(self) -> None:
        began = self._waiter.monotonic()
        pause: float | None = None
        try:
            async with aclosing(cast(Any, self._crm.nudges())) as nudges:
                async for n in nudges:
                    opened, self.live = not self.live, True
                    self._nudged(n, opened)
        except Busy as error:
            log.info("The CRM does not want the live line now: %s", error.sentence)
            pause = error.retry_after or 0.0
        except CrmError as error:
            log.info("The live line ended: %s", error.sentence)
        except Exception:
            # Polling goes on without the live line, and opening it is tried again.
            log.exception("The live line failed unexpectedly")
        self.live = False
        if self._waiter.monotonic() - began > LONGEST_PAUSE:
            self._patience.worked()
        self._patience.failed(pause or 0.0)
        self._ended(pause is None)
