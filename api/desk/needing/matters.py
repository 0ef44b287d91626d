"""What needs the person, and the operations by which they can take it up, as the rules allow them now. Pure."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Literal

from msgspec.structs import replace

from api.desk.doing import acts
from api.desk.held import Held
from api.desk.news import CannotDo, Way
from api.model import operation as op
from api.model.agreement import Agreement, Consequence
from api.model.lead import Decided, Lead, State
from api.model.operation import LeadVerb, Operation, Receipt, Result
from api.model.people import Owner, Person, parse_owner
from api.rules import permission
from api.rules.insisting import overruled_by

Kind = Literal["conflict", "taken", "refused"]

_KINDS: dict[Result, Kind] = {Result.CONFLICT: "conflict", Result.TAKEN: "taken"}

_HELD_AS = {"claim": State.NEW, "accept": State.ACCEPTED, "qualify": State.QUALIFIED}
"""In which state somebody has a lead after taking it."""

_NOTHING_TO_EDIT = (op.Claim, op.Release, op.Wake, op.Reopen, op.Return)


def kind_of(receipt: Receipt) -> Kind:
    """Say of which kind an answer is that did not let an operation take effect."""
    return _KINDS.get(receipt.result, "refused")


def overrulings(lead: Lead, mine: Iterable[Held], effective: Collection[str] = ()) -> dict[str, Decided]:
    """Return who has put which own operations on the lead out of effect, by the operation's id, where that is news.

    Only of operations that took effect, by their answer or by being in `effective`.
    """
    found: dict[str, Decided] = {}
    for held in mine:
        if held.operation.id not in effective and (held.receipt is None or held.failed):
            continue
        entry = overruling(lead, held.operation)
        known = held.overruled.entry.operation_id if held.overruled is not None else ""
        if entry is not None and entry.operation_id != known:
            found[held.operation.id] = entry
    return found


def overruling(lead: Lead, operation: Operation) -> Decided | None:
    """Return what put an own operation out of effect, as long as it does and its author has not decided anew."""
    entry = overruled_by(lead, operation.id)
    if entry is None:
        return None
    later = (one for one in lead.trail if one.decision_revision > entry.decision_revision)
    return None if any(one.by == operation.actor and one.verb != "reopen" for one in later) else entry


class Drafts:
    """Makes operations that take something up again; each method raises `CannotDo` with the rules' sentence."""

    def __init__(self, me: Person, agreement: Agreement, at: datetime, new_id: Callable[[], str]) -> None:
        self._me = me
        self._agreement = agreement
        self._at = at
        self._new_id = new_id

    def ways(self, held: Held, lead: Lead | None) -> tuple[Way, ...]:
        """Return what can be done now about an operation that did not take effect or was put out of it."""
        receipt = held.receipt
        giving_up = Way.DISCARD if held.failed and receipt and kind_of(receipt) == "refused" else Way.YIELD
        if lead is None:
            return (giving_up,)
        possible = [way for way in self._sensible(held, lead) if self._works(way, held, lead)]
        return (*possible, giving_up) if giving_up is Way.DISCARD or Way.ASK in possible else (giving_up, *possible)

    def make(
        self, way: Way, held: Held, lead: Lead, *, to: str = "", verb: LeadVerb | None = None, text: str = ""
    ) -> list[Operation]:
        """Make what the way asks for; nothing for one that records no operation."""
        if way in (Way.YIELD, Way.DISCARD):
            return []
        if way not in self._sensible(held, lead):
            raise CannotDo(self._senseless(way, held), "way")
        match way:
            case Way.INSIST:
                return self._insist(held, lead, verb or held.operation.verb, text)
            case Way.REROUTE:
                return self._reroute(held, lead, to, text)
            case Way.ASK:
                return self._prepare(op.AskFor(text=text), _as_told(lead, held.receipt))
            case Way.EDIT if verb is None:
                raise CannotDo("Say what it is to be instead.", "verb")
            case _:
                again = verb if way is Way.EDIT and verb is not None else held.operation.verb
                return self._again(held, lead, in_words(again, text))

    def again(self, operation: Operation, lead: Lead, group: str) -> list[Operation]:
        """Make once more what was taken back, as part of the act that it belonged to."""
        return self._prepare(operation.verb, lead, insists=operation.insists, group=group)

    def _works(self, way: Way, held: Held, lead: Lead) -> bool:
        if way is Way.EDIT:
            return not permission.hinder(lead, held.operation.verb.kind, self._me)
        try:
            self.make(way, held, lead, to=str(Owner("person", self._me.id)))
        except CannotDo:
            return False
        return True

    def _sensible(self, held: Held, lead: Lead) -> list[Way]:
        """Return the ways beside giving up that fit what happened, whether the rules allow them or not."""
        operation, receipt = held.operation, held.receipt
        if receipt is None or not held.failed:
            return [Way.INSIST]
        kind = kind_of(receipt)
        if kind == "refused":
            return [Way.RETRY] if isinstance(operation.verb, _NOTHING_TO_EDIT) else [Way.RETRY, Way.EDIT]
        # Where theirs no longer stands, nobody is overruled by doing it again.
        gone = [Way.RETRY] if receipt.stands is not None and _was_taken_back(receipt.stands, lead) else []
        if kind == "taken":
            return [Way.ASK, *gone]
        if _forgotten(held, lead):
            gone = [Way.RETRY]
        return gone if isinstance(operation.verb, op.Reopen) else [Way.INSIST, Way.REROUTE, *gone]

    def _senseless(self, way: Way, held: Held) -> str:
        name = held.receipt.stands.by_name if held.receipt is not None and held.receipt.stands is not None else ""
        if way is Way.INSIST and isinstance(held.operation.verb, op.Reopen):
            return "Taking back can't be insisted on: decide on the lead anew instead."
        if way is Way.INSIST and held.failed and held.receipt and kind_of(held.receipt) == "taken":
            return f"{name or 'Somebody'} has it already; ask for it instead."
        if way in (Way.RETRY, Way.EDIT):
            return f"What {name or 'the other'} decided stands: insist on yours, or let theirs stand."
        return f"“{way.value.replace('_', '-')}” is no answer to that."

    def _insist(self, held: Held, lead: Lead, verb: LeadVerb, text: str) -> list[Operation]:
        self._check_dissent(held, lead)
        return self._prepare(
            in_words(verb, text), lead, insists=held.operation.id, seen_revision=_revision_of_what_stands(held)
        )

    def _reroute(self, held: Held, lead: Lead, to: str, text: str) -> list[Operation]:
        self._check_dissent(held, lead)
        reason = next(
            (one for one in self._agreement.reasons if one.active and one.outcome is Consequence.REROUTE), None
        )
        if reason is None:
            raise CannotDo("Your agreement has no reason that sends a lead to somebody else.", "reason")
        try:
            answers = {"to": str(parse_owner(to))}
        except ValueError:
            raise CannotDo("Say to whom: person:ID or team:NAME.", "answer", "to") from None
        why: CannotDo | None = None
        for refusal in (op.Reject, op.Disqualify):
            verb = in_words(refusal(reason=reason.code, answers=answers), text)
            try:
                return self._prepare(
                    verb, lead, insists=held.operation.id, seen_revision=_revision_of_what_stands(held)
                )
            except CannotDo as error:
                why = why or error
        raise why or CannotDo("This lead can't be sent to somebody else now.")

    def _again(self, held: Held, lead: Lead, verb: LeadVerb) -> list[Operation]:
        operation = held.operation
        undoes = [operation.undoes] if operation.undoes else []
        return self._prepare(verb, lead, undoes=undoes, insists=operation.insists)

    def _check_dissent(self, held: Held, lead: Lead) -> None:
        if _forgotten(held, lead):
            raise CannotDo(
                "The CRM's record does not hold what you decided. If the next exchange does not bring it, the CRM no "
                "longer knows of it: do it again then.",
                "forgotten",
            )
        if held.failed and not any(one.operation_id == held.operation.id for one in lead.dissents):
            raise CannotDo(
                "What you decided has not come back from the CRM yet; it does with the next exchange. Insist then.",
                "not_yet",
            )

    def _prepare(
        self,
        verb: LeadVerb,
        lead: Lead,
        *,
        insists: str = "",
        seen_revision: int = 0,
        undoes: Sequence[str] = (),
        group: str = "",
    ) -> list[Operation]:
        return acts.prepare(
            verb,
            [lead],
            me=self._me,
            agreement=self._agreement,
            at=self._at,
            new_id=self._new_id,
            undoes=undoes,
            insists=insists,
            seen_revision=seen_revision,
            group=group,
        )


