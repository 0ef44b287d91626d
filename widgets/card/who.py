"""The top of the card: who it is, why they were sent, what they did last, what is due, and whether to call now."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from api.model.agreement import Agreement
from api.model.campaign import Campaign
from api.model.lead import Lead, State
from api.rules.clocks import BusinessClock
from api.rules.criteria import Verdict
from api.rules.showing.calling import there, there_words
from api.rules.showing.top import (
    Said,
    before_words,
    change_words,
    clocks,
    latest,
    snooze_words,
    standing_words,
    state_words,
    verdict_words,
)
from api.rules.wording import grouped, relative
from widgets.basis.runs import EMPTY, Line, Run, cells, fit, flowed, join, labelled, length, short, wrapped

if TYPE_CHECKING:
    from api.rules.showing.beside import Beside

COLUMN = 7
"""Cells that the labels of the top take."""


def who(
    lead: Lead,
    now: datetime,
    clock: BusinessClock,
    owner: str,
    width: int,
    *,
    agreement: Agreement,
    verdicts: Sequence[Verdict] = (),
    campaign: Campaign | None = None,
    beside: "Beside | None" = None,
) -> list[Line]:
    """Return who it is in three lines at most, then one line for each thing that decides what to do with them."""
    return [
        _title(lead, owner, beside, width),
        *_role(lead, width),
        _sent(lead, now, verdicts, width),
        _last(lead, campaign, now, width),
        *_due(lead, now, clock, agreement, width),
        *_call(lead, now, agreement, width),
        *_mail(lead, width),
        *_before(lead, agreement, width),
    ]


def _title(lead: Lead, owner: str, beside: "Beside | None", width: int) -> Line:
    # It comes a moment after the rest, and stands where nothing has to give way to it but a long name.
    worked_on = beside.worked_on if beside is not None else None
    also = short(f" · ! also with {worked_on.owner}", width // 2) if worked_on is not None else ""
    # Of where there is too little room, the state gives way first; it is told again below.
    least = min(cells(lead.title), width // 2 if not also else width // 4) + 1
    whose = short(join([state_words(lead), owner]), max(width - cells(also) - least, width // 4))
    room = width - cells(whose) - cells(also) - 1
    name = short(lead.title, room)
    right: tuple[Run, ...] = ((" " + " " * (room - cells(name)) + whose, "dim"),)
    return ((name, "strong"), *right, (also, "alarm")) if also else ((name, "strong"), *right)


def _role(lead: Lead, width: int) -> list[Line]:
    contact, firm = lead.contact, lead.company
    role = join([contact.title, firm.name if firm.name != lead.title else ""], " at ")
    facts = (firm.industry, size_words(firm.employees), firm.country or contact.country, _bare(firm.website))
    return [*(wrapped(role, width, limit=2) if role else ()), *flowed(facts, width, "dim", limit=2)]


def _bare(website: str) -> str:
    return website.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")


def size_words(employees: int | None) -> str:
    """Return how many people work there; empty when nobody knows."""
    return "" if employees is None else f"{grouped(employees)} people"


def _sent(lead: Lead, now: datetime, verdicts: Sequence[Verdict], width: int) -> Line:
    verdict = verdict_words(verdicts)
    words = short(verdict.words, width - COLUMN)
    left = width - COLUMN - cells(words)
    told = ""
    more: list[str] = []
    for label, score in (("fit", lead.fit), ("engagement", lead.engagement)):
        if score is not None:
            changed = change_words(score.value, score.was, score.since, now).partition(" from")[0]
            more += [f" · {label} {score.value}", f" ({changed})" if changed else ""]
    # Half a figure would be a wrong one.
    for piece in (*more, f" · sent {relative(lead.handed_at, now)}"):
        if cells(told) + cells(piece) > left:
            break
        told += piece
    return ((fit("sent", COLUMN), "dim"), (words, verdict.weight), (told, "dim"))


def _last(lead: Lead, campaign: Campaign | None, now: datetime, width: int) -> Line:
    label = (fit("last", COLUMN), "dim")
    touch = latest(lead.touches)
    if touch is None:
        return (label, (short("nobody recorded what they did or saw", width - COLUMN), "dim"))
    assets = campaign.assets if campaign else ()
    title = touch.title or next((asset.title for asset in assets if asset.id == touch.asset_id), "")
    words = short(f"{touch.kind} {relative(touch.at, now)}", width - COLUMN)
    return (label, (words, ""), (short(f" · {title}", max(width - COLUMN - cells(words), 0)) if title else "", "dim"))


def _due(lead: Lead, now: datetime, clock: BusinessClock, agreement: Agreement, width: int) -> list[Line]:
    lines = _flowing("due", clocks(lead, now, clock, agreement), width)
    if lead.state is State.SUPPRESSED:
        lines += labelled("stop", standing_words(lead, now), width, column=COLUMN, ink="alarm")
    elif lead.state is not State.NEW:
        # Who decided is what a colleague asks first, whatever is due next.
        lines += labelled("state", standing_words(lead, now), width, column=COLUMN, ink="" if lines else "accent")
    if asleep := snooze_words(lead, now):
        lines += labelled("asleep", asleep, width, column=COLUMN, ink="accent", limit=2)
    return lines


def _flowing(label: str, pieces: Sequence[Said], width: int) -> list[Line]:
    """Return pieces of different weight beside each other, and below where they find no room."""
    lines: list[Line] = []
    line: Line = EMPTY
    for piece in pieces:
        gap = " · " if line else ""
        if line and length(line) + len(gap) + cells(piece.words) > width:
            lines.append(line)
            line = EMPTY
        if not line:
            line = ((fit("" if lines else label, COLUMN), "dim"),)
            gap = ""
        room = width - length(line) - len(gap)
        line = (*line, *(((gap, "dim"),) if gap else ()), (short(piece.words, room), piece.weight))
    return [*lines, line] if line else lines


def _call(lead: Lead, now: datetime, agreement: Agreement, width: int) -> list[Line]:
    if lead.state is State.SUPPRESSED:
        return [
            ((fit("call", COLUMN), "dim"), (short("never: they asked not to be contacted", width - COLUMN), "alarm"))
        ]
    number = lead.contact.phone or "no number"
    pieces = [Said(number, "" if lead.contact.phone else "dim")]
    place = there(lead, now, agreement.hours)
    if place is not None:
        where, whether = there_words(place, now)
        pieces += [Said(where), Said(whether, "" if place.open else "dim")]
    return _flowing("call", pieces, width)


def _mail(lead: Lead, width: int) -> list[Line]:
    email = lead.contact.email
    if not email:
        return [((fit("mail", COLUMN), "dim"), ("no e-mail", "dim"))]
    return labelled("mail", email, width, column=COLUMN, limit=3)


def _before(lead: Lead, agreement: Agreement, width: int) -> list[Line]:
    words = before_words(lead, agreement)
    return labelled("before", words, width, column=COLUMN, limit=2) if words else []


def news_lines(news: str, matters: Sequence[str], width: int) -> list[Line]:
    """Return what just happened to it and what somebody wants about it, above everything else."""
    lines = wrapped(news, width, "alarm") if news else []
    for sentence in matters:
        lines += wrapped(f"! {sentence}", width, "alarm")
    return lines
