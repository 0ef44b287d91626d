"""Which keys the footer of the triage screen shows: those that matter where the lead stands, then what is always so."""

from typing import TYPE_CHECKING

from api.model.lead import Lead, State
from api.model.people import Role
from api.rules.stirring import woken_by

if TYPE_CHECKING:
    from api.model.people import Person

_BEFORE = ("accept", "reject", "reroute", "snooze", "note")
_AFTER = ("attempt", "qualify", "disqualify", "outcome", "note")
_WON_OR_LOST = ("outcome", "disqualify", "note")
_OVER = ("note", "thank", "flag_meeting")
_MARKETING = ("note", "thank", "correct", "flag_meeting")

_ALWAYS = (
    "triage.undo",
    "triage.find",
    "triage.views",
    "triage.select",
    "triage.claim",
    "triage.open",
    "app.show_sync",
    "app.palette",
    "app.leave",
)
HELP = "app.help"


def footer(lead: Lead | None, me: "Person") -> tuple[str, ...]:
    """Return the ids of the commands, the most important first; `HELP` comes last and is never left out."""
    verbs = tuple(f"triage.{name}" for name in _verbs(lead, me))
    return (*verbs, *(name for name in _ALWAYS if name not in verbs), HELP)


def _verbs(lead: Lead | None, me: "Person") -> tuple[str, ...]:
    if me.role is Role.MARKETER:
        return _MARKETING
    if lead is None:
        return _BEFORE
    found = {State.NEW: _BEFORE, State.ACCEPTED: _AFTER, State.QUALIFIED: _WON_OR_LOST}.get(lead.state, _OVER)
    if lead.snooze is None or woken_by(lead) is not None:
        return found
    # In the same place, so that nothing else moves.
    return tuple("wake" if name == "snooze" else name for name in found)
