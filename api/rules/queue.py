"""The queue: what waits for whom, in which order, and how it is found."""

import re
from sys import intern

import msgspec

from api.model.lead import Lead, State
from api.model.people import Person, Role

_NEW = State.NEW.value


class Row(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the list shows of one lead, small enough to keep a hundred thousand of; times are epoch seconds."""

    id: str
    source_id: str
    """Its id at its source, lower-cased: found as a whole, never by a part of it."""
    title: str
    company: str
    state: str
    owner: str
    """``person:ID``, ``team:NAME`` or empty."""
    due: float | None
    """When the next thing is owed: the decision while new, the first attempt once accepted."""
    handed: float
    fit: int | None
    engagement: int | None
    campaign_id: str
    origin: str
    mark: str
    number: int
    snoozed: float | None
    """End of a snooze; infinity while only an activity ends it."""
    reason: str
    decided_by: str
    decided: float | None
    hay: str
    """Everything that can be searched, lower-cased, in one string."""

    @property
    def score(self) -> int:
        """Fit and engagement together, 0 to 200; orders equals, and is never shown as one figure."""
        return (self.fit or 0) + (self.engagement or 0)


def row_of(lead: Lead) -> Row:
    """Return the queue's view of a lead. Words that many leads have in common are kept once for all of them."""
    standing, contact, company = lead.standing, lead.contact, lead.company
    due = standing.due_at if standing.state is State.NEW else standing.follow_up_due_at
    decided = lead.decided
    snoozed = None
    if lead.snooze is not None:
        snoozed = lead.snooze.until.timestamp() if lead.snooze.until else float("inf")
    fields = (
        # Digits alone, since callers and forms space their numbers each in their own way.
        _digits(contact.phone),
        contact.name,
        contact.email,
        contact.title,
        contact.phone,
        company.name,
        company.industry,
        lead.origin,
        # Ids are left out: nobody sees them, and a few letters occur in one of them by chance.
        "" if contact.name or company.name or contact.email else f"{lead.title} {lead.source_id}",
    )
    return Row(
        id=lead.id,
        source_id=lead.source_id.casefold(),
        title=lead.title,
        company=company.name,
        state=standing.state.value,
        owner="" if standing.owner is None else intern(str(standing.owner)),
        due=None if due is None else due.timestamp(),
        handed=lead.handed_at.timestamp(),
        fit=lead.fit.value if lead.fit else None,
        engagement=lead.engagement.value if lead.engagement else None,
        campaign_id=intern(lead.campaign_id),
        origin=intern(lead.origin),
        mark=intern(lead.mark),
        number=lead.number,
        snoozed=snoozed,
        reason=intern(decided.reason) if decided else "",
        decided_by=intern(decided.by_name) if decided else "",
        decided=decided.at.timestamp() if decided else None,
        hay="\n".join(filter(None, fields)).casefold(),
    )


def _number(word: str) -> str:
    """Return a word that can only be a telephone number as its digits, as rows hold them; others as they are."""
    return _digits(word) if re.fullmatch(r"\+?[\d().\-/ ]{6,}", word) else word


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit()) if text else ""


def order_key(row: Row) -> tuple[float, float, int, str]:
    """Sort key of the queue: what is due first, then who has waited longest, then the better score, then the id."""
    return (row.due if row.due is not None else float("inf"), row.handed, -row.score, row.id)


def waiting(row: Row, now: float) -> bool:
    """Say whether the row waits for a decision at `now` (epoch seconds): undecided, and not asleep."""
    return row.state == _NEW and (row.snoozed is None or row.snoozed <= now)


def concerns(row: Row, person: Person) -> bool:
    """Say whether the row belongs into this person's queue: a rep's own, their team's and nobody's; all for others."""
    if person.role is not Role.REP:
        return True
    return row.owner in ("", f"person:{person.id}") or (bool(person.team) and row.owner == f"team:{person.team}")


class Filter(msgspec.Struct, frozen=True):
    """Words that must all occur somewhere in what is known of a lead; quotes keep several words together."""

    words: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Filter":
        """Read what a person typed; never fails, an unclosed quote runs to the end."""
        pieces = re.findall(r'"([^"]*)"?|(\S+)', text.casefold())
        return cls(tuple(_number(quoted or bare) for quoted, bare in pieces if quoted or bare))

    def matches(self, row: Row) -> bool:
        """Say whether every word occurs in the row."""
        return all(word in row.hay for word in self.words)
