"""The verbs whose questions are their own: answers come from the options, operations from the verb's deed."""

import argparse
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tui.cli.acts.carrying import carry_out
from tui.cli.acts.outcomes import refused
from tui.cli.errors import Usage
from tui.cli.queue.leads import found
from tui.cli.workplace import at_the_desk

if TYPE_CHECKING:
    from api.desk import Desk
    from api.model.lead import Lead
    from api.model.operation import LeadVerb
    from tui.cli.output import Output
    from tui.cli.usage.verbs import Option
    from tui.verbs import Deed


@at_the_desk
def do(opened: "Desk", options: argparse.Namespace, output: "Output") -> int:
    """Do to the named leads what the command is called after."""
    from tui.cli.usage.verbs import OPTIONS
    from tui.verbs import DEEDS

    deed, taken = DEEDS[options.verb], OPTIONS[options.verb]
    given = {one.key: text for one in taken if (text := getattr(options, one.key)) is not None}
    leads, missed = found(opened, output, options)
    pairs: list[tuple[Lead, Sequence[LeadVerb]]] = []
    for lead in leads:
        if no := opened.hinder(lead, deed.verb):
            # Nobody is asked for answers to something that can't be done.
            missed.append(refused(lead, no))
            continue
        answers = _completed(opened, output, deed, lead, given)
        pairs.append((lead, _made(opened, deed, lead, answers, taken)))
    return carry_out(opened, output, options, pairs, missed)


@at_the_desk
def accept(opened: "Desk", options: argparse.Namespace, output: "Output") -> int:
    """Accept the named leads; with ``--correct``, put fields of theirs right in the same act."""
    from tui.verbs import DEEDS

    first, *others = options.correct or [("", "")]
    given = {"reason": options.reason, "note": options.note, "field": first[0], "value": first[1]}
    leads, missed = found(opened, output, options)
    pairs: list[tuple[Lead, Sequence[LeadVerb]]] = []
    for lead in leads:
        deed = DEEDS["accept_why" if options.reason or options.correct else "accept"]
        if opened.hinder(lead, deed.verb):
            # Its fields may be as they should be by now: that is not what keeps it from being accepted.
            pairs.append((lead, _made(opened, DEEDS["accept"], lead, {})))
            continue
        pairs.append((lead, [*_made(opened, deed, lead, given), *_corrections(opened, lead, others)]))
    return carry_out(opened, output, options, pairs, missed)


@at_the_desk
def correct(opened: "Desk", options: argparse.Namespace, output: "Output") -> int:
    """Put fields of the named leads right.

    Raises:
        Usage: no lead is named.
    """
    from tui.cli.usage.arguments import pair

    # Of several fields, all but the last are read as ids, which have no equals sign.
    fields = [*(pair(one) for one in options.ids if "=" in one), *options.correct]
    options.ids = [one for one in options.ids if "=" not in one]
    if not options.ids:
        raise Usage("Which lead is meant? Its id comes first.")
    leads, missed = found(opened, output, options)
    pairs = [(lead, _corrections(opened, lead, fields)) for lead in leads]
    return carry_out(opened, output, options, pairs, missed)


def _corrections(opened: "Desk", lead: "Lead", fields: "Sequence[tuple[str, str]]") -> "list[LeadVerb]":
    from tui.verbs import DEEDS

    return [
        verb
        for field, value in fields
        for verb in _made(opened, DEEDS["correct"], lead, {"field": field, "value": value})
    ]


def _completed(
    opened: "Desk", output: "Output", deed: "Deed", lead: "Lead", given: Mapping[str, str]
) -> dict[str, str]:
    """Add what the verb needs, was not told, and can know; it is said."""
    first = deed.first(opened, lead)
    needed = [one.key for one in deed.questions(opened, lead) if one.required and one.key not in given]
    filled = {key: first[key] for key in needed if first.get(key, "")}
    if filled:
        said = ", ".join(f"{key}={text}" for key, text in filled.items())
        output.note(f"{lead.title}: filled in {said.removesuffix('.')}.")
    return {**given, **filled}


def _made(
    opened: "Desk", deed: "Deed", lead: "Lead", answers: Mapping[str, str], taken: "Sequence[Option]" = ()
) -> "Sequence[LeadVerb]":
    """Return what the answers mean.

    Raises:
        Usage: one of them is missing or won't do; nothing was done to any lead.
    """
    from tui.verbs import Unanswered

    try:
        return deed.make(opened, lead, answers)
    except Unanswered as problem:
        name = next((one.name for one in taken if one.key == problem.field and one.name.startswith("-")), "")
        where = f"{name}: " if name else ""
        raise Usage(f"{where}{lead.title}: {problem.sentence}") from None
