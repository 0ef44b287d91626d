"""Which leads a command is about: looked up by what was typed, fetched once where they are not here yet."""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from api.errors import HandoffError
from tui.cli.acts.outcomes import FAILED, LeadOutcome, seconds
from tui.cli.errors import Usage

if TYPE_CHECKING:
    from api.desk import Desk
    from api.model.lead import Lead
    from tui.cli.output import Output

STDIN = "-"
_MOST = 100_000
_LONGEST = 10_000


def found(opened: "Desk", output: "Output", options: argparse.Namespace) -> "tuple[list[Lead], list[LeadOutcome]]":
    """Look up every lead once; those that are not there become outcomes of their own.

    Raises:
        Usage: ids were to come from stdin, and none came.
    """
    from api.desk import UnknownLead

    names = list(_named(options.ids))
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


def _named(ids: Sequence[str]) -> Iterator[str]:
    for name in ids:
        if name != STDIN:
            yield name
            continue
        read = list(_from_stdin())
        if not read:
            raise Usage("No id came from stdin; “handoff list --tsv --no-header --columns id” prints some.")
        yield from read


def _from_stdin() -> Iterator[str]:
    """Yield the first word of each line, as `handoff list` prints them; headings and blank lines are passed over."""
    for number in range(_MOST):
        line = sys.stdin.readline(_LONGEST)
        if not line:
            return
        word = line.split(maxsplit=1)[:1]
        if word and not (number == 0 and word[0] in ("ID", "id")):
            yield word[0]
    raise Usage(f"More than {_MOST:,} lines came from stdin; nothing was done.")


def fetch_missing(opened: "Desk", output: "Output", names: Sequence[str], options: argparse.Namespace) -> None:
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
