"""The queue: what waits for whom, in which order, and how it is found."""

import re
from sys import intern

import msgspec

from api.model.lead import Lead, State
from api.model.people import Person, Role
from api.rules.wishes import may_be_asked_for

_NEW = State.NEW.value
_NO_DIGITS = bytes(code for code in range(128) if not chr(code).isdigit())


class Row(msgspec.Struct, frozen=True, kw_only=True, gc=False, array_like=True):
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
    asked: bool
    """Somebody asks whoever has it for it, and has heard no no; the lead itself tells whether they got it since."""

    @property
    def score(self) -> int:
        """Fit and engagement together, 0 to 200; orders equals, and is never shown as one figure."""
        return (self.fit or 0) + (self.engagement or 0)


def row_of(lead: Lead) -> Row:
    """Return the queue's view of a lead. Words that many leads have in common are kept once for all of them.

    A cut-down lead will do that has ``id source_id title handed_at campaign_id origin mark number fit engagement
    decided snooze remarks standing company`` under the names and in the types of `Lead`, and of these
    ``standing.state owner claimed_by due_at follow_up_due_at``, ``company.name``, the scores' ``value``,
    ``decided.reason by_name at``, ``snooze.until`` and the remarks' ``kind``.
    """
    standing, decided, snooze = lead.standing, lead.decided, lead.snooze
    state = standing.state
    new = state is State.NEW
    due = standing.due_at if new else standing.follow_up_due_at
    fit, engagement = lead.fit, lead.engagement
    snoozed = None
    if snooze is not None:
        snoozed = snooze.until.timestamp() if snooze.until else float("inf")
    return Row(
        id=lead.id,
        source_id=lead.source_id.casefold(),
        title=lead.title,
        company=lead.company.name,
        state=_NEW if new else state.value,
        owner="" if standing.owner is None else intern(str(standing.owner)),
        due=None if due is None else due.timestamp(),
        handed=lead.handed_at.timestamp(),
        fit=None if fit is None else fit.value,
        engagement=None if engagement is None else engagement.value,
        campaign_id=intern(lead.campaign_id),
        origin=intern(lead.origin),
        mark=intern(lead.mark),
        number=lead.number,
        snoozed=snoozed,
        reason=intern(decided.reason) if decided else "",
        decided_by=intern(decided.by_name) if decided else "",
        decided=decided.at.timestamp() if decided else None,
        asked=bool(lead.remarks) and may_be_asked_for(lead),
    )


def hay_of(lead: Lead) -> str:
    """Return everything that can be searched of a lead, lower-cased, in one string.

    A cut-down lead will do that has ``contact.name title email phone``, ``company.name industry``, ``origin``,
    ``title`` and ``source_id``.
    """
    contact, company, phone = lead.contact, lead.company, lead.contact.phone
    lines = [
        # Digits alone, since callers and forms space their numbers each in their own way.
        _digits(phone) if phone else "",
        # Each by itself: folding is dear for text with any letter beyond ASCII, and most fields have none.
        contact.name.casefold(),
        contact.email.casefold(),
        contact.title.casefold(),
        phone.casefold(),
        company.name.casefold(),
        company.industry.casefold(),
        lead.origin.casefold(),
    ]
    # Ids are left out where they can be: nobody sees them, and a few letters occur in one of them by chance.
    if not (contact.name or company.name or contact.email):
        lines.append(f"{lead.title} {lead.source_id}".casefold())
    return "\n".join(lines)


def _number(word: str) -> str:
    """Return a word that can only be a telephone number as its digits, as rows hold them; others as they are."""
    return _digits(word) if re.fullmatch(r"\+?[\d().\-/ ]{6,}", word) else word


def _digits(text: str) -> str:
    # Bytes lose their other signs in one step, several times faster than one by one.
    return text.encode().translate(None, _NO_DIGITS).decode() if text.isascii() else "".join(filter(str.isdigit, text))


def order_key(row: Row) -> tuple[float, float, int, str]:
    """Sort key of the queue: what is due first, then who has waited longest, then the better score, then the id."""
    return (row.due if row.due is not None else float("inf"), row.handed, -row.score, row.id)


def waiting(row: Row, now: float) -> bool:
    """Say whether the row waits for a decision at `now` (epoch seconds): undecided, and not asleep."""
    return row.state == _NEW and (row.snoozed is None or row.snoozed <= now)


def whose(person: Person) -> frozenset[str] | None:
    """Return whose leads stand in this person's queue, as rows name owners; None: everybody's.

    A rep's are their own, their team's and nobody's.
    """
    if person.role is not Role.REP:
        return None
    return frozenset({"", f"person:{person.id}", *([f"team:{person.team}"] if person.team else [])})


def concerns(row: Row, person: Person) -> bool:
    """Say whether the row belongs into this person's queue: a rep's own, their team's and nobody's; all for others."""
    owners = whose(person)
    return owners is None or row.owner in owners


class Filter(msgspec.Struct, frozen=True):
    """Words that must all occur somewhere in what is known of a lead; quotes keep several words together."""

    words: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Filter":
        """Read what a person typed; never fails, an unclosed quote runs to the end."""
        pieces = re.findall(r'"([^"]*)"?|(\S+)', text.casefold())
        return cls(tuple(_number(quoted or bare) for quoted, bare in pieces if quoted or bare))

    def matches(self, hay: str) -> bool:
        """Say whether every word occurs in what can be searched of a lead (`hay_of`)."""
        return all(word in hay for word in self.words)
