"""The token that requests carry: asked for anew when it was refused, and never part of a message or a repr."""

import asyncio
import re
import time
from collections.abc import Callable

from api.crm.port import SignedOut
from api.errors import HandoffError

RENEW_EVERY = 30.0
"""Seconds between two thorough looks for another token, at least: a keyring may ask its owner each time."""


class Token:
    """Where the token comes from.

    `find` is asked before each request, so that a new one is used without a restart; `renew` looks where the token is
    kept, however long that takes, and is asked only when the CRM has refused what `find` gave.
    """

    def __init__(
        self,
        find: str | Callable[[], str],
        renew: Callable[[], str] | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._find = find
        self._renew = renew
        self._monotonic = monotonic
        self._next_renewal = 0.0
        self._used = ""

    async def get(self) -> str:
        """Return the token for the next request; raises `SignedOut` when there is none that could be sent."""
        self._used = ""
        self._used = good(await _asked(self._find))
        return self._used

    def hide_in(self, text: str) -> str:
        """Return `text` without the token, for the words of an answer that repeats it."""
        return text.replace(self._used, "[hidden]") if self._used else text

    async def other_than(self, refused: str) -> str:
        """Return a token that is not the refused one, or nothing when there is none."""
        token = await self._changed(refused, renew=True)
        self._used = token or self._used
        return token

    async def has_new(self) -> bool:
        """Say whether there is a token now that is another than the one used last."""
        renew = self._monotonic() >= self._next_renewal
        return bool(await self._changed(self._used, renew=renew))

    async def _changed(self, known: str, *, renew: bool) -> str:
        sources = [self._find]
        if renew and self._renew is not None:
            self._next_renewal = self._monotonic() + RENEW_EVERY
            sources.append(self._renew)
        for source in sources:
            try:
                token = good(await _asked(source))
            except SignedOut:
                continue
            if token != known:
                return token
        return ""


def good(token: str) -> str:
    """Return the token, once it is clear that it can be one; raises `SignedOut`."""
    if not token:
        raise SignedOut("There is no token for this CRM: run “handoff connect” again.")
    if not re.fullmatch(r"[\x21-\x7e]{1,4096}", token):
        raise SignedOut("The token holds characters that no token has: run “handoff connect” again.")
    return token


async def _asked(source: str | Callable[[], str]) -> str:
    if isinstance(source, str):
        return source
    try:
        # Reading a file is quick, asking a keyring may not be.
        return await asyncio.to_thread(source)
    except HandoffError as error:
        raise SignedOut(error.sentence) from None
