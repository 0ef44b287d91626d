"""The hub that ships with Handoff, as a CRM."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from api.crm.able import HUB
from api.crm.cleaning import clean_page
from api.crm.http import Http
from api.crm.port import Capabilities, Identity, NotTaken, Rubbish
from api.model.changes import Page
from api.model.operation import Operation, Receipt

if TYPE_CHECKING:
    import httpx

PAGE = 500
"""Changes asked for at once."""

SMALL = 10.0
"""How long the hub may be silent before it answers a small request, in seconds."""


class _Receipts(msgspec.Struct, frozen=True):
    receipts: list[Receipt]


class HubCrm:
    """Talks to a Handoff hub over HTTP; implements `api.crm.port.Crm`."""

    def __init__(
        self,
        url: str,
        token: str | Callable[[], str],
        *,
        renew: Callable[[], str] | None = None,
        allow_insecure: bool = False,
        transport: "httpx.AsyncBaseTransport | None" = None,
    ) -> None:
        """Make ready; nothing is sent yet. `token` and `renew` are explained at `api.crm.token.Token`.

        Raises:
            BadUrl: `url` is not an address.
            InsecureUrl: plain http beyond this machine, and `allow_insecure` was not given.
        """
        self._http = Http(url, token, renew=renew, allow_insecure=allow_insecure, transport=transport)
        self._last = 0

    @property
    def capabilities(self) -> Capabilities:
        """What the hub can do."""
        return HUB

    async def whoami(self) -> Identity:
        """Ask whose token this is; raises `CrmError`."""
        return await self._http.ask("GET", "/me", Identity, silence=SMALL)

    async def changes(self, cursor: str) -> AsyncIterator[Page]:
        """Yield every page after `cursor` until there is nothing newer; raises `CrmError`."""
        while True:
            params: dict[str, str | int] = {"cursor": cursor, "limit": PAGE}
            page = await self._http.ask("GET", "/changes", Page, params=params, read=clean_page)
            if page.more and (page.cursor == cursor or not page.changes):
                raise Rubbish(f"{self._http.host} promises more changes but sends none.")
            self._last = page.n
            cursor = page.cursor
            yield page
            if not page.more:
                return

    async def submit(self, operations: Sequence[Operation]) -> list[Receipt]:
        """Offer operations in order; raises `CrmError`."""
        body = {"operations": list(operations)}
        answer = await self._http.ask("POST", "/operations", _Receipts, body=body, silence=SMALL)
        sent = {operation.id for operation in operations}
        return [receipt for receipt in answer.receipts if receipt.operation_id in sent]

    async def read_back(self, operation: Operation) -> Receipt | None:
        """Ask what became of an operation; None when the hub never saw it. Raises `CrmError`."""
        try:
            path = f"/operations/{quote(operation.id, safe='')}"
            return await self._http.ask("GET", path, Receipt, silence=SMALL)
        except NotTaken as error:
            if error.status == 404:
                return None
            raise

    async def nudges(self) -> AsyncIterator[int]:
        """Yield the number of the newest change, at first the last one known, as soon as the line is open."""
        async with aclosing(self._http.events("/live", last_id=str(self._last))) as events:
            async for event in events:
                if not event.name:
                    yield self._last
                elif event.name == "changed" and event.data.isascii() and event.data.isdigit():
                    yield int(event.data)

    async def has_new_token(self) -> bool:
        """Say whether there is a token now that is another than the one used last; sends nothing."""
        return await self._http.has_new_token()

    async def close(self) -> None:
        """Let go of connections; the next request makes new ones."""
        await self._http.close()
