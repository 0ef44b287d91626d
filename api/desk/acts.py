"""What one person does in one go: making its operations, saying it in words, finding what an undo would take back."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from api.desk.news import Act, CannotDo
from api.desk.view import Held
from api.model import operation as op
from api.model.agreement import Agreement
from api.model.lead import FIELDS, Decided, Lead, field_value
from api.model.operation import LeadVerb, Operation, Result, Seen, Target
from api.model.people import Person
from api.rules import lifecycle

_DID = {
    "accept": "accepted",
    "reject": "rejected",
    "disqualify": "disqualified",
    "claim": "claimed",
    "release": "released",
    "snooze": "snoozed",
    "wake": "woke",
    "attempt": "logged an attempt on",
    "correct": "corrected",
    "qualify": "qualified",
    "outcome": "closed",
    "reopen": "reopened",
    "hand_again": "handed over again",
    "return": "brought back",
    "note": "added a note to",
    "thank": "said thanks for",
    "flag_meeting": "flagged for the meeting",
    "flag_promise": "flagged the promise made to",
}


def prepare(
    verb: LeadVerb,
    leads: Sequence[Lead],
    *,
    me: Person,
    agreement: Agreement,
    at: datetime,
    new_id: Callable[[], str],
    undoes: Sequence[str] = (),
) -> list[Operation]:
    """Make one operation for each lead as the person saw it; `undoes` names what each takes back, in the same order.

    Raises:
        CannotDo: the rules do not allow it for one of the leads.
    """
    group = new_id()
    operations: list[Operation] = []
    standing: dict[str, Lead] = {}
    for index, seen in enumerate(leads):
        lead = standing.get(seen.id, seen)
        operation = Operation(
            id=new_id(),
            target=Target("lead", lead.id),
            verb=verb,
            seen=Seen(lead.decision_revision, _values(lead, verb, agreement)),
            actor=me.id,
            at=at,
            agreement=agreement.version,
            group=group,
            undoes=undoes[index] if undoes else "",
        )
        outcome = lifecycle.apply(lead, operation, me, agreement)
        if outcome.result is not Result.APPLIED:
            where = f"{lead.title}: " if len(leads) > 1 else ""
            raise CannotDo(where + outcome.sentence, outcome.code or outcome.result.value, outcome.field)
        standing[lead.id] = outcome.lead
        operations.append(operation)
    return operations


def last_act(newest_first: Iterable[Held], agreement: Agreement, group: str | None = None) -> Act | None:
    """Return the newest act (or the one named by `group`) that has an effect which can be taken back."""
    undone: set[str] = set()
    found: list[Operation] = []
    for held in newest_first:
        operation = held.operation
        its_group = operation.group or operation.id
        if found and its_group != group:
            break
        if not counts(held):
            continue
        if operation.undoes:
            undone.add(operation.undoes)
        elif operation.id not in undone and group in (None, its_group) and not _past_undoing(held):
            group = its_group
            found.append(operation)
    if not found or group is None:
        return None
    operations = tuple(reversed(found))
    return Act(group=group, sentence=say(operations, agreement), operations=operations, at=found[0].at)


def say(operations: Sequence[Operation], agreement: Agreement) -> str:
    """Say what the person did: ``Rejected Ana Example: not our target``, ``Accepted 12 leads``."""
    first = operations[0]
    whom = title_seen(first) if len(operations) == 1 else f"{len(operations)} leads"
    reason = getattr(first.verb, "reason", "") if not isinstance(first.verb, op.Accept) else ""
    did = _DID[first.verb.kind]
    if isinstance(first.verb, op.Outcome):
        did = first.verb.result
    if isinstance(first.verb, op.Correct):
        did = f"corrected the {first.verb.field.replace('_', ' ')} of"
    words = f"{did} {whom}"
    return words[0].upper() + words[1:] + _because(reason, agreement)


def say_of_other(entry: Decided, lead: Lead, agreement: Agreement) -> str:
    """Say what somebody else decided: ``Ben Example accepted Ana Example``."""
    reason = entry.reason if entry.verb != "accept" else ""
    return f"{entry.by_name or 'Somebody'} {_DID.get(entry.verb, entry.verb)} {lead.title}{_because(reason, agreement)}"


def title_seen(operation: Operation) -> str:
    """Name the lead of an operation as its author saw it."""
    values = operation.seen.values
    return values.get("name") or values.get("company") or values.get("email") or f"lead {operation.target.id[:8]}"


def _because(code: str, agreement: Agreement) -> str:
    if not code:
        return ""
    reason = agreement.reason(code)
    label = reason.label if reason is not None else code.replace("_", " ")
    return f": {label[:1].lower()}{label[1:]}"


def _values(lead: Lead, verb: LeadVerb, agreement: Agreement) -> dict[str, str]:
    term = agreement.term(agreement.handoff_term)
    fields = ["name", "company", "email", *(criterion.field for criterion in (term.criteria if term else ()))]
    if isinstance(verb, op.Correct):
        fields.append(verb.field)
    return {field: value for field in fields if field in FIELDS and (value := field_value(lead, field))}


def counts(held: Held) -> bool:
    """Say whether an operation has an effect, or still may have one."""
    return held.receipt is None or held.receipt.result.took_effect


def _past_undoing(held: Held) -> bool:
    # Once the CRM has it, the end of a snooze has no opposite.
    return isinstance(held.operation.verb, op.Wake) and held.receipt is not None


def withdrawable(act: Act, history: Iterable[Held]) -> list[Operation]:
    """Return those operations of an act that may simply vanish if the CRM has not seen them.

    Not the ones that an operation of another act was built on: that one would lose its footing.
    """
    latest: dict[str, str] = {}
    pending: set[str] = set()
    for held in history:
        if counts(held):
            latest[held.operation.target.id] = held.operation.id
        if held.receipt is None:
            pending.add(held.operation.id)
    mine = {operation.id for operation in act.operations}
    return [one for one in act.operations if one.id in pending and latest.get(one.target.id) in mine]