def _was_taken_back(stands: Decided, lead: Lead) -> bool:
    return lead.decision_revision > stands.decision_revision and lead.standing == stands.before


def _forgotten(held: Held, lead: Lead) -> bool:
    """Say whether the record is older than the answer and lacks the dissent, as after a restored backup."""
    stands = held.receipt.stands if held.receipt is not None and held.failed else None
    dissents = any(one.operation_id == held.operation.id for one in lead.dissents)
    return stands is not None and not dissents and lead.decision_revision < stands.decision_revision


def _as_told(lead: Lead, receipt: Receipt | None) -> Lead:
    """Return the lead as the answer says that it stands, where the record itself has not come yet."""
    stands = receipt.stands if receipt is not None else None
    state = _HELD_AS.get(stands.verb) if stands is not None else None
    if stands is None or state is None or stands.decision_revision <= lead.decision_revision:
        return lead
    claimed_by = stands.by if state is State.NEW else ""
    standing = replace(lead.standing, state=state, owner=Owner("person", stands.by), claimed_by=claimed_by)
    return replace(lead, standing=standing, decision_revision=stands.decision_revision)


def _revision_of_what_stands(held: Held) -> int:
    stands = held.receipt.stands if held.receipt is not None else None
    return stands.decision_revision if stands is not None and held.failed else 0


def in_words(verb: LeadVerb, text: str) -> LeadVerb:
    """Return the verb with these words of the person's, where it takes any."""
    if not text:
        return verb
    field = next((name for name in ("note", "text") if name in verb.__struct_fields__), "")
    changed: LeadVerb = replace(verb, **{field: text}) if field else verb
    return changed
