"""Who the lead is: the first lines of the card."""

from datetime import datetime

from api.model.lead import Lead, State
from api.rules.clocks import BusinessClock
from api.rules.wording import due_words, relative
from widgets.basis.runs import Line, fit_right, flowed, join, length, short, wrapped


def who(lead: Lead, now: datetime, clock: BusinessClock, owner: str, width: int) -> list[Line]:
    """Return name and state, role, contacts, company, and the clocks; what nobody knows takes no line."""
    contact, company = lead.contact, lead.company
    lines: list[Line] = [_title(lead, owner, width)]
    role = join([contact.title, company.name if company.name != lead.title else ""], " at ")
    lines += wrapped(role, width) if role else []
    about = [company.industry, f"{company.employees:,} people".replace(",", " ") if company.employees else ""]
    lines += flowed([_bare(company.website), *about, company.country or contact.country], width, "dim", limit=2)
    lines += flowed([contact.email if contact.email != lead.title else "", contact.phone], width, limit=3)
    lines.append(_clocks(lead, now, clock, width))
    if lead.standing.state is not State.NEW:
        lines += wrapped(standing_words(lead, now), width, "accent")
    return lines


def _bare(website: str) -> str:
    return website.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")


def _title(lead: Lead, owner: str, width: int) -> Line:
    whose = short(join([lead.standing.state.value, owner]), width // 2)
    room = width - length(((whose, ""),)) - 1
    name = short(lead.title, room)
    return ((name, "strong"), (" " + fit_right(whose, width - length(((name, ""),)) - 1), "dim"))


def _clocks(lead: Lead, now: datetime, clock: BusinessClock, width: int) -> Line:
    handed = f"handed {relative(lead.handed_at, now)}"
    if lead.number > 1:
        handed += f", {lead.mark or 'again'} (pass {lead.number})"
    standing = lead.standing
    if standing.state is State.NEW and standing.due_at is not None:
        due = due_words(standing.due_at, now, clock)
    elif standing.state is State.ACCEPTED and standing.follow_up_due_at is not None and not lead.attempts:
        due = "first attempt " + due_words(standing.follow_up_due_at, now, clock)
    else:
        return ((short(handed, width), "dim"),)
    words = short(f"{handed} · ", width)
    return ((words, "dim"), (short(due, width - length(((words, ""),))), "alarm" if "overdue" in due else "accent"))


def standing_words(lead: Lead, now: datetime) -> str:
    """Return what became of a decided lead, by whom and when, as one sentence."""
    decided, standing = lead.decided, lead.standing
    words = standing.state.value.capitalize()
    if decided is not None:
        words += f" by {decided.by_name} {relative(decided.at, now)}"
    if standing.recycle_on is not None:
        words += f", comes back {standing.recycle_on}"
    return words + "."
