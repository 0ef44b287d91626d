"""Talking to the CRM from the command line; the network library is loaded here and nowhere else in this folder."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from tui.cli.errors import Failed

if TYPE_CHECKING:
    from datetime import datetime

    from api.crm.hub import HubCrm
    from api.desk import Desk
    from api.local.profile import Profile
    from api.sync import Report


WHOLE_LIMIT = 600.0
"""Seconds that a whole exchange may take; the first one fetches everything."""


class Line(Protocol):
    """Anything that talks to a CRM and can be closed."""

    async def close(self) -> None:
        """Let go of connections."""
        ...


T = TypeVar("T")
L = TypeVar("L", bound=Line)


def account_of(profile: "Profile") -> tuple[str, str]:
    """Return the address of the CRM that `profile` is connected to, and the token for it.

    Raises:
        Failed: the profile is connected to none, or its token is gone.
    """
    from api.local.credentials import load_token
    from tui.cli.workplace import NOT_CONNECTED

    connection = profile.connection()
    if connection is None:
        raise Failed(NOT_CONNECTED)
    token = load_token(profile, connection.url, os.environ)
    if not token:
        raise Failed(f"There is no token for {connection.url}: “handoff connect hub {connection.url}” asks for it.")
    return connection.url, token


def hub_at(url: str, token: str | Callable[[], str], *, renew: Callable[[], str] | None = None) -> "HubCrm":
    """Return the hub at `url`, which the person has agreed to: plain http was allowed by name when it was joined."""
    from api.crm.hub import HubCrm

    return HubCrm(url, token, renew=renew, allow_insecure=url.startswith("http://"))


def talk(line: L, what: Callable[[L], Awaitable[T]], seconds: float | None = None) -> T:
    """Run `what` with a line to the CRM and close the line, whatever happens.

    Raises:
        TimeoutError: it took longer than `seconds`.
        CrmError: the CRM could not be reached or said no.
    """

    from api.local.profile import Profile
    from tui.logbook import keep

    keep(Profile.locate(os.environ).log_path)

    async def run() -> T:
        try:
            async with asyncio.timeout(seconds):
                return await what(line)
        finally:
            await line.close()

    return asyncio.run(run())


def exchange(opened: "Desk", seconds: float = WHOLE_LIMIT) -> "tuple[Report, datetime | None]":
    """Send what waits and fetch what is new, once; return what came of it, and the CRM's time where it said it.

    Raises:
        Failed: there is no CRM or no token.
    """
    from api.crm.port import CrmError
    from api.sync import Sync

    async def both(crm: "HubCrm") -> "tuple[Report, datetime | None]":
        report = await Sync(opened, crm).once(seconds)
        if report.problem is not None:
            return report, None
        try:
            return report, (await crm.whoami()).at
        except CrmError:
            # The exchange itself went well, and the time is only good to have.
            return report, None

    return talk(hub_at(*account_of(opened.profile)), both)


def offer(opened: "Desk", operation_ids: Sequence[str], seconds: float) -> str:
    """Offer what waits to the CRM until these operations are answered; return what kept them from it, or nothing.

    Raises:
        Failed: there is no CRM or no token.
    """
    from api.sync import Sync

    report = talk(
        hub_at(*account_of(opened.profile)),
        lambda crm: Sync(opened, crm).once(seconds, wait_for=operation_ids, pull=False),
    )
    return report.problem.sentence if report.problem is not None else ""
