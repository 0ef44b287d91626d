"""One exchange with the CRM: who are we, what do we owe, what is new."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from msgspec.structs import replace

from api.crm.port import Busy, Crm, CrmError, CursorLost, Identity, SignedOut
from api.desk import Desk
from api.desk.ledger import KEPT
from api.local.errors import LocalError
from api.rules.wording import skew_words
from api.sync.ahead import one_ahead
from api.sync.patience import Patience
from api.sync.sending import Sending
from api.sync.telling import Tries
from api.sync.witness import Witness


class WrongPerson(SignedOut):
    """The token belongs to somebody else than the profile."""


class Exchange:
    """Sends what is owed and takes what is new; knows what is left to do of either."""

    def __init__(
        self, desk: Desk, crm: Crm, *, patience: Patience, tries: Tries, batch: int, heard: Callable[[], None]
    ) -> None:
        self._desk = desk
        self._crm = crm
        self._heard = heard
        self._patience = patience
        self.sending = Sending(desk, crm, patience=patience, tries=tries, batch=batch, heard=heard, pull=self._pull)
        self.known = False
        """Whether the CRM has said who we are since the line last broke."""
        self.behind = True
        """Whether there may be changes that were not pulled yet."""
        self.skewed = ""
        """What to say of this machine's clock."""
        self.pulled = 0
        """Changes taken in by this exchange."""
        self.sent = False
        """Whether this exchange has offered all that it could."""
        self._witness = Witness(desk, crm)
        self._tidied = False
        self._history: Identity | None = None
        """The CRM's new history, while it has not yet got everything that it had before."""

    def broke(self) -> None:
        """Note that the line does not hold: all that was known of the other side is to be asked again."""
        self.known = False
        self.behind = True

    def owing(self) -> bool:
        """Say whether there is something that may be offered now."""
        return self.sending.owing() or (self.known and self._history is not None and self._patience.over)

    async def run(self, *, pull: bool = True) -> None:
        """Send and pull, all again where the CRM's history is another than the one we knew.

        Raises:
            CrmError: the line does not hold.
            LocalError: the disk does not take it.
        """
        self.pulled, self.sent, self.sending.receipts = 0, False, []
        try:
            await self._run(pull=pull)
        except CursorLost:
            # Remembered on the disk first, so that a restart in the middle offers everything again too.
            await asyncio.to_thread(self._keep_epoch, None)
            await asyncio.to_thread(self._desk.start_over)
            self.known = False
            await self._run(pull=pull)
        if pull and not self._tidied:
            # Once for each process, and not while anybody waits for the program to start.
            self._tidied = True
            await asyncio.to_thread(self._desk.ledger.tidy)

    async def _run(self, *, pull: bool) -> None:
        caught_up = not self.known and bool(self._desk.cursor)
        broken = None if self.known else await self._get_to_know()
        if self._history is not None:
            await self._offer_again(self._history)
        try:
            await self.sending.push()
        finally:
            # What was answered before the line broke is to be seen as well.
            self._witness.add(self.sending.receipts)
        self.sent = True
        if broken is not None:
            raise broken
        if pull and (not caught_up or self.behind or self.sending.receipts):
            await self._pull()

    async def _get_to_know(self) -> CrmError | LocalError | None:
        """Find out who we are there, and whether its history is the one we knew, before anything is offered: what we
        decide may rest on what it has forgotten. Returns what broke the pull, for decisions leave all the same: a
        mirror that can't be written, or news that the CRM won't tell, is no reason to keep them back."""
        self._history = await self._introduce()
        if self._history is None:
            self._witness.recall()
        else:
            self._witness.forget()
        try:
            if self._history is not None or self._desk.cursor:
                await self._pull()
        except (SignedOut, Busy, CursorLost):
            raise
        except (CrmError, LocalError) as error:
            if self._history is not None:
                raise
            return error
        self.known = True
        return None

    async def _introduce(self) -> Identity | None:
        """Ask who we are; returns the answer when the CRM's history is another than the one we knew."""
        identity = await self._crm.whoami()
        self._heard()
        self.skewed = skew_words(self._desk.now(), identity.at)
        connection = self._desk.profile.connection()
        if identity.person.id != self._desk.me.id:
            raise WrongPerson(
                f"The token belongs to {identity.person.name}, this profile to {self._desk.me.name}: "
                "run “handoff connect” with your own token."
            )
        if connection is None or connection.epoch == identity.epoch:
            return None
        if self._desk.epoch not in ("", identity.epoch):
            await asyncio.to_thread(self._desk.start_over)
        return identity

    def _keep_epoch(self, identity: Identity | None) -> None:
        connection = self._desk.profile.connection()
        if connection is not None:
            person = identity.person if identity is not None else connection.person
            epoch = identity.epoch if identity is not None else ""
            self._desk.profile.save_connection(replace(connection, person=person, epoch=epoch))

    async def _offer_again(self, history: Identity) -> None:
        """Offer what the CRM had answered in another history; the new one counts as known once it has answered all."""
        settled = self._desk.ledger.settled(self._desk.now() - KEPT)
        if not await self.sending.offer_again(settled):
            await asyncio.to_thread(self._keep_epoch, history)
            self._history = None

    async def _pull(self) -> None:
        self.behind = False
        async with aclosing(one_ahead(self._crm.changes(self._desk.cursor), self._heard)) as pages:
            async for page in pages:
                if self._desk.epoch not in ("", page.epoch):
                    raise CursorLost("The CRM has begun another history.")
                if not page.more:
                    await self._witness.check(page)
                await asyncio.to_thread(self._desk.take_page, page)
                self.pulled += len(page.changes)
