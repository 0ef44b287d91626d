"""Staying in step with the CRM while a command goes on: what the window's sync does, on a thread of its own."""

import asyncio
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING

from api.errors import HandoffError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.desk import Desk

_END_WITHIN = 5.0
"""Seconds that the line has to be let go of."""
_LOOK_EVERY = 0.05
"""Seconds between two looks whether an answer is there."""


class InStep:
    """Pulls, sends and hears of changes until it is left; beside an open window, takes in what that one writes.

    Everything that it brings is told by the desk to whoever listens there, on its thread.
    """

    def __init__(self, opened: "Desk") -> None:
        self.problem = ""
        """Why there can be no line to the CRM at all; empty mostly."""
        self._opened = opened
        self._leaving = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._left: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)

    def __enter__(self) -> "InStep":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving.set()
        loop, left = self._loop, self._left
        if loop is not None and left is not None and not loop.is_closed():
            # It may close in this very moment, which is what was wanted.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(left.set)
        self._thread.join(_END_WITHIN)

    def answered(self, operation_ids: "Sequence[str]", seconds: float) -> bool:
        """Wait until the CRM has answered these operations, at most so long; say whether it has."""
        until = time.monotonic() + seconds
        while any(self._opened.receipt(one) is None for one in operation_ids):
            if self.problem or time.monotonic() >= until:
                return False
            time.sleep(_LOOK_EVERY)
        return True

    def _run(self) -> None:
        try:
            asyncio.run(self._stay())
        except HandoffError as error:
            self.problem = error.sentence
        # What nobody foresaw here must not end what the person is doing.
        except Exception as error:  # noqa: BLE001
            from tui.cli.crash import sentence_for

            self.problem = sentence_for(error)

    async def _stay(self) -> None:
        from tui.window import sync_for

        self._left, self._loop = asyncio.Event(), asyncio.get_running_loop()
        if self._leaving.is_set():
            return
        staying = asyncio.create_task(sync_for(self._opened).run())
        leaving = asyncio.create_task(self._left.wait())
        done, others = await asyncio.wait({staying, leaving}, return_when=asyncio.FIRST_COMPLETED)
        for other in others:
            other.cancel()
        await asyncio.wait({staying, leaving})
        if staying in done:
            staying.result()
