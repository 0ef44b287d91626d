"""What stands already against what somebody wants: the conflict table of docs/lifecycle.md."""

from collections.abc import Sequence

from msgspec.structs import replace

from api.model import operation as op
from api.model.agreement import Agreement, Consequence
from api.model.lead import AttemptMade, Corrected, Decided, Dissent, Lead, Remark, State, Voice
from api.model.operation import Operation, Result
from api.model.people import Person, Role
from api.rules.answers import first
from api.rules.insisting import ground, meant_for, not_taken_back
from api.rules.outcome import Outcome, facts, refused
from api.rules.permission import not_for

_TAKES = {"accept": "accepted", "claim": "claimed", "qualify": "qualified", "outcome": "concluded"}


def answer_of_what_stands(lead: Lead, operation: Operation, actor: Person, agreement: Agreement) -> Outcome | None:
    """Return the answer that what already stands gives to the operation, or None when nothing stands against it."""
    verb = operation.verb
    if answer := _done_before(lead, operation):
        return answer
    if lead.state is State.SUPPRESSED and not isinstance(verb, op.Note):
        return refused(lead, "suppressed", "This person asked not to be contacted; only notes are possible now.")
    if why := not_for(actor, verb.kind):
        return refused(lead, "state", why)
    last = lead.decided
    if isinstance(verb, op.Reopen):
        return _against_undo(lead, operation, actor, last)
    if last is None or not isinstance(verb, op.DECISIONS) or suppresses(verb, agreement):
        return None
    if last.by == actor.id and _same(verb, last) and facts(verb) == last.answers:
        return Outcome(result=Result.ALREADY, lead=lead, sentence="You did this before.", stands=last)
    seen = operation.seen.decision_revision
    unseen = [entry for entry in lead.trail if entry.decision_revision > seen and entry.by != actor.id]
    if unseen and unseen[0].before != lead.standing:
        return _against(lead, operation, actor, unseen, agreement)
    # Nobody decided, or whatever they did was taken back: what the author saw is what stands.
    if operation.insists and last.by != actor.id and ground(lead, operation, actor) is not None:
        return _agreed(lead, operation, actor, last, agreement, seen=seen) or _taken(lead, operation, actor, last, seen)
    return None


def seen_revision(lead: Lead, author_id: str) -> int:
    """Return the decision revision to name as seen by somebody who has this lead before their eyes.

    What they themselves did last is left out: it may be unsent and never be applied, and what they do next would then
    pass for made in view of whatever another did in its stead. What is one's own stands against nobody anyway.
    """
    revision = lead.decision_revision
    for entry in reversed(lead.trail):
        if entry.by != author_id:
            break
        revision = entry.decision_revision - 1
    return revision


def _done_before(lead: Lead, operation: Operation) -> Outcome | None:
    if _holds(lead, operation.id):
        return Outcome(result=Result.ALREADY, lead=lead, sentence="This was done before.")
    kept = next((dissent for dissent in lead.dissents if dissent.operation_id == operation.id), None)
    if kept is None:
        return None
    stands = next((entry for entry in lead.trail if entry.operation_id == kept.against), None) or lead.decided
    return _not_applied(lead, operation, kept.taken, stands)


def _against_undo(lead: Lead, operation: Operation, actor: Person, last: Decided | None) -> Outcome | None:
    if any(dissent.operation_id == operation.undoes for dissent in lead.dissents):
        sentence = "That did not take effect, so there is nothing to take back."
        return Outcome(result=Result.ALREADY, lead=lead, sentence=sentence)
    if last is None:
        return None
    if any(entry.undoes == operation.undoes for entry in not_taken_back(lead.trail)):
        return Outcome(result=Result.ALREADY, lead=lead, sentence="It was taken back before.", stands=last)
    undone = next((entry for entry in lead.trail[:-1] if entry.operation_id == operation.undoes), None)
    if undone is not None and last.by != actor.id and (undone.by == actor.id or actor.role is Role.MANAGER):
        kept = _dissenting(lead, operation, actor, last, operation.seen.decision_revision)
        return _not_applied(kept, operation, False, last)
    return None


def _against(
    lead: Lead, operation: Operation, actor: Person, unseen: Sequence[Decided], agreement: Agreement
) -> Outcome:
    stands = unseen[-1]
    meant = None
    if operation.insists and ground(lead, operation, actor) is not None:
        meant = meant_for(lead.trail, lead.dissents, operation.insists)
    if meant is None:
        # What somebody saw includes what they did themselves before another came.
        meant = unseen[0].decision_revision - 1
    agreed = _agreed(lead, operation, actor, stands, agreement, seen=meant)
    if outcome := agreed or _taken(lead, operation, actor, stands, meant):
        return outcome
    return _not_applied(_dissenting(lead, operation, actor, stands, meant), operation, False, stands)


