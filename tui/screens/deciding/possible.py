"""What can be done to a lead now, and for everything else the reason why not, with the key that helps on."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from api.model.lead import Lead, State
from api.rules.permission import not_for, refusing

if TYPE_CHECKING:
    from api.desk import Desk
    from tui.commands import Command

Hint = Callable[[str, str], str]
"""Returns what a command's key does, as “a accepts it”, with the key as the person has it; empty when it has none."""

_REFUSE = frozenset({"reroute", "duplicate", "suppress"})

VERBS = _REFUSE | {
    "accept",
    "accept_why",
    "reject",
    "disqualify",
    "snooze",
    "wake",
    "claim",
    "release",
    "attempt",
    "qualify",
    "outcome",
    "note",
    "correct",
    "thank",
    "flag_meeting",
    "flag_promise",
}
"""Names of the commands that do something to a lead."""

_AFTER_CONTACT = frozenset({"attempt", "qualify", "outcome"})
_WORKED = frozenset({State.ACCEPTED, State.QUALIFIED})
_OUT_OF_REACH = frozenset({State.SUPPRESSED, State.MERGED})


def hindrance(desk: "Desk", one: "Command", lead: Lead | None, hint: Hint, *, several: bool = False) -> str:
    """Say why a command is of no use now; empty when it is.

    `several`: leads are chosen, and each is asked about later.
    """
    name = one.action
    if name == "undo":
        return "" if desk.last_act() is not None else "There is nothing to take back."
    if name == "redo":
        return "" if desk.last_undone() is not None else "There is nothing to do again."
    if name not in VERBS:
        return ""
    if several:
        clears = hint("triage.clear", "clears what is chosen")
        return "" if one.bulk else _helping("That is for one lead at a time", clears)
    if lead is None:
        return "No lead is under the cursor."
    return of_verb(desk, name, lead, hint)


def of_verb(desk: "Desk", name: str, lead: Lead, hint: Hint) -> str:
    """Say why the verb of the command `name` is not possible on this lead now; empty when it is."""
    if name == "suppress":
        return _suppress(desk, lead)
    if name in _REFUSE:
        return desk.hinder(lead, refusing(lead)) or _no_reason(desk, name, lead)
    if why := _other_moment(name, lead, hint):
        return desk.hinder(lead, refusing(lead)) or why
    verb = "accept" if name == "accept_why" else name
    why = desk.hinder(lead, verb)
    if not why:
        return ""
    if name in _AFTER_CONTACT and lead.state is State.NEW and not desk.hinder(lead, "accept"):
        return f"{why} {_sentence(hint('triage.accept', 'accepts it'))}".rstrip()
    if name == "snooze" and lead.state is State.NEW and _not_mine(desk, lead) and not desk.hinder(lead, "claim"):
        return f"{why} {_sentence(hint('triage.claim', 'claims it'))}".rstrip()
    return why


def _other_moment(name: str, lead: Lead, hint: Hint) -> str:
    if name == "reject" and lead.state in _WORKED:
        return _helping("It was accepted already", hint("triage.disqualify", "disqualifies it"))
    if name == "disqualify" and lead.state is State.NEW:
        return _helping("That is for after contact", hint("triage.reject", "rejects it"))
    return ""


def _helping(why: str, hint: str) -> str:
    return f"{why}: {hint}." if hint else f"{why}."


def _sentence(hint: str) -> str:
    return f"{hint}." if hint else ""


def _not_mine(desk: "Desk", lead: Lead) -> bool:
    owner = lead.standing.owner
    return owner is None or owner.kind == "team" or owner.id != desk.me.id


def _suppress(desk: "Desk", lead: Lead) -> str:
    """A wish not to be contacted is heard wherever the lead stands."""
    if lead.state in _OUT_OF_REACH:
        return desk.hinder(lead, refusing(lead))
    return not_for(desk.me, refusing(lead)) or _no_reason(desk, "suppress", lead)


def _no_reason(desk: "Desk", name: str, lead: Lead) -> str:
    outcome = {"reroute": "reroute", "duplicate": "merge", "suppress": "suppress"}[name]
    wrong = "disqualify" if refusing(lead) == "reject" else "reject"
    fits = (one for one in desk.agreement.reasons if one.active and one.moment != wrong and one.outcome == outcome)
    return "" if any(fits) else "The agreement has no reason that does this now."
