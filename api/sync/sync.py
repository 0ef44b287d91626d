"""Pull, push and live updates for one profile: one task that no fault ends.

Only the process that holds the profile's sync lock talks to the CRM; the others look at what it writes, and the next of
them takes over the moment it is gone.
"""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import aclosing, suppress
from typing import Any, cast

from msgspec.structs import replace

from api.crm.port import (
    Busy,
    Crm,
    CrmError,
    CursorLost,
    Forbidden,
    Identity,
    Rubbish,
    SignedOut,
    Unreachable,
)
from api.desk import Desk
from api.desk.ledger import KEPT, sendable
from api.desk.news import Changed, Link
from api.local.errors import LocalError
from api.local.lock import FileLock
from api.model.agreement import Consequence
from api.model.operation import Operation, Receipt, Result
from api.rules.wording import skew_words
from api.sync.doubt import DOUBT_AFTER, Doubt
from api.sync.patience import LONGEST_PAUSE, Patience, RealWaiter, Waiter
from api.sync.report import Report

log = logging.getLogger("handoff.sync")

BATCH = 100
"""Operations offered at once."""

LOOK_EVERY = 0.2
"""Seconds between looks at what other processes of the profile wrote."""

POLL_EVERY = 30.0
"""Seconds between pulls where nothing tells of changes; spread by a half to either side."""


class WrongPerson(SignedOut):
    """The token belongs to somebody else than the profile."""


