"""Everything that needs the person, in one shape, whatever kind it is of."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from api.rules.wording import relative
from tui.cli.deeds import Deed, deed_of_entry, deed_of_operation, deed_of_remark

if TYPE_CHECKING:
    from api.desk import Desk, Overturned, Unsettled, Way, Wish
    from tui.cli.output import Output

SHORTEST = 8
"""Characters of an id that are shown at least."""


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """Something that needs the person."""

    id: str
    """The own operation that it is about; for a wish, the other's."""
    kind: str
    """``conflict``, ``taken``, ``refused``, ``overturned`` or ``wish``."""
    lead: str
    title: str
    at: datetime
    """Since when it needs the person."""
    sentence: str
    said: str = ""
    """What the CRM answered."""
    ways: tuple[str, ...] = ()
    """What can be done about it now, as it is typed, the likeliest first."""
    yours: Deed | None = None
    theirs: Deed | None = None


def way_words(way: "Way") -> str:
    """Return a way as it is typed."""
    return way.value.replace("_", "-")


def matters(opened: "Desk", lead_id: str = "") -> list[Matter]:
    """Return everything that needs the person as the Sync screen does: the newest first, what was refused last.

    With a lead's id, what is about that lead alone, which costs less.
    """
    found = [_overturned(opened, one) for one in opened.overturned(lead_id)]
    found += [_wish(one) for one in opened.wishes(lead_id)]
    found += [_unsettled(opened, one) for one in opened.unsettled(lead_id)]
    found.sort(key=lambda one: one.at, reverse=True)
    return sorted(found, key=lambda one: one.kind == "refused")


def _unsettled(opened: "Desk", one: "Unsettled") -> Matter:
    stands = one.receipt.stands
    return Matter(
        id=one.operation.id,
        kind=one.kind,
        lead=one.lead_id,
        title=one.title,
        at=one.receipt.at,
        sentence=one.sentence,
        said=one.receipt.sentence,
        ways=tuple(way_words(way) for way in one.ways),
        yours=deed_of_operation(opened, one.operation),
        theirs=deed_of_entry(opened, stands) if stands is not None else None,
    )


def _overturned(opened: "Desk", one: "Overturned") -> Matter:
    return Matter(
        id=one.operation.id,
        kind="overturned",
        lead=one.lead_id,
        title=one.title,
        at=one.entry.at,
        sentence=one.sentence,
        ways=tuple(way_words(way) for way in one.ways),
        yours=deed_of_operation(opened, one.operation),
        theirs=deed_of_entry(opened, one.entry),
    )


def _wish(one: "Wish") -> Matter:
    return Matter(
        id=one.remark.operation_id,
        kind="wish",
        lead=one.lead_id,
        title=one.title,
        at=one.remark.at,
        sentence=one.sentence,
        ways=tuple(way_words(way) for way in one.ways),
        theirs=deed_of_remark(one.remark),
    )


def shown_ids(ids: Sequence[str]) -> dict[str, str]:
    """Return for each id the beginning that only it has, and that is long enough to be told apart at a glance."""
    length = SHORTEST
    while len({one[:length] for one in ids}) < len(set(ids)):
        length += 1
    return {one: one[:length] for one in ids}


def print_matters(output: "Output", opened: "Desk", found: Sequence[Matter]) -> None:
    """Print each with both sides and the ways to settle it."""
    short = shown_ids([one.id for one in found])
    for index, one in enumerate(found):
        if index:
            output.line()
        output.line(f"{short[one.id]}  {one.kind}  {one.title} ({one.lead})", "bold")
        for label, deed in (("theirs", one.theirs), ("yours", one.yours)):
            if deed is not None:
                who = f"{deed.name}, " if label == "theirs" else ""
                output.line(f"  {label:<7} {who}{relative(deed.at, opened.now())}: {deed.words(opened)}")
        if one.theirs is None and one.said:
            output.line(f"  answer  {one.said}")
        output.line(f"  ways    {', '.join(one.ways) or 'none now'}")


def brief(short: str, one: Matter) -> str:
    """Return a matter in one line."""
    ways = f" ({', '.join(one.ways)})" if one.ways else ""
    return f"{short}  {one.kind:<10}  {one.sentence}{ways}"
