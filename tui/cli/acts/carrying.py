"""Carrying verbs out: saved as one act, then offered to the CRM, each lead with its own outcome."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from api.model import operation as op
from api.model.lead import Lead
from api.model.operation import LeadVerb, Operation
from tui.cli.acts.outcomes import LeadOutcome, refused, seconds, settle

if TYPE_CHECKING:
    from api.desk import Desk
    from tui.cli.output import Output

Pairs = Sequence[tuple[Lead, Sequence[LeadVerb]]]
"""What is to be done to which lead."""


def carry_out(
    opened: "Desk",
    output: "Output",
    options: argparse.Namespace,
    pairs: Pairs,
    outcomes: Sequence[LeadOutcome] = (),
) -> int:
    """Do this to these leads, as one act; what the rules refuse for one does not keep the others. Return the exit code.

    `outcomes` are those that are known already.
    """
    wait = seconds(opened, options)
    prepared = opened.prepare_all(pairs)
    accepting = {lead.id for lead, verbs in pairs if any(isinstance(verb, op.Accept) for verb in verbs)}
    others = [*outcomes]
    for one in prepared.refusals:
        asks = one.lead.id in accepting and not opened.hinder(one.lead, "ask_for")
        others.append(refused(one.lead, one.sentence + (f" “handoff ask {one.lead.id}” asks for it." if asks else "")))
    if prepared.operations:
        opened.commit(prepared.operations)
    said = {one.id: done_words(opened, one) for one in prepared.operations}
    return settle(opened, output, wait, prepared.operations, others, said=said)


def done_words(opened: "Desk", operation: Operation) -> str:
    """Say what an operation did: ``Snoozed Ana Example until tomorrow, Friday 27 November, 9:00``."""
    from api.desk.doing.acts import say
    from tui.verbs import more

    said, verb = say([operation], opened.agreement), operation.verb
    if isinstance(verb, op.SnoozeLead):
        # There is room for both ends in full, which the status line of a screen has not.
        return f"{said} until {_until(opened, verb)}"
    return said + more(opened, [verb])


def _until(opened: "Desk", verb: op.SnoozeLead) -> str:
    from tui.verbs.wording import moment_said

    if verb.until is None:
        return "they do something"
    said = moment_said(opened, verb.until)
    return f"{said}, or when they do something" if verb.or_activity else said


def whole_act(opened: "Desk", lead: Lead, verbs: Sequence[LeadVerb]) -> list[Operation]:
    """Return the operations that do all this to one lead, as one act.

    Raises:
        CannotDo: the rules do not allow it.
    """
    from api.desk import CannotDo

    prepared = opened.prepare_all([(lead, verbs)])
    for one in prepared.refusals:
        raise CannotDo(one.sentence, field=one.field)
    return list(prepared.operations)
