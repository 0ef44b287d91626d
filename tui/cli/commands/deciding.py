"""The commands that decide: saved first, then offered to the CRM, each lead with its own outcome."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from api.errors import HandoffError
from api.model.agreement import Agreement, AskKind, Reason
from api.model.lead import Lead
from api.model.operation import Accept, LeadVerb, Operation, Receipt, Result
from api.model.people import Role
from tui.cli import output as out
from tui.cli.errors import Failed, Usage
from tui.cli.workplace import desk

if TYPE_CHECKING:
    from api.desk import Desk

_FAILED, _PENDING, _TAKEN_BACK = "failed", "pending", "taken back"
_CODES: Mapping[str, int] = {
    Result.APPLIED.value: out.DONE,
    Result.ALREADY.value: out.DONE,
    Result.AGREED.value: out.DONE,
    _TAKEN_BACK: out.DONE,
    _PENDING: out.PENDING,
    _FAILED: out.FAILED,
    Result.TAKEN.value: out.CONFLICT,
    Result.CONFLICT.value: out.CONFLICT,
    Result.REFUSED.value: out.CONFLICT,
}
_WEIGHT = (out.DONE, out.PENDING, out.FAILED, out.CONFLICT)
_PAST = {"accept": "Accepted", "reject": "Rejected", "disqualify": "Disqualified", "reopen": "Undone for"}


class LeadOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one lead in one command."""

    id: str
    lead: str
    result: str
    sentence: str
    operation: str = ""


def accept(options: argparse.Namespace, output: out.Output) -> int:
    """Accept the named leads."""
    opened = desk(output)
    leads, missed = _found(opened, output, options)
    return _decide(opened, output, options, [(lead, Accept(note=options.note)) for lead in leads], missed)


def reject(options: argparse.Namespace, output: out.Output) -> int:
    """Refuse the named leads for a reason; what the reason asks for and is known already is filled in."""
    opened = desk(output)
    reason = _reason(opened.agreement, options.reason)
    leads, missed = _found(opened, output, options)
    from api.rules.lifecycle import refusal

    verbs: list[tuple[Lead, LeadVerb]] = []
    for lead in leads:
        no = opened.hinder(lead, "reject") if opened.me.role is Role.MARKETER else ""
        if no:
            # Nobody is asked for answers to something that is not theirs to do.
            missed.append(_refused(lead, no))
            continue
        answers = _answers(opened, output, reason, lead, dict(options.answer))
        verbs.append((lead, refusal(lead, reason.code, answers, options.note)))
    return _decide(opened, output, options, verbs, missed)


def undo(options: argparse.Namespace, output: out.Output) -> int:
    """Take back the last act of this profile; with ``--earlier``, the newest that can be taken back."""
    from api.desk import NothingToUndo

    opened = desk(output)
    wait = _seconds(opened, options)
    try:
        undone = opened.undo()
    except NothingToUndo as stuck:
        if not stuck.before:
            raise
        if not options.earlier:
            raise Failed(f"{stuck.sentence} “handoff undo --earlier” takes back the act before it.") from None
        output.note(stuck.sentence)
        undone = opened.undo(stuck.before)
    outcomes = []
    if undone.withdrawn:
        touched = {operation.target.id for operation in undone.operations}
        outcomes = [
            LeadOutcome(id=lead_id, lead=_title(opened, lead_id), result=_TAKEN_BACK, sentence=undone.sentence)
            for lead_id in undone.leads
            if lead_id not in touched
        ]
    return _settle(opened, output, wait, undone.operations, outcomes)


def results(opened: "Desk", operations: Sequence[Operation]) -> list[LeadOutcome]:
    """Return what became of `operations` so far."""
    return [_outcome(opened, operation, opened.receipt(operation.id)) for operation in operations]


def _seconds(opened: "Desk", options: argparse.Namespace) -> float:
    """Return how long the CRM may take: what ``--wait`` says, else the settings; 0 means that it is not asked."""
    if options.wait is not None:
        return float(options.wait)
    from tui.settings import load

    return load(opened.profile.root).wait


def fetch_missing(opened: "Desk", output: out.Output, names: Sequence[str], options: argparse.Namespace) -> None:
    """Fetch what is new, once, if one of these leads is not known here; what hinders that is told."""
    rows = opened.rows()
    if all(any(lead_id.startswith(name.strip()) for lead_id in rows) for name in names):
        return
    wait = _seconds(opened, options)
    if wait <= 0:
        return
    from tui.cli.exchange import exchange

    try:
        report, _ = exchange(opened, wait)
        problem = report.problem.sentence if report.problem is not None else ""
    except HandoffError as error:
        # What is known here can be shown and decided without a CRM.
        problem = error.sentence
    if problem:
        output.note(f"handoff: {problem}")


def _found(opened: "Desk", output: out.Output, options: argparse.Namespace) -> tuple[list[Lead], list[LeadOutcome]]:
    """Look up every lead once; those that are not there become outcomes of their own."""
    from api.desk import UnknownLead

    names: Sequence[str] = options.ids
    fetch_missing(opened, output, names, options)
    leads: dict[str, Lead] = {}
    missed = []
    for name in names:
        try:
            lead = opened.find(name)
        except UnknownLead as error:
            missed.append(LeadOutcome(id=name, lead="", result=_FAILED, sentence=error.sentence))
        else:
            leads[lead.id] = lead
    return list(leads.values()), missed


