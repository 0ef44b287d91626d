"""What is worth saying beside the name of an act: until when, what came of it, how much."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from api.model import operation as op
from api.model.agreement import Consequence
from api.rules import answers
from api.rules.wording import money
from tui.verbs.answers import today, zone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.desk import Desk


def more(desk: "Desk", verbs: "Sequence[op.LeadVerb]") -> str:
    """Return what follows the name of the lead: `` until Mon 23 Nov 9:00 or they act``."""
    verb = verbs[0]
    if isinstance(verb, op.Reject | op.Disqualify):
        return _sent_to(desk, verb)
    if isinstance(verb, op.SnoozeLead):
        return " until " + _until(desk, verb)
    if isinstance(verb, op.Attempt):
        return f": next {_short(verb.next_on, today(desk))}, {verb.result}" if verb.next_on else f": {verb.result}"
    if isinstance(verb, op.Qualify):
        parts = [
            money(verb.amount, "") if verb.amount is not None else "",
            f"closes {_short(verb.close_on, today(desk))}" if verb.close_on else "",
        ]
        said = ", ".join(part for part in parts if part)
        return f": {said}" if said else ""
    if isinstance(verb, op.Outcome) and verb.amount is not None:
        return f": {money(verb.amount, '')}"
    if isinstance(verb, op.Note) and verb.tag:
        return f" ({verb.tag.replace('_', ' ')})"
    if isinstance(verb, op.Correct):
        return f": {verb.value or 'empty'}"
    return ""


def _sent_to(desk: "Desk", verb: op.Reject | op.Disqualify) -> str:
    reason = desk.agreement.reason(verb.reason)
    if reason is None or reason.outcome is not Consequence.REROUTE:
        return ""
    return f" to {desk.owner_words(answers.first(reason, verb.answers, 'to'))}"


def _until(desk: "Desk", verb: op.SnoozeLead) -> str:
    if verb.until is None:
        return "they act"
    at = verb.until.astimezone(zone(desk))
    return f"{_short(at.date(), today(desk))} {at.hour}:{at.minute:02}{' or they act' if verb.or_activity else ''}"


def _short(day: date, today: date) -> str:
    """Return a day so that it leaves room for what it is about: ``Mon 23 Nov``, with its year from half a year on."""
    from api.rules.when import MONTHS, WEEKDAYS

    year = f" {day.year}" if (day - today).days > 180 else ""
    return f"{WEEKDAYS[day.weekday()][:3]} {day.day} {MONTHS[day.month - 1][:3]}{year}"


def moment_said(desk: "Desk", at: datetime) -> str:
    """Return a moment in words, in the person’s own time zone: ``tomorrow, Monday 23 November, 9:00``."""
    from api.rules import when

    return when.said(at.astimezone(zone(desk)), desk.now())
