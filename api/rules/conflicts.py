"""What stands already against what somebody wants: the conflict table of docs/lifecycle.md."""

from msgspec.structs import replace

from api.model import operation as op
from api.model.agreement import Agreement, Consequence
from api.model.lead import AttemptMade, Corrected, Decided, Lead, Remark, State, Voice
from api.model.operation import Operation, Result
from api.model.people import Person
from api.rules.outcome import Outcome, refused

_DECISIONS = (
    op.Claim,
    op.Release,
    op.Accept,
    op.Reject,
    op.Disqualify,
    op.Qualify,
    op.Outcome,
    op.HandAgain,
    op.Return,
)

_TAKES = {"accept": "accepted", "claim": "claimed", "qualify": "qualified", "outcome": "concluded"}


def answer_of_what_stands(lead: Lead, operation: Operation, actor: Person, agreement: Agreement) -> Outcome | None:
    """Return the answer that what already stands gives to the operation, or None when nothing stands against it."""
    verb = operation.verb
    if _holds(lead, operation.id):
        return Outcome(result=Result.ALREADY, lead=lead, sentence="This was done before.")
    if lead.state is State.SUPPRESSED and not isinstance(verb, op.Note):
        return refused(lead, "suppressed", "This person asked not to be contacted; only notes are possible now.")
    last = lead.decided
    if isinstance(verb, op.Reopen):
        return _against_undo(lead, operation, actor, last)
    if not isinstance(verb, _DECISIONS) or suppresses(verb, agreement):
        return None
    if last is not None and last.by == actor.id and _same(verb, last):
        return Outcome(result=Result.ALREADY, lead=lead, sentence="You did this before.", stands=last)
    unseen = [entry for entry in lead.trail if entry.decision_revision > operation.seen.decision_revision]
    others = [entry for entry in unseen if entry.by != actor.id]
    if not others or unseen[0].before == lead.standing:
        # Nobody decided, or whatever they did was taken back: what the author saw is what stands.
        return None
    return _against(lead, operation, actor, others[-1])


def _against_undo(lead: Lead, operation: Operation, actor: Person, last: Decided | None) -> Outcome | None:
    if last is None:
        return None
    if last.undoes == operation.undoes:
        return Outcome(result=Result.ALREADY, lead=lead, sentence="It was taken back before.", stands=last)
    if last.by != actor.id and any(entry.operation_id == operation.undoes for entry in lead.trail[:-1]):
        sentence = f"{last.by_name} has built on it since ({_words(last)}); theirs stands, so it can't be taken back."
        return Outcome(result=Result.CONFLICT, lead=lead, sentence=sentence, code="conflict", stands=last)
    return None


def _against(lead: Lead, operation: Operation, actor: Person, stands: Decided) -> Outcome:
    verb = operation.verb
    if isinstance(verb, op.Reject | op.Disqualify) and _same(verb, stands):
        voice = Voice(
            operation_id=operation.id,
            by=actor.id,
            by_name=actor.name,
            at=operation.at,
            reason=verb.reason,
            answers=verb.answers,
            note=verb.note,
        )
        agreed = replace(lead, voices=(*lead.voices, voice), revision=lead.revision + 1)
        sentence = f"{stands.by_name} refused it first, for the same reason; yours is kept as a second voice."
        return Outcome(result=Result.AGREED, lead=agreed, sentence=sentence, stands=stands)
    if stands.verb in _TAKES and isinstance(verb, op.Accept | op.Claim):
        did = _TAKES[stands.verb]
        sentence = f"{stands.by_name} {did} it first; yours was not applied. Ask them to hand it over."
        return Outcome(result=Result.TAKEN, lead=lead, sentence=sentence, code="taken", stands=stands)
    sentence = f"{stands.by_name} decided otherwise first ({_words(stands)}); theirs stands, yours is kept."
    return Outcome(result=Result.CONFLICT, lead=lead, sentence=sentence, code="conflict", stands=stands)


def _same(verb: op.Verb, entry: Decided) -> bool:
    if verb.kind != entry.verb:
        return False
    if isinstance(verb, op.Outcome):
        return entry.answers.get("result") == verb.result
    return getattr(verb, "reason", "") == entry.reason or not isinstance(verb, op.Reject | op.Disqualify)


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
