"""What became of each item of a command: in words, in JSON, and as the one exit code of them all."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from api.errors import HandoffError
from api.model.operation import Operation, Receipt, Result
from tui.cli import output as out

if TYPE_CHECKING:
    import argparse

    from api.desk import Desk
    from api.model.lead import Lead

FAILED, PENDING, TAKEN_BACK, DONE_AGAIN, SETTLED = "failed", "pending", "taken back", "done again", "settled"
_CODES: Mapping[str, int] = {
    Result.APPLIED.value: out.DONE,
    Result.ALREADY.value: out.DONE,
    Result.AGREED.value: out.DONE,
    TAKEN_BACK: out.DONE,
    DONE_AGAIN: out.DONE,
    SETTLED: out.DONE,
    PENDING: out.PENDING,
    FAILED: out.FAILED,
    Result.TAKEN.value: out.CONFLICT,
    Result.CONFLICT.value: out.CONFLICT,
    Result.REFUSED.value: out.CONFLICT,
}
_WEIGHT = (out.DONE, out.PENDING, out.FAILED, out.CONFLICT)
_PAST = {"accept": "Accepted", "reject": "Rejected", "disqualify": "Disqualified", "reopen": "Undone for"}


class LeadOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one lead, or of one matter on it, in one command."""

    id: str
    lead: str
    result: str
    sentence: str
    operation: str = ""


def refused(lead: "Lead", sentence: str) -> LeadOutcome:
    """Return the outcome of what the rules do not allow; nothing was saved for it."""
    return LeadOutcome(id=lead.id, lead=lead.title, result=Result.REFUSED.value, sentence=sentence)


def title_of(opened: "Desk", lead_id: str) -> str:
    """Return what people call the lead; its id when it is not here."""
    row = opened.row(lead_id)
    return row.title if row else lead_id


def seconds(opened: "Desk", options: "argparse.Namespace") -> float:
    """Return how long the CRM may take: what ``--wait`` says, else the settings; 0 means that it is not asked."""
    if options.wait is not None:
        return float(options.wait)
    from tui.settings import load

    loaded = load(opened.profile.root)
    if loaded.problems:
        # A mistake in there must not keep anybody from deciding.
        out.Output().note(loaded.sentence)
    return loaded.settings.wait


def settle(
    opened: "Desk",
    output: out.Output,
    wait: float,
    operations: Sequence[Operation],
    others: Sequence[LeadOutcome] = (),
    *,
    said: Mapping[str, str] | None = None,
) -> int:
    """Offer what was saved to the CRM for `wait` seconds, then say what became of each item; return the exit code.

    `others` are outcomes without an operation; `said` says for an operation's id what its author did by it, where
    that is more than its verb tells.
    """
    said, problem = said or {}, ""
    if operations and wait > 0:
        try:
            problem = _offer(opened, [operation.id for operation in operations], wait)
        except KeyboardInterrupt:
            _report(output, [*_results(opened, operations, said), *others])
            raise
    everything = [*_results(opened, operations, said), *others]
    _report(output, everything)
    newest = max((receipt.at for one in operations if (receipt := opened.receipt(one.id))), default=None)
    if newest is not None:
        from tui.cli.commands.syncing import note_skew

        note_skew(output, newest, opened.now())
    if any(one.result == PENDING for one in everything):
        output.note(_when_it_goes(opened, problem))
    if any(_lost(one) for one in everything):
        output.note("“handoff conflicts” shows both sides and what can be done.")
    return max((_CODES[one.result] for one in everything), key=_WEIGHT.index, default=out.DONE)


def _offer(opened: "Desk", ids: Sequence[str], wait: float) -> str:
    """Offer operations to the CRM; return what kept them from it, or nothing."""
    from tui.cli.exchange import exchange, offer

    try:
        problem = offer(opened, ids, wait)
        receipts = [receipt for one in ids if (receipt := opened.receipt(one))]
        if not problem and any(not receipt.result.took_effect for receipt in receipts):
            # What stands now is fetched too, so that it can be seen and answered.
            exchange(opened, wait)
    except HandoffError as error:
        return error.sentence
    # It is saved, so whatever keeps it from being sent now is told and does not make it fail.
    except Exception as error:  # noqa: BLE001
        from tui.cli.crash import sentence_for

        return sentence_for(error)
    return problem


def _when_it_goes(opened: "Desk", problem: str) -> str:
    if not problem:
        return "It goes out with the next sync."
    from tui.cli.workplace import signed_out

    return signed_out(opened) or f"{problem} “handoff sync” sends it."


def _lost(one: LeadOutcome) -> bool:
    return bool(one.operation) and _CODES[one.result] == out.CONFLICT


def _report(output: out.Output, outcomes: Sequence[LeadOutcome]) -> None:
    output.document({"outcomes": outcomes, "pending": sum(one.result == PENDING for one in outcomes)})
    said = ""
    for one in outcomes:
        if _CODES[one.result] in (out.DONE, out.PENDING):
            # What was taken back together is told in one sentence for all.
            if one.sentence != said:
                output.line(one.sentence)
            said = one.sentence
        else:
            output.note(f"handoff: {one.lead}: {one.sentence}" if one.lead else f"handoff: {one.sentence}")


def _results(opened: "Desk", operations: Sequence[Operation], said: Mapping[str, str]) -> list[LeadOutcome]:
    return [_outcome(opened, one, opened.receipt(one.id), said.get(one.id, "")) for one in operations]


def _outcome(opened: "Desk", operation: Operation, receipt: Receipt | None, said: str) -> LeadOutcome:
    lead_id = operation.target.id
    title = title_of(opened, lead_id)
    done = said.rstrip(".") or f"{_PAST.get(operation.verb.kind, operation.verb.kind.capitalize())} {title}"
    words: dict[str, Callable[[], str]] = {
        PENDING: lambda: f"Saved, not yet sent: {done[:1].lower()}{done[1:]} ({lead_id})",
        Result.APPLIED.value: lambda: f"{done} ({lead_id})",
    }
    result = receipt.result.value if receipt else PENDING
    answered = receipt.sentence if receipt else ""
    plain = words.get(result)
    if result in (Result.ALREADY.value, Result.AGREED.value):
        sentence = f"{title} ({lead_id}): {answered or 'it was so already.'}"
    else:
        sentence = plain() if plain else answered or f"{title}: the CRM did not take it ({result})."
    return LeadOutcome(id=lead_id, lead=title, result=result, sentence=sentence, operation=operation.id)
