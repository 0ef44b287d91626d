"""What people did with the lead: who else is on it, attempts, notes of both sides, decisions, earlier passes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from api.model.agreement import Agreement
from api.model.lead import Lead
from api.rules.showing.top import WORKING
from api.rules.wording import relative
from widgets.basis.runs import Line, fit_right, heading, join, wrap, wrapped

if TYPE_CHECKING:
    from api.rules.showing.story import Entry

WHEN = 10

MOST_LINES = 8
"""Lines that one entry may take; the rest of it can be read in the copied card."""


def entry_lines(at: datetime, words: str, now: datetime, width: int, ink: str = "") -> list[Line]:
    """Return what somebody did, wrapped beside when that was."""
    parts = wrap(words, width - WHEN - 2, MOST_LINES)
    when = fit_right(relative(at, now), WHEN) + "  "
    return [((when, "dim"), (parts[0], ink)), *(((" " * (WHEN + 2) + part, ink),) for part in parts[1:])]


def _section(title: str, entries: "Sequence[Entry]", now: datetime, width: int, note: str = "") -> list[Line]:
    if not entries:
        return []
    lines = [heading(title, width, note)]
    for entry in entries:
        lines += entry_lines(entry.at, entry.words, now, width)
    return lines


def attempts(lead: Lead, agreement: Agreement, now: datetime, width: int) -> list[Line]:
    """Return each try to reach them; of a lead that is worked on also that there was none yet."""
    if not lead.attempts and lead.state not in WORKING:
        return []
    from api.rules.showing import story

    made = story.attempts(lead)
    if not made:
        return [heading("Attempts", width), (("None yet.", "dim"),)]
    return _section("Attempts", made, now, width, f"{len(made)} of {agreement.sales.attempts} agreed")


def notes(lead: Lead, sides: Mapping[str, str], now: datetime, width: int) -> list[Line]:
    """Return notes, thanks and flags of both sides, each with its side and its tag."""
    if not lead.remarks:
        return []
    from api.rules.showing import story

    found = story.notes(lead, sides)
    if not found:
        return []
    tally = {side: sum(one.side == side for one in found) for side in ("sales", "marketing")}
    lines = [heading("Notes", width, join(f"{count} of {side}" for side, count in tally.items() if count))]
    for one in found:
        of = f" ({one.side})" if one.side else ""
        words = f"{one.who}{of}, {one.what}" + (f": {one.text}" if one.text else "")
        lines += entry_lines(one.at, words, now, width, "accent" if one.side == "marketing" else "")
    return lines


def corrections(lead: Lead, now: datetime, width: int) -> list[Line]:
    """Return what was put right: was → is."""
    if not lead.corrections:
        return []
    from api.rules.showing import story

    return _section("Put right", story.corrections(lead), now, width)


def decisions(
    lead: Lead, agreement: Agreement, now: datetime, width: int, *, unsettled: Sequence[str] = ()
) -> list[Line]:
    """Return what was decided in this pass, newest first.

    `unsettled`: what the person at the keyboard decided and the CRM did not apply, as sentences.
    """
    if not lead.trail and not unsettled:
        return []
    from api.rules.showing import story

    lines = _section("Decisions", story.decisions(lead, agreement), now, width)
    if unsettled and not lines:
        lines = [heading("Decisions", width)]
    for sentence in unsettled:
        lines += wrapped(f"Yours, not applied: {sentence}", width, "alarm")
    return lines


def passes(lead: Lead, agreement: Agreement, now: datetime, width: int) -> list[Line]:
    """Return the earlier passes and what became of each."""
    if not lead.passes:
        return []
    from api.rules.showing import story

    found = story.passes(lead, agreement)
    lines = [heading("Earlier passes", width)]
    for head, trail in found:
        lines += entry_lines(head.at, head.words, now, width)
        for entry in trail:
            lines += entry_lines(entry.at, f"  {entry.words}", now, width)
    return lines
