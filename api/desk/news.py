"""What the desk says to screens and command line: errors, the state of the line, what changed, what was done."""

from datetime import datetime

import msgspec

from api.errors import HandoffError
from api.model.operation import Operation, Receipt


class NotConnected(HandoffError):
    """The profile belongs to no CRM yet."""


class UnknownLead(HandoffError):
    """No lead has this id, or more than one id begins with it."""


class CannotDo(HandoffError):
    """The rules do not allow the act; nothing was recorded.

    `code` names the rule for programs; `field` names the answer that is missing or wrong, or is empty.
    """

    def __init__(self, sentence: str, code: str = "", field: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.field = field


class NothingToUndo(HandoffError):
    """There is no own act left to take back, or it can't be taken back any more.

    `before` is the group of the act that an undo can take back all the same: the newest one before that, or empty.
    """

    def __init__(self, sentence: str, before: str = "") -> None:
        super().__init__(sentence)
        self.before = before


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """How the line to the CRM stands. `connected` is None while it is not known: nobody has tried yet, another window
    does it, or the CRM is silent."""

    connected: bool | None = None
    since: datetime | None = None
    """Since when it is so (offline since …, waiting for an answer since …)."""
    message: str = ""
    """A sentence for the person at the keyboard; empty when all is well."""
    signed_out: bool = False
    live: bool = False
    """Whether changes are pushed to us, rather than asked for now and then."""
    elsewhere: bool = False
    """Another window of the profile talks to the CRM."""


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What the sync mark says."""

    connected: bool | None
    since: datetime | None
    pending: int
    """Operations that the CRM has not answered."""
    oldest: datetime | None
    """When the oldest pending operation was made."""
    conflicts: int
    """Unsettled own operations that did not take effect because of what somebody else decided."""
    refused: int
    """Unsettled own operations that the CRM refused."""
    last_exchange: datetime | None
    message: str
    signed_out: bool
    live: bool = False
    elsewhere: bool = False


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What is different since the last call of a listener."""

    ids: frozenset[str] = frozenset()
    """Leads whose view changed, arrived ones included."""
    arrived: tuple[str, ...] = ()
    """Leads that were not there before and wait for me."""
    by_others: tuple[tuple[str, str], ...] = ()
    """Leads of my queue that somebody else decided on: (id, sentence)."""
    receipts: tuple[Receipt, ...] = ()
    campaigns: frozenset[str] = frozenset()
    """Campaigns whose figures or words changed."""
    agreement: bool = False
    """Another version of the agreement is in force: criteria and reasons may differ."""
    everything: bool = False
    """So much changed that `ids` does not list it: read the queue again."""
    status: bool = False


class Unsettled(msgspec.Struct, frozen=True, kw_only=True):
    """An own operation that did not take effect, and that nothing done since has made unimportant."""

    lead_id: str
    title: str
    operation: Operation
    receipt: Receipt
    sentence: str
    """E.g. ``Dan Date: Rob Rep accepted it first; your rejection (not our target) was not applied.``"""


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """Something the person did, in one or more operations that are undone together."""

    group: str
    sentence: str
    """E.g. ``Rejected Ana Example: not our target``."""
    operations: tuple[Operation, ...]
    at: datetime


class Undone(msgspec.Struct, frozen=True, kw_only=True):
    """What an undo did."""

    sentence: str
    """E.g. ``Undone: rejected Ana Example``."""
    operations: tuple[Operation, ...] = ()
    """Opposites that were recorded, because the CRM may have the originals already."""
    withdrawn: tuple[str, ...] = ()
    """Ids of operations that were taken back before they were ever sent."""
    leads: tuple[str, ...] = ()
    """Ids of the leads it touched."""
