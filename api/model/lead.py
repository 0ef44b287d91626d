"""A lead and everything both sides know of it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import msgspec

from api.model.people import Owner


class State(StrEnum):
    """Where one pass of a lead stands (see docs/lifecycle.md)."""

    NEW = "new"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DISQUALIFIED = "disqualified"
    RECYCLED = "recycled"
    QUALIFIED = "qualified"
    WON = "won"
    LOST = "lost"
    MERGED = "merged"
    SUPPRESSED = "suppressed"


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """The person behind the lead; every field may be empty, because real sources leave them empty."""

    name: str = ""
    title: str = ""
    email: str = ""
    phone: str = ""
    country: str = ""


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """Where the person works."""

    name: str = ""
    website: str = ""
    industry: str = ""
    employees: int | None = None
    country: str = ""


class Part(msgspec.Struct, frozen=True):
    """One summand of a score, in points, in the words of whoever scored."""

    label: str
    points: int


class Score(msgspec.Struct, frozen=True):
    """A score of 0 to 100 points with the parts that make it."""

    value: int
    parts: tuple[Part, ...] = ()
    was: int | None = None
    """The value before it last changed; None while nobody knows of a change."""
    since: datetime | None = None
    """When it came to the present value."""


class Touch(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the lead did or was sent by marketing. Its promise is `words`, else the words of its asset."""

    id: str
    at: datetime
    kind: str
    channel: str = ""
    campaign_id: str = ""
    asset_id: str = ""
    title: str = ""
    words: str = ""
    url: str = ""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision can change, apart from everything else, so that an undo can put it back whole."""

    state: State = State.NEW
    owner: Owner | None = None
    claimed_by: str = ""
    """Id of the person who took it for themselves without deciding yet."""
    due_at: datetime | None = None
    """When a decision is due under the agreement in force at the handoff."""
    follow_up_due_at: datetime | None = None
    """When the first attempt is due; set by accepting."""
    recycle_on: date | None = None
    merged_into: str = ""
    linked_to: str = ""
    """The customer or opportunity that a rejected lead belongs to."""
    counts: bool = True
    """False for spam and tests: out of every denominator."""


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a lead's trail: an operation that changed its standing, and what stood before."""

    operation_id: str
    verb: str
    by: str
    by_name: str
    at: datetime
    agreement: int
    decision_revision: int
    """The lead's decision revision after this entry."""
    before: Standing
    reason: str = ""
    answers: dict[str, str] = {}
    note: str = ""
    undoes: str = ""
    insists: str = ""
    """Id of its author's earlier operation that this entry stands by; what stood before was openly overruled."""


