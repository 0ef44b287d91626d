"""What must be true, said a second time and as simply as possible: no cursors, no caches, only what stands where."""

from collections.abc import Callable, Container, Iterable, Sequence

from api.local.outbox import Entry
from api.model import operation as op
from api.model.agreement import Agreement
from api.model.lead import Decided, Lead
from api.model.operation import Operation, Result
from api.model.people import Person
from api.rules import lifecycle
from api.rules.identity import email_key, phone_key, suppression_keys

WISH = "do_not_contact"
"""The reason whose outcome is that a person is never contacted again."""


DECIDE = frozenset(
    {"claim", "release", "accept", "reject", "disqualify", "qualify", "outcome", "reopen", "hand_again", "return"}
)
"""The verbs that settle what did not take effect before them."""


def asks_to_be_left_alone(operation: Operation) -> bool:
    """Say whether the operation carries a person's wish not to be contacted."""
    return getattr(operation.verb, "reason", "") == WISH


def decisions(lead: Lead) -> list[Decided]:
    """Return every decision of every pass."""
    return [*(entry for earlier in lead.passes for entry in earlier.trail), *lead.trail]


def marks(lead: Lead) -> list[str]:
    """Return the ids of the operations that the record carries, as often as it carries them."""
    return [
        *(entry.operation_id for entry in decisions(lead)),
        *(voice.operation_id for voice in lead.voices),
        *(made.operation_id for made in lead.attempts),
        *(remark.operation_id for remark in lead.remarks),
        *(fact.operation_id for fact in lead.corrections),
        *(dissent.operation_id for dissent in getattr(lead, "dissents", ())),
    ]


def overruled_unseen(lead: Lead, operation: Operation, seen: frozenset[str]) -> list[str]:
    """Return the decisions of others that the operation has set aside without its author knowing of them.

    A wish not to be contacted may; so may whoever met what was taken back again.
    """
    if asks_to_be_left_alone(operation) or isinstance(operation.verb, op.Reopen):
        return []
    trail = list(lead.trail)
    at = next((index for index, entry in enumerate(trail) if entry.operation_id == operation.id), None)
    if at is None:
        return []
    unseen = [entry for entry in trail[:at] if entry.operation_id not in seen and entry.by != trail[at].by]
    if not unseen or unseen[0].before == trail[at].before:
        return []
    return [entry.operation_id for entry in unseen]


def folded(
    base: Lead, entries: Iterable[Entry], effects: frozenset[str], me: Person, agreement: Callable[[int], Agreement]
) -> Lead:
    """Return how a lead must look to its rep: as the hub told it, and what they have done that it does not hold yet.

    `effects` are the operations that had taken effect in `base`.
    """
    lead = base
    for entry in entries:
        operation, receipt = entry.operation, entry.receipt
        if operation.target.id != lead.id or entry.withdrawn or operation.id in effects:
            continue
        if receipt is None or receipt.result.took_effect:
            lead = lifecycle.apply(lead, operation, me, agreement(operation.agreement)).lead
    return lead


def unwanted(lead: Lead, entries: Iterable[Entry], wishes: frozenset[str]) -> bool | None:
    """Say whether a wish noted here on another record of the same person forbids to contact this one.

    `wishes` are the keys of those of whom the hub knows that they asked. None where the hub took the wish and does not
    know it for this person: their address was put right meanwhile, or a backup was put back.
    """
    keys = set(suppression_keys(lead))
    found: bool | None = False
    for entry in entries:
        operation = entry.operation
        if not asks_to_be_left_alone(operation) or operation.target.id == lead.id or entry.withdrawn or _failed(entry):
            continue
        values = operation.seen.values
        meant = keys & {email_key(values.get("email", "")), phone_key(values.get("phone", ""))}
        if meant and (entry.receipt is None or meant & wishes):
            return True
        found = None if meant else found
    return found


def open_matters(entries: Sequence[Entry], mine: Container[str]) -> set[str]:
    """Return the operations that did not take effect and that nothing has made unimportant.

    That is: nobody has answered it or taken it back, it is not itself the taking back of something that never took
    effect, nothing done on the lead later has taken effect and stands, and it was not about having a lead that is one
    of `mine` by now.
    """
    history = History(entries)
    return {
        entry.operation.id
        for entry in history.kept
        if _failed(entry)
        and not history.taken_back(entry)
        and not history.answered(entry)
        and not history.undoes_nothing(entry)
        and not history.passed_over(entry)
        and not (_came_too_late(entry) and entry.operation.target.id in mine)
    }


class History:
    """What stands of everything that one profile has recorded."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.kept = [entry for entry in entries if not entry.withdrawn]
        self._by_id = {entry.operation.id: entry for entry in self.kept}
        self._place = {entry.operation.id: entry.sequence for entry in entries}
        self._reopened_by = {entry.operation.undoes: entry for entry in self.kept if entry.operation.undoes}

    def taken_back(self, entry: Entry) -> bool:
        """Say whether its author took it back, whatever came of that."""
        return entry.operation.id in self._reopened_by

    def answered(self, entry: Entry) -> bool:
        """Say whether its author has said what is to become of it, and has not taken that back."""
        resolution = entry.resolution
        if resolution is None:
            return False
        answer = self._by_id.get(resolution.by)
        return not resolution.by or (answer is not None and not self._undone(answer))

    def undoes_nothing(self, entry: Entry) -> bool:
        """Say whether it takes back what never took effect."""
        original = self._by_id.get(entry.operation.undoes)
        return original is not None and _failed(original)

    def passed_over(self, entry: Entry) -> bool:
        """Say whether a decision made later on the lead, or the same again, took effect and stands.

        Taking back what came later still does not count.
        """
        return any(
            later.operation.target.id == entry.operation.target.id
            and later.sequence > entry.sequence
            and (later.operation.verb.kind in DECIDE or later.operation.verb.kind == entry.operation.verb.kind)
            and _worked(later)
            and not self._undone(later)
            and self._place.get(later.operation.undoes, -1) <= entry.sequence
            for later in self.kept
        )

    def _undone(self, entry: Entry) -> bool:
        reopen = self._reopened_by.get(entry.operation.id)
        return reopen is not None and (not _failed(reopen) or _failed(entry))


def _failed(entry: Entry) -> bool:
    return entry.receipt is not None and not entry.receipt.result.took_effect


def _came_too_late(entry: Entry) -> bool:
    return entry.receipt is not None and entry.receipt.result is Result.TAKEN


def _worked(entry: Entry) -> bool:
    return entry.receipt is not None and entry.receipt.result in (Result.APPLIED, Result.ALREADY, Result.AGREED)
