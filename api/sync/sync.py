"""Pull, push and live updates for one profile: one task that no fault ends.

Only the process that holds the profile's sync lock talks to the CRM; the others look at what it writes, and the next of
them takes over the moment it is gone.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

from api.crm.port import Busy, Capabilities, Crm, CrmError, SignedOut, Unreachable
from api.desk import Desk
from api.desk.news import Changed, Link
from api.local.errors import LocalError
from api.local.lock import FileLock
from api.model.operation import Receipt
from api.sync.doubt import DOUBT_AFTER, Doubt
from api.sync.exchange import Exchange
from api.sync.hearing import Hearing
from api.sync.patience import Patience, RealWaiter, Waiter
from api.sync.report import Report
from api.sync.telling import Telling, Tries
from api.sync.waking import Clocks, watch

log = logging.getLogger("handoff.sync")

BATCH = 100
"""Operations offered at once."""

LOOK_EVERY = 0.2
"""Seconds between looks at what other processes of the profile wrote."""

POLL_EVERY = 30.0
"""Seconds between pulls where nothing tells of changes; spread by a half to either side."""

TOKEN_EVERY = 2.0
"""Seconds between looks whether somebody has signed in again."""

CLOSE_WITHIN = 2.0
"""Seconds to let go of connections that may be dead."""

TOLD_WITHIN = 2.0
"""Seconds within which another process that was asked for an attempt says what came of it."""


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
        clocks: Clocks | None = None,
    ) -> None:
        self._desk = desk
        self._crm = crm
        self._waiter: Waiter = waiter or RealWaiter()
        self._clocks = clocks or Clocks()
        self._lock: FileLock = desk.profile.sync_lock()
        self._unlockable = ""
        self._fault = ""
        self._woken = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asked = False
        self._asking: list[asyncio.Future[Report]] = []
        self._doubt = Doubt(desk, doubt_after)
        self._line = Patience(self._waiter)
        tries = Tries()
        self._telling = Telling(desk, doubt=self._doubt, tries=tries, line=self._line)
        pause = Patience(self._waiter)
        self._exchange = Exchange(desk, crm, patience=pause, tries=tries, batch=batch, heard=self._doubt.heard)
        self._hearing = Hearing(crm, self._waiter, nudged=self._nudged, ended=self._live_ended)
        self._next_poll = 0.0
        self._signed_out = False
        self._next_token_look = 0.0
        self._slept = False
        self._trying: asyncio.Timeout | None = None

    @property
    def capabilities(self) -> Capabilities:
        """What the CRM can do."""
        return self._crm.capabilities

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

    async def run(self) -> None:
        """Stay in step until cancelled; no fault of the line or the disk ends it."""
        self._loop = asyncio.get_running_loop()
        stop_listening = self._desk.listen(self._on_change)
        watching = asyncio.create_task(watch(self._woke_up, self._clocks))
        try:
            while True:
                self._woken.clear()
                # Looking comes first: what a process that is gone wrote last is known before its place is taken.
                await self._bear(self._look_around)
                await self._bear(self._act)
                await self._waiter.wait(self._woken, LOOK_EVERY)
        finally:
            watching.cancel()
            stop_listening()
            try:
                await self._hearing.hang_up()
            finally:
                # Whoever is cancelled twice must still let the next process have the line.
                self._let_go()

    async def once(self, seconds: float = 30.0, *, wait_for: Iterable[str] = (), pull: bool = True) -> Report:
        """Exchange everything once, for the command line, in at most `seconds`.

        When another process of the profile talks to the CRM, wait for it to bring the receipts of `wait_for` (ids of
        operations; all pending ones when empty) instead, or to say that it gets none.
        """
        until = self._waiter.monotonic() + seconds
        wanted = set(wait_for) or {operation.id for operation in self._desk.ledger.pending()}
        if not self._holds_lock():
            if self._unlockable:
                return self._report(Unreachable(self._unlockable))
            # A line that holds takes up what is saved by itself; one that is down may be pausing for minutes.
            if pull or self._telling.failure_of_the_other():
                self._telling.ask()
            if report := await self._elsewhere(wanted, until):
                return report
        problem: CrmError | None = None
        try:
            self._desk.refresh()
            async with asyncio.timeout(max(until - self._waiter.monotonic(), 0.0)):
                await self._exchange.run(pull=pull)
            self._say_connected()
        except CrmError as error:
            problem = error
        except LocalError as error:
            problem = Unreachable(error.sentence)
        except TimeoutError:
            problem = Unreachable(f"The CRM did not answer within {seconds:g} s.")
        finally:
            if problem is not None:
                self._say_failed(problem)
            self._let_go()
        return self._report(problem)

    async def _elsewhere(self, wanted: Iterable[str], until: float) -> Report | None:
        """Wait for what the process that talks to the CRM brings; None when it is this one's turn meanwhile."""
        told_from = self._waiter.monotonic() + TOLD_WITHIN
        while True:
            # Somebody who only looks whether the lock is free has it for a moment, too.
            await self._waiter.wait(self._woken, LOOK_EVERY / 4)
            if self._holds_lock():
                return None
            try:
                self._desk.refresh()
            except LocalError as error:
                return Report(elsewhere=True, problem=Unreachable(error.sentence))
            answers = [self._desk.receipt(one) for one in wanted]
            receipts = tuple(one for one in answers if one is not None)
            broken = self._telling.failure_of_the_other() if self._waiter.monotonic() >= told_from else None
            if broken is not None and not all(answers):
                problem = (SignedOut if broken.signed_out else Unreachable)(broken.message)
                return Report(receipts=receipts, elsewhere=True, problem=problem)
            if all(answers) or self._waiter.monotonic() >= until:
                return Report(receipts=receipts, elsewhere=True)

    def _report(self, problem: CrmError | None) -> Report:
        receipts: list[Receipt] = self._exchange.sending.receipts
        return Report(pulled=self._exchange.pulled, receipts=tuple(receipts), problem=problem)

    # --- whose turn it is ----------------------------------------------------------------------------------------

    def _holds_lock(self) -> bool:
        if self._lock.held:
            return True
        try:
            got = self._lock.try_acquire()
        except OSError as error:
            where = f"{error.filename}: {error.strerror}"
            self._unlockable = f"Nothing can be sent: the profile's lock can't be taken ({where})."
            self._desk.set_link(Link(connected=None, message=self._unlockable))
            return False
        self._unlockable = ""
        if got:
            self._telling.begin()
        return got

    def _let_go(self) -> None:
        if self._lock.held:
            self._telling.end()
            self._lock.release()

    def _leave_it_to_the_other(self) -> None:
        if self._asked:
            self._telling.ask()
        self._asked, asking, self._asking = False, self._asking, []
        _answer(asking, Report(elsewhere=True))

    async def _bear(self, part: Callable[[], Awaitable[None]]) -> None:
        """Do one part of the work; a fault in it ends nothing, and is logged once for as long as it is the same."""
        try:
            await part()
        except Exception as error:
            if repr(error) != self._fault:
                log.exception("Sync failed unexpectedly")
            self._fault = repr(error)

    async def _look_around(self) -> None:
        self._holds_lock()
        await asyncio.to_thread(self._look)

    async def _act(self) -> None:
        if self._lock.held:
            await self._step()
            self._telling.pass_on()
        else:
            self._leave_it_to_the_other()

    def _look(self) -> None:
        with suppress(LocalError):  # the next write says it to the person, the next look tries again
            self._desk.refresh()
        if not self._lock.held:
            self._telling.of_the_other()

    # --- the task ------------------------------------------------------------------------------------------------

    async def _step(self) -> None:
        """Do what is due now."""
        asked, self._asked = self._telling.asked() or self._asked, False
        if self._slept:
            self._slept = False
            await self._hang_up(drop=True)
        if self._signed_out and not asked:
            asked = await self._signed_in_again()
        if not asked and (self._signed_out or not self._line.over):
            return
        due = self._exchange.behind or self._exchange.owing() or self._waiter.monotonic() >= self._next_poll
        if not (asked or due):
            self._keep_hearing()
            return
        if asked:
            self._exchange.sending.insist()
        asking, self._asking = self._asking, []
        problem = await self._try()
        if self._slept:
            self._asking = asking + self._asking
            self._asked = self._asked or bool(self._asking)
            return
        if problem is not None:
            # Whoever asked meanwhile has their answer with this one; what they asked for is tried all the same.
            asking, self._asking = asking + self._asking, []
        _answer(asking, self._report(problem))

    async def _try(self) -> CrmError | None:
        """Exchange what is due and say how the line stands then; returns what went wrong."""
        problem: CrmError
        try:
            with self._doubt.watching():
                async with asyncio.timeout(None) as self._trying:
                    await self._exchange.run()
        except CrmError as error:
            problem = error
        except LocalError as error:
            problem = Unreachable(error.sentence)
        except Exception as error:
            if self._slept and isinstance(error, TimeoutError):
                self._exchange.broke()
                return None
            log.exception("Sync failed unexpectedly")
            problem = Unreachable("Sync met a fault of its own; the log tells more. It goes on trying.")
        else:
            self._line.worked()
            self._signed_out = False
            self._keep_hearing()
            every = POLL_EVERY * (10 if self._hearing.live else 1)
            self._next_poll = self._waiter.monotonic() + every * self._waiter.uniform(0.5, 1.5)
            self._say_connected()
            return None
        finally:
            self._trying = None
        await self._hang_up()
        self._say_failed(problem)
        return problem

    def _say_connected(self) -> None:
        exchange = self._exchange
        self._telling.connected(live=self._hearing.live, stuck=exchange.sending.stuck, skewed=exchange.skewed)

    def _say_failed(self, error: CrmError) -> None:
        """Say so, and set the time of the next attempt."""
        self._exchange.broke()
        self._signed_out = isinstance(error, SignedOut)
        if self._signed_out:
            # The CRM has answered, so the line holds; it is the person whom the next attempt waits for.
            self._line.worked()
            self._next_token_look = self._waiter.monotonic() + TOKEN_EVERY
        else:
            self._line.failed((error.retry_after or 0.0) if isinstance(error, Busy) else 0.0)
        self._telling.failed(error, sent=self._exchange.sent)

    async def _signed_in_again(self) -> bool:
        if self._waiter.monotonic() < self._next_token_look:
            return False
        self._next_token_look = self._waiter.monotonic() + TOKEN_EVERY
        return await self._crm.has_new_token()

    async def _hang_up(self, *, drop: bool = False) -> None:
        """End the live line; with `drop` all connections, which are dead without saying so."""
        await self._hearing.hang_up()
        if drop:
            with suppress(TimeoutError, CrmError):
                async with asyncio.timeout(CLOSE_WITHIN):
                    await self._crm.close()

    def _keep_hearing(self) -> None:
        if self._exchange.known:
            self._hearing.keep()

    # --- what others tell ----------------------------------------------------------------------------------------

    def _nudged(self, n: int, opened: bool) -> None:
        # What came between the last pull and the line being open was told to nobody.
        self._exchange.behind = self._exchange.behind or opened or n > self._desk.n
        if opened:
            self._say_connected()
        if self._exchange.behind:
            self._wake()

    def _live_ended(self, perhaps_all: bool) -> None:
        if perhaps_all:
            # The next pull finds out whether only this line broke or all of them.
            self._exchange.behind = True
            self._wake()
        elif self._desk.link.connected:
            self._next_poll = min(self._next_poll, self._waiter.monotonic() + POLL_EVERY)
            self._say_connected()

    def _woke_up(self) -> None:
        """Forget every pause, and whatever was on its way: after a sleep the machine may stand on another network."""
        log.info("The machine slept; connecting anew.")
        self._slept = True
        self._line.worked()
        self._hearing.forgive()
        self._exchange.sending.insist()
        self._exchange.broke()
        if self._trying is not None and not self._trying.expired():
            self._trying.reschedule(0.0)
        self._wake()

    def _on_change(self, changed: Changed) -> None:
        if self._lock.held:
            self._telling.pass_on(changed)
        if changed.ids and not changed.receipts:
            self._wake()

    def _wake(self) -> None:
        loop = self._loop
        if loop is None or loop.is_closed():
            self._woken.set()
        else:
            loop.call_soon_threadsafe(self._woken.set)


def _answer(asking: Iterable["asyncio.Future[Report]"], report: Report) -> None:
    for answer in asking:
        if not answer.done():
            answer.set_result(report)