class Dissent(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that met another's and was not applied; kept, so that both sides see who wanted what, and why."""

    operation_id: str
    by: str
    by_name: str
    at: datetime
    verb: str
    reason: str = ""
    answers: dict[str, str] = {}
    note: str = ""
    against: str = ""
    """Operation id of the trail entry that stood."""
    taken: bool = False
    """Whether both wanted the lead for themselves: such a one can be asked for, not insisted on."""
    seen: int = 0
    """Decision revision for which it was meant."""


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """A second person who came to the same refusal by themselves."""

    operation_id: str
    by: str
    by_name: str
    at: datetime
    reason: str
    answers: dict[str, str] = {}
    note: str = ""
    against: str = ""
    """Operation id of the refusal in the trail that it agrees with."""
    seen: int = 0
    """Decision revision for which it was meant."""


class AttemptMade(msgspec.Struct, frozen=True, kw_only=True):
    """One try of a rep to reach the lead."""

    operation_id: str
    by: str
    by_name: str
    at: datetime
    result: str
    next_on: date | None = None
    note: str = ""


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """A note, thanks, a flag, or a wish for the lead and its answer; attached, changing nothing.

    `kind` is the verb that made it.
    """

    operation_id: str
    kind: str
    by: str
    by_name: str
    at: datetime
    text: str = ""
    tag: str = ""


class Corrected(msgspec.Struct, frozen=True, kw_only=True):
    """One field put right, with the value it had."""

    operation_id: str
    by: str
    by_name: str
    at: datetime
    field: str
    before: str
    after: str


class Snooze(msgspec.Struct, frozen=True, kw_only=True):
    """The rep's own "not now": until a date, or until the lead does something, or both."""

    operation_id: str
    until: datetime | None = None
    or_activity: bool = False
    at: datetime | None = None
    """When it began: what the lead does from then on ends it, where `or_activity` says so."""
    by: str = ""
    """Id of the person; empty in records that do not tell, where it was the lead's owner."""


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier handoff of the same lead, and what became of it."""

    number: int
    mark: str
    handed_at: datetime
    standing: Standing
    trail: tuple[Decided, ...]


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """A person that marketing hands to sales, in its present pass.

    `revision` counts any change, `decision_revision` only changes of state, owner, claim or suppression: a decision
    conflicts with decisions alone, never with a new touch.
    """

    id: str
    source: str
    source_id: str
    created_at: datetime
    handed_at: datetime
    standing: Standing
    contact: Contact = Contact()
    company: Company = Company()
    campaign_id: str = ""
    origin: str = ""
    """The channel as the source names it; may be blank."""
    message: str = ""
    """What the lead wrote into the form, in its own words."""
    url: str = ""
    """The lead's page in the CRM or on the web, if it has one."""
    fit: Score | None = None
    engagement: Score | None = None
    touches: tuple[Touch, ...] = ()
    number: int = 1
    """Which pass this is, from 1."""
    mark: str = ""
    """Why there is a later pass: ``returned`` or ``handed again``."""
    passes: tuple[Pass, ...] = ()
    trail: tuple[Decided, ...] = ()
    voices: tuple[Voice, ...] = ()
    dissents: tuple[Dissent, ...] = ()
    attempts: tuple[AttemptMade, ...] = ()
    remarks: tuple[Remark, ...] = ()
    corrections: tuple[Corrected, ...] = ()
    snooze: Snooze | None = None
    revision: int = 1
    decision_revision: int = 1

    @property
    def state(self) -> State:
        """Where this pass stands."""
        return self.standing.state

    @property
    def title(self) -> str:
        """The best short name there is: person, company, address, else where it came from."""
        return (
            self.contact.name
            or self.company.name
            or self.contact.email
            or f"{self.source or 'lead'} {self.source_id[:8]}".strip()
        )

    @property
    def decided(self) -> Decided | None:
        """The last entry of the trail, or None while nothing was decided in this pass."""
        return self.trail[-1] if self.trail else None


FIELDS: dict[str, tuple[str, str]] = {
    "name": ("contact", "name"),
    "title": ("contact", "title"),
    "email": ("contact", "email"),
    "phone": ("contact", "phone"),
    "country": ("contact", "country"),
    "company": ("company", "name"),
    "website": ("company", "website"),
    "industry": ("company", "industry"),
    "employees": ("company", "employees"),
    "company_country": ("company", "country"),
    "campaign": ("", "campaign_id"),
    "origin": ("", "origin"),
    "message": ("", "message"),
}
"""The fields of a lead that people see, name and correct: name → (group, attribute); an empty group is the lead."""


def field_value(lead: Lead, field: str) -> str:
    """Return the lead's `field` (a key of `FIELDS`) as text; empty when it is not known.

    Raises:
        KeyError: there is no such field.
    """
    group, attribute = FIELDS[field]
    value: Any = getattr(getattr(lead, group) if group else lead, attribute)
    return "" if value is None else str(value)


def with_field(lead: Lead, field: str, text: str) -> Lead:
    """Return the lead with `field` set to `text`.

    Raises:
        KeyError: there is no such field.
        ValueError: the field is a number and `text` is not one.
    """
    group, attribute = FIELDS[field]
    value: str | int | None = text
    if field == "employees":
        value = int(text.replace(" ", "").replace(",", "")) if text.strip() else None
    if not group:
        return msgspec.structs.replace(lead, **{attribute: value})
    changed = msgspec.structs.replace(getattr(lead, group), **{attribute: value})
    return msgspec.structs.replace(lead, **{group: changed})
