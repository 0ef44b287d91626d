"""Taking back what one operation did, if nobody has built on it since."""

from msgspec.structs import replace

from api.model.lead import AttemptMade, Corrected, Decided, Lead, Remark, Voice, with_field
from api.model.operation import Operation
from api.model.people import Person, Role


def hinder(lead: Lead, operation: Operation, actor: Person) -> str:
    """Return why `operation` (a reopen) can't take back what it names, as a sentence; empty when it can."""
    author = _author(lead, operation.undoes)
    if author is None:
        return "There is nothing of that kind to take back on this lead."
    if actor.id != author and actor.role is not Role.MANAGER:
        return "Only its author or a manager can take that back."
    if any(entry.operation_id == operation.undoes for entry in lead.trail) and _last(lead, operation.undoes) is None:
        last = lead.trail[-1]
        did = "overruled" if last.insists else "built on"
        who = "You have" if last.by == actor.id else f"{last.by_name} has"
        return f"{who} {did} it since, so it can't be taken back."
    corrected = next((fact for fact in lead.corrections if fact.operation_id == operation.undoes), None)
    later = [fact for fact in lead.corrections if corrected and fact.field == corrected.field]
    if corrected is not None and later[-1] is not corrected:
        return f"{later[-1].by_name} has corrected it again since, so it can't be taken back."
    return ""


def reopened(lead: Lead, undoes: str) -> Lead:
    """Return the lead without the effect of the operation `undoes`, which `hinder` has found possible.

    Its revisions are left as they were: the caller counts the undo as a change of its own.
    """
    last = _last(lead, undoes)
    if last is not None:
        if last.verb in ("hand_again", "return") and lead.passes:
            earlier = lead.passes[-1]
            return replace(
                lead,
                number=earlier.number,
                mark=earlier.mark,
                handed_at=earlier.handed_at,
                standing=earlier.standing,
                passes=lead.passes[:-1],
                trail=(*earlier.trail, *lead.trail),
            )
        return replace(lead, standing=last.before)
    for fact in lead.corrections:
        if fact.operation_id == undoes:
            mended = with_field(lead, fact.field, fact.before)
            return replace(mended, corrections=tuple(kept for kept in lead.corrections if kept is not fact))
    return replace(
        lead,
        snooze=None if lead.snooze is not None and lead.snooze.operation_id == undoes else lead.snooze,
        attempts=tuple(made for made in lead.attempts if made.operation_id != undoes),
        remarks=tuple(remark for remark in lead.remarks if remark.operation_id != undoes),
        voices=tuple(voice for voice in lead.voices if voice.operation_id != undoes),
    )


def successor(lead: Lead, undoes: str, actor: Person) -> Voice | None:
    """Return the second voice that stands in for the refusal `undoes` when its author, `actor`, takes it back; or None.

    It is the oldest of those that were meant for what stood before that refusal: no other may come to stand against
    what their author has not seen.
    """
    last = lead.decided
    if last is None or last.operation_id != undoes or last.by != actor.id or last.insists:
        return None
    for voice in lead.voices:
        if voice.against == undoes and voice.by != actor.id:
            first = next((entry for entry in lead.trail if entry.decision_revision > voice.seen), None)
            if first is not None and first.before == last.before:
                return voice
    return None


def _last(lead: Lead, operation_id: str) -> Decided | None:
    """Return the entry of that operation if it is what stands: its author took back all that they did after it."""
    later: list[Decided] = []
    authors: set[str] = set()
    for entry in reversed(lead.trail):
        if entry.operation_id == operation_id:
            return entry if not later and authors <= {entry.by} else None
        authors.add(entry.by)
        if later and later[-1].undoes == entry.operation_id:
            later.pop()
        else:
            later.append(entry)
    return None


def _author(lead: Lead, operation_id: str) -> str | None:
    marks: tuple[Decided | Voice | AttemptMade | Remark | Corrected, ...] = (
        *lead.trail,
        *lead.voices,
        *lead.attempts,
        *lead.remarks,
        *lead.corrections,
    )
    for mark in marks:
        if mark.operation_id == operation_id:
            return mark.by
    if lead.snooze is not None and lead.snooze.operation_id == operation_id:
        owner = lead.standing.owner
        return lead.snooze.by or (owner.id if owner is not None and owner.kind == "person" else "")
    return None
