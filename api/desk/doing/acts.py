"""What one person does in one go: making its operations, saying it in words, finding what an undo would take back."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from api.desk.held import Held
from api.desk.news import Act, CannotDo
from api.model import operation as op
from api.model.agreement import Agreement, Consequence
from api.model.lead import FIELDS, Decided, Lead, Remark, field_value
from api.model.operation import LeadVerb, Operation, Receipt, Result, Seen, Target
from api.model.people import Person
from api.rules import conflicts, lifecycle
from api.rules.conflicts import suppresses

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
    "flag_meeting": "flagged",
    "flag_promise": "flagged the promise made to",
    "ask_for": "asked for",
    "keep": "kept",
}

_YOURS = {
    "accept": "acceptance",
    "reject": "rejection",
    "disqualify": "disqualification",
    "wake": "wake-up",
    "correct": "correction",
    "qualify": "qualification",
    "reopen": "undo",
    "hand_again": "new handoff",
    "thank": "word of thanks",
    "flag_meeting": "flag for the meeting",
    "flag_promise": "flag on the promise",
    "ask_for": "wish to have it",
    "keep": "no to who asked for it",
}
"""What the author did, as a noun, where the verb's name is none."""


def prepare(
    verb: LeadVerb,
    leads: Sequence[Lead],
    *,
    me: Person,
    agreement: Agreement,
    at: datetime,
    new_id: Callable[[], str],
    undoes: Sequence[str] = (),
    insists: str = "",
    seen_revision: int = 0,
    group: str = "",
) -> list[Operation]:
    """Make one operation for each lead as the person saw it; `undoes` names what each takes back, in the same order.

    `insists` names the own operation that all of them stand by, `seen_revision` a decision that the person has heard of
    although the record does not hold it yet, `group` the act that they belong to when it is no new one.

    Raises:
        CannotDo: the rules do not allow it for one of the leads.
    """
    group = group or new_id()
    operations: list[Operation] = []
    standing: dict[str, Lead] = {}
    for index, seen in enumerate(leads):
        lead = standing.get(seen.id, seen)
        try:
            operation, standing[lead.id] = _made(
                verb,
                lead,
                me=me,
                agreement=agreement,
                at=at,
                id=new_id(),
                undoes=undoes[index] if undoes else "",
                insists=insists,
                seen_revision=seen_revision,
                group=group,
            )
        except CannotDo as error:
            where = f"{lead.title}: " if len(leads) > 1 else ""
            raise CannotDo(where + error.sentence, error.code, error.field) from None
        operations.append(operation)
    return operations


def prepare_in_turn(
    verbs: Sequence[LeadVerb],
    lead: Lead,
    *,
    me: Person,
    agreement: Agreement,
    at: datetime,
    new_id: Callable[[], str],
    group: str,
) -> tuple[list[Operation], Lead]:
    """Make an operation of `group` for each verb, each on what the one before makes of the lead, and return that, too.

    Raises:
        CannotDo: the rules do not allow one of them.
    """
    operations: list[Operation] = []
    for verb in verbs:
        operation, lead = _made(verb, lead, me=me, agreement=agreement, at=at, id=new_id(), group=group)
        operations.append(operation)
    return operations, lead


def _made(
    verb: LeadVerb,
    lead: Lead,
    *,
    me: Person,
    agreement: Agreement,
    at: datetime,
    id: str,  # noqa: A002
    group: str,
    undoes: str = "",
    insists: str = "",
    seen_revision: int = 0,
) -> tuple[Operation, Lead]:
    operation = Operation(
        id=id,
        target=Target("lead", lead.id),
        verb=verb,
        seen=Seen(max(conflicts.seen_revision(lead, me.id), seen_revision), _values(lead, verb, agreement)),
        actor=me.id,
        at=at,
        agreement=agreement.version,
        group=group,
        undoes=undoes,
        insists=insists,
    )
    outcome = lifecycle.apply(lead, operation, me, agreement)
    if outcome.result is not Result.APPLIED:
        raise CannotDo(outcome.sentence, outcome.code or outcome.result.value, outcome.field)
    return operation, outcome.lead