class Sync:
    """Keeps one desk and one CRM in step."""

    def __init__(
        self,
        desk: Desk,
        crm: Crm,
        *,
        waiter: Waiter | None = None,
        batch: int = BATCH,
        doubt_after: float = DOUBT_AFTER,
    ) -> None:
        self._desk = desk
        self._crm = crm
        self._waiter: Waiter = waiter or RealWaiter()
        self._batch = batch
        self._lock: FileLock = desk.profile.sync_lock()
        self._woken = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._known = False
        """Whether the CRM has said who we are since the line last broke."""
        self._behind = True
        """Whether there may be changes that were not pulled yet."""
        self._asked = False
        self._asking: list[asyncio.Future[Report]] = []
        self._doubt = Doubt(desk, doubt_after)
        self._line = Patience(self._waiter)
        self._sending = Patience(self._waiter)
        self._hearing = Patience(self._waiter)
        self._next_poll = 0.0
        self._live = False
        self._skewed = ""
        """What to say of this machine's clock."""
        self._listener: asyncio.Task[None] | None = None
        self._pulled = 0
        self._receipts: list[Receipt] = []

    def poke(self) -> None:
        """Try now, whatever the state: the person asked for it. May be called from any thread."""
        self._asked = True
        self._wake()

    async def now(self, seconds: float = 10.0) -> Report:
        """Try now as `poke` does, and return what came of it; for the event loop that `run` runs on.

        When nothing has come of it within `seconds`, that is the report's problem; the exchange goes on all the same.
        """
        answer: asyncio.Future[Report] = asyncio.get_running_loop().create_future()
        self._asking.append(answer)
        self.poke()
        try:
            async with asyncio.timeout(seconds):
                return await answer
        except TimeoutError:
            return Report(problem=Unreachable(f"The CRM has not answered for {seconds:g} s; Handoff goes on trying."))

    def _answer(self, asking: Iterable["asyncio.Future[Report]"], report: Report) -> None:
        for answer in asking:
            if not answer.done():
                answer.set_result(report)

    async def run(self) -> None:
        """Stay in step until cancelled; no fault of the line or the disk ends it."""
        self._loop = asyncio.get_running_loop()
        stop_listening = self._desk.listen(self._on_change)
        try:
            while True:
                self._woken.clear()
                if self._holds_lock():
                    await self._step()
                else:
                    asking, self._asking = self._asking, []
                    self._answer(asking, Report(elsewhere=True))
                await asyncio.to_thread(self._look)
                await self._waiter.wait(self._woken, LOOK_EVERY)
        finally:
            stop_listening()
            try:
                await self._hang_up()
            finally:
                # Whoever is cancelled twice must still let the next process have the line.
                self._lock.release()

    async def once(self, seconds: float = 30.0, *, wait_for: Iterable[str] = (), pull: bool = True) -> Report:
        """Exchange everything once, for the command line, in at most `seconds`.

        When another process of the profile talks to the CRM, wait for it to bring the receipts of `wait_for` (ids of
        operations; all pending ones when empty) instead.
        """
        until = self._waiter.monotonic() + seconds
        wanted = set(wait_for) or {operation.id for operation in self._desk.ledger.pending()}
        while not self._lock.try_acquire():
            self._desk.refresh()
            answers = [self._desk.receipt(one) for one in wanted]
            if all(answers) or self._waiter.monotonic() >= until:
                return Report(receipts=tuple(one for one in answers if one is not None), elsewhere=True)
            await self._waiter.wait(self._woken, LOOK_EVERY / 4)
        problem: CrmError | None = None
        try:
            async with asyncio.timeout(max(until - self._waiter.monotonic(), 0.0)):
                self._desk.refresh()
                await self._exchange(pull=pull)
        except CrmError as error:
            problem = error
        except TimeoutError:
            problem = Unreachable(f"The CRM did not answer within {seconds:g} s.")
        finally:
            self._lock.release()
        return Report(pulled=self._pulled, receipts=tuple(self._receipts), problem=problem)

    # --- the task ------------------------------------------------------------------------------------------------

    def _holds_lock(self) -> bool:
        if self._lock.held:
            return True
        try:
            return self._lock.try_acquire()
        except OSError as error:
            self._desk.set_link(Link(connected=None, message=f"The profile's folder can't be used: {error.strerror}."))
            return False

    def _look(self) -> None:
        with suppress(LocalError):  # the next write says it to the person, the next look tries again
            self._desk.refresh()
        if not self._lock.held:
            words = "Another window of this profile talks to the CRM."
            self._desk.set_link(Link(connected=None, message=words, elsewhere=True))

    async def _step(self) -> None:
        """Do what is due now."""
        asked, self._asked = self._asked, False
        if not asked and (self._desk.link.signed_out or not self._line.over):
            return
        owing = self._sending.over and bool(self._desk.ledger.pending())
        if not (asked or self._behind or owing or self._waiter.monotonic() >= self._next_poll):
            self._keep_hearing()
            return
        if asked:
            self._sending.worked()
        asking, self._asking = self._asking, []
        self._pulled, self._receipts = 0, []
        problem = await self._try()
        self._answer(asking, Report(pulled=self._pulled, receipts=tuple(self._receipts), problem=problem))

    async def _try(self) -> CrmError | None:
        """Exchange what is due and say how the line stands then; returns what went wrong."""
        problem: CrmError
        try:
            with self._doubt.watching():
                await self._exchange()
        except CrmError as error:
            problem = error
        except LocalError as error:
            problem = Unreachable(error.sentence)
        except Exception:
            log.exception("Sync failed unexpectedly")
            problem = Unreachable("Sync met a fault of its own; the log tells more. It goes on trying.")
        else:
            self._line.worked()
            self._keep_hearing()
            every = POLL_EVERY * (10 if self._live else 1)
            self._next_poll = self._waiter.monotonic() + every * self._waiter.uniform(0.5, 1.5)
            self._say_connected()
            return None
        await self._failed(problem)
        return problem

    def _say_connected(self) -> None:
        link = self._doubt.settle()
        since = link.since if link.connected else self._desk.now()
        stuck = "Some decisions stay without an answer; they are offered again."
        message = stuck if self._sending.failures else self._skewed
        self._desk.set_link(Link(connected=True, since=since, live=self._live, message=message))

    async def _failed(self, error: CrmError) -> None:
        """Say so, and set the time of the next attempt."""
        await self._hang_up()
        self._known = False
        self._behind = True
        self._line.failed((error.retry_after or 0.0) if isinstance(error, Busy) else 0.0)
        link = self._doubt.settle()
        since = link.since if link.connected is False else self._desk.now()
        signed_out = isinstance(error, SignedOut)
        self._desk.set_link(Link(connected=False, since=since, message=error.sentence, signed_out=signed_out))

    def _keep_hearing(self) -> None:
        """Open the live line, or open it again after a pause."""
        gone = self._listener is None or self._listener.done()
        if gone and self._known and self._hearing.over and self._crm.capabilities.live:
            self._listener = asyncio.create_task(self._hear())

    async def _hear(self) -> None:
        """Hold the live line and note when there is something to pull."""
        began = self._waiter.monotonic()
        try:
            async with aclosing(cast(Any, self._crm.nudges())) as nudges:
                async for n in nudges:
                    # What came between the last pull and the line being open was told to nobody.
                    self._behind = self._behind or not self._live or n > self._desk.n
                    if not self._live:
                        self._live = True
                        self._say_connected()
                    if self._behind:
                        self._wake()
        except CrmError as error:
            log.info("The live line ended: %s", error.sentence)
        except Exception:
            # Polling goes on without the live line, and opening it is tried again.
            log.exception("The live line failed unexpectedly")
        self._live = False
        if self._waiter.monotonic() - began > LONGEST_PAUSE:
            self._hearing.worked()
        self._hearing.failed()
        # The next pull finds out whether only this line broke or all of them.
        self._behind = True
        self._wake()

    async def _hang_up(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.cancel()
            # Awaiting it would also swallow a wish to end this very task.
            await asyncio.wait({listener})
        self._live = False

    def _on_change(self, changed: Changed) -> None:
        if changed.ids and not changed.receipts:
            self._wake()

    def _wake(self) -> None:
        loop = self._loop
        if loop is None or loop.is_closed():
            self._woken.set()
        else:
            loop.call_soon_threadsafe(self._woken.set)

    # --- one exchange --------------------------------------------------------------------------------------------

    async def _exchange(self, *, pull: bool = True) -> None:
        """Send what is owed and take what is new; raises `CrmError` when the line does not hold."""
        try:
            await self._exchange_with_cursor(pull=pull)
        except CursorLost:
            # Remembered on the disk first, so that a restart in the middle offers everything again too.
            await asyncio.to_thread(self._keep_epoch, None)
            await asyncio.to_thread(self._desk.start_over)
            self._known = False
            await self._exchange_with_cursor(pull=pull)

    async def _exchange_with_cursor(self, *, pull: bool) -> None:
        restored = await self._introduce() if not self._known else None
        if restored is not None:
            await self._pull()
            await self._offer_again()
            await asyncio.to_thread(self._keep_epoch, restored)
        self._known = True
        if self._sending.over:
            await self._push()
        if pull:
            await self._pull()

    async def _introduce(self) -> Identity | None:
        """Ask who we are; returns the answer when the CRM's history is another than the one we knew."""
        identity = await self._crm.whoami()
        self._doubt.heard()
        self._skewed = skew_words(self._desk.now(), identity.at)
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

    async def _pull(self) -> None:
        self._behind = False
        pages = self._crm.changes(self._desk.cursor)
        async with aclosing(cast(Any, pages)):
            async for page in pages:
                self._doubt.heard()
                if self._desk.epoch not in ("", page.epoch):
                    raise CursorLost("The CRM has begun another history.")
                await asyncio.to_thread(self._desk.take_page, page)
                self._pulled += len(page.changes)

    async def _offer_again(self) -> None:
        """Offer what the CRM had already taken: its history is not the one that it was taken in."""
        settled = self._desk.ledger.settled(self._desk.now() - KEPT)
        for start in range(0, len(settled), self._batch):
            batch = settled[start : start + self._batch]
            receipts = await self._submit(batch)
            await asyncio.to_thread(self._desk.take_receipts, receipts)
            if len(receipts) < len(batch):
                raise Unreachable("The CRM left some decisions without an answer; they are offered again.")

    async def _push(self) -> None:
        """Offer what is owed in order; what stays without an answer holds up only its own lead."""
        # After batches failed on a line that holds, one of their operations may be what breaks them.
        size = self._batch if self._sending.failures < 2 else 1
        held_up: set[str] = set()
        stuck_in_a_row = 0
        for batch in sendable(self._desk.ledger.pending(), self._urgent, size):
            free = [operation for operation in batch if operation.target.id not in held_up]
            sending = await asyncio.to_thread(self._desk.ledger.offer, free) if free else []
            try:
                receipts = await self._submit(sending)
            except (Unreachable, Rubbish):
                stuck_in_a_row += 1
                if size > 1 or stuck_in_a_row >= 3:
                    self._sending.failed()
                    raise
                receipts = []
            else:
                stuck_in_a_row = 0
            if receipts:
                await asyncio.to_thread(self._desk.take_receipts, receipts)
                self._receipts.extend(receipts)
            answered = {receipt.operation_id for receipt in receipts}
            held_up.update(operation.target.id for operation in sending if operation.id not in answered)
        if held_up:
            self._sending.failed()
        else:
            self._sending.worked()

    async def _submit(self, operations: list[Operation]) -> list[Receipt]:
        """Offer one batch; when it is refused as a whole, each by itself, so that one bad one blocks nobody."""
        if not operations:
            return []
        try:
            receipts = await self._crm.submit(operations)
            self._doubt.heard()
            return receipts
        except (Unreachable, Busy, SignedOut, Rubbish, CursorLost):
            raise
        except CrmError as error:
            self._doubt.heard()
            if len(operations) == 1:
                return [self._refused(operations[0], error)]
        receipts = []
        half = len(operations) // 2
        for part in (operations[:half], operations[half:]):
            receipts += await self._submit(part)
        return receipts

    def _refused(self, operation: Operation, error: CrmError) -> Receipt:
        return Receipt(
            operation_id=operation.id,
            result=Result.REFUSED,
            at=self._desk.now(),
            sentence=error.sentence,
            code="forbidden" if isinstance(error, Forbidden) else "refused",
        )

    def _urgent(self, operation: Operation) -> bool:
        reason = self._desk.agreement.reason(getattr(operation.verb, "reason", ""))
        return reason is not None and reason.outcome is Consequence.SUPPRESS
