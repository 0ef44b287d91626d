"""The commands that decide: saved first, then offered to the CRM, each lead with its own outcome."""

import argparse
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from api.errors import HandoffError
from api.model.agreement import Agreement, AskKind, Reason
from api.model.lead import Lead
from api.model.operation import Accept, LeadVerb, Operation
from api.model.people import Role
from tui.cli import output as out
from tui.cli.errors import Failed, Usage
from tui.cli.outcomes import DONE_AGAIN, FAILED, TAKEN_BACK, LeadOutcome, refused, seconds, settle, title_of
from tui.cli.workplace import at_the_desk

if TYPE_CHECKING:
    from api.desk import Desk


@at_the_desk
def accept(opened: "Desk", options: argparse.Namespace, output: out.Output) -> int:
    """Accept the named leads."""
    leads, missed = found(opened, output, options)
    return _decide(opened, output, options, [(lead, Accept(note=options.note)) for lead in leads], missed)


@at_the_desk
def reject(opened: "Desk", options: argparse.Namespace, output: out.Output) -> int:
    """Refuse the named leads for a reason; what the reason asks for and is known already is filled in."""
    reason = chosen_reason(opened.agreement, options.reason)
    leads, missed = found(opened, output, options)
    from api.rules.lifecycle import refusal

    verbs: list[tuple[Lead, LeadVerb]] = []
    for lead in leads:
        no = opened.hinder(lead, "reject") if opened.me.role is Role.MARKETER else ""
        if no:
            # Nobody is asked for answers to something that is not theirs to do.
            missed.append(refused(lead, no))
            continue
        answers = complete(opened, output, reason, lead, dict(options.answer))
        verbs.append((lead, refusal(lead, reason.code, answers, options.note)))
    return _decide(opened, output, options, verbs, missed)


@at_the_desk
def undo(opened: "Desk", options: argparse.Namespace, output: out.Output) -> int:
    """Take back the last act of this profile; with ``--earlier``, the newest that can be taken back."""
    from api.desk import NothingToUndo

    wait = seconds(opened, options)
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
            LeadOutcome(id=lead_id, lead=title_of(opened, lead_id), result=TAKEN_BACK, sentence=undone.sentence)
            for lead_id in undone.leads
            if lead_id not in touched
        ]
    said = {one.id: sentence for one in undone.operations if (sentence := _undone_words(opened, one))}
    return settle(opened, output, wait, undone.operations, outcomes, said=said)


def _undone_words(opened: "Desk", operation: Operation) -> str:
    """Say what an operation takes back: ``Undone: accepted Ana Example``; nothing when that is not known."""
    of_lead = opened.log(operation.target.id)
    taken_back = next((one.sentence for one in of_lead if one.operation.id == operation.undoes), "")
    return f"Undone: {taken_back[:1].lower()}{taken_back[1:]}" if taken_back else ""


@at_the_desk
def redo(opened: "Desk", options: argparse.Namespace, output: out.Output) -> int:
    """Do again what the last undo took back."""
    wait = seconds(opened, options)
    redone = opened.redo()
    touched = {operation.target.id for operation in redone.operations}
    outcomes = [
        LeadOutcome(id=lead_id, lead=title_of(opened, lead_id), result=DONE_AGAIN, sentence=redone.sentence)
        for lead_id in redone.leads
        if lead_id not in touched
    ]
    return settle(opened, output, wait, redone.operations, outcomes)


def fetch_missing(opened: "Desk", output: out.Output, names: Sequence[str], options: argparse.Namespace) -> None:
    """Fetch what is new, once, if one of these leads is not known here; what hinders that is told."""
    rows = opened.rows()
    if all(_begins(name.strip(), rows) for name in names):
        return
    wait = seconds(opened, options)
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


def _begins(name: str, ids: Mapping[str, object]) -> bool:
    """Say whether `name` is an id or the beginning of one; whole ids cost no look at all of them."""
    return name in ids or any(lead_id.startswith(name) for lead_id in ids)


def found(opened: "Desk", output: out.Output, options: argparse.Namespace) -> tuple[list[Lead], list[LeadOutcome]]:
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
            missed.append(LeadOutcome(id=name, lead="", result=FAILED, sentence=error.sentence))
        else:
            leads[lead.id] = lead
    return list(leads.values()), missed


def chosen_reason(agreement: Agreement, code: str) -> Reason:
    """Return the active reason that `code` names.

    Raises:
        Usage: there is none; the sentence lists them, the nearest first.
    """
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


def complete(opened: "Desk", output: out.Output, reason: Reason, lead: Lead, given: dict[str, str]) -> dict[str, str]:
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
    """Let another lead be named by the beginning of its id, and people by their names, as everywhere else."""
    asked = next((ask for ask in reason.asks if ask.key == key), None)
    if asked is None or not text:
        return text
    if asked.kind is AskKind.LEAD:
        return opened.find(text).id
    return whom(opened, text) if asked.kind is AskKind.TEAM_OR_PERSON else text


def whom(opened: "Desk", text: str) -> str:
    """Return ``person:ID`` or ``team:NAME`` for what somebody wrote: one of these, or a name.

    Raises:
        Usage: nobody is called that here, or more than one.
    """
    kind, colon, name = text.strip().partition(":")
    if not colon:
        kind, name = "", kind
    wanted, found = name.strip().casefold(), []
    people = [person for person in opened.people() if person.active]
    teams = {person.team for person in people if person.team}
    teams |= {owner.removeprefix("team:") for owner in opened.owners() if owner.startswith("team:")}
    if kind in ("", "person"):
        found += [f"person:{one.id}" for one in people if wanted in (one.id.casefold(), one.name.casefold())]
    if kind in ("", "team"):
        found += [f"team:{team}" for team in sorted(teams) if team.casefold() == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        raise Usage(f"“{name.strip()}” is not one alone: {', '.join(found)}. Write one of these.")
    import difflib

    names = [*(person.name for person in people), *(f"team:{team}" for team in sorted(teams))]
    near = difflib.get_close_matches(text, names, n=1, cutoff=0.5)
    hint = f" Did you mean “{near[0]}”?" if near else " Write person:ID, team:NAME or a person's name."
    raise Usage(f"There is nobody called “{text[:60]}” here.{hint} “handoff sync” fetches who is new.")


def _decide(
    opened: "Desk",
    output: out.Output,
    options: argparse.Namespace,
    verbs: Sequence[tuple[Lead, LeadVerb]],
    outcomes: list[LeadOutcome],
) -> int:
    from api.desk import CannotDo

    wait = seconds(opened, options)
    operations: list[Operation] = []
    for lead, verb in verbs:
        try:
            made = opened.prepare(verb, [lead])
        except CannotDo as error:
            asks = isinstance(verb, Accept) and not opened.hinder(lead, "ask_for")
            outcomes.append(refused(lead, error.sentence + (f" “handoff ask {lead.id}” asks for it." if asks else "")))
            continue
        group = operations[0].group if operations else ""
        operations += [msgspec.structs.replace(one, group=group) for one in made] if group else made
    if operations:
        opened.commit(operations)
    return settle(opened, output, wait, operations, outcomes)
