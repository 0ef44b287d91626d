"""Settling what needs the person: own decisions that did not take effect or were overturned, wishes of others."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from api.errors import HandoffError
from api.model.operation import AskFor, Disqualify, LeadVerb, Operation, Reject, Result
from tui.cli import output as out
from tui.cli.acts.outcomes import FAILED, SETTLED, LeadOutcome, seconds, settle
from tui.cli.errors import Usage
from tui.cli.matters import Matter, matters, print_matters, shown_ids
from tui.cli.workplace import at_the_desk

if TYPE_CHECKING:
    from api.desk import Desk, Resolved

_RECONSIDER = "reconsider"
_BELONGS = {
    "to": ("reroute",),
    "reason": ("edit",),
    "answer": ("edit",),
    "note": ("edit",),
    "text": ("ask", "hand-over", "keep", "insist", "reroute", "retry"),
}
"""The ways that each option has a meaning for."""


@at_the_desk
def conflicts(opened: "Desk", _options: argparse.Namespace, output: out.Output) -> int:
    """List everything that needs the person, with both sides and the ways to settle it."""
    found = matters(opened)
    output.document({"matters": found})
    print_matters(output, opened, found)
    if found:
        output.note(f"“handoff resolve {shown_ids([one.id for one in found])[found[0].id]} WAY” settles the first.")
    else:
        output.note("Nothing needs you.")
    return out.DONE


@at_the_desk
def resolve(opened: "Desk", options: argparse.Namespace, output: out.Output) -> int:
    """Settle the named matters in one way; each has an outcome of its own."""
    _check_options(options)
    wait = seconds(opened, options)
    to = _to(opened, options)
    again = options.way == _RECONSIDER
    known = _given_up(opened) if again else matters(opened)
    outcomes: list[LeadOutcome] = []
    operations: list[Operation] = []
    said: dict[str, str] = {}
    chosen: dict[str, Matter] = {}
    for name in options.ids:
        try:
            one = _named(name, known, again=again)
        except HandoffError as error:
            outcomes.append(LeadOutcome(id=name, lead="", result=FAILED, sentence=error.sentence))
        else:
            chosen[one.id] = one
    edits = {one.id: _edited(opened, output, one, options) for one in chosen.values()} if options.way == "edit" else {}
    for one in chosen.values():
        try:
            resolved = _settled(opened, one, options, to, edits.get(one.id))
        except HandoffError as error:
            outcomes.append(_not_done(one.lead, one.title, error))
            continue
        operations += resolved.operations
        said |= {operation.id: resolved.sentence for operation in resolved.operations}
        if not resolved.operations:
            outcomes.append(_here(one, resolved, options.way, shown_ids([other.id for other in known])[one.id]))
    return settle(opened, output, wait, operations, outcomes, said=said)


@at_the_desk
def ask(opened: "Desk", options: argparse.Namespace, output: out.Output) -> int:
    """Ask whoever has the named leads to hand them over; settles what needs the person there, if that is a way to."""
    from api.desk import Way
    from tui.cli.queue.leads import found

    wait = seconds(opened, options)
    leads, outcomes = found(opened, output, options)
    settles = {one.lead: one for one in matters(opened) if "ask" in one.ways}
    operations: list[Operation] = []
    said: dict[str, str] = {}
    for lead in leads:
        try:
            if lead.id in settles:
                made = list(opened.resolve(settles[lead.id].id, Way.ASK, text=options.text).operations)
            else:
                made = opened.prepare(AskFor(text=options.text), [lead])
                opened.commit(made)
        except HandoffError as error:
            outcomes.append(_not_done(lead.id, lead.title, error))
            continue
        operations += made
        sentence = f"Asked {opened.owner_words(lead.standing.owner)} for {lead.title}"
        said |= {operation.id: sentence for operation in made}
    return settle(opened, output, wait, operations, outcomes, said=said)


def _check_options(options: argparse.Namespace) -> None:
    """Refuse options that mean nothing for this way, rather than leave them out silently.

    Raises:
        Usage: there is one, or one is missing.
    """
    for name, ways in _BELONGS.items():
        if getattr(options, name) not in ("", None, []) and options.way not in ways:
            raise Usage(f"--{name} means nothing for {options.way}: it goes with {', '.join(ways)}.")
    if options.way == "reroute" and not options.to:
        raise Usage("reroute needs --to: person:ID, team:NAME or a person's name.")
    if options.way == "edit" and not options.reason and not options.answer and options.note is None:
        raise Usage("edit needs what is to be other: --reason, --answer or --note.")


def _to(opened: "Desk", options: argparse.Namespace) -> str:
    if not options.to:
        return ""
    from tui.cli.acts.refusals import whom

    return whom(opened, options.to)


def _given_up(opened: "Desk") -> list[Matter]:
    """Return what was yielded or discarded, as far as the log has it."""
    return [
        Matter(
            id=one.operation.id,
            kind=one.outcome,
            lead=one.operation.target.id,
            title=one.title,
            at=one.resolved_at or one.operation.at,
            sentence=one.sentence,
        )
        for one in opened.log()
        if one.resolution in ("yield", "discard")
    ]


def _named(name: str, known: Sequence[Matter], *, again: bool) -> Matter:
    """Return the matter that `name` means: by its id, a beginning, or the lead that only it is on.

    Raises:
        Usage: none is meant, or more than one.
    """
    wanted = name.strip()
    for found in ([one for one in known if one.id == wanted], [one for one in known if one.lead == wanted]):
        if len(found) == 1:
            return found[0]
    found = [one for one in known if wanted and (one.id.startswith(wanted) or one.lead.startswith(wanted))]
    if len(found) == 1:
        return found[0]
    if not found:
        where = "“handoff log” shows what was yielded or discarded" if again else "“handoff conflicts” lists what does"
        what = "was yielded or discarded" if again else "needs you"
        raise Usage(f"Nothing of the id “{wanted[:60]}” {what}; {where}.")
    raise Usage(f"“{wanted[:60]}” may mean {_listed(found)}.")


def _listed(found: Sequence[Matter]) -> str:
    short = shown_ids([one.id for one in found])
    some = [f"{short[one.id]} ({one.kind}, {one.title})" for one in found[:5]]
    return ", ".join(some) + (" …" if len(found) > 5 else "")


def _edited(opened: "Desk", output: out.Output, one: Matter, options: argparse.Namespace) -> LeadVerb:
    """Return what the author did, with what the options give instead.

    Raises:
        Usage: it has no reason or words to give anew, or the answers won't do.
    """
    held = next((this.operation for this in opened.unsettled() if this.operation.id == one.id), None)
    verb: Any = held.verb if held is not None else None
    refusal = isinstance(verb, Reject | Disqualify)
    if options.reason or (refusal and options.answer) or refusal:
        return _edited_refusal(opened, output, one, options, verb if refusal else None)
    if not options.answer and options.note is not None:
        for field in ("note", "text"):
            if hasattr(verb, field):
                edited: LeadVerb = replace(verb, **{field: options.note})
                return edited
    raise Usage(f"{one.title}: there is nothing of this kind to edit; discard it and decide anew.")


def _edited_refusal(
    opened: "Desk", output: out.Output, one: Matter, options: argparse.Namespace, before: "Reject | Disqualify | None"
) -> LeadVerb:
    from api.rules.lifecycle import refusal
    from tui.cli.acts.refusals import chosen_reason, complete

    reason = chosen_reason(opened.agreement, options.reason or (before.reason if before is not None else ""))
    same = before is not None and before.reason == reason.code
    kept = dict(before.answers) if before is not None and same else {}
    lead = opened.find(one.lead)
    answers = complete(opened, output, reason, lead, kept | dict(options.answer))
    note = options.note if options.note is not None else (before.note if before is not None else "")
    return refusal(lead, reason.code, answers, note)


def _settled(opened: "Desk", one: Matter, options: argparse.Namespace, to: str, verb: LeadVerb | None) -> "Resolved":
    from api.desk import Way

    if options.way == _RECONSIDER:
        return opened.reconsider(one.id)
    way = Way(options.way.replace("-", "_"))
    if one.kind == "wish":
        return opened.answer(one.lead, way, options.text, to=one.theirs.by if one.theirs is not None else "")
    return opened.resolve(one.id, way, to=to, verb=verb, text=options.text)


def _not_done(lead_id: str, title: str, error: HandoffError) -> LeadOutcome:
    from api.desk import CannotDo

    result = Result.REFUSED.value if isinstance(error, CannotDo) else FAILED
    return LeadOutcome(id=lead_id, lead=title, result=result, sentence=error.sentence)


def _here(one: Matter, resolved: "Resolved", way: str, short: str) -> LeadOutcome:
    back = f" “handoff resolve {short} {_RECONSIDER}” takes that back." if way in ("yield", "discard") else ""
    return LeadOutcome(
        id=one.lead,
        lead=one.title,
        result=SETTLED,
        sentence=f"{resolved.sentence.rstrip('.')}.{back}",
        operation=one.id,
    )
