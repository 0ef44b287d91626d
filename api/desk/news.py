"""What the desk says to screens and command line: errors, the state of the line, what changed, what was done."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Literal

import msgspec

from api.errors import HandoffError
from api.model.lead import Decided, Lead, Remark
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


class Refusal(msgspec.Struct, frozen=True):
    """Why nothing can be done to one of many leads."""

    lead: Lead
    sentence: str
    field: str = ""
    """The answer that is missing or wrong, or empty."""


class Prepared(msgspec.Struct, frozen=True):
    """What can be done to many leads in one go, and what can't; nothing is recorded yet."""

    operations: tuple[Operation, ...] = ()
    """All of one group, so that one undo takes all of it back."""
    refusals: tuple[Refusal, ...] = ()


class NothingToUndo(HandoffError):
    """There is no own act left to take back, or it can't be taken back any more.

    `before` is the group of the act that an undo can take back all the same: the newest one before that, or empty.
    """

    def __init__(self, sentence: str, before: str = "") -> None:
        super().__init__(sentence)
        self.before = before


class NothingToRedo(HandoffError):
    """Nothing was taken back since the last act, or it can't be done again any more."""


class NotYours(HandoffError):
    """Exported decisions belong to another person or another CRM; none of them was taken in."""


class NotAnExport(HandoffError):
    """The file is not one of exported decisions, or one that this version can't read; nothing was taken in."""


class Way(StrEnum):
    """What a person can do about a decision that did not take effect, or about a wish of somebody else's."""

    YIELD = "yield"
    """Let theirs stand."""
    INSIST = "insist"
    """Stand by one's own, openly, as a new operation that the other sees."""
    REROUTE = "reroute"
    """Let neither stand and send the lead to somebody else."""
    ASK = "ask"
    """Ask whoever has the lead to hand it over."""
    RETRY = "retry"
    """Do the same again, on the lead as it is now."""
    EDIT = "edit"
    """Do it again with other words or answers."""
    DISCARD = "discard"
    """Give it up; the log keeps it."""
    HAND_OVER = "hand_over"
    """Give the lead to whoever asked for it."""
    KEEP = "keep"
    """Keep the lead and say so."""


class Try(msgspec.Struct, frozen=True):
    """How often one operation was offered without an answer, why, and when it is offered next."""

    count: int
    problem: str = ""
    next_at: datetime | None = None


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
    failures: int = 0
    """Attempts that failed in a row."""
    next_try: datetime | None = None
    """When the line is tried again; None while it holds, or when only the person can mend it."""
    tries: Mapping[str, Try] = {}
    """Of operations without an answer, by id."""


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
    overturned: int = 0
    """Own decisions that somebody put out of effect again, not answered yet."""
    wishes: int = 0
    """Wishes of others to be handed a lead that this person has."""
    failures: int = 0
    """Attempts to reach the CRM that failed in a row."""
    next_try: datetime | None = None

    @property
    def needing(self) -> int:
        """How many matters need the person."""
        return self.conflicts + self.refused + self.overturned + self.wishes


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What is different since the last call of a listener."""

    ids: frozenset[str] = frozenset()
    """Leads whose view changed, arrived ones included."""
    arrived: tuple[str, ...] = ()
    """Leads that were not there before and wait for me."""
    back: tuple[str, ...] = ()
    """Leads that concern me and came back by themselves: put off until they do something, or refused, and they have
    done something. What it was, their rows say (`api.rules.queue.back`)."""
    by_others: tuple[tuple[str, str], ...] = ()
    """What others did that concerns me: (lead's id, sentence). Leads of my queue that they decided on, decisions of
    mine that they put out of effect, leads of mine that they ask for, and their no when I asked."""
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
    kind: Literal["conflict", "taken", "refused"] = "conflict"
    ways: tuple[Way, ...] = ()
    """What can be done about it now, the likeliest first."""


class Overturned(msgspec.Struct, frozen=True, kw_only=True):
    """An own decision that had taken effect until somebody insisted against it or took it back."""

    lead_id: str
    title: str
    operation: Operation
    entry: Decided
    """What they did."""
    sentence: str
    ways: tuple[Way, ...] = ()


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's wish to be handed a lead that this person has."""

    lead_id: str
    title: str
    remark: Remark
    sentence: str
    ways: tuple[Way, ...] = ()


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """An own operation that the CRM has not answered."""

    lead_id: str
    title: str
    operation: Operation
    sentence: str
    """E.g. ``Rejected Ana Example: not our target``."""
    attempts: int = 0
    problem: str = ""
    """Why the last attempt failed, in plain words."""
    next_try: datetime | None = None
    offered: bool = False
    """Sending has begun at least once: the CRM may know of it, and it can't simply vanish any more."""


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """What was done about something that did not take effect, about a wish, or by a redo."""

    sentence: str
    operations: tuple[Operation, ...] = ()
    """Operations that were recorded for it."""
    leads: tuple[str, ...] = ()


class Logged(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the log: an operation of this profile and what became of it."""

    operation: Operation
    title: str
    sentence: str
    outcome: Literal["pending", "applied", "already", "agreed", "taken", "conflict", "refused", "withdrawn"]
    receipt: Receipt | None = None
    resolution: str = ""
    """Way by which the author answered that it did not take effect."""
    resolved_at: datetime | None = None
    withdrawn_at: datetime | None = None


class TakenIn(msgspec.Struct, frozen=True, kw_only=True):
    """What importing exported decisions came to."""

    taken: int
    """Operations that are in the outbox now and were not before."""
    known: int
    """Operations that were there already."""


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
