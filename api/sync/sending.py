"""Offering decisions to the CRM: in order, each with an outcome of its own, and none in the way of the others.

An operation waits for the answer to every earlier one on its lead, so only those are held up by one that stays without
an answer. What holds up more than that is the line itself, and then everything pauses together.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta

from api.crm.port import Crm, CrmError, NotTaken, Rubbish, Unreachable
from api.desk import Desk
from api.model.operation import Operation, Receipt
from api.rules.conflicts import suppresses
from api.sync.comparing import LINE_FAULTS, STATUSES, Comparing, refused
from api.sync.patience import Patience
from api.sync.telling import Tries

NO_ANSWER = "The CRM gave no answer to it."

_BROKEN_BATCHES = 2
"""Batches that may break in a row before each operation is offered by itself."""

_BROKEN_ALONE = 3
"""Operations that may break in a row, each by itself, before the rest is left in peace for a while."""


class Sending:
    """What is owed to the CRM, and how offering it has gone so far."""

    def __init__(
        self,
        desk: Desk,
        crm: Crm,
        *,
        patience: Patience,
        tries: Tries,
        batch: int,
        heard: Callable[[], None],
        pull: Callable[[], Awaitable[None]],
    ) -> None:
        self._desk = desk
        self._crm = crm
        self._patience = patience
        self._tries = tries
        self._batch = batch
        self._heard = heard
        self._comparing = Comparing(desk, crm, pull)
        self._stuck: dict[str, int] = {}
        """Operations that the CRM left without an answer although the line held, and how often."""
        self._alone: set[str] = set()
        """Those of them that break whatever request they are part of."""
        self._again: set[str] = set()
        """Settled operations that are offered again and have no new answer yet."""
        self._broken = 0
        self._in_a_row = 0
        self._tripped = False
        """Whether so many broke in a row that the rest is left in peace until the pause is over."""
        self._problems: dict[str, str] = {}
        self._looked: tuple[Sequence[Operation], bool] | None = None
        """What waited when it was last looked at, and whether any of it could be offered then."""
        self.receipts: list[Receipt] = []
        """The answers of this exchange."""

    @property
    def stuck(self) -> bool:
        """Whether something stays without an answer although the line holds."""
        return bool(self._stuck)

    def insist(self) -> None:
        """Try everything again now: somebody asked for it."""
        self._patience.worked()
        self._tripped = False

    def owing(self) -> bool:
        """Say whether there is something that may be offered now."""
        if self._patience.over:
            return bool(self._desk.ledger.pending())
        if self._tripped:
            return False
        pending = self._desk.ledger.pending()
        if self._looked is None or self._looked[0] is not pending:
            # Asked several times a second, and nothing but another round of sending changes it.
            held_up = {one.target.id for one in pending if one.id in self._stuck}
            passing = any(self._passes(one, held_up) and one.id not in self._stuck for one in pending)
            self._looked = (pending, passing)
        return self._looked[1]

    def next_try(self) -> datetime:
        """Return when what stays without an answer is offered again, by the clock on the wall."""
        return self._desk.now() + timedelta(seconds=self._patience.left)

    async def push(self) -> None:
        """Offer what is owed; raises `CrmError` when the line does not hold."""
        pending = self._desk.ledger.pending()
        self._tries.keep(one.id for one in pending)
        still = self._again | {one.id for one in pending}
        self._stuck = {key: count for key, count in self._stuck.items() if key in still}
        self._alone &= still
        if not self._patience.over and self._tripped:
            return
        self._tripped = False
        await self._run(pending, self._offer_noted)

    async def offer_again(self, settled: Sequence[Operation]) -> set[str]:
        """Offer what the CRM had answered once already; returns the ids of what it has not answered.

        Raises:
            CrmError: the line does not hold.
        """
        before = len(self.receipts)
        self._again = {one.id for one in settled}
        try:
            await self._run(settled, self._unnoted)
        finally:
            self._again -= {receipt.operation_id for receipt in self.receipts[before:]}
            del self.receipts[before:]
        return set(self._again)

    # --- which, and in what order --------------------------------------------------------------------------------

    async def _run(
        self, operations: Sequence[Operation], note: Callable[[list[Operation]], Awaitable[list[Operation]]]
    ) -> None:
        due = self._patience.over
        waiting = self._ordered(operations)
        self._looked = None
        held_up = set() if due else {one.target.id for one in waiting if one.id in self._stuck}
        self._problems.clear()
        self._in_a_row = 0
        while not self._tripped:
            batch, waiting = self._next(waiting, held_up, due=due)
            if not batch:
                # Whatever breaks a batch has been found and goes by itself from now on.
                self._broken = 0
                break
            sending = await note(batch)
            answered = await self._offer(sending) if sending else set()
            held_up |= {one.target.id for one in sending if one.id not in answered}
        self._conclude(due=due)

    def _conclude(self, *, due: bool) -> None:
        if self._problems:
            self._patience.failed()
            for key, problem in self._problems.items():
                self._tries.failed([key], problem, self.next_try())
        elif due and not self._stuck:
            self._patience.worked()

    def _ordered(self, operations: Sequence[Operation]) -> list[Operation]:
        """Return them in the order of recording, but first what concerns a wish not to be contacted, and last the leads
        on which something is stuck, the most often tried at the very end."""
        pressing = {one.target.id for one in operations if self._urgent(one)}
        stuck = {one.target.id: self._stuck[one.id] for one in operations if one.id in self._stuck}
        return sorted(operations, key=lambda one: -1 if one.target.id in pressing else stuck.get(one.target.id, 0))

    def _next(
        self, waiting: Iterable[Operation], held_up: set[str], *, due: bool
    ) -> tuple[list[Operation], list[Operation]]:
        """Return what goes into the next request, at most one operation for each lead, and what comes after that."""
        batch: list[Operation] = []
        rest: list[Operation] = []
        leads: set[str] = set()
        size = self._batch if self._broken < _BROKEN_BATCHES else 1
        for one in waiting:
            lead = one.target.id
            if one.id in self._stuck and not due:
                continue
            if not self._passes(one, held_up):
                continue
            if lead in leads or len(batch) >= size or (batch and one.id in self._alone):
                rest.append(one)
            else:
                batch.append(one)
                size = 1 if one.id in self._alone else size
            leads.add(lead)
        return batch, rest

    def _passes(self, one: Operation, held_up: set[str]) -> bool:
        # A wish not to be contacted waits for nothing; it holds whatever comes of the rest.
        return one.target.id not in held_up or self._urgent(one)

    def _urgent(self, operation: Operation) -> bool:
        newest = self._desk.agreement
        known = newest.version == operation.agreement
        return suppresses(operation.verb, newest if known else self._desk.agreement_at(operation.agreement))

    # --- one request ---------------------------------------------------------------------------------------------

    async def _offer_noted(self, batch: list[Operation]) -> list[Operation]:
        return await asyncio.to_thread(self._desk.ledger.offer, batch)

    async def _unnoted(self, batch: list[Operation]) -> list[Operation]:
        return batch

    async def _offer(self, sending: list[Operation]) -> set[str]:
        """Offer these together; returns the ids of those that have an answer now."""
        try:
            answered = await self._submit(sending)
        except (Unreachable, Rubbish) as error:
            await self._broke(sending, error)
            return set()
        self._in_a_row = 0
        for one in sending:
            if one.id in answered:
                self._stuck.pop(one.id, None)
                self._alone.discard(one.id)
            else:
                self._stick(one, NO_ANSWER)
        return answered

    async def _broke(self, sending: list[Operation], error: CrmError) -> None:
        """Blame the line at first; after that, find the operation that breaks it, by itself and with the line tested.

        Raises:
            CrmError: the line does not hold.
        """
        known = len(sending) == 1 and sending[0].id in self._alone
        if self._broken < _BROKEN_BATCHES and not known:
            self._broken += 1
            raise error
        await self._crm.whoami()
        self._heard()
        for one in sending:
            self._alone.add(one.id)
            self._stick(one, error.sentence)
        self._in_a_row += 1
        self._tripped = self._in_a_row >= _BROKEN_ALONE

    def _stick(self, operation: Operation, problem: str) -> None:
        self._stuck[operation.id] = self._stuck.get(operation.id, 0) + 1
        self._problems[operation.id] = problem

    async def _submit(self, operations: list[Operation]) -> set[str]:
        """Offer one batch and keep its receipts; when it is refused as a whole, each by itself, so that one bad one
        blocks nobody. Returns the ids of those that have an answer now."""
        try:
            receipts = await self._crm.submit(operations)
        except LINE_FAULTS:
            raise
        except CrmError as error:
            self._heard()
            if len(operations) == 1:
                receipts = await self._answer_to(operations[0], error)
            else:
                half = len(operations) // 2
                return await self._submit(operations[:half]) | await self._submit(operations[half:])
        self._heard()
        if receipts:
            await asyncio.to_thread(self._desk.take_receipts, receipts)
            self.receipts.extend(receipts)
        return {receipt.operation_id for receipt in receipts}

    async def _answer_to(self, operation: Operation, error: CrmError) -> list[Receipt]:
        if isinstance(error, NotTaken) and error.status in STATUSES:
            receipt = await self._comparing.settle(operation, error)
            return [receipt] if receipt is not None else []
        return [refused(self._desk, operation, error)]
