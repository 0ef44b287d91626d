"""What each verb does to a lead: one pure function, the same in client and hub. Specification: docs/lifecycle.md."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from msgspec.structs import replace

from api.model import operation as op
from api.model.agreement import Agreement, Consequence, Moment, Reason
from api.model.lead import (
    AttemptMade,
    Corrected,
    Decided,
    Lead,
    Pass,
    Remark,
    Snooze,
    Standing,
    State,
    Voice,
    field_value,
    with_field,
)
from api.model.operation import Operation, Result
from api.model.people import Owner, Person, parse_owner
from api.model.text import PROSE_LIMIT
from api.rules import answers as answering
from api.rules.clocks import BusinessClock
from api.rules.conflicts import answer_of_what_stands, suppresses
from api.rules.insisting import ground, openly
from api.rules.outcome import Outcome, facts, refused
from api.rules.permission import hinder
from api.rules.undoing import reopened, successor

_CALENDAR = (datetime(1990, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC))
"""Between these, every business clock and every date to come back on can be reckoned with."""


def hand(lead: Lead, agreement: Agreement) -> Lead:
    """Return the lead as it begins a pass: undecided, and due as the agreement says, from `handed_at`."""
    due = BusinessClock(agreement).add(lead.handed_at, agreement.sales.decide_within)
    return replace(lead, standing=replace(lead.standing, state=State.NEW, due_at=due, follow_up_due_at=None))


def apply(lead: Lead, operation: Operation, actor: Person, agreement: Agreement) -> Outcome:
    """Return what `operation`, done by `actor` under `agreement`, makes of `lead`.

    Never raises for anything an operation can contain: what can't be done comes back as a refusal with its sentence. A
    time outside the calendar counts as the nearest inside, one without a zone as UTC.
    """
    operation, verb = _timed(operation), operation.verb
    if answer := answer_of_what_stands(lead, operation, actor, agreement):
        # What could not have been done anyway is no decision that must be kept.
        if answer.lead is not lead and (problem := _unfit(operation, lead, agreement)):
            return refused(lead, problem.code, problem.sentence, problem.field)
        return answer
    suppressing = suppresses(verb, agreement)
    stood = None if suppressing else ground(lead, operation, actor)
    judged = lead if stood is None else replace(lead, standing=stood)
    if not suppressing and (why := hinder(judged, verb.kind, actor, operation)):
        return refused(lead, "state", why)
    if problem := _unfit(operation, judged, agreement) or _unfit_here(operation, judged, agreement):
        return refused(lead, problem.code, problem.sentence, problem.field)
    changed = _EFFECTS[type(verb)](judged, operation, actor, agreement)
    if stood is not None:
        changed = openly(lead, changed, operation.insists)
    heir = changed.decided if changed.decision_revision > lead.decision_revision + 1 else None
    sentence = f"{heir.by_name} refused it too, for the same reason; that stands now." if heir is not None else ""
    return Outcome(result=Result.APPLIED, lead=changed, sentence=sentence)


def _timed(operation: Operation) -> Operation:
    first, last = _CALENDAR
    at = operation.at
    if at.tzinfo is not None and first.year <= at.year < last.year:
        return operation
    if first.year <= at.year < last.year:
        return replace(operation, at=at.replace(tzinfo=UTC))
    return replace(operation, at=first if at.year < first.year else last)


def refusal(lead: Lead, reason: str, answers: dict[str, str], note: str = "") -> op.Reject | op.Disqualify:
    """Return the verb that refuses this lead: reject before contact, disqualify once it was accepted."""
    verb = op.Reject if lead.state is State.NEW else op.Disqualify
    return verb(reason=reason, answers=answers, note=note)


# --- what an operation itself must bring ---------------------------------------------------------------------------


_WORDS = ("note", "text", "result")
"""Free words that verbs carry; longer ones are refused rather than cut without a word."""


def _unfit(operation: Operation, lead: Lead, agreement: Agreement) -> answering.Problem | None:
    """Return what is wrong with the operation itself, wherever the lead stands."""
    verb = operation.verb
    if too_long := next((name for name in _WORDS if len(getattr(verb, name, "") or "") > PROSE_LIMIT), ""):
        return answering.Problem(field=too_long, sentence=f"Keep the {too_long} under {PROSE_LIMIT:,} characters.")
    if isinstance(verb, op.Reject | op.Disqualify):
        return _unfit_refusal(lead, operation, verb, agreement)
    if isinstance(verb, op.Accept) and verb.reason and len(verb.reason) > answering.LIMIT:
        return answering.Problem(field="reason", sentence=f"Keep the reason under {answering.LIMIT} characters.")
    if isinstance(verb, op.SnoozeLead) and verb.until is None and not verb.or_activity:
        return answering.Problem(field="until", sentence="Say until when, or until the lead does something.")
    if isinstance(verb, op.Correct):
        return answering.check_correction(lead, verb.field, verb.value)
    if isinstance(verb, op.Note) and not verb.text.strip():
        return answering.Problem(field="text", sentence="A note needs words.")
    if isinstance(verb, op.Attempt) and not verb.result.strip():
        return answering.Problem(field="result", sentence="Say how the attempt went.")
    return None


def _unfit_refusal(
    lead: Lead, operation: Operation, verb: op.Reject | op.Disqualify, agreement: Agreement
) -> answering.Problem | None:
    reason = agreement.reason(verb.reason)
    if reason is None:
        return answering.Problem(
            field="reason", code="unknown_reason", sentence=f"The agreement has no reason “{verb.reason[:60]}”."
        )
    wrong = Moment.DISQUALIFY if isinstance(verb, op.Reject) else Moment.REJECT
    if reason.moment is wrong:
        when = "after contact" if wrong is Moment.DISQUALIFY else "before contact"
        return answering.Problem(field="reason", sentence=f"“{reason.label}” can only be given {when}.")
    # A wish not to be contacted must not fail because somebody's clock is ahead of the hub's.
    suppressing = reason.outcome is Consequence.SUPPRESS
    today = None if suppressing else BusinessClock(agreement).today(operation.at)
    return answering.check(reason, verb.answers, lead, today)


def _unfit_here(operation: Operation, lead: Lead, agreement: Agreement) -> answering.Problem | None:
    if not isinstance(operation.verb, op.HandAgain):
        return None
    refused_for = next((entry.reason for entry in reversed(lead.trail) if entry.verb == "reject"), "")
    reason = agreement.reason(refused_for)
    if reason is None or reason.outcome in (Consequence.FIX, Consequence.RETURN):
        return None
    sentence = f"It was rejected as “{reason.label}”, which ends there; only what was to be mended can be handed again."
    return answering.Problem(field="reason", sentence=sentence)


# --- what each verb does -------------------------------------------------------------------------------------------


def _decide(lead: Lead, operation: Operation, actor: Person, after: Standing, **extra: object) -> Lead:
    """Return the lead with its standing changed and the change entered into its trail."""
    verb = operation.verb
    entry = Decided(
        operation_id=operation.id,
        verb=verb.kind,
        by=actor.id,
        by_name=actor.name,
        at=operation.at,
        agreement=operation.agreement,
        decision_revision=lead.decision_revision + 1,
        before=lead.standing,
        reason=getattr(verb, "reason", ""),
        answers=facts(verb),
        note=getattr(verb, "note", ""),
        undoes=operation.undoes,
    )
    changes: dict[str, object] = {
        "standing": after,
        "trail": (*lead.trail, entry),
        "snooze": None,
        "revision": lead.revision + 1,
        "decision_revision": lead.decision_revision + 1,
    }
    return replace(lead, **{**changes, **extra})


def _claim(lead: Lead, operation: Operation, actor: Person, _agreement: Agreement) -> Lead:
    after = replace(lead.standing, claimed_by=actor.id, owner=Owner("person", actor.id))
    return _decide(lead, operation, actor, after)


def _release(lead: Lead, operation: Operation, actor: Person, _agreement: Agreement) -> Lead:
    owner = next(
        (entry.before.owner for entry in reversed(lead.trail) if entry.verb == "claim"),
        Owner("team", actor.team) if actor.team else None,
    )
    return _decide(lead, operation, actor, replace(lead.standing, claimed_by="", owner=owner))


def _accept(lead: Lead, operation: Operation, actor: Person, agreement: Agreement) -> Lead:
    due = BusinessClock(agreement).add(operation.at, agreement.sales.first_attempt_within)
    after = replace(
        lead.standing,
        state=State.ACCEPTED,
        owner=Owner("person", actor.id),
        claimed_by="",
        follow_up_due_at=due,
    )
    return _decide(lead, operation, actor, after)


def _refuse(lead: Lead, operation: Operation, actor: Person, agreement: Agreement) -> Lead:
    verb = operation.verb
    assert isinstance(verb, op.Reject | op.Disqualify)  # noqa: S101  (the table below maps these two here)
    reason = agreement.reason(verb.reason)
    assert reason is not None  # noqa: S101  (checked by _unfit)
    return _decide(lead, operation, actor, _consequence(lead.standing, reason, verb, operation.at, agreement))


def _consequence(
    standing: Standing, reason: Reason, verb: op.Reject | op.Disqualify, at: datetime, agreement: Agreement
) -> Standing:
    no = State.REJECTED if isinstance(verb, op.Reject) else State.DISQUALIFIED
    answers = verb.answers
    match reason.outcome:
        case Consequence.RECYCLE:
            return replace(standing, state=State.RECYCLED, recycle_on=_recycle_on(reason, answers, at, agreement))
        case Consequence.REROUTE:
            due = BusinessClock(agreement).add(at, agreement.sales.decide_within)
            owner = parse_owner(answering.first(reason, answers, "to"))
            return replace(standing, state=State.NEW, owner=owner, claimed_by="", due_at=due, follow_up_due_at=None)
        case Consequence.MERGE:
            return replace(standing, state=State.MERGED, merged_into=answering.first(reason, answers, "other"))
        case Consequence.ATTACH:
            return replace(standing, state=no, linked_to=answering.first(reason, answers, "account"))
        case Consequence.PURGE:
            return replace(standing, state=no, counts=False)
        case Consequence.SUPPRESS:
            return replace(standing, state=State.SUPPRESSED, claimed_by="", recycle_on=None)
        case Consequence.RETURN | Consequence.CLOSE | Consequence.FIX:
            return replace(standing, state=no)


def _recycle_on(reason: Reason, answers: dict[str, str], at: datetime, agreement: Agreement) -> date:
    if text := answers.get("recycle_on"):
        return date.fromisoformat(text)
    return answering.recycle_date(reason, BusinessClock(agreement).today(at))


def _qualify(lead: Lead, operation: Operation, actor: Person, _agreement: Agreement) -> Lead:
    return _decide(lead, operation, actor, replace(lead.standing, state=State.QUALIFIED))


def _conclude(lead: Lead, operation: Operation, actor: Person, _agreement: Agreement) -> Lead:
    won = isinstance(operation.verb, op.Outcome) and operation.verb.result == "won"
    return _decide(lead, operation, actor, replace(lead.standing, state=State.WON if won else State.LOST))


def _new_pass(lead: Lead, operation: Operation, actor: Person, agreement: Agreement) -> Lead:
    """Return the lead at the start of its next pass, the present one kept among the earlier."""
    earlier = Pass(
        number=lead.number, mark=lead.mark, handed_at=lead.handed_at, standing=lead.standing, trail=lead.trail
    )
    due = BusinessClock(agreement).add(operation.at, agreement.sales.decide_within)
    after = Standing(state=State.NEW, owner=lead.standing.owner, due_at=due)
    mark = "returned" if isinstance(operation.verb, op.Return) else "handed again"
    return _decide(
        replace(lead, trail=()),
        operation,
        actor,
        after,
        number=lead.number + 1,
        mark=mark,
        handed_at=operation.at,
        passes=(*lead.passes, earlier),
    )


def _reopen(lead: Lead, operation: Operation, actor: Person, agreement: Agreement) -> Lead:
    back = reopened(lead, operation.undoes)
    if back.standing == lead.standing and back.decision_revision == lead.decision_revision:
        # Nothing of the standing was undone, so the undo itself is no decision either.
        return replace(back, revision=lead.revision + 1)
    extra = {"number": back.number, "mark": back.mark, "handed_at": back.handed_at, "passes": back.passes}
    undone = _decide(replace(lead, trail=back.trail), operation, actor, back.standing, **extra)
    voice = successor(lead, operation.undoes, actor)
    return undone if voice is None else _stand_in(undone, lead, voice, agreement)


def _stand_in(undone: Lead, lead: Lead, voice: Voice, agreement: Agreement) -> Lead:
    """Return `undone` refused again, openly, by the second voice to the refusal that stood in `lead`."""
    refused_by = lead.trail[-1]
    revision = undone.decision_revision + 1
    entry = replace(
        refused_by,
        operation_id=voice.operation_id,
        by=voice.by,
        by_name=voice.by_name,
        at=voice.at,
        decision_revision=revision,
        before=undone.standing,
        answers=voice.answers,
        note=voice.note,
    )
    others = (
        replace(other, against=voice.operation_id) if other.against == refused_by.operation_id else other
        for other in lead.voices
        if other is not voice
    )
    after = lead.standing
    reason = agreement.reason(voice.reason)
    if reason is not None and answering.check(reason, voice.answers, lead) is None:
        kind = op.Reject if refused_by.verb == "reject" else op.Disqualify
        verb = kind(reason=voice.reason, answers=voice.answers)
        theirs = _consequence(undone.standing, reason, verb, voice.at, agreement)
        # Another version of the agreement must not make something else of it than both had refused it for.
        after = theirs if theirs.state is after.state else after
    return replace(
        undone, standing=after, trail=(*undone.trail, entry), voices=tuple(others), decision_revision=revision
    )


def _snooze(lead: Lead, operation: Operation, actor: Person, _agreement: Agreement) -> Lead:
    verb = operation.verb
    assert isinstance(verb, op.SnoozeLead)  # noqa: S101
    snooze = Snooze(
        operation_id=operation.id, until=verb.until, or_activity=verb.or_activity, at=operation.at, by=actor.id
    )
    return replace(lead, snooze=snooze, revision=lead.revision + 1)


def _wake(lead: Lead, _operation: Operation, _actor: Person, _agreement: Agreement) -> Lead:
    return replace(lead, snooze=None, revision=lead.revision + 1)


def _attempt(lead: Lead, operation: Operation, actor: Person, _agreement: Agreement) -> Lead:
    verb = operation.verb
    assert isinstance(verb, op.Attempt)  # noqa: S101
    made = AttemptMade(
        operation_id=operation.id,
        by=actor.id,
        by_name=actor.name,
        at=operation.at,
        result=verb.result,
        next_on=verb.next_on,
        note=verb.note,
    )
    return replace(lead, attempts=(*lead.attempts, made), revision=lead.revision + 1)


def _correct(lead: Lead, operation: Operation, actor: Person, _agreement: Agreement) -> Lead:
    verb = operation.verb
    assert isinstance(verb, op.Correct)  # noqa: S101
    fact = Corrected(
        operation_id=operation.id,
        by=actor.id,
        by_name=actor.name,
        at=operation.at,
        field=verb.field,
        before=field_value(lead, verb.field),
        after=verb.value,
    )
    mended = with_field(lead, verb.field, verb.value)
    return replace(mended, corrections=(*lead.corrections, fact), revision=lead.revision + 1)


def _remark(lead: Lead, operation: Operation, actor: Person, _agreement: Agreement) -> Lead:
    verb = operation.verb
    assert isinstance(verb, op.Note | op.Thank | op.FlagMeeting | op.FlagPromise | op.AskFor | op.Keep)  # noqa: S101
    remark = Remark(
        operation_id=operation.id,
        kind=verb.kind,
        by=actor.id,
        by_name=actor.name,
        at=operation.at,
        text=verb.text,
        tag=verb.tag if isinstance(verb, op.Note) else "",
    )
    return replace(lead, remarks=(*lead.remarks, remark), revision=lead.revision + 1)


_EFFECTS: dict[type[op.Verb], Callable[[Lead, Operation, Person, Agreement], Lead]] = {
    op.Claim: _claim,
    op.Release: _release,
    op.Accept: _accept,
    op.Reject: _refuse,
    op.Disqualify: _refuse,
    op.SnoozeLead: _snooze,
    op.Wake: _wake,
    op.Attempt: _attempt,
    op.Correct: _correct,
    op.Qualify: _qualify,
    op.Outcome: _conclude,
    op.Reopen: _reopen,
    op.HandAgain: _new_pass,
    op.Return: _new_pass,
    op.Note: _remark,
    op.Thank: _remark,
    op.FlagMeeting: _remark,
    op.FlagPromise: _remark,
    op.AskFor: _remark,
    op.Keep: _remark,
}
