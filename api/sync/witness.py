"""Noticing that a CRM has forgotten what it took from us: a backup from before was put in its place.

Its numbers alone can't always tell: what it has done since may bear the numbers of what it has forgotten.
"""

from collections.abc import Iterable
from contextlib import suppress

import msgspec

from api.crm.port import Crm, CrmError, CursorLost
from api.desk import Desk
from api.desk.ledger import KEPT
from api.model.changes import Change, Page
from api.model.lead import Lead
from api.model.operation import Operation, Receipt, Result
from api.rules import lifecycle
from api.sync.comparing import LINE_FAULTS

_lead = msgspec.json.Decoder(Lead).decode


class Witness:
    """Remembers which decisions the CRM says it has taken and its changes have not shown yet."""

    def __init__(self, desk: Desk, crm: Crm) -> None:
        self._desk = desk
        self._crm = crm
        self._unseen: dict[str, int] = {}

    def recall(self) -> None:
        """Recall, before anything new is pulled, what was expected to be seen: by an earlier process, or by an exchange
        that was interrupted."""
        whole, since = self._desk.whole, self._desk.now() - KEPT
        self._unseen = {
            held.operation.id: held.receipt.n
            for held in self._desk.ledger.history()
            if held.receipt is not None and held.receipt.result.took_effect
            # What is older would not be offered again.
            if held.receipt.n > whole and held.receipt.at > since
        }

    def add(self, receipts: Iterable[Receipt]) -> None:
        """Expect to see the effects of these."""
        self._unseen |= {one.operation_id: one.n for one in receipts if one.result.took_effect and one.n}

    def forget(self) -> None:
        """Expect nothing: all is pulled and offered again."""
        self._unseen = {}

    async def check(self, last: Page) -> None:
        """Look whether a pull, up to and with its last page, has shown what was to be expected.

        Before that page is kept: once the mirror is past a number, nobody expects to see it any more.

        Raises:
            CursorLost: the CRM has no knowledge of something that it has answered.
            CrmError: the line does not hold.
        """
        told = {change.id: change for change in last.changes if change.kind == "lead" and not change.gone}
        for key, n in sorted(self._unseen.items(), key=lambda item: item[1], reverse=True):
            held = self._desk.ledger.get(key)
            if held is None or (n <= last.n and self._shown(held.operation, told.get(held.operation.target.id))):
                continue
            if await self._forgotten(held.operation):
                raise CursorLost("The CRM has forgotten decisions that it had taken.")
            # A backup lacks what came last: where it has this one, it has all the earlier ones.
            break
        self._unseen = {}

    def _shown(self, operation: Operation, told: Change | None) -> bool:
        lead = self._desk.mirrored(operation.target.id)
        if told is not None:
            # One that can't be read has shown nothing; the mirror tells of it.
            with suppress(msgspec.DecodeError, UnicodeDecodeError):
                lead = _lead(told.record)
        if lead is None:
            return False
        agreement = self._desk.agreement_at(operation.agreement)
        return lifecycle.apply(lead, operation, self._desk.me, agreement).result is Result.ALREADY

    async def _forgotten(self, operation: Operation) -> bool:
        try:
            return await self._crm.read_back(operation) is None
        except LINE_FAULTS:
            raise
        except CrmError:
            return False