def _agreed(
    lead: Lead, operation: Operation, actor: Person, stands: Decided, agreement: Agreement, *, seen: int
) -> Outcome | None:
    verb = operation.verb
    if not isinstance(verb, op.Reject | op.Disqualify) or not _same(verb, stands):
        return None
    if not _goes_the_same_way(verb, stands, agreement):
        return None
    voice = Voice(
        operation_id=operation.id,
        by=actor.id,
        by_name=actor.name,
        at=operation.at,
        reason=verb.reason,
        answers=verb.answers,
        note=verb.note,
        against=stands.operation_id,
        seen=seen,
    )
    agreed = replace(lead, voices=(*lead.voices, voice), revision=lead.revision + 1)
    sentence = f"{stands.by_name} refused it first, for the same reason; yours is kept as a second voice."
    return Outcome(result=Result.AGREED, lead=agreed, sentence=sentence, stands=stands)


def _taken(lead: Lead, operation: Operation, actor: Person, stands: Decided, seen: int) -> Outcome | None:
    if stands.verb not in _TAKES or not isinstance(operation.verb, op.Accept | op.Claim):
        return None
    return _not_applied(_dissenting(lead, operation, actor, stands, seen, taken=True), operation, True, stands)


def _dissenting(
    lead: Lead, operation: Operation, actor: Person, stands: Decided, seen: int, *, taken: bool = False
) -> Lead:
    """Return the lead with the operation kept beside what stands; that it was kept is no decision."""
    verb = operation.verb
    dissent = Dissent(
        operation_id=operation.id,
        by=actor.id,
        by_name=actor.name,
        at=operation.at,
        verb=verb.kind,
        reason=getattr(verb, "reason", ""),
        answers=facts(verb),
        note=getattr(verb, "note", ""),
        against=stands.operation_id,
        taken=taken,
        seen=seen,
    )
    return replace(lead, dissents=(*lead.dissents, dissent), revision=lead.revision + 1)


def _not_applied(lead: Lead, operation: Operation, taken: bool, stands: Decided | None) -> Outcome:
    name = stands.by_name if stands is not None else "Somebody"
    if taken:
        did = _TAKES.get(stands.verb, "took") if stands is not None else "took"
        sentence = f"{name} {did} it first; yours was not applied. Ask them to hand it over."
        return Outcome(result=Result.TAKEN, lead=lead, sentence=sentence, code="taken", stands=stands)
    what = f" ({_words(stands)})" if stands is not None else ""
    if isinstance(operation.verb, op.Reopen):
        did = "overruled" if stands is not None and stands.insists else "built on"
        sentence = f"{name} has {did} it since{what}; theirs stands, so it can't be taken back."
    elif stands is not None and stands.insists:
        sentence = f"{name} insists on what they decided{what}; theirs stands, yours is kept."
    else:
        when = "since" if operation.insists else "first"
        sentence = f"{name} decided otherwise {when}{what}; theirs stands, yours is kept."
    return Outcome(result=Result.CONFLICT, lead=lead, sentence=sentence, code="conflict", stands=stands)


def _same(verb: op.Verb, entry: Decided) -> bool:
    if verb.kind != entry.verb:
        return False
    if isinstance(verb, op.Outcome):
        return entry.answers.get("result") == verb.result
    return getattr(verb, "reason", "") == entry.reason or not isinstance(verb, op.Reject | op.Disqualify)


_DECIDING = {Consequence.REROUTE: "to", Consequence.MERGE: "other"}
"""The answer that says where a lead goes, for the outcomes that send it somewhere."""


def _goes_the_same_way(verb: op.Reject | op.Disqualify, entry: Decided, agreement: Agreement) -> bool:
    """Say whether a refusal for the same reason also sends the lead to the same place, where it sends it anywhere."""
    reason = agreement.reason(verb.reason)
    key = _DECIDING.get(reason.outcome) if reason is not None else None
    if reason is None or key is None:
        return True
    return first(reason, verb.answers, key) == first(reason, entry.answers, key)


def _words(entry: Decided) -> str:
    verb = entry.verb.replace("_", " ")
    return f"{verb}: {entry.reason.replace('_', ' ')}" if entry.reason else verb


def suppresses(verb: op.Verb, agreement: Agreement) -> bool:
    """Say whether the verb refuses for a reason that suppresses the person, which nothing else can stand against."""
    if not isinstance(verb, op.Reject | op.Disqualify):
        return False
    reason = agreement.reason(verb.reason)
    return reason is not None and reason.outcome is Consequence.SUPPRESS


def _holds(lead: Lead, operation_id: str) -> bool:
    marks: tuple[Decided | Voice | AttemptMade | Remark | Corrected, ...] = (
        *lead.trail,
        *lead.voices,
        *lead.attempts,
        *lead.remarks,
        *lead.corrections,
    )
    if any(mark.operation_id == operation_id for mark in marks):
        return True
    if lead.snooze is not None and lead.snooze.operation_id == operation_id:
        return True
    return any(entry.operation_id == operation_id for earlier in lead.passes for entry in earlier.trail)