def past_acts(newest_first: Iterable[Held], agreement: Agreement, group: str | None = None) -> Iterator[Act]:
    """Yield the acts (or the one named by `group`) that have an effect to take back, the newest first.

    One whose taking back the CRM has refused comes only when it is named.
    """
    undone: set[str] = set()
    found: list[Operation] = []
    for held in newest_first:
        operation = held.operation
        its_group = operation.group or operation.id
        if found and its_group != (found[0].group or found[0].id):
            yield _act(found, agreement)
            found = []
        if operation.undoes:
            if held.counts or group is None:
                undone.add(operation.undoes)
        elif held.counts and operation.id not in undone and group in (None, its_group) and not _past_undoing(held):
            found.append(operation)
    if found:
        yield _act(found, agreement)


def _act(newest_first: Sequence[Operation], agreement: Agreement) -> Act:
    newest = newest_first[0]
    operations = tuple(reversed(newest_first))
    return Act(
        group=newest.group or newest.id, sentence=say(operations, agreement), operations=operations, at=newest.at
    )


def say(operations: Sequence[Operation], agreement: Agreement) -> str:
    """Say what the person did: ``Rejected Ana Example: not our target``, ``Accepted 12 leads``.

    What was done to the same lead in the same go follows: ``Accepted Ana Example and corrected the phone``.
    """
    first = operations[0]
    leads = {operation.target.id for operation in operations}
    whom = title_seen(first) if len(leads) == 1 else f"{len(leads)} leads"
    code = _reason(first.verb)
    did, of = _words(first.verb)
    if reroutes(code, agreement):
        did, code = "rerouted", ""
    elif suppresses(first.verb, agreement):
        did = "suppressed"
    also = dict.fromkeys(_words(one.verb)[0] for one in operations[1:] if one.target.id == first.target.id)
    after = " for the meeting" if isinstance(first.verb, op.FlagMeeting) else ""
    words = " and ".join([f"{did}{of} {whom}{after}", *also])
    return words[0].upper() + words[1:] + _because(code, agreement)


def _words(verb: LeadVerb) -> tuple[str, str]:
    """Return what was done, and the word between that and the lead."""
    if isinstance(verb, op.Outcome):
        return verb.result, ""
    if isinstance(verb, op.Correct):
        return f"corrected the {verb.field.replace('_', ' ')}", " of"
    return _DID[verb.kind], ""


def reroutes(reason: str, agreement: Agreement) -> bool:
    """Say whether a refusal for this reason sends the lead to somebody else."""
    known = agreement.reason(reason)
    return known is not None and known.outcome is Consequence.REROUTE


def _did(entry: Decided, agreement: Agreement) -> str:
    return "rerouted" if reroutes(entry.reason, agreement) else _DID.get(entry.verb, entry.verb)


def say_of_other(entry: Decided, lead: Lead, agreement: Agreement) -> str:
    """Say what somebody else decided: ``Ben Example accepted Ana Example``."""
    reason = entry.reason if entry.verb != "accept" else ""
    return f"{entry.by_name or 'Somebody'} {_did(entry, agreement)} {lead.title}{_because(reason, agreement)}"


def say_handed(entry: Decided, lead: Lead) -> str:
    """Say who sent a lead to this person."""
    return f"{entry.by_name or 'Somebody'} handed {lead.title} over to you"


def say_unsettled(operation: Operation, receipt: Receipt, title: str, agreement: Agreement) -> str:
    """Say why an own operation did not take effect, and which it was."""
    verb = operation.verb
    yours = f"your {_YOURS.get(verb.kind, verb.kind)}{_in_brackets(_reason(verb), agreement)}"
    stands = receipt.stands
    if stands is None or receipt.result is Result.REFUSED:
        return f"{title}: {yours} was not applied. {receipt.sentence}".rstrip()
    did = f"{stands.by_name or 'Somebody'} {_did(stands, agreement)} it"
    when = "since" if operation.undoes else "first"
    reason = _in_brackets(stands.reason, agreement) if stands.verb != "accept" else ""
    return f"{title}: {did} {when}{reason}; {yours} was not applied."


