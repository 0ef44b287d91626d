"""What people do to leads, as small immutable records, and the server's answer to each."""

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

import msgspec

from api.model.lead import Decided


class Verb(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", forbid_unknown_fields=True):
    """Root of the verbs of docs/lifecycle.md; `kind` on the wire names the verb."""

    @property
    def kind(self) -> str:
        """The verb's name on the wire."""
        return str(self.__struct_config__.tag)


class Claim(Verb, frozen=True, kw_only=True, tag="claim"):
    """Take the lead for oneself without deciding yet."""


class Release(Verb, frozen=True, kw_only=True, tag="release"):
    """Give a claimed lead back to its team."""


class Accept(Verb, frozen=True, kw_only=True, tag="accept"):
    """Yes, before contact: the actor owns it and the follow-up clock starts."""

    reason: str = ""
    note: str = ""


class Reject(Verb, frozen=True, kw_only=True, tag="reject"):
    """No, before contact, for one of the agreed reasons."""

    reason: str
    answers: dict[str, str] = {}
    note: str = ""


class Disqualify(Verb, frozen=True, kw_only=True, tag="disqualify"):
    """No, after contact, for one of the agreed reasons."""

    reason: str
    answers: dict[str, str] = {}
    note: str = ""


class SnoozeLead(Verb, frozen=True, kw_only=True, tag="snooze"):
    """Not now: until a moment, or until the lead does something, or both."""

    until: datetime | None = None
    or_activity: bool = False


class Wake(Verb, frozen=True, kw_only=True, tag="wake"):
    """End a snooze."""


class Attempt(Verb, frozen=True, kw_only=True, tag="attempt"):
    """Log one try to reach the lead."""

    result: str
    next_on: date | None = None
    note: str = ""


class Correct(Verb, frozen=True, kw_only=True, tag="correct"):
    """Put one field of the lead right (a key of `api.model.lead.FIELDS`)."""

    field: str
    value: str


class Qualify(Verb, frozen=True, kw_only=True, tag="qualify"):
    """An opportunity exists."""

    amount: float | None = None
    close_on: date | None = None
    note: str = ""


class Outcome(Verb, frozen=True, kw_only=True, tag="outcome"):
    """How the opportunity ended."""

    result: Literal["won", "lost"]
    amount: float | None = None
    note: str = ""


class Reopen(Verb, frozen=True, kw_only=True, tag="reopen"):
    """Put back what the operation named in `Operation.undoes` changed."""


class HandAgain(Verb, frozen=True, kw_only=True, tag="hand_again"):
    """Marketing mended what the rejection named and hands the lead over as a new pass."""

    note: str = ""


class Return(Verb, frozen=True, kw_only=True, tag="return"):
    """The hub brings a recycled lead back on its date as a new pass."""


class Note(Verb, frozen=True, kw_only=True, tag="note"):
    """Words for whoever comes next."""

    text: str
    tag: str = ""


class Thank(Verb, frozen=True, kw_only=True, tag="thank"):
    """Say thanks for a good lead or a useful rejection."""

    text: str = ""


class FlagMeeting(Verb, frozen=True, kw_only=True, tag="flag_meeting"):
    """Put the lead on the next meeting's list."""

    text: str = ""


class FlagPromise(Verb, frozen=True, kw_only=True, tag="flag_promise"):
    """They were told something that we don't do."""

    text: str = ""


class AskFor(Verb, frozen=True, kw_only=True, tag="ask_for"):
    """Ask whoever has the lead to hand it over."""

    text: str = ""


class Keep(Verb, frozen=True, kw_only=True, tag="keep"):
    """The owner's no to everybody who has asked for the lead so far."""

    text: str = ""


LeadVerb = (
    Claim
    | Release
    | Accept
    | Reject
    | Disqualify
    | SnoozeLead
    | Wake
    | Attempt
    | Correct
    | Qualify
    | Outcome
    | Reopen
    | HandAgain
    | Return
    | Note
    | Thank
    | FlagMeeting
    | FlagPromise
    | AskFor
    | Keep
)
"""Everything that can be done to a lead."""

DECISIONS = (Claim, Release, Accept, Reject, Disqualify, Qualify, Outcome, HandAgain, Return)
"""The verbs that change where a lead stands and that another's decision can stand against."""


def supersedes(later: LeadVerb, earlier: LeadVerb) -> bool:
    """Say whether an act leaves nothing to settle about an earlier one on the same lead that did not take effect.

    A decision does, or its taking back, or the same kind of act again; a note beside it does not.
    """
    return isinstance(later, (*DECISIONS, Reopen)) or later.kind == earlier.kind


class Target(msgspec.Struct, frozen=True):
    """What an operation is about; a tagged pair, so that later areas can aim at more than leads."""

    kind: Literal["lead"]
    id: str


class Seen(msgspec.Struct, frozen=True):
    """What the author had before their eyes when they decided."""

    decision_revision: int
    values: dict[str, str] = {}
    """Fields of the lead that the decision rests on, as they were shown."""


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One act of one person on one thing; its id is its identity for good, on every machine."""

    id: str
    target: Target
    verb: LeadVerb
    seen: Seen
    actor: str
    """Id of the person; the hub replaces it by the token's."""
    at: datetime
    """When the author says it happened; the hub adds its own time to the receipt."""
    agreement: int
    """Version of the agreement it was made under."""
    group: str = ""
    """Operations made together share a group and are undone together."""
    undoes: str = ""
    """Id of the operation that this one takes back."""
    insists: str = ""
    """Id of the author's own earlier operation that met another's decision and that this one stands by."""


class Result(StrEnum):
    """What became of an operation at the CRM."""

    APPLIED = "applied"
    ALREADY = "already"
    """It was done before: by this very operation, or by the same person with the same verb."""
    AGREED = "agreed"
    """Somebody else refused for the same reason first; kept as a second voice."""
    TAKEN = "taken"
    """Somebody else accepted or claimed it first."""
    CONFLICT = "conflict"
    """Somebody else decided otherwise; theirs stands, this one is kept as a dissent."""
    REFUSED = "refused"
    """It can't be done, and trying again won't help."""

    @property
    def took_effect(self) -> bool:
        """Whether the CRM's record now carries the operation."""
        return self in (Result.APPLIED, Result.ALREADY, Result.AGREED)


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The CRM's answer to one operation; it closes the operation in the outbox."""

    operation_id: str
    result: Result
    at: datetime
    """The server's time."""
    n: int = 0
    """Number of the change that carries the effect, or the dissent: a mirror that has it shows what became of it."""
    sentence: str = ""
    code: str = ""
    field: str = ""
    stands: Decided | None = None
    """What stands at the server, when that is why the operation did not take effect."""
