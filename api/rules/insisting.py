"""Standing by a decision that met another's: who may, what it is judged against, and what counts afterwards."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from api.model import operation as op
from api.model.lead import Decided, Dissent, Lead, Standing
from api.model.operation import Operation
from api.model.people import Person

_NEW_PASS = ("hand_again", "return")


def ground(lead: Lead, operation: Operation, actor: Person) -> Standing | None:
    """Return what an insisting operation is judged against: what its author once decided about.

    None when the operation insists on nothing that it may insist on: then it is judged like any other.
    """
    if not operation.insists or isinstance(operation.verb, op.Reopen):
        return None
    if not _may_insist(lead, operation.insists, operation.verb.kind, actor):
        return None
    revision = meant_for(lead.trail, lead.dissents, operation.insists)
    if revision is None:
        return None
    first = next((entry for entry in lead.trail if entry.decision_revision > revision), None)
    # What a later pass began with is another matter than what the author decided about.
    return None if first is None or first.verb in _NEW_PASS else first.before


def _may_insist(lead: Lead, operation_id: str, kind: str, actor: Person) -> bool:
    for dissent in lead.dissents:
        if dissent.operation_id == operation_id:
            return dissent.by == actor.id and dissent.verb == kind and not dissent.taken
    overruled = next((entry for entry in lead.trail if entry.operation_id == operation_id), None)
    if overruled is None or overruled.by != actor.id or overruled.verb != kind:
        return False
    return overruled_by(lead, operation_id) is not None


def meant_for(trail: Sequence[Decided], dissents: Sequence[Dissent], operation_id: str) -> int | None:
    """Return the decision revision that an operation, or the first one it stands by, was meant for; None if unknown."""
    seen: set[str] = set()
    while operation_id not in seen:
        seen.add(operation_id)
        dissent = next((known for known in dissents if known.operation_id == operation_id), None)
        if dissent is not None:
            return dissent.seen
        entry = next((known for known in trail if known.operation_id == operation_id), None)
        if entry is None:
            return None
        if not entry.insists:
            return entry.decision_revision - 1
        operation_id = entry.insists
    return None


def openly(lead: Lead, changed: Lead, insists: str) -> Lead:
    """Return `changed`, made of what an insisting operation was judged against, as a change of what stood in `lead`."""
    entry = replace(changed.trail[-1], before=lead.standing, insists=insists)
    passes = changed.passes
    if len(passes) > len(lead.passes):
        passes = (*passes[:-1], replace(passes[-1], standing=lead.standing))
    return replace(changed, trail=(*changed.trail[:-1], entry), passes=passes)


def overruled_by(lead: Lead, operation_id: str) -> Decided | None:
    """Return the entry of somebody else that overrules or took back what this operation decided, while it stands.

    A second voice is put out of effect with the refusal that it agrees with. None, too, once its author has decided on
    the lead again.
    """
    own = next((entry for entry in lead.trail if entry.operation_id == operation_id), None) or _voiced(
        lead, operation_id
    )
    if own is None:
        return None
    standing = list(not_taken_back(lead.trail))
    later = [entry for entry in standing if entry.decision_revision > own.decision_revision]
    if any(entry.by == own.by and entry.verb != "reopen" for entry in later):
        return None
    if taken_back := next((entry for entry in standing if entry.undoes == own.operation_id), None):
        return None if taken_back.by == own.by else taken_back
    return next((entry for entry in later if entry.by != own.by and _overrules(lead, entry, own)), None)


def _voiced(lead: Lead, operation_id: str) -> Decided | None:
    """Return the refusal that this second voice agrees with, as its author's own; None when there is none."""
    voice = next((known for known in lead.voices if known.operation_id == operation_id), None)
    if voice is None:
        return None
    agreed = next((entry for entry in lead.trail if entry.operation_id == voice.against), None)
    return None if agreed is None else replace(agreed, by=voice.by, by_name=voice.by_name)


def _overrules(lead: Lead, entry: Decided, earlier: Decided) -> bool:
    if not entry.insists:
        return False
    revision = meant_for(lead.trail, lead.dissents, entry.insists)
    return revision is not None and revision < earlier.decision_revision


def that_count(trail: Sequence[Decided], dissents: Sequence[Dissent]) -> list[Decided]:
    """Return the entries that still hold, newest first: neither taken back nor overruled.

    Taking back a taking back, or what overruled, restores.
    """
    kept: list[Decided] = []
    floor: int | None = None
    for entry in not_taken_back(trail):
        if floor is not None and entry.decision_revision > floor:
            continue
        kept.append(entry)
        if entry.insists and (revision := meant_for(trail, dissents, entry.insists)) is not None:
            floor = revision
    return kept


def not_taken_back(trail: Sequence[Decided]) -> Iterator[Decided]:
    """Yield the entries that nobody has taken back, newest first."""
    undone: set[str] = set()
    for entry in reversed(trail):
        if entry.operation_id not in undone:
            yield entry
            undone.add(entry.undoes)