def say_overturned(operation: Operation, entry: Decided, title: str, agreement: Agreement) -> str:
    """Say who put an own operation out of effect, and how."""
    verb = operation.verb
    yours = f"your {_YOURS.get(verb.kind, verb.kind)}{_in_brackets(_reason(verb), agreement)}"
    name = entry.by_name or "Somebody"
    if entry.undoes:
        return f"{title}: {name} took back {yours}."
    reason = _in_brackets(entry.reason, agreement) if entry.verb != "accept" else ""
    return f"{title}: {name} insists and {_did(entry, agreement)} it{reason}; {yours} no longer holds."


def say_wish(remark: Remark, title: str) -> str:
    """Say who asks for a lead of mine: ``Ben Example asks you for Ana Example: we have met``."""
    words = f": {remark.text}" if remark.text else ""
    return f"{remark.by_name or 'Somebody'} asks you for {title}{words}"


def say_kept(remark: Remark, title: str) -> str:
    """Say who has kept a lead that I asked for, and in which words."""
    words = f": {remark.text}" if remark.text else ""
    return f"{remark.by_name or 'Somebody'} keeps {title}{words}"


def leads_of(operations: Iterable[Operation]) -> tuple[str, ...]:
    """Return the ids of the leads that operations are about; others may look different too, if they are a person's."""
    return tuple(sorted({operation.target.id for operation in operations}))


def title_seen(operation: Operation) -> str:
    """Name the lead of an operation as its author saw it."""
    values = operation.seen.values
    name = values.get("name") or values.get("company") or values.get("email")
    if not name and values.get("source_id"):
        name = f"{values.get('source') or 'lead'} {values['source_id'][:8]}"
    return name or f"lead {operation.target.id[:8]}"


def _reason(verb: LeadVerb) -> str:
    # That of an acceptance is no code but the rep's own words.
    return "" if isinstance(verb, op.Accept) else getattr(verb, "reason", "")


def _because(code: str, agreement: Agreement) -> str:
    return f": {_label(code, agreement)}" if code else ""


def _in_brackets(code: str, agreement: Agreement) -> str:
    return f" ({_label(code, agreement)})" if code else ""


def _label(code: str, agreement: Agreement) -> str:
    reason = agreement.reason(code)
    label = reason.label if reason is not None else code.replace("_", " ")
    return label[:1].lower() + label[1:]


def _values(lead: Lead, verb: LeadVerb, agreement: Agreement) -> dict[str, str]:
    term = agreement.term(agreement.handoff_term)
    fields = ["name", "company", "email", *(criterion.field for criterion in (term.criteria if term else ()))]
    if isinstance(verb, op.Correct):
        fields.append(verb.field)
    if suppresses(verb, agreement):
        # What finds every other record of the person, also after this machine has forgotten what the CRM said.
        fields.append("phone")
    values = {field: value for field in fields if field in FIELDS and (value := field_value(lead, field))}
    if not any(field in values for field in ("name", "company", "email")):
        # All that the queue has to call it by.
        values |= {"source": lead.source, "source_id": lead.source_id}
    return values


def _past_undoing(held: Held) -> bool:
    # Once the CRM has it, the end of a snooze has no opposite.
    return isinstance(held.operation.verb, op.Wake) and held.receipt is not None


def withdrawable(act: Act, on_lead: Callable[[str], Sequence[Held]]) -> list[Operation]:
    """Return those operations of an act that may simply vanish if the CRM has not seen them.

    Not the ones that an operation of another act was built on: that one would lose its footing. `on_lead` gives the own
    operations on a lead, oldest first.
    """
    mine = {operation.id for operation in act.operations}
    found: list[Operation] = []
    for one in act.operations:
        held = on_lead(one.target.id)
        latest = next((other.operation.id for other in reversed(held) if other.counts), "")
        pending = any(other.operation.id == one.id and other.receipt is None for other in held)
        if pending and latest in mine:
            found.append(one)
    return found
