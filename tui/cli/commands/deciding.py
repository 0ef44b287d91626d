"""Refusing leads for the agreed reasons, and taking acts back or doing them again."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from api.model.agreement import AskKind, Consequence, Reason
from api.model.lead import Lead, State
from api.model.operation import Disqualify, LeadVerb, Operation
from api.model.people import Role
from tui.cli import output as out
from tui.cli.acts.carrying import carry_out
from tui.cli.acts.outcomes import DONE_AGAIN, TAKEN_BACK, LeadOutcome, refused, seconds, settle, title_of
from tui.cli.acts.refusals import chosen_reason, complete
from tui.cli.errors import Failed, Usage
from tui.cli.queue.leads import found
from tui.cli.workplace import at_the_desk

if TYPE_CHECKING:
    from api.desk import Desk


@at_the_desk
def reject(opened: "Desk", options: argparse.Namespace, output: out.Output) -> int:
    """Refuse the named leads for a reason; after contact that is a disqualification."""
    reason = chosen_reason(opened.agreement, options.reason)
    return _refuse(opened, output, options, lambda _lead: reason)


@at_the_desk
def disqualify(opened: "Desk", options: argparse.Namespace, output: out.Output) -> int:
    """Refuse the named leads after contact, for a reason."""
    reason = chosen_reason(opened.agreement, options.reason)
    return _refuse(opened, output, options, lambda _lead: reason, only="disqualify")


@at_the_desk
def reroute(opened: "Desk", options: argparse.Namespace, output: out.Output) -> int:
    """Send the named leads to the person or team they belong to."""
    return _refuse_as(opened, output, options, Consequence.REROUTE, {AskKind.TEAM_OR_PERSON: options.to})


@at_the_desk
def duplicate(opened: "Desk", options: argparse.Namespace, output: out.Output) -> int:
    """Let another record stand for the named leads."""
    return _refuse_as(opened, output, options, Consequence.MERGE, {AskKind.LEAD: options.of})


@at_the_desk
def suppress(opened: "Desk", options: argparse.Namespace, output: out.Output) -> int:
    """Record that the named people asked not to be contacted; the agreement's word must be typed out.

    Raises:
        Usage: it was not.
    """
    for reason in opened.agreement.reasons:
        for ask in reason.asks if reason.active and reason.outcome is Consequence.SUPPRESS else ():
            if ask.kind is AskKind.TYPED and options.confirm.strip().casefold() != ask.word.casefold():
                raise Usage(
                    "It holds for all records of a person, for good, and can’t be undone: "
                    f"--confirm {ask.word} says that they did ask for it."
                )
    return _refuse_as(opened, output, options, Consequence.SUPPRESS, {AskKind.TYPED: options.confirm}, how=options.how)


def _refuse_as(
    opened: "Desk",
    output: out.Output,
    options: argparse.Namespace,
    outcome: Consequence,
    given: Mapping[AskKind, str],
    *,
    how: str = "",
) -> int:
    """Refuse with the agreement's reason of that outcome; `given` answers questions by kind, `how` the one of how."""
    from tui.verbs import reason_for

    def of(lead: Lead) -> Reason | None:
        return reason_for(opened, lead, outcome)

    def answers(reason: Reason) -> dict[str, str]:
        known = {ask.key: given[ask.kind] for ask in reason.asks if ask.kind in given}
        return known | {ask.key: how for ask in reason.asks if how and ask.key == "how"}

    return _refuse(opened, output, options, of, answers=answers)


def _refuse(
    opened: "Desk",
    output: out.Output,
    options: argparse.Namespace,
    reason_of: Callable[[Lead], Reason | None],
    *,
    only: str = "",
    answers: Callable[[Reason], dict[str, str]] = lambda _reason: {},
) -> int:
    """Refuse each lead for its reason; what that asks for and is known already is filled in."""
    from api.rules.lifecycle import refusal

    leads, missed = found(opened, output, options)
    pairs: list[tuple[Lead, Sequence[LeadVerb]]] = []
    for lead in leads:
        reason = reason_of(lead)
        if no := _hindered(opened, lead, reason, only):
            # Nobody is asked for answers to something that is not theirs to do.
            missed.append(refused(lead, no))
        elif reason is not None:
            given = complete(opened, output, reason, lead, {**answers(reason), **dict(options.answer)})
            if only:
                pairs.append((lead, [Disqualify(reason=reason.code, answers=given, note=options.note)]))
            else:
                pairs.append((lead, [refusal(lead, reason.code, given, options.note)]))
    return carry_out(opened, output, options, pairs, missed)


def _hindered(opened: "Desk", lead: Lead, reason: Reason | None, only: str) -> str:
    """Say why this lead can't be refused for this reason now, as far as that does not hang on the answers."""
    if reason is not None and reason.outcome is Consequence.SUPPRESS:
        return ""
    if only or lead.state not in (State.ACCEPTED, State.QUALIFIED) or opened.me.role is Role.MARKETER:
        no = opened.hinder(lead, only or "reject")
    else:
        no = opened.hinder(lead, "disqualify")
    return no or ("The agreement has no reason for this now." if reason is None else "")


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
