"""A line from one window to the hub, which fails when it is told to, and looks at what is sent over it."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from enum import Enum, auto

from api.crm.port import Busy, Capabilities, CrmError, Identity, Rubbish, SignedOut, Unreachable
from api.model.changes import Page
from api.model.operation import Operation, Receipt, Result
from api.model.people import Person
from tests.faults.model_hub import House, World
from tests.faults.model_rules import asks_to_be_left_alone, overruled_unseen

RETRY_AFTER = 7.0


class Fault(Enum):
    """What becomes of one request."""

    NONE = auto()
    """It goes well."""
    LOST = auto()
    """It never reaches the hub."""
    UNANSWERED = auto()
    """The hub does it, and its answer is lost."""
    CUT = auto()
    """The answer ends after its first part: a page of changes, or half of the receipts."""
    BUSY = auto()
    EXPIRED = auto()
    """From now on the token is good for nothing."""
    RUBBISH = auto()
    """Something else answers than the hub."""
    WHOLE = auto()
    """The hub refuses the request as a whole."""
    DIES_BEFORE = auto()
    """The client is killed before it asks."""
    DIES_AFTER = auto()
    """The client is killed before it hears the answer."""


class Killed(BaseException):
    """The process is no more; nothing that it would still have done is done."""


class Account:
    """One person: what they have committed, taken back and seen, and whether their token is good."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.signed_in = True
        self.committed: dict[str, Operation] = {}
        self.withdrawn: set[str] = set()
        self.seen: dict[str, frozenset[str]] = {}
        """For each operation, the decisions on its lead that were on the screen when it was made."""
        self.refused_alone: set[str] = set()
        """Operations of which the hub refused the request that held nothing else."""


class Line:
    """Implements `api.crm.port.Crm` in this process, on the hub of `house`."""

    def __init__(
        self,
        house: House,
        world: World,
        account: Account,
        *,
        live: bool,
        page: int,
        pending: Callable[[], Sequence[Operation]],
    ) -> None:
        self.capabilities = Capabilities(live=live)
        self.troubles: deque[Fault] = deque()
        self.meanwhile: deque[Callable[[], None]] = deque()
        """What others do between this line's next requests and pages."""
        self.requests = 0
        self._house = house
        self._world = world
        self._account = account
        self._page = page
        self._pending = pending
        self._attempted: set[str] = set()
        self._halved: set[str] = set()
        """What was in requests that were refused as a whole, and is tried in parts."""
        self._news = asyncio.Event()
        house.listen(self._news.set)

    async def whoami(self) -> Identity:
        fault = self._begin()
        identity = Identity(self._account.person, self._house.epoch, self._now())
        self._end(fault)
        return identity

    async def changes(self, cursor: str) -> AsyncIterator[Page]:
        fault = self._begin()
        self._news.clear()
        while True:
            page = self._house.page(cursor, self._page)
            if fault is not Fault.CUT:
                self._end(fault)
            yield page
            if not page.more:
                return
            if fault is Fault.CUT:
                raise Unreachable("The line broke between two pages.")
            cursor = page.cursor
            self._others_go_on()

    async def submit(self, operations: Sequence[Operation]) -> list[Receipt]:
        self._look_at(operations)
        fault = self._begin()
        if fault is Fault.WHOLE:
            self._halved |= {one.id for one in operations}
            if len(operations) == 1:
                self._account.refused_alone.add(operations[0].id)
            raise CrmError("The hub can't take this request.")
        receipts = self._house.submit(self._account.person, operations)
        self._judge(operations, receipts)
        if fault is Fault.CUT:
            return receipts[: len(receipts) // 2]
        self._end(fault)
        return receipts

    async def read_back(self, operation: Operation) -> Receipt | None:
        fault = self._begin()
        receipt = self._house.receipt(operation.id)
        self._end(fault)
        return receipt

    async def nudges(self) -> AsyncIterator[int]:
        self._news.clear()
        process = self._house.processes
        while True:
            self._check_token()
            yield self._house.head()
            await self._news.wait()
            self._news.clear()
            if process != self._house.processes:
                raise Unreachable("The hub's process has ended.")

    async def has_new_token(self) -> bool:
        return self._account.signed_in

    async def close(self) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        """Have the hub forget this line."""
        self._house.unlisten(self._news.set)

    # --- faults ---------------------------------------------------------------------------------------------------

    def _now(self) -> datetime:
        return self._world.now()

    def _check_token(self) -> None:
        if not self._account.signed_in:
            raise SignedOut("The token has expired.")

    def _others_go_on(self) -> None:
        if self.meanwhile:
            self.meanwhile.popleft()()

    def _begin(self) -> Fault | None:
        self.requests += 1
        self._others_go_on()
        fault = self.troubles.popleft() if self.troubles else None
        if fault is Fault.DIES_BEFORE:
            raise Killed
        if fault is Fault.LOST:
            raise Unreachable("The hub can't be reached.")
        if fault is Fault.RUBBISH:
            raise Rubbish("What answered is no hub.")
        if fault is Fault.BUSY:
            raise Busy("The hub is busy.", RETRY_AFTER)
        if fault is Fault.EXPIRED:
            self._account.signed_in = False
        self._check_token()
        return fault

    def _end(self, fault: Fault | None) -> None:
        if fault is Fault.DIES_AFTER:
            raise Killed
        if fault is Fault.UNANSWERED:
            raise Unreachable("The answer was lost.")

    # --- what must hold of everything that is sent ----------------------------------------------------------------

    def _look_at(self, operations: Sequence[Operation]) -> None:
        account, known = self._account, self._house.known.receipts
        owed = [one for one in self._pending() if one.id not in known and one.id not in account.withdrawn]
        wishes = [one for one in owed if asks_to_be_left_alone(one)]
        waiting = {one.id for one in wishes} - self._attempted
        # What the hub had once already is offered again as it comes, and beside a wish goes all else on its lead.
        first = [one.target.id for one in operations if any(one.id == other.id for other in owed)][:1]
        asked = {one.target.id for one in account.committed.values() if asks_to_be_left_alone(one)}
        pressing = asked.issuperset(first) or self._halved.issuperset(one.id for one in operations)
        self._must(pressing or not waiting, f"a wish not to be contacted has to wait: {waiting}")
        sent: set[str] = set()
        for operation in operations:
            self._must(operation.id in account.committed, f"{operation.id} was never decided by {account.person.name}")
            self._must(operation.id not in account.withdrawn, f"{operation.id} was taken back and is sent all the same")
            if any(one.id == operation.id for one in owed) and not asks_to_be_left_alone(operation):
                self._look_for_overtaking(operation, owed, sent)
            sent.add(operation.id)
        self._attempted |= sent

    def _must(self, holds: bool, complaint: str) -> None:
        if not holds:
            self._world.complaints.append(complaint)

    def _look_for_overtaking(self, operation: Operation, owed: Sequence[Operation], sent: set[str]) -> None:
        for earlier in owed:
            if earlier.id == operation.id:
                return
            same = earlier.target.id == operation.target.id
            self._must(not same or earlier.id in sent, f"{operation.id} overtakes {earlier.id}")

    def _judge(self, operations: Sequence[Operation], receipts: Sequence[Receipt]) -> None:
        for operation, receipt in zip(operations, receipts, strict=True):
            # A restored hub gives the same revisions out again, so there what is new can pass for seen.
            if receipt.result is Result.APPLIED and not self._house.past:
                unseen = overruled_unseen(
                    self._house.leads[operation.target.id], operation, self._account.seen[operation.id]
                )
                self._must(not unseen, f"{operation.id} silently overrules {unseen}")
