"""What can be done about each kind of matter, in words; what can't be done now says why."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from api.desk.news import Overturned, Unsettled, Waiting, Way, Wish
from api.model import operation as op
from api.model.lead import State
from tui.commands import command
from widgets.matters.matter_sheet import WayOut

if TYPE_CHECKING:
    from api.desk import Desk
    from api.model.lead import Lead
    from tui.settings.keymap import KeyHint, Keymap

_SENSIBLE: dict[str, tuple[Way, ...]] = {
    "conflict": (Way.YIELD, Way.INSIST, Way.REROUTE),
    "taken": (Way.ASK, Way.YIELD, Way.INSIST),
    "refused": (Way.RETRY, Way.EDIT, Way.DISCARD),
    "overturned": (Way.YIELD, Way.INSIST),
    "wish": (Way.HAND_OVER, Way.KEEP),
    "pending": (Way.RETRY, Way.DISCARD),
}

_COMMANDS = {way: f"sync.{way.value}" for way in Way}

About = Unsettled | Overturned | Wish | Waiting


def kind_of(about: About) -> str:
    """Return what kind of matter it is, in a word."""
    if isinstance(about, Unsettled):
        return about.kind
    return {Overturned: "overturned", Wish: "wish", Waiting: "pending"}[type(about)]


def ways_of(about: About) -> tuple[Way, ...]:
    """Return what can be done now, the likeliest first."""
    return (Way.RETRY, Way.DISCARD) if isinstance(about, Waiting) else about.ways


def ways_shown(about: About) -> list[Way]:
    """Return what can be done now, then what this kind of matter allows at other times."""
    possible = ways_of(about)
    return [*possible, *(way for way in _SENSIBLE[kind_of(about)] if way not in possible)]


def way_command(way: Way) -> str:
    """Return the id of the command that takes this way."""
    return _COMMANDS[way]


def ways_out(desk: "Desk", about: About, lead: "Lead | None", keymap: "Keymap") -> Iterator[WayOut]:
    """Yield each way with its key and words."""
    possible = ways_of(about)
    for way in ways_shown(about):
        one = command(way_command(way))
        if way in possible:
            yield WayOut(key=keymap.words(one.id), words=words(way, about))
        else:
            barred = why_not(desk, way, about, lead, keymap.hint)
            yield WayOut(key=keymap.words(one.id), words=one.title, why_not=barred)


def words(way: Way, about: About) -> str:
    """Say what a way does about this matter."""
    name = _other(about)
    if isinstance(about, Waiting) and way is Way.RETRY:
        return "send it now"
    if isinstance(about, Waiting) and way is Way.DISCARD:
        return "take it back: its opposite is sent after it" if about.offered else "take it back: it was never sent"
    return {
        Way.YIELD: f"let {name}’s decision stand",
        Way.INSIST: f"insist: yours is done again over theirs, and {name} sees it",
        Way.REROUTE: "let neither stand: send it to somebody else",
        Way.ASK: f"ask {name} to hand it over",
        Way.RETRY: "do the same again on the lead as it is now",
        Way.EDIT: "do it again with another reason or other answers",
        Way.DISCARD: "give it up; the log keeps it",
        Way.HAND_OVER: f"hand it over to {name}",
        Way.KEEP: f"keep it, and tell {name} so",
    }[way]


def why_not(desk: "Desk", way: Way, about: About, lead: "Lead | None", hint: "KeyHint") -> str:
    """Say why a way is not open now."""
    if lead is None:
        return "the lead is not here any more"
    if lead.state is State.SUPPRESSED:
        return "the person asked not to be contacted"
    if way is Way.INSIST:
        return _why_not_insist(about, lead, hint)
    if way is Way.ASK:
        owner = lead.standing.owner
        if owner is None or owner.kind != "person":
            return "nobody has it"
        return "you have it yourself" if owner.id == desk.me.id else "you have asked, or it is not to be had now"
    if way is Way.EDIT:
        return "there is nothing in it to change"
    if way in (Way.RETRY, Way.REROUTE, Way.HAND_OVER):
        kind = "reject" if lead.state is State.NEW else "disqualify"
        if isinstance(about, Unsettled) and way is Way.RETRY:
            kind = about.operation.verb.kind
        why = desk.hinder(lead, kind)
        return why[:1].lower() + why[1:].removesuffix(".") if why else "not as the lead stands now"
    return "not as the lead stands now"


def _why_not_insist(about: About, lead: "Lead", hint: "KeyHint") -> str:
    if isinstance(about, Unsettled) and about.kind == "taken":
        return "two can’t have it; ask for it"
    if isinstance(about, Wish):
        return "not as the lead stands now"
    if isinstance(about.operation.verb, op.Reopen):
        return "an undo can’t be insisted on"
    kept = (
        any(one.operation_id == about.operation.id for one in lead.dissents) if isinstance(about, Unsettled) else True
    )
    if kept:
        return "not as the lead stands now"
    return "; ".join(filter(None, ("yours has not come back from the CRM yet", hint("app.sync", "asks it now"))))


def _other(about: About) -> str:
    """Name the other person."""
    name = ""
    if isinstance(about, Wish):
        name = about.remark.by_name
    elif isinstance(about, Overturned):
        name = about.entry.by_name
    elif isinstance(about, Unsettled) and about.receipt.stands is not None:
        name = about.receipt.stands.by_name
    return name or "somebody"
