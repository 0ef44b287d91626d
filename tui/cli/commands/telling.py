"""The log: everything that was done on this profile, and what became of it."""

import argparse
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from tui.cli.matters import shown_ids
from tui.cli.output import DONE, Output
from tui.cli.workplace import at_the_desk

if TYPE_CHECKING:
    from api.desk import Desk, Logged


@at_the_desk
def log(opened: "Desk", options: argparse.Namespace, output: Output) -> int:
    """List operations of this profile, the newest first."""
    found = list(islice(_asked_for(opened, options.lead.strip()), options.limit))
    output.document({"operations": [_data(opened, one) for one in found], "shown": len(found)})
    if found:
        short = shown_ids([one.operation.id for one in found])
        rows = [_row(opened, one, short[one.operation.id]) for one in found]
        output.table(("WHEN", "ID", "OUTCOME", "SETTLED", "WHO", "WHAT"), rows)
    else:
        output.note("Nothing was done here yet." if not options.lead else "Nothing was done to this lead here.")
    return DONE


def _asked_for(opened: "Desk", name: str) -> "Iterator[Logged]":
    """Yield what was done, to one lead where `name` names one; it may be gone from the CRM.

    Raises:
        UnknownLead: there is no such lead, here or in the log, or more than one.
    """
    if not name:
        return opened.log()
    from api.desk import UnknownLead

    try:
        return opened.log(opened.find(name).id)
    except UnknownLead:
        past = {one.operation.target.id for one in opened.log() if one.operation.target.id.startswith(name)}
        if len(past) != 1:
            raise
        return opened.log(past.pop())


def _name(opened: "Desk", person_id: str) -> str:
    person = opened.me if person_id == opened.me.id else opened.person(person_id)
    return person.name if person is not None else person_id


def _row(opened: "Desk", one: "Logged", short: str) -> list[str]:
    operation = one.operation
    return [
        _time(operation.at, opened.now()),
        short,
        one.outcome,
        one.resolution.replace("_", "-") or "-",
        _name(opened, operation.actor),
        f"{one.sentence}{', insisting' if operation.insists else ''} ({operation.target.id})",
    ]


def _time(at: datetime, now: datetime) -> str:
    """Return a moment in the system's time zone, without the year while it is this one."""
    here = at.astimezone()
    return f"{here:%m-%d %H:%M}" if here.year == now.astimezone().year else f"{here:%Y-%m-%d %H:%M}"


def _data(opened: "Desk", one: "Logged") -> dict[str, Any]:
    operation, receipt = one.operation, one.receipt
    return {
        "operation": operation.id,
        "lead": operation.target.id,
        "title": one.title,
        "verb": operation.verb.kind,
        "sentence": one.sentence,
        "by": operation.actor,
        "name": _name(opened, operation.actor),
        "at": operation.at,
        "outcome": one.outcome,
        "answered_at": receipt.at if receipt is not None else None,
        "said": receipt.sentence if receipt is not None else "",
        "settled": one.resolution.replace("_", "-") or None,
        "settled_at": one.resolved_at,
        "withdrawn_at": one.withdrawn_at,
        "undoes": operation.undoes,
        "insists": operation.insists,
    }
