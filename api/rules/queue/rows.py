"""What the list shows of one lead, and what is searched of it."""

from math import inf
from sys import intern

import msgspec

from api.model.lead import Lead, State
from api.rules.stirring import stirred_by, woken_by
from api.rules.wishes import may_be_asked_for

_NEW = State.NEW.value
_NO_DIGITS = bytes(code for code in range(128) if not chr(code).isdigit())
NAME_LINE = 1
COMPANY_LINE = 5
"""Where the names of person and company stand in `hay_of`, counted in lines from 0."""

_NEWS = 80
"""Characters kept of what a lead did."""


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
    """When the next thing is owed: the decision while new, the first attempt once accepted; None after that."""
    handed: float
    fit: int | None
    engagement: int | None
    campaign_id: str
    origin: str
    mark: str
    number: int
    snoozed: float | None
    """End of a snooze; infinity while only an activity ends it. None once something the lead did has ended it."""
    reason: str
    decided_by: str
    decided: float | None
    asked: bool
    """Somebody asks whoever has it for it, and has heard no no; the lead itself tells whether they got it since."""
    next_on: int | None = None
    """The day agreed in the last attempt for the next one, while accepted: its ordinal (`date.toordinal`)."""
    stirred: float | None = None
    """When it last did something, after it was put off until it does, or refused; None when it has not."""
    news: str = ""
    """What it did then, in its source's words; empty when it has not."""

    @property
    def score(self) -> int:
        """Fit and engagement together, 0 to 200; orders equals, and is never shown as one figure."""
        return (self.fit or 0) + (self.engagement or 0)


def row_of(lead: Lead) -> Row:
    """Return the queue's view of a lead. Words that many leads have in common are kept once for all of them.

    A cut-down lead will do that has ``id source_id title handed_at campaign_id origin mark number fit engagement
    decided snooze remarks attempts standing company`` under the names and in the types of `Lead`, and of these
    ``standing.state owner claimed_by due_at follow_up_due_at counts``, ``company.name``, the scores' ``value``,
    ``decided.reason by_name at``, ``snooze.until`` and the remarks' ``kind``.
    """
    standing, decided, snooze = lead.standing, lead.decided, lead.snooze
    state = standing.state
    new = state is State.NEW
    accepted = state is State.ACCEPTED
    attempted = accepted and bool(lead.attempts)
    next_on = lead.attempts[-1].next_on if attempted else None
    due = standing.due_at if new else standing.follow_up_due_at if accepted and not attempted else None
    fit, engagement = lead.fit, lead.engagement
    touch = woken_by(lead) if snooze is not None else stirred_by(lead)
    snoozed = None
    if snooze is not None and touch is None:
        snoozed = snooze.until.timestamp() if snooze.until else inf
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
        next_on=None if next_on is None else next_on.toordinal(),
        stirred=None if touch is None else touch.at.timestamp(),
        news="" if touch is None else (touch.title or touch.kind)[:_NEWS],
    )


def back(row: Row, now: float) -> str:
    """Say why a row is back at `now` (epoch seconds): what the lead did, or that its snooze is over; empty for others.

    Of a refused lead, which stands where it stood, it says what the lead did since.
    """
    if row.stirred is not None:
        return row.news or "it did something"
    over = row.snoozed is not None and row.snoozed <= now
    return "snooze over" if over else ""


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
    hay = "\n".join(lines)
    # Lines must stay lines, whatever a source says in them.
    return hay if hay.count("\n") < len(lines) else "\n".join(" ".join(line.split("\n")) for line in lines)


def line_of(hay: str, line: int) -> str:
    """Return one line of what can be searched of a lead."""
    lines = hay.split("\n", line + 1)
    return lines[line] if line < len(lines) else ""


def _digits(text: str) -> str:
    # Bytes lose their other signs in one step, several times faster than one by one.
    return text.encode().translate(None, _NO_DIGITS).decode() if text.isascii() else "".join(filter(str.isdigit, text))