def _reason(agreement: Agreement, code: str) -> Reason:
    active = [reason for reason in agreement.reasons if reason.active]
    for reason in active:
        if code.casefold() == reason.code.casefold():
            return reason
    import difflib

    codes = [reason.code for reason in active]
    by_label = [one.code for one in active if code.casefold() in one.label.casefold() and code.strip()]
    near = [*by_label, *(one for one in difflib.get_close_matches(code, codes, n=3, cutoff=0.5) if one not in by_label)]
    listed = near + [one for one in codes if one not in near]
    hint = f"Did you mean “{near[0]}”? " if near else ""
    raise Usage(f"There is no reason “{code}”. {hint}There are: {', '.join(listed)}.")


def _answers(opened: "Desk", output: out.Output, reason: Reason, lead: Lead, given: dict[str, str]) -> dict[str, str]:
    """Complete what was answered from what is known.

    Raises:
        Usage: something that the reason asks for is missing or won't do.
    """
    answers = {key: _resolved(opened, reason, key, text) for key, text in given.items()}
    known = opened.prefill(reason, lead, answers)
    filled = {
        ask.key: known[ask.key]
        for ask in reason.asks
        if ask.required and ask.key not in answers and known.get(ask.key, "")
    }
    from api.rules.answers import check

    problem = check(reason, {**answers, **filled}, lead)
    if problem is not None:
        from tui.cli.commands.listing import asks_words

        asks = asks_words(reason) or "nothing"
        raise Usage(
            f"{lead.title}: {problem.sentence} “{reason.code}” asks for {asks}; give it with --answer KEY=VALUE."
        )
    if filled:
        said = ", ".join(f"{key}={text}" for key, text in filled.items())
        output.note(f"{lead.title}: filled in {said}.")
    return {**answers, **filled}


def _resolved(opened: "Desk", reason: Reason, key: str, text: str) -> str:
    """Let another lead be named by the beginning of its id, as everywhere else."""
    asked = next((ask for ask in reason.asks if ask.key == key), None)
    return opened.find(text).id if asked is not None and asked.kind is AskKind.LEAD and text else text


def _decide(
    opened: "Desk",
    output: out.Output,
    options: argparse.Namespace,
    verbs: Sequence[tuple[Lead, LeadVerb]],
    outcomes: list[LeadOutcome],
) -> int:
    from api.desk import CannotDo

    wait = _seconds(opened, options)
    operations: list[Operation] = []
    for lead, verb in verbs:
        try:
            made = opened.prepare(verb, [lead])
        except CannotDo as error:
            outcomes.append(_refused(lead, error.sentence))
            continue
        group = operations[0].group if operations else ""
        operations += [msgspec.structs.replace(one, group=group) for one in made] if group else made
    if operations:
        opened.commit(operations)
    return _settle(opened, output, wait, operations, outcomes)


def _refused(lead: Lead, sentence: str) -> LeadOutcome:
    return LeadOutcome(id=lead.id, lead=lead.title, result=Result.REFUSED.value, sentence=sentence)


def _settle(
    opened: "Desk",
    output: out.Output,
    wait: float,
    operations: Sequence[Operation],
    outcomes: list[LeadOutcome],
) -> int:
    """Offer what was saved to the CRM for `wait` seconds, then say what became of each lead."""
    problem = ""
    try:
        if operations and wait > 0:
            from tui.cli.exchange import offer

            problem = offer(opened, [operation.id for operation in operations], wait)
    except KeyboardInterrupt:
        _report(output, [*results(opened, operations), *outcomes])
        raise
    except HandoffError as error:
        # It is saved, so whatever keeps it from being sent now is told and does not make it fail.
        problem = error.sentence
    everything = [*results(opened, operations), *outcomes]
    _report(output, everything)
    newest = max((receipt.at for one in operations if (receipt := opened.receipt(one.id))), default=None)
    if newest is not None:
        from tui.cli.commands.syncing import note_skew

        note_skew(output, newest, opened.now())
    if any(one.result == _PENDING for one in everything):
        output.note(f"{problem} “handoff sync” sends it.".strip() if problem else "It goes out with the next sync.")
    return max((_CODES[one.result] for one in everything), key=_WEIGHT.index, default=out.DONE)


def _report(output: out.Output, outcomes: Sequence[LeadOutcome]) -> None:
    output.document({"outcomes": outcomes, "pending": sum(one.result == _PENDING for one in outcomes)})
    for one in outcomes:
        if _CODES[one.result] in (out.DONE, out.PENDING):
            output.line(one.sentence)
        else:
            output.note(f"handoff: {one.lead}: {one.sentence}" if one.lead else f"handoff: {one.sentence}")


def _outcome(opened: "Desk", operation: Operation, receipt: Receipt | None) -> LeadOutcome:
    lead_id = operation.target.id
    title = _title(opened, lead_id)
    done = _PAST.get(operation.verb.kind, operation.verb.kind.capitalize())
    words: dict[str, Callable[[], str]] = {
        _PENDING: lambda: f"Saved, not yet sent: {done.lower()} {title} ({lead_id})",
        Result.APPLIED.value: lambda: f"{done} {title} ({lead_id})",
    }
    result = receipt.result.value if receipt else _PENDING
    said = receipt.sentence if receipt else ""
    plain = words.get(result)
    if result in (Result.ALREADY.value, Result.AGREED.value):
        sentence = f"{title} ({lead_id}): {said or 'it was so already.'}"
    else:
        sentence = plain() if plain else said or f"{title}: the CRM did not take it ({result})."
    return LeadOutcome(id=lead_id, lead=title, result=result, sentence=sentence, operation=operation.id)


def _title(opened: "Desk", lead_id: str) -> str:
    row = opened.row(lead_id)
    return row.title if row else lead_id
