"""What surrounds the program in its terminal: the signals that end it, and the line to its CRM."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from api.desk import Desk
    from api.local.profile import Profile
    from api.sync import Sync


LOOK_EVERY = 0.5
"""Seconds between two looks whether the terminal is still there."""


class Leave(Protocol):
    """Ends the program as its own key does."""

    def __call__(self, result: None = None, return_code: int = 0) -> None:
        """Leave with an exit code."""
        ...


def show(run: Callable[[], Awaitable[Any]], leave: Leave) -> None:
    """Run the program; a polite signal, or the terminal's end, ends it as its own key does."""
    names = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.getsignal(name) for name in names}

    async def shown() -> None:
        loop = asyncio.get_running_loop()
        for name in names:
            try:
                loop.add_signal_handler(name, partial(leave, return_code=128 + name))
            except NotImplementedError:
                # Windows has no such handlers; there the program's own keys end it.
                break
        watching = asyncio.create_task(_leave_with_terminal(leave))
        try:
            await run()
        finally:
            watching.cancel()

    try:
        asyncio.run(shown())
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


async def _leave_with_terminal(leave: Leave) -> None:
    """End the program once its terminal is gone, which the system tells by signal to the session's first process only.

    Started by make, that is not us, and make goes on waiting for us.
    """
    there = True
    while there:
        await asyncio.sleep(LOOK_EVERY)
        there = os.isatty(0)
    leave(return_code=128 + 1)


def sync_for(desk: "Desk") -> "Sync":
    """Return the task that keeps `desk` in step with the CRM of its profile."""
    from api.sync import Sync
    from tui.cli.exchange import hub_at
    from tui.logbook import keep

    keep(desk.profile.log_path)
    connection = desk.profile.connection()
    url = connection.url if connection is not None else ""
    kept = KeptToken(desk.profile, url)
    return Sync(desk, hub_at(url, kept, renew=kept.again))


class KeptToken:
    """The token as it is kept for this profile; a call gives what is known until somebody has connected again."""

    def __init__(self, place: "Profile", url: str, environ: Mapping[str, str] = os.environ) -> None:
        self._place = place
        self._url = url
        self._environ = environ
        self._known: dict[int, str] = {}

    def __call__(self) -> str:
        """Return the token, or nothing; raises `TokenUnreadable`."""
        try:
            written = self._place.token_path.stat().st_mtime_ns
        except OSError:
            # No file: the token is in the environment, or there is none.
            written = 0
        if written not in self._known:
            from api.local.credentials import load_token

            self._known = {written: load_token(self._place, self._url, self._environ) or ""}
        return self._known[written]

    def again(self) -> str:
        """Return the token after asking for it anew, in a keyring too, which may take a while."""
        self._known = {}
        return self()
