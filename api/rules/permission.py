"""Who may do what, from where: the table of docs/lifecycle.md, with a sentence for every no."""

from collections.abc import Mapping
from types import MappingProxyType

from api.model.lead import Lead, State
from api.model.operation import Operation
from api.model.people import Owner, Person, Role
from api.rules import undoing

_SALES = frozenset({Role.REP, Role.MANAGER})
_ANYONE = frozenset({Role.REP, Role.MARKETER, Role.MANAGER})
_UNDECIDED = frozenset({State.NEW})
_OPEN = frozenset({State.NEW, State.ACCEPTED})
_WORKED = frozenset({State.ACCEPTED, State.QUALIFIED})
_HELD = frozenset({State.NEW, State.ACCEPTED, State.QUALIFIED})
_ANY = frozenset(State)

FROM: Mapping[str, frozenset[State]] = MappingProxyType(
    {
        "claim": _OPEN,
        "release": _OPEN,
        "accept": _UNDECIDED,
        "reject": _UNDECIDED,
        "disqualify": _WORKED,
        "snooze": _OPEN,
        "wake": _OPEN,
        "attempt": frozenset({State.ACCEPTED}),
        "correct": _ANY - {State.MERGED, State.SUPPRESSED},
        "qualify": _WORKED,
        "outcome": _WORKED,
        "reopen": _ANY - {State.SUPPRESSED},
        "hand_again": frozenset({State.REJECTED}),
        "return": frozenset({State.RECYCLED}),
        "note": _ANY,
        "thank": _ANY - {State.SUPPRESSED},
        "flag_meeting": _ANY - {State.SUPPRESSED},
        "flag_promise": _ANY - {State.SUPPRESSED},
        "ask_for": _HELD,
        "keep": _HELD,
    }
)
"""The states from which each verb is possible."""

WHO: Mapping[str, frozenset[Role]] = MappingProxyType(
    {
        "claim": _SALES,
        "release": _SALES,
        "accept": _SALES,
        "reject": _SALES,
        "disqualify": _SALES,
        "snooze": _SALES,
        "wake": _SALES,
        "attempt": _SALES,
        "correct": frozenset({Role.REP, Role.MARKETER}),
        "qualify": _SALES,
        "outcome": _SALES,
        "reopen": _ANYONE,
        "hand_again": frozenset({Role.MARKETER}),
        "return": frozenset({Role.HUB}),
        "note": _ANYONE,
        "thank": _ANYONE,
        "flag_meeting": _ANYONE,
        "flag_promise": _ANYONE,
        "ask_for": _SALES,
        "keep": _SALES,
    }
)
"""The roles that may use each verb; owner and author are asked for besides, where the table says so."""

_OWNERS_ONLY = frozenset({"snooze", "wake", "attempt", "keep"})


def holder(lead: Lead) -> Owner | None:
    """Return who has the lead: its owner once it is accepted, claimed or qualified; else None."""
    standing = lead.standing
    if standing.state not in _HELD or (standing.state is State.NEW and not standing.claimed_by):
        return None
    return standing.owner


def refusing(lead: Lead) -> str:
    """Return the verb that refuses this lead: reject before contact, disqualify after it."""
    return "disqualify" if lead.state in _WORKED else "reject"


def not_for(actor: Person, kind: str) -> str:
    """Return why nobody of this person's role can use the verb `kind`, as a sentence; empty when they can."""
    if actor.role in WHO[kind]:
        return ""
    return f"A {actor.role} can't {_say(kind)} a lead; that is for {_list(WHO[kind])}."


def hinder(lead: Lead, kind: str, actor: Person, operation: Operation | None = None) -> str:
    """Return why `actor` can't use the verb `kind` on this lead now, as a sentence; empty when they can."""
    if lead.state is State.SUPPRESSED and kind != "note":
        return "This person asked not to be contacted; only notes are possible now."
    if why := not_for(actor, kind):
        return why
    if lead.state not in FROM[kind]:
        return _wrong_state(lead, kind)
    if kind in _OWNERS_ONLY and not _owns(lead.standing.owner, actor):
        return f"Only its owner can {_say(kind)} this lead."
    if kind == "claim" and lead.state is State.ACCEPTED and actor.role is Role.REP and _anothers(lead, actor):
        return f"{lead.decided.by_name if lead.decided else 'Somebody'} has accepted this lead; ask for it instead."
    if kind in ("ask_for", "keep"):
        return _not_held(lead, kind, actor)
    if kind == "release" and not lead.standing.claimed_by:
        return "Nobody has claimed this lead."
    if kind == "wake" and lead.snooze is None:
        return "This lead is not snoozed."
    if kind == "hand_again":
        return _not_mendable(lead)
    if kind == "return" and operation is not None:
        on = lead.standing.recycle_on
        return "" if on is None or operation.at.date() >= on else f"It comes back on {on}, not before."
    if kind == "reopen" and operation is not None:
        return undoing.hinder(lead, operation, actor)
    return ""


def _owns(owner: Owner | None, actor: Person) -> bool:
    if owner is None:
        return False
    return owner.id == (actor.id if owner.kind == "person" else actor.team)


def _anothers(lead: Lead, actor: Person) -> bool:
    owner = lead.standing.owner
    return owner is not None and owner.kind == "person" and owner.id != actor.id


def _not_held(lead: Lead, kind: str, actor: Person) -> str:
    if holder(lead) is None:
        return "Nobody has taken this lead, so there is nobody to ask for it or to keep it."
    if kind == "ask_for" and _owns(lead.standing.owner, actor):
        return "It is yours already."
    return ""


def _not_mendable(lead: Lead) -> str:
    if not lead.standing.counts:
        return "It was spam or a test and counts nowhere, so it can't be handed again."
    if lead.standing.linked_to:
        return f"It belongs to {lead.standing.linked_to} already, so it can't be handed again."
    return ""


def _wrong_state(lead: Lead, kind: str) -> str:
    last = lead.decided
    decided = last is not None and lead.state is not State.NEW
    by = f" by {last.by_name}{', who insists on it' if last.insists else ''}" if last is not None and decided else ""
    state = lead.state.value if lead.state is not State.NEW else "undecided"
    return f"This lead is {state}{by}; you can’t {_say(kind)} it now."


def _say(kind: str) -> str:
    return {
        "outcome": "record the outcome of",
        "attempt": "log an attempt on",
        "hand_again": "hand over again",
        "flag_meeting": "flag",
        "flag_promise": "flag",
        "note": "add a note to",
        "thank": "thank for",
        "reopen": "reopen",
        "ask_for": "ask for",
    }.get(kind, kind)


def _list(roles: frozenset[Role]) -> str:
    return " or ".join(f"{role}s" for role in sorted(roles))
